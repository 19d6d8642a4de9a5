"""Every choice of the user: how it is written, what it means, what is refused and in which words."""

import math
import re
from dataclasses import fields
from datetime import date

import numpy as np
import pytest

from hedger.contracts import BrokerMargin
from hedger.errors import SettingsError
from hedger.exposure import ESTIMATORS, BetaOverride
from hedger.risk import StatedScenario
from hedger.settings import PARSERS, RUN_CHOICES, Settings, combine_choices, parse_choices, read_choices, read_settings


def parse(option, choice):
    return PARSERS[option](choice)


# ---------------------------------------------------------------- good words


@pytest.mark.parametrize(
    ("option", "choice", "meaning"),
    [
        ("hedge", "50%", 0.5),
        ("hedge", " 50 % ", 0.5),
        ("hedge", "0.5", 0.5),
        ("hedge", 0.5, 0.5),
        ("hedge", 1, 1.0),
        ("hedge", "2", 2.0),
        ("hedge", "150%", 1.5),
        ("hedge", "0%", 0.0),
        ("target-beta", "0.4", 0.4),
        ("target-beta", -0.2, -0.2),
        ("index", "auto", ()),
        ("index", "SP500", ("sp500",)),
        ("index", "nasdaq100, sp500", ("nasdaq100", "sp500")),
        ("index", ["dow30", "midcap400"], ("dow30", "midcap400")),
        ("legs", "1", 1),
        ("legs", 1, 1),
        ("legs", "3", 3),
        ("legs", "Auto", None),
        ("allow-long-legs", True, True),
        ("include-delisted", False, False),
        ("sizes", "micro,E-mini", ("e-mini", "micro")),
        ("sizes", ["spot-quoted", "standard"], ("standard", "spot-quoted")),
        ("contracts", "es, MES", ("ES", "MES")),
        ("margin-budget", "25000", 25_000.0),
        ("margin-budget", "$25,000", 25_000.0),
        ("margin-budget", "1,250,000.50", 1_250_000.5),
        ("margin-budget", 25_000, 25_000.0),
        ("max-contracts", "20", 20),
        ("tolerance", "1%", 0.01),
        ("tolerance", "0.01", 0.01),
        ("tolerance", "100%", 1.0),
        ("tolerance", 0, 0.0),
        ("current", "ES=-2,mes=3", (("ES", -2), ("MES", 3))),
        ("current", {"ES": -2, "MES": 3}, (("ES", -2), ("MES", 3))),
        ("current", ["ES=-2", "mes=1,MNQ=3"], (("ES", -2), ("MES", 1), ("MNQ", 3))),
        ("current", "", ()),
        ("estimator", " Two-Speed ", "two-speed"),
        ("objective", " Expected-Shortfall ", "expected-shortfall"),
        ("objective", "variance", "variance"),
        ("order-type", "LMT", "limit"),
        ("order-type", "limit", "limit"),
        ("order-type", " mkt ", "market"),
        ("proxy", "vtsax=spy,OLD=^GSPC", (("VTSAX", "SPY"), ("OLD", "^GSPC"))),
        ("beta", "AAPL=1.2", (BetaOverride(symbol="AAPL", index=None, beta=1.2),)),
        ("beta", ["brk-b@sp500=0.9"], (BetaOverride(symbol="BRK-B", index="sp500", beta=0.9),)),
        (
            "beta",
            {"AAPL@nasdaq100": 1.1, "KO": -0.5},
            (
                BetaOverride(symbol="AAPL", index="nasdaq100", beta=1.1),
                BetaOverride(symbol="KO", index=None, beta=-0.5),
            ),
        ),
        ("futures-price", "ES=7690.25,nq=29000", (("ES", 7690.25), ("NQ", 29_000.0))),
        ("futures-price", {"ES": 7690.25}, (("ES", 7690.25),)),
        ("portfolio-value", "250,000", 250_000.0),
        ("buffer", "$50,000", 50_000.0),
        ("fee-schedule", " Schwab ", "schwab"),
        (
            "scenario",
            "Bad day: SP500=-12%, brk-b=-0.3",
            (StatedScenario(name="Bad day", moves=(("sp500", -0.12), ("BRK-B", -0.3))),),
        ),
        (
            "scenario",
            ["up:sp500=+250%", "down:dow30=-1"],
            (
                StatedScenario(name="up", moves=(("sp500", 2.5),)),
                StatedScenario(name="down", moves=(("dow30", -1.0),)),
            ),
        ),
        ("unrealised-gain", "-200000", -200_000.0),
        ("long-term-tax", "20%", 0.2),
        ("short-term-tax", 0.37, 0.37),
    ],
)
def test_choices_are_read_as_people_write_them(option, choice, meaning):
    read = parse(option, choice)
    assert read == meaning if not isinstance(meaning, float) else read == pytest.approx(meaning, rel=1e-12)


# ---------------------------------------------------------------- bad words


@pytest.mark.parametrize(
    ("option", "choice", "message"),
    [
        (
            "hedge",
            "50",
            r"--hedge 50 can be read in two ways: 50 %, or 50 times the whole \(5000%\)\. Write --hedge 50%",
        ),
        ("hedge", 3, "can be read in two ways: 3 %"),
        ("hedge", "half", r'--hedge: "half" is not a share such as 50% or 0\.5'),
        ("hedge", "", '--hedge: "" is not a share'),
        ("hedge", "%", '--hedge: "" is not a share'),
        ("hedge", "nan", '"nan" is not a share'),
        ("hedge", "inf%", '"inf" is not a share'),
        ("hedge", True, '"True" is not a share'),
        ("hedge", "0,2", '"0,2" is not a share'),
        ("hedge", "1_0%", '"1_0" is not a share'),
        ("target-beta", "0,4", '--target-beta: "0,4" is not a beta such as 0.4'),
        ("target-beta", "low", '"low" is not a beta'),
        ("index", ",", '--index: "," is not an index; known are auto, sp500'),
        ("index", "", '--index: "" is not an index'),
        ("contracts", " , ", r'--contracts: " , " is not a list of roots such as ES,MES'),
        ("index", "nikkei", r'--index: "nikkei" is not an index; known are auto, sp500, nasdaq100'),
        ("legs", "two", '--legs: "two" is not a whole number of indices'),
        ("legs", "1.5", '"1.5" is not a whole number'),
        ("objective", "cvar", "is not an objective; known are variance, expected-shortfall"),
        ("order-type", "stop", '--order-type: "stop" is not an order type; known are market and limit, or MKT and LMT'),
        ("allow-long-legs", "yes", '--allow-long-legs: "yes" is not true or false'),
        ("include-delisted", 1, '--include-delisted: "1" is not true or false'),
        ("sizes", "mini", '--sizes: "mini" is not a contract size; known are standard, e-mini, micro, spot-quoted'),
        ("sizes", "", '--sizes: "" is not a contract size'),
        ("margin-budget", "much", '--margin-budget: "much" is not an amount in USD such as 25000'),
        ("margin-budget", "2,5", '"2,5" is not an amount'),
        ("margin-budget", "0,500", '"0,500" is not an amount'),
        ("margin-budget", "1,00,000", '"1,00,000" is not an amount'),
        ("margin-budget", "inf", '"inf" is not an amount'),
        ("buffer", "lots", '--buffer: "lots" is not an amount in USD such as 25000'),
        ("fee-schedule", "robin", 'There is no fee schedule "robin". Choose among ibkr, schwab'),
        ("scenario", "sp500=-12%", '--scenario: "sp500=-12%" is not a scenario such as name:sp500=-12%,nasdaq100=-18%'),
        ("scenario", ":sp500=-12%", '--scenario: ":sp500=-12%" is not a scenario'),
        ("scenario", "name:", '--scenario: "name:" is not a scenario'),
        ("scenario", "name:sp500", '--scenario: "sp500" is not a scenario'),
        ("scenario", "name:sp500=-12", '--scenario: "-12" is not a move such as -12% or -0.12, not below -100%'),
        ("scenario", "name:sp500=12", '--scenario: "12" is not a move'),
        ("scenario", "name:sp500=-101%", '--scenario: "-101%" is not a move'),
        ("scenario", "name:sp500=down", '--scenario: "down" is not a move'),
        ("long-term-tax", "20", "--long-term-tax 20 can be read in two ways"),
        ("max-contracts", "20.5", '--max-contracts: "20.5" is not a whole number of contracts'),
        ("max-contracts", "9" * 400, "is not a whole number of contracts"),
        ("tolerance", "5", "--tolerance 5 can be read in two ways: 5 %"),
        (
            "tolerance",
            "1",
            r"tolerance 1 can be read in two ways: 1 %, or the whole \(100%\)\. .* --tolerance 100% for the second",
        ),
        ("tolerance", 1, "--tolerance 1 can be read in two ways"),
        ("short-term-tax", "1.0", "--short-term-tax 1.0 can be read in two ways"),
        ("tolerance", "tight", '--tolerance: "tight" is not a share'),
        ("current", "ES", r'--current: "ES" is not contracts held, such as ES=-2,MES=3'),
        ("current", "=3", '--current: "=3" is not contracts held'),
        ("current", "ES=1.5", '--current: "1.5" is not contracts held'),
        ("proxy", "OLD", '--proxy: "OLD" is not a holding and its proxy, such as OLD=SPY'),
        ("proxy", "OLD=../x", '"OLD=../X" is not a holding and its proxy'),
        ("beta", "AAPL", '--beta: "AAPL" is not a beta such as AAPL=1.2'),
        ("beta", "AAPL=high", '--beta: "high" is not a beta such as'),
        ("beta", "AAPL=11", r'--beta: "AAPL=11" is not .*between -10 and 10'),
        ("beta", "AAPL@=1", '"AAPL@=1" is not a beta such as'),
        ("beta", "A@B@C=1", '"A@B@C=1" is not a beta such as'),
        ("futures-price", "7690", '--futures-price: "7690" is not a futures price such as ES=7690.25'),
        ("futures-price", "ES=x", '"x" is not a futures price'),
        ("portfolio-value", "1m", '--portfolio-value: "1m" is not an amount'),
    ],
)
def test_choices_that_mean_nothing_are_refused_by_name(option, choice, message):
    with pytest.raises(SettingsError, match=message):
        parse(option, choice)


def test_foreign_words_are_cut_and_escaped_before_they_are_shown():
    with pytest.raises(SettingsError, match=r'"\\x1b\[31mx+…" is not') as caught:
        parse("hedge", "\x1b[31m" + "x" * 500)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 150


def test_the_same_words_serve_every_setting():
    options = [option.replace("-", "_") for option in PARSERS if option not in RUN_CHOICES]
    assert options == [field.name for field in fields(Settings)]


# ---------------------------------------------------------------- what settings themselves refuse


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"estimator": "magic"}, r'no estimator "magic"\. Known are: two-speed, vasicek-two-speed, welch'),
        ({"portfolio_value": 0.0}, r"portfolio's value must be positive, not 0\.00"),
        ({"portfolio_value": math.nan}, "portfolio_value must be a number such as 25000.0, or None, not nan"),
        ({"futures_price": (("ES", 0.0),)}, "futures price of ES must be positive, not 0"),
        ({"hedge": 2.5}, "between 0 % and 200 %"),
        ({"hedge": -0.1}, "between 0 % and 200 %"),
        ({"margin_budget": -5.0}, "margin budget must be positive"),
        ({"max_contracts": 0}, "At least one contract"),
        ({"tolerance": 2.0}, "tolerance must lie between"),
        ({"target_beta": 9.0}, "target beta must lie between"),
        ({"legs": 6}, "--legs 1"),
        ({"buffer": -1.0}, "buffer must not be negative"),
        ({"long_term_tax": 1.5}, "long-term tax rate must lie between"),
        # Two ways to say one thing.
        ({"hedge": 0.9, "target_beta": 0.8}, "Both hedge and target beta are given"),
        ({"sizes": ("micro",), "contracts": ("ES",)}, "Both sizes and contracts are given"),
        # Of another kind than written; what the command line reads as text, a program states as values.
        ({"hedge": "50%"}, r"The setting hedge must be a number such as 0\.5, not '50%'"),
        ({"hedge": True}, "hedge must be a number"),
        ({"tolerance": math.inf}, "tolerance must be a number"),
        ({"legs": 1.0}, "legs must be a whole number of indices, or None, not 1.0"),
        ({"max_contracts": True}, "max_contracts must be a whole number of contracts"),
        ({"allow_long_legs": 1}, "allow_long_legs must be True or False, not 1"),
        ({"index": "sp500"}, r'index must be a tuple of index names such as \("sp500",\), of sp500.*, not \'sp500\''),
        ({"index": ("spx",)}, r"index must be a tuple of index names .*, not \('spx',\)"),
        ({"sizes": "micro"}, "sizes must be a tuple of contract sizes"),
        ({"contracts": ["ES"]}, r"contracts must be a tuple of roots .*, not \['ES'\]"),
        ({"current": {"ES": -2.5}}, r'current must be a tuple of roots and whole numbers such as \(\("ES", -2\),\)'),
        ({"current": (("ES", -2.5),)}, "current must be a tuple of roots and whole numbers"),
        ({"proxy": (("OLD",),)}, "proxy must be a tuple of holdings and their proxies"),
        ({"beta": (("AAPL", 1.2),)}, "beta must be a tuple of BetaOverride"),
        ({"objective": "least"}, "objective must be one of variance, expected-shortfall, not 'least'"),
        ({"order_type": None}, "order_type must be one of market, limit, not None"),
        ({"sizes": ()}, r"No contract size is chosen to hedge with\. Choose at least one: --sizes\."),
        # Roots that no catalogue has.
        ({"contracts": ("ESU6",)}, r'--contracts: There is no contract "ESU6"\. Write the root: ES\.'),
        ({"current": (("MESZ26", -2),)}, r'--current: There is no contract "MESZ26"\. Write the root: MES\.'),
        ({"futures_price": (("CL", 70.0),)}, r'--futures-price: There is no contract "CL"\. Choose among SP, ES'),
        # Two values for one thing.
        ({"current": (("ES", -2), ("ES", -1))}, r"--current is given more than once for the same: ES=-2 and ES=-1\."),
        ({"futures_price": (("NQ", 2e4), ("NQ", 3e4))}, r"NQ=20000\.0 and NQ=30000\.0"),
        ({"proxy": (("Fund", "SPY"), ("fund", "QQQ"))}, "--proxy is given more than once for the same: Fund=SPY and"),
        (
            {"beta": tuple(BetaOverride(symbol="AAPL", index="sp500", beta=beta) for beta in (1.2, 1.5))},
            r"--beta is given more than once for the same: AAPL@sp500=1\.2 and AAPL@sp500=1\.5",
        ),
        ({"index": ("sp500", "sp500")}, "--index names sp500 more than once"),
        ({"sizes": ("micro", "micro")}, "--sizes names micro more than once"),
    ],
)
def test_choices_that_cannot_be_followed_are_refused(choices, message):
    with pytest.raises(SettingsError, match=message):
        Settings(**choices)


def test_a_beta_for_all_indices_and_one_for_a_single_index_do_not_contradict_each_other():
    both = tuple(BetaOverride(symbol="AAPL", index=index, beta=1.2) for index in (None, "sp500"))
    assert Settings(beta=both).beta == both


def test_numbers_of_numpy_are_numbers():
    chosen = Settings(hedge=np.float64(0.5), legs=np.int64(1), current=(("ES", np.int64(-2)),))
    assert (chosen.hedge, chosen.legs, chosen.current) == (0.5, 1, (("ES", -2),))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_can_be_chosen(name):
    assert Settings(estimator=name).estimator == name


def test_the_defaults_hedge_all_exposure_with_the_usual_sizes():
    assert Settings() == combine_choices()
    assert (Settings().hedge, Settings().sizes, Settings().estimator) == (
        1.0,
        ("standard", "e-mini", "micro"),
        next(iter(ESTIMATORS)),
    )


def test_the_policy_of_the_hedge_holds_every_choice_that_concerns_it():
    chosen = Settings(
        hedge=0.4,
        index=("sp500",),
        margin_budget=5e4,
        max_contracts=9,
        tolerance=0.02,
        allow_long_legs=True,
        current=(("ES", -2), ("MES", 1)),
    )
    policy = chosen.policy({"ES": -1, "NQ": 4})
    assert (policy.hedge_fraction, policy.target_beta, policy.indices) == (0.4, None, ("sp500",))
    assert (policy.margin_budget, policy.max_contracts, policy.tolerance) == (5e4, 9, 0.02)
    assert policy.allow_long_legs
    # Futures of the file and of the option count together.
    assert dict(policy.current) == {"ES": -3, "NQ": 4, "MES": 1}


# ---------------------------------------------------------------- layers


def test_of_several_layers_a_later_one_wins():
    chosen = combine_choices({"hedge": 0.3, "max_contracts": 5}, {"max_contracts": 7}, {"index": ("dow30",)})
    assert (chosen.hedge, chosen.max_contracts, chosen.index) == (0.3, 7, ("dow30",))


def test_a_target_beta_replaces_the_hedge_of_an_earlier_layer_and_the_other_way_round():
    target = combine_choices({"hedge": 0.3}, {"target_beta": 0.5})
    assert (target.hedge, target.target_beta) == (1.0, 0.5)
    share = combine_choices({"target_beta": 0.5}, {"hedge": 0.3})
    assert (share.hedge, share.target_beta) == (0.3, None)


def test_contracts_replace_the_sizes_of_an_earlier_layer_and_the_other_way_round():
    assert combine_choices({"sizes": ("micro",)}, {"contracts": ("ES",)}).sizes == Settings().sizes
    assert combine_choices({"contracts": ("ES",)}, {"sizes": ("micro",)}).contracts == ()


@pytest.mark.parametrize(
    ("layer", "names"),
    [
        ({"hedge": 0.3, "target_beta": 0.5}, "hedge and target beta"),
        ({"sizes": ("micro",), "contracts": ("ES",)}, "sizes and contracts"),
    ],
)
def test_two_ways_to_say_one_thing_at_once_are_refused(layer, names):
    with pytest.raises(SettingsError, match=f"Both {names} are given; they are two ways to say one thing"):
        combine_choices(layer)


def test_an_unknown_choice_is_refused_with_those_known():
    with pytest.raises(SettingsError, match=r'no setting "hegde"\. Known are: hedge, target-beta, index'):
        parse_choices({"hegde": "50%"})


# ---------------------------------------------------------------- the file


def write(folder, text):
    path = folder / "choices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_settings_file_may_hold_every_choice(tmp_path):
    (tmp_path / "margins.csv").write_text("symbol,initial,maintenance\nES,24000,21800\n", encoding="utf-8")
    (tmp_path / "fees.csv").write_text(
        "symbol,commission,exchange_fee,regulatory_fee\nES,0.5,1.38,0.02\n", encoding="utf-8"
    )
    chosen = read_settings(
        write(
            tmp_path,
            """
            hedge = "40%"
            index = ["sp500", "dow30"]
            legs = 1
            allow_long_legs = true
            sizes = "e-mini"
            include-delisted = false
            margin-budget = 25_000
            max_contracts = 12
            tolerance = 0.01
            estimator = "welch"
            objective = "expected-shortfall"
            order-type = "limit"
            margins = "margins.csv"
            fees = "fees.csv"
            portfolio-value = 250000.0
            fee-schedule = "schwab"
            buffer = 50_000
            unrealised-gain = 200_000
            long-term-tax = "20%"
            short-term-tax = 0.37

            [scenario]
            mine = "sp500=-12%,AAPL=-30%"
            yours = { nasdaq100 = "-18%" }

            [current]
            ES = -2

            [beta]
            "AAPL@nasdaq100" = 1.1

            [proxy]
            VTSAX = "SPY"

            [futures-price]
            ES = 7690.25
            """,
        )
    )
    assert chosen.hedge == pytest.approx(0.4, rel=1e-12)
    assert (chosen.index, chosen.sizes, chosen.max_contracts) == (("sp500", "dow30"), ("e-mini",), 12)
    assert (chosen.margin_budget, chosen.portfolio_value, chosen.allow_long_legs) == (25_000.0, 250_000.0, True)
    assert chosen.current == (("ES", -2),)
    assert chosen.beta == (BetaOverride(symbol="AAPL", index="nasdaq100", beta=1.1),)
    assert chosen.futures_price == (("ES", 7690.25),)
    assert chosen.proxy == (("VTSAX", "SPY"),)
    assert (chosen.fee_schedule, chosen.buffer, chosen.unrealised_gain) == ("schwab", 50_000.0, 200_000.0)
    assert (chosen.long_term_tax, chosen.short_term_tax) == pytest.approx((0.20, 0.37), rel=1e-12)
    assert chosen.scenario == (
        StatedScenario(name="mine", moves=(("sp500", -0.12), ("AAPL", -0.30))),
        StatedScenario(name="yours", moves=(("nasdaq100", -0.18),)),
    )
    (margin,) = chosen.margins
    assert isinstance(margin, BrokerMargin)
    assert (margin.initial, margin.source) == (24_000.0, "broker's figure (margins.csv, line 2)")
    assert chosen.fees[0].fees.per_side == pytest.approx(1.90, rel=1e-12)
    # Nothing is left at its default that the file could have set, but the two that exclude others.
    left = {
        name
        for name in (field.name for field in fields(Settings))
        if getattr(chosen, name) == getattr(Settings(), name)
    }
    assert left == {"target_beta", "contracts", "include_delisted"}


def test_an_empty_file_leaves_the_defaults(tmp_path):
    assert read_settings(write(tmp_path, "")) == Settings()


def test_only_what_a_file_states_becomes_a_choice(tmp_path):
    assert read_choices(write(tmp_path, 'target-beta = 0.4\nsizes = "micro"')) == {
        "target_beta": 0.4,
        "sizes": ("micro",),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hedge = ", '"choices.toml" is not TOML: '),
        ("hedge = 50", "choices.toml, line 1: --hedge 50 can be read in two ways"),
        ("# mine\nlegs = 1\nmargin_budget = 'lots'", 'choices.toml, line 3: --margin-budget: "lots" is not an amount'),
        ("legs = 1\n\n[current]\nES = 'two'", 'choices.toml, line 3: --current: "two" is not contracts held'),
        ('"hed\\u0067e" = 50', "choices.toml: --hedge 50 can be read"),
        ("current = 'ES=-2,ES=-1'", "choices.toml: --current is given more than once for the same: ES=-2 and ES=-1."),
        ("max_contracts = 1\nmax-contracts = 2", "choices.toml, line 2: max-contracts stands twice"),
        ("legs = 9", "choices.toml: A hedge uses 1 to 5 indices, not 9"),
        ("hegde = 0.5", 'choices.toml, line 1: There is no setting "hegde"'),
        ("hedge = 0.5\ntarget-beta = 0.4", "Both hedge and target beta are given"),
        ("[beta.AAPL]\nnasdaq100 = 1.1", "is not a beta such as AAPL=1.2"),
        ("hedge = 2026-08-21", '"2026-08-21" is not a share'),
        ("margins = 5", "cannot be read"),
        ('margins = "none.csv"', "none.csv cannot be read: No such file or directory"),
        ('fees = "none.csv"', "none.csv cannot be read"),
    ],
)
def test_a_file_that_cannot_be_followed_is_refused(tmp_path, text, message):
    with pytest.raises(SettingsError, match=re.escape(message)):
        read_settings(write(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r'"none\.toml" cannot be read: No such file or directory\. Check the path'):
        read_settings(tmp_path / "none.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "choices.toml"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(SettingsError, match=r'"choices\.toml" is not text in UTF-8\. Save it as UTF-8\.$'):
        read_settings(path)


def test_the_day_and_the_prices_of_one_run_belong_to_the_command_line(tmp_path):
    path = write(tmp_path, 'as-of = 2026-08-20\nprices = "snapshot"\n')
    assert read_choices(path) == {"as_of": date(2026, 8, 20), "prices": "snapshot"}
    with pytest.raises(SettingsError, match=r'"as-of" in ".*" is a choice of the command line'):
        read_settings(path)


def test_files_that_a_settings_file_names_lie_beside_it(tmp_path):
    path = write(tmp_path, 'prices = "closes.csv"\n')
    assert read_choices(path) == {"prices": str(tmp_path / "closes.csv")}
