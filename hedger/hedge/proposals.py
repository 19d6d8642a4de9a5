r"""Choices of indices as whole-contract problems, and the one whose plan leaves least variance.

:mod:`hedger.hedge.legs` chooses indices as if contracts could be divided. In whole contracts a plan leaves, of the
share :math:`h` of the book that is to be hedged, the variance that its indices do not explain and that of missing the
target,

.. math::

    h^2 \sigma^2 (1 - R) + x^\top S x .

Where contracts are large or a limit binds, another choice of no more indices may leave less. Every one that the first
term alone does not rule out is solved as well, and the plan that leaves least is taken. What its indices explain less
than the first choice counts as missing the target, so that the tracking risks of all choices may be compared.

Futures already held are part of every problem: trades cost, limits bind what is held afterwards, and those on indices
that the hedge does not choose, or in contracts that may not be chosen, may only shrink.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import SettingsError
from hedger.hedge.legs import list_rivals
from hedger.hedge.problem import HedgeProblem, ProblemContract, Side
from hedger.hedge.solver import solve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hedger.arrays import FloatArray
    from hedger.contracts import ContractQuote
    from hedger.exposure import Exposure
    from hedger.hedge.legs import LegChoice
    from hedger.hedge.policy import HedgePolicy
    from hedger.hedge.problem import Solution


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """The best whole contracts for one choice of indices.

    Parameters
    ----------
    choice
        The indices and their dollars.
    reference
        The best single index among them.
    fraction
        Share of the book that is to be hedged.
    problem, solution
        What was solved, and its answer. The problem also has the indices on which futures are held.
    foregone
        Risk that these indices leave and the best ones, if contracts could be divided, would remove; USD a year.
    bound, is_optimal
        What no plan of any choice that was compared lies below, USD a year, and whether that is proved.
    """

    choice: LegChoice
    reference: str
    fraction: float
    problem: HedgeProblem
    solution: Solution
    foregone: float
    bound: float
    is_optimal: bool

    def tracking_risk(self, of_problem: float) -> float:
        """Return what a plan misses its target by in all, from what it does in its own indices; USD a year."""
        return math.hypot(of_problem, self.foregone)


def propose(
    exposure: Exposure,
    contracts: Sequence[ContractQuote],
    policy: HedgePolicy,
    choice: LegChoice,
    *,
    with_alternatives: bool,
) -> Proposal:
    """State the problem that a choice of indices poses, and solve it.

    Parameters
    ----------
    exposure, contracts, policy, with_alternatives
        As in :func:`hedger.hedge.solve_hedge`.
    choice
        Indices and dollars.

    Raises
    ------
    SettingsError
        When the target beta cannot be reached by hedging.
    """
    reference = exposure.best_index(choice.indices)
    fraction = _hedge_fraction(policy, exposure.of(reference).beta)
    current = {symbol: quantity for symbol, quantity in policy.current if quantity}
    usable = [quote for quote in contracts if quote.index in choice.indices or quote.symbol in current]
    indices = tuple(name for name in exposure.indices if any(quote.index == name for quote in usable))
    target = dict.fromkeys(indices, 0.0)
    target |= dict(zip(choice.indices, (fraction * choice.exposure).tolist(), strict=True))
    places = [exposure.indices.index(name) for name in indices]
    covariance = choice.covariance[np.ix_(places, places)]
    dollars = np.array(list(target.values()))
    asked = dict(zip(indices, _sides(covariance @ dollars, policy.allow_long_legs), strict=True))
    sides = {name: asked[name] if name in choice.indices else _side_held(name, usable, current) for name in indices}
    problem = HedgeProblem(
        indices=indices,
        exposure=dollars,
        hedge_fraction=1.0,
        covariance=covariance,
        contracts=tuple(
            _problem_contract(
                quote,
                current.get(quote.symbol, 0),
                sides[quote.index],
                may_grow=quote.index in choice.indices and quote.symbol not in policy.closing_only,
            )
            for quote in usable
        ),
        sides=tuple(sides.values()),
        legs=len(choice.indices) if policy.legs is None else policy.legs,
        margin_budget=policy.margin_budget,
        max_contracts=policy.max_contracts,
        tolerance=policy.tolerance,
    )
    solution = solve(problem, with_alternatives=with_alternatives)
    return Proposal(
        choice=choice,
        reference=reference,
        fraction=fraction,
        problem=problem,
        solution=solution,
        foregone=0.0,
        bound=solution.bound,
        is_optimal=solution.is_optimal,
    )


def find_closest(
    exposure: Exposure,
    policy: HedgePolicy,
    first: Proposal,
    usable: Sequence[str],
    solved: Callable[[LegChoice], Proposal],
) -> Proposal:
    """Return the proposal that leaves least variance, of the first and all other choices of no more indices.

    Its bound is that of all of them, and it is optimal only if every search that was needed to tell came to its end.

    Parameters
    ----------
    exposure, policy
        As in :func:`hedger.hedge.solve_hedge`.
    first
        For the indices that would be best if contracts could be divided.
    usable
        Names of the indices that may be used.
    solved
        Makes the proposal of a choice: :func:`propose`.
    """
    most = len(first.choice.indices) if policy.legs is None else min(policy.legs, len(usable))
    # A book that never moved has no variance to compare by.
    if len(usable) == 1 or first.solution.best_tracking_risk == 0.0 or not np.nanstd(exposure.gains) > 0.0:
        return first
    variance = float(exposure.joint_covariance()[-1, -1])
    needed = _unexplained(first.choice, first.fraction, variance)
    proposals = [first]
    least = needed + first.solution.best_tracking_risk**2
    for rival in list_rivals(exposure, first.choice, usable, most=most, allow_long_legs=policy.allow_long_legs):
        unexplained = _unexplained(rival, first.fraction, variance)
        if unexplained >= least:
            break  # those that follow explain even less
        if policy.target_beta is not None and exposure.best_index(rival.indices) != first.reference:
            continue  # the target is a beta to the reference
        proposal = solved(rival)
        if proposal.solution.best.n_contracts:  # to hold nothing is the same plan for all
            proposals.append(replace(proposal, foregone=math.sqrt(max(unexplained - needed, 0.0))))
            least = min(least, unexplained + proposal.solution.best_tracking_risk**2)
    closest = min(proposals, key=lambda each: each.tracking_risk(each.solution.best_tracking_risk))
    return replace(
        closest,
        bound=min(each.tracking_risk(each.solution.bound) for each in proposals),
        is_optimal=all(each.solution.is_optimal for each in proposals),
    )


def _unexplained(choice: LegChoice, fraction: float, variance: float) -> float:
    """Return the variance that no hedge in these indices removes from a share of a book of this variance."""
    return fraction**2 * variance * max(1.0 - choice.explained, 0.0)


def _hedge_fraction(policy: HedgePolicy, beta: float) -> float:
    if policy.target_beta is None:
        return policy.hedge_fraction
    if beta == 0:
        raise SettingsError("The portfolio has no beta, so a target beta cannot be reached by hedging it.")
    fraction = 1.0 - policy.target_beta / beta
    if not 0 <= fraction <= 2:
        raise SettingsError(
            f"The portfolio's beta is {beta:.2f}, so a hedge cannot leave a target beta of {policy.target_beta:.2f}: "
            f"it removes between nothing and twice the exposure. Choose a target between {beta:.2f} and {-beta:.2f}."
        )
    return fraction


def _problem_contract(quote: ContractQuote, held: int, side: Side, *, may_grow: bool) -> ProblemContract:
    may_stay = {"sell": max(-held, 0), "buy": max(held, 0), "either": abs(held), "none": 0}
    return ProblemContract(
        symbol=quote.symbol,
        index=quote.index,
        notional=quote.notional,
        margin=quote.margin.initial,
        cost=quote.round_trip_cost,
        limit=None if may_grow else may_stay[side],
        may_grow=may_grow,
        current=held,
        size=quote.contract.size,
    )


def _side_held(name: str, usable: Sequence[ContractQuote], current: dict[str, int]) -> Side:
    """Return the side of the market on which more futures on an index are held."""
    notional = sum(current.get(quote.symbol, 0) * quote.notional for quote in usable if quote.index == name)
    return "sell" if notional < 0 else "buy"


def _sides(dollar_covariance: FloatArray, allow_long_legs: bool) -> tuple[Side, ...]:
    """Return what may be held per index: against the sign of the exposure's covariance with it."""
    if allow_long_legs:
        return tuple("either" for _ in dollar_covariance)
    by_sign: dict[float, Side] = {1.0: "sell", -1.0: "buy", 0.0: "none"}
    return tuple(by_sign[float(np.sign(value))] for value in dollar_covariance)
