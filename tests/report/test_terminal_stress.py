"""A plan under stress in a terminal: its numbers are those of the advice, and it fits 80 columns."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from terminal_lines import cells_of, part

from hedger.advice import Advice, advise
from hedger.contracts import select_contracts
from hedger.market import SnapshotSource
from hedger.pricing import quote_fair
from hedger.report import to_dollars
from hedger.report.terminal_stress import size_view, stress_view
from hedger.risk import StatedScenario, size_position
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from hedger.portfolio import Portfolio

    Draw = Callable[[Advice], list[str]]

DAY = date(2026, 8, 21)


@pytest.fixture
def draw(draw_view: Callable[[RenderableType], list[str]]) -> Draw:
    return lambda advice: draw_view(stress_view(advice))


def change(amount: float) -> str:
    rounded = round(amount) + 0.0
    sign = "-" if rounded < 0 else "+" if rounded > 0 else ""
    return f"{sign}${abs(rounded):,.0f}"


def test_every_scenario_and_every_crisis_is_shown_as_the_advice_has_it(draw: Draw, technology: Portfolio) -> None:
    mine = StatedScenario(name="my own", moves=(("nasdaq100", -0.18), ("AAPL", -0.30)))
    advice = advise(technology, settings=Settings(hedge=0.5, scenario=(mine,)), today=DAY)
    lines = draw(advice)
    assert max(map(len, lines)) <= 80
    moves, wrong = part(lines, "If the Nasdaq-100 moves"), part(lines, "If something goes wrong")
    for scenario in advice.risk.scenarios:
        row = cells_of(moves, f"{dict(scenario.shocks)['nasdaq100']:+.0%}" + "*" * len(scenario.notes))
        assert row == [
            *(change(each) for each in (scenario.unhedged_pnl, scenario.hedge_pnl, scenario.hedged_pnl)),
            f"{change(scenario.hedged_low)} to {change(scenario.hedged_high)}",
        ]
    assert moves[-1] == "* Takes several sessions: trading stops for the day at -20%."
    for scenario in advice.risk.stresses:
        if scenario.name.startswith("Margin"):  # which change no value
            assert f"{scenario.name}: {' '.join(scenario.notes)}" in " ".join(wrong)
        elif not scenario.name.startswith("Correlation"):  # which take two lines
            row = cells_of(wrong, scenario.name)
            assert row == [change(each) for each in (scenario.unhedged_pnl, scenario.hedge_pnl, scenario.hedged_pnl)]
    assert advice.risk.stresses[-1].name == "my own"
    crises = part(lines, "Past crises with today's holdings and contracts")
    for replay in advice.risk.replays:
        if replay.episode.kind == "crisis":
            assert cells_of(crises, replay.episode.name) == [
                f"{replay.n_real} of 20",
                *(change(each) for each in (replay.unhedged_pnl, replay.hedge_pnl, replay.hedged_pnl)),
            ]
    assert "move by their beta to the index of the hedge" in " ".join(crises)


def test_the_futures_account_is_shown_with_its_chances_buffers_and_past(draw: Draw, technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5, buffer=100_000.0), today=DAY)
    lines, call = draw(advice), advice.risk.margin_call
    assert call is not None
    assert call.call_move is not None
    cash = part(lines, "Cash that the futures account may take")
    told = " ".join(cash)
    assert "With a buffer of $100,000 (as stated) a margin call comes when the Nasdaq-100 moves by" in told
    assert f"by +{call.call_move:.1%}, to {call.call_level:,.0f}." in told
    for chance in call.chances:
        assert chance.simulated is not None
        assert cells_of(cash, f"{chance.horizon_days} sessions") == [
            f"{chance.probability:.0%}",
            f"{chance.simulated:.0%}",
            *(f"${call.need(each, chance.horizon_days):,.0f}" for each in (0.10, 0.05, 0.01)),
        ]
    for stressed in call.stressed:
        at = "at once" if stressed.call_move is None else f"{stressed.call_move:+.1%}"
        assert cells_of(cash, f"{stressed.margin_multiplier - 1.0:+.0%}") == [
            f"${stressed.cash_needed:,.0f}",
            at,
            f"{stressed.probability:.0%}",
            *(f"${need.buffer:,.0f}" for need in stressed.needs),
        ]
    assert f"The same cash would carry {call.largest_hedge:.0%} of these contracts" in told
    past = part(lines, "What that account would have gone through")
    for account in advice.risk.past_accounts:
        label = f"Rally {account.episode.name}" if account.episode.kind == "rally" else account.episode.name
        assert cells_of(past, label) == [
            change(account.pnl),
            change(account.worst_pnl),
            account.call_session.isoformat() if account.call_session else "-",
            f"${account.cash_needed:,.0f}",
        ]


def test_costs_stand_beside_what_else_would_do(draw: Draw, technology: Portfolio) -> None:
    settings = Settings(hedge=0.5, unrealised_gain=500_000.0, long_term_tax=0.20, short_term_tax=0.37)
    advice = advise(technology, settings=settings, today=DAY)
    lines, risk = draw(advice), advice.risk
    costs = part(lines, "What it costs, and what else would do")
    assert cells_of(costs, "These futures") == [
        f"${-advice.plan.hedge_notional:,.0f}",
        f"${risk.costs.one_off:,.2f}",
        f"-${-risk.costs.per_year:,.0f}",
        "-",
    ]
    assert risk.costs.carry_per_year is not None
    rolls, carry = f"${risk.costs.rolls_per_year:,.0f}", f"-${-risk.costs.carry_per_year:,.0f}"
    assert f"These futures: {rolls} a year for rolls and {carry} for dividends less interest." in costs
    selling, fund = risk.other_ways
    assert selling.tax is not None
    assert cells_of(costs, "Selling the stocks")[-1] == f"${selling.tax:,.0f}"
    amounts = [f"${fund.amount:,.0f}", f"${fund.one_off:,.2f}", f"${fund.per_year:,.0f}"]
    assert cells_of(costs, "PSQ, an inverse fund") == [*amounts, "-"]
    taxes = part(lines, "Tax on the futures (United States, never advice)")
    for tax in risk.futures_tax:
        assert cells_of(taxes, tax.scenario) == [
            change(each) for each in (tax.gain, tax.long_term, tax.short_term, tax.tax)
        ]
    own = part(lines, "Risk that no index future removes")
    for each in risk.top_unhedgeable:
        assert cells_of(own, each.symbol) == [
            f"${each.market_value:,.0f}",
            f"{each.share:.0%}",
            f"{each.share_of_variance:.1%}",
        ]


def test_a_plan_without_contracts_has_no_account_to_show(draw: Draw, technology: Portfolio) -> None:
    lines = draw(advise(technology, settings=Settings(hedge=0.0), today=DAY))
    assert "Cash that the futures account may take" not in lines
    assert "What that account would have gone through" not in lines


def test_a_bought_hedge_with_enough_cash_is_called_by_no_move(draw: Draw, technology: Portfolio) -> None:
    shorts = tuple(replace(each, quantity=-(each.quantity or 0.0)) for each in technology.positions)
    advice = advise(replace(technology, positions=shorts), settings=Settings(buffer=1e9), today=DAY)
    assert "With a buffer of $1,000,000,000 (as stated) no move of the" in " ".join(draw(advice))


def test_a_buffer_that_carries_the_hedge_needs_no_smaller_one(draw: Draw, technology: Portfolio) -> None:
    told = " ".join(draw(advise(technology, settings=Settings(hedge=0.5, buffer=2e6), today=DAY)))
    assert "The same cash would carry" not in told
    assert "(as stated)" in told


def test_every_note_but_those_on_the_buffer_is_told(draw: Draw, technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5), today=date(2026, 11, 22))
    told = re.sub(r"\s+", " ", " ".join(part(draw(advice), "Worth knowing")))
    for note in advice.notes:
        assert (note.message in told) is not note.code.startswith("buffer")


@pytest.mark.parametrize(
    ("root", "lead"),
    [
        ("MES", "At most 4 MES contracts: a stop 5 points away costs $100.00."),
        ("ES", "At most 0 ES contracts: one already loses $250.00 at a stop 5 points away."),
    ],
)
def test_a_position_sized_by_its_stop(draw_view: Callable[[RenderableType], list[str]], root: str, lead: str) -> None:
    (contract,) = select_contracts(DAY, symbols=[root])
    levels = SnapshotSource().fetch(["^GSPC"], start=None, end=None)
    quote = quote_fair(contract, levels, DAY)
    sized = size_position(contract, equity=10_000.0, risk=0.01, stop=5.0, quote=quote)
    lines = draw_view(size_view(sized))
    assert lines[0] == lead
    assert cells_of(lines, "Initial margin") == [f"{to_dollars(sized.initial_margin)} (assumed)"]
    assert cells_of(lines, "Value of the position") == [f"{to_dollars(sized.notional)} (at 7,689.49 points)"]
    assert re.sub(r"\s+", " ", " ".join(lines)).count("is more than the equity of $10,000") == (root == "MES")
    assert cells_of(lines, "Value of a point") == [f"${contract.multiplier:,.2f}"]
    assert cells_of(lines, "Value of a tick") == [f"${contract.tick_value:,.2f} (0.25 points)"]
    assert cells_of(lines, "May be lost") == ["$100.00 (1.00% of the equity)"]


def test_a_stop_of_one_point_is_written_so(draw_view: Callable[[RenderableType], list[str]]) -> None:
    (contract,) = select_contracts(DAY, symbols=["MES"])
    lines = draw_view(size_view(size_position(contract, equity=10_000.0, risk=0.01, stop=1.0)))
    assert lines[0] == "At most 20 MES contracts: a stop 1 point away costs $100.00."
