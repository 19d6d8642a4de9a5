"""What came of a book: the beta that it turned out to have, and the share of its variance that a hedge removed.

References
----------
L. Ederington (1979), "The hedging performance of the new futures markets", Journal of Finance 34(1).
H. White (1980), "A heteroskedasticity-consistent covariance matrix estimator and a direct test for heteroskedasticity",
Econometrica 48(4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure.covariance import weighted_covariance
from hedger.exposure.regression import HALF_LIFE, age_weights, require_movement

if TYPE_CHECKING:
    from hedger.arrays import FloatArray


def realised_betas(returns: FloatArray, index: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the least-squares slopes on an index, and White's (1980) standard errors (HC0), each of shape (n_books,).

    Unlike an estimate of the beta to come it is not pulled towards anything, however short the record.

    Parameters
    ----------
    returns
        Of books or assets, shape (n_sessions, n_books); NaN makes the slope of its column NaN.
    index
        Returns of the index over the same intervals, shape (n_sessions,), without NaN.

    Raises
    ------
    ConstantReturnsError
        When the index did not move.
    """
    require_movement(index)
    centred = index - index.mean()
    spread = centred @ centred
    beta: FloatArray = centred @ returns / spread
    residuals = returns - returns.mean(axis=0) - centred[:, None] * beta
    stderr: FloatArray = np.sqrt(np.square(centred) @ np.square(residuals)) / spread
    return beta, stderr


def hedge_effectiveness(unhedged: FloatArray, hedged: FloatArray, *, half_life: float = HALF_LIFE) -> float | None:
    """Return ``1 - var(hedged) / var(unhedged)`` (Ederington 1979) over past sessions.

    Parameters
    ----------
    unhedged, hedged
        Gains in USD, oldest first, without NaN, shape (n_sessions,).
    half_life
        Of the weights, in sessions: the same as for the choice of index; ``math.inf`` weighs all alike.

    Returns
    -------
    float or None
        At most 1, negative where the hedge adds variance; ``None`` for a book that does not move.
    """
    variance = np.diag(weighted_covariance(np.column_stack([unhedged, hedged]), age_weights(unhedged.size, half_life)))
    return float(1.0 - variance[1] / variance[0]) if variance[0] > 0 else None
