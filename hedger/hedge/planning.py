"""Exposure and policy to a plan: the best whole contracts, put in words of the desk.

The hedge uses the index whose hedge alone would have removed most variance, or the indices that
:mod:`hedger.hedge.legs` finds worth their while, unless whole contracts of others leave less risk
(:mod:`hedger.hedge.proposals`). The betas of a plan refer to one of its indices, the reference: the best single one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hedger.errors import InfeasibleHedgeError, SettingsError
from hedger.hedge.doubts import list_doubts
from hedger.hedge.legs import choose_legs
from hedger.hedge.objectives import prefer_shortfall
from hedger.hedge.plan import Alternative, ErrorBudget, HedgePlan, Order
from hedger.hedge.problem import BindingLimit
from hedger.hedge.proposals import find_closest, propose
from hedger.hedge.shortfall import held_dollars
from hedger.hedge.solver import find_best, free_of_limits
from hedger.hedge.walk_forward import compare_indices, look_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.arrays import FloatArray
    from hedger.contracts import ContractQuote
    from hedger.exposure import Exposure
    from hedger.hedge.policy import HedgePolicy
    from hedger.hedge.problem import Candidate, HedgeProblem
    from hedger.hedge.proposals import Proposal


def solve_hedge(
    exposure: Exposure, contracts: Sequence[ContractQuote], policy: HedgePolicy, *, with_alternatives: bool = True
) -> HedgePlan:
    """Find the best whole number of contracts for the share of risk to be removed.

    Parameters
    ----------
    exposure
        What is to be hedged.
    contracts
        What may be traded, and what is already held.
    policy
        What is wanted.
    with_alternatives
        Whether to look for other plans worth knowing as well; a test over many past days does without them.

    Raises
    ------
    SettingsError
        When no contract is left to hedge with, or the target beta cannot be reached by hedging.
    InfeasibleHedgeError
        When the limits do not leave room for a single contract although one is needed.
    ValueError
        When a contract that is held has no quote.
    """
    current = {symbol: quantity for symbol, quantity in policy.current if quantity}
    unquoted = sorted(set(current) - {quote.symbol for quote in contracts})
    if unquoted:
        raise ValueError(f"contracts has no quote of {', '.join(unquoted)}, which policy.current holds")
    tradable = [quote for quote in contracts if quote.symbol not in policy.closing_only]
    usable = _usable_indices(exposure, tradable, policy)
    past = look_back(exposure) if policy.legs is None or with_alternatives else None
    index_test = compare_indices(past, exposure.indices) if past is not None and with_alternatives else None
    choice = choose_legs(
        exposure,
        tradable,
        usable,
        past=past,
        legs=policy.legs,
        allow_long_legs=policy.allow_long_legs,
    )
    solved = partial(propose, exposure, contracts, policy, with_alternatives=with_alternatives)
    first = solved(choice)
    proposal = find_closest(exposure, policy, first, usable, solved)
    comparison = None
    if policy.objective == "expected-shortfall":
        proposal, comparison = prefer_shortfall(proposal, exposure)
    limits = _binding_limits(proposal, first, policy)
    _require_room(proposal, limits, policy, [each for each in tradable if each.index in usable])
    problem, solution, used = proposal.problem, proposal.solution, proposal.choice
    after = dict(zip((each.symbol for each in problem.contracts), solution.best.quantities, strict=True))
    beta = exposure.of(proposal.reference)
    residual = _residual_beta_dollars(exposure, proposal, solution.best)
    beta_after = residual / exposure.book.beta_base
    is_free = not limits and comparison is None
    return HedgePlan(
        reference_index=proposal.reference,
        hedge_fraction=proposal.fraction,
        positions=tuple(
            Order(quote=quote, quantity=after[quote.symbol] - held, held_after=after[quote.symbol])
            for quote in contracts
            if (held := current.get(quote.symbol, 0)) or after.get(quote.symbol)
        ),
        target_notional=tuple(zip(used.indices, (-proposal.fraction * used.exposure).tolist(), strict=True)),
        beta_before=beta.beta,
        beta_after=beta_after,
        beta_after_low=beta.low - beta.beta + beta_after,
        beta_after_high=beta.high - beta.beta + beta_after,
        beta_dollars=beta.beta_dollars,
        residual_beta_dollars=residual,
        tracking_risk=proposal.tracking_risk(solution.best.tracking_risk),
        best_tracking_risk=proposal.tracking_risk(solution.best_tracking_risk),
        bound=proposal.bound,
        is_optimal=proposal.is_optimal,
        n_nodes=solution.n_nodes,
        objective=policy.objective,
        comparison=comparison,
        binding_limits=limits,
        alternatives=tuple(_alternative(each, proposal) for each in solution.alternatives),
        error_budget=ErrorBudget(
            stderr_estimation=beta.stderr,
            stderr_drift=beta.stderr_drift,
            stderr_rounding=_rounding(exposure, proposal, solution.best if is_free else _free_plan(problem)),
        ),
        index_test=index_test,
        leg_test=choice.steps,
        notes=tuple(
            list_doubts(exposure, proposal, choice=choice, index_test=index_test, comparison=comparison, limits=limits)
        ),
    )


def _usable_indices(exposure: Exposure, tradable: Sequence[ContractQuote], policy: HedgePolicy) -> list[str]:
    quoted = {quote.index for quote in tradable}
    allowed = policy.indices or exposure.indices
    usable = [name for name in exposure.indices if name in allowed and name in quoted]
    if not usable:
        raise SettingsError(
            f"No contract is left to hedge with: the indices allowed are {', '.join(allowed)}, and the contracts "
            f"allowed are on {', '.join(sorted(quoted)) or 'none'}. Allow another index or another contract size."
        )
    return usable


def _binding_limits(proposal: Proposal, first: Proposal, policy: HedgePolicy) -> tuple[BindingLimit, ...]:
    """Return the limits that hold the plan back, with what the hedge needs that would be best without them."""
    named = {"margin_budget", "max_contracts"}
    found = proposal.solution.binding_limits or first.solution.binding_limits
    limits = [limit for limit in found if limit.name in named]
    longer = [len(step.indices) for step in first.choice.steps if step.objection == "legs"]
    if longer and policy.legs is not None:
        limits.append(BindingLimit(name="legs", limit=policy.legs, needed=max(longer)))
    return tuple(limits)


def _residual_beta_dollars(exposure: Exposure, proposal: Proposal, plan: Candidate) -> float:
    """Return the beta dollars to the reference index that a plan leaves.

    What the chosen dollars do to the reference index, counted in beta dollars of the book: all of them gone means the
    book's beta gone. With one index this is the book's beta dollars plus the notional held.
    """
    follow = exposure.follow_shares(proposal.reference)

    def moved(indices: Sequence[str], dollars: FloatArray) -> float:
        return float(follow[[exposure.indices.index(name) for name in indices]] @ dollars)

    whole = moved(proposal.choice.indices, proposal.choice.exposure)
    beta_dollars = exposure.of(proposal.reference).beta_dollars
    scale = beta_dollars / whole if whole else 1.0
    return beta_dollars + scale * moved(proposal.problem.indices, held_dollars(proposal.problem, plan.quantities))


def _rounding(exposure: Exposure, proposal: Proposal, plan: Candidate) -> float:
    """Return the distance of a plan from the intended beta."""
    intended = (1.0 - proposal.fraction) * exposure.of(proposal.reference).beta
    return abs(_residual_beta_dollars(exposure, proposal, plan) / exposure.book.beta_base - intended)


def _free_plan(problem: HedgeProblem) -> Candidate:
    """Return the closest plan without limits: what a limit keeps a plan from is known, and no error of rounding."""
    return find_best(replace(free_of_limits(problem) or problem, tolerance=0.0))


def _require_room(
    proposal: Proposal, limits: Sequence[BindingLimit], policy: HedgePolicy, tradable: Sequence[ContractQuote]
) -> None:
    """Refuse a margin budget that does not hold even one contract when a hedge needs one."""
    needed = [limit.needed for limit in limits if limit.name == "margin_budget"]
    if proposal.solution.best.n_contracts or policy.margin_budget is None or not needed:
        return
    smallest = min(tradable, key=lambda quote: quote.margin.initial)
    if smallest.margin.initial > policy.margin_budget:
        raise InfeasibleHedgeError(
            f"No hedge fits a margin of ${policy.margin_budget:,.0f}: one {smallest.symbol} needs "
            f"${smallest.margin.initial:,.0f}, the full hedge ${needed[0]:,.0f}. Raise the margin budget or lower the "
            "hedge."
        )


def _alternative(candidate: Candidate, proposal: Proposal) -> Alternative:
    held = zip((contract.symbol for contract in proposal.problem.contracts), candidate.quantities, strict=True)
    return Alternative(
        positions=tuple((symbol, quantity) for symbol, quantity in held if quantity),
        tracking_risk=proposal.tracking_risk(candidate.tracking_risk),
        round_trip_cost=candidate.cost,
        initial_margin=candidate.margin,
        labels=candidate.labels,
    )
