"""Figures of a series of gains: variance removed, volatility, drawdown, and how sure a difference is."""

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


def spread_by_quarter(gains: FloatArray, lengths: Sequence[int]) -> FloatArray:
    """Return the sum of squares of each quarter's gains around their mean, shape (n_quarters,).

    Parameters
    ----------
    gains
        USD, oldest first, shape (sum(lengths),).
    lengths
        Sessions of each quarter.
    """
    parts = np.split(gains, np.cumsum(lengths)[:-1])
    return np.array([float(np.square(part - part.mean()).sum()) for part in parts])


def variance_removed(unhedged: FloatArray, hedged: FloatArray, lengths: Sequence[int]) -> float | None:
    """Return ``1 - var(hedged) / var(unhedged)`` (Ederington 1979), variances taken around each quarter's mean.

    ``None`` for a book that did not move.
    """
    whole = spread_by_quarter(unhedged, lengths).sum()
    return float(1.0 - spread_by_quarter(hedged, lengths).sum() / whole) if whole > 0 else None


def yearly_volatility(gains: FloatArray) -> float:
    """Return the standard deviation of daily gains, scaled to a year, USD."""
    return float(np.std(gains)) * math.sqrt(SESSIONS_A_YEAR)


def deepest_fall(gains: FloatArray) -> float:
    """Return the largest loss from a high of the summed gains, USD, positive; zero where there is none."""
    summed = np.concatenate([[0.0], np.cumsum(gains)])
    return float((np.maximum.accumulate(summed) - summed).max())


def realised_beta(returns: FloatArray, index_returns: FloatArray) -> float:
    """Return the least-squares slope of daily returns on those of an index, both of shape (n_sessions,)."""
    centred = index_returns - index_returns.mean()
    return float(centred @ returns / (centred @ centred))


def bootstrap_difference(
    unhedged: FloatArray, one: FloatArray, other: FloatArray, *, level: float = 0.95
) -> tuple[float, float]:
    """Return the interval of the difference in variance removed between two hedges, quarters drawn with replacement.

    Quarters are drawn as a whole and for both hedges alike: days of one quarter depend on each other, and both hedges
    met the same markets.

    Parameters
    ----------
    unhedged, one, other
        Sums of squares by quarter (:func:`spread_by_quarter`), shape (n_quarters,); positive is better for `one`.
    level
        Probability of the interval.

    References
    ----------
    B. Efron (1979), "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1).
    """
    drawn = np.random.default_rng(SEED).integers(0, unhedged.size, (RESAMPLES, unhedged.size))
    differences = (other[drawn].sum(axis=1) - one[drawn].sum(axis=1)) / unhedged[drawn].sum(axis=1)
    low, high = np.quantile(differences, [(1.0 - level) / 2.0, (1.0 + level) / 2.0]).tolist()
    return low, high
