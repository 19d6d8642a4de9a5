"""What a plan looks like in a terminal: its numbers are those of the advice, and it fits 80 columns."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from terminal_lines import cells_of, flowing, part

from hedger.advice import Advice, advise
from hedger.hedge import objection_to
from hedger.portfolio import Portfolio, read_portfolio
from hedger.report import state_answer
from hedger.report.plan_tables import other_plans_table
from hedger.report.terminal_plan import plan_view
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import RenderableType

    Draw = Callable[[Advice], list[str]]

DAY = date(2026, 8, 21)


@pytest.fixture
def draw(draw_view: Callable[[RenderableType], list[str]]) -> Draw:
    return lambda advice: draw_view(plan_view(advice))


@pytest.fixture
def lines(draw: Draw, technology_advice: Advice) -> list[str]:
    return draw(technology_advice)


def test_the_answer_comes_first(lines: list[str], technology_advice: Advice) -> None:
    assert flowing(lines).startswith(state_answer(technology_advice))


def test_every_line_fits_80_columns_and_ends_without_blanks(draw: Draw, adviser: Portfolio) -> None:
    busy = advise(
        adviser,
        settings=Settings(include_delisted=True, index=("sp500",), current=(("ES", -1), ("NQ", 1))),
        as_of=date(2022, 6, 15),
        today=DAY,
    )
    drawn = draw(busy)
    assert max(map(len, drawn)) <= 80
    assert all(line == line.rstrip() for line in drawn)


def test_a_pipe_gets_no_colours(lines: list[str]) -> None:
    assert not any("\x1b" in line for line in lines)


def test_a_terminal_gets_colours(draw: Draw, technology_advice: Advice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1m" in draw(technology_advice)[0]


def test_before_and_after_are_those_of_the_advice(lines: list[str], technology_advice: Advice) -> None:
    plan, risk = technology_advice.plan, technology_advice.risk
    beta = technology_advice.exposure.of("nasdaq100")
    assert cells_of(lines, "Beta to the Nasdaq-100") == [f"{plan.beta_before:.2f}", f"{plan.beta_after:.2f}"]
    assert cells_of(lines, "  95% interval, next quarter") == [
        f"{beta.low:.2f} to {beta.high:.2f}",
        f"{plan.beta_after_low:.2f} to {plan.beta_after_high:.2f}",
    ]
    assert cells_of(lines, "Yearly volatility") == [f"${risk.before.volatility:,.0f}", f"${risk.after.volatility:,.0f}"]
    value = technology_advice.exposure.book.market_value
    assert cells_of(lines, "  share of the value") == [
        f"{risk.before.volatility / value:.1%}",
        f"{risk.after.volatility / value:.1%}",
    ]
    tails = {(tail.level, tail.horizon_days): tail.value_at_risk for tail in risk.before.tails}
    tails_after = {(tail.level, tail.horizon_days): tail.value_at_risk for tail in risk.after.tails}
    for label, key in {"Value at risk, 1 day, 95%": (0.95, 1), "Value at risk, 10 days, 99%": (0.99, 10)}.items():
        assert cells_of(lines, label) == [f"${tails[key]:,.0f}", f"${tails_after[key]:,.0f}"]


def test_the_ticket_is_that_of_the_advice(lines: list[str], technology_advice: Advice) -> None:
    plan = technology_advice.plan
    for order in plan.orders:
        assert cells_of(lines, order.quote.code) == [
            "SELL",
            str(-order.quantity),
            f"{order.quote.price:,.2f}",
            f"-${-order.notional:,.0f}",
            f"${order.initial_margin:,.0f}",
            f"${order.cost:,.2f}",
        ]
    assert cells_of(lines, "Total") == [
        f"-${-plan.hedge_notional:,.0f}",
        f"${plan.initial_margin:,.0f}",
        f"${plan.round_trip_cost:,.2f}",
    ]
    assert "Last trading day 2026-09-18; roll to the next month on 2026-09-14." in lines
    assert "Proved: no other whole number of contracts within your limits comes closer." in lines


def test_index_moves_are_those_of_the_advice(lines: list[str], technology_advice: Advice) -> None:
    drawn = [re.split(r"\s{2,}", line) for line in part(lines, "If the Nasdaq-100 moves")[1:8]]
    assert [cells[0] for cells in drawn] == ["-30%*", "-20%", "-10%", "-5%", "+5%", "+10%", "+20%"]
    by_name = {scenario.name: scenario for scenario in technology_advice.risk.scenarios}
    for move, *gains in drawn:
        scenario = by_name[f"Nasdaq-100 {move.removesuffix('*')}"]
        shown = [float(re.sub(r"[$,+]", "", gain)) for gain in gains]
        exact = [scenario.unhedged_pnl, scenario.hedge_pnl, scenario.hedged_pnl]
        assert shown == pytest.approx(exact, abs=0.5)
    assert part(lines, "If the Nasdaq-100 moves")[8].startswith("* Takes several sessions")


def test_numbers_of_a_table_end_in_one_column(lines: list[str]) -> None:
    moves = part(lines, "If the Nasdaq-100 moves")[:8]
    assert len({len(line) for line in moves}) == 1


def test_every_index_has_a_line_best_first(lines: list[str], technology_advice: Advice) -> None:
    drawn = part(lines, "Which index")[1:5]
    assert drawn[0].startswith("Nasdaq-100 (used)")
    shares = [int(line.split()[-1].removesuffix("%")) for line in drawn]
    assert shares == sorted(shares, reverse=True)
    sp500, test = technology_advice.exposure.of("sp500"), technology_advice.plan.index_test
    assert test is not None
    assert cells_of(lines, "S&P 500") == [
        f"{sp500.beta:.2f}",
        f"{sp500.low:.2f} to {sp500.high:.2f}",
        f"{dict(test.removed)['sp500']:.0%}",
    ]


def test_what_further_indices_were_judged_by_is_shown(lines: list[str], technology_advice: Advice) -> None:
    alone, both = technology_advice.plan.leg_test
    _, first, second, *why = part(lines, "More than one index")
    assert first.split() == ["Nasdaq-100", f"{alone.explained:.0%}", f"{alone.removed:.0%}"]
    assert second.split()[-4:] == [f"{both.explained:.0%}", f"{both.removed:.0%}", "not", "used"]
    assert second.startswith("S&P 500 + Nasdaq-100")
    assert flowing(why) == f"S&P 500 + Nasdaq-100 is not used: {objection_to(both)}."


def test_the_choice_of_the_index_is_said_in_words(lines: list[str], technology_advice: Advice) -> None:
    (note,) = [note.message for note in technology_advice.plan.notes if note.code == "index_choice"]
    assert "Nasdaq-100 instead of the S&P 500 would have removed 94% instead of 83%" in note
    assert flowing(part(lines, "Which index")).endswith(note)


def test_an_index_that_did_not_do_best_since_is_not_praised_for_it(draw: Draw, sample_folder: Path) -> None:
    portfolio = read_portfolio(sample_folder / "long_short_with_cash.csv", as_of=DAY)
    advice = advise(portfolio, today=DAY)
    assert advice.plan.index_test is not None
    removed = dict(advice.plan.index_test.removed)
    assert advice.plan.reference_index == "dow30"
    assert removed["dow30"] < removed["sp500"]
    said = flowing(part(draw(advice), "Which index"))
    assert "Dow instead of" not in said
    assert f"Hedging with the Dow would have removed {removed['dow30']:.0%} of this portfolio's variance" in said
    assert f"with the S&P 500 {removed['sp500']:.0%}" in said
    assert said.endswith("The Dow was chosen because it fits best over the last five years, recent sessions most.")


def test_with_one_index_only_nothing_is_said_of_further_ones(draw: Draw, technology: Portfolio) -> None:
    drawn = draw(advise(technology, settings=Settings(hedge=0.5, index=("sp500",)), today=DAY))
    assert "More than one index" not in drawn


def test_at_most_six_other_plans_are_shown_this_one_among_them(draw: Draw, adviser: Portfolio) -> None:
    advice = advise(adviser, settings=Settings(hedge=0.7), today=DAY)
    plan = advice.plan
    assert len(plan.alternatives) > 6
    shown = [re.split(r"\s{2,}", line) for line in part(draw(advice), "Other plans")[1:7]]
    figures = {
        (f"${each.tracking_risk:,.0f}", f"${each.round_trip_cost:,.2f}", f"${each.initial_margin:,.0f}"): each.labels
        for each in plan.alternatives
    }
    labels = [figures[risk, cost, margin] for _, _, risk, cost, margin in shown]
    assert {label for each in labels for label in each} >= {"e_minis_only", "half_the_margin", "least_risk"}
    held = " ".join(f"{order.held_after:+,} {order.quote.symbol}" for order in plan.positions)
    assert [cells[0] for cells in shown if cells[1] == "this plan"] == [held]


def test_a_plan_without_another_has_no_table_of_others(draw: Draw, technology: Portfolio) -> None:
    assert "Other plans" not in draw(advise(technology, settings=Settings(hedge=0.0), today=DAY))


def test_a_plan_on_the_way_is_cheaper_or_has_less_risk(adviser: Portfolio) -> None:
    plan = advise(adviser, settings=Settings(hedge=0.7, tolerance=0.02), today=DAY).plan
    others = other_plans_table(plan)
    assert others is not None
    costs = {why: float(cost.lstrip("$")) for _, why, _, cost, _ in others.rows}
    assert costs["less risk"] > costs["this plan"] > costs["cheaper"]


def test_two_objectives_stand_side_by_side(draw: Draw, technology: Portfolio) -> None:
    settings = Settings(hedge=0.5, objective="expected-shortfall")
    advice = advise(technology, settings=settings, today=DAY)
    drawn = draw(advice)
    comparison = advice.plan.comparison
    assert comparison is not None
    chosen, other = comparison.outcomes
    assert cells_of(drawn, "Shortfall, 1 day, 95%") == [
        f"${chosen.book_shortfall:,.0f}",
        f"${other.book_shortfall:,.0f}",
        f"${comparison.unhedged_book_shortfall:,.0f}",
    ]
    assert cells_of(drawn, "  of the 50% to hedge") == [
        f"${chosen.expected_shortfall:,.0f}",
        f"${other.expected_shortfall:,.0f}",
        f"${comparison.unhedged_shortfall:,.0f}",
    ]
    assert cells_of(drawn, "Tracking risk") == [f"${chosen.tracking_risk:,.0f}", f"${other.tracking_risk:,.0f}", "-"]
    assert f"{advice.plan.positions[0].held_after:+d} NQ" in cells_of(drawn, "Held")[0]
    assert "You asked for 50%; the expected shortfall is least here." in flowing(drawn)
    assert "within your limits has a smaller expected shortfall." in flowing(part(drawn, "Order ticket"))


def test_of_a_full_hedge_there_is_one_shortfall(draw: Draw, technology: Portfolio) -> None:
    drawn = draw(advise(technology, settings=Settings(hedge=1.0, objective="expected-shortfall"), today=DAY))
    assert not any("to hedge  " in line for line in drawn)
    assert "least expected shortfall" in part(drawn, "Two objectives")[0]


def test_the_cheapest_plan_within_a_tolerance_is_not_called_the_least(draw: Draw, technology: Portfolio) -> None:
    settings = Settings(hedge=0.5, objective="expected-shortfall", tolerance=0.05)
    head = part(draw(advise(technology, settings=settings, today=DAY)), "Two objectives")[0]
    assert re.split(r"\s{2,}", head.strip()) == ["cheapest within 5.0%", "least variance", "no futures"]


def test_without_a_past_the_fit_stands_in_and_no_years_are_named(draw: Draw, technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5, legs=1), as_of=date(2017, 3, 1), today=DAY)
    assert advice.plan.index_test is None
    best, *_ = part(draw(advice), "Which index")[1:]
    assert best.endswith(f"{advice.exposure.of(advice.plan.reference_index).r_squared:.0%}")
    assert "over its history, in which recent sessions count more" in flowing(part(draw(advice), "Which index"))


def test_the_hedge_ratio_is_explained_in_one_line(lines: list[str], technology_advice: Advice) -> None:
    dollars = f"${technology_advice.plan.beta_dollars:,.0f}"
    said = f"The hedge ratio is a share of beta dollars ({dollars}: market value times beta), not of market value."
    assert said in flowing(part(lines, "Worth knowing"))


def test_every_note_reaches_the_reader_the_gravest_first(draw: Draw, technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5, margin_budget=40_000.0), today=date(2026, 11, 22))
    said = flowing(part(draw(advice), "Worth knowing"))
    elsewhere = {"index_choice", "leg_choice", "buffer_too_small"}  # their facts stand with the indices and the ticket
    places = {note.code: said.find(note.message) for note in advice.notes if note.code not in elsewhere}
    assert set(places) >= {"prices_are_old", "limit_binds"}
    assert min(places.values()) >= 0
    assert places["prices_are_old"] < places["limit_binds"] < said.find("The hedge ratio is")


def test_what_was_left_out_is_named_with_its_reason(draw: Draw) -> None:
    rows = "".join(f"ZZZ{number:02d},10\n" for number in range(12))
    portfolio = read_portfolio(b"ticker,shares\nAAPL,5000\nMSFT,2000\n" + rows.encode(), as_of=DAY)
    drawn = draw(advise(portfolio, today=DAY))
    omitted = flowing(part(drawn, "Left out"))
    assert "- ZZZ00: not in the shipped snapshot" in omitted
    assert omitted.endswith("and 4 more; --json lists all")
    assert "ZZZ" not in flowing(part(drawn, "Worth knowing"))


def test_a_what_if_says_so_beside_the_answer(draw: Draw, adviser: Portfolio) -> None:
    what_if = advise(adviser, settings=Settings(index=("sp500",), include_delisted=True), today=DAY)
    drawn = draw(what_if)
    (note,) = [note.message for note in what_if.notes if note.code == "contract_delisted"]
    assert flowing(drawn).startswith(f"{state_answer(what_if)} {note}")
    assert flowing(drawn).count(note) == 1


def test_positions_held_before_are_counted(draw: Draw, technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5, current=(("NQ", -1),)), today=DAY)
    held = ", ".join(f"{order.held_after:+d} {order.quote.symbol}" for order in advice.plan.positions)
    said = flowing(part(draw(advice), "Order ticket"))
    assert f"Held afterwards: {held}; initial margin of all ${advice.plan.initial_margin:,.0f}." in said


def test_futures_that_are_closed_are_not_among_those_held_afterwards(draw: Draw, technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5, current=(("ES", -1),), contracts=("NQ",)), today=DAY)
    (left,) = [order for order in advice.plan.positions if order.held_after]
    said = flowing(part(draw(advice), "Order ticket"))
    assert f"Held afterwards: {left.held_after:+d} NQ; initial margin" in said
    nothing = advise(technology, settings=Settings(hedge=0.0, current=(("NQ", -1),)), today=DAY)
    assert "Held afterwards: no futures; initial margin of all $0." in flowing(part(draw(nothing), "Order ticket"))


def test_a_plan_without_orders_has_no_ticket(draw: Draw, technology: Portfolio) -> None:
    drawn = draw(advise(technology, settings=Settings(hedge=0.0), today=DAY))
    assert drawn[0].startswith("Trade nothing")
    assert "Order ticket" not in drawn


def test_a_plan_within_a_tolerance_is_not_called_the_closest(draw: Draw, technology: Portfolio) -> None:
    drawn = draw(advise(technology, settings=Settings(hedge=0.5, tolerance=0.2), today=DAY))
    assert not any(line.startswith("Proved") for line in drawn)


def test_a_short_record_has_no_tail_losses(draw: Draw, technology_advice: Advice) -> None:
    risk = technology_advice.risk
    short = replace(risk, before=replace(risk.before, tails=()), after=replace(risk.after, tails=()))
    assert not any("Value at risk" in line for line in draw(replace(technology_advice, risk=short)))


def test_the_cash_that_the_futures_take_stands_below_the_ticket(draw: Draw, technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.5, buffer=100_000.0), today=date(2026, 8, 21))
    call, costs = advice.risk.margin_call, advice.risk.costs
    assert call is not None
    assert costs.carry_per_year is not None
    ticket = flowing(part(draw(advice), "Order ticket"))
    assert f"{call.chances[-1].probability:.0%} likely with $100,000 beyond initial margin" in ticket
    assert f"5% with ${call.need(0.05, 63):,.0f} (see hedger stress)" in ticket
    carry = f"A year costs ${costs.rolls_per_year:,.0f} for rolls and earns about ${-costs.carry_per_year:,.0f}"
    assert carry in ticket


def test_futures_that_are_only_held_have_their_cash_told_too(draw: Draw, technology: Portfolio) -> None:
    settings = Settings(hedge=0.5, current=(("NQ", -2), ("MNQ", -2)))
    held = draw(advise(technology, settings=settings, today=date(2026, 8, 21)))
    assert "Order ticket" not in "\n".join(held)
    assert "Margin call within a quarter" in flowing(part(held, "Futures held"))
    none = draw(advise(technology, settings=Settings(hedge=0.0), today=date(2026, 8, 21)))
    assert "Margin call" not in "\n".join(none)
