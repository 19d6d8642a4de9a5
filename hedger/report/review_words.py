"""A review in one sentence, or two: what to do about an earlier plan, and why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hedger.report.words import to_beta, to_index_title, to_month
from hedger.wording import capitalise, join_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hedger.contracts import MonthlyFuture
    from hedger.exposure import HeldFuture
    from hedger.review import Review, Trade


def state_review(review: Review) -> str:
    """Say what to do about an earlier plan, and why."""
    adjusted = [trade for trade in review.trades if trade.reason == "adjust"]
    rolled = [trade for trade in review.trades if trade.reason == "roll"]
    if adjusted:
        rolls = f" {capitalise(_rolls(rolled))}." if rolled else ""
        return f"Trade: {_orders(adjusted)}. {_why_trade(review)}{rolls}"
    if rolled:
        return f"Roll: {_rolls(rolled).removeprefix('roll ')}. The number of contracts stays: {_why_stay(review)}"
    return f"Nothing to do: {_why_stay(review)}"


def word_held(contracts: Iterable[HeldFuture]) -> str:
    """Write futures as ``2 NQU6 and 4 MNQU6 short``."""
    listed = list(contracts)
    return _short_and_long([(each.quantity, each.future.code) for each in listed]) or "no futures"


def word_roots(quantities: dict[str, int]) -> str:
    """Write numbers of contracts by root as ``2 NQ and 4 MNQ short``."""
    return _short_and_long([(quantity, root) for root, quantity in quantities.items()]) or "no futures"


def _why_stay(review: Review) -> str:
    held = "the futures held are" if review.held.held else "no futures is"
    best = f"{held} still the best whole number of contracts."
    if review.has_beta_inside:
        return f"{_left(review)}, the plan's was {to_beta(review.earlier.beta_after)}, and {best}"
    return f"{_left(review)}, {_too_far(review)}, but {best}"


def _why_trade(review: Review) -> str:
    left, after = capitalise(_left(review)), to_beta(review.beta_after)
    if review.held.gone:
        days = join_words(sorted({str(each.future.last_trading_day) for each in review.held.gone}))
        expired = capitalise(word_held(review.held.gone))
        is_assumed = review.held.says == "plan"
        doubled = " If they were rolled before, these trades would double the hedge." if is_assumed else ""
        return f"{expired} expired on {days}, and {_left(review)} now; these trades bring it to {after}.{doubled}"
    if review.has_beta_inside:
        return (
            f"{left}, within {review.beta_band:g} of the planned {to_beta(review.earlier.beta_after)}, but other "
            f"contracts than those held are optimal now: they bring it to {after}."
        )
    return f"{left}, {_too_far(review)}; these trades bring it to {after}."


def _left(review: Review) -> str:
    title = to_index_title(review.earlier.reference_index)
    return f"the beta to the {title} that is left is {to_beta(review.beta_held)}"


def _too_far(review: Review) -> str:
    return f"more than {review.beta_band:g} from the planned {to_beta(review.earlier.beta_after)}"


def _orders(trades: Iterable[Trade]) -> str:
    """Write trades as ``sell 1 NQ and 2 MES, and buy 3 MNQ (September 2026)``."""
    listed = list(trades)
    months = list(dict.fromkeys(_month(trade.future) for trade in listed))
    sides = []
    for verb, sign in (("sell", -1), ("buy", 1)):
        parts = [
            f"{abs(trade.quantity):,} {trade.future.symbol}" + (f" ({_month(trade.future)})" if len(months) > 1 else "")
            for trade in listed
            if trade.quantity * sign > 0
        ]
        if parts:
            sides.append(f"{verb} {join_words(parts)}")
    return ", and ".join(sides) + (f" ({months[0]})" if len(months) == 1 else "")


def _rolls(trades: Iterable[Trade]) -> str:
    """Write the two sides of each roll as ``roll 2 NQ from March 2026 to June 2026``."""
    listed = list(trades)
    by_months: dict[tuple[str, str], list[str]] = {}
    for close, opening in zip(listed[::2], listed[1::2], strict=True):
        months = (_month(close.future), _month(opening.future))
        by_months.setdefault(months, []).append(f"{abs(close.quantity):,} {close.future.symbol}")
    return "roll " + join_words([f"{join_words(parts)} from {old} to {new}" for (old, new), parts in by_months.items()])


def _short_and_long(quantities: list[tuple[int, str]]) -> str:
    sides = (
        ("short", [each for each in quantities if each[0] < 0]),
        ("long", [each for each in quantities if each[0] > 0]),
    )
    return join_words(
        [
            f"{join_words([f'{abs(quantity):,} {name}' for quantity, name in each])} {side}"
            for side, each in sides
            if each
        ]
    )


def _month(future: MonthlyFuture) -> str:
    return to_month(date(future.expiry.year, future.expiry.month, 1))
