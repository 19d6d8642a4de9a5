"""Figures of a series of gains: variation within quarters, volatility, drawdown, and how sure a difference is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure import SESSIONS_A_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.arrays import FloatArray


SEED, RESAMPLES = 20260821, 4000
"""Of the bootstrap: always the same draws, so that the same inputs give the same interval."""


def centre_quarters(gains: FloatArray, lengths: Sequence[int]) -> FloatArray:
    """Return each gain less the mean of its quarter, USD, so that drift is no variance; shape (sum(lengths),).

    Parameters
    ----------
    gains
        USD, oldest first, shape (sum(lengths),).
    lengths
        Sessions of each quarter.
    """
    starts = np.cumsum([0, *lengths[:-1]])
    means = np.add.reduceat(gains, starts) / lengths
    return gains - np.repeat(means, lengths)


def spread_by_quarter(gains: FloatArray, lengths: Sequence[int]) -> FloatArray:
    """Return the sum of squares of each quarter's gains around their mean, shape (n_quarters,).

    Parameters
    ----------
    gains, lengths
        As in :func:`centre_quarters`.
    """
    spread: FloatArray = np.add.reduceat(np.square(centre_quarters(gains, lengths)), np.cumsum([0, *lengths[:-1]]))
    return spread


def yearly_volatility(gains: FloatArray) -> float:
    """Return the standard deviation of daily gains, scaled to a year, USD."""
    return float(np.std(gains)) * math.sqrt(SESSIONS_A_YEAR)


def deepest_fall(gains: FloatArray) -> float:
    """Return the largest loss from a high of the summed gains, USD, positive; zero where there is none."""
    summed = np.concatenate([[0.0], np.cumsum(gains)])
    return float((np.maximum.accumulate(summed) - summed).max())


def bootstrap_difference(unhedged: FloatArray, one: FloatArray, other: FloatArray) -> tuple[float, float]:
    """Return the 95 % interval of the difference in variance removed between two hedges.

    Quarters are drawn with replacement, as a whole and for both hedges alike: days of one quarter depend on each other,
    and both hedges met the same markets.

    Parameters
    ----------
    unhedged, one, other
        Sums of squares by quarter (:func:`spread_by_quarter`), shape (n_quarters,); positive is better for `one`.

    References
    ----------
    B. Efron (1979), "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1).
    """
    drawn = np.random.default_rng(SEED).integers(0, unhedged.size, (RESAMPLES, unhedged.size))
    differences = (other[drawn].sum(axis=1) - one[drawn].sum(axis=1)) / unhedged[drawn].sum(axis=1)
    low, high = np.quantile(differences, [0.025, 0.975]).tolist()
    return low, high
