"""A plan at a glance: the answer, before and after, the ticket, index moves, why this index, and the doubts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from hedger.hedge import objection_to
from hedger.report.plan_tables import OTHER_PLANS_LEGEND, SHOWN_PLANS, other_plans_table, ticket_table, word_ticket
from hedger.report.terminal import answer, bullet_list, draw_table, left_out, number_table, paragraph, section
from hedger.report.words import (
    ALARMS,
    BUFFER_ORIGINS,
    UNKNOWN,
    to_beta,
    to_dollars,
    to_index_title,
    to_percent,
)
from hedger.risk import ACCEPTED, SEVERAL_SESSIONS
from hedger.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from hedger.advice import Advice
    from hedger.errors import Note
    from hedger.exposure import Excluded
    from hedger.hedge import HedgePlan, LegStep, ObjectiveComparison, ObjectiveOutcome

SHOWN_MOVES = (-0.30, -0.20, -0.10, -0.05, 0.05, 0.10, 0.20)
"""Index moves of the view; the JSON has more."""
SHOWN_TAILS = ((0.95, 1), (0.99, 10))
"""Level and sessions of the losses of the view; the JSON has more."""
GRAVEST = (
    "prices_are_old",
    "prices_end_early",
    "prices_jump",
    "prices_restated",
    "hard_to_hedge",
    "limit_binds",
    "cash_below_margin",
    "too_small_to_hedge",
    "price_differs_from_file",
    "margin_assumed",
    "margin_low_confidence",
    "margin_old",
)
"""Codes of notes that come first, the gravest first."""
SHOWN_ELSEWHERE = (
    *ALARMS,
    "index_choice",
    "leg_choice",
    "holdings_excluded",
    "buffer_assumed",
    "buffer_too_small",
)
"""Codes of notes whose facts have a place of their own in the view."""


def plan_view(advice: Advice) -> RenderableType:
    """Return the view of a plan; every number of it is a field of the advice."""
    return Group(*_parts(advice))


def _parts(advice: Advice) -> Iterator[RenderableType]:
    yield answer(advice)
    yield section("Before and after", _before_and_after(advice))
    if advice.plan.orders:
        yield section(
            "Order ticket",
            draw_table(ticket_table(advice.plan)),
            *(paragraph(line) for line in (*word_ticket(advice), *_money_lines(advice))),
        )
    elif advice.risk.margin_call is not None:
        yield section("Futures held", *(paragraph(line) for line in _money_lines(advice)))
    if advice.plan.comparison is not None:
        yield section("Two objectives", _objectives(advice.plan.comparison))
    title = to_index_title(advice.plan.reference_index)
    yield section(f"If the {title} moves", *_moves(advice))
    yield section("Which index", *_indices(advice))
    if len(advice.plan.leg_test) > 1:
        yield section("More than one index", *_leg_test(advice.plan))
    others = other_plans_table(advice.plan, most=SHOWN_PLANS)
    if others is not None:
        yield section("Other plans", draw_table(others), paragraph(OTHER_PLANS_LEGEND))
    omitted = _omitted(advice)
    if omitted:
        yield section("Left out", left_out(omitted))
    yield section("Worth knowing", bullet_list(_worth_knowing(advice)))


def _before_and_after(advice: Advice) -> RenderableType:
    plan, risk = advice.plan, advice.risk
    beta = advice.exposure.of(plan.reference_index)
    title = to_index_title(plan.reference_index)
    value = advice.exposure.book.beta_base
    rows = [
        (f"Beta to the {title}", to_beta(plan.beta_before), to_beta(plan.beta_after)),
        (
            "  95% interval, next quarter",
            _interval(beta.low, beta.high),
            _interval(plan.beta_after_low, plan.beta_after_high),
        ),
        ("Yearly volatility", to_dollars(risk.before.volatility), to_dollars(risk.after.volatility)),
        (
            "  share of the value",
            to_percent(risk.before.volatility / value, places=1),
            to_percent(risk.after.volatility / value, places=1),
        ),
    ]
    for before, after in zip(risk.before.tails, risk.after.tails, strict=True):
        if (before.level, before.horizon_days) in SHOWN_TAILS:
            days = plural(before.horizon_days, "day")
            rows.append(
                (
                    f"Value at risk, {days}, {to_percent(before.level)}",
                    to_dollars(before.value_at_risk),
                    to_dollars(after.value_at_risk),
                )
            )
    return number_table("", "before", "after", rows=rows)


def _interval(low: float, high: float) -> str:
    return f"{to_beta(low)} to {to_beta(high)}"


def _money_lines(advice: Advice) -> Iterator[str]:
    """Say what the futures take in cash: the chance of a margin call, and what a year costs."""
    call, costs = advice.risk.margin_call, advice.risk.costs
    if call is None:
        return
    quarter = call.chances[-1]
    buffer = f"{to_dollars(call.buffer)} beyond initial margin"
    if not call.buffer and not call.is_stated:
        buffer += f" ({BUFFER_ORIGINS[call.origin]})"
    yield (
        f"Margin call within a quarter: {to_percent(quarter.probability)} likely with {buffer}, 5% with "
        f"{to_dollars(call.need(ACCEPTED, quarter.horizon_days))} (see hedger stress)."
    )
    carry = costs.carry_per_year
    line = f"A year costs {to_dollars(costs.rolls_per_year)} for rolls"
    if carry is not None:
        verb = "earns" if carry < 0 else "costs"
        line += f" and {verb} about {to_dollars(abs(carry))} in interest less dividends while the index stands still"
    yield f"{line}."


def _objectives(comparison: ObjectiveComparison) -> RenderableType:
    """Draw the plan of least expected shortfall beside that of least variance, and beside no futures."""
    outcomes = comparison.outcomes
    rows = [
        ("Held", *(_held(outcome) for outcome in outcomes), "none"),
        (
            f"Shortfall, 1 day, {to_percent(comparison.level)}",
            *(to_dollars(outcome.book_shortfall) for outcome in outcomes),
            to_dollars(comparison.unhedged_book_shortfall),
        ),
        ("Tracking risk", *(to_dollars(outcome.tracking_risk) for outcome in outcomes), UNKNOWN),
        ("Initial margin", *(to_dollars(outcome.initial_margin) for outcome in outcomes), UNKNOWN),
        ("Round trip", *(to_dollars(outcome.round_trip_cost, places=2) for outcome in outcomes), UNKNOWN),
    ]
    if comparison.fraction != 1.0:
        of_share = (
            f"  of the {to_percent(comparison.fraction)} to hedge",
            *(to_dollars(outcome.expected_shortfall) for outcome in outcomes),
            to_dollars(comparison.unhedged_shortfall),
        )
        rows.insert(2, of_share)
    names = [f"least {outcome.objective.replace('-', ' ')}" for outcome in outcomes]
    if comparison.tolerance:
        names[0] = f"cheapest within {to_percent(comparison.tolerance, places=1)}"
    return number_table("", *names, "no futures", rows=rows)


def _held(outcome: ObjectiveOutcome) -> str:
    return ", ".join(f"{quantity:+,} {symbol}" for symbol, quantity in outcome.positions) or "none"


def _moves(advice: Advice) -> Iterator[RenderableType]:
    """Draw what moves of the reference index do to portfolio and futures."""
    reference = advice.plan.reference_index
    shown = [each for each in advice.risk.scenarios if dict(each.shocks)[reference] in SHOWN_MOVES]
    rows = [
        (
            to_percent(dict(each.shocks)[reference], is_change=True) + ("*" if each.takes_several_sessions else ""),
            *(to_dollars(gain, is_change=True) for gain in (each.unhedged_pnl, each.hedge_pnl, each.hedged_pnl)),
        )
        for each in shown
    ]
    yield number_table("index", "portfolio", "futures", "together", rows=rows)
    if any(each.takes_several_sessions for each in shown):
        yield paragraph(f"* {SEVERAL_SESSIONS}")


def _indices(advice: Advice) -> Iterator[RenderableType]:
    """Draw what each index is to the book, best first, and say in words why one was chosen."""
    plan, test = advice.plan, advice.plan.index_test
    fits = {each.index: each.r_squared for each in advice.exposure.by_index}
    removed = fits if test is None else dict(test.removed)
    by_index = sorted(advice.exposure.by_index, key=lambda each: -removed.get(each.index, 0.0))
    used = {index for index, _ in plan.target_notional}
    rows = [
        (
            to_index_title(each.index) + (" (used)" if each.index in used else ""),
            to_beta(each.beta),
            _interval(each.low, each.high),
            to_percent(removed.get(each.index)),
        )
        for each in by_index
    ]
    bold = [position for position, each in enumerate(by_index) if each.index in used]
    yield number_table("", "beta", "95% interval", "variance removed", rows=rows, bold=bold)
    yield from (paragraph(note.message) for note in plan.notes if note.code == "index_choice")


def _leg_test(plan: HedgePlan) -> Iterator[RenderableType]:
    """Draw what each number of indices is expected to remove, and say why a larger one is not used."""
    rows = [
        (
            _leg_names(step),
            to_percent(step.explained),
            to_percent(step.removed),
            "" if number == 0 else "used" if step.is_taken else "not used",
        )
        for number, step in enumerate(plan.leg_test)
    ]
    yield number_table("", "expected", "removed", "", rows=rows)
    for step in plan.leg_test:
        if step.objection is not None:
            yield paragraph(f"{_leg_names(step)} is not used: {objection_to(step)}.")


def _leg_names(step: LegStep) -> str:
    return " + ".join(to_index_title(index) for index in step.indices)


def _omitted(advice: Advice) -> list[str]:
    book = advice.exposure.book
    excluded = [f"{each.symbol}{_worth(each, book.share_left_out(each))}: {each.reason}" for each in book.excluded]
    return excluded + [f"line {row.line}: {row.reason}" for row in advice.portfolio.skipped_rows]


def _worth(excluded: Excluded, share: float | None) -> str:
    if excluded.market_value is None or share is None:
        return ""
    return f", {to_dollars(excluded.market_value)} ({to_percent(share, places=1)} of the file)"


def _worth_knowing(advice: Advice) -> Iterator[str]:
    notes = [note for note in advice.notes if note.code not in SHOWN_ELSEWHERE]
    for note in sorted(notes, key=_gravity):
        yield note.message
    yield (
        f"The hedge ratio is a share of beta dollars ({to_dollars(advice.plan.beta_dollars)}: "
        "market value times beta), not of market value."
    )
    prices = advice.measurement.prices
    yield f"Prices: {prices.source}, closes of {prices.last_session}. All figures: --json. Not investment advice."


def _gravity(note: Note) -> int:
    return GRAVEST.index(note.code) if note.code in GRAVEST else len(GRAVEST)
