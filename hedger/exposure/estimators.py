"""Betas of many assets to one index, estimated from daily returns: the default, and what it is measured against.

The arithmetic is that of :mod:`hedger.exposure.regression`; estimators of the textbooks that lose out of sample stand
in :mod:`hedger.exposure.classics`.

References
----------
I. Welch (2022), "Simply better market betas", Critical Finance Review 11(1) 37-64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from hedger.exposure.regression import (
    THREE_YEARS,
    age_weights,
    estimate_slopes,
    newest_sessions,
    require_movement,
    variance_before,
)

if TYPE_CHECKING:
    from hedger.arrays import FloatArray
    from hedger.exposure.regression import BetaEstimates


class BetaEstimator(Protocol):
    """A frozen set of parameters with one method; it keeps no fitted state."""

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate each asset's beta to one index.

        Parameters
        ----------
        assets
            Simple daily returns, oldest first, shape (n_sessions, n_assets); NaN where an asset did not trade.
        index
            Returns of the index over the same intervals, shape (n_sessions,), without NaN.

        Raises
        ------
        InsufficientHistoryError
            When there are fewer than :data:`~hedger.exposure.regression.SHORTEST_RECORD` sessions of the index.
        ConstantReturnsError
            When the index did not move.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OLSBeta:
    """Ordinary least squares over the newest `lookback` sessions."""

    lookback: int = 252

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as :meth:`BetaEstimator.estimate` says."""
        assets, index = newest_sessions(assets, index, self.lookback)
        return estimate_slopes(assets, index, ((1.0, np.ones(index.size)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class EWMABeta:
    r"""Exponentially weighted least squares.

    Parameters
    ----------
    half_life
        Sessions :math:`h` after which a return counts half; weights are :math:`2^{-k/h}` at age :math:`k`.
    lookback
        Newest sessions used.
    """

    half_life: float = 63.0
    lookback: int = THREE_YEARS

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as :meth:`BetaEstimator.estimate` says."""
        assets, index = newest_sessions(assets, index, self.lookback)
        return estimate_slopes(assets, index, ((1.0, age_weights(index.size, self.half_life)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class WelchBeta:
    """Slope-winsorised, age-decayed least squares (Welch 2022).

    Parameters
    ----------
    half_life, lookback
        As in :class:`EWMABeta`.
    width
        A return is clipped to the band between ``centre - width`` and ``centre + width`` times the index return
        of the same session; the centre is one, or the first-pass slope of inverse and geared instruments, whose band
        widens with their gear.
    """

    half_life: float = 89.0
    lookback: int = THREE_YEARS
    width: float = 3.0

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as :meth:`BetaEstimator.estimate` says."""
        assets, index = newest_sessions(assets, index, self.lookback)
        return estimate_slopes(assets, index, ((1.0, age_weights(index.size, self.half_life)),), width=self.width)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSpeedBeta:
    """Blend of a fast and a slow slope-winsorised beta: the default.

    The fast slope follows what a company has become; the slow one weighs each session with the inverse of the index
    variance known the day before (generalised least squares), so that a few days of panic do not outvote three
    years. On 186 large and 18 small US stocks, 2009 to 2025, books' betas over the next 63 sessions are
    forecast with 0.89 times the error of one-year ordinary least squares. Of 1,596 other pairs of weighted slopes
    (half-lives from 16 sessions to five years; weights by none, half and all of the variance; bands from 2 to 6), each
    blended as was best for 2009 to 2016, none is better by more than a hundredth there, and none of the best is
    better after.

    Parameters
    ----------
    fast_half_life
        Half-life of the fast slope in sessions.
    fast_share
        Weight of the fast slope in the blend, between 0 and 1.
    variance_half_life
        Half-life of the index variance that weighs the slow slope.
    lookback
        Newest sessions used by both slopes.
    width
        As in :class:`WelchBeta`.
    """

    fast_half_life: float = 32.0
    fast_share: float = 0.6
    variance_half_life: float = 5.0
    lookback: int = THREE_YEARS
    width: float = 3.0

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as :meth:`BetaEstimator.estimate` says."""
        variance = variance_before(index, self.variance_half_life)
        assets, index = newest_sessions(assets, index, self.lookback)
        variance = variance[-index.size :]
        require_movement(index, variance)
        speeds = (
            (self.fast_share, age_weights(index.size, self.fast_half_life)),
            (1.0 - self.fast_share, 1.0 / variance),
        )
        return estimate_slopes(assets, index, speeds, width=self.width)
