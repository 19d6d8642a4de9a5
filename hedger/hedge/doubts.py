"""What a reader should know of a plan beside its orders: what holds it back, and how good the index is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import find_index
from hedger.errors import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hedger.exposure import Exposure
    from hedger.hedge.kept import KeptFutures
    from hedger.hedge.legs import LegChoice
    from hedger.hedge.plan import ObjectiveComparison
    from hedger.hedge.problem import BindingLimit, HedgeProblem, Solution
    from hedger.hedge.walk_forward import IndexTest


def list_doubts(
    exposure: Exposure,
    problem: HedgeProblem,
    solution: Solution,
    *,
    reference: str,
    choice: LegChoice,
    index_test: IndexTest | None,
    comparison: ObjectiveComparison | None,
    limits: Sequence[BindingLimit],
    kept: KeptFutures,
) -> Iterator[Note]:
    """List what a reader should know of a plan.

    Parameters
    ----------
    exposure, problem, solution
        What was to be hedged, the problem that this posed, and its answer.
    reference, choice
        The best single index, and the indices of the hedge.
    index_test
        What each index alone would have removed in past quarters, where that is known.
    comparison
        Of the objectives, where it is not tracking risk alone.
    limits
        Limits that hold the plan back, as the user stated them.
    kept
        Contracts on other indices that are held and stay as they are.
    """
    for limit in limits:
        words = _LIMIT_WORDS.get(limit.name, _CONTRACT_LIMIT_WORDS)
        message = words.format(name=limit.name, limit=limit.limit, needed=limit.needed)
        yield Note(code="limit_binds", message=message)
    if kept.positions:
        held = ", ".join(kept.symbols)
        yield Note(
            code="other_futures_kept",
            message=f"The futures held on other indices ({held}) stay as they are; the hedge allows for them.",
        )
    if comparison is not None:
        yield _objectives(comparison)
    if not solution.best.n_contracts and not limits:
        yield _no_contracts(problem)
    if len(exposure.by_index) > 1:
        yield _index_choice(exposure, reference, index_test)
    if len(choice.steps) > 1:
        yield _leg_choice(choice)


_LIMIT_WORDS = {
    "margin_budget": "The margin budget of ${limit:,.0f} holds the hedge back: the full one needs ${needed:,.0f}.",
    "max_contracts": "The limit of {limit:,.0f} contracts holds the hedge back: the full one needs {needed:,.0f}.",
    "legs": "The limit of {limit:.0f} indices holds the hedge back: the best plan without it uses {needed:.0f}.",
}
_CONTRACT_LIMIT_WORDS = "{name}: the limit of {limit:,.0f} contracts holds the hedge back; {needed:,.0f} needed."


def _no_contracts(problem: HedgeProblem) -> Note:
    target = float(np.abs(problem.exposure).sum())
    closing = ", and the futures held are closed" if any(contract.current for contract in problem.contracts) else ""
    if target == 0:
        return Note(
            code="nothing_to_hedge",
            message=f"There is no exposure to remove, so no contract is held{closing}.",
        )
    smallest = min(problem.contracts, key=lambda contract: contract.notional)
    if target > smallest.notional / 2:
        return Note(
            code="tolerance_covers_hedge",
            message=(
                f"Within the tolerance of {problem.tolerance:.0%} the cheapest plan is to hold no contract{closing}. "
                "Lower the tolerance for a closer hedge."
            ),
        )
    return Note(
        code="too_small_to_hedge",
        message=(
            f"The exposure to remove (${target:,.0f}) is less than half of the smallest contract ({smallest.symbol}, "
            f"${smallest.notional:,.0f}), so the best whole number of contracts is none{closing}. "
            "A share of the holdings could be sold instead."
        ),
    )


def _objectives(comparison: ObjectiveComparison) -> Note:
    """Say what the plan makes as small as possible, and what the other objective would have done."""
    chosen, other = comparison.outcomes
    sessions = f"the worst {1.0 - comparison.level:.0%} of the last {comparison.n_scenarios:,} sessions"
    if chosen.positions == other.positions:
        differs = "The hedge of least variance is the same"
    else:
        held = ", ".join(f"{quantity:+,} {symbol}" for symbol, quantity in other.positions) or "no contract"
        differs = (
            f"The hedge of least variance holds {held}: a mean loss of ${other.expected_shortfall:,.0f}, a tracking "
            f"risk of ${other.tracking_risk:,.0f} a year instead of ${chosen.tracking_risk:,.0f}"
        )
    return Note(
        code="objective",
        message=(
            f"The plan makes the mean loss in {sessions} as small as it can, of the share of the portfolio that is to "
            f"be hedged together with the futures: ${chosen.expected_shortfall:,.0f} a session, "
            f"${comparison.unhedged_shortfall:,.0f} without new futures. {differs}."
        ),
    )


_BENCHMARK = "sp500"


def _index_choice(exposure: Exposure, reference: str, index_test: IndexTest | None) -> Note:
    """Say what hedging with the chosen index, and with others, would have removed: in past quarters where known."""
    removed = dict(index_test.removed) if index_test is not None else {}
    if index_test is not None and reference in removed:
        years = "year" if index_test.years == 1 else f"{index_test.years:g} years"
        when = f"in the last {years}, sized each quarter from earlier prices only"
    else:
        removed = {each.index: each.r_squared for each in exposure.by_index}
        when = "over its history, in which recent sessions count more"
    against = _BENCHMARK if reference != _BENCHMARK and _BENCHMARK in removed else None
    instead = f" instead of the {find_index(against).title}" if against else ""
    shares = f"{removed[reference]:.0%}" + (f" instead of {removed[against]:.0%}" if against else "")
    others = sorted((name for name in removed if name not in (reference, against)), key=lambda name: -removed[name])
    beside = ", ".join(f"with the {find_index(name).title} {removed[name]:.0%}" for name in others)
    return Note(
        code="index_choice",
        message=(
            f"Hedging with the {find_index(reference).title}{instead} would have removed {shares} of this portfolio's "
            f"variance {when}{'; ' if beside else ''}{beside}."
        ),
    )


def _leg_choice(choice: LegChoice) -> Note:
    """Say what each number of indices is expected to remove, what it would have removed, and whether it is used."""
    parts = []
    for step in choice.steps:
        named = " and ".join(find_index(name).title for name in step.indices)
        past = "" if step.removed is None else f", {step.removed:.0%}"
        is_used = "" if step is choice.steps[0] else " (used)" if step.is_taken else " (not used)"
        parts.append(f"{named} {step.explained:.0%}{past}{is_used}")
    tested = "" if choice.steps[0].removed is None else ", and removed in past quarters, sized from earlier prices only"
    return Note(code="leg_choice", message=f"Share of the variance expected to be removed{tested}: {'; '.join(parts)}.")
