"""Realised betas and the share of variance that a hedge removed, against other programs and definitions."""

import math

import numpy as np
import pytest
import statsmodels.api as sm

from hedger.errors import ConstantReturnsError
from hedger.exposure import hedge_effectiveness, realised_betas


def make_market(n_sessions=63, seed=4):
    rng = np.random.default_rng(seed)
    index = rng.normal(0.001, 0.01, n_sessions)
    books = np.outer(index, [1.3, 0.0, -0.6]) + rng.normal(0.0, 0.005, (n_sessions, 3))
    return books, index


@pytest.mark.parametrize("n_sessions", [12, 63, 300])
def test_realised_betas_and_their_errors_are_those_of_statsmodels_for_long_and_short_records(n_sessions):
    books, index = make_market(n_sessions)
    beta, stderr = realised_betas(books, index)
    for place, book in enumerate(books.T):
        fitted = sm.OLS(book, sm.add_constant(index)).fit(cov_type="HC0")
        assert (beta[place], stderr[place]) == pytest.approx((fitted.params[1], fitted.bse[1]), rel=1e-9)


def test_a_gap_leaves_the_slope_of_its_own_column_unknown_only():
    books, index = make_market()
    gappy = books.copy()
    gappy[7, 1] = np.nan
    beta, stderr = realised_betas(gappy, index)
    assert np.isnan([beta[1], stderr[1]]).all()
    np.testing.assert_allclose(beta[[0, 2]], realised_betas(books, index)[0][[0, 2]], rtol=1e-12)


def test_to_an_index_that_stood_still_there_is_no_realised_beta():
    books, _ = make_market()
    with pytest.raises(ConstantReturnsError, match="did not move"):
        realised_betas(books, np.full(63, 0.001))


def test_a_hedge_with_the_realised_beta_leaves_none_and_removes_the_r_squared():
    books, index = make_market()
    (beta, *_), _ = realised_betas(books, index)
    hedged = books[:, 0] - beta * index
    assert realised_betas(hedged[:, None], index)[0][0] == pytest.approx(0.0, abs=1e-12)
    r_squared = np.corrcoef(books[:, 0], index)[0, 1] ** 2
    assert hedge_effectiveness(books[:, 0], hedged, half_life=math.inf) == pytest.approx(r_squared, rel=1e-9)


# ---------------------------------------------------------------- hedge effectiveness


def test_effectiveness_is_one_minus_the_ratio_of_variances():
    rng = np.random.default_rng(3)
    unhedged = rng.normal(0.0, 1000.0, 700)
    hedged = unhedged - 0.8 * (unhedged + rng.normal(0.0, 300.0, 700))
    weights = 2.0 ** (-np.arange(699, -1, -1) / 126.0)
    expected = 1.0 - np.cov(hedged, aweights=weights) / np.cov(unhedged, aweights=weights)
    assert hedge_effectiveness(unhedged, hedged) == pytest.approx(float(expected), rel=1e-10)
    alike = 1.0 - np.var(hedged) / np.var(unhedged)
    assert hedge_effectiveness(unhedged, hedged, half_life=math.inf) == pytest.approx(alike, rel=1e-10)


def test_effectiveness_of_the_least_squares_hedge_is_its_r_squared():
    rng = np.random.default_rng(4)
    index = rng.normal(0.0, 0.01, 500)
    book = 1e6 * (0.9 * index + rng.normal(0.0, 0.005, 500))
    slope = np.polyfit(index, book, 1)[0]
    r_squared = np.corrcoef(index, book)[0, 1] ** 2
    assert hedge_effectiveness(book, book - slope * index, half_life=math.inf) == pytest.approx(r_squared, rel=1e-10)


def test_a_perfect_hedge_removes_all_variance_and_a_double_one_none():
    gains = np.random.default_rng(5).normal(0.0, 1000.0, 300)
    assert hedge_effectiveness(gains, np.full(300, 5.0)) == pytest.approx(1.0, abs=1e-12)
    assert hedge_effectiveness(gains, -gains) == pytest.approx(0.0, abs=1e-12)
    assert hedge_effectiveness(gains, 2.0 * gains) == pytest.approx(-3.0, rel=1e-12)


def test_a_book_that_does_not_move_has_no_effectiveness():
    assert hedge_effectiveness(np.zeros(100), np.ones(100)) is None
