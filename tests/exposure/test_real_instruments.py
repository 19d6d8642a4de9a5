"""Instruments that make trouble, on their real closes.

geared_and_thin.csv.gz holds adjusted closes of SSO (two times the S&P 500, from 2013) and of INSM from 2007 to 2011,
when it traded below a dollar and stood unchanged on a tenth of all days. They come from public copies of Yahoo
Finance's, put together on 2026-11-21, for research and tests; everything else is the shipped snapshot.
"""

import csv
import gzip
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from synthetic import make_portfolio

from hedger.contracts import INDICES
from hedger.exposure import ESTIMATORS, OLSBeta, TwoSpeedBeta, measure_exposure, pair_returns
from hedger.market import Prices, SnapshotSource

NAN = np.nan
FOUR = INDICES[:4]
LEVELS = [index.symbol for index in FOUR]
LONDON_IS_CLOSED = (
    "2021-04-05 2021-05-03 2021-08-30 2021-12-27 2021-12-28 2022-01-03 2022-04-18 2022-05-02 2022-06-02 2022-06-03 "
    "2022-08-29 2022-09-19 2022-12-27 2023-04-10 2023-05-01 2023-05-08 2023-08-28 2023-12-26 2024-04-01 2024-05-06 "
    "2024-08-26 2024-12-26 2025-04-21 2025-05-05 2025-08-25 2025-12-26 2026-04-06 2026-05-04"
)
"""Bank holidays in England on which New York trades (gov.uk)."""


def read_closes():
    """Closes of the two instruments and of the four indices on the sessions of the indices."""
    levels = SnapshotSource().fetch(LEVELS, start=date(2003, 1, 1), end=date(2025, 12, 30))
    close = np.full((levels.sessions.size, 2), NAN)
    with gzip.open(Path(__file__).with_name("geared_and_thin.csv.gz"), "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            place = int(np.searchsorted(levels.sessions, np.datetime64(row["date"])))
            assert levels.sessions[place] == np.datetime64(row["date"])
            close[place] = [float(row[symbol] or NAN) for symbol in ("SSO", "INSM")]
    return replace(levels, symbols=(*levels.symbols, "SSO", "INSM"), close=np.hstack([levels.close, close]))


@pytest.fixture(scope="module")
def closes():
    return read_closes()


def realised(asset, index):
    centred = index - index.mean()
    return float(centred @ asset / (centred @ centred))


def forecasts_and_outcomes(closes, symbol, estimator, *, first, last):
    """Forecast and realised betas to the S&P 500 every 42 sessions."""
    paired = pair_returns(closes, [symbol], ["^GSPC"], lookback=closes.sessions.size)
    asset, index = paired.assets[:, 0], paired.indices[:, 0]
    begin, end = (int(np.searchsorted(paired.sessions, np.datetime64(day))) for day in (first, last))
    days = range(begin, end - 63, 42)
    forecasts = np.array([estimator.estimate(asset[:day, None], index[:day]).beta[0] for day in days])
    outcomes = np.array([realised(asset[day : day + 63], index[day : day + 63]) for day in days])
    return forecasts, outcomes


@pytest.mark.parametrize("name", ["two-speed", "welch", "ols"])
def test_a_fund_of_two_times_the_index_has_next_to_no_bias(closes, name):
    forecasts, outcomes = forecasts_and_outcomes(closes, "SSO", ESTIMATORS[name], first="2014-06-01", last="2025-12-01")
    assert forecasts.size > 60
    assert np.mean(forecasts - outcomes) == pytest.approx(0.0, abs=0.02)
    assert forecasts == pytest.approx(2.0, abs=0.12)


@pytest.mark.parametrize("gear", [-3.0, -2.0, -1.0, 3.0])
@pytest.mark.parametrize("symbol", LEVELS)
def test_a_fund_that_resets_its_gear_every_day_comes_out_near_it(closes, gear, symbol):
    index = closes.column(symbol)
    returns = index[1:] / index[:-1] - 1.0
    fund = gear * returns + np.random.default_rng(3).normal(-0.00004, 0.0008, returns.size)  # 1 % of fees a year
    for day in range(900, returns.size, 400):
        assert TwoSpeedBeta().estimate(fund[:day, None], returns[:day]).beta[0] == pytest.approx(gear, abs=0.05)


@pytest.mark.parametrize("gear", [-3.0, 3.0])
def test_twenty_sessions_of_a_geared_fund_are_enough_to_know_it(closes, gear):
    index = closes.column("^NDX")
    returns = (index[1:] / index[:-1] - 1.0)[-20:]
    fund = gear * returns + np.random.default_rng(3).normal(0.0, 0.0008, 20)
    estimates = TwoSpeedBeta().estimate(fund[:, None], returns)
    assert estimates.beta[0] == pytest.approx(gear, abs=0.2)
    assert estimates.shrink_weight[0] < 0.05


def test_a_stock_that_hardly_trades_gets_a_beta_no_worse_than_least_squares_gives(closes):
    asset = closes.column("INSM")
    known = asset[np.isfinite(asset)]
    assert np.mean(known[1:] == known[:-1]) > 0.08
    span = {"first": "2008-03-01", "last": "2011-12-30"}
    forecasts, outcomes = forecasts_and_outcomes(closes, "INSM", TwoSpeedBeta(), **span)
    plain, _ = forecasts_and_outcomes(closes, "INSM", OLSBeta(), **span)
    judged = np.isfinite(outcomes)  # quarters in which it stood still for days have no beta
    assert judged.sum() > 15
    assert ((forecasts > 0.0) & (forecasts < 3.0)).all()
    ours, theirs = (np.sqrt(np.mean((each - outcomes)[judged] ** 2)) for each in (forecasts, plain))
    assert ours < 1.05 * theirs


# ---------------------------------------------------------------- on the shipped snapshot


def fetch(*symbols):
    return SnapshotSource().fetch([*LEVELS, *symbols], start=None, end=None)


def measure(prices, **quantities):
    return measure_exposure(make_portfolio(**quantities), prices, indices=FOUR, estimator=TwoSpeedBeta())


def test_a_holding_that_stopped_trading_is_left_out_by_name_and_changes_nothing_else():
    with_ended, without = measure(fetch("MSFT", "GLD"), MSFT=10.0, GLD=50.0), measure(fetch("MSFT"), MSFT=10.0)
    assert with_ended.by_index == without.by_index
    (excluded,) = with_ended.book.excluded
    assert excluded.symbol == "GLD"
    assert "2025-12-31" in excluded.reason
    note = next(note for note in with_ended.notes if note.code == "holdings_excluded")
    assert "GLD" in note.message


def test_a_session_that_one_index_misses_hardly_moves_any_beta():
    prices = fetch("MSFT", "JPM", "XOM")
    close = prices.close.copy()
    close[-100, LEVELS.index("^NDX")] = NAN
    whole = measure(prices, MSFT=10.0, JPM=10.0, XOM=30.0)
    gappy = measure(replace(prices, close=close), MSFT=10.0, JPM=10.0, XOM=30.0)
    assert gappy.index_returns.shape == whole.index_returns.shape  # one more session at the far end
    for one, other in zip(whole.by_index, gappy.by_index, strict=True):
        assert other.beta == pytest.approx(one.beta, abs=0.03)
        assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.05)
    assert "index_sessions_missing" in [note.code for note in gappy.notes]


def test_a_listing_abroad_with_holidays_of_its_own_keeps_its_beta():
    prices = fetch("MSFT", "KO")
    is_open = ~np.isin(prices.sessions, np.array(LONDON_IS_CLOSED.split(), dtype="datetime64[D]"))
    assert (~is_open).sum() == 28
    close = prices.close.copy()
    close[~is_open, prices.symbols.index("KO")] = NAN
    abroad, home = replace(prices, close=close), prices
    one, other = measure(home, MSFT=10.0, KO=200.0), measure(abroad, MSFT=10.0, KO=200.0)
    rows = {(row.symbol, row.index): row for row in one.by_holding}
    for row in other.by_holding:
        before = rows[row.symbol, row.index]
        if row.symbol == "MSFT":
            assert (row.beta, row.n_observations) == pytest.approx((before.beta, before.n_observations), rel=1e-9)
            continue
        # A return over a closed session is one of the 756 that the betas look at.
        assert row.n_observations == before.n_observations == 756
        assert row.beta == pytest.approx(before.beta, abs=0.05)
        assert row.flags == ()


def test_holdings_with_different_holidays_are_one_book(closes):
    """Two halves of one fund that miss different sessions move like the whole."""
    levels = closes.columns(LEVELS)[-1300:]
    fund = closes.column("SSO")[-1300:]
    rng = np.random.default_rng(8)
    halves = np.column_stack([fund, fund])
    for half in range(2):
        halves[rng.choice(1290, 60, replace=False), half] = NAN
    prices = Prices(
        sessions=closes.sessions[-1300:],
        symbols=(*LEVELS, "ONE", "TWO"),
        close=np.hstack([levels, halves]),
        source="made of real closes",
    )
    whole = measure(
        replace(prices, symbols=(*LEVELS, "ONE", "SSO"), close=np.hstack([levels, halves[:, :1], fund[:, None]])),
        SSO=200.0,
    )
    exposure = measure(prices, ONE=100.0, TWO=100.0)
    assert exposure.of("sp500").beta == pytest.approx(whole.of("sp500").beta, abs=0.01)
    assert exposure.of("sp500").r_squared == pytest.approx(whole.of("sp500").r_squared, abs=0.005)
