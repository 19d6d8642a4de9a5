"""Series of closes in other currencies become USD."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.market.currency import to_unit

if TYPE_CHECKING:
    from hedger.market.yahoo.closes import CloseSeries

OLDEST_RATE = 7
"""Calendar days that an exchange rate may lie before the close it converts."""


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
