"""The betas of the textbooks, against statsmodels and formulas written out."""

import numpy as np
import pytest
import statsmodels.api as sm
from synthetic import make_index_returns

from hedger.exposure import (
    ESTIMATORS,
    BlumeBeta,
    DimsonBeta,
    DownBeta,
    MonthlyBeta,
    OLSBeta,
    ScholesWilliamsBeta,
    VasicekBeta,
    load_forecast_errors,
)

CLASSICS = {
    name: ESTIMATORS[name] for name in ("vasicek", "blume", "down-beta", "dimson", "scholes-williams", "monthly")
}
every_classic = pytest.mark.parametrize("estimator", CLASSICS.values(), ids=CLASSICS)


@pytest.fixture(scope="module")
def market():
    rng = np.random.default_rng(5)
    index = make_index_returns(rng, 1300)[:, 0]
    betas = np.array([0.4, 1.0, 1.7])
    lagged = 0.3 * np.concatenate([[0.0], index[:-1]])
    return np.outer(index, betas) + lagged[:, None] + rng.normal(0.0, 0.012, (1300, 3)), index


def test_dimson_is_the_sum_of_three_slopes_with_its_robust_error(market):
    assets, index = market
    estimates = DimsonBeta().estimate(assets, index)
    y, x = assets[-253:-1], np.column_stack([index[-254:-2], index[-253:-1], index[-252:]])
    for asset in range(3):
        fit = sm.OLS(y[:, asset], sm.add_constant(x)).fit(cov_type="HC0")
        total = fit.t_test([0.0, 1.0, 1.0, 1.0])
        assert estimates.beta[asset] == pytest.approx(float(np.squeeze(total.effect)), abs=1e-10)
        assert estimates.stderr[asset] == pytest.approx(float(np.squeeze(total.sd)), abs=1e-10)
    assert estimates.n_observations.tolist() == [252, 252, 252]


def test_scholes_williams_is_three_separate_slopes_over_one_plus_twice_the_autocorrelation(market):
    assets, index = market
    before, same, after = index[-254:-2], index[-253:-1], index[-252:]
    slopes = [
        [sm.OLS(asset[-253:-1], sm.add_constant(x)).fit().params[1] for asset in assets.T]
        for x in (before, same, after)
    ]
    expected = np.sum(slopes, axis=0) / (1.0 + 2.0 * np.corrcoef(before, same)[0, 1])
    assert ScholesWilliamsBeta().estimate(assets, index).beta == pytest.approx(expected, abs=1e-10)


def test_down_beta_is_least_squares_on_the_bad_sessions(market):
    assets, index = market
    estimates = DownBeta().estimate(assets, index)
    x = index[-252:]
    bad = x < x.mean()
    for asset in range(3):
        fit = sm.OLS(assets[-252:][bad, asset], sm.add_constant(x[bad])).fit(cov_type="HC0")
        assert estimates.beta[asset] == pytest.approx(fit.params[1], abs=1e-10)
        assert estimates.stderr[asset] == pytest.approx(fit.bse[1], abs=1e-10)


def test_monthly_beta_is_least_squares_on_compounded_blocks(market):
    assets, index = market
    estimates = MonthlyBeta().estimate(assets, index)
    starts = range(1300 - 60 * 21, 1300, 21)
    x = np.array([np.prod(1.0 + index[start : start + 21]) - 1.0 for start in starts])
    for asset in range(3):
        y = np.array([np.prod(1.0 + assets[start : start + 21, asset]) - 1.0 for start in starts])
        fit = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC0")
        assert estimates.beta[asset] == pytest.approx(fit.params[1], abs=1e-10)
        assert estimates.stderr[asset] == pytest.approx(fit.bse[1], abs=1e-10)


def test_blume_pulls_a_third_of_the_way_to_one(market):
    plain, pulled = OLSBeta().estimate(*market), BlumeBeta().estimate(*market)
    assert pulled.beta == pytest.approx(0.67 * plain.beta + 0.33, abs=1e-12)
    assert pulled.stderr == pytest.approx(0.67 * plain.stderr, abs=1e-12)
    assert pulled.shrink_weight == pytest.approx(0.33, abs=1e-12)


def test_vasicek_weighs_estimate_and_prior_by_their_precision(market):
    plain, shrunk = OLSBeta().estimate(*market), VasicekBeta(prior_mean=0.9, prior_variance=0.1).estimate(*market)
    precision = 1.0 / plain.stderr**2 + 1.0 / 0.1
    assert shrunk.beta == pytest.approx((plain.beta / plain.stderr**2 + 0.9 / 0.1) / precision, abs=1e-12)
    assert shrunk.stderr == pytest.approx(precision**-0.5, abs=1e-12)


SHRUNK = [name for name in ESTIMATORS if name.startswith("vasicek-")]


@pytest.mark.parametrize("name", SHRUNK)
def test_vasicek_is_offered_on_other_estimators(name, market):
    plain, shrunk = (ESTIMATORS[each].estimate(*market) for each in (name.removeprefix("vasicek-"), name))
    weight = plain.stderr**2 / (0.2 + plain.stderr**2)
    assert shrunk.beta == pytest.approx(weight + (1.0 - weight) * plain.beta, abs=1e-12)
    assert shrunk.shrink_weight == pytest.approx(weight, abs=1e-12)


def test_vasicek_can_be_had_on_every_slope():
    slopes = {name for name in ESTIMATORS if not name.startswith("vasicek")} - {"blume"}  # blume shrinks by itself
    assert {name.removeprefix("vasicek-") for name in SHRUNK} == slopes - {"ols"}
    assert ESTIMATORS["vasicek"] == VasicekBeta(base=ESTIMATORS["ols"])


def test_estimators_stand_in_the_order_of_their_forecast_errors():
    errors = load_forecast_errors()
    assert list(errors) == list(ESTIMATORS)
    assert list(errors.values()) == sorted(errors.values())
    assert errors["ols"] == 1.0


@every_classic
def test_an_asset_with_gaps_is_estimated_as_if_alone(estimator, market):
    assets, index = market
    gappy = assets.copy()
    gappy[100:160, 1] = np.nan
    gappy[-70:-55, 2] = np.nan
    together = estimator.estimate(gappy, index)
    for asset in range(3):
        alone = estimator.estimate(gappy[:, [asset]], index)
        assert together.beta[asset] == pytest.approx(alone.beta[0], abs=1e-12)
        assert together.stderr[asset] == pytest.approx(alone.stderr[0], abs=1e-12)


@every_classic
def test_a_record_that_says_nothing_gets_the_prior_alone(estimator, market):
    assets, index = market
    young = assets.copy()
    young[:-12, 0] = np.nan
    estimates = estimator.estimate(young, index)
    assert estimates.beta[0] == pytest.approx(1.0, abs=1e-12)
    assert estimates.shrink_weight[0] == pytest.approx(1.0, abs=1e-12)


@every_classic
def test_older_sessions_than_the_window_do_not_matter(estimator, market):
    assets, index = market
    changed = assets.copy()
    changed[:40] = 0.05
    assert np.array_equal(estimator.estimate(assets, index).beta, estimator.estimate(changed, index).beta)


def test_thin_trading_is_what_dimson_is_for(market):
    assets, index = market
    plain, summed = OLSBeta().estimate(assets, index), DimsonBeta().estimate(assets, index)
    assert np.abs(summed.beta - [0.7, 1.3, 2.0]).mean() < np.abs(plain.beta - [0.7, 1.3, 2.0]).mean()
