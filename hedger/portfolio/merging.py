"""From drafts to positions: rows of one instrument in one account become one position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.portfolio.holdings import Position
from hedger.portfolio.privacy import account_ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.portfolio.drafts import Draft


def merge(drafts: Sequence[Draft], weights: Sequence[float | None]) -> tuple[Position, ...]:
    """Merge the drafts of one symbol, account and currency.

    Parameters
    ----------
    drafts
        In the order of the file.
    weights
        Weight of each draft as a fraction; ``None`` in files that give quantities or values.

    Returns
    -------
    tuple
        Positions in the order of their first rows. Quantities, values, weights and notionals are sums; the price is
        that of all rows if they agree, else the mean weighted by quantity.
    """
    groups: dict[tuple[str, str | None, str, str], list[int]] = {}
    for number, draft in enumerate(drafts):
        key = (draft.instrument.symbol, draft.account, draft.currency, draft.instrument.asset_class)
        groups.setdefault(key, []).append(number)
    return tuple([_position([drafts[n] for n in group], [weights[n] for n in group]) for group in groups.values()])


def _position(drafts: Sequence[Draft], weights: Sequence[float | None]) -> Position:
    first = drafts[0]
    instrument = first.instrument
    is_future = instrument.asset_class == "future"
    quantity, price, value, weight = first.quantity, first.price, first.value, weights[0]
    if len(drafts) > 1:
        quantity, value = _sum([draft.quantity for draft in drafts]), _sum([draft.value for draft in drafts])
        price, weight = _price(drafts), _sum(weights)
    return Position(
        symbol=instrument.symbol,
        raw_symbol=first.raw_symbol,
        quantity=quantity,
        price=price,
        market_value=None if is_future else value,
        weight=weight,
        asset_class=instrument.asset_class,
        account=None if first.account is None else account_ending(first.account),
        currency=first.currency,
        lines=tuple([draft.line for draft in drafts]),
        underlying=instrument.underlying,
        expiry=instrument.expiry,
        strike=instrument.strike,
        right=instrument.right,
        multiplier=instrument.multiplier,
        notional=_sum([_notional(draft) for draft in drafts]) if is_future else None,
    )


def _notional(draft: Draft) -> float | None:
    """Return the notional of a future; the value column of brokers holds it too."""
    multiplier = draft.instrument.multiplier
    if draft.quantity is None or draft.price is None or multiplier is None:
        return draft.value
    return draft.quantity * draft.price * multiplier


def _price(drafts: Sequence[Draft]) -> float | None:
    prices = {draft.price for draft in drafts if draft.price is not None}
    if len(prices) < 2:
        return next(iter(prices), None)
    priced = [(draft.price, abs(draft.quantity)) for draft in drafts if draft.price is not None and draft.quantity]
    weight = sum(quantity for _, quantity in priced)
    return sum(price * quantity for price, quantity in priced) / weight if weight else None


def _sum(numbers: Sequence[float | None]) -> float | None:
    """Add numbers; ``None`` when one is unknown."""
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
