r"""The exact best whole-contract hedge in one index, found by complete enumeration of what can matter.

**What is searched.** In one index all contracts held have the same sign :math:`s`, so a plan is a vector of counts
:math:`k_c \ge 0` with residual :math:`x = t + s \sum k_c N_c`. Counts are enumerated for all contracts but one, the
*free* contract, whose count then follows by division: between its lower and upper limit the tracking risk has its
minimum at the whole numbers next to the real one, and the cost at the number next to what is already held.

**Why that is small.** Let :math:`N_a = r N_b` with whole :math:`r`, and let :math:`r` contracts :math:`b` cost and
margin at least as much as one :math:`a` that has no limit of its own. Then :math:`r` of :math:`b` may be swapped for
one :math:`a` as long as more than :math:`r` of them are newly traded: the residual stays, cost and margin do not
rise, the number of contracts falls. So counts of :math:`b` above those held plus :math:`r - 1` need not be looked at.
With ES and MES one integer up to nine remains, whatever the size of the book.

**Proof of optimality.** Nothing else is left out, so the least tracking risk found is the least there is, and the
bound equals it. Stage 2 picks, among plans within the tolerance of it, the cheapest; ties go to fewer contracts, then
smaller tracking risk, then more of the contract listed first. Costs are compared in whole hundredths of a cent, for
exchange fees have halves of cents.

The answer is recomputed from its integers in plain arithmetic and checked against every limit on the way out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from hedger.errors import SolverError
from hedger.hedge.problem import BindingLimit, Candidate, HedgeProblem, Solution

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hedger.hedge.problem import FloatArray, ProblemContract

IntArray = npt.NDArray[np.int64]

RELATIVE = 1e-9
"""Relative slack on tracking risk and margin when two plans are compared."""
ABSOLUTE = 1e-12
"""Absolute slack on tracking risk, as a share of the risk being hedged."""
COST_UNITS = 10_000
"""Costs are compared in whole units of this part of a dollar; fees such as 1.865 have halves of cents."""
NEAR = 0.05
"""Tracking risk beyond the least, as a share of the risk being hedged, up to which alternatives are shown."""


def solve(problem: HedgeProblem) -> Solution:
    """Return the unique best plan of a problem in one index, with its proof.

    Raises
    ------
    ValueError
        When the problem has more than one index.
    SolverError
        When the answer fails its own check; no plan is returned then.
    """
    if len(problem.indices) != 1:
        raise ValueError(f"this solver takes problems in one index, not {len(problem.indices)}")
    plans = _enumerate(problem)
    least = float(plans.risk.min())
    best = _cheapest(problem, plans, least)
    check_solution(problem, best, least)
    return Solution(
        best=best,
        best_tracking_risk=least,
        bound=least,
        is_optimal=True,
        n_nodes=plans.risk.size,
        binding_limits=_binding_limits(problem),
        alternatives=_alternatives(problem, plans, least, best),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plans:
    """Feasible plans that can matter: signed quantities, one row each, with their figures."""

    quantities: IntArray
    risk: FloatArray
    cents: IntArray
    margin: FloatArray
    count: IntArray


def hedged_risk(problem: HedgeProblem) -> float:
    """Return the tracking risk of doing nothing, ``h sqrt(e' S e)``, USD a year."""
    return problem.hedge_fraction * math.sqrt(max(float(problem.exposure @ problem.covariance @ problem.exposure), 0.0))


def risk_limit(problem: HedgeProblem, least: float) -> float:
    """Return the tracking risk up to which a plan counts as within the tolerance, USD a year."""
    hedged = hedged_risk(problem)
    return (least + problem.tolerance * hedged) * (1.0 + RELATIVE) + ABSOLUTE * hedged


def to_candidate(problem: HedgeProblem, quantities: Sequence[int], labels: Iterable[str] = ()) -> Candidate:
    """Return a plan with its figures recomputed from the integers in plain arithmetic."""
    residual = [problem.hedge_fraction * float(exposure) for exposure in problem.exposure]
    for contract, quantity in zip(problem.contracts, quantities, strict=True):
        residual[problem.indices.index(contract.index)] += quantity * contract.notional
    variance = sum(
        residual[i] * float(problem.covariance[i, j]) * residual[j]
        for i in range(len(residual))
        for j in range(len(residual))
    )
    pairs = list(zip(problem.contracts, quantities, strict=True))
    return Candidate(
        quantities=tuple(quantities),
        tracking_risk=math.sqrt(max(variance, 0.0)),
        cost=math.fsum(contract.cost * abs(quantity - contract.current) for contract, quantity in pairs),
        margin=math.fsum(contract.margin * abs(quantity) for contract, quantity in pairs),
        n_contracts=sum(abs(quantity) for quantity in quantities),
        labels=tuple(labels),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Lines:
    """All plans of one sign that can matter: one line per choice of all counts but the free contract's.

    Parameters
    ----------
    sign
        1 for long, -1 for short.
    free
        Position of the free contract.
    counts
        Counts with the free contract at zero, shape (n_lines, n_contracts).
    remainder
        Dollars that the free contract should still cover, shape (n_lines,).
    most
        Most of the free contract that the limits allow, shape (n_lines,).
    """

    sign: int
    free: int
    counts: IntArray
    remainder: FloatArray
    most: IntArray


_SIGNS = {"sell": (-1,), "buy": (1,), "either": (-1, 1), "none": ()}


def _all_lines(problem: HedgeProblem) -> list[_Lines]:
    return [_lines(problem, sign) for sign in _SIGNS[problem.sides[0]] if problem.contracts]


def _lines(problem: HedgeProblem, sign: int) -> _Lines:
    target = problem.hedge_fraction * float(problem.exposure[0])
    wanted = -sign * target
    notional = np.array([contract.notional for contract in problem.contracts])
    # Removing one contract from a plan beyond the target brings it below, so no plan within the tolerance of the
    # least risk lies further beyond the target than the largest contract and the tolerance.
    reach = max(wanted, 0.0) + notional.max() + max(problem.tolerance, NEAR) * abs(target)
    most = np.array([_most(problem, position, sign, reach) for position in range(notional.size)], dtype=np.int64)
    free = int(np.argmax(most))
    ranges = [np.arange(1 if position == free else count + 1) for position, count in enumerate(most.tolist())]
    counts = np.stack([grid.ravel() for grid in np.meshgrid(*ranges, indexing="ij")], axis=1)
    margin = counts @ np.array([contract.margin for contract in problem.contracts])
    total = counts.sum(axis=1)
    left = np.full(total.size, most[free], dtype=np.int64)
    feasible = np.ones(total.size, dtype=bool)
    if problem.max_contracts is not None:
        left = np.minimum(left, problem.max_contracts - total)
    if problem.margin_budget is not None:
        budget = problem.margin_budget * (1.0 + RELATIVE)
        feasible &= margin <= budget
        if problem.contracts[free].margin > 0:
            affordable = np.floor((budget - margin) / problem.contracts[free].margin)
            left = np.minimum(left, np.maximum(affordable, 0.0).astype(np.int64))
    feasible &= left >= 0
    counts = counts[feasible]
    return _Lines(sign=sign, free=free, counts=counts, remainder=wanted - counts @ notional, most=left[feasible])


def _most(problem: HedgeProblem, position: int, sign: int, reach: float) -> int:
    """Return the highest count of one contract that needs to be looked at."""
    contract = problem.contracts[position]
    highest = math.floor(reach / contract.notional)
    if contract.limit is not None:
        highest = min(highest, contract.limit)
    if problem.max_contracts is not None:
        highest = min(highest, problem.max_contracts)
    if problem.margin_budget is not None and contract.margin > 0:
        highest = min(highest, math.floor(problem.margin_budget * (1.0 + RELATIVE) / contract.margin))
    held = max(sign * contract.current, 0)
    for larger in problem.contracts:
        ratio = round(larger.notional / contract.notional)
        if (
            ratio > 1
            and larger.limit is None
            and abs(larger.notional - ratio * contract.notional) <= RELATIVE * larger.notional
            and ratio * _cost_units(contract) >= _cost_units(larger)
            and ratio * contract.margin >= larger.margin * (1.0 - RELATIVE)
        ):
            highest = min(highest, held + ratio - 1)
    return highest


def _cost_units(contract: ProblemContract) -> int:
    return round(COST_UNITS * contract.cost)


def _plans(problem: HedgeProblem, lines: _Lines, free_counts: IntArray) -> _Plans:
    """Return the plans with the given counts of the free contract, one row per line and column of counts."""
    free_counts = np.clip(free_counts, 0, lines.most[:, None])
    n_columns = free_counts.shape[1]
    counts = np.repeat(lines.counts, n_columns, axis=0)
    counts[:, lines.free] = free_counts.ravel()
    remainder = np.repeat(lines.remainder, n_columns)
    remainder -= counts[:, lines.free] * problem.contracts[lines.free].notional
    return _figures(problem, lines.sign * counts, np.abs(remainder))


def _figures(problem: HedgeProblem, quantities: IntArray, residual: FloatArray) -> _Plans:
    current = np.array([contract.current for contract in problem.contracts], dtype=np.int64)
    cents = np.array([_cost_units(contract) for contract in problem.contracts], dtype=np.int64)
    count = np.abs(quantities)
    return _Plans(
        quantities=quantities,
        risk=residual * math.sqrt(float(problem.covariance[0, 0])),
        cents=np.abs(quantities - current) @ cents,
        margin=count @ np.array([contract.margin for contract in problem.contracts]),
        count=count.sum(axis=1),
    )


def _nothing(problem: HedgeProblem) -> _Plans:
    """Return the plan of holding no contract."""
    target = problem.hedge_fraction * float(problem.exposure[0])
    return _figures(problem, np.zeros((1, len(problem.contracts)), dtype=np.int64), np.array([abs(target)]))


def _merge(parts: Sequence[_Plans]) -> _Plans:
    return _Plans(
        quantities=np.concatenate([part.quantities for part in parts]),
        risk=np.concatenate([part.risk for part in parts]),
        cents=np.concatenate([part.cents for part in parts]),
        margin=np.concatenate([part.margin for part in parts]),
        count=np.concatenate([part.count for part in parts]),
    )


def _enumerate(problem: HedgeProblem) -> _Plans:
    """Return, for every line, the plans whose residual lies next to zero on either side, and two further out."""
    steps = np.arange(-1, 3)
    parts = [_nothing(problem)]
    for lines in _all_lines(problem):
        below = _whole(lines.remainder / problem.contracts[lines.free].notional)
        parts.append(_plans(problem, lines, below[:, None] + steps))
    return _merge(parts)


def _whole(ratio: FloatArray) -> IntArray:
    whole: IntArray = np.floor(ratio).astype(np.int64)
    return whole


def _cheapest(problem: HedgeProblem, plans: _Plans, least: float) -> Candidate:
    """Return the cheapest plan within the tolerance; ties as the module's docstring says."""
    limit = risk_limit(problem, least)
    deviation = math.sqrt(float(problem.covariance[0, 0]))
    parts = [plans]
    for lines in _all_lines(problem):
        contract = problem.contracts[lines.free]
        if deviation > 0:
            lowest = np.ceil((lines.remainder - limit / deviation) / contract.notional).astype(np.int64)
            highest = _whole((lines.remainder + limit / deviation) / contract.notional)
        else:
            lowest, highest = np.zeros_like(lines.most), lines.most
        held = max(lines.sign * contract.current, 0) if contract.cost > 0 else 0
        nearest = np.maximum(np.minimum(held, highest), lowest)
        # The neighbours guard against the rounding of the division; those beyond the limit are dropped below.
        parts.append(_plans(problem, lines, nearest[:, None] + np.arange(-1, 2)))
    joined = _merge(parts)
    within = np.flatnonzero(joined.risk <= limit)
    quantum = max(limit * RELATIVE, np.finfo(np.float64).tiny)
    by_contract = [-np.abs(joined.quantities[within, position]) for position in range(len(problem.contracts))][::-1]
    order = np.lexsort(
        (*by_contract, np.rint(joined.risk[within] / quantum), joined.count[within], joined.cents[within])
    )
    return to_candidate(problem, joined.quantities[within[order[0]]].tolist())


def check_solution(problem: HedgeProblem, best: Candidate, least: float) -> None:
    """Refuse an answer that breaks a limit or misses what was promised; figures are those of the integers."""
    faults = []
    for contract, quantity in zip(problem.contracts, best.quantities, strict=True):
        if contract.limit is not None and abs(quantity) > contract.limit:
            faults.append(f"{abs(quantity)} {contract.symbol} exceed {contract.limit}")
        if quantity and (1 if quantity > 0 else -1) not in _SIGNS[problem.sides[0]]:
            faults.append(f"{quantity} {contract.symbol} have the wrong sign")
    if len({quantity > 0 for quantity in best.quantities if quantity}) > 1:
        faults.append("long and short contracts of one index")
    if problem.max_contracts is not None and best.n_contracts > problem.max_contracts:
        faults.append(f"{best.n_contracts} contracts exceed {problem.max_contracts}")
    if problem.margin_budget is not None and best.margin > problem.margin_budget * (1.0 + 2 * RELATIVE):
        faults.append(f"a margin of {best.margin:,.2f} exceeds {problem.margin_budget:,.2f}")
    if best.tracking_risk > risk_limit(problem, least) * (1.0 + RELATIVE):
        faults.append(f"a tracking risk of {best.tracking_risk:,.2f} exceeds {risk_limit(problem, least):,.2f}")
    if faults:
        raise SolverError(f"The solver's own check failed ({'; '.join(faults)}), so no plan is given. Report this.")


def _binding_limits(problem: HedgeProblem) -> tuple[BindingLimit, ...]:
    """Return each limit that the unrestricted optimum would break, with what that optimum would need."""
    contracts = tuple(replace(contract, limit=None) for contract in problem.contracts)
    free = replace(problem, contracts=contracts, margin_budget=None, max_contracts=None)
    plans = _enumerate(free)
    wished = _cheapest(free, plans, float(plans.risk.min()))
    limits = []
    if problem.margin_budget is not None and wished.margin > problem.margin_budget * (1.0 + RELATIVE):
        limits.append(BindingLimit(name="margin_budget", limit=problem.margin_budget, needed=wished.margin))
    if problem.max_contracts is not None and wished.n_contracts > problem.max_contracts:
        limits.append(BindingLimit(name="max_contracts", limit=problem.max_contracts, needed=wished.n_contracts))
    for contract, quantity in zip(problem.contracts, wished.quantities, strict=True):
        if contract.limit is not None and abs(quantity) > contract.limit:
            limits.append(BindingLimit(name=contract.symbol, limit=contract.limit, needed=abs(quantity)))
    return tuple(limits)


MOST_ALTERNATIVES = 50


def _alternatives(problem: HedgeProblem, plans: _Plans, least: float, best: Candidate) -> tuple[Candidate, ...]:
    """Return plans near the least risk that no other beats in risk, cost and contracts at once, and named ones."""
    labels: dict[tuple[int, ...], list[str]] = {}

    def name(quantities: Sequence[int], label: str) -> None:
        labels.setdefault(tuple(quantities), []).append(label)

    strict = replace(problem, tolerance=0.0)
    name(_cheapest(strict, plans, least).quantities, "least_risk")
    name(best.quantities, "cheapest_within_tolerance")
    for label, changed in _what_ifs(problem, best):
        what_if = _enumerate(changed)
        name(_cheapest(changed, what_if, float(what_if.risk.min())).quantities, label)
    for quantities in _efficient(problem, plans, least):
        name(quantities, "efficient")
    shown = [to_candidate(problem, quantities, why) for quantities, why in labels.items()]
    return tuple(sorted(shown, key=lambda each: (each.tracking_risk, each.cost, each.n_contracts)))


def _what_ifs(problem: HedgeProblem, best: Candidate) -> list[tuple[str, HedgeProblem]]:
    what_ifs = []
    if any(contract.size == "e-mini" for contract in problem.contracts):
        only = tuple(
            contract if contract.size == "e-mini" else replace(contract, limit=0) for contract in problem.contracts
        )
        what_ifs.append(("e_minis_only", replace(problem, contracts=only)))
    if best.margin > 0:
        what_ifs.append(("half_the_margin", replace(problem, margin_budget=best.margin / 2.0)))
    return what_ifs


def _efficient(problem: HedgeProblem, plans: _Plans, least: float) -> list[list[int]]:
    """Return quantities near the least risk that are not beaten in risk, cost and contracts at once."""
    near = np.flatnonzero(plans.risk <= least + NEAR * hedged_risk(problem))
    order = near[np.lexsort((plans.count[near], plans.cents[near], plans.risk[near]))]
    kept: list[int] = []
    for row in order.tolist():
        if len(kept) == MOST_ALTERNATIVES:
            break
        if not any(plans.cents[one] <= plans.cents[row] and plans.count[one] <= plans.count[row] for one in kept):
            kept.append(row)
    return [plans.quantities[row].tolist() for row in kept]
