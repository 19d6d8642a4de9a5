import pickle
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from books import make_position
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import make_index_returns, make_portfolio, make_prices, to_closes

from hedger.contracts import INDICES
from hedger.errors import (
    ConstantReturnsError,
    InsufficientHistoryError,
    PricesUnavailableError,
    SettingsError,
)
from hedger.exposure import ESTIMATORS, BetaOverride, OLSBeta, TwoSpeedBeta, measure_exposure
from hedger.market import SnapshotSource

NAN = np.nan
THREE = INDICES[:3]


def make_market(seed=1, n_sessions=900, **stocks):
    """Closes of three indices and of stocks given as (betas to the three, own volatility)."""
    rng = np.random.default_rng(seed)
    indices = make_index_returns(rng, n_sessions, 3)
    closes = {index.symbol: to_closes(indices[:, j], 1000.0 * (j + 1)) for j, index in enumerate(THREE)}
    for symbol, (loadings, volatility) in stocks.items():
        closes[symbol] = to_closes(indices @ loadings + rng.normal(0.0, volatility, n_sessions), 50.0)
    return closes


PAIR = {"TECH": ((0.0, 1.2, 0.0), 0.004), "BANK": ((0.4, 0.0, 0.5), 0.006)}


def measure(portfolio, closes, *, indices=THREE, estimator=None, **options):
    prices = closes if hasattr(closes, "until") else make_prices(closes)
    return measure_exposure(portfolio, prices, indices=indices, estimator=estimator or TwoSpeedBeta(), **options)


def codes(exposure):
    return [note.code for note in exposure.notes]


# ---------------------------------------------------------------- what is measured


def test_a_portfolios_beta_is_the_value_weighted_sum_of_its_holdings():
    closes = make_market(**PAIR)
    cash = make_position("CASH", None, market_value=5000.0, asset_class="cash")
    exposure = measure(make_portfolio(cash, TECH=100.0, BANK=-20.0), closes, estimator=OLSBeta())
    values = {"TECH": 100.0 * closes["TECH"][-1], "BANK": -20.0 * closes["BANK"][-1]}
    for position, index in enumerate(THREE):
        x = np.diff(closes[index.symbol][-253:]) / closes[index.symbol][-253:-1]
        dollars = 0.0
        for symbol, value in values.items():
            y = np.diff(closes[symbol][-253:]) / closes[symbol][-253:-1]
            dollars += value * np.polyfit(x, y, 1)[0]
        measured = exposure.by_index[position]
        assert measured.beta_dollars == pytest.approx(dollars, rel=1e-9)
        assert measured.beta == pytest.approx(dollars / (sum(values.values()) + 5000.0), rel=1e-9)
        assert measured.level == closes[index.symbol][-1]
    assert exposure.indices == ("sp500", "nasdaq100", "dow30")
    assert [(row.index, row.symbol) for row in exposure.by_holding[:3]] == [
        ("sp500", "TECH"),
        ("sp500", "BANK"),
        ("nasdaq100", "TECH"),
    ]


def test_the_error_of_a_portfolio_is_that_of_its_own_residual_and_not_the_sum_of_its_holdings():
    rng = np.random.default_rng(4)
    closes = make_market()
    index = np.diff(closes["^GSPC"]) / closes["^GSPC"][:-1]
    own = rng.normal(0.0, 0.01, index.size)
    closes["UP"], closes["DOWN"] = to_closes(index + own), to_closes(index - own)
    shares = {symbol: 1e5 / closes[symbol][-1] for symbol in ("UP", "DOWN")}
    exposure = measure(make_portfolio(**shares), closes, estimator=OLSBeta())
    assert min(row.stderr for row in exposure.by_holding) > 0.02
    assert exposure.of("sp500").stderr < 1e-6
    assert exposure.of("sp500").high - exposure.of("sp500").low < 1e-6


def test_the_reference_is_the_index_that_explains_most():
    exposure = measure(make_portfolio(TECH=10.0), make_market(**PAIR))
    assert exposure.best_index(exposure.indices) == "nasdaq100"
    assert exposure.best_index({"sp500", "dow30"}) in {"sp500", "dow30"}
    with pytest.raises(ValueError, match="none of the candidates was measured"):
        exposure.best_index({"midcap400"})
    with pytest.raises(ValueError, match="not in tuple"):
        exposure.of("midcap400")


def test_the_joint_exposure_to_one_index_is_its_beta_dollars():
    exposure = measure(make_portfolio(TECH=10.0, BANK=30.0), make_market(**PAIR))
    for index in exposure.indices:
        assert exposure.joint_exposure([index])[0] == pytest.approx(exposure.of(index).beta_dollars, rel=1e-12)


@pytest.mark.parametrize("legs", [("sp500", "nasdaq100"), ("dow30", "sp500"), ("sp500", "nasdaq100", "dow30")])
def test_joint_exposures_account_for_the_covariance_with_every_leg(legs):
    exposure = measure(make_portfolio(TECH=10.0, BANK=30.0), make_market(**PAIR))
    order = [exposure.indices.index(leg) for leg in legs]
    block = exposure.covariance[np.ix_(order, order)]
    wanted = [exposure.of(leg).beta_dollars * block[k, k] for k, leg in enumerate(legs)]
    np.testing.assert_allclose(block @ exposure.joint_exposure(legs), wanted, rtol=1e-9)


def test_joint_exposures_of_the_holdings_add_up_to_that_of_the_book():
    exposure = measure(make_portfolio(TECH=10.0, BANK=30.0), make_market(**PAIR))
    legs = ["nasdaq100", "sp500"]
    parts = [exposure.joint_exposure(legs, holding=symbol) for symbol in ("TECH", "BANK")]
    np.testing.assert_allclose(sum(parts), exposure.joint_exposure(legs), rtol=1e-9)
    alone = [row for row in exposure.by_holding if (row.symbol, row.index) == ("BANK", "dow30")]
    assert exposure.joint_exposure(["dow30"], holding="BANK")[0] == pytest.approx(
        alone[0].market_value * alone[0].beta, rel=1e-12
    )


def test_joint_exposures_find_the_loadings_of_a_portfolio():
    closes = make_market(TECH=((0.0, 1.2, 0.0), 0.0005))
    exposure = measure(make_portfolio(TECH=10.0), closes)
    value = exposure.book.market_value
    joint = exposure.joint_exposure(exposure.indices)
    np.testing.assert_allclose(joint / value, [0.0, 1.2, 0.0], atol=0.1)


def test_gains_are_those_of_todays_holdings():
    closes = make_market(**PAIR)
    exposure = measure(make_portfolio(TECH=10.0, BANK=30.0), closes)
    returns = {symbol: np.diff(closes[symbol]) / closes[symbol][:-1] for symbol in PAIR}
    expected = 10.0 * closes["TECH"][-1] * returns["TECH"] + 30.0 * closes["BANK"][-1] * returns["BANK"]
    np.testing.assert_allclose(exposure.gains, expected, rtol=1e-9)
    assert exposure.sessions.size == exposure.index_returns.shape[0] == 900


def test_unhedgeable_is_what_all_indices_together_leave():
    hedged_fully = measure(make_portfolio(MIX=5.0), make_market(MIX=((0.3, 0.4, 0.3), 0.0)))
    assert hedged_fully.unhedgeable_share == pytest.approx(0.0, abs=1e-9)
    alone = measure(make_portfolio(OWN=5.0), make_market(OWN=((0.0, 0.0, 0.0), 0.02)))
    assert alone.unhedgeable_share > 0.95
    best_single = max(each.r_squared for each in hedged_fully.by_index)
    assert 1.0 - best_single > hedged_fully.unhedgeable_share


def test_an_exposure_cannot_be_changed_and_survives_pickling():
    exposure = measure(make_portfolio(TECH=10.0), make_market(**PAIR))
    with pytest.raises(ValueError, match="read-only"):
        exposure.gains[0] = 0.0
    again = pickle.loads(pickle.dumps(exposure))
    assert again.by_index == exposure.by_index
    np.testing.assert_array_equal(again.covariance, exposure.covariance)


# ---------------------------------------------------------------- properties


@settings(max_examples=20, deadline=None)
@given(scale=st.floats(0.01, 100.0), name=st.sampled_from(list(ESTIMATORS)))
def test_a_larger_account_has_the_same_betas_and_more_dollars(scale, name):
    closes = make_market(**PAIR)
    one = measure(make_portfolio(TECH=10.0, BANK=30.0), closes, estimator=ESTIMATORS[name])
    many = measure(make_portfolio(TECH=10.0 * scale, BANK=30.0 * scale), closes, estimator=ESTIMATORS[name])
    for a, b in zip(one.by_index, many.by_index, strict=True):
        assert b.beta_dollars == pytest.approx(scale * a.beta_dollars, rel=1e-9)
        assert (b.beta, b.low, b.high, b.r_squared) == pytest.approx((a.beta, a.low, a.high, a.r_squared), rel=1e-8)


def test_cash_changes_betas_but_no_beta_dollars():
    closes = make_market(**PAIR)
    cash = make_position("CASH", None, market_value=1000.0, asset_class="cash")
    without = measure(make_portfolio(TECH=10.0, BANK=30.0), closes)
    with_cash = measure(make_portfolio(cash, TECH=10.0, BANK=30.0), closes)
    dilution = without.book.market_value / with_cash.book.market_value
    for a, b in zip(without.by_index, with_cash.by_index, strict=True):
        assert b.beta_dollars == pytest.approx(a.beta_dollars, rel=1e-12)
        assert b.beta == pytest.approx(dilution * a.beta, rel=1e-12)
        assert b.high - b.low == pytest.approx(dilution * (a.high - a.low), rel=1e-9)
        assert b.r_squared == pytest.approx(a.r_squared, rel=1e-12)


def test_the_order_of_holdings_changes_nothing_but_the_order():
    closes = make_market(**PAIR)
    one = measure(make_portfolio(TECH=10.0, BANK=30.0), closes)
    other = measure(make_portfolio(BANK=30.0, TECH=10.0), closes)
    for a, b in zip(one.by_index, other.by_index, strict=True):
        assert (b.beta, b.low, b.stderr) == pytest.approx((a.beta, a.low, a.stderr), rel=1e-9)
    assert sorted(row.symbol for row in one.by_holding) == sorted(row.symbol for row in other.by_holding)


@pytest.mark.parametrize("seed", range(5))
def test_changing_any_future_price_never_changes_a_past_measurement(seed):
    rng = np.random.default_rng(seed)
    prices = make_prices(make_market(seed, **PAIR))
    known = 600
    close = prices.close.copy()
    close[known:] *= rng.uniform(0.2, 5.0, close[known:].shape)
    close[known:][rng.random(close[known:].shape) < 0.2] = NAN
    as_of = prices.sessions[known - 1].item()
    portfolio = make_portfolio(TECH=10.0, BANK=30.0)
    one = measure(portfolio, prices.until(as_of))
    other = measure(portfolio, replace(prices, close=close).until(as_of))
    assert one.by_index == other.by_index
    assert one.by_holding == other.by_holding
    assert one.book == other.book
    np.testing.assert_array_equal(one.covariance, other.covariance)
    np.testing.assert_array_equal(one.gains, other.gains)


# ---------------------------------------------------------------- an index fund, on real prices


def measure_snapshot(**quantities):
    symbols = [*(index.symbol for index in INDICES), *quantities]
    prices = SnapshotSource().fetch(symbols, start=None, end=None)
    prices = prices.until(prices.last_session)
    return measure(make_portfolio(**quantities), prices, indices=INDICES)


@pytest.mark.parametrize(
    ("fund", "index", "width"),
    [("QQQ", "nasdaq100", 0.05), ("DIA", "dow30", 0.06), ("IWM", "russell2000", 0.06), ("SPY", "sp500", 0.11)],
)
def test_a_portfolio_of_one_index_fund_finds_its_index_with_a_beta_near_one_and_a_narrow_interval(fund, index, width):
    exposure = measure_snapshot(**{fund: 500.0})
    assert exposure.best_index(exposure.indices) == index
    measured = exposure.of(index)
    assert measured.beta == pytest.approx(1.0, abs=0.03)
    assert measured.high - measured.low < width
    assert measured.low < measured.beta < measured.high


def measure_qqq(as_of):
    prices = SnapshotSource().fetch([*(index.symbol for index in INDICES), "QQQ"], start=None, end=None)
    return prices, measure(make_portfolio(QQQ=500.0), prices.until(as_of), indices=INDICES)


def test_qqq_picks_the_nasdaq_100_with_a_beta_near_one_and_an_interval_narrower_than_five_hundredths():
    prices, _ = measure_qqq(date(2019, 12, 31))
    days = [session.item() for session in prices.sessions[-1700::75]]
    exposures = [measure_qqq(day)[1] for day in days]
    widths = [exposure.of("nasdaq100").high - exposure.of("nasdaq100").low for exposure in exposures]
    assert all(exposure.best_index(exposure.indices) == "nasdaq100" for exposure in exposures)
    assert [exposure.of("nasdaq100").beta for exposure in exposures] == pytest.approx([1.0] * len(days), abs=0.025)
    assert np.mean(np.array(widths) < 0.05) > 0.75
    # In March 2020 the fund's close strayed from the index', and for a year an honest interval is wider.
    assert max(widths) < 0.075
    assert widths[-1] < 0.05


def test_the_interval_of_an_ordinary_book_is_much_wider_than_its_textbook_error():
    exposure = measure_snapshot(AAPL=100.0, KO=300.0, XOM=200.0, JPM=100.0, UNH=50.0)
    for measured in exposure.by_index:
        assert measured.high - measured.low > 1.5 * 2 * 1.96 * measured.stderr
        total = np.hypot(measured.stderr, measured.stderr_drift)
        assert measured.high - measured.beta == pytest.approx(2.04 * total, rel=1e-9)
        # A beta realised over a month is a noisier figure than one over a quarter, less than three times as uncertain.
        assert 1.2 < (measured.high_21 - measured.low_21) / (measured.high - measured.low) < 1.75
        assert measured.high_21 + measured.low_21 == pytest.approx(2.0 * measured.beta, rel=1e-9)


def test_an_index_fund_has_a_narrow_interval_and_a_share_one_far_beyond_its_textbook_error():
    exposure = measure_snapshot(QQQ=100.0, AAPL=100.0)
    rows = {(row.symbol, row.index): row for row in exposure.by_holding}
    for row in rows.values():
        assert row.high + row.low == pytest.approx(2.0 * row.beta, rel=1e-9)
    fund, share = rows["QQQ", "nasdaq100"], rows["AAPL", "nasdaq100"]
    assert fund.high - fund.low < 0.05
    # Far wider than what estimation alone would suggest.
    assert share.high - share.low > 2.0 * 2 * 1.96 * share.stderr


# ---------------------------------------------------------------- new listings, stale closes, gaps


def test_a_new_listing_leans_on_the_prior_and_widens_the_interval():
    closes = make_market(**PAIR)
    new = closes["TECH"].copy()
    new[:-31] = NAN
    short = measure(make_portfolio(NEW=10.0, BANK=30.0), {**closes, "NEW": new})
    whole = measure(make_portfolio(TECH=10.0, BANK=30.0), closes)
    row = next(row for row in short.by_holding if row.symbol == "NEW")
    assert row.flags == ("short_record",)
    assert row.n_observations == 30
    assert 0.0 < row.shrink_weight < 1.0
    long = next(row for row in whole.by_holding if row.symbol == "TECH")
    assert row.high - row.low > long.high - long.low
    assert short.of("sp500").high - short.of("sp500").low > whole.of("sp500").high - whole.of("sp500").low
    note = next(note for note in short.notes if note.code == "short_records")
    weight = max(row.shrink_weight for row in short.by_holding if row.symbol == "NEW")
    assert note.message == (
        f"Less than a year of prices for NEW ({weight:.0%}): up to that share of a beta is the 1 that is expected of "
        "any stock, and the interval is wider for it."
    )


def test_a_listing_of_a_few_days_gets_the_prior_and_says_so():
    closes = make_market(**PAIR)
    new = closes["TECH"].copy()
    new[:-5] = NAN
    exposure = measure(make_portfolio(NEW=10.0, BANK=30.0), {**closes, "NEW": new})
    row = next(row for row in exposure.by_holding if row.symbol == "NEW")
    assert (row.beta, row.shrink_weight, row.n_observations) == (1.0, 1.0, 4)
    assert (row.low, row.high) == (None, None)
    assert row.flags == ("no_record",)
    assert "short_records" in codes(exposure)


def test_stale_closes_are_left_out_and_named():
    closes = make_market(**PAIR)
    closes["BANK"][400:420] = closes["BANK"][400]
    exposure = measure(make_portfolio(TECH=10.0, BANK=30.0), closes)
    rows = {row.symbol: row for row in exposure.by_holding}
    assert rows["BANK"].flags == ("stale_closes",)
    assert rows["BANK"].n_observations == 756  # the return over them makes up for one more session at the far end
    note = next(note for note in exposure.notes if note.code == "stale_closes")
    assert note.message == (
        "Closes that stood still for days were not used for the betas of BANK: the return over them is paired with the "
        "indices' over the same days."
    )


def test_sessions_without_an_index_are_said():
    closes = make_market(**PAIR)
    closes["^DJI"][[100, 500]] = NAN
    exposure = measure(make_portfolio(TECH=10.0), closes)
    assert exposure.sessions.size == 898
    note = next(note for note in exposure.notes if note.code == "index_sessions_missing")
    assert note.message.startswith("2 sessions lack the close of an index")


@pytest.mark.parametrize("known", [slice(-300, None), slice(None, None, 3)])
def test_a_young_or_gappy_index_changes_nothing_of_the_others_and_is_said(known):
    closes = make_market(**PAIR)
    whole = measure(make_portfolio(TECH=10.0, BANK=30.0), closes)
    without = measure(make_portfolio(TECH=10.0, BANK=30.0), closes, indices=THREE[:2])
    poor = np.full_like(closes["^DJI"], NAN)
    poor[known] = closes["^DJI"][known]
    poor[-30:] = closes["^DJI"][-30:]
    exposure = measure(make_portfolio(TECH=10.0, BANK=30.0), {**closes, "^DJI": poor})
    assert exposure.by_index[:2] == without.by_index == whole.by_index[:2]
    assert exposure.has_whole_record == (True, True, False)
    np.testing.assert_allclose(exposure.covariance[:2, :2], without.covariance, rtol=1e-12)
    np.testing.assert_array_equal(exposure.gains, without.gains)
    assert exposure.unhedgeable_share == without.unhedgeable_share
    n_known = int(np.isfinite(exposure.index_returns[:, 2]).sum())
    assert {row.n_observations for row in exposure.by_holding if row.index == "dow30"} == {n_known}
    note = next(note for note in exposure.notes if note.code == "index_record_short")
    assert note.message.startswith(f"Only {n_known} of 900 daily returns of the Dow are known.")
    assert np.isfinite(exposure.joint_covariance()).all()
    assert "short_records" not in codes(exposure)


def test_an_index_of_a_few_days_is_left_out_and_said():
    closes = make_market(**PAIR)
    closes["^DJI"][:-15] = NAN
    exposure = measure(make_portfolio(TECH=10.0), closes)
    assert exposure.indices == ("sp500", "nasdaq100")
    note = next(note for note in exposure.notes if note.code == "indices_not_measured")
    assert "hardly any history of Dow" in note.message


def test_an_index_of_a_few_days_does_not_carry_what_has_no_prices():
    closes = make_market(**PAIR)
    closes["^NDX"][:-100] = NAN
    private = make_position("PRIV", 1.0, market_value=5000.0)
    overrides = [BetaOverride(symbol="PRIV", index=None, beta=1.5)]
    exposure = measure(make_portfolio(private, TECH=10.0), closes, overrides=overrides)
    assert np.isfinite(exposure.gains).all()


def test_an_index_without_a_current_level_is_left_out_and_said():
    closes = make_market(**PAIR)
    closes["^DJI"][-1] = NAN
    exposure = measure(make_portfolio(TECH=10.0), closes, indices=INDICES)
    assert exposure.indices == ("sp500", "nasdaq100")
    note = next(note for note in exposure.notes if note.code == "indices_not_measured")
    assert note.message == (
        "The prices have no current level or hardly any history of Dow, Russell 2000, S&P MidCap 400, so no hedge with "
        "them was considered."
    )


def test_what_is_left_out_is_named_with_its_share_of_the_file():
    closes = make_market(**PAIR)
    lost = make_position("LOST", 5.0, market_value=closes["TECH"][-1] * 10.0)
    exposure = measure(make_portfolio(lost, TECH=10.0), closes)
    note = next(note for note in exposure.notes if note.code == "holdings_excluded")
    assert note.message == "Not hedged, 50.0% of the value in the file: LOST (the price source does not know it)."
    twice = [make_position(symbol, 5.0) for symbol in ("LOST", "GONE", "LOST", *(f"X{n}" for n in range(10)))]
    named = measure(make_portfolio(*twice, TECH=10.0), closes).notes[0].message
    assert named.startswith("Not hedged: LOST, GONE, X0, X1, ")
    assert named.endswith("X7 and 2 more (the price source does not know it).")
    nameless = measure(make_portfolio(make_position("LOST", 5.0), TECH=10.0), closes)
    assert nameless.notes[0].message == "Not hedged: LOST (the price source does not know it)."


# ---------------------------------------------------------------- stated betas


def test_a_stated_beta_replaces_the_estimate_and_one_for_an_index_wins():
    stated = [
        BetaOverride(symbol="TECH", index="dow30", beta=0.5),
        BetaOverride(symbol="TECH", index=None, beta=2.0),
    ]
    exposure = measure(make_portfolio(TECH=10.0, BANK=30.0), make_market(**PAIR), overrides=stated)
    rows = {row.index: row for row in exposure.by_holding if row.symbol == "TECH"}
    assert [rows[index].beta for index in exposure.indices] == [2.0, 2.0, 0.5]
    assert {(row.stderr, row.low, row.high, row.shrink_weight, row.n_observations) for row in rows.values()} == {
        (None, None, None, 0.0, 0)
    }
    assert {row.flags for row in rows.values()} == {("stated_by_user",)}
    measured = exposure.of("dow30")
    assert measured.beta_dollars == pytest.approx(
        sum(row.beta * row.market_value for row in exposure.by_holding if row.index == "dow30"), rel=1e-12
    )


def test_a_beta_stated_far_from_history_widens_the_interval():
    portfolio, closes = make_portfolio(TECH=10.0), make_market(**PAIR)
    measured = measure(portfolio, closes).of("nasdaq100")
    stated = measure(portfolio, closes, overrides=[BetaOverride(symbol="TECH", index=None, beta=3.0)]).of("nasdaq100")
    assert stated.high - stated.low > measured.high - measured.low


def test_a_holding_without_prices_moves_as_stated():
    closes = make_market(**PAIR)
    private = make_position("PRIV", 1.0, market_value=10.0 * closes["TECH"][-1])
    overrides = [BetaOverride(symbol="PRIV", index=None, beta=1.5)]
    alone = measure(make_portfolio(TECH=10.0), closes)
    both = measure(make_portfolio(private, TECH=10.0), closes, overrides=overrides)
    assert both.book.market_value == pytest.approx(2.0 * alone.book.market_value, rel=1e-12)
    nasdaq = both.index_returns[:, 1]
    np.testing.assert_allclose(both.gains, alone.gains + 1.5 * private.market_value * nasdaq, rtol=1e-9)
    assert both.of("nasdaq100").beta == pytest.approx((alone.of("nasdaq100").beta + 1.5) / 2, rel=1e-9)
    assert both.of("nasdaq100").r_squared > alone.of("nasdaq100").r_squared
    note = next(note for note in both.notes if note.code == "valued_by_file")
    assert "No price is known for PRIV" in note.message


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (BetaOverride(symbol="GONE", index=None, beta=1.0), "stated for GONE, which the portfolio does not hold"),
        (BetaOverride(symbol="TECH", index="nikkei", beta=1.0), r"TECH to nikkei, which is no index here.*sp500"),
        (BetaOverride(symbol="PRIV", index="sp500", beta=1.0), r"PRIV has no price history.*--beta PRIV=1\.0"),
    ],
)
def test_a_stated_beta_that_cannot_be_used_is_refused(override, message):
    private = make_position("PRIV", 1.0, market_value=500.0)
    with pytest.raises(SettingsError, match=message):
        measure(make_portfolio(private, TECH=10.0), make_market(**PAIR), overrides=[override])


# ---------------------------------------------------------------- no exposure


def assert_has_no_exposure(exposure, why):
    assert exposure.book.gross_value == 0.0
    assert not exposure.gains.any()
    assert (exposure.unhedgeable_share, exposure.best_index(exposure.indices)) == (0.0, "sp500")
    for measured in exposure.by_index:
        assert (measured.beta, measured.beta_dollars, measured.low, measured.high) == (0.0, 0.0, 0.0, 0.0)
        assert (measured.stderr, measured.stderr_drift, measured.r_squared) == (0.0, 0.0, 0.0)
    (note,) = [note for note in exposure.notes if note.code == "no_exposure"]
    assert note.message == why


def test_holdings_without_prices_are_counted_and_named_with_their_reasons():
    alike = {f"OLD{n}": 1.0 for n in range(20)}
    with pytest.raises(PricesUnavailableError, match="OLD4 and 15 more: the price source does not know") as caught:
        measure(make_portfolio(**alike), make_market(**PAIR))
    assert "Choose a later day where their prices begin after this one, or use --prices yahoo" in str(caught.value)
    assert caught.value.symbols == tuple(alike)
    reasons = tuple((f"OLD{n}", f"reason {n}") for n in range(20))
    with pytest.raises(PricesUnavailableError, match="OLD4: reason 4; and 15 more for other reasons"):
        measure(make_portfolio(**alike), make_prices(make_market(**PAIR), missing=reasons))


def test_a_portfolio_of_cash_alone_has_no_exposure():
    cash = make_position("CASH", None, market_value=5000.0, asset_class="cash")
    exposure = measure(make_portfolio(cash), make_market(**PAIR))
    assert_has_no_exposure(exposure, "The portfolio holds no stock and no fund, so it has no exposure to any index.")
    assert (exposure.book.beta_base, exposure.by_holding) == (5000.0, ())


@pytest.mark.parametrize("cash", [0.0, -700.0, 700.0])
def test_holdings_that_cancel_out_have_no_exposure(cash):
    lots = [make_position("TECH", quantity, account=account) for quantity, account in ((10.0, "1"), (-10.0, "2"))]
    lots.append(make_position("CASH", None, market_value=cash, asset_class="cash"))
    exposure = measure(make_portfolio(*lots), make_market(**PAIR))
    assert_has_no_exposure(
        exposure, "The holdings cancel each other out, so the portfolio has no exposure to any index."
    )
    assert exposure.book.beta_base > 0.0
    assert [row.symbol for row in exposure.by_holding] == ["TECH"] * 3
    assert "beta_on_gross_value" not in codes(exposure)


def test_betas_stated_as_zero_leave_no_exposure():
    overrides = [BetaOverride(symbol="TECH", index=None, beta=0.0)]
    exposure = measure(make_portfolio(TECH=10.0), make_market(**PAIR), overrides=overrides)
    assert codes(exposure).count("no_exposure") == 1
    assert "no_exposure" not in codes(measure(make_portfolio(TECH=10.0), make_market(**PAIR)))


# ---------------------------------------------------------------- refusals


def test_without_any_index_there_is_no_measurement():
    closes = {symbol: column for symbol, column in make_market(**PAIR).items() if symbol in PAIR}
    with pytest.raises(
        PricesUnavailableError, match=r"no current level of any index \(\^GSPC, \^NDX, \^DJI\)"
    ) as caught:
        measure(make_portfolio(TECH=10.0), closes)
    assert caught.value.symbols == ("^GSPC", "^NDX", "^DJI")


def test_without_any_priced_holding_there_is_no_measurement():
    with pytest.raises(PricesUnavailableError, match=r"nothing to hedge \(LOST: the price source does not know it\)"):
        measure(make_portfolio(LOST=10.0), make_market(**PAIR))


def test_a_book_of_the_newest_listings_alone_is_refused():
    closes = make_market(**PAIR)
    closes["TECH"][:-10] = NAN
    with pytest.raises(
        InsufficientHistoryError, match=r"only 9 daily returns up to 2026-08-21.*at least 20 are needed"
    ):
        measure(make_portfolio(TECH=10.0), closes)


@pytest.mark.parametrize("n_sessions", [1, 15])
def test_a_history_of_a_few_days_is_refused(n_sessions):
    closes = {symbol: column[:n_sessions] for symbol, column in make_market(**PAIR).items()}
    with pytest.raises(InsufficientHistoryError, match=f"only {n_sessions - 1} daily returns"):
        measure(make_portfolio(TECH=10.0), closes)


def test_an_index_that_stands_still_is_refused():
    closes = make_market(**PAIR)
    closes["^DJI"][:] = 3000.0
    with pytest.raises(ConstantReturnsError, match="did not move"):
        measure(make_portfolio(TECH=10.0), closes)
