"""The closes of one symbol as Yahoo Finance told them, and what can be said about them without asking again."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from hedger.arrays import freeze
from hedger.market.yahoo.failures import Failure

if TYPE_CHECKING:
    from hedger.arrays import DateArray, FloatArray

SETTLING = timedelta(minutes=20)
"""Time after the close of trading from which a close counts as final; free quotes are 15 minutes late."""
ASK_AGAIN = timedelta(minutes=15)
"""How long an answer that lacked the newest close is left alone."""
SAME_CLOSE = 1e-5
"""Relative difference up to which two closes are the same; the smallest dividends change more."""
LEAST_OVERLAP = 3
"""Sessions that must agree before new closes are appended to stored ones."""
LARGEST_STEP = 2.5
"""Factor between neighbouring closes beyond which a step is suspicious."""
LEAST_SPLIT = 1.4
"""Ratio from which a split is large enough to tell from an ordinary day."""
PART_OF_SPLIT = 0.6
"""Share of a split's ratio, in logarithms, that closes must not move on its day: they are adjusted for it."""
SETTLED_LEVEL = 20
"""Sessions after a suspicious step from which the new level is believed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloseSeries:
    """Adjusted closes of one symbol in its own currency.

    Parameters
    ----------
    symbol
        Yahoo symbol.
    currency
        As Yahoo writes it; ``GBp`` is pence.
    timezone
        Of its exchange, such as ``"America/New_York"``.
    closes_at
        End of trading there, local time.
    asked_from
        First day that was asked for; the series may begin later.
    retrieved_at
        When the newest part of it was asked for, with a time zone.
    has_newest
        Whether it reached the newest finished session when it was retrieved.
    sessions
        Strictly rising, ``datetime64[D]``, shape (n_sessions,), at least one.
    close
        Positive, without NaN, shape (n_sessions,).
    splits
        Days and ratios of the splits that Yahoo names; 4.0 means four new shares for one.
    """

    symbol: str
    currency: str
    timezone: str
    closes_at: time
    asked_from: date
    retrieved_at: datetime
    has_newest: bool
    sessions: DateArray
    close: FloatArray
    splits: tuple[tuple[date, float], ...] = ()

    def __post_init__(self) -> None:
        freeze(self, sessions="datetime64[D]", close=np.float64)
        sessions, close = self.sessions, self.close
        if not sessions.size or close.shape != sessions.shape:
            raise ValueError(f"{close.size} closes for {sessions.size} sessions, expected one for each")
        if not (np.diff(sessions) > np.timedelta64(0, "D")).all():
            raise ValueError("sessions must rise strictly")
        if not (np.isfinite(close) & (close > 0.0)).all():
            raise ValueError("closes must be positive and finite")
        if not all(math.isfinite(ratio) and ratio > 0.0 for _, ratio in self.splits):
            raise ValueError("ratios of splits must be positive and finite")
        if self.retrieved_at.tzinfo is None:
            raise ValueError("retrieved_at needs a time zone")

    @property
    def first_session(self) -> date:
        """Oldest session."""
        return _to_date(self.sessions[0])

    @property
    def last_session(self) -> date:
        """Newest session."""
        return _to_date(self.sessions[-1])

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether no close can have been added since the series was retrieved.

        Exchange holidays are not known here: on one of them the answer is a cautious no.
        """
        if not timedelta(0) <= now - self.retrieved_at < timedelta(days=4):
            return False
        if not self.has_newest:
            return now - self.retrieved_at < ASK_AGAIN
        day = self.retrieved_at.astimezone(ZoneInfo(self.timezone)).date()
        while (final := closing_time(day, self.closes_at, self.timezone)) <= now:
            if final > self.retrieved_at and day.weekday() < 5:
                return False
            day += timedelta(days=1)
        return True

    def extended_by(self, newer: CloseSeries) -> CloseSeries | None:
        """Return this series with the sessions that `newer` adds, or ``None`` where the two disagree.

        They must share at least :data:`LEAST_OVERLAP` sessions (or all there are) with the same closes: adjusted
        closes of the past change with every split and dividend, and then the old ones cannot stay.
        """
        common, own, others = np.intersect1d(self.sessions, newer.sessions, return_indices=True)
        if common.size < min(LEAST_OVERLAP, self.sessions.size) or newer.currency != self.currency:
            return None
        if not np.allclose(self.close[own], newer.close[others], rtol=SAME_CLOSE, atol=0.0):
            return None
        added = ~np.isin(newer.sessions, self.sessions)
        sessions = np.concatenate([self.sessions, newer.sessions[added]])
        order = np.argsort(sessions)
        return replace(
            newer,
            asked_from=self.asked_from,
            sessions=sessions[order],
            close=np.concatenate([self.close, newer.close[added]])[order],
            splits=tuple(sorted({*self.splits, *newer.splits})),
        )

    def trusted(self) -> tuple[CloseSeries, str] | Failure:
        """Return the part of the series after its last suspicious step, and what was wrong before, in words.

        A step is suspicious when it is larger than :data:`LARGEST_STEP`, or when it happens on the day of a split
        and is about as large as that split, which adjusted closes do not show. The words are empty when there is
        none. Where fewer than :data:`SETTLED_LEVEL` sessions follow, nobody can tell which level is right: that is
        a failure.
        """
        steps = np.diff(np.log(self.close))
        limit = np.full(steps.size, math.log(LARGEST_STEP))
        for day, ratio in self.splits:
            size = abs(math.log(ratio))
            row = int(np.searchsorted(self.sessions[1:], np.datetime64(day, "D")))
            if size >= math.log(LEAST_SPLIT) and row < limit.size:
                limit[row] = min(limit[row], PART_OF_SPLIT * size)
        suspicious = np.flatnonzero(np.abs(steps) > limit)
        if not suspicious.size:
            return self, ""
        last = int(suspicious[-1]) + 1
        what = (
            f"its close goes from {self.close[last - 1]:,.4g} to {self.close[last]:,.4g} "
            f"on {self.sessions[last]}, like a split that was not adjusted for"
        )
        if self.sessions.size - last < SETTLED_LEVEL:
            return Failure(kind="suspicious", detail=what)
        return replace(self, sessions=self.sessions[last:], close=self.close[last:]), what


def closing_time(day: date, closes_at: time, timezone: str) -> datetime:
    """Return the moment from which the close of a session is final."""
    return datetime.combine(day, closes_at, ZoneInfo(timezone)) + SETTLING


def _to_date(session: np.datetime64) -> date:
    day: date = session.astype("datetime64[D]").item()
    return day
