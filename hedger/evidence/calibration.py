"""Whether what a plan states of risk came true for this portfolio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.evidence.forecasts import check_forecast, exceeded_share, qlike_ratio
from hedger.exposure import QUARTER
from hedger.risk import ACCEPTED, assess_margin_calls, hedge_gains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.evidence.following import PastQuarters
    from hedger.evidence.records import StrategyRecord
    from hedger.evidence.walk import HeldQuarter

LEVELS = (0.95, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class TailCheck:
    """How often a one-session value at risk was exceeded.

    Parameters
    ----------
    level
        Such as 0.95.
    before, after
        Share of sessions that lost more, of the portfolio alone and with the futures; 1 - `level` would be right.
        ``None`` where the past was too short to state one.
    """

    level: float
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Whether what the plan would have stated at each roll came true in the quarter after it.

    Parameters
    ----------
    n_sessions
        Sessions on which a value at risk stood.
    tails
        One per level.
    qlike_before, qlike_after
        QLIKE loss of the volatility forecast over that of last year's variance, below 1 is better; ``None`` where it is
        not defined.
    n_quarters, n_covered, n_covered_after
        Quarters, and those whose realised beta lay in the 95 % interval, before and after the hedge.
    n_accounts, n_beyond_buffer
        Quarters with futures, and those in which the buffer stated for a 5 % chance of a call did not last.
    """

    n_sessions: int
    tails: tuple[TailCheck, ...]
    qlike_before: float | None
    qlike_after: float | None
    n_quarters: int
    n_covered: int
    n_covered_after: int
    n_accounts: int
    n_beyond_buffer: int


def check_calibration(quarters: Sequence[HeldQuarter], record: StrategyRecord, past: PastQuarters) -> Calibration:
    """Compare what would have been stated at each roll with what came.

    Parameters
    ----------
    quarters
        What a strategy held.
    record
        What came of it.
    """
    before, after = [], []
    n_accounts = n_beyond = 0
    hedges = np.split(record.hedge, np.cumsum(record.lengths)[:-1])
    for held, came, moves, hedge in zip(quarters, record.quarters, past.quarters, hedges, strict=True):
        exposure, plan = held.exposure, held.plan
        known = exposure.gains[np.isfinite(exposure.gains)]
        hedged = exposure.gains + hedge_gains(exposure, plan) if plan is not None else exposure.gains
        before.append(check_forecast(known, moves.gains))
        after.append(check_forecast(hedged[np.isfinite(hedged)], moves.gains + hedge))
        call = assess_margin_calls(exposure, plan) if plan is not None else None
        if plan is not None and call is not None:
            room = plan.initial_margin + call.need(ACCEPTED, QUARTER) - plan.maintenance_margin
            n_accounts += 1
            n_beyond += came.worst_account > room
    return Calibration(
        n_sessions=sum(test.n_sessions for test in before if test.exceeded),
        tails=tuple(
            TailCheck(level=level, before=exceeded_share(before, level), after=exceeded_share(after, level))
            for level in LEVELS
        ),
        qlike_before=qlike_ratio(before),
        qlike_after=qlike_ratio(after),
        n_quarters=len(quarters),
        n_covered=record.n_covered,
        n_covered_after=record.n_covered_after,
        n_accounts=n_accounts,
        n_beyond_buffer=n_beyond,
    )
