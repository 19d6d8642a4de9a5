"""Whether stated risks are checked as their definitions say."""

import math

import numpy as np
import pytest

from hedger.evidence import check_forecast, exceeded_share, qlike, qlike_ratio
from hedger.evidence.forecasts import ForecastTest
from hedger.risk import gain_distribution


def make_test(*, n_sessions=63, exceeded=((0.95, 3), (0.99, 1)), realised=1.0, stated=1.0, yearly=1.0):
    return ForecastTest(n_sessions=n_sessions, exceeded=exceeded, realised=realised, stated=stated, yearly=yearly)


def test_a_forecast_that_is_right_loses_nothing():
    assert qlike([4.0, 9.0], [4.0, 9.0]) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("ratio", [0.5, 2.0, 4.0])
def test_the_loss_of_a_wrong_forecast_is_that_of_the_definition(ratio):
    assert qlike([ratio], [1.0]) == pytest.approx(ratio - math.log(ratio) - 1.0, rel=1e-12)


def test_too_low_a_variance_costs_more_than_too_high_a_one():
    assert qlike([2.0], [1.0]) > qlike([1.0], [2.0])


def test_the_ratio_compares_with_last_years_variance():
    tests = [make_test(realised=2.0, stated=2.5, yearly=1.0), make_test(realised=1.0, stated=1.0, yearly=2.0)]
    better = (qlike([2.0, 1.0], [2.5, 1.0])) / qlike([2.0, 1.0], [1.0, 2.0])
    assert qlike_ratio(tests) == pytest.approx(better, rel=1e-12)
    assert better < 1.0


@pytest.mark.parametrize("tests", [[], [make_test(realised=0.0)]])
def test_there_is_no_ratio_without_movement(tests):
    assert qlike_ratio(tests) is None


def test_the_share_beyond_counts_sessions_and_not_quarters():
    tests = [make_test(n_sessions=60, exceeded=((0.95, 6),)), make_test(n_sessions=40, exceeded=((0.95, 1),))]
    assert exceeded_share(tests, 0.95) == pytest.approx(0.07, abs=1e-12)
    assert exceeded_share(tests, 0.99) is None


def test_a_short_past_states_no_value_at_risk():
    rng = np.random.default_rng(1)
    test = check_forecast(rng.normal(0.0, 1.0, 300), rng.normal(0.0, 1.0, 63))
    assert test.exceeded == ()
    assert exceeded_share([test], 0.95) is None


def test_losses_are_held_against_what_the_plan_would_have_stated():
    rng = np.random.default_rng(2)
    past = rng.normal(0.0, 1000.0, 1260)
    stated = {tail.level: tail.value_at_risk for tail in gain_distribution(past).tails if tail.horizon_days == 1}
    future = np.array([-stated[0.95] - 1.0, -stated[0.99] - 1.0, -stated[0.95] + 1.0, 5000.0])
    test = check_forecast(past, future)
    assert test.exceeded == ((0.95, 2), (0.99, 1))
    assert test.n_sessions == 4
    assert test.realised == pytest.approx(float(np.mean(future**2)), rel=1e-12)
    assert test.yearly == pytest.approx(float(np.mean(past[-252:] ** 2)), rel=1e-12)
    assert 252.0 * test.stated == pytest.approx(gain_distribution(past).volatility ** 2, rel=1e-12)


def test_independent_gains_are_beyond_value_at_risk_as_often_as_stated():
    rng = np.random.default_rng(3)
    tests = [check_forecast(rng.normal(0.0, 1.0, 1260), rng.normal(0.0, 1.0, 63)) for _ in range(200)]
    assert exceeded_share(tests, 0.95) == pytest.approx(0.05, abs=0.008)
    assert exceeded_share(tests, 0.99) == pytest.approx(0.01, abs=0.004)
