"""Numbers and answers in the words that people read: the only place where a figure meets its unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.contracts import find_index
from hedger.wording import capitalise, join_words

if TYPE_CHECKING:
    from datetime import date

    from hedger.advice import Advice
    from hedger.hedge import Objective, Order

UNKNOWN = "-"
"""What stands for a number that is not known."""

ALARMS = ("contract_delisted", "side_changed", "risk_rises")
"""Codes of notes that stand beside the answer wherever it is given: nobody shall act on it without them."""

BUFFER_ORIGINS = {
    "stated": "as stated",
    "cash": "cash in the file beyond initial margin",
    "no_cash": "the file tells of no cash",
    "cash_below_margin": "the cash in the file does not cover initial margin",
}
"""Where the buffer of a futures account comes from, in words."""

_LIMITS = {
    "margin_budget": "the margin budget",
    "max_contracts": "the limit on contracts",
    "legs": "the limit on indices",
}


def to_dollars(amount: float | None, *, places: int = 0, is_change: bool = False) -> str:
    """Write USD as ``$1,234`` or ``-$1,234``; a change gains its plus sign."""
    if amount is None:
        return UNKNOWN
    rounded = round(amount, places) + 0.0  # minus zero is no news
    sign = "-" if rounded < 0 else "+" if is_change and rounded > 0 else ""
    return f"{sign}${abs(rounded):,.{places}f}"


def to_percent(fraction: float | None, *, places: int = 0, is_change: bool = False) -> str:
    """Write a fraction as ``12%``; a change gains its plus sign."""
    if fraction is None:
        return UNKNOWN
    rounded = round(100.0 * fraction, places) + 0.0
    sign = "+" if is_change and rounded > 0 else ""
    return f"{sign}{rounded:,.{places}f}%"


def to_beta(beta: float) -> str:
    """Write a beta with two places."""
    return f"{round(beta, 2) + 0.0:.2f}"


def to_index_title(name: str) -> str:
    """Return the name for people of an index, such as ``"Nasdaq-100"``."""
    return find_index(name).title


def to_day(day: date) -> str:
    """Write a day for a table or a figure: ``"21 Aug 2026"``."""
    return f"{day.day} {day:%b %Y}"


def to_long_day(day: date) -> str:
    """Write a day for a letter: ``"21 August 2026"``."""
    return f"{day.day} {day:%B %Y}"


def to_month(day: date) -> str:
    """Write the month of a day, such as ``"September 2026"``."""
    return f"{day:%B %Y}"


def state_answer(advice: Advice) -> str:
    """Say in one sentence, or two, what to trade, what that does, and why it is not exactly what was asked for."""
    plan = advice.plan
    title = to_index_title(plan.reference_index)
    value = to_dollars(advice.exposure.book.market_value)
    if not plan.orders:
        return _no_trade(advice)
    if not any(order.held_after for order in plan.positions):
        reason = ": there is no index risk to remove" if plan.achieved_hedge_fraction is None else ""
        return f"{_trades(plan.orders)} to close the futures held{reason}. {_shortfall(advice)}".rstrip()
    if advice.settings.target_beta is None:
        aim = f"to remove {to_percent(plan.achieved_hedge_fraction)} of the {title} risk of a {value} portfolio"
    else:
        aim = (
            f"to bring the {title} beta of a {value} portfolio "
            f"from {to_beta(plan.beta_before)} to {to_beta(plan.beta_after)}"
        )
    return f"{_trades(plan.orders)} {aim}. {_shortfall(advice)}".rstrip()


def state_proof(objective: Objective) -> str:
    """Say what is proved of an optimal plan without a tolerance; the indices are chosen by variance either way."""
    if objective == "variance":
        return "Proved: no other whole number of contracts within your limits comes closer."
    return (
        "Proved: on these indices no other whole number of contracts within your limits has a smaller expected "
        "shortfall."
    )


def _trades(orders: tuple[Order, ...]) -> str:
    """Write orders as ``Sell 1 NQ and 3 MNQ (September 2026)``."""
    months = list(dict.fromkeys(to_month(order.quote.last_trading_day) for order in orders))
    words = []
    for order in orders:
        verb = "sell" if order.quantity < 0 else "buy"
        month = f" ({to_month(order.quote.last_trading_day)})" if len(months) > 1 else ""
        words.append((verb, f"{abs(order.quantity)} {order.quote.symbol}{month}"))
    same_verb = len({verb for verb, _ in words}) == 1
    parts = [words[0][1] if same_verb else " ".join(words[0])]
    parts += [text if same_verb else f"{verb} {text}" for verb, text in words[1:]]
    listed = join_words(parts)
    sentence = f"{words[0][0]} {listed}" if same_verb else listed
    return capitalise(sentence) + (f" ({months[0]})" if len(months) == 1 else "")


def _no_trade(advice: Advice) -> str:
    """Say why there is nothing to trade."""
    plan, target = advice.plan, advice.settings.target_beta
    title = to_index_title(plan.reference_index)
    held = [f"{abs(order.held_after)} {order.quote.symbol}" for order in plan.positions if order.held_after]
    if held:
        removed = f"remove {to_percent(plan.achieved_hedge_fraction)} of the {title} risk"
        return f"Trade nothing: the futures held already ({', '.join(held)}) {removed}. {_shortfall(advice)}".rstrip()
    if plan.achieved_hedge_fraction is None:
        return "Trade nothing: there is no index risk to remove."
    if plan.hedge_fraction == 0 and target is None:
        return "Trade nothing: you asked to remove nothing."
    if plan.hedge_fraction == 0:
        return f"Trade nothing: the beta of the portfolio is the {to_beta(plan.beta_before)} that you asked for."
    asked = f"to remove {to_percent(plan.hedge_fraction)} of the {title} risk"
    if target is not None:
        asked = f"for a beta of {to_beta(target)} to the {title}"
    return f"Trade nothing: you asked {asked}; {_why_not(advice)}."


def _shortfall(advice: Advice) -> str:
    """Say by how much the plan misses what was asked for, where a reader would see a difference."""
    plan, target = advice.plan, advice.settings.target_beta
    if target is None:
        asked, reached = to_percent(plan.hedge_fraction), to_percent(plan.achieved_hedge_fraction)
    else:
        asked, reached = f"a beta of {to_beta(target)}", f"a beta of {to_beta(plan.beta_after)}"
    if asked == reached or plan.achieved_hedge_fraction is None:
        return ""
    return f"You asked for {asked}; {_why_not(advice)}."


def _why_not(advice: Advice) -> str:
    """Say what keeps the plan from what was asked for."""
    limits = advice.plan.binding_limits
    if limits:
        named = join_words(_LIMITS[limit.name] for limit in limits)
        return f"{named} {'holds' if len(limits) == 1 else 'hold'} the plan back"
    if advice.settings.tolerance > 0:
        return "within your tolerance this is the cheapest plan"
    if advice.plan.objective == "expected-shortfall":
        return "the expected shortfall is least here"
    return "whole contracts come no closer"
