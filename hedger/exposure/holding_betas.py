"""The beta of each holding to one index, with the interval that the realised one will lie in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure.exposure import HoldingBeta
from hedger.exposure.gaps import SELDOM_TRADED
from hedger.exposure.interval import Z_REALISED, share_beta_variance
from hedger.exposure.regression import FULL_RECORD, SHORTEST_RECORD, BetaEstimates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hedger.arrays import FloatArray
    from hedger.exposure.book import Book, Holding
    from hedger.exposure.estimators import BetaEstimator
    from hedger.exposure.returns import PairedReturns


def estimate_betas(paired: PairedReturns, index: int, estimator: BetaEstimator) -> tuple[BetaEstimates, FloatArray]:
    """Estimate the betas of all paired assets to one index, each on returns that span its gaps.

    Parameters
    ----------
    paired
        Returns of assets and indices.
    index
        Position of the index.
    estimator
        Of single betas.

    Returns
    -------
    tuple
        The estimates, and the variances of the betas realised over the next 63 sessions around them, NaN where too
        little is known; shape (n_assets,).

    Raises
    ------
    InsufficientHistoryError
        When the index has too short a history.
    ConstantReturnsError
        When it did not move.
    """
    n_assets = paired.assets.shape[1]
    beta, stderr, shrink_weight, variance = np.full((4, n_assets), np.nan)
    n_observations = np.zeros(n_assets, dtype=np.int64)
    for columns, assets, returns in paired.groups(index):
        group = estimator.estimate(assets, returns)
        beta[columns], stderr[columns] = group.beta, group.stderr
        shrink_weight[columns], n_observations[columns] = group.shrink_weight, group.n_observations
        known = group.n_observations >= SHORTEST_RECORD
        of_known = share_beta_variance(assets[:, known], returns, group.beta[known])
        is_short = group.n_observations[known] < FULL_RECORD
        variance[columns[known]] = of_known + np.where(is_short, np.square(group.stderr[known]), 0.0)
    estimates = BetaEstimates(beta=beta, stderr=stderr, shrink_weight=shrink_weight, n_observations=n_observations)
    return estimates, variance


def measure_holdings(
    book: Book,
    paired: PairedReturns,
    position: int,
    index: str,
    *,
    estimator: BetaEstimator,
    stated: Mapping[tuple[str, str], float],
) -> list[HoldingBeta]:
    """Return the beta of every holding to one index, in the order of the book.

    Parameters
    ----------
    book, paired, estimator, stated
        As :func:`~hedger.exposure.measured_book.measure_book` has them.
    position, index
        Which index, by its place in `paired` and by name.
    """
    estimates, variance = estimate_betas(paired, position, estimator)
    half_width = Z_REALISED * np.sqrt(variance)
    priced = [holding.symbol for holding in book.holdings if holding.is_priced]
    columns = {symbol: column for column, symbol in enumerate(priced)}
    rows = []
    for holding in book.holdings:
        beta = stated.get((holding.symbol, index))
        if beta is not None:
            rows.append(_row(holding, index, beta=beta, flags=("stated_by_user",)))
            continue
        column = columns[holding.symbol]
        measured, reach = float(estimates.beta[column]), float(half_width[column])
        n_observations = int(estimates.n_observations[column])
        rows.append(
            _row(
                holding,
                index,
                beta=measured,
                stderr=float(estimates.stderr[column]),
                low=measured - reach if math.isfinite(reach) else None,
                high=measured + reach if math.isfinite(reach) else None,
                shrink_weight=float(estimates.shrink_weight[column]),
                n_observations=n_observations,
                flags=_flags(holding, paired, column, n_observations),
            )
        )
    return rows


def _row(
    holding: Holding,
    index: str,
    *,
    beta: float,
    flags: tuple[str, ...],
    stderr: float | None = None,
    low: float | None = None,
    high: float | None = None,
    shrink_weight: float = 0.0,
    n_observations: int = 0,
) -> HoldingBeta:
    return HoldingBeta(
        symbol=holding.symbol,
        market_value=holding.market_value,
        exposure_value=holding.exposure_value,
        delta=holding.delta,
        index=index,
        beta=beta,
        stderr=stderr,
        low=low,
        high=high,
        shrink_weight=shrink_weight,
        n_observations=n_observations,
        flags=flags,
    )


def _flags(holding: Holding, paired: PairedReturns, column: int, n_observations: int) -> tuple[str, ...]:
    flags = []
    if n_observations < SHORTEST_RECORD:
        flags.append("no_record")
    elif n_observations < FULL_RECORD:
        flags.append("short_record")
    if paired.missed[column] >= SELDOM_TRADED:
        flags.append("thinly_traded")
    elif column in paired.repeated:
        flags.append("stale_closes")
    if holding.delta is not None:
        flags.append("option_by_delta")
    elif holding.underlying is not None:
        flags.append("by_proxy")
    return tuple(flags)
