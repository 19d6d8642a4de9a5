"""Short interest rates and dividend yields by day, for the fair value of a futures contract.

The rate is the one at which an index position is financed overnight: SOFR from 2018-04-03, the effective federal
funds rate before it. The dividend yield of an index is the trailing twelve-month distribution yield of a fund
that holds it, at month end. ``data/SOURCES.md`` tells sources, ranges and flaws.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze
from hedger.contracts import INDICES
from hedger.market.decimal_table import DecimalTable
from hedger.shipped import SHIPPED

if TYPE_CHECKING:
    from datetime import date

    from hedger.arrays import DateArray, FloatArray


RATES_FILE = SHIPPED / "rates.npz"

_OVERNIGHT_RATES = {
    "SOFR": "Secured Overnight Financing Rate (SOFR), FRED",
    "DFF": "effective federal funds rate (DFF), FRED",
}
"""In order of preference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedRate:
    """One observation of a rate or yield.

    Parameters
    ----------
    value
        Fraction a year; 0.05 is five per cent.
    as_of
        Day the observation is for.
    source
        Which series, and who publishes it.
    """

    value: float
    as_of: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RateSeries:
    """A rate or yield over time.

    Parameters
    ----------
    name
        Name of the series, such as ``"SOFR"``, or the fund's symbol for a dividend yield.
    source
        What it is, and who publishes it.
    days
        Days of the observations, strictly rising, shape (n_days,).
    values
        Fractions a year, shape (n_days,), without NaN.
    """

    name: str
    source: str
    days: DateArray
    values: FloatArray

    def __post_init__(self) -> None:
        freeze(self, days="datetime64[D]", values=np.float64)

    def on(self, as_of: date) -> DatedRate | None:
        """Return the newest observation not after `as_of`; ``None`` before the series begins."""
        n_known = int(np.searchsorted(self.days, np.datetime64(as_of, "D"), side="right"))
        if not n_known:
            return None
        return DatedRate(value=float(self.values[n_known - 1]), as_of=self.days[n_known - 1].item(), source=self.source)


@cache
def load_rates() -> tuple[RateSeries, ...]:
    """Read the shipped rates and dividend yields, overnight rates first in order of preference."""
    with np.load(RATES_FILE, allow_pickle=False) as members:
        rates = DecimalTable.from_members(members, "rates")
        yields = DecimalTable.from_members(members, "yields")
    sources = {fund: f"trailing twelve-month distribution yield of {fund}" for fund in yields.names}
    return tuple(_series(rates, name, source) for name, source in _OVERNIGHT_RATES.items()) + tuple(
        _series(yields, fund, source) for fund, source in sources.items()
    )


def rate_on(as_of: date) -> DatedRate | None:
    """Return the newest overnight rate not after `as_of`; ``None`` before 2000.

    It is a money market rate: interest for :math:`d` days is rate x d / 360. The figure of a day is published
    on the next morning. How old it is on `as_of` is for the caller to judge.
    """
    for series in load_rates():
        if series.name in _OVERNIGHT_RATES and (rate := series.on(as_of)) is not None:
            return rate
    return None


def dividend_yield_on(symbol: str, as_of: date) -> DatedRate | None:
    """Return the newest dividend yield of an index not after `as_of`; ``None`` before the first one.

    Parameters
    ----------
    symbol
        Yahoo symbol of the index, such as ``"^GSPC"``, or of the fund that stands for it, such as ``"SPY"``.
    as_of
        Day to look from. Yields move slowly, but the newest shipped one may be a year older than this.

    Raises
    ------
    ValueError
        When the symbol is neither.
    """
    fund = next((index.dividend_etf for index in INDICES if symbol in {index.symbol, index.dividend_etf}), None)
    series = next((series for series in load_rates() if series.name == fund), None)
    if series is None:
        raise ValueError(f"{symbol} is not an index with a dividend yield, nor the fund that stands for one")
    return series.on(as_of)


def _series(table: DecimalTable, name: str, source: str) -> RateSeries:
    """Turn a column of percentages into a series of fractions without its blanks."""
    percent = table.values([name])[:, 0]
    is_known = ~np.isnan(percent)
    return RateSeries(name=name, source=source, days=table.days[is_known], values=percent[is_known] / 100.0)
