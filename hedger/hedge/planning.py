"""Exposure and policy to a plan: the problem is stated, solved exactly, and its answer put in words of the desk.

The hedge uses the index whose hedge alone would have removed most variance, or the indices that
:mod:`hedger.hedge.legs` finds worth their while. The betas of a plan refer to one of these, the reference: the best
single one among them. Futures held on other indices stay as they are; the hedge allows for what they do to the chosen
ones, and the limits for what they take.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import InfeasibleHedgeError, SettingsError
from hedger.hedge.doubts import list_doubts
from hedger.hedge.kept import KeptFutures
from hedger.hedge.legs import choose_legs
from hedger.hedge.objectives import prefer_shortfall
from hedger.hedge.plan import Alternative, ErrorBudget, HedgePlan, Order
from hedger.hedge.problem import BindingLimit, HedgeProblem, ProblemContract, Side
from hedger.hedge.shortfall import held_dollars
from hedger.hedge.solver import solve
from hedger.hedge.walk_forward import compare_indices, look_back

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.arrays import FloatArray
    from hedger.contracts import ContractQuote
    from hedger.exposure import Exposure
    from hedger.hedge.legs import LegChoice
    from hedger.hedge.policy import HedgePolicy
    from hedger.hedge.problem import Candidate, Solution


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
    usable = _usable_indices(exposure, contracts, policy)
    past = look_back(exposure) if policy.legs is None or with_alternatives else None
    index_test = compare_indices(past, exposure.indices) if past is not None and with_alternatives else None
    choice = choose_legs(
        exposure,
        [quote for quote in contracts if quote.symbol not in policy.closing_only],
        usable,
        past=past,
        legs=policy.legs,
        allow_long_legs=policy.allow_long_legs,
    )
    reference = exposure.best_index(choice.indices)
    beta = exposure.of(reference)
    fraction = _hedge_fraction(policy, beta.beta)
    used = tuple(quote for quote in contracts if quote.index in choice.indices)
    kept = KeptFutures(
        positions=tuple(
            (quote, current[quote.symbol])
            for quote in contracts
            if quote.index not in choice.indices and quote.symbol in current
        )
    )
    kept_exposure, own_risk = kept.as_exposure(exposure, choice.indices), kept.own_risk(exposure, choice.indices)
    target = fraction * choice.exposure + kept_exposure
    sides = dict(zip(choice.indices, _sides(choice.covariance @ target, policy.allow_long_legs), strict=True))
    problem = HedgeProblem(
        indices=choice.indices,
        exposure=target,
        hedge_fraction=1.0,
        covariance=choice.covariance,
        contracts=tuple(_problem_contract(quote, current, policy, sides[quote.index]) for quote in used),
        sides=tuple(sides.values()),
        legs=len(choice.indices),
        margin_budget=None if policy.margin_budget is None else max(policy.margin_budget - kept.margin, 0.0),
        max_contracts=None if policy.max_contracts is None else max(policy.max_contracts - kept.n_contracts, 0),
        tolerance=policy.tolerance,
    )
    solution = solve(problem, with_alternatives=with_alternatives)
    comparison = None
    if policy.objective == "expected-shortfall":
        solution, comparison = prefer_shortfall(problem, solution, exposure, kept, fraction)
    limits = tuple(
        _with_kept(limit, policy, kept) for limit in solution.binding_limits if limit.name not in policy.closing_only
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
    held = held_dollars(problem, solution.best.quantities)
    residual = _residual_beta_dollars(exposure, choice, reference, held + kept_exposure)
    beta_after = residual / exposure.book.beta_base
    return HedgePlan(
        reference_index=reference,
        hedge_fraction=fraction,
        positions=positions,
        target_notional=tuple(zip(choice.indices, (-target).tolist(), strict=True)),
        beta_before=beta.beta,
        beta_after=beta_after,
        beta_after_low=beta.low - beta.beta + beta_after,
        beta_after_high=beta.high - beta.beta + beta_after,
        beta_dollars=beta.beta_dollars,
        residual_beta_dollars=residual,
        tracking_risk=math.hypot(solution.best.tracking_risk, own_risk),
        best_tracking_risk=math.hypot(solution.best_tracking_risk, own_risk),
        bound=math.hypot(solution.bound, own_risk),
        is_optimal=solution.is_optimal,
        n_nodes=solution.n_nodes,
        objective=policy.objective,
        comparison=comparison,
        binding_limits=limits,
        alternatives=tuple(_alternative(each, problem, kept, own_risk) for each in solution.alternatives),
        error_budget=ErrorBudget(
            stderr_estimation=beta.stderr,
            stderr_drift=beta.stderr_drift,
            stderr_rounding=abs(beta_after - (1.0 - fraction) * beta.beta),
        ),
        index_test=index_test,
        leg_test=choice.steps,
        notes=tuple(
            list_doubts(
                exposure,
                problem,
                solution,
                reference=reference,
                choice=choice,
                index_test=index_test,
                comparison=comparison,
                limits=limits,
                kept=kept,
            )
        ),
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


def _sides(dollar_covariance: FloatArray, allow_long_legs: bool) -> tuple[Side, ...]:
    """Return what may be held per index: against the sign of the exposure's covariance with it."""
    if allow_long_legs:
        return tuple("either" for _ in dollar_covariance)
    by_sign: dict[float, Side] = {1.0: "sell", -1.0: "buy", 0.0: "none"}
    return tuple(by_sign[float(np.sign(value))] for value in dollar_covariance)


def _residual_beta_dollars(exposure: Exposure, choice: LegChoice, reference: str, held: FloatArray) -> float:
    """Return the beta dollars to the reference index that are left with `held` dollars of the chosen indices.

    What the chosen dollars do to the reference index, counted in beta dollars of the book: all of them gone means the
    book's beta gone. With one index this is the book's beta dollars plus the notional held.
    """
    row = exposure.indices.index(reference)
    chosen = [exposure.indices.index(name) for name in choice.indices]
    follow = exposure.covariance[row, chosen] / exposure.covariance[row, row]
    whole = float(follow @ choice.exposure)
    beta_dollars = exposure.of(reference).beta_dollars
    scale = beta_dollars / whole if whole else 1.0
    return beta_dollars + scale * float(follow @ held)


def _with_kept(limit: BindingLimit, policy: HedgePolicy, kept: KeptFutures) -> BindingLimit:
    """Return a limit as the user stated it, futures on other indices included."""
    if limit.name == "margin_budget" and policy.margin_budget is not None:
        return replace(limit, limit=policy.margin_budget, needed=limit.needed + kept.margin)
    if limit.name == "max_contracts" and policy.max_contracts is not None:
        return replace(limit, limit=policy.max_contracts, needed=limit.needed + kept.n_contracts)
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


def _alternative(candidate: Candidate, problem: HedgeProblem, kept: KeptFutures, own_risk: float) -> Alternative:
    held = zip((contract.symbol for contract in problem.contracts), candidate.quantities, strict=True)
    beside = ((quote.symbol, quantity) for quote, quantity in kept.positions)
    return Alternative(
        positions=(*((symbol, quantity) for symbol, quantity in held if quantity), *beside),
        tracking_risk=math.hypot(candidate.tracking_risk, own_risk),
        round_trip_cost=candidate.cost,
        initial_margin=candidate.margin + kept.margin,
        labels=candidate.labels,
    )
