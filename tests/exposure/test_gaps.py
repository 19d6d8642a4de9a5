"""A share that seldom trades: its beta comes from returns that span its gaps, whichever way a vendor shows them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import make_index_returns, make_portfolio, make_prices, to_closes

from hedger.contracts import INDICES
from hedger.exposure import ESTIMATORS, OLSBeta, TwoSpeedBeta, measure_exposure, pair_returns
from hedger.exposure.gaps import SELDOM_TRADED, missed_shares
from hedger.market import SnapshotSource

NAN = np.nan
SP500 = INDICES[:1]


def carry_forward(closes, trades):
    """Closes as vendors show them: that of the last trade."""
    newest = np.maximum.accumulate(np.where(trades, np.arange(closes.size), 0))
    return closes[newest]


def make_market(seed, *, true=1.0, known=1.0, n_shares=1, own=0.012, n_sessions=1260):
    """Closes of an index, of a fund that is most of the book, and of shares with a known beta; days they trade on."""
    rng = np.random.default_rng(seed)
    index = make_index_returns(rng, n_sessions)[:, 0]
    closes = {"^GSPC": to_closes(index, 3000.0), "FUND": to_closes(index, 90_000.0)}
    trades = {}
    for share in range(n_shares):
        closes[f"S{share}"] = to_closes(true * index + rng.normal(0.0, own, n_sessions), 50.0)
        trades[f"S{share}"] = rng.random(n_sessions + 1) < known
        trades[f"S{share}"][[0, -1]] = True
    return closes, trades


def show(closes, trades, how):
    """Replace the closes of sessions without a trade, ``"missing"`` or ``"standing"``."""
    return closes | {
        name: np.where(traded, closes[name], NAN) if how == "missing" else carry_forward(closes[name], traded)
        for name, traded in trades.items()
    }


def measure(closes, *, estimator=None, indices=SP500):
    shares = {name: 10.0 for name in closes if not name.startswith("^")}
    prices = closes if hasattr(closes, "until") else make_prices(closes)
    return measure_exposure(make_portfolio(**shares), prices, indices=indices, estimator=estimator or TwoSpeedBeta())


def rows_of_shares(exposure):
    return [row for row in exposure.by_holding if row.symbol != "FUND"]


# ---------------------------------------------------------------- the true beta is known


@pytest.mark.parametrize("how", ["missing", "standing"])
@pytest.mark.parametrize("known", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("true", [0.5, 1.0, 2.0])
def test_shares_that_seldom_trade_have_their_true_beta(true, known, how):
    closes, trades = make_market(3, true=true, known=known, n_shares=40)
    rows = rows_of_shares(measure(show(closes, trades, how)))
    # One beta has a standard error of a tenth, the mean of forty one of two hundredths.
    assert np.mean([row.beta for row in rows]) == pytest.approx(true, abs=0.06)
    assert sum(row.flags == ("thinly_traded",) for row in rows) >= 39


@pytest.mark.parametrize("name", ["ols", "ewma", "welch", "vasicek", "dimson", "scholes-williams", "down-beta"])
def test_every_estimator_sees_the_returns_over_the_gaps(name):
    closes, trades = make_market(4, known=0.4, n_shares=40)
    rows = rows_of_shares(measure(show(closes, trades, "standing"), estimator=ESTIMATORS[name]))
    assert np.mean([row.beta for row in rows]) == pytest.approx(1.0, abs=0.1)


def test_returns_over_gaps_weigh_like_their_lengths():
    """As generalised least squares by hand: each return and the intercept over the root of its sessions."""
    closes, trades = make_market(5, known=0.5)
    (row,) = rows_of_shares(measure(show(closes, trades, "missing"), estimator=OLSBeta(lookback=2000)))
    known = np.flatnonzero(trades["S0"])
    own, index = (np.diff(each[known]) / each[known][:-1] for each in (closes["S0"], closes["^GSPC"]))
    root = np.sqrt(np.diff(known))
    assert row.beta == pytest.approx(np.polyfit(index / root, own / root, 1)[0], rel=1e-9)
    assert row.n_observations == known.size - 1


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), known=st.floats(0.2, 0.7), name=st.sampled_from(["two-speed", "ols", "monthly"]))
def test_a_close_that_stands_and_one_that_is_missing_give_the_same_beta(seed, known, name):
    closes, trades = make_market(seed, known=known, n_sessions=600)
    missing, standing = (
        rows_of_shares(measure(show(closes, trades, how), estimator=ESTIMATORS[name]))[0]
        for how in ("missing", "standing")
    )
    assert (missing.beta, missing.stderr, missing.n_observations) == (
        standing.beta,
        standing.stderr,
        standing.n_observations,
    )


def test_the_note_names_the_shares_and_how_often_they_traded():
    closes, trades = make_market(6, known=0.5, n_shares=2)
    trades["S1"][:] = True
    exposure = measure(show(closes, trades, "standing"))
    share = 1.0 - trades["S0"].mean()
    (note,) = [note for note in exposure.notes if note.code == "thinly_traded"]
    assert note.message == (
        f"Without a close of their own on many days: S0 ({share:.0%} of sessions). For their betas a return over such "
        "a gap is paired with the indices' over the same days."
    )
    assert [row.flags for row in rows_of_shares(exposure)] == [("thinly_traded",), ()]


def test_the_gains_of_a_book_are_what_its_closes_show():
    closes, trades = make_market(7, known=0.5)
    shown = show(closes, trades, "standing")
    shown.pop("FUND")
    exposure = measure(shown)
    returns = np.diff(shown["S0"]) / shown["S0"][:-1]
    known = np.isfinite(exposure.gains)  # a close that stands for more than five sessions is no price
    assert known.mean() > 0.8
    np.testing.assert_allclose(exposure.gains[known], 10.0 * shown["S0"][-1] * returns[known], rtol=1e-9)


# ---------------------------------------------------------------- shares that trade every day


@pytest.mark.parametrize("repeats", [(), (500,), (100, 300, 301, 700, 1100)])
def test_a_lively_share_whose_close_happens_to_repeat_is_left_alone(repeats):
    closes, _ = make_market(8)
    for session in repeats:
        closes["S0"][session:] *= closes["S0"][session - 1] / closes["S0"][session]
    paired = pair_returns(make_prices(closes), ["S0"], ["^GSPC"], lookback=1260)
    assert (paired.gapped, paired.repeated) == ((), ())
    ((columns, assets, index),) = paired.groups(0)
    assert columns.tolist() == [0]
    np.testing.assert_array_equal(assets, paired.assets)
    np.testing.assert_allclose(assets[:, 0], closes["S0"][1:] / closes["S0"][:-1] - 1.0, atol=1e-14)
    np.testing.assert_array_equal(index, paired.indices[:, 0])


@pytest.mark.parametrize("price", [2.2, 2.6, 3.0])
def test_a_cheap_share_in_coarse_steps_is_left_alone_though_its_close_repeats_often(price):
    """Nothing was missed on a day on which the price stood, so the next move is no larger than any other."""
    n_repeating = n_gapped = 0
    for seed in range(20):
        closes, _ = make_market(seed, own=0.018)
        steps = np.round(closes["S0"] / 50.0 * price, 2)
        paired = pair_returns(make_prices({"^GSPC": closes["^GSPC"], "S0": steps}), ["S0"], ["^GSPC"], lookback=1260)
        n_repeating += np.mean(steps[1:] == steps[:-1]) > SELDOM_TRADED
        n_gapped += bool(paired.gapped) and not paired.repeated
    assert n_repeating > 10
    assert n_gapped <= 2


def test_a_share_that_never_trades_twice_running_is_thin():
    closes, trades = make_market(13)
    trades["S0"][:] = np.arange(1261) % 3 == 0
    paired = pair_returns(make_prices(show(closes, trades, "standing")), ["S0"], ["^GSPC"], lookback=1260)
    assert paired.missed[0] == pytest.approx(2 / 3, abs=0.01)


def test_the_returns_of_the_shares_shipped_are_those_from_session_to_session():
    levels = [index.symbol for index in INDICES[:4]]
    shares = ["AAPL", "GE", "T", "PFE", "BAC", "XLF", "XOM", "AMD", "INTC", "MLI", "VIAV", "RMBS", "PLTR", "SPY", "QQQ"]
    prices = SnapshotSource().fetch([*levels, *shares], start=None, end=None)
    paired = pair_returns(prices, shares, levels, lookback=1260)
    assert paired.gapped == ()
    for index in range(4):
        ((columns, assets, _),) = paired.groups(index)
        np.testing.assert_array_equal(columns, np.arange(len(shares)))
        np.testing.assert_array_equal(assets, paired.assets)


# ---------------------------------------------------------------- edges


def test_shares_with_the_same_holidays_are_one_group():
    closes, trades = make_market(9, n_shares=3)
    closed = np.zeros(1261, dtype=bool)
    closed[50:1200:100] = True
    trades |= {"S0": ~closed, "S2": ~closed}
    paired = pair_returns(make_prices(show(closes, trades, "missing")), ["S0", "S1", "S2"], ["^GSPC"], lookback=1260)
    (group,) = paired.gapped
    assert group.positions == (0, 2)
    assert group.assets.shape == (1260 - closed.sum(), 2)
    assert [columns.tolist() for columns, _, _ in paired.groups(0)] == [[0, 2], [1]]
    exposure = measure(show(closes, trades, "missing"))
    assert all(row.flags == () for row in rows_of_shares(exposure))  # a few holidays are no thin trading


def test_a_share_with_hardly_any_trades_gets_the_prior():
    closes, trades = make_market(10, n_shares=2)
    trades["S0"][:] = False
    trades["S0"][::80] = True
    trades["S0"][-1] = True
    row = next(row for row in measure(show(closes, trades, "missing")).by_holding if row.symbol == "S0")
    assert (row.beta, row.shrink_weight, row.low, row.high) == (1.0, 1.0, None, None)
    assert row.flags == ("no_record", "thinly_traded")


def test_a_thin_share_and_a_young_index_are_paired_on_what_both_have():
    closes, trades = make_market(11, known=0.5, n_shares=20)
    rng = np.random.default_rng(11)
    young = np.diff(closes["^GSPC"]) / closes["^GSPC"][:-1] + rng.normal(0.0, 0.001, 1260)
    closes["^NDX"] = to_closes(young, 8000.0)
    closes["^NDX"][:-400] = NAN
    exposure = measure(show(closes, trades, "standing"), indices=INDICES[:2])
    rows = [row for row in rows_of_shares(exposure) if row.index == "nasdaq100"]
    assert all(120 < row.n_observations < 280 for row in rows)
    assert np.mean([row.beta for row in rows]) == pytest.approx(1.0, abs=0.1)


def test_an_index_that_is_left_out_leaves_the_gaps_of_the_others():
    closes, trades = make_market(12, known=0.5)
    alone = measure(show(closes, trades, "missing"))
    hardly = closes["^GSPC"].copy()
    hardly[:-10] = NAN
    both = measure(show(closes, trades, "missing") | {"^NDX": hardly}, indices=INDICES[1::-1])
    assert both.indices == ("sp500",)
    assert both.by_holding == alone.by_holding


def test_what_is_missed_counts_from_the_first_close_to_the_last():
    close = np.array([[NAN, 1.0, NAN], [1.0, NAN, NAN], [NAN, 2.0, NAN], [2.0, 3.0, NAN], [NAN, 3.0, NAN]])
    np.testing.assert_allclose(missed_shares(close), [1 / 3, 1 / 5, 0.0], rtol=1e-12)
    np.testing.assert_array_equal(missed_shares(np.empty((0, 2))), [0.0, 0.0])
