"""The tables of a plan, as the terminal, the page and the printed plan show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.report.text_table import TextTable
from hedger.report.words import state_proof, to_dollars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hedger.advice import Advice
    from hedger.hedge import Alternative, HedgePlan

SHOWN_PLANS = 6
"""Rows of other plans where there is little room; page, JSON and workbook have more."""
OTHER_PLANS_LEGEND = (
    "Risk missed: how far a year's gain may stray from what was asked for (standard deviation). Round trip: of the "
    "orders that lead there."
)
"""What the columns of :func:`other_plans_table` mean."""

_WHY = {
    "least_risk": "least risk",
    "least_shortfall": "least shortfall",
    "cheapest_within_tolerance": "cheapest within the tolerance",
    "e_minis_only": "E-minis only",
    "one_index_only": "one index only",
    "half_the_margin": "half the margin",
}


def ticket_table(plan: HedgePlan) -> TextTable:
    """Return the orders, one a row, and their sums where there are several."""
    orders = plan.orders
    rows = [
        (
            order.quote.code,
            "BUY" if order.quantity > 0 else "SELL",
            f"{abs(order.quantity):,}",
            f"{order.quote.price:,.2f}",
            to_dollars(order.notional),
            to_dollars(order.initial_margin),
            to_dollars(order.cost, places=2),
        )
        for order in orders
    ]
    if len(orders) > 1:
        notional = to_dollars(sum(order.notional for order in orders))
        margin = to_dollars(sum(order.initial_margin for order in orders))
        cost = to_dollars(sum(order.cost for order in orders), places=2)
        rows.append(("Total", "", "", "", notional, margin, cost))
    headings = ("Contract", "Action", "Quantity", "Price", "Notional", "Initial margin", "Round trip")
    return TextTable(headings=headings, rows=tuple(rows), n_labels=2)


def word_ticket(advice: Advice) -> Iterator[str]:
    """Say what the contracts of the orders are, what is held after them, until when, and that they are the best."""
    plan = advice.plan
    contracts = [order.quote.contract for order in plan.orders]
    yield "; ".join(f"{each.symbol}: {each.name}, {_to_point(each.multiplier)} a point" for each in contracts) + "."
    if any(order.held_after != order.quantity for order in plan.positions):
        held = [f"{order.held_after:+,} {order.quote.symbol}" for order in plan.positions if order.held_after]
        margin = to_dollars(plan.initial_margin)
        yield f"Held afterwards: {', '.join(held) or 'no futures'}; initial margin of all {margin}."
    first = min((order.quote for order in plan.orders), key=lambda quote: quote.roll_date)
    yield f"Last trading day {first.last_trading_day}; roll to the next month on {first.roll_date}."
    if plan.is_optimal and advice.settings.tolerance == 0:
        yield state_proof(plan.objective)


def _to_point(multiplier: float) -> str:
    return to_dollars(multiplier, places=0 if multiplier == round(multiplier) else 2)


def other_plans_table(plan: HedgePlan, *, most: int | None = None) -> TextTable | None:
    """Return what else could be done, the least risk first and this plan in bold; ``None`` where nothing else could.

    Parameters
    ----------
    plan
        With its alternatives.
    most
        Rows; plans that are only cheaper give way to those that are best in another respect. ``None`` for all.
    """
    held = {order.quote.symbol: order.held_after for order in plan.positions if order.held_after}
    is_own = {each: dict(each.positions) == held for each in plan.alternatives}
    if all(is_own.values()):
        return None
    named_first = sorted(plan.alternatives, key=lambda each: (not is_own[each], each.labels == ("efficient",)))
    kept = set(named_first[:most])
    shown = [each for each in plan.alternatives if each in kept]
    rows = tuple(
        (
            " ".join(f"{quantity:+,} {symbol}" for symbol, quantity in each.positions) or "none",
            "this plan" if is_own[each] else _why(each, plan),
            to_dollars(each.tracking_risk),
            to_dollars(each.round_trip_cost, places=2),
            to_dollars(each.initial_margin),
        )
        for each in shown
    )
    return TextTable(
        headings=("Contracts", "Why", "Risk missed", "Round trip", "Margin"),
        rows=rows,
        n_labels=2,
        bold=tuple(number for number, each in enumerate(shown) if is_own[each]),
    )


def _why(alternative: Alternative, plan: HedgePlan) -> str:
    """Say what another plan is best at; one on the way to lower costs is either cheaper or has less risk."""
    on_the_way = "cheaper" if alternative.round_trip_cost < plan.round_trip_cost else "less risk"
    return ", ".join(_WHY.get(label, on_the_way) for label in alternative.labels)
