"""The interval is for the beta that will be realised: it is judged by betas realised later."""

import numpy as np
import pytest
from synthetic import make_index_returns

from hedger.contracts import INDICES
from hedger.exposure import (
    OLSBeta,
    TwoSpeedBeta,
    age_weights,
    book_gains,
    realised_beta_variance,
    variance_before,
)
from hedger.exposure.interval import Z_REALISED, share_beta_variance
from hedger.market import SnapshotSource

NAN = np.nan
QUARTER = 63

TECHNOLOGY = "AAPL MSFT NVDA AMZN GOOGL META AVGO CSCO INTC TXN QCOM ADBE CRM ORCL NFLX AMD MU AMAT LRCX IBM INTU"
OTHERS = (
    "JPM V MA XOM CVX JNJ PFE MRK KO PEP PG WMT COST HD MCD NKE DIS CAT DE BA GE UNP UPS BAC WFC GS MS T VZ NEE DUK SO "
    "UNH ABBV LLY TMO ABT AXP LOW SBUX MMM TRV FCX COP MO PM"
)


# ---------------------------------------------------------------- gains of today's book in the past


def test_gains_are_values_times_returns():
    assets = np.array([[0.01, -0.02], [0.0, 0.05]])
    gains = book_gains(assets, np.array([[1000.0, -500.0], [0.0, 200.0]]))
    np.testing.assert_allclose(gains, [[20.0, -4.0], [-25.0, 10.0]], rtol=1e-12)


def test_what_did_not_trade_is_taken_to_move_like_the_rest_by_gross_value():
    assets = np.array([[0.01, NAN], [0.01, 0.03]])
    gains = book_gains(assets, np.array([[600.0, -400.0]]))
    np.testing.assert_allclose(gains[:, 0], [10.0, 6.0 - 12.0], rtol=1e-12)


def test_a_session_in_which_little_of_the_book_traded_is_unknown():
    assets = np.array([[0.01, NAN], [NAN, 0.01]])
    gains = book_gains(assets, np.array([[290.0, 710.0]]))
    assert np.isnan(gains[0, 0])
    assert gains[1, 0] == pytest.approx(10.0, rel=1e-12)


def test_a_book_without_value_gains_nothing():
    assets = np.array([[0.01, NAN], [0.0, 0.05]])
    gains = book_gains(assets, np.array([[0.0, 0.0], [100.0, 0.0]]))
    np.testing.assert_array_equal(gains, [[0.0, 1.0], [0.0, 0.0]])
    np.testing.assert_array_equal(book_gains(np.empty((2, 0)), np.empty((1, 0))), [[0.0], [0.0]])


# ---------------------------------------------------------------- the formula


def loop_variance(book, index, beta, of_noise, of_drift):
    """The docstring's formula for one book without gaps, with numpy.polyfit as weighted least squares."""
    known_before = variance_before(index, 5.0)
    weights = age_weights(index.size, 63.0) / known_before
    weights /= weights.sum()
    mean_x, mean_y = weights @ index, weights @ book
    residual = book - mean_y - beta * (index - mean_x)
    sampling = (weights @ residual**2) / (weights @ (index - mean_x) ** 2) / 63
    newest = slice(-756, None)
    fast = np.polyfit(index[newest], book[newest], 1, w=np.sqrt(age_weights(756, 32.0)))[0]
    slow = np.polyfit(index[newest], book[newest], 1, w=1.0 / np.sqrt(known_before[newest]))[0]
    return of_noise * sampling + of_drift * (fast - slow) ** 2


def make_books(seed=1, n_sessions=1260, n_books=4):
    rng = np.random.default_rng(seed)
    index = make_index_returns(rng, n_sessions)[:, 0]
    true = rng.uniform(-1.0, 2.0, n_books)
    return np.multiply.outer(index, true) + rng.normal(0.0, 0.004, (n_sessions, n_books)), index, true


@pytest.mark.parametrize(("horizon", "factors"), [(63, (3.1, 0.24)), (21, (6.6, 0.3))])
def test_the_variance_is_the_formula_of_its_docstring(horizon, factors):
    books, index, true = make_books()
    expected = [loop_variance(books[:, k], index, true[k], *factors) for k in range(true.size)]
    np.testing.assert_allclose(realised_beta_variance(books, index, true, horizon=horizon), expected, rtol=1e-9)


def test_books_do_not_see_each_other_and_gaps_are_left_out():
    books, index, true = make_books()
    gappy = books.copy()
    gappy[::9, 1] = NAN
    together = realised_beta_variance(gappy, index, true)
    alone = [realised_beta_variance(gappy[:, [k]], index, true[[k]])[0] for k in range(true.size)]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    np.testing.assert_allclose(together, realised_beta_variance(books, index, true), rtol=0.3)


def test_the_error_scales_with_leverage():
    books, index, true = make_books()
    plain = realised_beta_variance(books, index, true)
    np.testing.assert_allclose(realised_beta_variance(-3.0 * books, index, -3.0 * true), 9.0 * plain, rtol=1e-9)


def test_the_variance_of_a_share_is_the_formula_with_its_own_factors():
    shares, index, true = make_books()
    expected = [loop_variance(shares[:, k], index, true[k], 2.45, 0.19) for k in range(true.size)]
    np.testing.assert_allclose(share_beta_variance(shares, index, true), expected, rtol=1e-9)


def test_a_share_without_returns_of_late_has_no_variance():
    shares, index, true = make_books()
    shares[-756:, 2] = NAN
    assert np.isfinite(share_beta_variance(shares, index, true)).tolist() == [True, True, False, True]


def test_an_exact_multiple_of_the_index_is_known_for_sure():
    _, index, _ = make_books()
    variance = realised_beta_variance(2.0 * index[:, None], index, np.array([2.0]))
    assert variance[0] == pytest.approx(0.0, abs=1e-20)


# ---------------------------------------------------------------- what it promises, on real prices


def read_returns():
    """Daily returns of stocks with a whole record, and of the indices, since 2016."""
    names = [index.symbol for index in INDICES if index.is_level]
    stocks = [*TECHNOLOGY.split(), *OTHERS.split()]
    prices = SnapshotSource().fetch([*stocks, *names], start=None, end=None)
    close = prices.columns([*stocks, *names])
    close = close[np.isfinite(close).all(axis=1)]
    returns = close[1:] / close[:-1] - 1.0
    return returns[:, : len(stocks)], returns[:, len(stocks) :]


def draw_books(rng, n_books):
    """Technology, other and mixed books by turns; 5 to 40 names, weights Dirichlet(2)."""
    n_technology, n_others = len(TECHNOLOGY.split()), len(OTHERS.split())
    n_stocks = n_technology + n_others
    pools = (range(n_technology), range(n_technology, n_stocks), range(n_stocks))
    books = np.zeros((n_books, n_stocks))
    for book in range(n_books):
        pool = pools[book % 3]
        chosen = rng.choice(pool, min(int(rng.integers(5, 41)), len(pool)), replace=False)
        books[book, chosen] = rng.dirichlet(np.full(chosen.size, 2.0))
    return books


def walk_forward(estimator, horizon=QUARTER):
    """Errors of forecast betas over the next sessions, with their promised and textbook standard errors."""
    assets, indices = read_returns()
    rng = np.random.default_rng(63)
    errors, promised, textbook = [], [], []
    for today in range(756, assets.shape[0] - QUARTER, 42):
        books = draw_books(rng, 12)
        past, known = assets[max(today - 1260, 0) : today], indices[max(today - 1260, 0) : today]
        returns = book_gains(past, books)
        future = np.cumprod(1.0 + assets[today : today + horizon], axis=0) @ books.T
        realised = future / np.vstack([np.ones(books.shape[0]), future[:-1]]) - 1.0
        for position in range(indices.shape[1]):
            index, later = known[:, position], indices[today : today + horizon, position]
            beta = books @ estimator.estimate(past, index).beta
            centred = later - later.mean()
            errors.append(beta - centred @ realised / (centred @ centred))
            promised.append(np.sqrt(realised_beta_variance(returns, index, beta, horizon=horizon)))
            textbook.append(estimator.estimate(returns, index).stderr)
    return np.array(errors), np.array(promised), np.array(textbook)


@pytest.mark.parametrize(("horizon", "measured"), [(21, 0.956), (63, 0.916)])
def test_the_interval_holds_the_beta_realised_later_in_about_95_of_100_cases(horizon, measured):
    errors, promised, textbook = walk_forward(TwoSpeedBeta(), horizon)
    assert errors.size > 1500
    coverage = np.mean(np.abs(errors) < Z_REALISED * promised)
    # Measured on the prices shipped; on all years and more shares the README has 0.95. Less would be a step back.
    assert coverage == pytest.approx(measured, abs=0.006)
    # A textbook standard error describes part of the risk of being wrong, and is much narrower.
    assert np.mean(np.abs(errors) < 1.96 * textbook) < 0.40
    assert np.median(textbook) < 0.3 * np.median(promised)
    assert abs(errors.mean()) < 0.04


def walk_single_shares(n_returns=None):
    """Errors of forecast betas of single shares over the next quarter, with their promised standard errors."""
    assets, indices = read_returns()
    errors, promised, textbook = [], [], []
    for today in range(756, assets.shape[0] - QUARTER, 42):
        past, known = assets[max(today - 1260, 0) : today].copy(), indices[max(today - 1260, 0) : today]
        if n_returns is not None:
            past[:-n_returns] = NAN
        for position in range(indices.shape[1]):
            estimates = TwoSpeedBeta().estimate(past, known[:, position])
            later = indices[today : today + QUARTER, position]
            centred = later - later.mean()
            errors.append(estimates.beta - centred @ assets[today : today + QUARTER] / (centred @ centred))
            short = 0.0 if n_returns is None else estimates.stderr**2
            promised.append(np.sqrt(share_beta_variance(past, known[:, position], estimates.beta) + short))
            textbook.append(estimates.stderr)
    return np.array(errors), np.array(promised), np.array(textbook)


@pytest.mark.parametrize(("n_returns", "measured"), [(None, 0.938), (20, 0.946), (63, 0.943), (125, 0.941)])
def test_the_interval_of_a_share_holds_its_realised_beta(n_returns, measured):
    errors, promised, textbook = walk_single_shares(n_returns)
    assert errors.size > 10_000
    assert np.mean(np.abs(errors) < Z_REALISED * promised) == pytest.approx(measured, abs=0.006)
    assert np.mean(np.abs(errors) < 1.96 * textbook) < 0.86


def test_two_speed_foretells_the_beta_of_a_book_better_than_a_year_of_least_squares():
    ours, plain = (np.sqrt(np.mean(walk_forward(estimator)[0] ** 2)) for estimator in (TwoSpeedBeta(), OLSBeta()))
    assert ours < 0.875 * plain  # measured: 0.866
