"""Days on which the New York Stock Exchange is closed or closes early.

A calendar library (exchange_calendars) knows them: closures of the past as they happened, those of the future by the
exchange's rules in force. Importing it takes longer than a whole plan, so its answers for the years that matter come
with the package (``nyse_closures.csv``). Run

    python -m hedger.report.closures hedger/data/nyse_closures.csv

in the repository to write the table anew after a new release of the library; the tests compare the two.
"""

from __future__ import annotations

import csv
import sys
import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from hedger.shipped import load_table

FIRST_YEAR, LAST_YEAR = 1982, 2040
"""Years of the shipped table: from the first index future to well beyond any listed contract."""
SATURDAY = 5


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
    if FIRST_YEAR <= year <= LAST_YEAR:
        return tuple(closure for closure in _load_closures() if closure.day.year == year)
    return derive_closures(year, year)


@cache
def _load_closures() -> tuple[Closure, ...]:
    return tuple(
        Closure(day=date.fromisoformat(row["date"]), closes_at=row["closes_at"] or None, reason=row["reason"])
        for row in load_table("nyse_closures.csv")
    )


def derive_closures(first_year: int, last_year: int) -> tuple[Closure, ...]:
    """Derive the closures of some years, both included, from the calendar library; oldest first."""
    start, end = date(first_year, 1, 1).isoformat(), date(last_year, 12, 31).isoformat()
    with warnings.catch_warnings():
        # Released exchange_calendars calls what newer pandas deprecates; that is for its authors to see.
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", category=FutureWarning)
        from exchange_calendars import get_calendar  # noqa: PLC0415  (half a second)

        # Without bounds the library covers the last twenty years and the next one only.
        calendar = get_calendar("XNYS", start=start, end=end)
        holidays = calendar.regular_holidays.holidays(start, end, return_name=True)
        closes = calendar.closes[calendar.early_closes].dt.tz_convert(calendar.tz)
    reasons = {day.date(): name for day, name in holidays.items()}
    sessions = {day.date() for day in calendar.sessions}
    span = (date(last_year, 12, 31) - date(first_year, 1, 1)).days + 1
    days = (date(first_year, 1, 1) + timedelta(days=offset) for offset in range(span))
    closed = (
        Closure(day=day, closes_at=None, reason=reasons.get(day, ""))
        for day in days
        if day.weekday() < SATURDAY and day not in sessions
    )
    early = (Closure(day=day.date(), closes_at=f"{close:%H:%M}", reason="") for day, close in closes.items())
    return tuple(sorted((*closed, *early), key=lambda closure: closure.day))


def write_closures(file: Path) -> None:
    """Write the table of closures from :data:`FIRST_YEAR` to :data:`LAST_YEAR` as CSV."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("date", "closes_at", "reason"))
        for closure in derive_closures(FIRST_YEAR, LAST_YEAR):
            writer.writerow((closure.day, closure.closes_at or "", closure.reason))


if __name__ == "__main__":
    write_closures(Path(sys.argv[1]))
