"""The tables of cash, costs, taxes and own risk, as the terminal and the page show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.report.text_table import TextTable
from hedger.report.words import to_dollars, to_percent
from hedger.risk import SELLING
from hedger.wording import plural

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.risk import MarginCall, Risk


def call_chances_table(call: MarginCall) -> TextTable:
    """Return how likely a call for cash is within each horizon, and the buffers that leave given chances of one."""
    rows = tuple(
        (
            plural(each.horizon_days, "session"),
            to_percent(each.probability),
            to_percent(each.simulated),
            *(to_dollars(need.buffer) for need in call.needs if need.horizon_days == each.horizon_days),
        )
        for each in call.chances
    )
    return TextTable(headings=("Call within", "By formula", "Past windows", *_buffers(call)), rows=rows)


def raised_margins_table(call: MarginCall) -> TextTable:
    """Return the account as it is and under raised margins: cash at once, move and chance of a call in a quarter."""
    quarter = call.chances[-1]
    today = (
        "As today",
        to_dollars(0.0),
        _to_move(call.call_move, is_due=False),
        to_percent(quarter.probability),
        *(to_dollars(need.buffer) for need in call.needs if need.horizon_days == quarter.horizon_days),
    )
    risen = (
        (
            to_percent(each.margin_multiplier - 1.0, is_change=True),
            to_dollars(each.cash_needed),
            _to_move(each.call_move, is_due=each.cash_needed > 0),
            to_percent(each.probability),
            *(to_dollars(need.buffer) for need in each.needs),
        )
        for each in call.stressed
    )
    headings = ("Margins", "Cash at once", "Call at", "Chance", *_buffers(call))
    return TextTable(headings=headings, rows=(today, *risen))


def _buffers(call: MarginCall) -> tuple[str, ...]:
    chances = dict.fromkeys(need.probability for need in call.needs)
    return tuple(f"Buffer, {to_percent(chance)}" for chance in chances)


def _to_move(move: float | None, *, is_due: bool) -> str:
    if move is None:
        return "at once" if is_due else "no move"
    return to_percent(move, places=1, is_change=True)


def other_ways_table(advice: Advice) -> TextTable:
    """Return what the futures cost beside what else would do."""
    costs = advice.risk.costs
    notional = to_dollars(abs(advice.plan.hedge_notional))
    futures = ("These futures", notional, *_costs(costs.one_off, costs.per_year, None))
    others = (
        (title_way(way.name), to_dollars(way.amount), *_costs(way.one_off, way.per_year, way.tax))
        for way in advice.risk.other_ways
    )
    return TextTable(headings=("", "Amount", "Once", "A year", "Tax on gains"), rows=(futures, *others))


def title_way(name: str) -> str:
    """Return the name for people of another way to hedge."""
    return "Selling the stocks" if name == SELLING else f"{name}, an inverse fund"


def _costs(one_off: float | None, per_year: float, tax: float | None) -> tuple[str, ...]:
    return to_dollars(one_off, places=2), to_dollars(per_year), to_dollars(tax)


def futures_tax_table(risk: Risk) -> TextTable:
    """Return the 60/40 split of the futures' gain in each move of the index, and the tax on it."""
    rows = tuple(
        (
            each.scenario,
            *(to_dollars(part, is_change=True) for part in (each.gain, each.long_term, each.short_term, each.tax)),
        )
        for each in risk.futures_tax
    )
    return TextTable(headings=("Scenario", "Futures", "60% long-term", "40% short-term", "Tax"), rows=rows)


def own_risk_table(risk: Risk) -> TextTable:
    """Return the holdings that carry most of what no index future removes."""
    rows = tuple(
        (
            each.symbol,
            to_dollars(each.market_value),
            to_percent(each.share),
            to_percent(each.share_of_variance, places=1),
        )
        for each in risk.top_unhedgeable
    )
    headings = ("Holding", "Value", "Share of what no index removes", "Share of all variance")
    return TextTable(headings=headings, rows=rows)
