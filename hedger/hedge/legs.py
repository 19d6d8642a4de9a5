r"""Which indices a hedge uses, and how many dollars of each.

One index hedges with the beta that was measured. More are chosen from the joint covariance of indices and book,
:math:`C`, blended from a fast and a slow view (:mod:`hedger.exposure.covariance`): for a set :math:`s` of indices the
dollars are :math:`e_s = C_{ss}^{-1} c_s`, and :math:`c_s^\top e_s` is the variance they remove. Unless legs may be
held the other way, only sets are looked at in which every leg goes against the book: a long one sells, a short buys.

**When a further leg pays.** Starting from the best single index, a larger set is taken when it cuts the variance that
is left by more than a threshold: 1 % with one-sided legs, 2 % with legs of either sign, which take half as much margin
again. On 1,752 books of US stocks, 2009 to 2025, walk-forward, the predicted cut came true (predicted 2 to 5 %: 2.3 %
realised, 5 to 10: 5.7, 10 to 20: 12.1, 20 to 40: 24.9), and this rule removed 77.3 % of variance with two legs on
average, where the best single index removed 75.9 and the S&P 500 68.3.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.exposure import Exposure
    from hedger.hedge.problem import FloatArray

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
        Share of the book's variance that they remove, in sample.
    cut
        Share of the variance left by the set chosen before that they remove as well; zero for the first.
    is_taken
        Whether the rule takes it.
    """

    indices: tuple[str, ...]
    explained: float
    cut: float
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
        What was looked at, by rising number of legs; empty when only one was allowed.
    """

    indices: tuple[str, ...]
    exposure: FloatArray
    covariance: FloatArray
    steps: tuple[LegStep, ...]


def choose_legs(
    exposure: Exposure, usable: Sequence[str], reference: str, *, legs: int | None, allow_long_legs: bool
) -> LegChoice:
    """Choose the indices of a hedge and their dollars.

    Parameters
    ----------
    exposure
        What is to be hedged.
    usable
        Names of the indices that may be used.
    reference
        The best single one among them.
    legs
        Most indices; ``None`` to take a further one only where it pays.
    allow_long_legs
        Whether a leg may be held against the sign that the book asks for.
    """
    position = exposure.indices.index(reference)
    single = LegChoice(
        indices=(reference,),
        exposure=np.array([exposure.of(reference).beta_dollars]),
        covariance=exposure.covariance[position : position + 1, position : position + 1],
        steps=(),
    )
    most = min(MOST_LEGS if legs is None else legs, len(usable))
    if most == 1:
        return single
    joint = exposure.joint_covariance()
    if not joint[-1, -1] > 0:
        return single
    threshold = (PAYS_EITHER_SIDE if allow_long_legs else PAYS_ONE_SIDED) if legs is None else 0.0
    explained = joint[position, -1] ** 2 / joint[position, position]
    chosen: tuple[int, ...] = (position,)
    steps = [LegStep(indices=(reference,), explained=float(explained / joint[-1, -1]), cut=0.0, is_taken=True)]
    places = sorted(exposure.indices.index(name) for name in usable)
    for size in range(2, most + 1):
        best = _best_set(joint, places, size, direction=0.0 if allow_long_legs else float(np.sign(joint[position, -1])))
        if best is None:
            continue
        members, removed = best
        left = joint[-1, -1] - explained
        cut = float((removed - explained) / left) if left > 0 else 0.0
        is_taken = cut > threshold
        steps.append(
            LegStep(
                indices=tuple(exposure.indices[member] for member in members),
                explained=float(removed / joint[-1, -1]),
                cut=cut,
                is_taken=is_taken,
            )
        )
        if is_taken:
            chosen, explained = members, removed
    if len(chosen) == 1:
        return LegChoice(
            indices=single.indices, exposure=single.exposure, covariance=single.covariance, steps=tuple(steps)
        )
    block = joint[np.ix_(chosen, chosen)]
    return LegChoice(
        indices=tuple(exposure.indices[member] for member in chosen),
        exposure=np.asarray(np.linalg.solve(block, joint[list(chosen), -1]), dtype=np.float64),
        covariance=block,
        steps=tuple(steps),
    )


def _best_set(
    joint: FloatArray, places: Sequence[int], size: int, *, direction: float
) -> tuple[tuple[int, ...], float] | None:
    """Return the set of indices of one size that removes most variance, and how much; ``None`` without any.

    With a `direction` of 1 or -1 all dollars must have its sign; with 0 they may have any.
    """
    best: tuple[tuple[int, ...], float] | None = None
    for members in itertools.combinations(places, size):
        block, with_book = joint[np.ix_(members, members)], joint[list(members), -1]
        if np.linalg.cond(block) > 1e10:
            continue
        dollars = np.linalg.solve(block, with_book)
        if direction and (dollars * direction <= 0).any():
            continue
        removed = float(dollars @ with_book)
        if best is None or removed > best[1]:
            best = (members, removed)
    return best
