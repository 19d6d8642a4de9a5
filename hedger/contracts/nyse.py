"""What the calendar library says about the New York Stock Exchange, and the table of expiries made from it.

The library is exchange_calendars: closures of the past as they happened, those of the future by the
exchange's rules in force, so that a far year is a projection. Run

    python -m hedger.contracts.nyse hedger/data/expiries.csv

in the repository to write the shipped table anew, after a new release of the library or a new holiday; the
tests compare the two.
"""

from __future__ import annotations

import csv
import sys
import warnings
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from hedger.contracts.expiries import QUARTERLY_MONTHS, Expiry, to_nth_friday, to_roll_date

if TYPE_CHECKING:
    from hedger.contracts.catalogue import ExpiryRule

__all__ = ["FIRST_YEAR", "LAST_YEAR", "derive_expiries", "write_expiries"]

FIRST_YEAR, LAST_YEAR = 1982, 2040
"""Years of the shipped table: from the first index future to well beyond any listed contract."""


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
    with warnings.catch_warnings():
        # Released exchange_calendars calls what newer pandas deprecates; that is for its authors to see.
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", category=FutureWarning)
        from exchange_calendars import get_calendar  # noqa: PLC0415  (half a second)

        start, end = date(first_year, 1, 1), date(last_year, 12, 31)
        # Without bounds the library covers the last twenty years and the next one only.
        calendar = get_calendar("XNYS", start=start.isoformat(), end=end.isoformat())
        sessions = calendar.sessions
        holidays = calendar.regular_holidays.holidays(start.isoformat(), end.isoformat(), return_name=True)
    reasons = {day.date(): name for day, name in holidays.items()}
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


def write_expiries(file: Path) -> None:
    """Write the table of expiries from :data:`FIRST_YEAR` to :data:`LAST_YEAR` as CSV."""
    settled = derive_expiries(FIRST_YEAR, LAST_YEAR)
    before = derive_expiries(FIRST_YEAR, LAST_YEAR, "day-before-third-friday")
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        columns = "year,month,third_friday,last_trading_day,session_before,roll_date,reason"
        writer.writerow(columns.split(","))
        for e, b in zip(settled, before, strict=True):
            writer.writerow(
                (e.year, e.month, e.scheduled, e.last_trading_day, b.last_trading_day, e.roll_date, e.reason)
            )


if __name__ == "__main__":
    write_expiries(Path(sys.argv[1]))
