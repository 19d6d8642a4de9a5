"""Daily closes of real index futures, chained over their rolls: the shipped record, 2000 to August 2023."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze
from hedger.market.decimal_table import DecimalTable
from hedger.shipped import SHIPPED

if TYPE_CHECKING:
    from hedger.arrays import DateArray, FloatArray

FUTURES_FILE = SHIPPED / "futures.npz"

ROOTS = {"sp500": "ES", "nasdaq100": "NQ", "dow30": "YM", "russell2000": "RTY", "midcap400": "EMD"}
"""Root of the future whose closes are shipped, by name of index."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FuturesCloses:
    """Closes of the contract in use on each day, the front one until shortly before its expiry.

    Parameters
    ----------
    index
        Name of the index.
    source
        What they are, and where they come from.
    days
        Strictly rising, shape (n_days,); days without a close are missing.
    close
        Of the contract in use, points, shape (n_days,).
    growth
        The close over that of the *same* contract on the day before, so that a roll is no gain; NaN on the first day
        and where the earlier close is not known. Shape (n_days,).
    """

    index: str
    source: str
    days: DateArray
    close: FloatArray
    growth: FloatArray

    def __post_init__(self) -> None:
        freeze(self, "days", "close", "growth")


@cache
def load_futures() -> tuple[FuturesCloses, ...]:
    """Read the shipped closes of real futures, one series per index."""
    with np.load(FUTURES_FILE, allow_pickle=False) as members:
        table = DecimalTable.from_members(members, "futures")
    return tuple(_series(table, index, root) for index, root in ROOTS.items())


def _series(table: DecimalTable, index: str, root: str) -> FuturesCloses:
    close, contract, following = table.values([root, f"{root} contract", f"{root} next"]).T
    known = ~np.isnan(close)
    close, contract, following = close[known], contract[known], following[known]
    before = np.where(contract[1:] == contract[:-1], close[:-1], following[:-1])
    return FuturesCloses(
        index=index,
        source=f"closes of {root} futures (public repositories; see data/SOURCES.md)",
        days=table.days[known],
        close=close,
        growth=np.concatenate([[np.nan], close[1:] / before]),
    )
