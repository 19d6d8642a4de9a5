import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import make_index_returns

from hedger.exposure import (
    SESSIONS_A_YEAR,
    age_weights,
    annual_covariance,
    current_variance,
    explained_variance,
    variance_before,
    weighted_covariance,
)


def test_equal_weights_give_the_population_covariance_of_numpy():
    returns = np.random.default_rng(1).normal(0.0, 0.01, (200, 5))
    ours = weighted_covariance(returns, np.full(200, 7.0))
    np.testing.assert_allclose(ours, np.cov(returns, rowvar=False, bias=True), rtol=1e-10)


def test_whole_weights_are_repeated_rows():
    rng = np.random.default_rng(2)
    returns, counts = rng.normal(0.0, 0.01, (50, 3)), rng.integers(1, 4, 50)
    ours = weighted_covariance(returns, counts.astype(float))
    np.testing.assert_allclose(ours, np.cov(returns, rowvar=False, bias=True, fweights=counts), rtol=1e-10)
    repeated = weighted_covariance(np.repeat(returns, counts, axis=0), np.ones(counts.sum()))
    np.testing.assert_allclose(ours, repeated, rtol=1e-10)
    # So is the slope that weighted least squares takes from it.
    slope = np.polyfit(np.repeat(returns[:, 0], counts), np.repeat(returns[:, 1], counts), 1)[0]
    assert ours[0, 1] / ours[0, 0] == pytest.approx(slope, rel=1e-10)


def test_observation_weights_agree_with_numpy():
    returns = np.random.default_rng(3).normal(0.0, 0.01, (300, 3))
    weights = age_weights(300, 63.0)
    expected = np.cov(returns, rowvar=False, bias=True, aweights=weights)
    np.testing.assert_allclose(weighted_covariance(returns, weights), expected, rtol=1e-10)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n_indices=st.integers(1, 5), n_sessions=st.integers(30, 400))
def test_the_annual_covariance_is_symmetric_and_positive_semidefinite(seed, n_indices, n_sessions):
    covariance = annual_covariance(make_index_returns(np.random.default_rng(seed), n_sessions, n_indices))
    np.testing.assert_allclose(covariance, covariance.T, rtol=1e-12)
    assert np.linalg.eigvalsh(covariance).min() >= -1e-12 * np.trace(covariance)


def test_the_annual_covariance_is_the_blend_that_its_docstring_states():
    returns = make_index_returns(np.random.default_rng(4), 1000, 3)
    first = returns[:, 0]
    fast = np.cov(returns, rowvar=False, bias=True, aweights=2.0 ** (-np.arange(999, -1, -1) / 63.0))
    known = variance_before(first, 5.0)
    slow = np.cov(returns[-756:], rowvar=False, bias=True, aweights=1.0 / known[-756:])
    decay = 2.0 ** (-np.arange(999, -1, -1) / 21.0)
    level = 252 * (0.7 * (decay * first**2).sum() / decay.sum() + 0.3 * (first**2).mean())
    expected = level * (0.6 * fast / fast[0, 0] + 0.4 * slow / slow[0, 0])
    np.testing.assert_allclose(annual_covariance(returns), expected, rtol=1e-10)


def test_the_annual_covariance_comes_near_the_true_one_in_steady_times():
    rng = np.random.default_rng(5)
    true = np.array([[1.0, 0.8], [0.8, 1.6]]) * 0.16**2
    returns = rng.multivariate_normal([0.0, 0.0], true / SESSIONS_A_YEAR, 1260)
    np.testing.assert_allclose(annual_covariance(returns), true, rtol=0.25)


def test_todays_variance_of_steady_gains_is_their_mean_square():
    assert current_variance(np.array([3.0, -3.0] * 200)) == pytest.approx(9.0, rel=1e-12)


def test_recent_gains_count_more_for_todays_variance():
    calm_then_wild = np.concatenate([np.full(500, 1.0), np.full(60, 2.0)])
    assert current_variance(calm_then_wild) > 2.5  # the plain mean square is 1.3
    assert current_variance(calm_then_wild[::-1]) < 1.2


def test_explained_variance_is_the_weighted_r_squared():
    rng = np.random.default_rng(6)
    indices = make_index_returns(rng, 800, 2)
    book = 1e6 * (indices @ [0.9, 0.2] + rng.normal(0.0, 0.005, 800))
    weights = age_weights(800, 126.0)
    expected = [
        np.cov(book, indices[:, j], aweights=weights)[0, 1] ** 2
        / np.cov(book, aweights=weights)
        / np.cov(indices[:, j], aweights=weights)
        for j in range(2)
    ]
    assert explained_variance(book, indices) == pytest.approx(expected, rel=1e-10)


def test_sessions_without_a_gain_are_left_out_of_explained_variance():
    rng = np.random.default_rng(7)
    indices = make_index_returns(rng, 300, 1)
    book = 5.0 * indices[:, 0] + rng.normal(0.0, 0.01, 300)
    gappy = book.copy()
    gappy[::7] = np.nan
    weights = age_weights(300, 126.0)[np.isfinite(gappy)]
    known = np.isfinite(gappy)
    joint = np.cov(gappy[known], indices[known, 0], aweights=weights)
    expected = joint[0, 1] ** 2 / joint[0, 0] / joint[1, 1]
    assert explained_variance(gappy, indices) == pytest.approx([expected], rel=1e-10)


def test_what_does_not_move_explains_nothing_and_has_nothing_to_explain():
    indices = make_index_returns(np.random.default_rng(8), 100, 2)
    assert explained_variance(np.zeros(100), indices).tolist() == [0.0, 0.0]
    still = indices.copy()
    still[:, 1] = 0.0
    assert explained_variance(indices[:, 0], still) == pytest.approx([1.0, 0.0], abs=1e-12)


# ---------------------------------------------------------------- histories that differ in length


def shorten(returns, n_known):
    """The last series known in the newest `n_known` sessions only."""
    short = returns.copy()
    short[:-n_known, -1] = np.nan
    return short


def test_a_short_history_costs_the_others_nothing_and_is_joined_by_its_regression():
    returns = make_index_returns(np.random.default_rng(11), 1260, 4)
    short = shorten(returns, 300)
    joined, alone, shared = (
        annual_covariance(short),
        annual_covariance(returns[:, :3]),
        annual_covariance(returns[-300:]),
    )
    np.testing.assert_allclose(joined[:3, :3], alone, rtol=1e-12)
    slopes = np.linalg.solve(shared[:3, :3], shared[:3, 3])
    np.testing.assert_allclose(joined[3, :3], alone @ slopes, rtol=1e-9)
    left = shared[3, 3] - slopes @ shared[:3, 3]
    assert joined[3, 3] == pytest.approx(slopes @ alone @ slopes + left, rel=1e-9)
    # Nearer to what the whole history says than the short one alone.
    whole = annual_covariance(returns)
    assert abs(joined[3, 3] / joined[0, 0] / (whole[3, 3] / whole[0, 0]) - 1.0) < 0.05


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), lengths=st.lists(st.integers(25, 400), min_size=1, max_size=3))
def test_a_covariance_of_differing_histories_is_positive_semidefinite_and_follows_their_order(seed, lengths):
    returns = make_index_returns(np.random.default_rng(seed), 500, len(lengths) + 1)
    for series, n_known in enumerate(lengths):
        returns[:-n_known, series + 1] = np.nan
    covariance = annual_covariance(returns)
    np.testing.assert_allclose(covariance, covariance.T, rtol=1e-12)
    assert np.linalg.eigvalsh(covariance).min() >= -1e-9 * np.trace(covariance)
    order = np.random.default_rng(seed).permutation(len(lengths)) + 1
    moved = annual_covariance(returns[:, [0, *order]])
    np.testing.assert_allclose(moved, covariance[np.ix_([0, *order], [0, *order])], rtol=1e-6)


def test_a_book_that_is_known_in_fewer_sessions_costs_the_indices_nothing():
    indices = make_index_returns(np.random.default_rng(12), 800, 2)
    gains = shorten(np.column_stack([indices, 1e6 * indices @ [0.5, 0.7]]), 250)
    joint = annual_covariance(gains)
    np.testing.assert_allclose(joint[:2, :2], annual_covariance(indices), rtol=1e-12)
    np.testing.assert_allclose(joint[2, :2], joint[:2, :2] @ [0.5e6, 0.7e6], rtol=1e-6)


def test_an_index_known_in_few_sessions_is_judged_by_them():
    indices = make_index_returns(np.random.default_rng(13), 900, 2)
    book = indices @ [0.2, 0.9]
    young = shorten(indices, 200)
    expected = explained_variance(book[-200:], indices[-200:])[1]
    shares = explained_variance(book, young)
    assert shares == pytest.approx([explained_variance(book, indices)[0], expected], rel=1e-10)
