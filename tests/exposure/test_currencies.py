"""Amounts in other currencies, and options on a part of an index."""

from datetime import date

import numpy as np
import pytest
from books import make_position
from synthetic import make_index_returns, make_portfolio, make_prices, to_closes

from hedger.exposure import symbols_to_price, value_holdings

# Two sessions; euros and pounds at rates that are easy to multiply by.
CLOSES = {
    "^GSPC": [5990.0, 6000.0],
    "SAP.DE": [245.0, 250.0],  # USD, as a source that converts gives them
    "AAPL": [199.0, 200.0],
    "EURUSD=X": [1.09, 1.10],
    "GBPUSD=X": [1.29, 1.30],
}


def value(*positions, closes=CLOSES, **options):
    return value_holdings(make_portfolio(*positions), make_prices(closes), **options)


def test_a_listing_abroad_is_valued_at_its_converted_close():
    book = value(make_position("SAP.DE", 10.0, currency="EUR", price=226.0, market_value=2260.0))
    (sap,) = book.holdings
    assert (sap.price, sap.market_value) == (250.0, 2500.0)
    assert book.excluded == ()
    assert [note.code for note in book.notes] == ["positions_converted"]
    assert "1 EUR = 1.1000 USD (2026-08-21)" in book.notes[0].message


@pytest.mark.parametrize(
    ("currency", "amount", "dollars"),
    [("EUR", 1000.0, 1100.0), ("GBP", 1000.0, 1300.0), ("GBp", 100_000.0, 1300.0), ("USX", 100_000.0, 1000.0)],
)
def test_cash_counts_in_dollars_and_pence_are_pounds(currency, amount, dollars):
    cash = make_position("CASH", amount, market_value=amount, currency=currency, asset_class="cash")
    assert value(cash, make_position("AAPL", 1.0)).cash == pytest.approx(dollars, rel=1e-12)


def test_a_value_without_quantity_becomes_shares_at_the_rate():
    book = value(make_position("AAPL", None, market_value=1000.0, currency="EUR"))
    assert book.holdings[0].quantity == pytest.approx(1100.0 / 200.0, rel=1e-12)


def test_a_holding_without_prices_keeps_the_files_value_in_dollars():
    fund = make_position("LU0000000001", 5.0, price=20.0, market_value=100.0, currency="EUR")
    book = value(fund, make_position("AAPL", 1.0))
    (left_out,) = book.excluded
    assert (left_out.symbol, left_out.market_value) == ("LU0000000001", pytest.approx(110.0, rel=1e-12))
    proxied = value(fund, make_position("AAPL", 1.0), proxies={"LU0000000001": "AAPL"})
    assert proxied.holdings[0].market_value == pytest.approx(110.0, rel=1e-12)


def test_the_files_price_is_compared_in_dollars():
    right = make_position("AAPL", 1.0, price=200.0 / 1.10, currency="EUR")
    wrong = make_position("AAPL", 1.0, price=50.0, currency="EUR")
    assert [note.code for note in value(right).notes] == ["positions_converted"]
    assert [note.code for note in value(wrong).notes] == ["positions_converted", "price_differs_from_file"]


def test_without_a_rate_everything_in_that_currency_is_left_out_by_name():
    swiss = make_position("NESN.SW", 10.0, currency="CHF", market_value=900.0)
    book = value(swiss, make_position("AAPL", 1.0), closes=CLOSES | {"NESN.SW": [99.0, 100.0]})
    assert [(each.symbol, each.market_value) for each in book.excluded] == [("NESN.SW", None)]
    assert "lack the exchange rate CHFUSD=X" in book.excluded[0].reason
    assert book.notes == ()


def test_shares_listed_in_new_york_need_no_rate_where_their_number_is_told():
    shares = make_position("AAPL", 5.0, price=170.0, market_value=850.0, currency="CHF")
    amount = make_position("AAPL", None, market_value=850.0, currency="CHF")
    book = value(shares, amount)
    assert [(each.symbol, each.market_value) for each in book.holdings] == [("AAPL", 1000.0)]
    assert [each.symbol for each in book.excluded] == ["AAPL"]
    assert book.notes == ()


def test_a_rate_that_is_too_old_is_no_rate():
    closes = {symbol: np.full(30, close[-1]) for symbol, close in CLOSES.items()}
    closes["EURUSD=X"][-6:] = np.nan
    book = value(make_position("SAP.DE", 10.0, currency="EUR"), make_position("AAPL", 1.0), closes=closes)
    assert [each.symbol for each in book.excluded] == ["SAP.DE"]


def test_futures_of_an_index_count_whatever_currency_the_file_is_in():
    future = make_position("ESU26.CME", -2.0, asset_class="future", underlying="ES", currency="EUR")
    assert value(future, make_position("AAPL", 1.0), closes={"AAPL": [199.0, 200.0]}).futures_by_root == {"ES": -2}


def test_prices_are_asked_for_shares_underlyings_and_rates():
    positions = [
        make_position("AAPL", 1.0),
        make_position("SAP.DE", 1.0, currency="EUR"),
        make_position("CASH", 1.0, asset_class="cash", currency="GBp"),
        make_position("91282CJN2", 1.0, asset_class="bond"),
        make_position("XSP270115C00600000", 1.0, asset_class="option", underlying="^XSP"),
        make_position("ESU26.CME", 1.0, asset_class="future", underlying="ES"),
    ]
    assert symbols_to_price(positions) == ("AAPL", "SAP.DE", "^GSPC", "EURUSD=X", "GBPUSD=X")


# ---------------------------------------------------------------- options on a part of an index


def make_index_option(underlying, strike, quantity):
    return make_position(
        f"{underlying.lstrip('^')}270219P{round(strike * 1000):08d}",
        quantity,
        asset_class="option",
        underlying=underlying,
        expiry=date(2027, 2, 19),
        strike=strike,
        right="put",
        multiplier=100.0,
    )


@pytest.mark.parametrize(
    ("small", "whole", "part"),
    [("^XSP", "^GSPC", 10), ("^XND", "^NDX", 100), ("^MRUT", "^RUT", 10), ("^DJX", "^DJI", 100)],
)
def test_options_on_a_part_of_an_index_are_worth_that_part_of_the_full_ones(small, whole, part):
    returns = make_index_returns(np.random.default_rng(5), 300)[:, 0]
    closes = {whole: to_closes(returns, 6000.0)}
    strike = round(float(closes[whole][-1]))
    (full,) = value(make_index_option(whole, float(strike), -1.0), closes=closes).holdings
    (parts,) = value(make_index_option(small, strike / part, -float(part)), closes=closes).holdings
    assert parts.moves_with == full.moves_with == whole
    assert parts.delta == pytest.approx(full.delta, rel=1e-9)
    assert parts.exposure_value == pytest.approx(full.exposure_value, rel=1e-9)
    assert parts.market_value == pytest.approx(full.market_value, rel=1e-9)
