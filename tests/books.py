"""Portfolios for tests, as a program has them in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hedger.portfolio import Portfolio, Position, to_portfolio

if TYPE_CHECKING:
    from collections.abc import Mapping

BOOK = {"AAPL": 400.0, "MSFT": 250.0, "NVDA": 600.0, "JPM": 300.0, "KO": 900.0, "XOM": 500.0}


def make_position(symbol: str, quantity: float | None, **changes: Any) -> Position:
    return replace(to_portfolio({symbol: 1.0}).positions[0], quantity=quantity, **changes)


def make_book(quantities: Mapping[str, float] = BOOK, *others: Position, **changes: Any) -> Portfolio:
    book = to_portfolio(quantities)
    return replace(book, positions=(*book.positions, *others), **changes)
