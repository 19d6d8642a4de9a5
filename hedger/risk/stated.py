"""Scenarios that the user states: moves of indices, of single holdings, or of both.

Indices that are not named follow those that are at their conditional expectation, and so does every holding that is
not named itself, by its joint exposure to them, which counts the common move once. Where only holdings are named, the
indices stand still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import INDICES
from hedger.errors import SettingsError
from hedger.risk.positions import held_notional
from hedger.risk.scenarios import DEEPEST_SESSION, SEVERAL_SESSIONS, Scenario
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hedger.arrays import FloatArray
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedScenario:
    """What the user asks about.

    Parameters
    ----------
    name
        For people.
    moves
        Name of an index or Yahoo symbol of a holding, and its return as a fraction, at least -1.
    """

    name: str
    moves: tuple[tuple[str, float], ...]


def stated_scenarios(stated: Iterable[StatedScenario], exposure: Exposure, plan: HedgePlan) -> tuple[Scenario, ...]:
    """Return what the user's scenarios would do, in their order.

    Raises
    ------
    SettingsError
        When a scenario moves what is neither a measured index nor a holding.
    """
    return tuple(_assess(each, exposure, plan) for each in stated)


def _assess(stated: StatedScenario, exposure: Exposure, plan: HedgePlan) -> Scenario:
    held = [holding.symbol for holding in exposure.book.holdings]
    by_index = {name: move for name, move in stated.moves if name in exposure.indices}
    by_holding = {name: move for name, move in stated.moves if name in held and name not in by_index}
    unknown = [name for name, _ in stated.moves if name not in by_index and name not in by_holding]
    if unknown:
        raise SettingsError(
            f'The scenario "{shorten(stated.name)}" moves {shorten(unknown[0])}, which is neither an index measured '
            f"here ({', '.join(exposure.indices)}) nor a holding. Write holdings as `hedger holdings` shows them."
        )
    index_moves = _all_indices(exposure, by_index)
    followed, moves = list(by_index), np.array(list(by_index.values()))
    unhedged = float(exposure.joint_exposure(followed) @ moves) if by_index else 0.0
    values = {holding.symbol: holding.exposure_value for holding in exposure.book.holdings}
    for symbol, move in by_holding.items():
        expected = float(exposure.joint_exposure(followed, holding=symbol) @ moves) if by_index else 0.0
        unhedged += values[symbol] * move - expected
    reference = exposure.of(plan.reference_index)
    position = exposure.indices.index(plan.reference_index)
    half_width = abs(float(index_moves[position])) * (reference.high - reference.low) / 2.0 * exposure.book.beta_base
    falls_far = float(index_moves.min()) < DEEPEST_SESSION
    return Scenario(
        name=stated.name,
        group="stated",
        kind="shock",
        shocks=tuple(zip(exposure.indices, index_moves.tolist(), strict=True)),
        unhedged_pnl=unhedged,
        hedge_pnl=float(held_notional(exposure, plan) @ index_moves),
        unhedged_low=unhedged - half_width,
        unhedged_high=unhedged + half_width,
        takes_several_sessions=falls_far,
        notes=(_words(stated), *([SEVERAL_SESSIONS] if falls_far else [])),
    )


def _words(stated: StatedScenario) -> str:
    """Say what moves, as the user states it."""
    titles = {index.name: index.title for index in INDICES}
    return f"Stated: {', '.join(f'{titles.get(name, name)} {100.0 * move:+.4g}%' for name, move in stated.moves)}."


def _all_indices(exposure: Exposure, moves: dict[str, float]) -> FloatArray:
    """Return the moves of all measured indices: those stated, and what is to be expected of the others."""
    if not moves:
        return np.zeros(len(exposure.indices))
    chosen = [exposure.indices.index(name) for name in moves]
    stated = np.array(list(moves.values()))
    block = exposure.covariance[np.ix_(chosen, chosen)]
    expected = exposure.covariance[:, chosen] @ np.linalg.solve(block, stated)
    expected[chosen] = stated
    return expected
