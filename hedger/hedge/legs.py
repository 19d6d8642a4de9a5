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
from typing import TYPE_CHECKING

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
        Whether the rule takes it.
    """

    indices: tuple[str, ...]
    explained: float
    cut: float
    removed: float | None
    past_cut: float | None
    volatility_saved: float | None
    cost_added: float
    is_taken: bool


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
        Annual covariance of their returns that the dollars refer to, shape (n_indices, n_indices).
    steps
        What was looked at, by rising number of legs; empty when only one was allowed or could be judged.
    """

    indices: tuple[str, ...]
    exposure: FloatArray
    covariance: FloatArray
    steps: tuple[LegStep, ...]

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
    single = LegChoice(
        indices=(reference,),
        exposure=np.array([exposure.of(reference).beta_dollars]),
        covariance=exposure.covariance[position : position + 1, position : position + 1],
        steps=(),
    )
    most = min(MOST_LEGS if legs is None else legs, len(usable))
    if most == 1 or (legs is None and past is None):
        return single
    joint = exposure.joint_covariance()
    if not joint[-1, -1] > 0:
        return single
    places = sorted(exposure.indices.index(name) for name in usable)
    direction = 0.0 if allow_long_legs else float(np.sign(joint[position, -1]))
    chosen = _solve_set(joint, (position,))
    judge = _Judge(exposure=exposure, contracts=contracts, joint=joint, past=past, is_one_sided=not allow_long_legs)
    steps = [judge.step(chosen, None, threshold=0.0)]
    for size in range(2, most + 1):
        best = _best_set(joint, places, size, direction=direction)
        if best is None:
            continue
        if legs is None:
            step = judge.step(best, chosen, threshold=PAYS_EITHER_SIDE if allow_long_legs else PAYS_ONE_SIDED)
        else:
            step = replace(judge.step(best, chosen, threshold=0.0), is_taken=best.explained > chosen.explained)
        steps.append(step)
        if step.is_taken:
            chosen = best
    if len(chosen.members) == 1:
        return replace(single, steps=tuple(steps))
    names = tuple(exposure.indices[member] for member in chosen.members)
    return LegChoice(
        indices=names,
        exposure=_sized(chosen, exposure, exposure.indices.index(exposure.best_index(names))),
        covariance=joint[np.ix_(chosen.members, chosen.members)],
        steps=tuple(steps),
    )


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
        pays = past_cut is not None and saved is not None and past_cut > threshold and saved > added
        return LegStep(
            indices=tuple(self.exposure.indices[member] for member in candidate.members),
            explained=candidate.explained / variance,
            cut=cut,
            removed=removed,
            past_cut=past_cut,
            volatility_saved=saved,
            cost_added=added,
            is_taken=chosen is None or (cut > threshold and pays),
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


def _sized(mix: _Set, exposure: Exposure, reference: int) -> FloatArray:
    """Return the dollars of a mix, scaled so that they move with the reference index as the book's beta says."""
    members = list(mix.members)
    moves = exposure.covariance[reference, members] / exposure.covariance[reference, reference] * mix.dollars
    if abs(moves.sum()) < LEAST_NET * np.abs(moves).sum():
        return mix.dollars
    scaled: FloatArray = mix.dollars * (exposure.by_index[reference].beta_dollars / moves.sum())
    return scaled


def _solve_set(joint: FloatArray, members: tuple[int, ...]) -> _Set:
    """Return the dollars of a set of indices, and what they are predicted to remove."""
    with_book = joint[list(members), -1]
    dollars = np.asarray(np.linalg.solve(joint[np.ix_(members, members)], with_book), dtype=np.float64)
    return _Set(members=members, dollars=dollars, explained=float(dollars @ with_book))


def _best_set(joint: FloatArray, places: Sequence[int], size: int, *, direction: float) -> _Set | None:
    """Return the set of indices of one size that removes most variance; ``None`` without any.

    With a `direction` of 1 or -1 all dollars must have its sign; with 0 they may have any.
    """
    sets = (
        _solve_set(joint, members)
        for members in itertools.combinations(places, size)
        if np.linalg.cond(joint[np.ix_(members, members)]) <= 1e10
    )
    fitting = [each for each in sets if not direction or bool((each.dollars * direction > 0).all())]
    return max(fitting, key=lambda each: each.explained, default=None)
