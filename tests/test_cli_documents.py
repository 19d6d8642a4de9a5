"""What the commands print with --json, against the public contract and against the advice itself."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from hedger.advice import Advice, advise
from hedger.cli import hedger
from hedger.portfolio import read_portfolio
from hedger.report import plan_document, to_json
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

Document = dict[str, Any]

# Transcribed from the public contract ("What users and other programs may rely on"). Fields that came since stand in
# plan.schema.json.
PLAN_CONTRACT = """
schema: text
version: text
as_of: day
inputs_hash: text
portfolio.name: text
portfolio.market_value: number
portfolio.cash: number
portfolio.n_positions: count
portfolio.excluded[].symbol: text
portfolio.excluded[].market_value: number?
portfolio.excluded[].reason: text
prices.source: text
prices.first_session: day
prices.last_session: day
prices.age_days: whole
exposure.reference_index: text
exposure.by_index[].index: text
exposure.by_index[].level: number
exposure.by_index[].beta: number
exposure.by_index[].stderr: number
exposure.by_index[].low: number
exposure.by_index[].high: number
exposure.by_index[].low_21: number
exposure.by_index[].high_21: number
exposure.by_index[].r_squared: number
exposure.by_index[].beta_dollars: number
exposure.by_holding[].symbol: text
exposure.by_holding[].market_value: number
exposure.by_holding[].index: text
exposure.by_holding[].beta: number
exposure.by_holding[].stderr: number?
exposure.by_holding[].low: number?
exposure.by_holding[].high: number?
exposure.by_holding[].shrink_weight: number
exposure.by_holding[].n_observations: count
exposure.by_holding[].flags: list
policy: object
plan.orders[].symbol: text
plan.orders[].contract_code: text
plan.orders[].last_trading_day: day
plan.orders[].quantity: whole
plan.orders[].price: number
plan.orders[].multiplier: number
plan.orders[].notional: number
plan.orders[].initial_margin: number
plan.orders[].maintenance_margin: number
plan.orders[].cost: number
plan.target_notional: object
plan.hedge_notional: number
plan.achieved_hedge_fraction: number
plan.beta_before: number
plan.beta_after: number
plan.beta_after_low: number
plan.beta_after_high: number
plan.residual_beta_dollars: number
plan.tracking_risk: number
plan.best_tracking_risk: number
plan.bound: number
plan.is_optimal: flag
plan.initial_margin: number
plan.maintenance_margin: number
plan.round_trip_cost: number
plan.binding_limits[].name: text
plan.binding_limits[].limit: number
plan.binding_limits[].needed: number
plan.alternatives[].orders: list
plan.alternatives[].tracking_risk: number
plan.alternatives[].round_trip_cost: number
plan.alternatives[].initial_margin: number
error_budget.stderr_estimation: number
error_budget.stderr_drift: number
error_budget.stderr_rounding: number
error_budget.stderr_total: number
risk.before.volatility: number
risk.before.value_at_risk[].level: number
risk.before.value_at_risk[].horizon_days: count
risk.before.value_at_risk[].method: text
risk.before.expected_shortfall[].level: number
risk.after.volatility: number
risk.after.value_at_risk[].level: number
risk.after.expected_shortfall[].level: number
risk.hedge_effectiveness: number
risk.unhedgeable_share: number
risk.top_unhedgeable[].symbol: text
margin_call.buffer: number
margin_call.call_level: number
margin_call.call_move: number
margin_call.probability[].horizon_days: count
margin_call.probability[].probability: number
margin_call.buffer_for[].probability: number
margin_call.buffer_for[].horizon_days: count
margin_call.buffer_for[].buffer: number
margin_call.stressed[].margin_multiplier: number
costs.one_off: number
costs.per_year: number
costs.basis_points_per_year: number
costs.items[].name: text
costs.items[].amount: number
scenarios[].name: text
scenarios[].group: text
scenarios[].kind: text
scenarios[].takes_several_sessions: flag
scenarios[].shocks: object
scenarios[].unhedged_pnl: number
scenarios[].hedge_pnl: number
scenarios[].hedged_pnl: number
scenarios[].notes: list
calendar.roll_date: day
calendar.last_trading_day: day
notes[].code: text
notes[].message: text
"""

HOLDINGS_CONTRACT = """
positions[].symbol: text
positions[].raw_symbol: text
positions[].quantity: number?
positions[].price: number?
positions[].market_value: number?
positions[].weight: number?
positions[].asset_class: text
positions[].account: text?
positions[].currency: text
positions[].lines: list
positions[].underlying: text?
positions[].expiry: day?
positions[].strike: number?
positions[].right: text?
positions[].multiplier: number?
positions[].notional: number?
cash_total: number?
file_total: number?
skipped_rows[].line: count
skipped_rows[].reason: text
warnings[].code: text
warnings[].line: count?
warnings[].message: text
format: text
"""


def is_day(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value))


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


KINDS = {
    "text": lambda value: isinstance(value, str) and bool(value),
    "day": is_day,
    "number": is_number,
    "whole": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "count": lambda value: isinstance(value, int) and value >= 0,
    "flag": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def values_at(document: Any, path: str) -> Iterator[Any]:
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    assert name in document, f"no field {path!r} in {sorted(document)}"
    for value in document[name] if head.endswith("[]") else [document[name]]:
        if rest:
            yield from values_at(value, rest)
        else:
            yield value


def broken_promises(document: Document, contract: str) -> list[str]:
    broken = []
    for promise in contract.strip().splitlines():
        path, kind = promise.split(": ")
        for value in values_at(document, path):
            if value is None and kind.endswith("?"):
                continue
            if not KINDS[kind.removesuffix("?")](value):
                broken.append(f"{path}: {value!r} is not {kind}")
    return broken


def run(*words: object) -> Result:
    return CliRunner().invoke(hedger, [str(word) for word in words], catch_exceptions=False)


def document_of(*words: object) -> Document:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    document: Document = json.loads(result.stdout)
    return document


def without_age(document: Document) -> Document:
    """Drop what depends on the day on which the test runs."""
    document["prices"].pop("age_days")
    document.pop("inputs_hash")  # of today, too
    document["notes"] = [note for note in document["notes"] if note["code"] != "prices_are_old"]
    return document


def of_advice(advice: Advice) -> Document:
    document: Document = json.loads(to_json(plan_document(advice)))
    return without_age(document)


def orders_of(document: Document) -> dict[str, int]:
    return {order["symbol"]: order["quantity"] for order in document["plan"]["orders"]}


PLANS = [
    ("technology", ["--hedge", "50%", "--legs", "1"]),
    ("adviser", ["--target-beta", "0.3", "--max-contracts", "3"]),
    ("schwab_positions", []),
    ("long_short_with_cash", ["--current", "ES=-2,MES=3"]),
    ("model_weights", ["--portfolio-value", "400000"]),
]


def kept_promises(document: Document, contract: str) -> set[str]:
    """Return the paths that a document has a value at."""
    paths = [promise.split(": ")[0] for promise in contract.strip().splitlines()]
    return {path for path in paths if any(value is not None for value in values_at(document, path))}


@pytest.mark.parametrize(("sample", "options"), PLANS)
def test_a_plan_keeps_every_promise_of_the_contract(sample_folder: Path, sample: str, options: list[str]) -> None:
    plan = document_of("plan", sample_folder / f"{sample}.csv", *options)
    assert broken_promises(plan, PLAN_CONTRACT) == []
    assert plan["schema"] == "hedger.plan/1"


def test_every_promise_about_a_plan_is_kept_by_one_at_least(sample_folder: Path, tmp_path: Path) -> None:
    strange = tmp_path / "strange.csv"
    strange.write_text("Symbol,Quantity,Price,Market Value\nAAPL,400,300,120000\nZZZZ,1000,55,55000\n")
    plans = [document_of("plan", sample_folder / f"{sample}.csv", *options) for sample, options in PLANS]
    plans.append(document_of("plan", strange))
    kept = set.union(*(kept_promises(plan, PLAN_CONTRACT) for plan in plans))
    assert kept == {promise.split(": ")[0] for promise in PLAN_CONTRACT.strip().splitlines()}


def test_holdings_keep_every_promise_of_the_contract(sample_folder: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    rows = "AAPL270115C00250000,1,,\n/MESZ26,-3,,\nAAPL,0,,\nKO,10,60,6000\n"
    odd.write_text(f"Symbol,Quantity,Price,Market Value\n{rows}")
    kept = set()
    for file in (*sorted(sample_folder.glob("*.csv")), odd):
        document = document_of("holdings", file)
        assert broken_promises(document, HOLDINGS_CONTRACT) == [], file.name
        kept |= kept_promises(document, HOLDINGS_CONTRACT)
    assert kept == {promise.split(": ")[0] for promise in HOLDINGS_CONTRACT.strip().splitlines()}


def test_betas_are_those_of_the_plan(sample_folder: Path) -> None:
    file = sample_folder / "dividend_payers.csv"
    betas, plan = document_of("betas", file), document_of("plan", file)
    assert betas["exposure"]["by_index"] == plan["exposure"]["by_index"]
    assert betas["exposure"]["by_holding"] == plan["exposure"]["by_holding"]
    assert betas["portfolio"] == plan["portfolio"]


def test_betas_can_write_the_plan_of_the_same_options(sample_folder: Path, tmp_path: Path) -> None:
    words = [sample_folder / "technology.csv", "--hedge", "50%"]
    document_of("betas", *words, "--out", tmp_path)
    written = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert written == document_of("plan", *words)


def test_the_plan_of_the_command_is_the_advice(sample_folder: Path, technology_advice: Advice) -> None:
    printed = document_of("plan", sample_folder / "technology.csv", "--hedge", "50%")
    assert without_age(printed) == of_advice(technology_advice)


def test_a_technology_book_is_hedged_in_the_nasdaq_with_both_sizes(sample_folder: Path) -> None:
    plan = document_of("plan", sample_folder / "technology.csv", "--hedge", "50%", "--legs", "1")
    assert plan["exposure"]["reference_index"] == "nasdaq100"
    assert set(orders_of(plan)) == {"NQ", "MNQ"}
    assert all(quantity < 0 for quantity in orders_of(plan).values())


def test_a_plan_of_2020_mixes_three_sizes_and_one_of_2026_two(sample_folder: Path) -> None:
    words = ["plan", sample_folder / "adviser.csv", "--hedge", "50%", "--legs", "1", "--index", "sp500"]
    assert set(orders_of(document_of(*words, "--as-of", "2020-03-02"))) == {"SP", "ES", "MES"}
    assert set(orders_of(document_of(*words, "--as-of", "2026-08-21"))) == {"ES", "MES"}
    what_if = document_of(*words, "--as-of", "2026-08-21", "--include-delisted")
    assert set(orders_of(what_if)) == {"SP", "ES", "MES"}
    assert what_if["plan"]["is_tradable"] is False


def test_every_choice_on_the_command_line_is_in_force(sample_folder: Path, tmp_path: Path) -> None:
    margins = tmp_path / "margins.csv"
    margins.write_text("symbol,initial,maintenance,as_of\nES,20000,18000,2026-08-20\n")
    fees = tmp_path / "fees.csv"
    fees.write_text("symbol,commission,exchange_fee,regulatory_fee\nES,0.25,1.38,0.02\n")
    file = sample_folder / "large_caps.csv"
    policy = document_of(
        *("plan", file, "--hedge", "0.6", "--index", "sp500,dow30", "--legs", "1", "--allow-long-legs"),
        *("--contracts", "ES,MES,YM", "--margin-budget", "$250,000", "--max-contracts", "9", "--tolerance", "1%"),
        *("--current", "ES=-1", "--current", "MES=2", "--estimator", "welch", "--beta", "AAPL=1.2"),
        *("--beta", "MSFT@sp500=0.9", "--margins", margins, "--fees", fees, "--futures-price", "ES=7690.25"),
        *("--proxy", "KO=SPY", "--fee-schedule", "schwab", "--buffer", "$50,000", "--unrealised-gain", "200000"),
        *("--scenario", "mine:sp500=-12%,AAPL=-0.3", "--long-term-tax", "20%", "--short-term-tax", "37%"),
        *("--objective", "expected-shortfall", "--order-type", "LMT"),
    )["policy"]
    assert {name: policy[name] for name in policy if name not in ("margins", "fees", "beta")} == {
        "hedge": 0.6,
        "target_beta": None,
        "index": ["sp500", "dow30"],
        "legs": 1,
        "allow_long_legs": True,
        "sizes": [],
        "contracts": ["ES", "MES", "YM"],
        "include_delisted": False,
        "margin_budget": 250_000.0,
        "max_contracts": 9,
        "tolerance": 0.01,
        "current": {"ES": -1, "MES": 2},
        "objective": "expected-shortfall",
        "estimator": "welch",
        "futures_price": {"ES": 7690.25},
        "proxy": {"KO": "SPY"},
        "portfolio_value": None,
        "fee_schedule": "schwab",
        "buffer": 50_000.0,
        "scenario": [{"name": "mine", "moves": {"sp500": -0.12, "AAPL": -0.3}}],
        "order_type": "limit",
        "unrealised_gain": 200_000.0,
        "long_term_tax": 0.2,
        "short_term_tax": 0.37,
    }
    assert [(row["symbol"], row["initial"], row["as_of"]) for row in policy["margins"]] == [
        ("ES", 20_000.0, "2026-08-20")
    ]
    assert [row["symbol"] for row in policy["fees"]] == ["ES"]
    assert [(row["symbol"], row["index"], row["beta"]) for row in policy["beta"]] == [
        ("AAPL", None, 1.2),
        ("MSFT", "sp500", 0.9),
    ]


def test_the_command_line_wins_over_the_settings_file(sample_folder: Path, tmp_path: Path) -> None:
    settings = tmp_path / "choices.toml"
    settings.write_text('hedge = "30%"\nindex = "sp500"\nmargin_budget = 90000\nallow_long_legs = true\n')
    words = ["plan", sample_folder / "large_caps.csv", "--settings", settings]
    from_file = document_of(*words)["policy"]
    assert (from_file["hedge"], from_file["index"], from_file["margin_budget"]) == (0.3, ["sp500"], 90_000.0)
    over_it = document_of(*words, "--target-beta", "0.5", "--index", "auto")["policy"]
    assert (over_it["hedge"], over_it["target_beta"], over_it["index"]) == (None, 0.5, ["auto"])
    assert (over_it["margin_budget"], over_it["allow_long_legs"]) == (90_000.0, True)


def test_prices_of_a_file_are_used(sample_folder: Path, tmp_path: Path) -> None:
    # The holding makes the same moves as the index, so that its beta is 1.
    sessions = [date.fromordinal(date(2024, 1, 1).toordinal() + day) for day in range(600)]
    weekdays = [day for day in sessions if day.weekday() < 5]
    rows = [f"{day},{4000 * (1 + 0.01 * (n % 5))},{100 * (1 + 0.01 * (n % 5))}" for n, day in enumerate(weekdays)]
    prices = tmp_path / "prices.csv"
    prices.write_text("date,^GSPC,AAPL\n" + "\n".join(rows) + "\n")
    holdings = tmp_path / "one.csv"
    holdings.write_text("ticker,shares\nAAPL,5000\n")
    plan = document_of("plan", holdings, "--prices", prices)
    assert plan["as_of"] == str(weekdays[-1])
    assert plan["portfolio"]["market_value"] == pytest.approx(5000 * float(rows[-1].split(",")[2]), rel=1e-9)
    assert plan["exposure"]["by_index"][0]["beta"] == pytest.approx(1.0, abs=0.02)


def test_the_day_reaches_the_advice(sample_folder: Path) -> None:
    file = sample_folder / "adviser.csv"
    day = date(2022, 6, 15)
    expected = advise(read_portfolio(file, as_of=day), settings=Settings(), as_of=day, today=day)
    assert without_age(document_of("plan", file, "--as-of", "2022-06-15")) == of_advice(expected)


def test_the_same_inputs_give_the_same_bytes(sample_folder: Path) -> None:
    words = ["plan", sample_folder / "technology.csv", "--hedge", "50%", "--json"]
    assert run(*words).stdout_bytes == run(*words).stdout_bytes


class TestContracts:
    def rows(self, *words: str) -> dict[str, Document]:
        return {row["symbol"]: row for row in document_of("contracts", *words)["contracts"]}

    def test_three_sizes_stand_side_by_side_in_2020(self) -> None:
        rows = self.rows("--as-of", "2020-03-02")
        assert list(rows)[:3] == ["SP", "ES", "MES"]
        assert [rows[root]["multiplier"] for root in ("SP", "ES", "MES")] == [250.0, 50.0, 5.0]
        assert [rows[root]["contract_code"] for root in ("SP", "ES", "MES")] == ["SPH0", "ESH0", "MESH0"]
        assert all(rows[root]["is_listed"] for root in ("SP", "ES", "MES"))
        # The S&P 500 closed at 3,090.23 on 2 March 2020.
        assert rows["ES"]["notional"] == pytest.approx(50 * 3090.23, abs=0.01)
        assert rows["SP"]["margin"]["initial"] == pytest.approx(5 * rows["ES"]["margin"]["initial"], rel=1e-12)

    def test_the_standard_contract_is_delisted_in_2026(self) -> None:
        standard = self.rows("--as-of", "2026-08-21")["SP"]
        assert (standard["is_listed"], standard["delisted"]) == (False, "2021-09-17")
        assert (standard["contract_code"], standard["roll_date"], standard["notional"]) == (None, None, None)

    def test_margins_are_the_newest_dated_figures_and_no_assumptions(self) -> None:
        rows = self.rows("--as-of", "2026-08-21")
        margin = rows["MES"]["margin"]
        assert margin["as_of"] <= "2026-08-21"
        assert margin["age_days"] == (date(2026, 8, 21) - date.fromisoformat(margin["as_of"])).days
        assert margin["source"]
        assert margin["confidence"] in ("high", "medium", "low", "low to medium")
        assert not any("assum" in row["margin"]["source"] for row in rows.values() if row["margin"])

    def test_the_front_month_moves_on_the_roll_monday(self) -> None:
        assert self.rows("--as-of", "2026-06-12")["ES"]["contract_code"] == "ESM6"
        after = self.rows("--as-of", "2026-06-15")["ES"]
        assert (after["contract_code"], after["roll_date"]) == ("ESU6", "2026-09-14")

    def test_a_day_without_prices_has_no_notional(self) -> None:
        assert self.rows("--as-of", "1983-01-03")["SP"]["notional"] is None
        assert self.rows("--as-of", "2030-01-02")["ES"]["notional"] is None

    def test_the_day_is_the_newest_session_unless_said(self) -> None:
        assert document_of("contracts")["as_of"] == "2026-08-21"


def test_a_settings_file_may_choose_day_and_prices(sample_folder: Path, tmp_path: Path) -> None:
    settings = tmp_path / "choices.toml"
    settings.write_text('as-of = 2026-08-20\nprices = "snapshot"\n')
    words = ["plan", sample_folder / "large_caps.csv", "--settings", settings]
    assert document_of(*words)["as_of"] == "2026-08-20"
    assert document_of(*words, "--as-of", "2026-08-19")["as_of"] == "2026-08-19"


def test_rows_that_cannot_be_read_may_be_left_out_by_name(tmp_path: Path) -> None:
    file = tmp_path / "half.csv"
    file.write_text("ticker,shares\nAAPL,1O0\nMSFT,900\n")
    plan = document_of("plan", file, "--leave-out-bad-rows")
    assert [row["line"] for row in plan["portfolio"]["skipped_rows"]] == [2]
    assert any("1O0" in note["message"] for note in plan["notes"])


# ---------------------------------------------------------------- stress and size


def test_stress_shows_the_plan_of_the_same_options(sample_folder: Path) -> None:
    words = [sample_folder / "technology.csv", "--hedge", "50%", "--buffer", "100000"]
    words += ["--scenario", "mine:nasdaq100=-18%,AAPL=-30%"]
    stress, plan = document_of("stress", *words), document_of("plan", *words)
    assert stress["schema"] == "hedger.stress/1"
    for shared in ("as_of", "inputs_hash", "policy", "plan", "risk", "margin_call", "scenarios", "notes"):
        assert stress[shared] == plan[shared], shared
    mine = next(scenario for scenario in stress["scenarios"] if scenario["name"] == "mine")
    assert (mine["kind"], mine["shocks"]["nasdaq100"]) == ("shock", -0.18)


def test_crises_of_stress_end_where_their_paths_end(sample_folder: Path) -> None:
    stress = document_of("stress", sample_folder / "large_caps.csv")
    paths = {path["name"]: path for path in stress["paths"]}
    crises = [scenario for scenario in stress["scenarios"] if scenario["kind"] == "crisis"]
    assert len(crises) == 8
    for crisis in crises:
        path = paths[crisis["name"]]
        assert (path["sessions"][0], path["sessions"][-1]) == (crisis["start"], crisis["end"])
        for name in ("unhedged_pnl", "hedge_pnl", "hedged_pnl"):
            assert path[name][0] == 0.0
            assert path[name][-1] == pytest.approx(crisis[name], rel=1e-12)
        assert crisis["n_real"] + crisis["n_by_beta"] == stress["portfolio"]["n_positions"]
        assert len(crisis["by_beta"]) == crisis["n_by_beta"]
        for day in range(len(path["sessions"])):
            together = path["unhedged_pnl"][day] + path["hedge_pnl"][day]
            assert path["hedged_pnl"][day] == pytest.approx(together, abs=0.005)
    rallies = [past["name"] for past in stress["margin_call"]["past"] if past["kind"] == "rally"]
    assert rallies == ["1998-99", "March-August 2009", "April-August 2020", "2023"]


def test_only_crises_that_were_over_on_the_day_are_replayed(sample_folder: Path) -> None:
    stress = document_of("stress", sample_folder / "large_caps.csv", "--as-of", "2020-03-02")
    names = [scenario["name"] for scenario in stress["scenarios"] if scenario["kind"] == "crisis"]
    assert names == ["1987 crash", "2000-02 dot-com", "2007-09 financial crisis", "August 2011", "December 2018"]


def test_a_margin_call_without_contracts_is_null(sample_folder: Path) -> None:
    plan = document_of("plan", sample_folder / "large_caps.csv", "--hedge", "0%")
    assert plan["margin_call"] is None
    assert (plan["costs"]["per_year"], plan["costs"]["items"]) == (0, [])


def test_size_answers_the_published_case() -> None:
    words = ["size", "--equity", "10,000", "--risk", "1%", "--stop", "5"]
    micro, mini = document_of(*words, "--contract", "mes"), document_of(*words, "--contract", "ES")
    assert (micro["contracts"], mini["contracts"]) == (4, 0)
    assert (micro["tick_value"], micro["point_value"], micro["loss_at_stop"]) == (1.25, 5.0, 100.0)
    assert document_of(*words, "--contract", "SP", "--as-of", "2020-03-02")["point_value"] == 250.0


def test_size_tells_the_margin_of_the_plan_and_says_when_the_account_cannot_carry_it(sample_folder: Path) -> None:
    words = ["size", "--equity", "10000", "--risk", "1%", "--stop", "5", "--contract", "MES", "--as-of", "2026-08-21"]
    size = document_of(*words)
    plan = document_of("plan", sample_folder / "technology.csv", "--contracts", "MES", "--hedge", "10%")
    (order,) = plan["plan"]["orders"]
    assert size["price"] == order["price"]
    assert size["contract_code"] == order["contract_code"]
    assert size["initial_margin"] == pytest.approx(4 * order["initial_margin"] / abs(order["quantity"]), rel=1e-12)
    assert size["notional"] == pytest.approx(4 * 5.0 * order["price"], rel=1e-12)
    (note,) = size["notes"]
    assert note["code"] == "margin_above_equity"
    assert "which carries 3 at most" in note["message"]


def test_a_contract_whose_price_does_not_follow_from_the_prices_is_sized_without_margin() -> None:
    words = ["size", "--equity", "10000", "--risk", "10%", "--stop", "5", "--contract"]
    # A fund stands for the MidCap 400, the shipped levels begin in 1985, and in 2001 both are known.
    for root, day, is_unknown in (("EMD", "2026-08-21", True), ("SP", "1983-05-03", True), ("ES", "2001-01-02", False)):
        size = document_of(*words, root, "--as-of", day)
        assert [size[name] is None for name in ("price", "initial_margin", "notional")] == [is_unknown] * 3


def test_stress_and_size_have_views_for_people(sample_folder: Path) -> None:
    stress = run("stress", sample_folder / "large_caps.csv", "--hedge", "50%")
    assert stress.exit_code == 0
    assert "Past crises with today's holdings and contracts" in stress.stdout
    size = run("size", "--equity", "10000", "--risk", "1%", "--stop", "5", "--contract", "MES")
    assert size.stdout.startswith("At most 4 MES contracts: a stop 5 points away costs $100.00.")
