"""Which indices a hedge uses: books made of known amounts of indices get them back."""

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from hedger.contracts import BrokerFees, Fees, quote_contracts, select_contracts
from hedger.exposure import Book, Exposure, IndexBeta, annual_covariance
from hedger.hedge.legs import choose_legs, list_rivals
from hedger.hedge.walk_forward import look_back

DAY = date(2026, 8, 21)
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
                low_21=-0.5,
                high_21=1.5,
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


def make_quotes(commission=None):
    """A large contract of each index, and one a tenth of its size; commissions as shipped, or stated for all."""
    contracts = select_contracts(DAY, symbols=("ES", "MES", "NQ", "MNQ", "YM", "MYM", "RTY", "M2K"))
    fees = Fees(commission=commission or 0.0, exchange_fee=0.0, regulatory_fee=0.0, as_of="", source="made up")
    return quote_contracts(
        contracts,
        as_of=DAY,
        prices={contract.symbol: (5000.0, "made up") for contract in contracts},
        broker_fees=() if commission is None else [BrokerFees(symbol=each.symbol, fees=fees) for each in contracts],
    )


def choose(exposure, *, legs=None, allow_long_legs=False, usable=NAMES, quotes=None, past="known"):
    return choose_legs(
        exposure,
        make_quotes() if quotes is None else quotes,
        usable,
        past=look_back(exposure) if past == "known" else past,
        legs=legs,
        allow_long_legs=allow_long_legs,
    )


def test_a_book_of_two_indices_is_hedged_with_these_two_and_their_dollars():
    choice = choose(make_exposure([0.0, 600_000.0, 0.0, 400_000.0]))
    assert choice.indices == ("nasdaq100", "russell2000")
    assert choice.exposure == pytest.approx([600_000.0, 400_000.0], rel=0.05)
    assert [step.is_taken for step in choice.steps][:2] == [True, True]


def test_a_further_leg_that_does_not_pay_is_looked_at_and_not_taken():
    choice = choose(make_exposure([1_000_000.0, 0.0, 0.0, 0.0]))
    assert choice.indices == ("sp500",)
    assert all(step.cut <= 0.01 and step.objection == "prediction" for step in choice.steps[1:])


def test_with_one_leg_the_dollars_are_the_measured_beta_dollars():
    exposure = make_exposure([0.0, 600_000.0, 0.0, 400_000.0])
    choice = choose(exposure, legs=1)
    assert choice.exposure.tolist() == [exposure.of(choice.indices[0]).beta_dollars]
    assert choice.explained == exposure.of(choice.indices[0]).r_squared


def test_with_one_leg_the_others_are_judged_and_a_second_one_that_would_pay_is_named():
    exposure = make_exposure([0.0, 600_000.0, 0.0, 400_000.0])
    free, held_back = choose(exposure), choose(exposure, legs=1)
    assert len(free.indices) == 2
    assert [(step.indices, step.is_taken) for step in held_back.steps[:2]] == [
        (held_back.indices, True),
        (free.indices, False),
    ]
    assert [step.objection for step in held_back.steps[:2]] == [None, "legs"]


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


def test_the_mix_explains_the_covariance_with_the_book_and_its_size_is_the_measured_beta():
    exposure = make_exposure([200_000.0, 500_000.0, 0.0, 300_000.0])
    choice = choose(exposure)
    joint = exposure.joint_covariance()
    places = [exposure.indices.index(name) for name in choice.indices]
    ratios = choice.covariance[np.ix_(places, places)] @ choice.exposure / joint[places, -1]
    assert ratios == pytest.approx(np.full(len(places), ratios[0]), rel=1e-9)
    best = exposure.indices.index(exposure.best_index(NAMES))
    follow = exposure.covariance[best, places] / exposure.covariance[best, best]
    assert follow @ choice.exposure == pytest.approx(exposure.by_index[best].beta_dollars, rel=1e-9)


def test_a_beta_that_the_user_states_sizes_all_legs():
    exposure = make_exposure([0.0, 600_000.0, 0.0, 400_000.0])
    stated = tuple(replace(each, beta_dollars=1.5 * each.beta_dollars) for each in exposure.by_index)
    once, half_more = choose(exposure), choose(replace(exposure, by_index=stated))
    assert half_more.exposure == pytest.approx(1.5 * once.exposure, rel=1e-9)


def test_a_mix_whose_legs_cancel_out_keeps_the_size_that_history_gives_it():
    spread = make_exposure([700_000.0, -600_000.0, 0.0, 0.0], noise=500.0)
    choice = choose(spread, allow_long_legs=True, legs=2)
    assert dict(zip(choice.indices, choice.exposure, strict=True)) == pytest.approx(
        {"sp500": 700_000.0, "nasdaq100": -600_000.0}, rel=0.05
    )


# ---------------------------------------------------------------- when a further leg pays


def test_the_test_of_a_leg_tells_what_the_past_says_of_it():
    first, second, *_ = choose(make_exposure([0.0, 600_000.0, 0.0, 400_000.0]), legs=2).steps
    assert (first.cut, first.past_cut, first.volatility_saved, first.cost_added) == (0.0, 0.0, 0.0, 0.0)
    assert second.removed > first.removed > 0
    assert second.past_cut == pytest.approx((second.removed - first.removed) / (1 - first.removed), rel=1e-12)
    assert second.volatility_saved > second.cost_added
    assert second.explained == pytest.approx(second.removed, abs=0.02)


def test_a_leg_that_pays_in_prediction_only_is_not_taken():
    # The second index belongs to the book of the last sessions only; three years before say little of it.
    exposure = make_exposure([1_000_000.0, 0.0, 0.0, 0.0])
    gains = np.array(exposure.gains)
    gains[-20:] = exposure.index_returns[-20:] @ np.array([300_000.0, 0.0, 0.0, 700_000.0])
    first, second, *_ = choose(replace(exposure, gains=gains)).steps
    assert second.cut > 0.01 > second.past_cut
    assert (second.is_taken, second.objection) == (False, "past")
    assert choose(replace(exposure, gains=gains)).indices == first.indices


def test_without_a_past_no_further_leg_is_taken_unless_it_is_asked_for():
    exposure = make_exposure([0.0, 600_000.0, 0.0, 400_000.0])
    assert (len(choose(exposure, past=None).indices), choose(exposure, past=None).steps) == (1, ())
    asked = choose(exposure, past=None, legs=2)
    assert asked.indices == ("nasdaq100", "russell2000")
    assert [(step.removed, step.past_cut, step.volatility_saved) for step in asked.steps] == [(None, None, None)] * 2


def test_a_leg_that_costs_more_than_it_takes_off_is_not_taken():
    exposure = make_exposure([0.0, 600_000.0, 0.0, 400_000.0])
    assert len(choose(exposure, quotes=make_quotes(commission=5.0)).indices) == 2
    dear = choose(exposure, quotes=make_quotes(commission=5_000.0))
    assert dear.steps[1].cost_added > dear.steps[1].volatility_saved
    assert (len(dear.indices), dear.steps[1].objection) == (1, "cost")


def test_the_cost_of_a_year_rolls_a_full_hedge_in_the_largest_contracts_that_fit():
    exposure = make_exposure([1_000_000.0, 0.0, 30_000.0, 0.0], noise=1_000.0)
    costs = {quote.symbol: quote.roll_cost for quote in make_quotes()}
    one, two, *_ = choose(exposure, legs=2).steps
    assert one.indices == ("sp500",)
    joint = exposure.joint_covariance()
    places = [NAMES.index(name) for name in two.indices]
    dollars = dict(zip(two.indices, np.linalg.solve(joint[np.ix_(places, places)], joint[places, -1]), strict=True))
    alone = joint[0, -1] / joint[0, 0]

    def yearly(index_dollars, large, small):
        n_large, left = divmod(index_dollars, large[1])
        n_small, left = divmod(left, small[1])
        return 4 * (n_large * costs[large[0]] + (n_small + left / small[1]) * costs[small[0]])

    sp500 = (("ES", 250_000.0), ("MES", 25_000.0))
    other = {"dow30": (("YM", 25_000.0), ("MYM", 2_500.0)), "nasdaq100": (("NQ", 100_000.0), ("MNQ", 10_000.0))}
    expected = yearly(dollars["sp500"], *sp500) - yearly(alone, *sp500)
    expected += sum(yearly(dollars[index], *sizes) for index, sizes in other.items() if index in dollars)
    assert set(dollars) <= {"sp500", *other}
    assert two.cost_added == pytest.approx(expected, rel=1e-9)


def test_an_index_that_is_not_known_in_all_of_the_history_is_no_further_leg():
    exposure = make_exposure([0.0, 600_000.0, 0.0, 400_000.0])
    index_returns = np.array(exposure.index_returns)
    index_returns[:300, 3] = np.nan
    young = choose(replace(exposure, index_returns=index_returns))
    assert "russell2000" not in young.indices
    assert any("russell2000" in step.indices and step.removed is None for step in young.steps)


# ---------------------------------------------------------------- other choices


@pytest.mark.parametrize("allow_long_legs", [False, True])
@pytest.mark.parametrize("most", [1, 2, 3])
def test_rivals_are_all_other_sets_of_at_most_so_many_indices_by_what_they_explain(most, allow_long_legs):
    exposure = make_exposure([200_000.0, 500_000.0, 100_000.0, 300_000.0])
    choice = choose(exposure, legs=most, allow_long_legs=allow_long_legs)
    rivals = list_rivals(exposure, choice, NAMES, most=most, allow_long_legs=allow_long_legs)
    explained = [rival.explained for rival in rivals]
    assert explained == sorted(explained, reverse=True)
    every = {names for size in range(1, most + 1) for names in itertools.combinations(NAMES, size)}
    sets = [rival.indices for rival in rivals]
    assert len(sets) == len(set(sets))
    if allow_long_legs:
        assert set(sets) == every - {choice.indices}
    else:
        assert set(sets) <= every - {choice.indices}
        assert all((rival.exposure > 0).all() for rival in rivals)
    assert choice.explained >= max(explained)
