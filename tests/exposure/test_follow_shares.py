"""How far indices follow one another, on returns made so that it is known."""

import numpy as np
import pytest
from synthetic import make_index_returns, make_portfolio, make_prices, to_closes

from hedger.contracts import find_index
from hedger.exposure import ESTIMATORS, measure_exposure

PAIR = (find_index("sp500"), find_index("nasdaq100"))


def measure(first, second):
    """The exposure of a stock that follows the first index."""
    closes = {PAIR[0].symbol: to_closes(first, 5000.0), PAIR[1].symbol: to_closes(second, 18_000.0)}
    prices = make_prices({**closes, "AAA": to_closes(0.9 * first, 50.0)})
    return measure_exposure(make_portfolio(AAA=100.0), prices, indices=PAIR, estimator=ESTIMATORS["two-speed"])


def test_an_index_that_moves_half_as_far_again_follows_so_and_is_followed_by_its_inverse():
    first = make_index_returns(np.random.default_rng(2), 800)[:, 0]
    exposure = measure(first, 1.5 * first)
    assert exposure.follow_shares("sp500") == pytest.approx([1.0, 1.5], rel=1e-9)
    assert exposure.follow_shares("nasdaq100") == pytest.approx([1.0 / 1.5, 1.0], rel=1e-9)


def test_what_an_index_does_of_its_own_is_followed_by_none():
    rng = np.random.default_rng(3)
    first = make_index_returns(rng, 800)[:, 0]
    exposure = measure(first, first + rng.normal(0.0, 0.01, 800))
    assert exposure.follow_shares("sp500")[1] == pytest.approx(1.0, abs=0.15)
    assert exposure.follow_shares("nasdaq100")[0] < 0.75
