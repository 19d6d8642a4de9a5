"""Reading an earlier plan.json: what it says, and one sentence for everything that can be wrong with it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from books import BOOK, make_book, make_position
from earlier_plans import document_of, plan_of, review_of, to_bytes

from hedger.advice import advise
from hedger.contracts import BrokerFees, BrokerMargin, Fees
from hedger.errors import SettingsError
from hedger.exposure import BetaOverride
from hedger.review import follow_choices, read_plan
from hedger.risk import StatedScenario
from hedger.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

THEN = date(2026, 6, 22)
FEES = Fees(
    commission=0.5, exchange_fee=0.35, regulatory_fee=0.02, as_of="2026-06", source="own figures (f.csv, line 2)"
)
EVERYTHING = Settings(
    target_beta=0.4,
    index=("sp500", "nasdaq100"),
    legs=None,
    contracts=("MES", "MNQ"),
    margin_budget=80_000.0,
    max_contracts=30,
    tolerance=0.02,
    current=(("MES", -2),),
    estimator="welch",
    beta=(BetaOverride(symbol="KO", index=None, beta=0.5), BetaOverride(symbol="JPM", index="sp500", beta=1.1)),
    proxy=(("XOM", "SPY"),),
    margins=(BrokerMargin(symbol="MES", initial=2_500.0, maintenance=2_300.0, as_of=THEN, source="m.csv"),),
    fees=(BrokerFees(symbol="MES", fees=FEES),),
    fee_schedule="ibkr",
    futures_price=(("MES", 7_500.0),),
    portfolio_value=1e6,
    buffer=20_000.0,
    scenario=(StatedScenario(name="mine", moves=(("sp500", -0.1), ("KO", -0.2))),),
    unrealised_gain=1_000.0,
    long_term_tax=0.2,
    short_term_tax=0.37,
)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return document_of(advise(make_book(), settings=Settings(hedge=0.5), as_of=THEN, today=THEN))


def test_a_plan_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    portfolio = make_book(BOOK, make_position("USD", 50_000.0, asset_class="cash"))
    advice = advise(portfolio, settings=Settings(hedge=0.5), as_of=date(2026, 6, 20), today=THEN)
    path = tmp_path / "plan.json"
    path.write_bytes(to_bytes(document_of(advice)))
    earlier = read_plan(path)
    assert (earlier.name, earlier.as_of, earlier.last_session) == ("plan.json", date(2026, 6, 20), date(2026, 6, 18))
    assert earlier.reference_index == advice.plan.reference_index
    assert earlier.beta == pytest.approx(advice.plan.beta_before, rel=1e-12)
    assert earlier.beta_after == advice.plan.beta_after
    assert earlier.book.beta_base == pytest.approx(advice.exposure.book.beta_base, rel=1e-12)
    assert earlier.book.cash == 50_000.0
    assert [(each.symbol, each.quantity, each.price) for each in earlier.book.holdings] == [
        (each.symbol, each.quantity, each.price) for each in advice.exposure.book.holdings
    ]
    assert [(each.future.code, each.quantity, each.quantity_before) for each in earlier.positions] == [
        (order.quote.code, order.held_after, 0) for order in advice.plan.positions
    ]
    assert earlier.is_adjusted
    interval = advice.exposure.of(earlier.reference_index)
    assert (earlier.low, earlier.high) == (interval.low, interval.high)


def test_the_choices_of_the_plan_come_back_but_for_what_was_of_its_day() -> None:
    portfolio = make_book()
    earlier = plan_of(portfolio, THEN, EVERYTHING)
    assert follow_choices(earlier, portfolio) == replace(EVERYTHING, current=(), futures_price=())
    assert follow_choices(plan_of(portfolio, THEN, Settings()), portfolio) == Settings()


def test_every_choice_is_carried_or_was_of_its_day() -> None:
    # A choice that is added to the settings has to be decided on here, too.
    carried = {name for name, _ in plan_of(make_book(), THEN, EVERYTHING).choices}
    named = set(Settings.__dataclass_fields__)
    assert named - carried == {"hedge", "sizes", "current", "futures_price"}


def test_choices_about_holdings_with_odd_names_come_back() -> None:
    odd = make_position("=old fund, series A", 10.0, market_value=4_000.0)
    settings = Settings(
        hedge=0.5,
        beta=(BetaOverride(symbol="=old fund, series A", index="sp500", beta=-1.5),),
        proxy=(("=old fund, series A", "SPY"),),
        scenario=(StatedScenario(name="=2+3", moves=(("=old fund, series A", 3.5),)),),
    )
    portfolio = make_book(BOOK, odd)
    assert follow_choices(plan_of(portfolio, THEN, settings), portfolio) == settings


def test_what_is_stated_wins_over_the_plan() -> None:
    portfolio = make_book()
    earlier = plan_of(portfolio, THEN, EVERYTHING)
    settings = follow_choices(earlier, portfolio, {"hedge": 0.3, "tolerance": 0.05}, {"tolerance": 0.0})
    assert (settings.hedge, settings.target_beta, settings.tolerance) == (0.3, None, 0.0)
    review = review_of(plan_of(portfolio, THEN), portfolio, THEN, {"hedge": 0.3, "max_contracts": 9})
    assert review.changed_choices == ("hedge", "max-contracts")


def test_betas_proxies_and_scenarios_of_what_was_sold_are_left_out() -> None:
    earlier = plan_of(make_book(), THEN, EVERYTHING)
    settings = follow_choices(earlier, make_book({symbol: BOOK[symbol] for symbol in ("AAPL", "JPM")}))
    assert [each.symbol for each in settings.beta] == ["JPM"]
    assert settings.proxy == ()
    assert settings.scenario == ()


def test_a_plan_of_a_later_day_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"old\.json is of 2026-06-22, after 2026-06-01, the day of the review"):
        review_of(plan_of(make_book(), THEN), make_book(), date(2026, 6, 1))


def spoil(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy in which a field has another value; a value of ``...`` takes it away."""
    changed = copy.deepcopy(document)
    part: Any = changed
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in way:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return changed


DEFECTS = [
    ("schema", ..., r'old\.json has no field "schema", which should be text'),
    ("schema", "hedger.stress/1", r'field "schema": "hedger\.stress/1" is not "hedger\.plan/1"'),
    ("schema", 1, r'field "schema": "1" is not text'),
    ("as_of", "22 June", r'field "as_of": "22 June" is not a day such as'),
    ("as_of", "2026-13-01", r'field "as_of": "2026-13-01" is not a day'),
    ("as_of", "2026-06-01", r'field "prices\.last_session": "2026-06-22" is not a day up to 2026-06-01'),
    ("prices", [], r'field "prices": a list is not an object'),
    ("exposure/reference_index", "dax", r'field "exposure\.reference_index": "dax" is not one of sp500, nasdaq100'),
    ("exposure/by_index", {}, r'field "exposure\.by_index": an object is not a list of objects'),
    ("exposure/by_index", [], r'field "exposure\.by_index": a list is not a list with one entry for'),
    ("exposure/by_index", [3], r'field "exposure\.by_index": a list is not a list of objects'),
    ("exposure/by_holding", [], r'field "exposure\.by_holding": a list is not a list of holdings with a value'),
    ("exposure/by_holding/0/beta", None, r'field "exposure\.by_holding\[0\]\.beta": null is not a number'),
    ("exposure/by_holding/0/beta", True, r'"exposure\.by_holding\[0\]\.beta": "True" is not a number'),
    ("exposure/by_holding/0/market_value", 1e14, r"is not a number below 10,000,000,000,000"),
    ("exposure/by_holding/0/market_value", 10**400, r"a number of many digits is not a number below"),
    ("exposure/by_holding/0/symbol", "  ", r'"exposure\.by_holding\[0\]\.symbol": "  " is not text'),
    ("exposure/by_holding/1/symbol", "AAPL", r"is not a holding that stands there once per index"),
    ("portfolio/cash", "much", r'field "portfolio\.cash": "much" is not a number'),
    ("portfolio/cash", 5.0, r'field "portfolio\.market_value": .* is not what the values of exposure\.by_holding'),
    ("portfolio/holdings/0/price", -3.0, r'"portfolio\.holdings\[0\]\.price": "-3\.0" is not a number above zero'),
    ("plan/beta_before", 9.0, r'field "plan\.beta_before": "9\.0" is not what the betas of exposure\.by_holding times'),
    ("plan/positions", ..., r'no field "plan\.positions"'),
    ("plan/positions/0/quantity", 1.5, r'"plan\.positions\[0\]\.quantity": "1\.5" is not a whole number'),
    ("plan/positions/0/quantity", -(10**7), r"is not a number of contracts up to 1,000,000"),
    ("plan/positions/0/price", 0, r'"plan\.positions\[0\]\.price": "0" is not a number above zero'),
    ("plan/positions/0/contract_code", "CLZ6", r"is not an index future known here \(SP, ES"),
    ("plan/positions/0/contract_code", "MESF6", r"is not a month in which MES expires \(H M U Z\)"),
    ("plan/positions/0/contract_code", "a contract", r"is not a contract code such as ESZ6"),
    ("plan/positions/0/contract_code", "M2KU6", r"is not the code of its symbol, once in the list"),
    ("policy", ..., r'no field "policy", which should be an object'),
    ("policy/hedge", "lots", r'old\.json, field "policy\.hedge": --hedge: "lots" is not a share'),
    ("policy/legs", 9, r'old\.json, field "policy": A hedge uses 1 to 5 indices, not 9'),
    ("policy/estimator", "oracle", r'old\.json, field "policy": There is no estimator "oracle"'),
    ("policy/sizes", ["huge"], r'field "policy\.sizes": --sizes: "huge" is not a contract size'),
    ("policy/fee_schedule", "nobody", r'field "policy\.fee_schedule": There is no fee schedule "nobody"'),
    ("policy/margins", [{"symbol": "CL"}], r'field "policy\.margins\[0\]\.symbol": "CL" is not an index future'),
    (
        "policy/fees",
        [{"symbol": "ES", "fees": {"commission": -1}}],
        r"fees\.commission\": \"-1\" is not a number of at",
    ),
    (
        "policy/beta",
        [{"symbol": "KO", "index": "dax", "beta": 1}],
        r'policy\.beta\[0\]\.index": "dax" is not one of sp500',
    ),
    ("policy/beta", [{"symbol": "KO", "index": None}], r'no field "policy\.beta\[0\]\.beta"'),
    ("policy/proxy", {"OLD": "http://x"}, r'"policy\.proxy\.OLD": "http://x" is not a symbol such as SPY'),
    ("policy/scenario", [{"name": "a", "moves": {"sp500": -2}}], r'moves\.sp500": "-2" is not a move of at least -1'),
    ("notes", "none", r'field "notes": "none" is not a list of objects'),
]


@pytest.mark.parametrize(("path", "value", "words"), DEFECTS)
def test_every_defect_is_one_sentence_with_file_and_field(
    document: dict[str, Any], path: str, value: Any, words: str
) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read_plan(to_bytes(spoil(document, path, value)), name="old.json")
    assert "old.json" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"old\.json, line 1: this is not JSON"),
        (b"{\n  'schema': 1}", r"old\.json, line 2: this is not JSON"),
        (b"[]", r"old\.json holds a list and not an object"),
        (b'"text"', r'old\.json holds "text" and not an object'),
        (b"\xff\xfe\x00", r"old\.json is not text in UTF-8"),
        (b"[" * 100_000, r"old\.json is JSON that no plan is written in"),
        (b'{"schema": ' + b"9" * 5_000 + b"}", r"old\.json is JSON that no plan is written in"),
        (b" " * 20_000_001, r"old\.json is larger than 20 MB"),
    ],
)
def test_what_is_no_document_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read_plan(content, name="old.json")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(document: dict[str, Any], number: str) -> None:
    text = json.dumps(spoil(document, "portfolio/cash", "HERE")).replace('"HERE"', number)
    with pytest.raises(SettingsError, match=r'field "portfolio\.cash": "(nan|inf)" is not a finite number'):
        read_plan(text.encode(), name="old.json")


@pytest.mark.parametrize("name", ["nowhere.json", "bad\0name"])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r'(nowhere\.json|bad\\x00name)" cannot be read: .*Check its name'):
        read_plan(tmp_path / name)


def test_foreign_text_is_escaped_and_cut(document: dict[str, Any]) -> None:
    wrong = spoil(document, "exposure/reference_index", "\x1b[31m" + "x" * 500)
    with pytest.raises(SettingsError, match=r"\\x1b\[31mxxx") as caught:
        read_plan(to_bytes(wrong), name="old.json\x07")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_a_field_of_a_later_version_does_no_harm(document: dict[str, Any]) -> None:
    later = {**document, "policy": {**document["policy"], "moon_phase": "full"}, "added_later": 1}
    assert read_plan(to_bytes(later)).beta == pytest.approx(document["plan"]["beta_before"], rel=1e-12)


def test_stated_futures_prices_are_not_carried_and_that_is_said(document: dict[str, Any]) -> None:
    portfolio = make_book()
    earlier = plan_of(portfolio, THEN, Settings(hedge=0.5, futures_price=(("ES", 7_500.0), ("NQ", 30_000.0))))
    assert earlier.stated_prices == ("ES", "NQ")
    review = review_of(earlier, portfolio, THEN)
    note = next(note for note in review.notes if note.code == "stated_prices_not_carried")
    assert "given by hand (ES, NQ)" in note.message
    assert review.advice.settings.futures_price == ()
    assert read_plan(to_bytes(spoil(document, "policy/futures_price", ...))).stated_prices == ()
