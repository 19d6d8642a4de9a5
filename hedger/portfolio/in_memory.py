"""Holdings that a program has in memory become a :class:`~hedger.portfolio.holdings.Portfolio`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hedger.portfolio.holdings import Portfolio, Position
from hedger.portfolio.instruments import share_class

if TYPE_CHECKING:
    from collections.abc import Mapping


def to_portfolio(quantities: Mapping[str, float], *, cash: float | None = None, name: str = "portfolio") -> Portfolio:
    """Return a portfolio of shares, ETFs and funds.

    Parameters
    ----------
    quantities
        Shares by Yahoo symbol, negative = short.
    cash
        USD; ``None`` when nothing is known about it.
    name
        Name for people.

    Raises
    ------
    ValueError
        When there is no holding, or a quantity is zero or not finite.
    """
    if not quantities:
        raise ValueError("a portfolio needs at least one holding")
    for symbol, quantity in quantities.items():
        if not math.isfinite(quantity) or quantity == 0.0:
            raise ValueError(f"the quantity of {symbol} is {quantity}, expected a finite number other than 0")
    positions = [
        Position(
            symbol=symbol,
            raw_symbol=symbol,
            quantity=float(quantity),
            price=None,
            market_value=None,
            asset_class=share_class(symbol),
            lines=(),
        )
        for symbol, quantity in quantities.items()
    ]
    if cash is not None:
        positions.append(
            Position(
                symbol="CASH",
                raw_symbol="CASH",
                quantity=float(cash),
                price=None,
                market_value=float(cash),
                asset_class="cash",
                lines=(),
            )
        )
    return Portfolio(
        name=name,
        positions=tuple(positions),
        cash_total=None if cash is None else float(cash),
        file_total=None,
        skipped_rows=(),
        warnings=(),
        layout="in_memory",
    )
