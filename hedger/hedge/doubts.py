"""What a reader should know of a plan beside its orders: what holds it back, and how good the index is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import INDICES
from hedger.errors import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hedger.contracts import ContractQuote
    from hedger.exposure import Exposure
    from hedger.hedge.legs import LegChoice
    from hedger.hedge.problem import BindingLimit, HedgeProblem, Solution


def list_doubts(
    exposure: Exposure,
    problem: HedgeProblem,
    solution: Solution,
    *,
    reference: str,
    choice: LegChoice,
    limits: Sequence[BindingLimit],
    kept: Sequence[ContractQuote],
) -> Iterator[Note]:
    """List what a reader should know of a plan.

    Parameters
    ----------
    exposure, problem, solution
        What was to be hedged, the problem that this posed, and its answer.
    reference, choice
        The best single index, and the indices of the hedge.
    limits
        Limits that hold the plan back, as the user stated them.
    kept
        Contracts on other indices that are held and stay as they are.
    """
    for limit in limits:
        words = _LIMIT_WORDS.get(limit.name, _CONTRACT_LIMIT_WORDS)
        message = words.format(name=limit.name, limit=limit.limit, needed=limit.needed)
        yield Note(code="limit_binds", message=message)
    if kept:
        held = ", ".join(quote.symbol for quote in kept)
        yield Note(
            code="other_futures_kept",
            message=f"The futures held on other indices ({held}) stay as they are; the hedge allows for them.",
        )
    if not solution.best.n_contracts and not limits:
        yield _no_contracts(problem)
    if len(exposure.by_index) > 1:
        yield _index_choice(exposure, reference)
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


def _leg_choice(choice: LegChoice) -> Note:
    titles = {index.name: index.title for index in INDICES}
    first, *further = choice.steps
    parts = [f"The {titles[first.indices[0]]} alone would have removed {first.explained:.0%} of the variance"]
    for step in further:
        named = " and ".join(titles[name] for name in step.indices)
        verdict = "so they are used" if step.is_taken else "too little to pay"
        parts.append(f"{named} together {step.explained:.0%}, {step.cut:.1%} of what was left: {verdict}")
    return Note(code="leg_choice", message="; ".join(parts) + ".")
