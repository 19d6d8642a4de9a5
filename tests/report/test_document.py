"""The JSON that other programs rely on: every number is a field of the advice, in plain units, or null."""

import json
import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hedger.advice import advise, measure_account
from hedger.errors import BadCell, InvalidRowsError, PricesUnavailableError, SettingsError, StalePricesError
from hedger.exposure import BetaOverride
from hedger.market import SnapshotSource
from hedger.portfolio import FileWarning, Portfolio, Position, SkippedRow
from hedger.report import (
    betas_document,
    error_document,
    holdings_document,
    plan_document,
    policy_document,
    to_json,
)
from hedger.settings import Settings

NEWEST = date(2026, 8, 21)


@pytest.fixture(scope="module")
def document(technology_advice):
    return json.loads(to_json(plan_document(technology_advice)))


# ---------------------------------------------------------------- JSON itself


def test_dates_become_text_and_what_is_undefined_becomes_null():
    written = json.loads(to_json({"day": NEWEST, "nan": math.nan, "inf": [math.inf], "tuple": (1, 2.5), "no": None}))
    assert written == {"day": "2026-08-21", "nan": None, "inf": [None], "tuple": [1, 2.5], "no": None}


def test_a_list_too_long_to_indent_has_a_record_a_line_and_the_same_content():
    records = [{"symbol": f"S{n}", "market_value": n / 7, "day": NEWEST, "lines": (n,)} for n in range(10_001)]
    records[5_000]["market_value"] = math.nan
    records[7]["lines"] = (math.inf, 1)
    text = to_json({"before": [1], "positions": records, "after": "é"})
    plain = [each | {"day": "2026-08-21", "lines": [n]} for n, each in enumerate(records)]
    plain[5_000]["market_value"] = None
    plain[7]["lines"] = [None, 1]
    assert json.loads(text) == {"before": [1], "positions": plain, "after": "é"}
    in_lines = ",\n    ".join(json.dumps(each, ensure_ascii=False) for each in plain)
    assert f'"positions": [\n    {in_lines}\n  ],\n  "after": "é"' in text


def test_truth_stays_truth_and_text_stays_readable():
    assert to_json({"is": True, "name": "Zürich"}) == '{\n  "is": true,\n  "name": "Zürich"\n}'


@pytest.mark.parametrize("value", [np.int64(5), np.array([1.0]), {1, 2}, object()])
def test_what_has_no_plain_form_is_not_written_as_text(value):
    with pytest.raises(TypeError, match="has no place in a document"):
        to_json({"value": value})


# ---------------------------------------------------------------- the plan


def test_the_plan_is_the_advice(document, technology_advice):
    plan, written = technology_advice.plan, document["plan"]
    for name in [
        "hedge_fraction",
        "hedge_notional",
        "achieved_hedge_fraction",
        "beta_before",
        "beta_after",
        "beta_after_low",
        "beta_after_high",
        "residual_beta_dollars",
        "tracking_risk",
        "best_tracking_risk",
        "bound",
        "is_optimal",
        "initial_margin",
        "maintenance_margin",
        "round_trip_cost",
    ]:
        assert written[name] == getattr(plan, name), name
    assert written["target_notional"] == dict(plan.target_notional)
    for row, order in zip(written["orders"], plan.orders, strict=True):
        assert (row["symbol"], row["contract_code"]) == (order.quote.symbol, order.quote.code)
        assert row["last_trading_day"] == order.quote.last_trading_day.isoformat()
        for name in ("quantity", "held_after", "notional", "initial_margin", "maintenance_margin", "cost"):
            assert row[name] == getattr(order, name), name
        assert row["notional"] == row["quantity"] * row["multiplier"] * row["price"]
    assert document["costs"]["one_off"] == plan.round_trip_cost
    assert document["schema"] == "hedger.plan/1"
    assert document["inputs_hash"] == technology_advice.inputs_hash
    assert document["as_of"] == "2026-08-21"


def test_the_exposure_is_the_advice(document, technology_advice):
    exposure, written = technology_advice.exposure, document["exposure"]
    assert written["reference_index"] == technology_advice.plan.reference_index == "nasdaq100"
    for row, measured in zip(written["by_index"], exposure.by_index, strict=True):
        for name in ("index", "level", "beta", "stderr", "low", "high", "r_squared", "beta_dollars"):
            assert row[name] == getattr(measured, name), name
    for row, holding in zip(written["by_holding"], exposure.by_holding, strict=True):
        for name in (
            "symbol", "market_value", "index", "beta", "stderr", "low", "high", "shrink_weight", "n_observations"
        ):  # fmt: skip
            assert row[name] == getattr(holding, name), name
        assert row["flags"] == list(holding.flags)
    assert written["covariance"] == exposure.covariance.tolist()
    budget = technology_advice.plan.error_budget
    assert document["error_budget"] == {
        name: getattr(budget, name) for name in ("stderr_estimation", "stderr_drift", "stderr_rounding", "stderr_total")
    }


def test_the_portfolio_and_the_prices_are_the_advice(document, technology_advice):
    book, prices = technology_advice.exposure.book, technology_advice.measurement.prices
    assert document["portfolio"]["name"] == technology_advice.portfolio.name
    for name in ("market_value", "gross_value", "beta_base", "cash"):
        assert document["portfolio"][name] == getattr(book, name), name
    assert document["portfolio"]["n_positions"] == len(book.holdings)
    assert document["prices"] == {
        "source": prices.source,
        "first_session": str(technology_advice.exposure.sessions[0]),
        "last_session": "2026-08-21",
        "age_days": 0,
    }


def test_risk_and_scenarios_are_the_advice(document, technology_advice):
    risk = technology_advice.risk
    for side in ("before", "after"):
        measured, written = getattr(risk, side), document["risk"][side]
        assert written["volatility"] == measured.volatility
        for name in ("value_at_risk", "expected_shortfall"):
            assert [(row["level"], row["horizon_days"], row["value"]) for row in written[name]] == [
                (tail.level, tail.horizon_days, getattr(tail, name)) for tail in measured.tails
            ]
            assert {row["method"] for row in written[name]} == {"filtered historical simulation"}
    assert document["risk"]["hedge_effectiveness"] == risk.hedge_effectiveness
    assert document["risk"]["unhedgeable_share"] == risk.unhedgeable_share
    crises = [replay for replay in risk.replays if replay.episode.kind == "crisis"]
    told = [*risk.scenarios, *risk.stresses, *crises]
    for row, each in zip(document["scenarios"], told, strict=True):
        assert row["shocks"] == dict(each.shocks)
        assert row["hedged_pnl"] == row["unhedged_pnl"] + row["hedge_pnl"] == each.hedged_pnl
    assert [row["kind"] for row in document["scenarios"]] == [
        *(each.kind for each in (*risk.scenarios, *risk.stresses)),
        *("crisis" for _ in crises),
    ]
    assert {row["kind"] for row in document["scenarios"]} == {"index", "shock", "crisis"}
    assert document["notes"] == [{"code": note.code, "message": note.message} for note in technology_advice.notes]


def test_the_calendar_is_that_of_the_first_expiry_held(document, technology_advice):
    quote = technology_advice.plan.positions[0].quote
    assert document["calendar"]["roll_date"] == quote.roll_date.isoformat()
    assert document["calendar"]["last_trading_day"] == quote.last_trading_day.isoformat()


def test_an_alternative_tells_the_trades_that_lead_to_it(technology):
    settings = Settings(hedge=0.5, current=(("NQ", -2), ("ES", -1)), index=("nasdaq100",))
    written = plan_document(advise(technology, settings=settings, today=NEWEST))["plan"]
    before = {"NQ": -2, "ES": -1}
    assert len(written["alternatives"]) > 1
    for alternative in written["alternatives"]:
        after = {row["symbol"]: row["quantity"] for row in alternative["positions"]}
        traded = {row["symbol"]: row["quantity"] for row in alternative["orders"]}
        for symbol in {*before, *after, *traded}:
            assert before.get(symbol, 0) + traded.get(symbol, 0) == after.get(symbol, 0)
        # Futures on another index are closed.
        assert "ES" not in after
        assert traded["ES"] == 1
        assert 0 not in traded.values()


def test_a_plan_without_contracts_has_null_where_nothing_is_defined(technology):
    written = json.loads(to_json(plan_document(advise(technology, settings=Settings(hedge=0.0), today=NEWEST))))
    assert written["plan"]["orders"] == []
    assert (written["calendar"]["roll_date"], written["calendar"]["last_trading_day"]) == (None, None)
    assert written["risk"]["hedge_effectiveness"] is None


def test_a_share_of_nothing_is_null(technology):
    overrides = tuple(BetaOverride(symbol=p.symbol, index=None, beta=0.0) for p in technology.positions)
    advice = advise(technology, settings=Settings(beta=overrides), today=NEWEST)
    written = json.loads(to_json(plan_document(advice)))
    assert written["plan"]["achieved_hedge_fraction"] is None
    assert written["exposure"]["by_holding"][0]["stderr"] is None
    assert "nothing_to_hedge" in {note["code"] for note in written["notes"]}


# ---------------------------------------------------------------- the policy


def test_every_choice_in_force_is_written_defaults_included():
    written = policy_document(Settings())
    assert set(written) >= set(Settings.__dataclass_fields__)
    assert (written["hedge"], written["target_beta"], written["index"]) == (1.0, None, ["auto"])
    assert written["sizes"] == ["standard", "e-mini", "micro"]


def test_a_choice_that_another_one_replaces_is_not_in_force():
    written = policy_document(Settings(target_beta=0.4, contracts=("ES",), index=("dow30",), current=(("ES", -2),)))
    assert (written["hedge"], written["target_beta"]) == (None, 0.4)
    assert (written["sizes"], written["contracts"]) == ([], ["ES"])
    assert (written["index"], written["current"]) == (["dow30"], {"ES": -2})


# ---------------------------------------------------------------- other documents


def test_betas_are_those_of_the_measurement(technology):
    measurement = measure_account(technology, SnapshotSource(), Settings(), today=date(2026, 8, 31))
    written = json.loads(to_json(betas_document(measurement)))
    assert written["exposure"]["reference_index"] == "nasdaq100"
    assert [row["beta"] for row in written["exposure"]["by_index"]] == [
        each.beta for each in measurement.exposure.by_index
    ]
    assert written["prices"]["age_days"] == 10


def test_betas_come_with_the_doubts_about_their_estimator_and_the_age_of_prices(technology):
    settings = Settings(estimator="dimson")
    measurement = measure_account(technology, SnapshotSource(), settings, today=date(2026, 11, 22))
    notes = betas_document(measurement)["notes"]
    codes = [note["code"] for note in notes]
    assert codes.count("estimator_forecasts_worse") == codes.count("prices_are_old") == 1
    assert notes == [{"code": note.code, "message": note.message} for note in measurement.notes]


def test_a_doubt_about_the_prices_is_told_once(technology):
    measurement = measure_account(technology, SnapshotSource(), Settings(), as_of=date(2024, 3, 10), today=NEWEST)
    codes = [note["code"] for note in betas_document(measurement)["notes"]]
    assert codes.count("not_a_session") == 1


def test_holdings_are_written_row_by_row_with_what_was_left_out():
    portfolio = Portfolio(
        name="book",
        positions=(
            Position(
                symbol="BRK-B",
                raw_symbol="BRK.B",
                quantity=2.5,
                price=400.0,
                market_value=1000.0,
                asset_class="stock",
                lines=(3, 7),
                account="4321",
            ),
            Position(
                symbol="ESZ26.CME",
                raw_symbol="ESZ6",
                quantity=-1.0,
                price=None,
                market_value=None,
                asset_class="future",
                lines=(4,),
                underlying="ES",
                expiry=date(2026, 12, 18),
                multiplier=50.0,
                notional=-300_000.0,
            ),
        ),
        cash_total=None,
        file_total=1000.0,
        skipped_rows=(SkippedRow(line=9, reason="a total"),),
        warnings=(FileWarning(code="odd", line=None, message="Odd."),),
        layout="plain",
    )
    written = json.loads(to_json(holdings_document(portfolio)))
    stock, future = written["positions"]
    assert (stock["symbol"], stock["raw_symbol"], stock["lines"], stock["account"]) == (
        "BRK-B",
        "BRK.B",
        [3, 7],
        "4321",
    )
    assert (future["expiry"], future["multiplier"], future["underlying"]) == ("2026-12-18", 50.0, "ES")
    assert (written["cash_total"], written["file_total"], written["format"]) == (None, 1000.0, "plain")
    assert written["skipped_rows"] == [{"line": 9, "reason": "a total"}]
    assert written["warnings"] == [{"code": "odd", "line": None, "message": "Odd."}]


@pytest.mark.parametrize(
    ("error", "facts"),
    [
        (SettingsError("No."), {"code": "settings_error", "message": "No."}),
        (PricesUnavailableError("No.", ["X"]), {"code": "prices_unavailable", "message": "No.", "symbols": ["X"]}),
        (StalePricesError("Old.", NEWEST), {"code": "stale_prices", "message": "Old.", "last_session": "2026-08-21"}),
    ],
)
def test_an_error_is_written_with_its_code_sentence_and_facts(error, facts):
    assert json.loads(to_json(error_document(error))) == {"error": facts}


def test_bad_cells_are_written_as_fields():
    cell = BadCell(line=14, column="Quantity", value="1,2oo", expected="a number")
    written = json.loads(to_json(error_document(InvalidRowsError([cell]))))["error"]
    assert written["code"] == "invalid_rows"
    assert written["cells"] == [
        {"line": 14, "column": "Quantity", "value": "1,2oo", "expected": "a number", "market_value": None}
    ]


def test_what_the_file_left_out_reaches_the_plan(technology):
    lost = replace(technology.positions[0], symbol="LOST", raw_symbol="LOST", market_value=500.0)
    portfolio = replace(
        technology,
        positions=(*technology.positions, lost),
        skipped_rows=(SkippedRow(line=2, reason="a title"),),
    )
    written = plan_document(advise(portfolio, settings=Settings(hedge=0.5), today=NEWEST))["portfolio"]
    assert [(row["symbol"], row["market_value"]) for row in written["excluded"]] == [("LOST", 500.0)]
    assert "not in the shipped snapshot" in written["excluded"][0]["reason"]
    assert written["skipped_rows"] == [{"line": 2, "reason": "a title"}]
