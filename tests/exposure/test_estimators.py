import math
import pickle

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import make_index_returns

from hedger.errors import ConstantReturnsError, InsufficientHistoryError
from hedger.exposure import (
    ESTIMATORS,
    EWMABeta,
    OLSBeta,
    TwoSpeedBeta,
    WelchBeta,
    age_weights,
    variance_before,
)
from hedger.exposure.regression import blended_kernel
from hedger.market import SnapshotSource

SLOPES = {name: ESTIMATORS[name] for name in ("two-speed", "welch", "ewma", "ols")}
"""The estimators that are weighted slopes of daily returns; tests/exposure/test_classics.py has the others."""

every_estimator = pytest.mark.parametrize("estimator", SLOPES.values(), ids=SLOPES)


def make_returns(seed=1, n_sessions=1000, n_assets=6, gaps=0):
    rng = np.random.default_rng(seed)
    index = make_index_returns(rng, n_sessions)[:, 0]
    true = rng.uniform(0.2, 2.0, n_assets)
    assets = np.multiply.outer(index, true) + rng.standard_t(4, (n_sessions, n_assets)) * 0.012
    for asset in range(n_assets):
        assets[rng.choice(n_sessions, gaps * asset, replace=False), asset] = np.nan
    return assets, index


# ---------------------------------------------------------------- against statsmodels (HC0 covariance)


@pytest.mark.parametrize("gaps", [0, 40])
def test_ols_agrees_with_statsmodels(gaps):
    assets, index = make_returns(gaps=gaps)
    estimates = OLSBeta(lookback=700).estimate(assets, index)
    for asset in range(assets.shape[1]):
        y, x = assets[-700:, asset], index[-700:]
        known = np.isfinite(y)
        fit = sm.OLS(y[known], sm.add_constant(x[known])).fit(cov_type="HC0")
        assert estimates.beta[asset] == pytest.approx(fit.params[1], abs=1e-10)
        assert estimates.stderr[asset] == pytest.approx(fit.bse[1], abs=1e-10)
        assert estimates.n_observations[asset] == known.sum()


@pytest.mark.parametrize("half_life", [20.0, 63.0, math.inf])
@pytest.mark.parametrize("gaps", [0, 40])
def test_ewma_agrees_with_weighted_least_squares_of_statsmodels(half_life, gaps):
    assets, index = make_returns(gaps=gaps)
    estimates = EWMABeta(half_life=half_life, lookback=756).estimate(assets, index)
    weights = 0.5 ** (np.arange(755, -1, -1) / half_life)
    for asset in range(assets.shape[1]):
        y, x = assets[-756:, asset], index[-756:]
        known = np.isfinite(y)
        fit = sm.WLS(y[known], sm.add_constant(x[known]), weights=weights[known]).fit(cov_type="HC0")
        assert estimates.beta[asset] == pytest.approx(fit.params[1], abs=1e-10)
        assert estimates.stderr[asset] == pytest.approx(fit.bse[1], abs=1e-10)


# ---------------------------------------------------------------- against the formulas, written out as loops


def loop_slope(x, y, weights):
    """Slope, intercept and kernel of weighted least squares, session by session."""
    total = sum(weights)
    mean_x = sum(w * a for w, a in zip(weights, x, strict=True)) / total
    mean_y = sum(w * b for w, b in zip(weights, y, strict=True)) / total
    below = sum(w * (a - mean_x) ** 2 for w, a in zip(weights, x, strict=True))
    kernel = [w * (a - mean_x) / below for w, a in zip(weights, x, strict=True)]
    slope = sum(w * (a - mean_x) * (b - mean_y) for w, a, b in zip(weights, x, y, strict=True)) / below
    return slope, mean_y - slope * mean_x, kernel


def loop_winsorise(x, y, width=3.0):
    first_pass, _, _ = loop_slope(x, y, [2.0 ** (-(len(x) - 1 - t) / 126.0) for t in range(len(x))])
    centre = first_pass if first_pass < -0.5 or first_pass > 2.5 else 1.0
    width = width * max(abs(centre) / 4.0, 1.0)
    clipped = []
    for a, b in zip(x, y, strict=True):
        one, other = (centre - width) * a, (centre + width) * a
        clipped.append(min(max(b, min(one, other)), max(one, other)))
    return clipped


def loop_blend(x, y, speeds):
    """Blend of slopes with White's error; `speeds` are pairs of share and weights."""
    beta, kernel, means = 0.0, [0.0] * len(x), [0.0] * len(x)
    for share, weights in speeds:
        slope, _, one = loop_slope(x, y, weights)
        beta += share * slope
        kernel = [a + share * b for a, b in zip(kernel, one, strict=True)]
        means = [a + share * w / sum(weights) for a, w in zip(means, weights, strict=True)]
    raw = [b - beta * a for a, b in zip(x, y, strict=True)]
    level = sum(w * e for w, e in zip(means, raw, strict=True))
    variance = sum((k * (e - level)) ** 2 for k, e in zip(kernel, raw, strict=True))
    return beta, math.sqrt(variance)


def loop_welch(x, y, *, lookback=756, half_life=89.0):
    x, y = x[-lookback:], y[-lookback:]
    weights = [2.0 ** (-(len(x) - 1 - t) / half_life) for t in range(len(x))]
    return loop_blend(x, loop_winsorise(x, y), [(1.0, weights)])


def loop_two_speed(x, y):
    decay = 2.0 ** (-1.0 / 5.0)
    level, variance = sum(a * a for a in x[:60]) / 60.0, []
    for a in x:
        variance.append(level)
        level = decay * level + (1.0 - decay) * a * a
    x, y, variance = x[-756:], y[-756:], variance[-756:]
    fast = [2.0 ** (-(len(x) - 1 - t) / 32.0) for t in range(len(x))]
    return loop_blend(x, loop_winsorise(x, y), [(0.6, fast), (0.4, [1.0 / v for v in variance])])


@pytest.mark.parametrize("leverage", [1.0, -3.0, 3.0, 6.0])
@pytest.mark.parametrize("loop", [loop_welch, loop_two_speed])
def test_winsorised_estimators_agree_with_their_formulas_written_as_loops(loop, leverage):
    assets, index = make_returns(seed=3, n_assets=3)
    assets = leverage * assets
    estimator = WelchBeta() if loop is loop_welch else TwoSpeedBeta()
    estimates = estimator.estimate(assets, index)
    for asset in range(assets.shape[1]):
        beta, stderr = loop(index.tolist(), assets[:, asset].tolist())
        assert estimates.beta[asset] == pytest.approx(beta, rel=1e-10)
        assert estimates.stderr[asset] == pytest.approx(stderr, rel=1e-8)


def test_a_session_without_a_move_of_the_index_counts_with_a_return_of_zero():
    assets, index = make_returns(seed=4, n_assets=2)
    index[[300, 700, 950]] = 0.0
    estimates = TwoSpeedBeta().estimate(assets, index)
    for asset in range(2):
        beta, stderr = loop_two_speed(index.tolist(), assets[:, asset].tolist())
        assert estimates.beta[asset] == pytest.approx(beta, rel=1e-10)
        assert estimates.stderr[asset] == pytest.approx(stderr, rel=1e-8)


@pytest.mark.parametrize("half_life", [0.2, 5.0, 21.0])
@pytest.mark.parametrize("n_sessions", [0, 1, 40, 700, 4000])
def test_the_variance_known_before_a_session_is_the_recursion_of_its_definition(half_life, n_sessions):
    returns = np.random.default_rng(7).standard_t(3, n_sessions) * 0.01
    decay, level, expected = 0.5 ** (1.0 / half_life), np.mean(returns[:60] ** 2) if n_sessions else 0.0, []
    for value in returns.tolist():
        expected.append(level)
        level = decay * level + (1.0 - decay) * value**2
    np.testing.assert_allclose(variance_before(returns, half_life), expected, rtol=1e-11)


def test_the_variance_known_before_a_session_does_not_know_that_session():
    _, index = make_returns()
    changed = index.copy()
    changed[500] *= 10.0
    before, after = variance_before(index, 5.0), variance_before(changed, 5.0)
    np.testing.assert_array_equal(before[:501], after[:501])
    assert after[501] > before[501]


def test_short_records_are_shrunk_by_the_precision_of_their_slope():
    assets, index = make_returns(n_sessions=100, n_assets=4)
    shrunk = OLSBeta().estimate(assets, index)
    for asset in range(4):
        fit = sm.OLS(assets[:, asset], sm.add_constant(index)).fit(cov_type="HC0")
        variance = fit.bse[1] ** 2 * (1 + 80 / 100)  # White's error, corrected for few returns
        trust = 0.20 / (0.20 + variance)
        assert shrunk.beta[asset] == pytest.approx(trust * fit.params[1] + (1 - trust), abs=1e-10)
        assert shrunk.shrink_weight[asset] == pytest.approx(1 - trust, abs=1e-10)
        # The variance of the posterior: both precisions together.
        assert shrunk.stderr[asset] ** -2 == pytest.approx(1 / variance + 1 / 0.20, rel=1e-9)


# ---------------------------------------------------------------- properties of every estimator


@every_estimator
def test_assets_do_not_see_each_other(estimator):
    assets, index = make_returns(seed=5, n_assets=140, gaps=2)
    assets[:, 7] = assets[:, 3]
    together = estimator.estimate(assets, index)
    for asset in (0, 3, 7, 50, 127, 128, 139):
        alone = estimator.estimate(assets[:, [asset]], index)
        assert alone.beta[0] == pytest.approx(together.beta[asset], rel=1e-12)
        assert alone.stderr[0] == pytest.approx(together.stderr[asset], rel=1e-9)
        assert alone.n_observations[0] == together.n_observations[asset]
    assert together.beta[3] == together.beta[7]


@every_estimator
def test_assets_may_come_in_any_order(estimator):
    assets, index = make_returns(seed=6, n_assets=9, gaps=11)
    order = np.random.default_rng(6).permutation(9)
    straight, mixed = estimator.estimate(assets, index), estimator.estimate(assets[:, order], index)
    np.testing.assert_allclose(mixed.beta, straight.beta[order], rtol=1e-12)
    np.testing.assert_allclose(mixed.stderr, straight.stderr[order], rtol=1e-9)


@every_estimator
def test_the_index_has_a_beta_of_one_to_itself(estimator):
    _, index = make_returns()
    estimates = estimator.estimate(index[:, None], index)
    assert estimates.beta[0] == pytest.approx(1.0, abs=1e-12)
    assert estimates.stderr[0] == pytest.approx(0.0, abs=1e-7)


@every_estimator
@pytest.mark.parametrize("unit", [1e-4, 1e4])
def test_the_unit_of_returns_does_not_matter(estimator, unit):
    assets, index = make_returns(gaps=3)
    plain, scaled = estimator.estimate(assets, index), estimator.estimate(unit * assets, unit * index)
    np.testing.assert_allclose(scaled.beta, plain.beta, rtol=1e-10)
    np.testing.assert_allclose(scaled.stderr, plain.stderr, rtol=1e-8)


@every_estimator
def test_single_precision_and_strided_arrays_are_welcome(estimator):
    assets, index = make_returns(gaps=3)
    plain = estimator.estimate(assets, index)
    single = estimator.estimate(assets.astype(np.float32), index.astype(np.float32))
    np.testing.assert_allclose(single.beta, plain.beta, rtol=1e-4)
    wide = np.full((2 * assets.shape[0], 3 * assets.shape[1]), np.nan)
    wide[::2, ::3] = assets
    long = np.repeat(index, 2)
    strided = estimator.estimate(wide[::2, ::3], long[::2])
    np.testing.assert_array_equal(strided.beta, plain.beta)
    reversed_view = estimator.estimate(assets[:, ::-1], index)
    np.testing.assert_allclose(reversed_view.beta[::-1], plain.beta, rtol=1e-12)


@every_estimator
def test_the_returns_given_are_left_as_they_were(estimator):
    assets, index = make_returns(gaps=3)
    assets.flags.writeable = index.flags.writeable = False
    estimator.estimate(assets, index)
    free_assets, free_index = assets.copy(), index.copy()
    estimator.estimate(free_assets, free_index)
    np.testing.assert_array_equal(free_assets, assets)
    np.testing.assert_array_equal(free_index, index)


@every_estimator
def test_no_assets_give_no_betas(estimator):
    _, index = make_returns()
    assert estimator.estimate(np.empty((index.size, 0)), index).beta.shape == (0,)


@every_estimator
def test_sessions_before_the_lookback_do_not_matter_to_assets(estimator):
    assets, index = make_returns()
    changed = assets.copy()
    changed[: -estimator.lookback] = 0.5
    np.testing.assert_array_equal(estimator.estimate(changed, index).beta, estimator.estimate(assets, index).beta)


@every_estimator
def test_a_drift_of_the_asset_does_not_matter(estimator):
    assets, index = make_returns()
    drifted = estimator.estimate(assets + 0.0005, index).beta
    # Least squares has an intercept; clipping around the index' return moves a little with the drift.
    exact = isinstance(estimator, OLSBeta | EWMABeta)
    np.testing.assert_allclose(drifted, estimator.estimate(assets, index).beta, atol=1e-12 if exact else 0.03)


@every_estimator
@pytest.mark.parametrize("leverage", [-3, -2, -1, 2, 3])
def test_geared_and_inverse_funds_come_out_within_five_hundredths(estimator, leverage):
    rng = np.random.default_rng(leverage + 10)
    index = make_index_returns(rng, 1000)[:, 0]
    fund = leverage * index + rng.normal(-1e-4, 0.001, (20, 1000))
    assert estimator.estimate(fund.T, index).beta == pytest.approx(leverage, abs=0.05)


@settings(max_examples=40, deadline=None)
@given(leverage=st.floats(-4, 4), name=st.sampled_from(["ols", "ewma"]))
def test_leverage_scales_beta_and_error(leverage, name):
    assets, index = make_returns(n_sessions=400)
    plain, geared = ESTIMATORS[name].estimate(assets, index), ESTIMATORS[name].estimate(leverage * assets, index)
    np.testing.assert_allclose(geared.beta, leverage * plain.beta, atol=1e-10)
    np.testing.assert_allclose(geared.stderr, abs(leverage) * plain.stderr, atol=1e-8)


@settings(max_examples=40, deadline=None)
@given(leverage=st.floats(1.0, 2.0), sign=st.sampled_from([1.0, -1.0]), name=st.sampled_from(["two-speed", "welch"]))
def test_leverage_scales_the_winsorised_betas_of_funds_beyond_any_share(leverage, sign, name):
    assets, index = make_returns(n_sessions=400)
    funds = 4.5 * index[:, None] + assets  # first passes between four and seven
    plain, geared = (ESTIMATORS[name].estimate(each, index) for each in (funds, sign * leverage * funds))
    np.testing.assert_allclose(geared.beta, sign * leverage * plain.beta, rtol=1e-10)
    np.testing.assert_allclose(geared.stderr, leverage * plain.stderr, rtol=1e-8)


def test_three_times_a_lively_share_has_three_times_its_beta():
    closes = SnapshotSource().fetch(["^GSPC", "AMD"], start=None, end=None).columns(["^GSPC", "AMD"])
    closes = closes[np.isfinite(closes).all(axis=1)]
    returns = closes[1:] / closes[:-1] - 1.0
    one, three = (TwoSpeedBeta().estimate(gear * returns[:, 1:], returns[:, 0]).beta[0] for gear in (1.0, 3.0))
    assert one > 2.5
    assert three == pytest.approx(3.0 * one, abs=0.15)


def test_sessions_that_an_asset_missed_count_like_sessions_that_never_were():
    assets, index = make_returns(n_assets=1)
    missed = np.random.default_rng(9).choice(index.size, 150, replace=False)
    masked = assets.copy()
    masked[missed] = np.nan
    full = OLSBeta(lookback=index.size)
    dropped = full.estimate(np.delete(assets, missed, axis=0), np.delete(index, missed))
    with_gaps = full.estimate(masked, index)
    assert with_gaps.beta[0] == pytest.approx(dropped.beta[0], rel=1e-12)
    assert with_gaps.stderr[0] == pytest.approx(dropped.stderr[0], rel=1e-9)


@pytest.mark.parametrize("name", ["welch", "two-speed"])
def test_gaps_change_a_winsorised_beta_little(name):
    assets, index = make_returns(n_assets=20)
    masked = assets.copy()
    masked[np.random.default_rng(9).random(assets.shape) < 0.02] = np.nan
    whole, gappy = ESTIMATORS[name].estimate(assets, index), ESTIMATORS[name].estimate(masked, index)
    np.testing.assert_allclose(gappy.beta, whole.beta, atol=0.15)
    assert np.median(np.abs(gappy.beta - whole.beta)) < 0.05


def test_a_weight_of_three_is_a_row_repeated_three_times():
    assets, index = make_returns(n_sessions=50, n_assets=1)
    counts = np.random.default_rng(2).integers(1, 4, 50)
    weighted, mean = blended_kernel(index, ((1.0, counts.astype(float)),))
    repeated, _ = blended_kernel(np.repeat(index, counts), ((1.0, np.ones(counts.sum())),))
    assert weighted @ assets[:, 0] == pytest.approx(repeated @ np.repeat(assets[:, 0], counts), rel=1e-12)
    assert mean.sum() == pytest.approx(1.0, rel=1e-12)


# ---------------------------------------------------------------- short and missing records


def read_snapshot_returns():
    symbols = [
        "AAPL",
        "MSFT",
        "NVDA",
        "AMZN",
        "JPM",
        "XOM",
        "JNJ",
        "KO",
        "CAT",
        "TSLA",
        "UNH",
        "HD",
        "BA",
        "PG",
        "INTC",
        "WFC",
    ]
    prices = SnapshotSource().fetch(["^GSPC", *symbols], start=None, end=None)
    close = prices.close[np.isfinite(prices.close).all(axis=1)]
    returns = close[1:] / close[:-1] - 1.0
    return returns[:, 1:], returns[:, 0]


@every_estimator
def test_twenty_sessions_of_a_stock_give_a_beta_between_zero_and_three_and_show_the_weight_of_the_prior(estimator):
    rng = np.random.default_rng(11)
    true, volatility = rng.uniform(0.4, 1.8, 2000), rng.uniform(0.01, 0.05, 2000)
    index = make_index_returns(rng, 20)[:, 0]
    assets = np.multiply.outer(index, true) + rng.normal(0.0, 1.0, (20, 2000)) * volatility
    estimates = estimator.estimate(assets, index)
    assert np.mean((estimates.beta >= 0.0) & (estimates.beta <= 3.0)) > 0.995
    assert np.abs(estimates.beta).max() < 3.0
    assert (estimates.shrink_weight > 0.0).all()
    # The noisier the record, the more the prior counts; in the noisiest it dominates.
    assert np.corrcoef(volatility, estimates.shrink_weight)[0, 1] > 0.6
    assert estimates.shrink_weight[volatility > 0.045].mean() > 0.5
    raw_error = 0.03 / (index.std() * math.sqrt(20))
    assert np.std(estimates.beta - true) < 0.6 * raw_error


@every_estimator
def test_twenty_sessions_of_a_real_stock_rarely_leave_zero_to_three(estimator):
    assets, index = read_snapshot_returns()
    records = [slice(t, t + 20) for t in range(0, index.size - 20, 20)]
    betas = np.array([estimator.estimate(assets[record], index[record]).beta for record in records])
    assert betas.shape == (125, 16)
    assert np.mean((betas >= 0.0) & (betas <= 3.0)) > 0.995
    assert np.abs(betas).max() < 3.0


@every_estimator
def test_with_twenty_sessions_of_a_typical_stock_the_prior_dominates(estimator):
    assets, index = read_snapshot_returns()
    records = [slice(t, t + 20) for t in range(0, index.size - 20, 20)]
    weights = np.array([estimator.estimate(assets[record], index[record]).shrink_weight for record in records])
    assert np.median(weights) > 0.5
    whole = estimator.estimate(assets, index).shrink_weight
    assert (whole == 0.0).all()


@every_estimator
def test_below_twenty_returns_the_prior_stands_alone(estimator):
    assets, index = make_returns(n_assets=3)
    assets[:-19, 0] = np.nan
    assets[:, 1] = np.nan
    estimates = estimator.estimate(assets, index)
    assert estimates.n_observations.tolist()[:2] == [19, 0]
    assert estimates.beta[:2].tolist() == [1.0, 1.0]
    assert estimates.shrink_weight[:2].tolist() == [1.0, 1.0]
    assert estimates.stderr[:2] == pytest.approx([math.sqrt(0.20)] * 2, rel=1e-12)
    assert estimates.shrink_weight[2] in (0.0, pytest.approx(0.0, abs=0.05))


@every_estimator
def test_a_record_of_three_years_is_hardly_shrunk_and_a_full_one_not_at_all(estimator):
    assets, index = make_returns(n_assets=2)
    assert (estimator.estimate(assets, index).shrink_weight == 0.0).all()


@every_estimator
def test_an_asset_that_traded_only_while_the_index_stood_still_gets_the_prior(estimator):
    assets, index = make_returns(n_assets=1)
    index[-60:-30] = 0.0
    assets[:-60] = np.nan
    assets[-30:] = np.nan
    estimates = estimator.estimate(assets, index)
    assert estimates.beta[0] == 1.0
    assert estimates.shrink_weight[0] == 1.0


@every_estimator
@pytest.mark.parametrize("level", [0.0, 0.001])
def test_an_index_that_does_not_move_has_no_betas(estimator, level):
    assets, index = make_returns()
    with pytest.raises(ConstantReturnsError, match="did not move, so no beta to it exists"):
        estimator.estimate(assets, np.full_like(index, level))


@every_estimator
def test_nineteen_sessions_of_an_index_are_too_few(estimator):
    assets, index = make_returns(n_sessions=19)
    with pytest.raises(InsufficientHistoryError, match="19 daily returns before this day; at least 20"):
        estimator.estimate(assets, index)


@every_estimator
@pytest.mark.parametrize(("rows", "columns"), [(30, (31, 2)), (30, (30,))])
def test_shapes_that_do_not_pair_are_a_mistake_of_the_caller(estimator, rows, columns):
    with pytest.raises(ValueError, match="do not pair"):
        estimator.estimate(np.zeros(columns), np.zeros(rows))


@pytest.mark.parametrize("half_life", [0.0, -1.0, math.nan])
def test_a_half_life_must_be_positive(half_life):
    with pytest.raises(ValueError, match="half_life must be positive"):
        age_weights(10, half_life)


def test_age_weights_halve_at_each_half_life():
    assert age_weights(7, 3.0)[[0, 3, 6]].tolist() == [0.25, 0.5, 1.0]
    assert age_weights(3, math.inf).tolist() == [1.0, 1.0, 1.0]


@every_estimator
def test_estimates_cannot_be_changed_and_survive_pickling(estimator):
    estimates = pickle.loads(pickle.dumps(estimator)).estimate(*make_returns())
    with pytest.raises(ValueError, match="read-only"):
        estimates.beta[0] = 0.0
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(estimates)).beta, estimates.beta)


def test_the_default_estimator_comes_first():
    assert next(iter(ESTIMATORS)) == "two-speed"
    assert ESTIMATORS["two-speed"] == TwoSpeedBeta()
