"""The prices that come with the package: no network, the same numbers on every machine.

They end on a fixed day and are for demonstration, tests and offline use; ``data/SOURCES.md`` tells where they
come from, and ``hedger.market.pack`` how they were packed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hedger.market.decimal_table import DecimalTable
from hedger.market.prices import SNAPSHOT
from hedger.market.table import PriceTable
from hedger.shipped import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hedger.arrays import FloatArray
    from hedger.market.prices import Prices

PRICES_FILE = SHIPPED / "prices.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotSource:
    """The shipped snapshot: stocks and ETFs from 2016-08-22, the indices from 1985, all to 2026-08-21."""

    name: ClassVar[str] = SNAPSHOT

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        """Return closes as :meth:`PriceSource.fetch` describes; decoding takes milliseconds, once a process."""
        return _load_snapshot().select(symbols, start=start, end=end)


@cache
def _load_snapshot() -> PriceTable:
    with np.load(PRICES_FILE, allow_pickle=False) as members:
        indices = DecimalTable.from_members(members, "indices")
        stocks = DecimalTable.from_members(members, "stocks")
    sessions = np.union1d(indices.days, stocks.days)
    rows = {table: np.searchsorted(sessions, table.days) for table in (indices, stocks)}

    def columns(symbols: Sequence[str]) -> FloatArray:
        close = np.full((sessions.size, len(symbols)), np.nan)
        for table in (indices, stocks):
            own = [position for position, symbol in enumerate(symbols) if symbol in table.names]
            close[rows[table][:, None], own] = table.values([symbols[position] for position in own])
        return close

    symbols = indices.names + stocks.names
    return PriceTable(
        title="shipped snapshot",
        coverage=f"{len(symbols)} symbols, {stocks.days[0]} to {stocks.days[-1]}",
        sessions=sessions,
        symbols=symbols,
        columns=columns,
    )
