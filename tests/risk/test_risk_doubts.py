"""A hedge that does harm, or bets the other way, says so beside its answer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hedger.advice import Advice, advise
from hedger.portfolio import read_portfolio
from hedger.report import ALARMS, state_answer
from hedger.report.pdf.front import ABOVE_ANSWER
from hedger.report.terminal import show
from hedger.report.terminal_plan import plan_view
from hedger.report.terminal_stress import stress_view
from hedger.risk import Distribution, TailRisk
from hedger.risk.doubts import list_doubts
from hedger.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from hedger.portfolio import Portfolio

DAY = date(2026, 8, 21)


def message(advice: Advice, code: str) -> str | None:
    return next((note.message for note in advice.risk.notes if note.code == code), None)


@pytest.fixture(scope="module")
def one_holding() -> Advice:
    """A book too small for one contract of what it needs: 100 shares, hedged in full."""
    portfolio = read_portfolio(b"ticker,shares\nAAPL,100\n", as_of=DAY)
    return advise(portfolio, settings=Settings(hedge=1.0, index=("sp500",), contracts=("MES",)), today=DAY)


def test_a_hedge_of_more_than_there_is_says_which_way_it_bets(one_holding: Advice) -> None:
    plan = one_holding.plan
    assert plan.beta_before > 0.5 > -0.5 > plan.beta_after
    said = message(one_holding, "side_changed")
    assert said is not None
    assert said.startswith("This is a bet on a fall: more than the whole index risk is removed")
    assert f"loses when the S&P 500 rises (beta {plan.beta_before:.2f} before, {plan.beta_after:.2f} after)" in said


def test_a_short_book_hedged_twice_bets_on_a_rise() -> None:
    portfolio = read_portfolio(b"ticker,shares\nSPY,-1000\n", as_of=DAY)
    advice = advise(portfolio, settings=Settings(hedge=2.0, index=("sp500",)), today=DAY)
    said = message(advice, "side_changed")
    assert said is not None
    assert said.startswith("This is a bet on a rise")
    assert "loses when the S&P 500 falls" in said


@pytest.mark.parametrize("hedge", [0.0, 0.5, 1.0])
def test_what_whole_contracts_leave_of_a_full_hedge_is_no_bet(adviser: Portfolio, hedge: float) -> None:
    advice = advise(adviser, settings=Settings(hedge=hedge), today=DAY)
    assert message(advice, "side_changed") is None
    assert message(advice, "risk_rises") is None


def test_every_measure_that_rises_is_told_with_both_figures(sample_folder: Path) -> None:
    portfolio = read_portfolio(sample_folder / "fidelity_positions.csv", as_of=DAY)
    advice = advise(portfolio, settings=Settings(hedge=1.0), today=DAY)
    before, after = (
        {(t.level, t.horizon_days): t for t in side.tails} for side in (advice.risk.before, advice.risk.after)
    )
    one, other = before[0.99, 10].value_at_risk, after[0.99, 10].value_at_risk
    assert other > one
    said = message(advice, "risk_rises")
    assert said is not None
    assert f"the 10-day 99% value at risk from ${one:,.0f} to ${other:,.0f}" in said
    assert "volatility" not in said
    assert advice.risk.after.volatility < advice.risk.before.volatility


def test_of_each_kind_the_measure_that_rises_most_is_told(one_holding: Advice) -> None:
    tails = [
        TailRisk(level=level, horizon_days=1, value_at_risk=100.0, expected_shortfall=200.0) for level in (0.95, 0.99)
    ]
    before = Distribution(volatility=1_000.0, tails=tuple(tails))
    after = Distribution(
        volatility=1_000.4, tails=(replace(tails[0], value_at_risk=103.0), replace(tails[1], value_at_risk=105.0))
    )
    notes = list_doubts(one_holding.exposure, one_holding.plan, before=before, after=after, largest=())
    said = {note.code: note.message for note in notes}
    assert said["risk_rises"] == (
        "These futures raise a risk: the 1-day 99% value at risk from $100 to $105. Compare with a lower --hedge."
    )


@pytest.mark.usefixtures("plain_terminal")
def test_an_alarm_stands_beside_the_answer_and_only_there(
    one_holding: Advice, capsys: pytest.CaptureFixture[str]
) -> None:
    alarm = message(one_holding, "side_changed")
    for view in (plan_view, stress_view):
        show(view(one_holding))
        said = re.sub(r"\s+", " ", capsys.readouterr().out)
        assert said.startswith(f"{state_answer(one_holding)} {alarm}")
        assert said.count(str(alarm)) == 1


def test_the_pages_show_every_alarm_above_the_answer_too() -> None:
    assert set(ALARMS) <= set(ABOVE_ANSWER)
