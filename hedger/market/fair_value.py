r"""What a futures contract is worth, given the level of its index.

Who buys the index instead of the future pays interest on its price and receives its dividends until expiry:

.. math::

    F = S \left(1 + r \frac{d}{360}\right) - D, \qquad D = S q \frac{d}{360}

with index level :math:`S`, money market rate :math:`r`, dividend yield :math:`q` and :math:`d` calendar days to
expiry. Rate and yield are both counted actual/360, and the dividends are spread evenly over the year and not
discounted: the convention of CME Group, "Calculating Fair Value" (cmegroup.com, equity index education). The
true dividends come in lumps; the difference, like the financing spread that dealers earn, is a few basis points.
"""

from __future__ import annotations

import math

DAYS_PER_YEAR = 360.0


def fair_value(level: float, rate: float, dividend_yield: float, days: int) -> float:
    """Return the fair price of a future in index points.

    Parameters
    ----------
    level
        Index level, points, positive.
    rate
        Money market rate, fraction a year on actual/360.
    dividend_yield
        Dividend yield of the index, fraction a year.
    days
        Calendar days from the day of `level` to expiry, not negative.

    Raises
    ------
    ValueError
        When an argument is outside its range.
    """
    if not (math.isfinite(level) and level > 0.0):
        raise ValueError(f"level is {level}, expected a positive number")
    if days < 0:
        raise ValueError(f"days is {days}, expected 0 or more")
    if not (math.isfinite(rate) and math.isfinite(dividend_yield)):
        raise ValueError("rate and dividend_yield must be finite")
    dividends = level * dividend_yield * days / DAYS_PER_YEAR
    return level * (1.0 + rate * days / DAYS_PER_YEAR) - dividends
