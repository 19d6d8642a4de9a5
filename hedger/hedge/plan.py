"""Exposure and policy to a plan: the problem is stated, solved exactly, and its answer put in words of the desk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import INDICES
from hedger.errors import InfeasibleHedgeError, Note, SettingsError
from hedger.hedge.problem import BindingLimit, HedgeProblem, ProblemContract, Side
from hedger.hedge.solver import solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.contracts import ContractQuote
    from hedger.exposure import Exposure
    from hedger.hedge.policy import HedgePolicy
    from hedger.hedge.problem import Candidate, Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One trade of the plan and what is held after it.

    Parameters
    ----------
    quote
        Contract, expiry, price, margin and cost.
    quantity
        Contracts to trade, negative = sell.
    held_after
        Contracts held once the order is done, negative = short.
    """

    quote: ContractQuote
    quantity: int
    held_after: int

    @property
    def notional(self) -> float:
        """Value traded, USD, signed."""
        return self.quantity * self.quote.notional

    @property
    def initial_margin(self) -> float:
        """Initial margin that the order adds (or frees, negative), USD."""
        return self._added * self.quote.margin.initial

    @property
    def maintenance_margin(self) -> float:
        """Maintenance margin that the order adds (or frees, negative), USD."""
        return self._added * self.quote.margin.maintenance

    @property
    def cost(self) -> float:
        """Cost of the trade in and out, USD."""
        return abs(self.quantity) * self.quote.round_trip_cost

    @property
    def _added(self) -> int:
        return abs(self.held_after) - abs(self.held_after - self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another plan worth knowing.

    Parameters
    ----------
    positions
        Root and signed number of contracts held afterwards.
    tracking_risk, round_trip_cost, initial_margin
        USD a year, USD, USD.
    labels
        Why it is shown.
    """

    positions: tuple[tuple[str, int], ...]
    tracking_risk: float
    round_trip_cost: float
    initial_margin: float
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBudget:
    """Why the realised beta will differ from the planned one; standard deviations, all in beta.

    Parameters
    ----------
    stderr_estimation
        Of the estimate.
    stderr_drift
        Of what the betas will do over the next quarter, and of measuring that.
    stderr_rounding
        Distance from the intended beta because contracts are whole and limits bind.
    """

    stderr_estimation: float
    stderr_drift: float
    stderr_rounding: float

    @property
    def stderr_total(self) -> float:
        """Root of the sum of squares."""
        return math.hypot(self.stderr_estimation, self.stderr_drift, self.stderr_rounding)


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgePlan:
    """The best whole-contract hedge within the limits, with its proof.

    Parameters
    ----------
    reference_index
        Index that the hedge fraction and the betas refer to.
    hedge_fraction
        Share of beta dollars that was asked for.
    positions
        Every contract held after the orders, also those that need no order.
    target_notional
        Per index of the hedge the signed USD that would be ideal.
    beta_before, beta_after, beta_after_low, beta_after_high
        To the reference index; the interval is for the beta realised over the next 63 sessions.
    beta_dollars, residual_beta_dollars
        Before and after the hedge, USD, signed.
    tracking_risk, best_tracking_risk, bound, is_optimal, n_nodes
        Certificate of the solver; risks in USD a year.
    binding_limits, alternatives
        What holds the plan back, and what else could be done.
    error_budget
        How sure the beta after the hedge is.
    notes
        Doubts about the plan.
    """

    reference_index: str
    hedge_fraction: float
    positions: tuple[Order, ...]
    target_notional: tuple[tuple[str, float], ...]
    beta_before: float
    beta_after: float
    beta_after_low: float
    beta_after_high: float
    beta_dollars: float
    residual_beta_dollars: float
    tracking_risk: float
    best_tracking_risk: float
    bound: float
    is_optimal: bool
    n_nodes: int
    binding_limits: tuple[BindingLimit, ...]
    alternatives: tuple[Alternative, ...]
    error_budget: ErrorBudget
    notes: tuple[Note, ...]

    @property
    def orders(self) -> tuple[Order, ...]:
        """The trades, in the order of the contracts."""
        return tuple(order for order in self.positions if order.quantity)

    @property
    def hedge_notional(self) -> float:
        """Value of all contracts held after the orders, USD, signed."""
        return sum(order.held_after * order.quote.notional for order in self.positions)

    @property
    def achieved_hedge_fraction(self) -> float | None:
        """Share of beta dollars removed; ``None`` for a book without exposure."""
        if self.beta_dollars == 0:
            return None
        return 1.0 - self.residual_beta_dollars / self.beta_dollars

    @property
    def initial_margin(self) -> float:
        """Of all contracts held after the orders, USD."""
        return sum(abs(order.held_after) * order.quote.margin.initial for order in self.positions)

    @property
    def maintenance_margin(self) -> float:
        """Of all contracts held after the orders, USD."""
        return sum(abs(order.held_after) * order.quote.margin.maintenance for order in self.positions)

    @property
    def round_trip_cost(self) -> float:
        """Of the orders, in and out, USD."""
        return sum(order.cost for order in self.orders)


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
    """
    current = dict(policy.current)
    reference = exposure.best_index(_usable_indices(exposure, contracts, policy))
    beta = exposure.of(reference)
    fraction = _hedge_fraction(policy, beta.beta)
    position = exposure.indices.index(reference)
    used = tuple(quote for quote in contracts if quote.index == reference)
    others = tuple(quote for quote in contracts if quote.index != reference and current.get(quote.symbol))
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
    problem = HedgeProblem(
        indices=(reference,),
        exposure=np.array([target]),
        hedge_fraction=1.0,
        covariance=exposure.covariance[position : position + 1, position : position + 1],
        contracts=tuple(_problem_contract(quote, current) for quote in used),
        sides=(_side(target, policy.allow_long_legs),),
        legs=policy.legs,
        margin_budget=policy.margin_budget,
        max_contracts=policy.max_contracts,
        tolerance=policy.tolerance,
    )
    solution = solve(problem)
    _require_room(problem, solution, policy)
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
        binding_limits=solution.binding_limits,
        alternatives=tuple(_alternative(candidate, problem) for candidate in solution.alternatives),
        error_budget=ErrorBudget(
            stderr_estimation=beta.stderr,
            stderr_drift=beta.stderr_drift,
            stderr_rounding=abs(beta_after - (1.0 - fraction) * beta.beta),
        ),
        notes=tuple(_notes(exposure, solution, problem, others)),
    )


def _usable_indices(exposure: Exposure, contracts: Sequence[ContractQuote], policy: HedgePolicy) -> list[str]:
    quoted = {quote.index for quote in contracts}
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
    if fraction < 0:
        raise SettingsError(
            f"The portfolio's beta is {beta:.2f} already, so a hedge cannot leave a target beta of "
            f"{policy.target_beta:.2f}. Choose a target between 0 and {beta:.2f}."
        )
    return fraction


def _problem_contract(quote: ContractQuote, current: dict[str, int]) -> ProblemContract:
    return ProblemContract(
        symbol=quote.symbol,
        index=quote.index,
        notional=quote.notional,
        margin=quote.margin.initial,
        cost=quote.round_trip_cost,
        current=current.get(quote.symbol, 0),
        size=quote.contract.size,
    )


def _side(exposure: float, allow_long_legs: bool) -> Side:
    """Return what may be held: against the sign of the exposure."""
    if allow_long_legs:
        return "either"
    if exposure == 0:
        return "none"
    return "sell" if exposure > 0 else "buy"


def _require_room(problem: HedgeProblem, solution: Solution, policy: HedgePolicy) -> None:
    """Refuse a margin budget that does not hold even one contract when a hedge needs one."""
    if solution.best.n_contracts or policy.margin_budget is None:
        return
    needed = [limit.needed for limit in solution.binding_limits if limit.name == "margin_budget"]
    smallest = min(problem.contracts, key=lambda contract: contract.margin)
    if needed and smallest.margin > policy.margin_budget:
        raise InfeasibleHedgeError(
            f"No hedge fits a margin of ${policy.margin_budget:,.0f}: one {smallest.symbol} needs "
            f"${smallest.margin:,.0f}, the full hedge ${needed[0]:,.0f}. Raise the margin budget or lower the hedge."
        )


def _alternative(candidate: Candidate, problem: HedgeProblem) -> Alternative:
    return Alternative(
        positions=tuple(
            (contract.symbol, quantity)
            for contract, quantity in zip(problem.contracts, candidate.quantities, strict=True)
            if quantity
        ),
        tracking_risk=candidate.tracking_risk,
        round_trip_cost=candidate.cost,
        initial_margin=candidate.margin,
        labels=candidate.labels,
    )


_LIMIT_WORDS = {
    "margin_budget": "The margin budget of ${limit:,.0f} holds the hedge back: the full one needs ${needed:,.0f}.",
    "max_contracts": "The limit of {limit:,.0f} contracts holds the hedge back: the full one needs {needed:,.0f}.",
    "legs": "The limit of {limit:.0f} indices holds the hedge back: the best plan without it uses {needed:.0f}.",
}


def _notes(
    exposure: Exposure, solution: Solution, problem: HedgeProblem, others: Sequence[ContractQuote]
) -> list[Note]:
    reference, target = problem.indices[0], float(problem.exposure[0])
    notes = []
    for limit in solution.binding_limits:
        words = _LIMIT_WORDS.get(
            limit.name, limit.name + ": the limit of {limit:,.0f} contracts holds the hedge back; {needed:,.0f} needed."
        )
        notes.append(
            Note(code="limit_binds", message=words.format(limit=limit.limit, needed=limit.needed)),
        )
    if others:
        held = ", ".join(quote.symbol for quote in others)
        notes.append(
            Note(
                code="other_futures_kept",
                message=f"The futures held on other indices ({held}) stay as they are; the hedge allows for them.",
            )
        )
    if target == 0:
        notes.append(Note(code="nothing_to_hedge", message="There is no exposure to remove, so there is no order."))
    elif not solution.best.n_contracts and not solution.binding_limits:
        smallest = min(problem.contracts, key=lambda contract: contract.notional)
        notes.append(
            Note(
                code="too_small_to_hedge",
                message=(
                    f"The exposure to remove (${abs(target):,.0f}) is less "
                    f"than half of the smallest contract ({smallest.symbol}, ${smallest.notional:,.0f}), so the best "
                    "whole number of contracts is none. A share of the holdings could be sold instead."
                ),
            )
        )
    if len(exposure.by_index) > 1:
        notes.append(_index_choice(exposure, reference))
    return notes


def _index_choice(exposure: Exposure, reference: str) -> Note:
    titles = {index.name: index.title for index in INDICES}
    chosen, *others = sorted(exposure.by_index, key=lambda each: (each.index != reference, -each.r_squared))
    return Note(
        code="index_choice",
        message=(
            f"A hedge in the {titles[chosen.index]} alone would have removed {chosen.r_squared:.0%} of this "
            "portfolio's variance over the last five years (recent sessions count more); in the "
            + ", in the ".join(f"{titles[each.index]} {each.r_squared:.0%}" for each in others)
            + "."
        ),
    )
