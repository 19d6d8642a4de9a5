r"""Whether stated risks came true: value at risk, volatility, and the cash that a futures account was said to need.

**Value at risk.** The share of sessions that lose more than was stated at the roll before them. With 95 % stated it
should be 5 %.

**Volatility.** :math:`\mathrm{QLIKE} = \overline{r - \log r - 1}` with :math:`r` realised over foretold variance of a
quarter (Patton 2011): zero for a forecast that is always right. It is compared with that of last year's variance.

References
----------
A. Patton (2011), "Volatility forecast comparison using imperfect volatility proxies", Journal of Econometrics 160(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure import SESSIONS_A_YEAR
from hedger.risk import gain_distribution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.arrays import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastTest:
    """One forecast of a book's risk beside what came.

    Parameters
    ----------
    n_sessions
        Sessions that it stands for.
    exceeded
        Level and number of sessions that lost more than the one-session value at risk of that level; empty where the
        past was too short to state one.
    realised, stated, yearly
        Mean square of the gains that came, the variance per session that was foretold, and that of the year before.
    """

    n_sessions: int
    exceeded: tuple[tuple[float, int], ...]
    realised: float
    stated: float
    yearly: float


def check_forecast(past: FloatArray, future: FloatArray) -> ForecastTest:
    """Foretell the spread of gains from past ones and compare it with those that came.

    Parameters
    ----------
    past
        Gains of the book in the sessions before, oldest first, without NaN, up to five years, shape (n_past,).
    future
        Gains after it, shape (n_sessions,).
    """
    distribution = gain_distribution(past)
    return ForecastTest(
        n_sessions=future.size,
        exceeded=tuple(
            (tail.level, int((future < -tail.value_at_risk).sum()))
            for tail in distribution.tails
            if tail.horizon_days == 1
        ),
        realised=float(np.mean(np.square(future))),
        stated=distribution.volatility**2 / SESSIONS_A_YEAR,
        yearly=float(np.mean(np.square(past[-SESSIONS_A_YEAR:]))),
    )


def exceeded_share(tests: Sequence[ForecastTest], level: float) -> float | None:
    """Return the share of sessions beyond the value at risk of a level; ``None`` where none was stated."""
    counted = [(n, test.n_sessions) for test in tests for known, n in test.exceeded if known == level]
    return sum(n for n, _ in counted) / sum(n for _, n in counted) if counted else None


def qlike(realised: Sequence[float], stated: Sequence[float]) -> float:
    """Return the mean of ``r - log r - 1``, `r` being realised over stated variance."""
    ratio = np.array(realised) / np.array(stated)
    return float(np.mean(ratio - np.log(ratio) - 1.0))


def qlike_ratio(tests: Sequence[ForecastTest]) -> float | None:
    """Return the QLIKE loss of the forecasts over that of last year's variance; below one is better.

    ``None`` without forecasts, or for a book that stood still in some quarter.
    """
    if not tests or any(min(test.realised, test.stated, test.yearly) <= 0 for test in tests):
        return None
    realised = [test.realised for test in tests]
    return qlike(realised, [test.stated for test in tests]) / qlike(realised, [test.yearly for test in tests])
