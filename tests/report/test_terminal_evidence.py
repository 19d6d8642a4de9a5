"""The evidence in a terminal and as JSON: its numbers are those of the result, and it fits 80 columns."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from terminal_lines import cells_of

from hedger.backtest import Backtest, backtest
from hedger.evidence import Difference, Evidence
from hedger.report import backtest_document, state_evidence, to_json, to_strategy
from hedger.report.evidence_tables import word_accounts, word_estimators
from hedger.report.terminal_evidence import backtest_view
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from hedger.portfolio import Portfolio

    Draw = Callable[[Backtest], list[str]]

DAY = date(2026, 8, 21)


@pytest.fixture(scope="module")
def tested(technology: Portfolio) -> Backtest:
    """Three years of the technology book, half hedged: no futures are known for them."""
    return backtest(technology, settings=Settings(hedge=0.5, legs=1), years=3, today=DAY)


@pytest.fixture(scope="module")
def on_futures(technology: Portfolio) -> Backtest:
    """The same three years before the record of real futures ends."""
    return backtest(technology, settings=Settings(legs=1, buffer=50_000.0), years=3, as_of=date(2023, 6, 30), today=DAY)


@pytest.fixture
def draw(draw_view: Callable[[RenderableType], list[str]]) -> Draw:
    return lambda outcome: draw_view(backtest_view(outcome))


def test_every_strategy_is_shown_as_the_result_has_it(draw: Draw, tested: Backtest) -> None:
    lines = draw(tested)
    assert max(map(len, lines)) <= 80
    evidence = tested.evidence
    assert cells_of(lines, "no hedge") == [
        "-",
        f"${evidence.drawdown:,.0f}",
        "-",
        "-",
        str(evidence.rule.n_covered),
        "-",
    ]
    for record in evidence.strategies:
        assert cells_of(lines, to_strategy(record.name)) == [
            f"{100 * record.hedge_effectiveness:.1f}%",
            f"${record.drawdown:,.0f}",
            f"{record.basis_points_per_year:.1f}",
            str(record.n_orders),
            str(record.n_covered_after),
            str(record.n_called),
        ]


def test_every_quarter_is_shown_with_what_was_foretold_and_what_came(draw: Draw, tested: Backtest) -> None:
    lines = draw(tested)
    for quarter, hedged in zip(tested.evidence.quarters, tested.evidence.rule.quarters, strict=True):
        row = cells_of(lines, str(quarter.start))
        assert row[0] == " ".join(f"{symbol}{quantity:+d}" for symbol, quantity in hedged.held)
        assert row[4] == f"{hedged.low:.2f} to {hedged.high:.2f}"
        assert row[5] == f"{hedged.realised_beta:.2f}" + ("" if hedged.is_covered else "*")


def test_a_star_is_explained_where_there_is_one(draw: Draw, tested: Backtest) -> None:
    evidence = tested.evidence
    for missed in (False, True):
        quarters = tuple(
            replace(each, realised_beta=each.high + 0.1 if missed else each.beta) for each in evidence.rule.quarters
        )
        strategies = (replace(evidence.rule, quarters=quarters), *evidence.strategies[1:])
        lines = draw(replace(tested, evidence=replace(evidence, strategies=strategies)))
        assert ("* Beta came outside the 95% interval that was given at the roll." in lines) is missed
        assert any(line.endswith("*") for line in lines) is missed


def test_the_estimator_in_use_is_marked(draw: Draw, tested: Backtest) -> None:
    lines = draw(tested)
    own = next(each for each in tested.evidence.estimators if each.name == "two-speed")
    assert cells_of(lines, "two-speed (used)") == [f"{own.error:.2f}", f"{own.bias:+.2f}", f"{own.ratio:.2f}"]


def test_every_note_is_shown(draw: Draw, tested: Backtest) -> None:
    text = " ".join(" ".join(draw(tested)).split())
    assert tested.notes
    for note in tested.notes:
        assert note.message in text


def test_real_futures_are_shown_where_the_record_has_them(draw: Draw, tested: Backtest, on_futures: Backtest) -> None:
    assert tested.evidence.on_futures is None
    assert "On the futures' own prices" not in draw(tested)
    check = on_futures.evidence.on_futures
    assert check is not None
    lines = draw(on_futures)
    assert max(map(len, lines)) <= 80
    below = lines[lines.index("On the futures' own prices") :]
    assert cells_of(below, "no hedge")[2] == f"${check.drawdown:,.0f}"
    assert [record.name for record in check.records] == [record.name for record in on_futures.evidence.strategies]
    for record in check.records:
        shown = record.on_futures
        assert cells_of(below, to_strategy(record.name)) == [
            f"{100 * record.on_index.hedge_effectiveness:.1f}%",
            f"{100 * shown.hedge_effectiveness:.1f}%",
            f"${shown.drawdown:,.0f}",
            f"{shown.basis_points_per_year:.1f}",
            str(shown.n_covered_after),
            str(shown.n_called),
            f"{'-' if record.basis_per_year < 0 else '+'}${abs(record.basis_per_year):,.0f}",
        ]


# ---------------------------------------------------------------- sentences


def reworded(evidence: Evidence, **changed: Any) -> str:
    return state_evidence(replace(evidence, **changed))


def compared(difference: float, low: float | None, high: float | None) -> tuple[Difference, ...]:
    return (Difference(other="sp500", difference=difference, low=low, high=high),)


def test_the_verdict_tells_share_cost_and_what_a_part_can_do(tested: Backtest) -> None:
    evidence = tested.evidence
    removed = evidence.rule.hedge_effectiveness
    assert removed is not None
    assert state_evidence(evidence).startswith(
        f"Over the last {len(evidence.quarters)} quarters this plan's rule would have removed {100 * removed:.1f}% of "
        f"the portfolio's variance, at a cost of {evidence.rule.basis_points_per_year:.1f} basis points a year. "
        "A hedge of 50% can remove 75% at most."
    )
    assert "at most" not in reworded(evidence, hedge_fraction=1.0)
    assert "at most" not in reworded(evidence, hedge_fraction=None)


@pytest.mark.parametrize(
    ("difference", "low", "high", "ending"),
    [
        (0.1, 0.05, 0.15, "would have removed 10.0 points less (95% interval 5.0 to 15.0)."),
        (-0.1, -0.15, -0.05, "would have removed 10.0 points more (95% interval 5.0 to 15.0)."),
        (0.01, -0.02, 0.04, "removed 1.0 points less, which may be chance (95% interval -2.0 to 4.0)."),
        (-0.01, -0.04, 0.02, "removed 1.0 points more, which may be chance (95% interval -2.0 to 4.0)."),
        (0.1, None, None, "would have removed 10.0 points less."),
    ],
)
def test_the_verdict_says_when_a_difference_may_be_chance(
    difference: float, low: float | None, high: float | None, ending: str, tested: Backtest
) -> None:
    sentence = reworded(tested.evidence, differences=compared(difference, low, high))
    assert sentence.endswith(ending)


def test_without_the_sp500_the_verdict_is_about_the_rule_alone(tested: Backtest) -> None:
    alone = reworded(tested.evidence, strategies=tested.evidence.strategies[:1], differences=())
    assert "S&P 500" not in alone


def test_a_hedge_that_adds_variance_and_a_book_that_stands_still_are_told_so(tested: Backtest) -> None:
    evidence = tested.evidence
    bought = replace(evidence.rule, hedge=-evidence.rule.hedge)
    assert "would have added" in reworded(evidence, strategies=(bought,))
    still = replace(evidence.rule, unhedged=np.zeros(evidence.unhedged.size))
    one = evidence.quarters[:1]
    assert reworded(evidence, strategies=(still,), quarters=one) == (
        "Over the last 1 quarter this portfolio did not move, so there was nothing to hedge."
    )


def test_a_rule_that_never_holds_futures_is_not_compared(technology: Portfolio) -> None:
    idle = backtest(technology, settings=Settings(hedge=0.0), years=1, today=DAY).evidence
    assert state_evidence(idle) == (
        "Over the last 3 quarters this plan's rule would have held no futures, so nothing was removed."
    )


def test_the_account_is_told_with_its_buffer(tested: Backtest, on_futures: Backtest) -> None:
    (first, second) = word_accounts(on_futures.evidence)
    rule = on_futures.evidence.rule
    assert f"${rule.worst_account:,.0f} within one quarter" in first
    assert "With $50,000 beyond initial margin" in first
    assert f"called for cash in {rule.n_called} of {len(rule.quarters)} quarters" in first
    calibration = on_futures.evidence.calibration
    assert f"in {calibration.n_beyond_buffer} of {calibration.n_accounts} quarters" in second
    assert "With $0 beyond" in next(word_accounts(tested.evidence))


def test_how_many_estimators_came_closer_is_counted(tested: Backtest) -> None:
    records = tested.evidence.estimators
    for place, record in enumerate(records):
        words = word_estimators(replace(tested, settings=Settings(estimator=record.name)))
        counted = {0: "No other estimator", 1: "One other estimator"}.get(place, f"{place} other estimators")
        assert words.endswith(f"{counted} came closer.")
        assert f"typically {record.error:.2f} away" in words


# ---------------------------------------------------------------- JSON


def test_the_document_is_the_result(tested: Backtest) -> None:
    document = json.loads(to_json(backtest_document(tested)))
    assert document["schema"] == "hedger.backtest/1"
    evidence, shown = tested.evidence, document["backtest"]
    assert shown["n_quarters"] == len(shown["quarters"]) == len(evidence.quarters)
    assert [each["name"] for each in shown["strategies"]] == [record.name for record in evidence.strategies]
    for each, record in zip(shown["strategies"], evidence.strategies, strict=True):
        assert each["hedge_effectiveness"] == record.hedge_effectiveness
        assert len(each["quarters"]) == len(evidence.quarters)
        together = np.array(shown["unhedged_pnl"]) + np.array(each["hedge_pnl"])
        assert np.abs(together - np.array(each["hedged_pnl"])).max() < 0.005
        assert each["quarters"][0]["held"] == dict(record.quarters[0].held)
    assert shown["sessions"][0] == str(evidence.sessions[0])
    assert document["calibration"]["n_quarters"] == len(evidence.quarters)
    assert document["policy"]["hedge"] == 0.5
    assert {note["code"] for note in document["notes"]} >= {"todays_portfolio", "survivors"}


def test_the_document_has_no_futures_where_there_are_none(tested: Backtest, on_futures: Backtest) -> None:
    assert backtest_document(tested)["on_futures"] is None
    check = on_futures.evidence.on_futures
    document = json.loads(to_json(backtest_document(on_futures)))["on_futures"]
    assert document["n_quarters"] == len(document["quarters"]) == len(on_futures.evidence.quarters)
    assert document["unhedged_drawdown"] == check.drawdown
    assert [each["name"] for each in document["records"]] == [record.name for record in check.records]
    for each, record in zip(document["records"], check.records, strict=True):
        assert each["on_index"] == record.on_index.hedge_effectiveness
        assert each["on_futures"] == each["hedge_effectiveness"] == record.on_futures.hedge_effectiveness
        assert each["basis_per_year"] == pytest.approx(record.basis_per_year, abs=0.005)
        assert each["n_called"] == record.on_futures.n_called
        assert len(each["quarters"]) == check.n_quarters


def test_the_same_test_gives_the_same_bytes(tested: Backtest, technology: Portfolio) -> None:
    again = backtest(technology, settings=Settings(hedge=0.5, legs=1), years=3, today=DAY)
    assert to_json(backtest_document(again)) == to_json(backtest_document(tested))
