"""From a file in several currencies to a plan on live prices, and to the same plan when Yahoo Finance has gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

import numpy as np
import pytest
from loopback_yahoo import NOT_FOUND, REFUSED, Listing, trading_days, wander

from hedger import advise, read_portfolio
from hedger.errors import PricesUnavailableError
from hedger.market import SnapshotSource, YahooSource

AS_OF = date(2026, 8, 21)
DAYS = trading_days("2016-08-22", "2026-08-21")
CLOSED_THERE = np.datetime64("2026-07-03")  # a Friday on which New York is closed and the exchanges abroad are open

FILE = """\
Wertpapier;Symbol;Stück;Kurs;Marktwert;Währung
Apple Inc;AAPL;40;200,00;8.000,00;USD
SAP SE;SAP.DE;30;220,50;6.615,00;EUR
Vodafone;VOD.L;2000;0,75;1.500,00;GBP
Nestlé;NESN.SW;20;81,10;1.622,00;CHF
Fonds ohne Kurs;LU0323578657;10;150,00;1.500,00;EUR
Bargeld EUR;;;;1.000,00;EUR
"""


@pytest.fixture
def source(yahoo, tmp_path, now) -> YahooSource:
    """Yahoo Finance with everything in the file but the Swiss franc."""
    york = DAYS[DAYS != CLOSED_THERE]
    london = {"timezone": "Europe/London", "opens_at": clock_time(8), "closes_at": clock_time(16, 30)}
    for seed, symbol in enumerate(("^GSPC", "^NDX", "^DJI", "^RUT", "MDY", "AAPL")):
        yahoo.add(Listing(symbol, sessions=york, close=wander(york.size, seed, level=200.0)))
    yahoo.add(
        Listing("SAP.DE", sessions=DAYS, close=wander(DAYS.size, 11, level=220.0), currency="EUR", **london),
        Listing("VOD.L", sessions=DAYS, close=wander(DAYS.size, 12, level=75.0), currency="GBp", **london),
        Listing("NESN.SW", sessions=DAYS, close=wander(DAYS.size, 13, level=80.0), currency="CHF", **london),
        Listing("EURUSD=X", sessions=DAYS, close=wander(DAYS.size, 14, level=1.1), **london),
        Listing("GBPUSD=X", sessions=DAYS, close=wander(DAYS.size, 15, level=1.3), **london),
    )
    yahoo.faults["CHFUSD=X"] = NOT_FOUND
    return YahooSource(folder=tmp_path / "cache", deadline=15.0, first_pause=0.05, now=lambda: now)


def test_a_file_in_several_currencies_becomes_a_plan_in_dollars_also_without_yahoo(yahoo, source, now):
    portfolio = read_portfolio(FILE.encode(), as_of=AS_OF)
    advice = advise(portfolio, source, today=now.date())
    book = advice.exposure.book
    euro, pound = wander(DAYS.size, 14, level=1.1)[-1], wander(DAYS.size, 15, level=1.3)[-1]
    values = {holding.symbol: holding.market_value for holding in book.holdings}
    assert values["SAP.DE"] == pytest.approx(30 * wander(DAYS.size, 11, level=220.0)[-1] * euro, rel=1e-9)
    assert values["VOD.L"] == pytest.approx(2000 * wander(DAYS.size, 12, level=75.0)[-1] / 100 * pound, rel=1e-9)
    assert values.keys() == {"AAPL", "SAP.DE", "VOD.L"}
    assert book.cash == pytest.approx(1000.0 * euro, rel=1e-9)
    left_out = {each.symbol: (each.market_value, each.reason) for each in book.excluded}
    assert left_out["NESN.SW"][0] is None
    assert "lack the exchange rate CHFUSD=X" in left_out["NESN.SW"][1]
    assert left_out["LU0323578657"][0] == pytest.approx(1500.0 * euro, rel=1e-9)
    notes = {note.code: note.message for note in advice.notes}
    assert f"1 EUR = {euro:.4f} USD (2026-08-21)" in notes["positions_converted"]
    assert f"1 GBP = {pound:.4f} USD (2026-08-21)" in notes["positions_converted"]
    assert "SAP.DE (EUR)" in notes["prices_converted"]
    assert CLOSED_THERE not in advice.measurement.prices.sessions

    without_francs = read_portfolio(FILE.replace("NESN.SW", "SAP.DE").replace("CHF", "EUR").encode(), as_of=AS_OF)
    before = advise(without_francs, source, today=now.date())
    yahoo.faults["*"] = REFUSED
    later = replace(source, now=lambda: datetime(2026, 8, 26, 12, tzinfo=UTC))
    again = advise(without_francs, later, today=now.date() + timedelta(days=4))
    assert [(order.quote.symbol, order.quantity) for order in again.plan.orders] == [
        (order.quote.symbol, order.quantity) for order in before.plan.orders
    ]
    assert again.measurement.age_days == 5
    aged = next(note.message for note in again.notes if note.code == "prices_from_cache")
    assert "Yahoo Finance refuses more requests for now" in aged
    assert "up to 4 days ago, and end on 2026-08-21" in aged


def test_without_live_prices_other_currencies_are_left_out_by_name():
    advice = advise(read_portfolio(FILE.encode(), as_of=AS_OF), SnapshotSource(), today=AS_OF)
    assert [holding.symbol for holding in advice.exposure.book.holdings] == ["AAPL"]
    reasons = {each.symbol: each.reason for each in advice.exposure.book.excluded}
    assert set(reasons) == {"SAP.DE", "VOD.L", "NESN.SW", "LU0323578657", "CASH"}
    assert reasons["SAP.DE"] == (
        "it is in EUR and the prices at hand lack the exchange rate EURUSD=X, which live prices have"
    )


def test_when_no_index_has_a_price_the_reason_is_passed_on(yahoo, tmp_path, now):
    yahoo.add(Listing("AAPL", sessions=DAYS, close=wander(DAYS.size, 1)))
    source = YahooSource(folder=tmp_path / "cache", deadline=15.0, first_pause=0.05, now=lambda: now)
    with pytest.raises(PricesUnavailableError, match=r"no price of any index .*: Yahoo Finance does not know it"):
        advise(read_portfolio(b"ticker,shares\nAAPL,10\n", as_of=AS_OF), source, today=now.date())
