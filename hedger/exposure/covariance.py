r"""Annual covariance of the indices, and how much of a book's variance each of them explains.

The shape blends a fast and a slow view of the last years, each divided by its own variance of the first index so
that a calm and a wild span count alike:

.. math::

    S = v \left(0.6\, \frac{C_{63}}{(C_{63})_{11}} + 0.4\, \frac{C_{slow}}{(C_{slow})_{11}}\right)

:math:`C_{63}` has weights of half-life 63 sessions, :math:`C_{slow}` weighs 756 sessions with the inverse of the first
index' variance known the day before. The level :math:`v` is 252 times 0.7 of that index' exponentially weighted
variance (half-life 21) plus 0.3 of its five-year mean square.

A series that is known in fewer sessions is joined to those known in all of them by its regression on them over the
sessions that they share (Stambaugh 1997): with the covariance :math:`C` of these sessions, slopes
:math:`B = C_{yx} C_{xx}^{-1}` and what they leave, :math:`C_{yy} - B C_{xy}`, its rows of :math:`S` are
:math:`B S_{xx}` and :math:`B S_{xx} B^\top` plus what they leave. No session of the others is lost, and :math:`S` stays
positive semidefinite.

References
----------
R. Stambaugh (1997), "Analyzing investments whose histories differ in length", Journal of Financial Economics 45(3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure.regression import HALF_LIFE, THREE_YEARS, age_weights, variance_before

if TYPE_CHECKING:
    from hedger.arrays import FloatArray


SESSIONS_A_YEAR = 252


def weighted_covariance(returns: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted covariance per session of `returns`, shape (n_series, n_series).

    Parameters
    ----------
    returns
        Without NaN, shape (n_sessions, n_series).
    weights
        Not negative, of any sum above zero, shape (n_sessions,).
    """
    weights = weights / weights.sum()
    centred = returns - weights @ returns
    covariance: FloatArray = (centred * weights[:, None]).T @ centred
    return covariance


def annual_covariance(returns: FloatArray) -> FloatArray:
    """Return the annual covariance of index returns, or of indices and a book, as the module's docstring defines it.

    Parameters
    ----------
    returns
        Simple daily returns or gains, oldest first, shape (n_sessions, n_series); at least one series without NaN. The
        first of these is the index that spans are divided by.
    """
    known = np.isfinite(returns)
    by_length = np.argsort(-known.sum(axis=0), kind="stable")
    n_whole = int(known.all(axis=0).sum())
    joined = by_length[:n_whole]
    if n_whole == returns.shape[1]:
        return _blended_covariance(returns)
    covariance = np.zeros((returns.shape[1], returns.shape[1]))
    covariance[np.ix_(joined, joined)] = _blended_covariance(returns[:, joined])
    for series in by_length[n_whole:].tolist():
        shared = known[:, [*joined, series]].all(axis=1)
        both = _blended_covariance(returns[shared][:, [*joined, series]])
        slopes = both[-1, :-1] @ np.linalg.pinv(both[:-1, :-1], hermitian=True)
        follows = slopes @ covariance[np.ix_(joined, joined)]
        covariance[series, joined] = covariance[joined, series] = follows
        covariance[series, series] = follows @ slopes + max(both[-1, -1] - slopes @ both[:-1, -1], 0.0)
        joined = np.append(joined, series)
    return covariance


def _blended_covariance(returns: FloatArray) -> FloatArray:
    first = returns[:, 0]
    fast = weighted_covariance(returns, age_weights(first.size, 63.0))
    slow_weights = 1.0 / variance_before(first, 5.0)
    slow = weighted_covariance(returns[-THREE_YEARS:], slow_weights[-THREE_YEARS:])
    shape = 0.6 * fast / fast[0, 0] + 0.4 * slow / slow[0, 0]
    covariance: FloatArray = SESSIONS_A_YEAR * current_variance(first) * shape
    return covariance


def current_variance(gains: FloatArray) -> float:
    """Return the variance per session that today's conditions suggest.

    0.7 of the exponentially weighted mean square (half-life 21 sessions) plus 0.3 of the mean square of the whole
    record: of the forecasts tried on real books it has the smallest QLIKE loss after a hedge.

    Parameters
    ----------
    gains
        Returns or gains in USD, oldest first, up to five years, without NaN, shape (n_sessions,).
    """
    squares = np.square(gains)
    fast = age_weights(gains.size, 21.0)
    return float(0.7 * (fast @ squares) / fast.sum() + 0.3 * squares.mean())


def explained_variance(book: FloatArray, indices: FloatArray) -> FloatArray:
    """Return the share of a book's variance that the best single-index hedge in each index would have removed.

    This is the R-squared of the book on each index alone, weights of half-life :data:`HALF_LIFE`.

    Parameters
    ----------
    book
        Gains of today's holdings over past sessions, oldest first, NaN where unknown, shape (n_sessions,).
    indices
        NaN where unknown, shape (n_sessions, n_indices).

    Returns
    -------
    ndarray of shape (n_indices,)
        Between 0 and 1; zero for a book or an index that does not move.
    """
    share = np.zeros(indices.shape[1])
    weights = age_weights(book.size, HALF_LIFE)
    for position, index in enumerate(indices.T):
        known = np.isfinite(book) & np.isfinite(index)
        joint = weighted_covariance(np.column_stack([index[known], book[known]]), weights[known])
        both = joint[0, 0] * joint[1, 1]
        share[position] = joint[0, 1] ** 2 / both if both > 0 else 0.0
    return share
