r"""Which indices a hedge uses, and how many dollars of each.

One index hedges with the beta that was measured. More are chosen from the joint covariance of indices and book,
:math:`C`, blended from a fast and a slow view (:mod:`hedger.exposure.covariance`): for a set :math:`s` of indices the
dollars are :math:`C_{ss}^{-1} c_s`, and they remove the variance :math:`c_s^\top C_{ss}^{-1} c_s`. That is the mix;
its size is the measured beta, the user's own betas included: all dollars are scaled so that together they move with the
best single index among them as the book's beta to it says. Unless legs may be held the other way, only sets are looked
at in which every leg goes against the book: a long one sells, a short buys.

**When a further leg pays.** Starting from the best single index, the best larger set is taken when three things hold:

1. *Prediction*: it cuts the variance that is left by more than a threshold: 1 % with one-sided legs, 2 % with legs of
   either sign, which take a third more margin.
2. *Past*: sized quarter by quarter from earlier sessions only, it would have cut the variance left by more than that
   threshold in the last three years of this book, too (:mod:`hedger.hedge.walk_forward`).
3. *Costs*: the volatility that it would have taken off in a year, USD, is more than what it adds to the yearly cost.

On 1,752 books of US stocks, 2009 to 2025, hedged for a quarter with what was known before it, the prediction came true
(predicted 2 to 5 %: 2.3 % realised, 5 to 10: 5.7, 10 to 20: 12.1, 20 to 40: 24.9). Alone it removed 77.3 % of variance
with 2.03 legs on average; with the past as a second judge the same 77.3 % with 1.89 legs. The best single index removed
75.9 %, the S&P 500 68.3 %. With legs of either sign: 77.8 % with 2.44 legs by prediction alone, 77.7 % with 2.17 by
both. (Dollars from the betas to each index, :math:`S_{ss}^{-1}` times their covariances, removed 76.8 and 76.4 %: what
the betas are off by, the inverse makes larger.)
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from hedger.arrays import freeze

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.arrays import FloatArray
    from hedger.contracts import ContractQuote
    from hedger.exposure import Exposure
    from hedger.hedge.walk_forward import WalkForward

PAYS_ONE_SIDED, PAYS_EITHER_SIDE = 0.01, 0.02
"""Share of the variance left that a further leg must remove."""
MOST_LEGS = 4
"""Legs that ``auto`` looks at."""
Objection = Literal["prediction", "past", "cost", "not known", "legs"]
"""Why a further leg is not taken: which of the three conditions fails first, a past too short to tell, or a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegStep:
    """One number of legs that was looked at.

    Parameters
    ----------
    indices
        The best set of that size, in the order of the exposure.
    explained
        Share of the book's variance that they are predicted to remove.
    cut
        Share of the variance left by the set chosen before that they are predicted to remove as well; zero for the
        first.
    removed
        Share of the book's variance that they would have removed in the last three years, sized from earlier sessions
        only; ``None`` where the history is too short to tell.
    past_cut
        As `cut`, of what was left in those years; below zero where they would have done worse.
    volatility_saved, cost_added
        What they would have taken off the yearly volatility beyond the set chosen before, and what they add to the cost
        of a year's rolls, USD, for a full hedge; zero for the first.
    is_taken
        Whether the hedge uses it, or did before a larger set was taken.
    objection
        Why not; ``None`` where it is taken.
    """

    indices: tuple[str, ...]
    explained: float
    cut: float
    removed: float | None
    past_cut: float | None
    volatility_saved: float | None
    cost_added: float
    is_taken: bool
    objection: Objection | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LegChoice:
    """The indices of a hedge.

    Parameters
    ----------
    indices
        Names, in the order of the exposure.
    exposure
        Joint dollar exposure to each, USD, signed, shape (n_indices,).
    covariance
        Annual covariance that the dollars refer to, of the returns of all measured indices, shape (n_measured,
        n_measured).
    explained
        Share of the book's variance that they are predicted to remove.
    steps
        What was looked at, by rising number of legs; empty when only one could be judged.
    """

    indices: tuple[str, ...]
    exposure: FloatArray
    covariance: FloatArray
    explained: float
    steps: tuple[LegStep, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, "exposure", "covariance")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Set:
    """A set of indices: positions, dollars, and the variance that they are predicted to remove."""

    members: tuple[int, ...]
    dollars: FloatArray
    explained: float


def choose_legs(
    exposure: Exposure,
    contracts: Sequence[ContractQuote],
    usable: Sequence[str],
    *,
    past: WalkForward | None,
    legs: int | None,
    allow_long_legs: bool,
) -> LegChoice:
    """Choose the indices of a hedge and their dollars.

    Parameters
    ----------
    exposure
        What is to be hedged.
    contracts
        What may be traded; a further leg has to be worth their cost.
    usable
        Names of the indices that may be used.
    past
        Past quarters of the book; without them no further leg is looked at unless `legs` says so.
    legs
        Most indices; ``None`` to take a further one only where it pays.
    allow_long_legs
        Whether a leg may be held against the sign that the book asks for.
    """
    reference = exposure.best_index(usable)
    position = exposure.indices.index(reference)
    single = _single(exposure, reference)
    most = min(MOST_LEGS if past is not None else 1, len(usable)) if legs is None else min(legs, len(usable))
    furthest = most if past is None else max(most, min(MOST_LEGS, len(usable)))
    joint = exposure.joint_covariance() if furthest > 1 else None
    if joint is None or not joint[-1, -1] > 0:
        return single
    places = sorted(exposure.indices.index(name) for name in usable)
    direction = _direction(joint, position, allow_long_legs=allow_long_legs)
    chosen = _solve_set(joint, (position,))
    threshold = PAYS_EITHER_SIDE if allow_long_legs else PAYS_ONE_SIDED
    judge = _Judge(exposure=exposure, contracts=contracts, joint=joint, past=past, is_one_sided=not allow_long_legs)
    steps = [judge.step(chosen, None, threshold=threshold)]
    for size in range(2, furthest + 1):
        best = _best_set(joint, places, size, direction=direction)
        if best is None:
            continue
        step = judge.step(best, chosen, threshold=threshold)
        if legs is not None:
            step = _as_asked(step, is_allowed=size <= most, is_better=best.explained > chosen.explained)
        steps.append(step)
        if step.is_taken:
            chosen = best
    if len(chosen.members) == 1:
        return replace(single, steps=tuple(steps))
    return replace(_mixed(exposure, joint, chosen), steps=tuple(steps))


def list_rivals(
    exposure: Exposure, choice: LegChoice, usable: Sequence[str], *, most: int, allow_long_legs: bool
) -> list[LegChoice]:
    """Return the other sets of at most so many indices, the one that is predicted to remove most first.

    A choice is made as if contracts could be divided. Where they are large beside the hedge, or a limit binds, whole
    contracts of another set may leave less risk.

    Parameters
    ----------
    exposure, usable, allow_long_legs
        As in :func:`choose_legs`.
    choice
        What it has chosen.
    most
        Most indices of a set.
    """
    if most == 1:
        rivals = [_single(exposure, name) for name in usable]
    else:
        joint = exposure.joint_covariance()
        places = sorted(exposure.indices.index(name) for name in usable)
        reference = exposure.indices.index(exposure.best_index(usable))
        direction = _direction(joint, reference, allow_long_legs=allow_long_legs)
        rivals = [
            _mixed(exposure, joint, each)
            for size in range(1, most + 1)
            for each in _list_sets(joint, places, size, direction=direction)
        ]
    others = [rival for rival in rivals if rival.indices != choice.indices]
    return sorted(others, key=lambda rival: -rival.explained)


def _single(exposure: Exposure, name: str) -> LegChoice:
    """Return the choice of one index: the beta dollars that were measured."""
    measured = exposure.of(name)
    return LegChoice(
        indices=(name,),
        exposure=np.array([measured.beta_dollars]),
        covariance=exposure.covariance,
        explained=measured.r_squared,
    )


def _mixed(exposure: Exposure, joint: FloatArray, chosen: _Set) -> LegChoice:
    """Return the choice of a set of indices: the dollars of the joint covariance, sized by the measured beta."""
    names = tuple(exposure.indices[member] for member in chosen.members)
    return LegChoice(
        indices=names,
        exposure=_sized(chosen, exposure, exposure.best_index(names)),
        covariance=joint[:-1, :-1],
        explained=chosen.explained / float(joint[-1, -1]),
    )


def _direction(joint: FloatArray, reference: int, *, allow_long_legs: bool) -> float:
    """Return the sign that the dollars of all legs must have; 0 for any."""
    return 0.0 if allow_long_legs else float(np.sign(joint[reference, -1]))


def _as_asked(step: LegStep, *, is_allowed: bool, is_better: bool) -> LegStep:
    """Return a step where the number of legs is stated: it is taken as soon as it removes anything."""
    if not is_allowed:
        return replace(step, is_taken=False, objection=step.objection or "legs")
    return replace(step, is_taken=is_better, objection=None if is_better else "prediction")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Judge:
    """What a set of indices is judged by: prediction, past and costs."""

    exposure: Exposure
    contracts: Sequence[ContractQuote]
    joint: FloatArray
    past: WalkForward | None
    is_one_sided: bool

    def step(self, candidate: _Set, chosen: _Set | None, *, threshold: float) -> LegStep:
        """Judge a set of indices against the one chosen before, ``None`` for the first."""
        variance, removed = float(self.joint[-1, -1]), self._removed(candidate)
        before = removed if chosen is None else self._removed(chosen)
        cut, past_cut, saved, added = 0.0, None, None, 0.0
        if removed is not None and before is not None:
            past_cut = (removed - before) / (1.0 - before) if before < 1 else 0.0
            saved = math.sqrt(variance) * (math.sqrt(1.0 - before) - math.sqrt(1.0 - removed))
        if chosen is not None:
            left = variance - chosen.explained
            cut = (candidate.explained - chosen.explained) / left if left > 0 else 0.0
            added = self._yearly_cost(candidate) - self._yearly_cost(chosen)
        objection: Objection | None = None
        if chosen is not None:
            if cut <= threshold:
                objection = "prediction"
            elif past_cut is None or saved is None:
                objection = "not known"
            elif past_cut <= threshold:
                objection = "past"
            elif saved <= added:
                objection = "cost"
        return LegStep(
            indices=tuple(self.exposure.indices[member] for member in candidate.members),
            explained=candidate.explained / variance,
            cut=cut,
            removed=removed,
            past_cut=past_cut,
            volatility_saved=saved,
            cost_added=added,
            is_taken=objection is None,
            objection=objection,
        )

    def _removed(self, candidate: _Set) -> float | None:
        if self.past is None:
            return None
        return self.past.removed(candidate.members, is_one_sided=self.is_one_sided)

    def _yearly_cost(self, candidate: _Set) -> float:
        """Return what it costs to roll a full hedge through a year, USD: large contracts first, the rest in shares."""
        cost = 0.0
        for member, dollars in zip(candidate.members, np.abs(candidate.dollars).tolist(), strict=True):
            quotes = [quote for quote in self.contracts if quote.index == self.exposure.indices[member]]
            left = dollars
            for quote in sorted(quotes, key=lambda each: -each.notional):
                n_whole, left = divmod(left, quote.notional)
                cost += n_whole * quote.yearly_roll_cost
            cost += left / quote.notional * quote.yearly_roll_cost
        return cost


LEAST_NET = 0.2
"""Net move of a mix with the reference index, as a share of its gross, below which a beta cannot tell its size."""


def _sized(mix: _Set, exposure: Exposure, reference: str) -> FloatArray:
    """Return the dollars of a mix, scaled so that they move with the reference index as the book's beta says."""
    moves = exposure.follow_shares(reference)[list(mix.members)] * mix.dollars
    if abs(moves.sum()) < LEAST_NET * np.abs(moves).sum():
        return mix.dollars
    scaled: FloatArray = mix.dollars * (exposure.of(reference).beta_dollars / moves.sum())
    return scaled


def _solve_set(joint: FloatArray, members: tuple[int, ...]) -> _Set:
    """Return the dollars of a set of indices, and what they are predicted to remove."""
    with_book = joint[list(members), -1]
    dollars = np.asarray(np.linalg.solve(joint[np.ix_(members, members)], with_book), dtype=np.float64)
    return _Set(members=members, dollars=dollars, explained=float(dollars @ with_book))


def _best_set(joint: FloatArray, places: Sequence[int], size: int, *, direction: float) -> _Set | None:
    """Return the set of indices of one size that removes most variance; ``None`` without any."""
    sets = _list_sets(joint, places, size, direction=direction)
    return max(sets, key=lambda each: each.explained, default=None)


def _list_sets(joint: FloatArray, places: Sequence[int], size: int, *, direction: float) -> list[_Set]:
    """Return the sets of indices of one size that may be held together.

    With a `direction` of 1 or -1 all dollars must have its sign; with 0 they may have any.
    """
    sets = (
        _solve_set(joint, members)
        for members in itertools.combinations(places, size)
        if np.linalg.cond(joint[np.ix_(members, members)]) <= 1e10
    )
    return [each for each in sets if not direction or bool((each.dollars * direction > 0).all())]
