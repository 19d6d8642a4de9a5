"""Figures of gains, against definitions written out and results of statistics."""

import math

import numpy as np
import pytest

from hedger.evidence import deepest_fall, yearly_volatility
from hedger.evidence.figures import bootstrap_difference, centre_quarters, spread_by_quarter
from hedger.exposure import hedge_effectiveness


def removed(unhedged, hedged, lengths):
    """The share of variance within quarters that a hedge removed."""
    centred = (centre_quarters(gains, lengths) for gains in (unhedged, hedged))
    return hedge_effectiveness(*centred, half_life=math.inf)


def test_a_hedge_that_halves_every_gain_removes_three_quarters_of_variance():
    gains = np.random.default_rng(1).normal(5.0, 100.0, 126)
    assert removed(gains, gains / 2.0, (63, 63)) == pytest.approx(0.75, abs=1e-12)


def test_a_constant_gain_in_a_quarter_is_no_variance():
    gains = np.random.default_rng(1).normal(0.0, 100.0, 126)
    drift = np.repeat([500.0, -300.0], 63)
    assert removed(gains, gains + drift, (63, 63)) == pytest.approx(0.0, abs=1e-12)


def test_variance_removed_is_one_less_the_share_of_squares_left_over_all_quarters():
    rng = np.random.default_rng(2)
    unhedged, hedged = rng.normal(0.0, 100.0, 100), rng.normal(0.0, 40.0, 100)
    parts = (slice(0, 30), slice(30, 100))
    left = sum(np.var(hedged[part]) * hedged[part].size for part in parts)
    whole = sum(np.var(unhedged[part]) * unhedged[part].size for part in parts)
    assert removed(unhedged, hedged, (30, 70)) == pytest.approx(1.0 - left / whole, rel=1e-12)


def test_each_quarter_is_centred_on_its_own_mean():
    gains = np.array([1.0, 3.0, 10.0, 20.0, 30.0])
    assert centre_quarters(gains, (2, 3)).tolist() == [-1.0, 1.0, -10.0, 0.0, 10.0]
    assert spread_by_quarter(gains, (2, 3)).tolist() == [2.0, 200.0]


def test_a_book_that_does_not_move_has_no_share_to_remove():
    assert removed(np.zeros(63), np.zeros(63), (63,)) is None


def test_the_deepest_fall_counts_from_the_highest_sum_before_it():
    # Sums: 10, 4, 7, -5, 20: from 10 down to -5.
    assert deepest_fall(np.array([10.0, -6.0, 3.0, -12.0, 25.0])) == pytest.approx(15.0, abs=1e-12)


def test_a_loss_on_the_first_day_is_a_fall_from_the_start():
    assert deepest_fall(np.array([-7.0, 3.0])) == pytest.approx(7.0, abs=1e-12)
    assert deepest_fall(np.array([1.0, 2.0])) == 0.0


def test_yearly_volatility_scales_the_daily_deviation_by_the_root_of_252():
    assert yearly_volatility(np.array([-100.0, 100.0])) == pytest.approx(100.0 * np.sqrt(252.0), rel=1e-12)


def test_two_equal_hedges_differ_by_nothing_in_every_draw():
    spread = spread_by_quarter(np.random.default_rng(5).normal(0.0, 1.0, 630), (63,) * 10)
    assert bootstrap_difference(spread, spread / 4.0, spread / 4.0) == (0.0, 0.0)


def test_the_interval_of_many_like_quarters_is_that_of_a_mean():
    # With equal variances the difference is a mean over quarters, whose 95 % interval is 1.96 standard errors wide.
    rng = np.random.default_rng(6)
    unhedged, one = np.ones(400), np.full(400, 0.2)
    other = 0.3 + rng.normal(0.0, 0.05, 400)
    low, high = bootstrap_difference(unhedged, one, other)
    middle, error = float((other - one).mean()), float(other.std() / 20.0)
    assert low == pytest.approx(middle - 1.96 * error, abs=0.0004)
    assert high == pytest.approx(middle + 1.96 * error, abs=0.0004)


def test_the_same_quarters_give_the_same_interval():
    rng = np.random.default_rng(7)
    spreads = rng.uniform(0.5, 1.5, (3, 30))
    assert bootstrap_difference(*spreads) == bootstrap_difference(*spreads)
