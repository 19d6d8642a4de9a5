"""Which choice of indices leaves least in whole contracts, on real stocks, and what is proved of it."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from test_books_of_stocks import BOOKS, FOUR, fetch, measure, quotes

from hedger.hedge import HedgePolicy
from hedger.hedge.legs import choose_legs, list_rivals
from hedger.hedge.proposals import find_closest, propose
from hedger.portfolio import to_portfolio

NAMES = tuple(index.name for index in FOUR)
LIMITS = [{"max_contracts": 1}, {"max_contracts": 2}, {"margin_budget": 6_000.0}, {"margin_budget": 20_000.0}]


def make_first(holdings, policy):
    prices = fetch()
    exposure, offered = measure(to_portfolio(holdings), prices), quotes(prices)
    choice = choose_legs(exposure, offered, NAMES, past=None, legs=policy.legs, allow_long_legs=policy.allow_long_legs)
    solved = partial(propose, exposure, offered, policy, with_alternatives=False)
    return exposure, solved, solved(choice)


@pytest.mark.parametrize("limit", LIMITS, ids=str)
@pytest.mark.parametrize("legs", [1, 2])
@pytest.mark.parametrize("book", ["technology", "half small"])
def test_no_other_choice_leaves_less_variance_within_the_limits(book, legs, limit):
    policy = HedgePolicy(legs=legs, **limit)
    exposure, solved, first = make_first(BOOKS[book], policy)
    closest = find_closest(exposure, policy, first, NAMES, solved)
    variance = exposure.joint_covariance()[-1, -1]

    def left(proposal):
        return variance * (1.0 - proposal.choice.explained) + proposal.solution.best_tracking_risk**2

    rivals = list_rivals(exposure, first.choice, NAMES, most=legs, allow_long_legs=False)
    every = [first, *(solved(rival) for rival in rivals)]
    least = min(left(each) for each in every if each.solution.best.n_contracts)
    assert left(closest) == pytest.approx(least, rel=1e-12)
    # What is missed of the target of the best choice, whichever choice is taken.
    needed = variance * (1.0 - first.choice.explained)
    assert closest.bound == pytest.approx(np.sqrt(least - needed), rel=1e-9)
    assert closest.is_optimal


def test_a_choice_that_was_not_searched_to_its_end_takes_the_proof_away():
    policy = HedgePolicy(legs=1, max_contracts=1)
    exposure, solved, first = make_first(BOOKS["half small"], policy)
    proved = find_closest(exposure, policy, first, NAMES, solved)
    assert proved.choice.indices != first.choice.indices

    def stopped(choice):
        proposal = solved(choice)
        early = replace(proposal.solution, bound=0.9 * proposal.solution.bound, is_optimal=False)
        return replace(proposal, solution=early)

    unproved = find_closest(exposure, policy, first, NAMES, stopped)
    assert unproved.solution.best == proved.solution.best
    assert not unproved.is_optimal
    assert unproved.bound < proved.bound
