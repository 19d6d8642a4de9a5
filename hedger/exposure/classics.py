r"""Betas of the textbooks and of data vendors, for comparison.

All of them foretell the beta of the next quarter worse than the default does; where they are offered, they say so with
their figure (:data:`hedger.exposure.ESTIMATORS`). A reader who knows a vendor's beta sees here where it comes
from.

References
----------
A. Ang, J. Chen, Y. Xing (2006), "Downside risk", Review of Financial Studies 19(4).
M. Blume (1975), "Betas and their regression tendencies", Journal of Finance 30(3).
E. Dimson (1979), "Risk measurement when shares are subject to infrequent trading", Journal of Financial Economics 7(2).
M. Scholes, J. Williams (1977), "Estimating betas from nonsynchronous data", Journal of Financial Economics 5(3).
O. Vasicek (1973), "A note on using cross-sectional information in Bayesian estimation of security betas", Journal of
Finance 28(5).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure.estimators import BetaEstimator, OLSBeta
from hedger.exposure.regression import (
    PRIOR_BETA,
    PRIOR_VARIANCE,
    SHORTEST_RECORD,
    BetaEstimates,
    estimate_slopes,
    newest_sessions,
    require_movement,
    same_sessions,
    shrink_short_records,
)

if TYPE_CHECKING:
    from hedger.arrays import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class VasicekBeta:
    r"""Precision-weighted mean of an estimate and a prior (Vasicek 1973).

    :math:`\beta = w b + (1 - w) m` with :math:`w = \tau^2 / (\tau^2 + \mathrm{se}^2)`.

    Parameters
    ----------
    base
        Estimator of :math:`b` and its standard error.
    prior_mean, prior_variance
        :math:`m` and :math:`\tau^2`.
    """

    base: BetaEstimator = field(default_factory=OLSBeta)
    prior_mean: float = PRIOR_BETA
    prior_variance: float = PRIOR_VARIANCE

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as ``BetaEstimator.estimate`` says; `shrink_weight` counts this shrinkage too."""
        raw = self.base.estimate(assets, index)
        variance = np.square(raw.stderr)
        is_known = raw.shrink_weight < 1.0  # where the prior stands alone already there is nothing left to shrink
        prior_weight = np.where(is_known, variance / (self.prior_variance + variance), 0.0)
        return BetaEstimates(
            beta=raw.beta + prior_weight * (self.prior_mean - raw.beta),
            stderr=np.where(is_known, np.sqrt(self.prior_variance * prior_weight), raw.stderr),
            shrink_weight=raw.shrink_weight + prior_weight * (1.0 - raw.shrink_weight),
            n_observations=raw.n_observations,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BlumeBeta:
    """Two thirds of an estimate and one third of one, as vendors publish "adjusted beta" (Blume 1975)."""

    base: BetaEstimator = field(default_factory=OLSBeta)
    share: float = 0.67

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as ``BetaEstimator.estimate`` says; `shrink_weight` counts the pull to one too."""
        raw = self.base.estimate(assets, index)
        return BetaEstimates(
            beta=self.share * raw.beta + (1.0 - self.share),
            stderr=self.share * raw.stderr,
            shrink_weight=1.0 - self.share * (1.0 - raw.shrink_weight),
            n_observations=raw.n_observations,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DownBeta:
    """Least squares on the sessions in which the index did worse than its mean (Ang, Chen and Xing 2006)."""

    lookback: int = 252

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as ``BetaEstimator.estimate`` says."""
        assets, index = newest_sessions(assets, index, self.lookback)
        require_movement(index)
        return estimate_slopes(assets, index, ((1.0, (index < index.mean()).astype(np.float64)),))


@dataclass(frozen=True, slots=True, kw_only=True)
class DimsonBeta:
    """Sum of the slopes on the index returns of the session before, the same and the next (Dimson 1979)."""

    lookback: int = 252

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as ``BetaEstimator.estimate`` says."""
        inner, neighbours = _with_neighbours(assets, index, self.lookback)
        return _estimate_sum(inner, neighbours, np.ones(3))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScholesWilliamsBeta:
    """Sum of the three separate slopes over one plus twice the index' autocorrelation (Scholes and Williams 1977)."""

    lookback: int = 252

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as ``BetaEstimator.estimate`` says; the error is that of the joint regression on all three."""
        inner, neighbours = _with_neighbours(assets, index, self.lookback)
        centred = neighbours - neighbours.mean(axis=0)
        # A separate slope is the joint regression's coefficients weighed by the regressors' covariance with its own.
        autocovariance = centred.T @ centred
        autocorrelation = autocovariance[0, 1] / np.sqrt(autocovariance[0, 0] * autocovariance[1, 1])
        separate = (autocovariance / np.diag(autocovariance)[:, None]).sum(axis=0)
        return _estimate_sum(inner, neighbours, separate / (1.0 + 2.0 * autocorrelation))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyBeta:
    """Least squares on the returns of blocks of 21 sessions over five years: the usual vendor's beta."""

    block: int = 21
    n_blocks: int = 60

    def estimate(self, assets: FloatArray, index: FloatArray) -> BetaEstimates:
        """Estimate as ``BetaEstimator.estimate`` says; `n_observations` counts sessions in complete blocks."""
        assets, index = newest_sessions(assets, index, self.block * self.n_blocks)
        n_blocks = index.size // self.block
        sessions = n_blocks * self.block
        by_block = np.prod(1.0 + assets[-sessions:].reshape(n_blocks, self.block, -1), axis=1) - 1.0
        of_index = np.prod(1.0 + index[-sessions:].reshape(n_blocks, self.block), axis=1) - 1.0
        require_movement(of_index)
        return _estimate_sum(by_block, of_index[:, None], np.ones(1), sessions_per_row=self.block)


def _with_neighbours(assets: FloatArray, index: FloatArray, lookback: int) -> tuple[FloatArray, FloatArray]:
    """Return the assets' returns, and the index' of the session before, the same and the next, side by side."""
    assets, index = newest_sessions(assets, index, lookback + 2)
    require_movement(index)
    return assets[1:-1], np.column_stack([index[:-2], index[1:-1], index[2:]])


def _estimate_sum(
    assets: FloatArray, regressors: FloatArray, sum_weights: FloatArray, *, sessions_per_row: int = 1
) -> BetaEstimates:
    """Regress with intercept, and return the weighted sum of the slopes with its HC0 error."""
    n_assets = assets.shape[1]
    beta, stderr = np.full(n_assets, np.nan), np.full(n_assets, np.nan)
    n_observations = np.zeros(n_assets, dtype=np.int64)
    for columns, rows in same_sessions(assets):
        chosen = regressors[rows]
        n_observations[columns] = chosen.shape[0] * sessions_per_row
        if chosen.shape[0] < max(SHORTEST_RECORD // sessions_per_row, regressors.shape[1] + 2):
            continue
        design = np.column_stack([np.ones(chosen.shape[0]), chosen])
        inverse = np.linalg.pinv(design)
        returns = assets[rows][:, columns]
        coefficients = inverse @ returns
        kernel = sum_weights @ inverse[1:]
        beta[columns] = sum_weights @ coefficients[1:]
        stderr[columns] = np.sqrt(np.square(kernel) @ np.square(returns - design @ coefficients))
    return shrink_short_records(beta, stderr, n_observations)
