from __future__ import annotations

from datetime import date

import pytest

from hedger.market import DatedRate, dividend_yield_on, load_rates, rate_on


# As published: Federal Reserve Bank of New York, SOFR and effective federal funds rate, per cent.
@pytest.mark.parametrize(
    ("day", "percent", "series"),
    [
        (date(2015, 12, 16), 0.15, "DFF"),
        (date(2015, 12, 17), 0.37, "DFF"),  # the first rise after seven years
        (date(2018, 4, 2), 1.68, "DFF"),
        (date(2018, 4, 3), 1.83, "SOFR"),  # the first day of SOFR
        (date(2019, 9, 17), 5.25, "SOFR"),  # the repo squeeze
        (date(2023, 8, 1), 5.31, "SOFR"),
    ],
)
def test_the_overnight_rate_is_the_published_one(day, percent, series):
    rate = rate_on(day)
    assert rate is not None
    assert rate.value == pytest.approx(percent / 100.0, abs=1e-12)
    assert rate.as_of == day
    assert f"({series})" in rate.source


def test_a_day_without_a_rate_has_the_newest_one_before_it():
    friday = rate_on(date(2019, 9, 13))
    assert rate_on(date(2019, 9, 15)) == friday
    assert rate_on(date(2026, 11, 21)) == DatedRate(
        value=pytest.approx(0.0363, abs=1e-12),
        as_of=date(2026, 8, 20),
        source="Secured Overnight Financing Rate (SOFR), FRED",
    )


def test_there_is_no_rate_before_the_series_begin():
    assert rate_on(date(1999, 12, 31)) is None
    assert dividend_yield_on("SPY", date(1999, 12, 31)) is None


def test_a_dividend_yield_is_that_of_the_newest_month_end():
    dividend_yield = dividend_yield_on("SPY", date(2020, 4, 15))
    assert dividend_yield == DatedRate(
        value=pytest.approx(0.022472, abs=1e-12),
        as_of=date(2020, 3, 31),
        source="trailing twelve-month distribution yield of SPY",
    )


def test_a_yield_of_nothing_is_a_yield():
    early = dividend_yield_on("QQQ", date(2000, 4, 15))
    assert early is not None
    assert early.value == 0.0


@pytest.mark.parametrize(
    ("index", "fund"), [("^GSPC", "SPY"), ("^NDX", "QQQ"), ("^DJI", "DIA"), ("^RUT", "IWM"), ("MDY", "MDY")]
)
def test_an_index_has_the_dividend_yield_of_its_fund(index, fund):
    assert dividend_yield_on(index, date(2024, 6, 3)) == dividend_yield_on(fund, date(2024, 6, 3))


@pytest.mark.parametrize("symbol", ["AAPL", "SOFR", "sp500"])
def test_only_indices_and_their_funds_have_a_dividend_yield(symbol):
    with pytest.raises(ValueError, match=f"{symbol} is not an index with a dividend yield"):
        dividend_yield_on(symbol, date(2024, 6, 3))


def test_rates_and_yields_are_fractions_a_year_in_order_of_time():
    for series in load_rates():
        assert (series.days[1:] > series.days[:-1]).all()
        assert series.values.min() >= 0.0
        assert series.values.max() < 0.08
        with pytest.raises(ValueError, match="read-only"):
            series.values[0] = 1.0


def test_changing_the_day_forward_never_finds_an_older_rate():
    days = [date(2018, month, day) for month in range(1, 13) for day in (1, 15)]
    found = [rate.as_of for rate in map(rate_on, days) if rate is not None]
    assert found == sorted(found)
    assert all(rate_day <= day for rate_day, day in zip(found, days, strict=True))
