"""Expiries, rolls and codes, against a table made elsewhere and against the calendar library.

``expiries_2019_2035.csv`` was computed independently of this package (compiled 2026-11-21).
"""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from hedger.contracts import find_expiry, find_front_expiry, load_expiries, to_contract_code, to_contract_year

with (Path(__file__).parent / "expiries_2019_2035.csv").open(encoding="utf-8", newline="") as stream:
    COMPUTED_ELSEWHERE = list(csv.DictReader(stream))


def test_the_shipped_table_agrees_with_the_one_computed_elsewhere() -> None:
    ours = [
        (to_contract_code("", e), e.scheduled.isoformat(), e.last_trading_day.isoformat(), e.roll_date.isoformat())
        for e in load_expiries()
        if 2019 <= e.year <= 2035
    ]
    theirs = [
        (row["code"], row["third_friday"], row["last_trading_day"], row["roll_monday_current_convention"])
        for row in COMPUTED_ELSEWHERE
    ]
    assert ours == theirs


@pytest.mark.parametrize(
    ("digits", "month", "as_of", "year"),
    [
        ("2031", 12, date(2026, 11, 22), 2031),
        ("06", 12, date(2026, 11, 22), 2006),
        ("6", 12, date(2026, 11, 22), 2026),
        ("0", 3, date(2029, 12, 10), 2030),
        ("9", 12, date(2030, 1, 5), 2029),
    ],
)
def test_the_year_of_a_code_is_the_one_whose_month_is_nearest(digits, month, as_of, year) -> None:
    assert to_contract_year(digits, month, as_of) == year


@pytest.mark.parametrize(
    ("year", "month", "last_trading_day", "reason"),
    [
        (2008, 3, date(2008, 3, 20), "Good Friday"),
        (2026, 6, date(2026, 6, 18), "Juneteenth"),
        (2027, 6, date(2027, 6, 17), "Juneteenth"),
        (2014, 9, date(2014, 9, 19), ""),
    ],
)
def test_a_holiday_on_the_third_friday_moves_the_expiry_to_thursday(
    year: int, month: int, last_trading_day: date, reason: str
) -> None:
    expiry = find_expiry(year, month)
    assert expiry.last_trading_day == last_trading_day
    assert expiry.reason.startswith(reason)
    assert bool(expiry.reason) == bool(reason)


@pytest.mark.parametrize(
    ("year", "month", "last_trading_day"),
    [(2043, 6, date(2043, 6, 18)), (2160, 3, date(2160, 3, 20)), (1981, 12, date(1981, 12, 18))],
)
def test_years_beyond_the_shipped_table_are_asked_of_the_library(year: int, month: int, last_trading_day: date) -> None:
    assert find_expiry(year, month).last_trading_day == last_trading_day


@pytest.mark.parametrize(
    ("year", "month", "last_trading_day"),
    [
        (2020, 3, date(2020, 3, 19)),  # Thursday
        (2008, 3, date(2008, 3, 19)),  # Good Friday: settled on Thursday, last traded on Wednesday
        (2025, 6, date(2025, 6, 18)),  # Juneteenth is the Thursday
    ],
)
def test_pit_contracts_close_the_session_before_settlement(year: int, month: int, last_trading_day: date) -> None:
    assert find_expiry(year, month, "day-before-third-friday").last_trading_day == last_trading_day


def test_spot_quoted_contracts_expire_on_the_second_friday_of_june() -> None:
    expiry = find_front_expiry(date(2026, 8, 21), "second-friday-of-june")
    assert expiry.last_trading_day == date(2027, 6, 11)
    assert to_contract_code("QSPX", expiry) == "QSPXM7"


@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        (date(2026, 8, 21), "MESU6"),
        (date(2026, 9, 11), "MESU6"),
        (date(2026, 9, 13), "MESU6"),
        (date(2026, 9, 14), "MESZ6"),
        (date(2026, 12, 14), "MESH7"),
        (date(2026, 12, 31), "MESH7"),
        (date(2020, 3, 2), "MESH0"),
        (date(2040, 12, 31), "MESH1"),
    ],
)
def test_the_front_month_moves_on_the_roll_monday(as_of: date, code: str) -> None:
    assert to_contract_code("MES", find_front_expiry(as_of)) == code


def test_on_every_day_of_the_table_the_front_month_is_the_first_that_has_not_rolled() -> None:
    expiries = load_expiries()
    rolls = {expiry.roll_date for expiry in expiries}
    day, position = date(1982, 1, 1), 0
    while day < expiries[-1].roll_date:
        position += day in rolls
        assert find_front_expiry(day) == expiries[position]
        day += timedelta(days=1)


def test_every_roll_is_a_monday_in_the_week_of_the_expiry() -> None:
    for expiry in load_expiries():
        assert expiry.roll_date.weekday() == 0
        assert timedelta(days=3) <= expiry.last_trading_day - expiry.roll_date <= timedelta(days=4)


def test_a_month_without_expiry_is_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="no contract with the rule 'third-friday' expires in month 7"):
        find_expiry(2026, 7)


def test_the_ordinary_path_imports_neither_pandas_nor_the_calendar_library() -> None:
    program = (
        "import sys; from datetime import date; import hedger.contracts as c; "
        "s = c.select_contracts(date(2026, 8, 21)); "
        "c.quote_contracts(s, as_of=date(2026, 8, 21), prices={x.symbol: (6000.0, '') for x in s}); "
        "print([m for m in ('pandas', 'exchange_calendars') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
