"""What the calendar library says about the New York Stock Exchange, and the tables made from it.

The library is exchange_calendars: closures of the past as they happened, those of the future by the
exchange's rules in force, so that a far year is a projection. Run

    python -m hedger.contracts.nyse hedger/data

in the repository to write the shipped tables of expiries and closures anew, after a new release of the library or a
new holiday; the tests compare the two.
"""

from __future__ import annotations

import csv
import sys
import warnings
from calendar import SATURDAY
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hedger.contracts.closures import Closure
from hedger.contracts.expiries import QUARTERLY_MONTHS, Expiry, to_nth_friday, to_roll_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hedger.contracts.catalogue import ExpiryRule

__all__ = ["FIRST_YEAR", "LAST_YEAR", "derive_closures", "derive_expiries", "write_tables"]

FIRST_YEAR, LAST_YEAR = 1982, 2040
"""Years of the shipped tables: from the first index future to well beyond any listed contract."""


def derive_expiries(first_year: int, last_year: int, rule: ExpiryRule = "third-friday") -> tuple[Expiry, ...]:
    """Derive the quarterly expiries of some years from the exchange's calendar.

    Parameters
    ----------
    first_year, last_year
        Years, both included.
    rule
        ``"third-friday"`` or ``"day-before-third-friday"``.

    Returns
    -------
    tuple
        Oldest first.
    """
    calendar, reasons = _ask_library(first_year, last_year)
    sessions = calendar.sessions
    expiries = []
    for year in range(first_year, last_year + 1):
        for month in QUARTERLY_MONTHS:
            friday = to_nth_friday(year, month, 3)
            position = sessions.searchsorted(friday.isoformat(), side="right") - 1
            settlement = sessions[position].date()
            last = settlement if rule == "third-friday" else sessions[position - 1].date()
            expiries.append(
                Expiry(
                    year=year,
                    month=month,
                    scheduled=friday,
                    last_trading_day=last,
                    roll_date=to_roll_date(friday),
                    reason="" if settlement == friday else reasons.get(friday, "exchange closed"),
                )
            )
    return tuple(expiries)


def derive_closures(first_year: int, last_year: int) -> tuple[Closure, ...]:
    """Derive the closures of some years, both included, from the exchange's calendar; oldest first."""
    calendar, reasons = _ask_library(first_year, last_year)
    sessions = {day.date() for day in calendar.sessions}
    span = (date(last_year, 12, 31) - date(first_year, 1, 1)).days + 1
    days = (date(first_year, 1, 1) + timedelta(days=offset) for offset in range(span))
    closed = (
        Closure(day=day, closes_at=None, reason=reasons.get(day, ""))
        for day in days
        if day.weekday() < SATURDAY and day not in sessions
    )
    closes = calendar.closes[calendar.early_closes].dt.tz_convert(calendar.tz)
    early = (Closure(day=day.date(), closes_at=f"{close:%H:%M}", reason="") for day, close in closes.items())
    return tuple(sorted((*closed, *early), key=lambda closure: closure.day))


def _ask_library(first_year: int, last_year: int) -> tuple[Any, dict[date, str]]:
    """Return the library's calendar of some years, both included, and the names of the holidays in them."""
    start, end = f"{first_year}-01-01", f"{last_year}-12-31"
    with warnings.catch_warnings():
        # Released exchange_calendars calls what newer pandas deprecates; that is for its authors to see.
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", category=FutureWarning)
        from exchange_calendars import get_calendar  # noqa: PLC0415  (half a second)

        # Without bounds the library covers the last twenty years and the next one only.
        calendar = get_calendar("XNYS", start=start, end=end)
        holidays = calendar.regular_holidays.holidays(start, end, return_name=True)
    return calendar, {day.date(): name for day, name in holidays.items()}


def write_tables(folder: Path) -> None:
    """Write the tables of expiries and closures from :data:`FIRST_YEAR` to :data:`LAST_YEAR` as CSV."""
    settled = derive_expiries(FIRST_YEAR, LAST_YEAR)
    before = derive_expiries(FIRST_YEAR, LAST_YEAR, "day-before-third-friday")
    _write(
        folder / "expiries.csv",
        "year,month,third_friday,last_trading_day,session_before,roll_date,reason",
        (
            (e.year, e.month, e.scheduled, e.last_trading_day, b.last_trading_day, e.roll_date, e.reason)
            for e, b in zip(settled, before, strict=True)
        ),
    )
    _write(
        folder / "nyse_closures.csv",
        "date,closes_at,reason",
        ((each.day, each.closes_at or "", each.reason) for each in derive_closures(FIRST_YEAR, LAST_YEAR)),
    )


def _write(file: Path, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


if __name__ == "__main__":
    write_tables(Path(sys.argv[1]))
