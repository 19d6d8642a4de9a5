"""The table of expiries, against the calendar library that it was made with."""

from __future__ import annotations

import runpy
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hedger.contracts import find_expiry, load_expiries
from hedger.contracts.nyse import FIRST_YEAR, LAST_YEAR, derive_expiries
from hedger.shipped import SHIPPED

if TYPE_CHECKING:
    from pathlib import Path

    from hedger.contracts import ExpiryRule


@pytest.mark.parametrize("rule", ["third-friday", "day-before-third-friday"])
def test_the_shipped_table_is_what_the_library_says(rule: ExpiryRule) -> None:
    assert load_expiries(rule) == derive_expiries(FIRST_YEAR, LAST_YEAR, rule)


def test_the_command_writes_the_shipped_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "hedger.contracts.nyse")
    monkeypatch.setattr(sys, "argv", ["nyse", str(tmp_path)])
    runpy.run_module("hedger.contracts.nyse", run_name="__main__")
    for name in ("expiries.csv", "nyse_closures.csv"):
        assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the library, in constructing a calendar
def test_no_holiday_falls_on_the_second_friday_of_june() -> None:
    # Spot-quoted contracts exist since 2025; their rule needs no calendar as long as this holds.
    from exchange_calendars import exchange_calendar_xnys  # noqa: PLC0415

    rules = exchange_calendar_xnys.XNYSExchangeCalendar().regular_holidays
    closed = {day.date() for day in rules.holidays("2025-01-01", "2060-12-31")}
    fridays = [find_expiry(year, 6, "second-friday-of-june").last_trading_day for year in range(2025, 2061)]
    assert fridays[:3] == [date(2025, 6, 13), date(2026, 6, 12), date(2027, 6, 11)]
    assert not closed.intersection(fridays)
