"""Days on which the New York Stock Exchange is closed or closes early.

Which they are, :mod:`hedger.contracts.nyse` knows from a calendar library. Its answers for the years that matter come
with the package (``nyse_closures.csv``), and the library is asked only about other years.
"""

from __future__ import annotations

from calendar import SATURDAY
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from hedger.shipped import load_table

__all__ = ["Closure", "list_closures", "to_session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A weekday on which the exchange does not trade as usual.

    Parameters
    ----------
    day
        The weekday.
    closes_at
        New York time of the early close, such as ``"13:00"``; ``None`` where it does not open at all.
    reason
        Holiday, in the library's words; empty where it names none.
    """

    day: date
    closes_at: str | None
    reason: str


def to_session(day: date) -> date:
    """Return the first day on or after `day` on which the exchange trades."""
    while day.weekday() >= SATURDAY or _is_closed(day):
        day += timedelta(days=1)
    return day


def list_closures(first: date, last: date) -> tuple[Closure, ...]:
    """List the closures of a span of days, both ends included, oldest first."""
    return tuple(
        closure
        for year in range(first.year, last.year + 1)
        for closure in _closures_of(year)
        if first <= closure.day <= last
    )


def _is_closed(day: date) -> bool:
    return any(closure.day == day and closure.closes_at is None for closure in _closures_of(day.year))


@cache
def _closures_of(year: int) -> tuple[Closure, ...]:
    shipped = tuple(closure for closure in _load_closures() if closure.day.year == year)
    if shipped:
        return shipped
    # Imported here because the library behind it takes longer to import than a plan to make.
    from hedger.contracts.nyse import derive_closures  # noqa: PLC0415

    return derive_closures(year, year)


@cache
def _load_closures() -> tuple[Closure, ...]:
    return tuple(
        Closure(day=date.fromisoformat(row["date"]), closes_at=row["closes_at"] or None, reason=row["reason"])
        for row in load_table("nyse_closures.csv")
    )
