"""Every estimator of beta on the user's own portfolio: how far its forecast was from the beta that came.

At each roll every estimator foretells the beta of the quarter's book to every index from the past; the beta that came
is the least-squares slope of the book's daily returns over the quarter. A realised beta is itself noisy, so that no
estimator comes near an error of zero, and differences between good ones are small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure import realised_betas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hedger.evidence.history import History, Span
    from hedger.exposure import BetaEstimator

YARDSTICK = "ols"
"""Name of the estimator that the others are compared with: ordinary least squares over one year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatorRecord:
    """How well one estimator foretold the portfolio's beta of the next quarter.

    Parameters
    ----------
    name
        As in ``hedger.exposure.ESTIMATORS``.
    error
        Root of the mean square of forecast less realised beta.
    bias
        Mean of forecast less realised beta.
    ratio
        `error` over that of one-year least squares; ``None`` where that made none.
    n_forecasts
        Quarters times indices.
    """

    name: str
    error: float
    bias: float
    ratio: float | None
    n_forecasts: int


def miss_betas(history: History, span: Span, estimators: Mapping[str, BetaEstimator]) -> dict[str, list[float]]:
    """Return by estimator the forecast less the realised beta of one quarter's book, for each index.

    Parameters
    ----------
    estimators
        By name.
    """
    paired = history.returns_until(span, span.first)
    book = history.book_at(span, span.first)
    shares = np.array([holding.exposure_value for holding in book.holdings]) / book.beta_base
    returns = history.book_gains(span) / history.values_before(span)
    ahead = history.index_returns(span)
    misses: dict[str, list[float]] = {name: [] for name in estimators}
    for place, known in enumerate(span.indices.tolist()):
        (came,), _ = realised_betas(returns[:, None], ahead[:, known])
        # Over gaps, as a plan measures them; the returns are the same for all estimators.
        groups = list(paired.groups(place))
        for name, estimator in estimators.items():
            betas = np.empty(shares.size)
            for columns, assets, index in groups:
                betas[columns] = estimator.estimate(assets, index).beta
            misses[name].append(float(shares @ betas - came))
    return misses


def rank_estimators(misses: Sequence[Mapping[str, Sequence[float]]]) -> tuple[EstimatorRecord, ...]:
    """Return the record of every estimator, the best first.

    Parameters
    ----------
    misses
        What :func:`miss_betas` returned of each quarter; all with the same estimators, :data:`YARDSTICK` among them.
    """
    gathered = {name: np.array([miss for quarter in misses for miss in quarter[name]]) for name in misses[0]}
    errors = {name: math.sqrt(float(np.mean(np.square(each)))) for name, each in gathered.items()}
    records = [
        EstimatorRecord(
            name=name,
            error=errors[name],
            bias=float(each.mean()),
            ratio=errors[name] / errors[YARDSTICK] if errors[YARDSTICK] > 0 else None,
            n_forecasts=each.size,
        )
        for name, each in gathered.items()
    ]
    return tuple(sorted(records, key=lambda record: record.error))
