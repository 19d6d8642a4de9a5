"""Options counted by their delta, against the formula's own known values."""

import math
from dataclasses import replace
from datetime import date
from statistics import NormalDist

import numpy as np
import pytest
from books import make_position
from synthetic import make_index_returns, make_portfolio, make_prices, to_closes

from hedger.exposure import value_holdings
from hedger.exposure.options import own_volatility, reason_not_to_value, value_option

AS_OF = date(2026, 8, 21)


def make_option(right="call", strike=105.0, price=None, expiry=date(2027, 2, 19), quantity=2.0, **changes):
    return make_position(
        f"STK{expiry:%y%m%d}{right[0].upper()}{round(strike * 1000):08d}",
        quantity,
        asset_class="option",
        underlying="STK",
        expiry=expiry,
        strike=strike,
        right=right,
        multiplier=100.0,
        price=price,
        **changes,
    )


def price_and_delta(right, close, strike, years, *, rate, volatility):
    """The formula of Black and Scholes written out."""
    root = volatility * math.sqrt(years)
    first = (math.log(close / strike) + (rate + volatility**2 / 2) * years) / root
    normal = NormalDist().cdf
    call = close * normal(first) - strike * math.exp(-rate * years) * normal(first - root)
    put = call - close + strike * math.exp(-rate * years)
    return (call, normal(first)) if right == "call" else (put, normal(first) - 1.0)


@pytest.mark.parametrize("right", ["call", "put"])
@pytest.mark.parametrize("strike", [80.0, 105.0, 130.0])
def test_the_delta_is_the_formulas_at_the_volatility_that_the_price_implies(right, strike):
    years = (date(2027, 2, 19) - AS_OF).days / 365
    price, delta = price_and_delta(right, 100.0, strike, years, rate=0.04, volatility=0.31)
    valued = value_option(make_option(right, strike, price), 100.0, as_of=AS_OF, rate=0.04, volatility=None)
    assert valued.is_implied
    assert valued.volatility == pytest.approx(0.31, abs=1e-6)
    assert valued.delta == pytest.approx(delta, abs=1e-6)
    assert valued.price == price


@pytest.mark.parametrize("price", [None, 0.0, 250.0])
def test_without_a_price_that_makes_sense_the_underlyings_own_volatility_stands_in(price):
    years = (date(2027, 2, 19) - AS_OF).days / 365
    expected, delta = price_and_delta("call", 100.0, 105.0, years, rate=0.04, volatility=0.25)
    valued = value_option(make_option(price=price), 100.0, as_of=AS_OF, rate=0.04, volatility=0.25)
    assert not valued.is_implied
    assert valued.delta == pytest.approx(delta, abs=1e-6)
    if price is None:
        assert valued.price == pytest.approx(expected, abs=1e-6)


def test_with_neither_price_nor_history_there_is_no_value():
    assert value_option(make_option(), 100.0, as_of=AS_OF, rate=0.04, volatility=None) is None


def test_own_volatility_is_that_of_the_last_year_of_log_returns():
    rng = np.random.default_rng(3)
    close = to_closes(rng.normal(0.0, 0.02, 800))
    expected = np.log(close[-252:] / close[-253:-1]).std() * math.sqrt(252)
    assert own_volatility(close) == pytest.approx(expected, rel=1e-12)
    assert own_volatility(close[:15]) is None
    assert own_volatility(np.full(300, 7.0)) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"strike": None}, "its underlying, expiry, strike or right is not known"),
        ({"right": None}, "its underlying, expiry, strike or right is not known"),
        ({"expiry": date(2026, 8, 21)}, "it expired on 2026-08-21"),
    ],
)
def test_an_option_without_terms_or_past_its_expiry_is_not_valued(changes, reason):
    assert reason_not_to_value(replace(make_option(), **changes), AS_OF) == reason


@pytest.fixture(scope="module")
def prices():
    rng = np.random.default_rng(8)
    index = make_index_returns(rng, 600)[:, 0]
    return make_prices({"^GSPC": to_closes(index, 5000.0), "STK": to_closes(index + rng.normal(0, 0.01, 600), 90.0)})


def test_a_sold_call_counts_as_sold_shares_and_its_value_as_its_own(prices):
    close = float(prices.close[-1, 1])
    call = make_option(strike=round(close), price=0.08 * close, quantity=-3.0)
    book = value_holdings(make_portfolio(call), prices, rate=0.04)
    (holding,) = book.holdings
    assert holding.underlying == holding.moves_with == "STK"
    assert 0.4 < holding.delta < 0.8
    assert holding.exposure_value == pytest.approx(-300.0 * holding.delta * close, rel=1e-12)
    assert holding.market_value == pytest.approx(-300.0 * 0.08 * close, rel=1e-12)
    assert [note.code for note in book.notes] == ["options_by_delta", "beta_on_gross_value"]


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (make_option(expiry=date(2026, 8, 20)), "it expired on 2026-08-20"),
        (make_option(quantity=None, market_value=300.0), "the file gives no number of contracts"),
    ],
)
def test_an_option_that_cannot_be_valued_is_left_out_by_name(option, reason, prices):
    book = value_holdings(make_portfolio(option), prices)
    assert [(each.symbol, each.reason) for each in book.excluded] == [(option.symbol, reason)]


def test_an_option_on_something_without_a_price_is_left_out(prices):
    option = make_position(
        "EW C7000",
        1.0,
        asset_class="option",
        underlying="ESM27.CME",
        expiry=date(2027, 6, 18),
        strike=7000.0,
        right="call",
        multiplier=50.0,
    )
    book = value_holdings(make_portfolio(option), prices)
    assert book.excluded[0].reason == "no current price of its underlying ESM27.CME is known"
