"""Prices in other currencies become USD."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hedger.market.yahoo.closes import CloseSeries

UNITS_FILE = Path(__file__).parent.parent.parent / "data" / "currency_units.csv"
OLDEST_RATE = 7
"""Calendar days that an exchange rate may lie before the close it converts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyUnit:
    """What a price is counted in.

    Parameters
    ----------
    currency
        ISO 4217 code.
    units
        Units of the price in one unit of the currency: 100 for pence.
    """

    currency: str
    units: float

    @property
    def rate_symbol(self) -> str | None:
        """Yahoo symbol of its value in USD; ``None`` for the dollar itself."""
        return None if self.currency == "USD" else f"{self.currency}USD=X"


def to_unit(code: str) -> CurrencyUnit:
    """Return what a currency code of Yahoo stands for: ``GBp`` is a hundredth of GBP."""
    return load_units().get(code, CurrencyUnit(currency=code, units=1.0))


@cache
def load_units() -> dict[str, CurrencyUnit]:
    """Read the table of codes that are parts of a currency."""
    with UNITS_FILE.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(line for line in stream if not line.startswith("#"))
        return {row["code"]: CurrencyUnit(currency=row["currency"], units=float(row["units"])) for row in rows}


def in_whole_units(series: CloseSeries) -> CloseSeries:
    """Convert closes to the currency that they are counted in parts of: pence to pounds."""
    unit = to_unit(series.currency)
    return replace(series, currency=unit.currency, close=series.close / unit.units)


def convert(series: CloseSeries, rate: CloseSeries) -> CloseSeries | None:
    """Convert closes to USD; ``None`` where no session has a rate.

    Parameters
    ----------
    series
        In any currency.
    rate
        USD for one whole unit of it. Each close takes the newest rate not after its day and at most
        :data:`OLDEST_RATE` days before it; closes without one are left out.
    """
    rows = np.searchsorted(rate.sessions, series.sessions, side="right") - 1
    age = (series.sessions - rate.sessions[rows]).astype(int)
    is_known = (rows >= 0) & (age <= OLDEST_RATE)
    if not is_known.any():
        return None
    whole = in_whole_units(series)
    return replace(
        series,
        currency="USD",
        sessions=series.sessions[is_known],
        close=whole.close[is_known] * rate.close[rows[is_known]],
    )
