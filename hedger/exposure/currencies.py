"""Positions in other currencies become US dollars at the newest exchange rates that the prices hold.

A rate is a symbol like any other, ``EURUSD=X`` for dollars per euro, so that it may come from every price source. What
has no rate stays in its currency and is not valued. The hedge does not touch what a currency does to a position.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hedger.errors import Note
from hedger.market import to_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hedger.market import Prices
    from hedger.portfolio import Position


def rate_symbols(positions: Iterable[Position]) -> tuple[str, ...]:
    """Return the symbols of the exchange rates that positions need, in their order, each once."""
    codes = dict.fromkeys(position.currency for position in positions)
    return tuple(dict.fromkeys(symbol for code in codes if (symbol := to_unit(code).rate_symbol) is not None))


def to_dollars(
    positions: Sequence[Position], newest: Mapping[str, float], prices: Prices
) -> tuple[tuple[Position, ...], tuple[Note, ...]]:
    """Convert the amounts of positions whose exchange rate is known.

    Parameters
    ----------
    positions
        In any currency.
    newest
        Closes that are not too old, by symbol.
    prices
        What they were taken from.

    Returns
    -------
    tuple
        All positions in their order, those without a rate as they were; and a note that names the rates used.
    """
    converted = tuple(_in_dollars(position, newest) for position in positions)
    used = {
        to_unit(before.currency).currency: to_unit(before.currency).rate_symbol or ""
        for before, after in zip(positions, converted, strict=True)
        if before is not after
    }
    used.pop("USD", None)  # cents need no rate
    if not used:
        return converted, ()
    rates = ", ".join(
        f"1 {currency} = {newest[symbol]:,.4f} USD ({prices.last_session_of(symbol)})"
        for currency, symbol in used.items()
    )
    message = (
        f"Amounts in other currencies were converted to USD at the rates of the {prices.source}: {rates}. "
        "The plan hedges the moves of the shares, not those of the currencies."
    )
    return converted, (Note(code="positions_converted", message=message),)


def _in_dollars(position: Position, newest: Mapping[str, float]) -> Position:
    unit = to_unit(position.currency)
    rate = 1.0 if unit.rate_symbol is None else newest.get(unit.rate_symbol)
    if position.currency == "USD" or rate is None:
        return position
    factor = rate / unit.units

    def scaled(amount: float | None) -> float | None:
        return None if amount is None else amount * factor

    return replace(
        position,
        price=position.price if position.asset_class == "bond" else scaled(position.price),  # per cent of par
        market_value=scaled(position.market_value),
        strike=scaled(position.strike),
        notional=scaled(position.notional),
        currency="USD",
    )
