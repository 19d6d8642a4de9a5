"""Expiries and rolls of index futures.

Quarterly contracts (H M U Z: March, June, September, December) trade last on the third Friday of their
month, 09:30 New York, or on the session before where the New York Stock Exchange is closed that day. The
former pit contracts closed one session earlier. Spot-quoted contracts trade last on the second Friday of
June, which no holiday of the exchange falls on. The market rolls on the Monday of the week: from that day
the next contract is the front one.

Which days the exchange is closed, :mod:`hedger.contracts.nyse` knows from a calendar library. Importing that
takes longer than all the rest of a plan, so its answers for the years that matter come with the package
(``expiries.csv``), and the library is asked only about other years.
"""

from __future__ import annotations

from calendar import FRIDAY
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from hedger.shipped import load_table

if TYPE_CHECKING:
    from hedger.contracts.catalogue import ExpiryRule

__all__ = [
    "MONTH_LETTERS",
    "MONTH_NAMES",
    "Expiry",
    "find_expiry",
    "find_front_expiry",
    "load_expiries",
    "to_contract_code",
    "to_contract_year",
    "to_nth_friday",
    "to_roll_date",
]

MONTH_LETTERS = "FGHJKMNQUVXZ"
"""Letters of the months in contract codes, from January on."""
MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
"""Names of the months in contract codes, from January on."""
QUARTERLY_MONTHS = (3, 6, 9, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiry:
    """One contract month and its days.

    Parameters
    ----------
    year, month
        The contract month.
    scheduled
        The Friday that the rule names.
    last_trading_day
        The last session on which the contract trades.
    roll_date
        Monday of the week of `scheduled`; the next contract is the front one from that day on.
    reason
        Holiday on `scheduled` that moved the expiry; empty where none did.
    """

    year: int
    month: int
    scheduled: date
    last_trading_day: date
    roll_date: date
    reason: str


def to_contract_code(symbol: str, expiry: Expiry) -> str:
    """Write an exchange code with one year digit, such as ``"MESZ6"`` for MES of December 2026."""
    return f"{symbol}{MONTH_LETTERS[expiry.month - 1]}{expiry.year % 10}"


def to_contract_year(digits: str, month: int, as_of: date) -> int:
    """Return the year that a contract code means.

    Parameters
    ----------
    digits
        Its last one, two or four digits.
    month
        The contract month.
    as_of
        Day on which the code is read; one digit means the year whose contract month is nearest to it.
    """
    if len(digits) > 1:
        return int(digits) if len(digits) == 4 else 2000 + int(digits)
    decade = as_of.year - as_of.year % 10
    years = (decade - 10 + int(digits), decade + int(digits), decade + 10 + int(digits))
    return min(years, key=lambda year: abs((year - as_of.year) * 12 + month - as_of.month))


def to_nth_friday(year: int, month: int, n: int) -> date:
    """Return the `n`-th Friday of a month, from 1."""
    first = date(year, month, 1)
    return first + timedelta(days=(FRIDAY - first.weekday()) % 7 + 7 * (n - 1))


def to_roll_date(scheduled: date) -> date:
    """Return the Monday of the week of a scheduled last trading day."""
    return scheduled - timedelta(days=scheduled.weekday())


@cache
def load_expiries(rule: ExpiryRule = "third-friday") -> tuple[Expiry, ...]:
    """Load the shipped quarterly expiries, oldest first, whole years only.

    Parameters
    ----------
    rule
        ``"third-friday"`` or ``"day-before-third-friday"``.
    """
    last_day = {"third-friday": "last_trading_day", "day-before-third-friday": "session_before"}[rule]
    return tuple(
        Expiry(
            year=int(row["year"]),
            month=int(row["month"]),
            scheduled=date.fromisoformat(row["third_friday"]),
            last_trading_day=date.fromisoformat(row[last_day]),
            roll_date=date.fromisoformat(row["roll_date"]),
            reason=row["reason"],
        )
        for row in load_table("expiries.csv")
    )


def find_expiry(year: int, month: int, rule: ExpiryRule = "third-friday") -> Expiry:
    """Find the days of one contract month.

    Parameters
    ----------
    year, month
        The contract month.
    rule
        How the contract expires.

    Raises
    ------
    ValueError
        If no contract of that rule expires in the month.
    """
    for expiry in _find_expiries(year, rule):
        if expiry.month == month:
            return expiry
    raise ValueError(f"no contract with the rule {rule!r} expires in month {month}")


def find_front_expiry(as_of: date, rule: ExpiryRule = "third-friday") -> Expiry:
    """Find the front contract month of a day: the first one whose roll date is still to come.

    Parameters
    ----------
    as_of
        The day; on a roll date the next contract month is already the front one.
    rule
        How the contract expires.
    """
    this_year = _find_expiries(as_of.year, rule)
    if as_of < this_year[-1].roll_date:
        return next(expiry for expiry in this_year if as_of < expiry.roll_date)
    return _find_expiries(as_of.year + 1, rule)[0]


@cache
def _find_expiries(year: int, rule: ExpiryRule) -> tuple[Expiry, ...]:
    """Return the contract months of a year, oldest first."""
    if rule == "second-friday-of-june":
        friday = to_nth_friday(year, 6, 2)
        roll = to_roll_date(friday)
        return (Expiry(year=year, month=6, scheduled=friday, last_trading_day=friday, roll_date=roll, reason=""),)
    shipped = tuple(expiry for expiry in load_expiries(rule) if expiry.year == year)
    if shipped:
        return shipped
    # Imported here because the library behind it takes longer to import than a plan to make.
    from hedger.contracts.nyse import derive_expiries  # noqa: PLC0415

    return derive_expiries(year, year, rule)
