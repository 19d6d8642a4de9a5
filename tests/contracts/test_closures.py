"""Closures of the exchange: the shipped table is what the calendar library says, and what the exchange published."""

from __future__ import annotations

from datetime import date

import pytest

from hedger.contracts import list_closures, to_session
from hedger.contracts.nyse import FIRST_YEAR, LAST_YEAR, derive_closures

# NYSE Group, "Holidays and Trading Hours" for 2026 and 2027.
PUBLISHED_HOLIDAYS = {
    2026: ["01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26", "12-25"],
    2027: ["01-01", "01-18", "02-15", "03-26", "05-31", "06-18", "07-05", "09-06", "11-25", "12-24"],
}
PUBLISHED_EARLY_CLOSES = {2026: ["11-27", "12-24"], 2027: ["11-26"]}


@pytest.mark.parametrize("year", [2026, 2027])
def test_the_table_has_what_the_exchange_published(year: int) -> None:
    closures = list_closures(date(year, 1, 1), date(year, 12, 31))
    closed = [f"{each.day:%m-%d}" for each in closures if each.closes_at is None]
    early = [(f"{each.day:%m-%d}", each.closes_at) for each in closures if each.closes_at is not None]
    assert closed == PUBLISHED_HOLIDAYS[year]
    assert early == [(day, "13:00") for day in PUBLISHED_EARLY_CLOSES[year]]


def test_unscheduled_closures_are_in_it() -> None:
    week = list_closures(date(2001, 9, 10), date(2001, 9, 17))
    assert [each.day.day for each in week] == [11, 12, 13, 14]
    assert list_closures(date(2012, 10, 29), date(2012, 10, 30)) != ()


def test_every_closure_of_the_table_is_listed() -> None:
    closures = list_closures(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    assert closures == derive_closures(FIRST_YEAR, LAST_YEAR)


def test_the_library_is_asked_about_years_beyond_the_table() -> None:
    (christmas,) = list_closures(date(2042, 12, 25), date(2042, 12, 31))
    assert (christmas.day, christmas.closes_at, christmas.reason) == (date(2042, 12, 25), None, "Christmas")


@pytest.mark.parametrize(
    ("day", "session"),
    [
        (date(2026, 8, 21), date(2026, 8, 21)),
        (date(2026, 8, 22), date(2026, 8, 24)),
        (date(2026, 9, 5), date(2026, 9, 8)),
        (date(2026, 11, 27), date(2026, 11, 27)),
        (date(2027, 12, 31), date(2027, 12, 31)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 4)),
    ],
)
def test_the_next_session_skips_weekends_and_holidays_but_no_early_close(day: date, session: date) -> None:
    assert to_session(day) == session
