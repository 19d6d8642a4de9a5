"""Which holdings carry the risk that no index future removes."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import statsmodels.api as sm

from hedger.advice import advise
from hedger.contracts import INDICES
from hedger.exposure import ESTIMATORS, measure_exposure
from hedger.market import Prices, SnapshotSource
from hedger.portfolio import read_portfolio, to_portfolio
from hedger.risk import rank_own_risk

DAY = date(2026, 8, 21)


def make_prices(own, seed=3, n_sessions=1261):
    """Return closes of an index and of stocks that move with it and on their own, by their own volatility."""
    rng = np.random.default_rng(seed)
    index = rng.normal(0.0, 0.01, n_sessions)
    columns = {"^GSPC": index} | {symbol: index + rng.normal(0.0, each, n_sessions) for symbol, each in own.items()}
    close = 100.0 * np.cumprod(1.0 + np.column_stack(list(columns.values())), axis=0)
    close *= 100.0 / close[-1]
    sessions = np.datetime64("2026-08-21") - np.arange(n_sessions - 1, -1, -1)
    return Prices(sessions=sessions, symbols=tuple(columns), close=close, source="made up")


def measured(portfolio, prices):
    return measure_exposure(portfolio, prices, indices=INDICES[:1], estimator=ESTIMATORS["two-speed"])


def test_shares_follow_the_variance_that_each_holding_has_of_its_own():
    prices = make_prices({"AAA": 0.02, "BBB": 0.01, "CCC": 0.0})
    exposure = measured(to_portfolio({"AAA": 1000.0, "BBB": 1000.0, "CCC": 1000.0}), prices)
    ranked = rank_own_risk(exposure, prices)
    # Independent: 4 to 1 to 0, up to what five years of sessions can tell.
    assert [each.symbol for each in ranked] == ["AAA", "BBB", "CCC"]
    assert [each.share for each in ranked] == pytest.approx([0.8, 0.2, 0.0], abs=0.05)
    assert sum(each.share for each in ranked) == pytest.approx(1.0, rel=1e-9)
    for each in ranked:
        assert each.share_of_variance == pytest.approx(each.share * exposure.unhedgeable_share, rel=1e-12)
        assert each.market_value == pytest.approx(100_000.0, rel=1e-9)


def test_a_short_position_that_offsets_carries_a_negative_share():
    prices = make_prices({"AAA": 0.02, "BBB": 0.01})
    twins = Prices(
        sessions=prices.sessions,
        symbols=(*prices.symbols, "TWIN"),
        close=np.column_stack([prices.close, prices.close[:, 1]]),
        source="made up",
    )
    ranked = rank_own_risk(measured(to_portfolio({"AAA": 2000.0, "BBB": 1000.0, "TWIN": -1000.0}), twins), twins)
    shares = {each.symbol: each.share for each in ranked}
    assert shares["TWIN"] == pytest.approx(-0.5 * shares["AAA"], rel=1e-9)
    assert sum(shares.values()) == pytest.approx(1.0, rel=1e-9)


def test_a_share_and_the_options_on_it_are_one():
    prices = make_prices({"AAA": 0.02, "BBB": 0.01})
    exposure = measured(to_portfolio({"AAA": 1000.0, "BBB": 1000.0}), prices)
    first, second = exposure.book.holdings
    shares = replace(first, market_value=60_000.0, exposure_value=60_000.0)
    option = replace(first, symbol="AAA call", underlying="AAA", market_value=5_000.0, exposure_value=40_000.0)
    split = replace(exposure, book=replace(exposure.book, holdings=(shares, second, option)))
    whole, parts = rank_own_risk(exposure, prices), rank_own_risk(split, prices)
    assert [each.symbol for each in parts] == ["AAA", "BBB"]
    assert [each.market_value for each in parts] == pytest.approx([65_000.0, 100_000.0], rel=1e-9)
    assert [each.share for each in parts] == pytest.approx([each.share for each in whole], rel=1e-9)


def test_a_book_that_is_the_index_leaves_nothing():
    prices = make_prices({"CCC": 0.0})
    assert rank_own_risk(measured(to_portfolio({"CCC": 1000.0}), prices), prices) == ()


def test_five_holdings_are_named_the_largest_first_with_the_shares_that_statsmodels_gives(technology_advice):
    advice = technology_advice
    values = {each.symbol: each.market_value for each in advice.exposure.book.holdings}
    indices = [each.symbol for each in INDICES if each.name in advice.exposure.indices]
    prices = SnapshotSource().fetch([*values, *indices], start=date(2021, 1, 4), end=advice.as_of)
    columns = [prices.symbols.index(symbol) for symbol in (*values, *indices)]
    close = prices.close[-1261:, columns]
    returns = close[1:] / close[:-1] - 1.0
    assert np.isfinite(returns).all()
    gains = returns[:, : len(values)] * list(values.values())
    weights = 0.5 ** (np.arange(len(gains))[::-1] / 126.0)
    fit = sm.WLS(gains.sum(axis=1), sm.add_constant(returns[:, len(values) :]), weights=weights).fit()
    shares = dict(zip(values, (weights * fit.resid) @ gains / (weights @ np.square(fit.resid)), strict=True))
    expected = sorted(shares.items(), key=lambda each: -each[1])[:5]
    assert [each.symbol for each in advice.risk.top_unhedgeable] == [symbol for symbol, _ in expected]
    assert [each.symbol for each in advice.risk.top_unhedgeable] == ["MSFT", "AVGO", "NVDA", "AMZN", "META"]
    assert [each.share for each in advice.risk.top_unhedgeable] == pytest.approx(
        [share for _, share in expected], rel=1e-6
    )


def test_a_book_that_index_futures_hedge_badly_names_what_carries_it(sample_folder):
    advice = advise(read_portfolio(sample_folder / "concentrated.csv", as_of=DAY), today=DAY)
    (largest, *others) = advice.risk.top_unhedgeable
    (note,) = [note for note in advice.risk.notes if note.code == "hard_to_hedge"]
    assert largest.symbol == "PLTR"  # three quarters of the book
    assert largest.share > 0.9
    assert f"index futures hedge it badly. Of that, PLTR {largest.share:.0%}. Fewer of" in note.message
    assert all(each.share < 0.05 for each in others)
