"""Exposure and policy to a plan: the problem is stated, solved exactly, and its answer put in words of the desk.

The plan is in one index, the reference: of those allowed the one whose hedge would have removed most variance. Futures
held on other indices stay as they are; the hedge allows for what they do to the reference index, and the limits for
what they take.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import InfeasibleHedgeError, SettingsError
from hedger.hedge.doubts import list_doubts
from hedger.hedge.plan import Alternative, ErrorBudget, HedgePlan, Order
from hedger.hedge.problem import BindingLimit, HedgeProblem, ProblemContract, Side
from hedger.hedge.solver import solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.contracts import ContractQuote
    from hedger.exposure import Exposure
    from hedger.hedge.policy import HedgePolicy
    from hedger.hedge.problem import Candidate, Solution


def solve_hedge(exposure: Exposure, contracts: Sequence[ContractQuote], policy: HedgePolicy) -> HedgePlan:
    """Find the best whole number of contracts for the share of risk to be removed.

    Parameters
    ----------
    exposure
        What is to be hedged.
    contracts
        What may be traded, and what is already held.
    policy
        What is wanted.

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
    reference = exposure.best_index(_usable_indices(exposure, contracts, policy))
    beta = exposure.of(reference)
    fraction = _hedge_fraction(policy, beta.beta)
    position = exposure.indices.index(reference)
    used = tuple(quote for quote in contracts if quote.index == reference)
    others = tuple(quote for quote in contracts if quote.index != reference and quote.symbol in current)
    follow = dict(
        zip(
            exposure.indices,
            (exposure.covariance[position] / exposure.covariance[position, position]).tolist(),
            strict=True,
        )
    )
    # Futures on other indices stay as they are; what they do to the reference index is exposure like any other.
    kept = sum(current[quote.symbol] * quote.notional * follow[quote.index] for quote in others)
    target = fraction * beta.beta_dollars + kept
    kept_margin = sum(abs(current[quote.symbol]) * quote.margin.initial for quote in others)
    n_kept = sum(abs(current[quote.symbol]) for quote in others)
    side = _side(target, policy.allow_long_legs)
    problem = HedgeProblem(
        indices=(reference,),
        exposure=np.array([target]),
        hedge_fraction=1.0,
        covariance=exposure.covariance[position : position + 1, position : position + 1],
        contracts=tuple(_problem_contract(quote, current, policy, side) for quote in used),
        sides=(side,),
        legs=policy.legs,
        margin_budget=None if policy.margin_budget is None else max(policy.margin_budget - kept_margin, 0.0),
        max_contracts=None if policy.max_contracts is None else max(policy.max_contracts - n_kept, 0),
        tolerance=policy.tolerance,
    )
    solution = solve(problem)
    limits = tuple(
        _with_kept(limit, policy, kept_margin, n_kept)
        for limit in solution.binding_limits
        if limit.name not in policy.closing_only
    )
    _require_room(problem, solution, limits, policy)
    after = dict(zip((quote.symbol for quote in used), solution.best.quantities, strict=True))
    positions = tuple(
        Order(
            quote=quote,
            quantity=after.get(quote.symbol, current.get(quote.symbol, 0)) - current.get(quote.symbol, 0),
            held_after=after.get(quote.symbol, current.get(quote.symbol, 0)),
        )
        for quote in contracts
        if after.get(quote.symbol) or current.get(quote.symbol)
    )
    residual = beta.beta_dollars + sum(
        order.held_after * order.quote.notional * follow[order.quote.index] for order in positions
    )
    base = exposure.book.beta_base
    beta_after = residual / base
    return HedgePlan(
        reference_index=reference,
        hedge_fraction=fraction,
        positions=positions,
        target_notional=((reference, -target),),
        beta_before=beta.beta,
        beta_after=beta_after,
        beta_after_low=beta.low - beta.beta + beta_after,
        beta_after_high=beta.high - beta.beta + beta_after,
        beta_dollars=beta.beta_dollars,
        residual_beta_dollars=residual,
        tracking_risk=solution.best.tracking_risk,
        best_tracking_risk=solution.best_tracking_risk,
        bound=solution.bound,
        is_optimal=solution.is_optimal,
        n_nodes=solution.n_nodes,
        binding_limits=limits,
        alternatives=tuple(
            _alternative(candidate, problem, [(quote.symbol, current[quote.symbol]) for quote in others], kept_margin)
            for candidate in solution.alternatives
        ),
        error_budget=ErrorBudget(
            stderr_estimation=beta.stderr,
            stderr_drift=beta.stderr_drift,
            stderr_rounding=abs(beta_after - (1.0 - fraction) * beta.beta),
        ),
        notes=tuple(list_doubts(exposure, problem, solution, limits=limits, kept=others)),
    )


def _usable_indices(exposure: Exposure, contracts: Sequence[ContractQuote], policy: HedgePolicy) -> list[str]:
    quoted = {quote.index for quote in contracts if quote.symbol not in policy.closing_only}
    allowed = policy.indices or exposure.indices
    usable = [name for name in exposure.indices if name in allowed and name in quoted]
    if not usable:
        raise SettingsError(
            f"No contract is left to hedge with: the indices allowed are {', '.join(allowed)}, and the contracts "
            f"allowed are on {', '.join(sorted(quoted)) or 'none'}. Allow another index or another contract size."
        )
    return usable


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


def _problem_contract(
    quote: ContractQuote, current: dict[str, int], policy: HedgePolicy, side: Side
) -> ProblemContract:
    held = current.get(quote.symbol, 0)
    may_stay = {"sell": max(-held, 0), "buy": max(held, 0), "either": abs(held), "none": 0}
    return ProblemContract(
        symbol=quote.symbol,
        index=quote.index,
        notional=quote.notional,
        margin=quote.margin.initial,
        cost=quote.round_trip_cost,
        limit=may_stay[side] if quote.symbol in policy.closing_only else None,
        current=held,
        size=quote.contract.size,
    )


def _side(exposure: float, allow_long_legs: bool) -> Side:
    """Return what may be held: against the sign of the exposure."""
    if allow_long_legs:
        return "either"
    if exposure == 0:
        return "none"
    return "sell" if exposure > 0 else "buy"


def _with_kept(limit: BindingLimit, policy: HedgePolicy, margin: float, n_contracts: int) -> BindingLimit:
    """Return a limit as the user stated it, futures on other indices included."""
    if limit.name == "margin_budget" and policy.margin_budget is not None:
        return replace(limit, limit=policy.margin_budget, needed=limit.needed + margin)
    if limit.name == "max_contracts" and policy.max_contracts is not None:
        return replace(limit, limit=policy.max_contracts, needed=limit.needed + n_contracts)
    return limit


def _require_room(
    problem: HedgeProblem, solution: Solution, limits: Sequence[BindingLimit], policy: HedgePolicy
) -> None:
    """Refuse a margin budget that does not hold even one contract when a hedge needs one."""
    needed = [limit.needed for limit in limits if limit.name == "margin_budget"]
    if solution.best.n_contracts or policy.margin_budget is None or problem.margin_budget is None or not needed:
        return
    smallest = min(
        (contract for contract in problem.contracts if contract.limit != 0), key=lambda contract: contract.margin
    )
    if smallest.margin > problem.margin_budget:
        taken = policy.margin_budget - problem.margin_budget
        beside = f" beside the ${taken:,.0f} of the futures held on other indices" if taken else ""
        raise InfeasibleHedgeError(
            f"No hedge fits a margin of ${policy.margin_budget:,.0f}{beside}: one {smallest.symbol} needs "
            f"${smallest.margin:,.0f}, the full hedge ${needed[0]:,.0f}. Raise the margin budget or lower the hedge."
        )


def _alternative(
    candidate: Candidate, problem: HedgeProblem, kept: Sequence[tuple[str, int]], kept_margin: float
) -> Alternative:
    held = zip((contract.symbol for contract in problem.contracts), candidate.quantities, strict=True)
    return Alternative(
        positions=(*((symbol, quantity) for symbol, quantity in held if quantity), *kept),
        tracking_risk=candidate.tracking_risk,
        round_trip_cost=candidate.cost,
        initial_margin=candidate.margin + kept_margin,
        labels=candidate.labels,
    )
