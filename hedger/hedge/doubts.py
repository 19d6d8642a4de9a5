"""What a reader should know of a plan beside its orders: what holds it back, and how good the index is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import find_index
from hedger.errors import Note
from hedger.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hedger.exposure import Exposure
    from hedger.hedge.legs import LegChoice, LegStep
    from hedger.hedge.plan import ObjectiveComparison
    from hedger.hedge.problem import BindingLimit, HedgeProblem
    from hedger.hedge.proposals import Proposal
    from hedger.hedge.walk_forward import IndexTest


def list_doubts(
    exposure: Exposure,
    proposal: Proposal,
    *,
    choice: LegChoice,
    index_test: IndexTest | None,
    comparison: ObjectiveComparison | None,
    limits: Sequence[BindingLimit],
) -> Iterator[Note]:
    """List what a reader should know of a plan.

    Parameters
    ----------
    exposure, proposal
        What was to be hedged, and what with.
    choice
        The indices that would be best if contracts could be divided.
    index_test
        What each index alone would have removed in past quarters, where that is known.
    comparison
        Of the objectives, where it is not tracking risk alone.
    limits
        Limits that hold the plan back, as the user stated them.
    """
    for limit in limits:
        yield Note(code="limit_binds", message=_LIMIT_WORDS[limit.name].format(limit=limit.limit, needed=limit.needed))
    if proposal.choice.indices != choice.indices:
        yield _other_indices(proposal, choice, is_limited=bool(limits))
    yield from _futures_elsewhere(proposal)
    if comparison is not None:
        yield _objectives(comparison)
    if not proposal.solution.best.n_contracts and not limits:
        yield _no_contracts(proposal.problem)
    if len(exposure.by_index) > 1 and any(each.r_squared for each in exposure.by_index):
        yield _index_choice(exposure, proposal.reference, index_test)
    if len(choice.steps) > 1:
        yield _leg_choice(choice)


_LIMIT_WORDS = {
    "margin_budget": "The margin budget of ${limit:,.0f} holds the hedge back: the full one needs ${needed:,.0f}.",
    "max_contracts": "The limit on contracts ({limit:,.0f}) holds the hedge back: the full one needs {needed:,.0f}.",
    "legs": "No more than {limit:.0f} of the indices may be used; without this limit {needed:.0f} would pay.",
}


def _other_indices(proposal: Proposal, choice: LegChoice, *, is_limited: bool) -> Note:
    """Say why the plan does not use the indices that are best where contracts could be divided."""
    used, best = (_join(one.indices) for one in (proposal.choice, choice))
    why = "within these limits" if is_limited else "in whole contracts"
    return Note(
        code="other_indices_closer",
        message=(
            f"The best hedge if contracts could be divided uses the {best}; {why} less risk is left with the {used}."
        ),
    )


def _futures_elsewhere(proposal: Proposal) -> Iterator[Note]:
    """Say what becomes of futures on indices that the hedge does not use."""
    pairs = zip(proposal.problem.contracts, proposal.solution.best.quantities, strict=True)
    elsewhere = [(contract, after) for contract, after in pairs if contract.index not in proposal.choice.indices]
    if elsewhere:
        moved = ", ".join(
            f"{contract.current:+,} {contract.symbol} {f'become {after:+,}' if after else 'are closed'}"
            for contract, after in elsewhere
        )
        yield Note(
            code="futures_on_other_indices",
            message=f"Futures are held on indices that this hedge does not use: {moved}.",
        )


def _no_contracts(problem: HedgeProblem) -> Note:
    target = problem.hedge_fraction * float(np.abs(problem.exposure).sum())
    closing = ", and the futures held are closed" if any(contract.current for contract in problem.contracts) else ""
    if target == 0:
        return Note(
            code="nothing_to_hedge",
            message=f"Nothing is to be removed, so no contract is held{closing}.",
        )
    smallest = min(problem.contracts, key=lambda contract: contract.notional)
    if target > smallest.notional / 2 and not problem.tolerance:
        return Note(
            code="no_contract_helps",
            message=f"No whole number of contracts leaves less risk than none, so none is held{closing}.",
        )
    if target > smallest.notional / 2:
        return Note(
            code="tolerance_covers_hedge",
            message=(
                f"Within the tolerance of {problem.tolerance:.0%} the cheapest plan is to hold no contract{closing}. "
                "Lower the tolerance for a closer hedge."
            ),
        )
    # What is short of an index would be more so with less of the holdings.
    instead = " A share of the holdings could be sold instead." if problem.exposure.sum() > 0 else ""
    return Note(
        code="too_small_to_hedge",
        message=(
            f"The exposure to remove (${target:,.0f}) is less than half of the smallest contract ({smallest.symbol}, "
            f"${smallest.notional:,.0f}), so the best whole number of contracts is none{closing}.{instead}"
        ),
    )


def _objectives(comparison: ObjectiveComparison) -> Note:
    """Say what the plan makes as small as possible, and what the other objective would have done."""
    chosen, other = comparison.outcomes
    sessions = f"the worst {1.0 - comparison.level:.0%} of the last {comparison.n_scenarios:,} sessions"
    whose = "the portfolio" if comparison.fraction == 1.0 else "the share of the portfolio that is to be hedged"
    losses = f"${chosen.expected_shortfall:,.0f} a session, ${comparison.unhedged_shortfall:,.0f} without futures"
    if comparison.tolerance:
        aim = (
            f"The plan is the cheapest whose mean loss in {sessions}, of {whose} together with the futures, is at most "
            f"{comparison.tolerance:.1%} of the unhedged one above the least, ${comparison.least_shortfall:,.0f}: "
            f"{losses}"
        )
    else:
        aim = (
            f"The plan makes the mean loss in {sessions} as small as it can, of {whose} together with the futures: "
            f"{losses}"
        )
    if comparison.fraction != 1.0:
        aim += f"; of the whole portfolio ${chosen.book_shortfall:,.0f}, ${comparison.unhedged_book_shortfall:,.0f}"
    if chosen.positions == other.positions:
        differs = "The hedge of least variance is the same"
    else:
        held = ", ".join(f"{quantity:+,} {symbol}" for symbol, quantity in other.positions) or "no contract"
        differs = (
            f"The hedge of least variance holds {held}: a mean loss of ${other.expected_shortfall:,.0f}, a tracking "
            f"risk of ${other.tracking_risk:,.0f} a year instead of ${chosen.tracking_risk:,.0f}"
        )
    return Note(code="objective", message=f"{aim}. {differs}.")


_BENCHMARK = "sp500"


def _index_choice(exposure: Exposure, reference: str, index_test: IndexTest | None) -> Note:
    """Say what hedging with the chosen index, and with others, would have removed: in past quarters where known."""
    fits = {each.index: each.r_squared for each in exposure.by_index}
    removed = dict(index_test.removed) if index_test is not None else {}
    if index_test is not None and reference in removed:
        years = "year" if index_test.years == 1 else f"{index_test.years:g} years"
        when = f"in the last {years}, sized each quarter from earlier prices only"
    else:
        removed = fits
        when = "over its history, in which recent sessions count more"
    title = find_index(reference).title
    is_best = removed[reference] == max(removed.values())
    against = _BENCHMARK if is_best and reference != _BENCHMARK and _BENCHMARK in removed else None
    instead = f" instead of the {find_index(against).title}" if against else ""
    shares = f"{removed[reference]:.0%}" + (f" instead of {removed[against]:.0%}" if against else "")
    others = sorted((name for name in removed if name not in (reference, against)), key=lambda name: -removed[name])
    beside = ", ".join(f"with the {find_index(name).title} {removed[name]:.0%}" for name in others)
    chosen = ""
    if not is_best and fits[reference] == max(fits.values()):
        chosen = f" The {title} was chosen because it fits best over the last five years, recent sessions most."
    return Note(
        code="index_choice",
        message=(
            f"Hedging with the {title}{instead} would have removed {shares} of this portfolio's "
            f"variance {when}{'; ' if beside else ''}{beside}.{chosen}"
        ),
    )


def _leg_choice(choice: LegChoice) -> Note:
    """Say what each number of indices is expected to remove, what it would have removed, and why it is not used."""
    parts = []
    for step in choice.steps:
        named = _join(step.indices)
        past = "" if step.removed is None else f", {step.removed:.0%}"
        is_used = "" if step is choice.steps[0] else f" ({_verdict(step)})"
        parts.append(f"{named} {step.explained:.0%}{past}{is_used}")
    tested = "" if choice.steps[0].removed is None else ", and removed in past quarters, sized from earlier prices only"
    return Note(code="leg_choice", message=f"Share of the variance expected to be removed{tested}: {'; '.join(parts)}.")


def _verdict(step: LegStep) -> str:
    return "used" if step.objection is None else f"not used: {objection_to(step)}"


def objection_to(step: LegStep) -> str:
    """Return in words why a further index is not used; empty where it is."""
    if step.objection is None:
        return ""
    return {
        "prediction": f"it is expected to cut what is left by {_little(step.cut)}",
        "not known": "the history is too short to test it",
        "past": f"in the past it would have cut what was left by {_little(step.past_cut or 0.0)}",
        "cost": f"it saves ${step.volatility_saved or 0.0:,.0f} of volatility for ${step.cost_added:,.0f} a year",
        "legs": "it would pay, but fewer indices are allowed",
    }[step.objection]


def _little(share: float) -> str:
    return f"{share:.1%} only" if share >= 0.0005 else "nothing"


def _join(indices: Sequence[str]) -> str:
    return join_words(find_index(name).title for name in indices)
