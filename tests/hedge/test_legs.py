"""Which indices a hedge uses: books made of known amounts of indices get them back."""

import numpy as np
import pytest

from hedger.exposure import Book, Exposure, IndexBeta, annual_covariance
from hedger.hedge.legs import choose_legs

N_SESSIONS = 1000
NAMES = ("sp500", "nasdaq100", "dow30", "russell2000")


def make_indices(seed=4):
    rng = np.random.default_rng(seed)
    common = rng.normal(0.0, 0.009, N_SESSIONS)
    own = rng.normal(0.0, 1.0, (N_SESSIONS, 4)) * np.array([0.002, 0.006, 0.004, 0.007])
    return common[:, None] + own


def make_exposure(dollars, noise=2_000.0, indices=None):
    """A book that gains `dollars` times the indices' returns and some noise of its own, USD."""
    indices = make_indices() if indices is None else indices
    gains = indices @ np.array(dollars) + np.random.default_rng(9).normal(0.0, noise, N_SESSIONS)
    covariance = annual_covariance(indices)
    r_squared = [np.corrcoef(gains, index)[0, 1] ** 2 if gains.std() else 0.0 for index in indices.T]
    beta_dollars = [np.cov(gains, index)[0, 1] / index.var() for index in indices.T]
    return Exposure(
        book=Book(holdings=(), cash=1_000_000.0, futures=(), excluded=(), notes=()),
        by_index=tuple(
            IndexBeta(
                index=name,
                level=5000.0,
                beta=value / 1_000_000.0,
                stderr=0.03,
                low=0.0,
                high=1.0,
                stderr_drift=0.1,
                r_squared=share,
                beta_dollars=value,
            )
            for name, share, value in zip(NAMES, r_squared, beta_dollars, strict=True)
        ),
        by_holding=(),
        covariance=covariance,
        sessions=np.arange(N_SESSIONS).astype("datetime64[D]"),
        gains=gains,
        index_returns=indices,
        unhedgeable_share=0.1,
        notes=(),
    )


def choose(exposure, legs=None, allow_long_legs=False, usable=NAMES):
    reference = exposure.best_index(usable)
    return choose_legs(exposure, usable, reference, legs=legs, allow_long_legs=allow_long_legs)


def test_a_book_of_two_indices_is_hedged_with_these_two_and_their_dollars():
    choice = choose(make_exposure([0.0, 600_000.0, 0.0, 400_000.0]))
    assert choice.indices == ("nasdaq100", "russell2000")
    assert choice.exposure == pytest.approx([600_000.0, 400_000.0], rel=0.05)
    assert [step.is_taken for step in choice.steps][:2] == [True, True]


def test_a_further_leg_that_does_not_pay_is_looked_at_and_not_taken():
    choice = choose(make_exposure([1_000_000.0, 0.0, 0.0, 0.0]))
    assert choice.indices == ("sp500",)
    assert all(step.cut <= 0.01 and not step.is_taken for step in choice.steps[1:])


def test_with_one_leg_the_dollars_are_the_measured_beta_dollars():
    exposure = make_exposure([0.0, 600_000.0, 0.0, 400_000.0])
    choice = choose(exposure, legs=1)
    assert choice.exposure.tolist() == [exposure.of(choice.indices[0]).beta_dollars]
    assert choice.steps == ()


def test_a_stated_number_of_legs_is_used_as_soon_as_it_removes_anything():
    choice = choose(make_exposure([1_000_000.0, 0.0, 30_000.0, 0.0], noise=1_000.0), legs=2)
    assert len(choice.indices) == 2
    assert choice.steps[1].cut > 0


def test_legs_of_a_long_book_only_sell_unless_the_user_allows_more():
    spread = make_exposure([1_000_000.0, -400_000.0, 0.0, 0.0])
    one_sided = choose(spread, legs=4)
    assert (one_sided.exposure > 0).all()
    both = choose(spread, allow_long_legs=True)
    assert dict(zip(both.indices, both.exposure, strict=True))["nasdaq100"] == pytest.approx(-400_000.0, rel=0.1)


def test_a_short_book_is_hedged_with_bought_legs():
    choice = choose(make_exposure([0.0, -600_000.0, 0.0, -400_000.0]))
    assert choice.indices == ("nasdaq100", "russell2000")
    assert (choice.exposure < 0).all()


def test_only_usable_indices_are_looked_at():
    choice = choose(make_exposure([0.0, 600_000.0, 0.0, 400_000.0]), usable=("sp500", "dow30"))
    assert set(choice.indices) <= {"sp500", "dow30"}


def test_indices_that_move_alike_are_not_held_together():
    indices = make_indices()
    indices[:, 2] = indices[:, 0]
    choice = choose(make_exposure([500_000.0, 0.0, 500_000.0, 0.0], indices=indices), legs=4)
    assert not {"sp500", "dow30"} <= set(choice.indices)


def test_a_book_that_does_not_move_has_one_leg():
    choice = choose(make_exposure([0.0, 0.0, 0.0, 0.0], noise=0.0))
    assert len(choice.indices) == 1


def test_the_dollars_explain_the_covariance_with_the_book():
    exposure = make_exposure([200_000.0, 500_000.0, 0.0, 300_000.0])
    choice = choose(exposure)
    joint = exposure.joint_covariance()
    places = [exposure.indices.index(name) for name in choice.indices]
    assert choice.covariance @ choice.exposure == pytest.approx(joint[places, -1], rel=1e-9)
