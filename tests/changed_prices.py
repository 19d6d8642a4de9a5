"""The shipped prices, changed: what they would be after a split, with a gap, or without a symbol."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from hedger.market import SnapshotSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hedger.market import Prices

FIRST, LAST = date.min, date.max


@dataclass(frozen=True)
class ChangedSource:
    """The shipped prices with some closes changed, and without some symbols.

    Parameters
    ----------
    factors
        What closes are multiplied by, by symbol, first and last day; NaN where there is to be none.
    without
        Symbols that it does not know.
    """

    factors: Mapping[tuple[str, date, date], float] = field(default_factory=dict)
    without: Sequence[str] = ()

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        wanted = [symbol for symbol in symbols if symbol not in self.without]
        prices = SnapshotSource().fetch(wanted, start=start, end=end)
        close = prices.close.copy()
        for (symbol, first, last), factor in self.factors.items():
            if symbol in prices.symbols:
                days = (prices.sessions >= np.datetime64(first)) & (prices.sessions <= np.datetime64(last))
                close[days, prices.symbols.index(symbol)] *= factor
        return replace(prices, close=close)
