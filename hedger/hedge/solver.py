r"""The exact best whole-contract hedge in one to five indices, with its proof.

A plan is a whole number :math:`n_c` of each contract; its residual is :math:`x_j = t_j + \sum n_c N_c` and its tracking
risk :math:`\sqrt{x^\top S x}`. Stage 1 finds the least tracking risk of any feasible plan, stage 2 the least cost
within the tolerance of it; what is equal there is decided by fewer contracts, then by smaller tracking risk, then by
more of the contract listed first, shorts before longs, so that the answer is unique.

**The proof, step by step.** Each step names the module of :mod:`hedger.hedge.search` that has it in full.

1. *Risk sees totals only.* A plan is a total of dollars :math:`y_j` per index and a mix of sizes that reaches it. What
   never pays is left out by exchange: where :math:`r` small contracts are worth one large one and neither cheaper nor
   lighter in margin, :math:`r` of them may be swapped for it (``sides``).
2. *A bound on every plan.* With prices :math:`\lambda \ge 0` of margin, of the number of contracts and, in stage 2, of
   cost, a feasible plan with the figures :math:`v` and the limits :math:`B` has
   :math:`x^\top S x \ge x^\top S x + \lambda^\top (v - B)`, because it keeps within its limits. For any totals
   :math:`y^*` the right side is exactly :math:`D + z^\top S z + \sum_j s_j`, with :math:`z = y - y^*`, a constant
   :math:`D`, and :math:`s_j \ge 0` for what mix :math:`j` takes beyond the line that supports the convex curve of the
   cheapest fractional mixes (``curves``, ``relaxation``). So no plan lies below :math:`D`, whatever the prices are;
   good ones make it high (``prices``).
3. *Who can still win is a finite list.* A plan of squared risk :math:`U` has :math:`z^\top S z + \sum_j s_j \le U - D`.
   That leaves an interval of totals per index, and the mixes in it with :math:`s_j` below the gap (``mixes``).
4. *All of them are tried.* The walk fixes one index after another. With the first totals fixed, the least
   :math:`z^\top S z` over all others is a sum of squares that grows by one with every index; where it and the
   :math:`s_j` pass the gap, the walk turns back, and nothing else is left out (``walk``).
5. *The last gap is the proof.* Each choice of as many indices as may be used is searched on its own, first with a small
   gap, then with larger ones until there is a plan; the search with the gap of the best plan found has then ended
   without a better one (``stages``). So the least tracking risk found is the least there is, up to :math:`10^{-10}` of
   its square, and the bound equals it. Stage 2 walks in the same way over points of cost and count, among plans within
   the limit of risk.

A search that would take too long stops with the best plan so far and says that it is not proved. The answer is
recomputed from its integers in plain arithmetic and checked against every limit on the way out.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from hedger.errors import SolverError
from hedger.hedge.problem import BindingLimit, Candidate, HedgeProblem, Solution
from hedger.hedge.search import ABSOLUTE, MOST_WORK, RELATIVE, SIGNS, Found, Search, hedged_risk, risk_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEAR = 0.05
"""Tracking risk beyond the least, as a share of the risk being hedged, up to which alternatives are shown."""
CHEAPEST = "cheapest_within_tolerance"
"""Label of the plan that is recommended."""
LADDER = (1.0, 1 / 4, 1 / 8, 1 / 2)
"""Shares of it at which the cheapest plan is shown."""


def solve(problem: HedgeProblem, *, most_work: int = MOST_WORK, with_alternatives: bool = True) -> Solution:
    """Return the unique best plan of a problem, with its proof and what else could be done.

    Parameters
    ----------
    most_work
        Work after which each search stops with the best plan so far; `is_optimal` is False then. It is counted, not
        timed, so that the answer never depends on the machine.
    with_alternatives
        Whether to look for other plans worth knowing as well.

    Raises
    ------
    SolverError
        When the answer fails its own check; no plan is returned then.
    """
    search = Search(problem, most_work=most_work)
    stage_1 = search.find_least_risk()
    stage_2 = search.find_cheapest(stage_1, tolerance=problem.tolerance)
    least = to_candidate(problem, stage_1.plans[0]).tracking_risk
    best = to_candidate(problem, _first(problem, stage_2.plans))
    check_solution(problem, best, least)
    wished = free_of_limits(problem)
    return Solution(
        best=best,
        best_tracking_risk=least,
        bound=least if stage_1.is_complete else math.sqrt(stage_1.bound),
        is_optimal=stage_1.is_complete and stage_2.is_complete,
        n_nodes=stage_1.n_nodes + stage_2.n_nodes,
        binding_limits=() if wished is None else broken_limits(problem, find_best(wished, most_work=most_work)),
        alternatives=_alternatives(problem, search, stage_1, best) if with_alternatives else (),
    )


def find_best(problem: HedgeProblem, *, most_work: int = MOST_WORK) -> Candidate:
    """Return the unique best plan of a problem, checked like that of :func:`solve`, and nothing else.

    Parameters
    ----------
    most_work
        As in :func:`solve`.

    Raises
    ------
    SolverError
        When the answer fails its own check; no plan is returned then.
    """
    search = Search(problem, most_work=most_work)
    stage_1 = search.find_least_risk()
    best = to_candidate(problem, _first(problem, search.find_cheapest(stage_1, tolerance=problem.tolerance).plans))
    check_solution(problem, best, to_candidate(problem, stage_1.plans[0]).tracking_risk)
    return best


def to_candidate(problem: HedgeProblem, quantities: Sequence[int], labels: Iterable[str] = ()) -> Candidate:
    """Return a plan with its figures recomputed from the integers in plain arithmetic."""
    residual = [problem.hedge_fraction * float(exposure) for exposure in problem.exposure]
    for contract, quantity in zip(problem.contracts, quantities, strict=True):
        residual[problem.indices.index(contract.index)] += quantity * contract.notional
    covariance = problem.covariance.tolist()
    variance = math.fsum(
        one * covariance[i][j] * other for i, one in enumerate(residual) for j, other in enumerate(residual)
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


def _first(problem: HedgeProblem, plans: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Return, of plans equal in cost and count, the one that comes first."""
    if len(plans) == 1:
        return plans[0]
    risks = {plan: to_candidate(problem, plan).tracking_risk for plan in plans}
    limit = min(risks.values()) * (1.0 + RELATIVE) + ABSOLUTE * hedged_risk(problem)
    equal = [plan for plan, risk in risks.items() if risk <= limit]
    return min(equal, key=lambda plan: ([-abs(quantity) for quantity in plan], plan))


def check_solution(problem: HedgeProblem, best: Candidate, least: float) -> None:
    """Refuse a plan that breaks a limit or misses the tolerance; its figures must be those of the integers.

    Parameters
    ----------
    best
        The plan, as :func:`to_candidate` returns it.
    least
        Least tracking risk of any feasible plan, USD a year.

    Raises
    ------
    SolverError
        When anything is wrong.
    """
    faults = []
    signs: dict[str, set[int]] = {name: set() for name in problem.indices}
    for contract, quantity in zip(problem.contracts, best.quantities, strict=True):
        if contract.limit is not None and abs(quantity) > contract.limit:
            faults.append(f"{abs(quantity)} {contract.symbol} exceed {contract.limit}")
        if quantity:
            sign = 1 if quantity > 0 else -1
            signs[contract.index].add(sign)
            if sign not in SIGNS[problem.sides[problem.indices.index(contract.index)]]:
                faults.append(f"{quantity} {contract.symbol} have the wrong sign")
    faults += [f"long and short contracts of {name}" for name, used in signs.items() if len(used) > 1]
    legs = sum(bool(used) for used in signs.values())
    if legs > problem.legs:
        faults.append(f"{legs} indices exceed {problem.legs}")
    if problem.max_contracts is not None and best.n_contracts > problem.max_contracts:
        faults.append(f"{best.n_contracts} contracts exceed {problem.max_contracts}")
    if problem.margin_budget is not None and best.margin > problem.margin_budget * (1.0 + 2 * RELATIVE):
        faults.append(f"a margin of {best.margin:,.2f} exceeds {problem.margin_budget:,.2f}")
    most_risk = risk_limit(problem, least, problem.tolerance)
    if best.tracking_risk > most_risk * (1.0 + RELATIVE):
        faults.append(f"a tracking risk of {best.tracking_risk:,.2f} exceeds {most_risk:,.2f}")
    if faults:
        raise SolverError(f"The solver's own check failed ({'; '.join(faults)}), so no plan is given. Report this.")


def free_of_limits(problem: HedgeProblem) -> HedgeProblem | None:
    """Return a problem without its limits, ``None`` when it has none; what may only shrink still may not grow."""
    legs = max(len(problem.indices), problem.legs)
    is_limited = (
        problem.margin_budget is not None
        or problem.max_contracts is not None
        or legs > problem.legs
        or any(contract.limit is not None and contract.may_grow for contract in problem.contracts)
    )
    if not is_limited:
        return None
    contracts = tuple(replace(each, limit=None) if each.may_grow else each for each in problem.contracts)
    return replace(problem, contracts=contracts, legs=legs, margin_budget=None, max_contracts=None)


def broken_limits(problem: HedgeProblem, wished: Candidate) -> tuple[BindingLimit, ...]:
    """Return each limit that a plan breaks, with what it would need.

    Parameters
    ----------
    wished
        The best plan without limits.
    """
    limits = []
    if problem.margin_budget is not None and wished.margin > problem.margin_budget * (1.0 + RELATIVE):
        limits.append(BindingLimit(name="margin_budget", limit=problem.margin_budget, needed=wished.margin))
    if problem.max_contracts is not None and wished.n_contracts > problem.max_contracts:
        limits.append(BindingLimit(name="max_contracts", limit=problem.max_contracts, needed=wished.n_contracts))
    legs = len({contract.index for contract, n in zip(problem.contracts, wished.quantities, strict=True) if n})
    if legs > problem.legs:
        limits.append(BindingLimit(name="legs", limit=problem.legs, needed=legs))
    for contract, quantity in zip(problem.contracts, wished.quantities, strict=True):
        if contract.limit is not None and abs(quantity) > contract.limit:
            limits.append(BindingLimit(name=contract.symbol, limit=contract.limit, needed=abs(quantity)))
    return tuple(limits)


def _alternatives(problem: HedgeProblem, search: Search, stage_1: Found, best: Candidate) -> tuple[Candidate, ...]:
    """Return named plans, and cheapest plans at growing tolerances.

    A plan that is cheapest within its tolerance, then of fewest contracts, then of least risk, is beaten by no other
    plan in risk, cost and contracts at once.
    """
    labels: dict[tuple[int, ...], list[str]] = {}

    def name(quantities: tuple[int, ...], label: str) -> None:
        known = labels.setdefault(quantities, [])
        if label not in known:
            known.append(label)

    cheapest = {problem.tolerance: best.quantities}
    # From the ends inwards: what is cheapest at two tolerances is so at all between them.
    for tolerance in (0.0, *(share * NEAR for share in LADDER)):
        below = max((each for each in cheapest if each <= tolerance), default=None)
        above = min((each for each in cheapest if each >= tolerance), default=None)
        known = None if below is None else cheapest[below]
        if known is None or above is None or cheapest[above] != known:
            known = _first(problem, search.find_cheapest(stage_1, tolerance=tolerance, known=known).plans)
        cheapest[tolerance] = known
    name(cheapest[0.0], "least_risk")
    name(best.quantities, CHEAPEST)
    for label, changed in _what_ifs(problem, best):
        name(find_best(changed, most_work=search.most_work).quantities, label)
    for share in LADDER:
        name(cheapest[share * NEAR], "efficient")
    shown = [to_candidate(problem, quantities, why) for quantities, why in labels.items()]
    for each in shown:
        check_solution(problem, each, math.inf)
    return tuple(sorted(shown, key=lambda each: (each.tracking_risk, each.cost, each.n_contracts)))


def _what_ifs(problem: HedgeProblem, best: Candidate) -> list[tuple[str, HedgeProblem]]:
    what_ifs = []
    if any(contract.size == "e-mini" for contract in problem.contracts):
        only = tuple(
            contract if contract.size == "e-mini" else replace(contract, limit=0) for contract in problem.contracts
        )
        what_ifs.append(("e_minis_only", replace(problem, contracts=only)))
    if min(problem.legs, len(problem.indices)) > 1:
        what_ifs.append(("one_index_only", replace(problem, legs=1)))
    if best.margin > 0:
        what_ifs.append(("half_the_margin", replace(problem, margin_budget=best.margin / 2.0)))
    return what_ifs
