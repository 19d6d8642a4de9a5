"""What the book and the hedge gain or lose when the indices move.

One index moves; the others follow at their conditional expectation, the covariance with it over its variance. The
book moves by its beta dollars to the index that moves. Every scenario satisfies, to the cent,
``hedged_pnl = unhedged_pnl + hedge_pnl``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hedger.contracts import find_index
from hedger.risk.positions import held_notional

if TYPE_CHECKING:
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan

INDEX_MOVES = (-0.30, -0.25, -0.20, -0.15, -0.10, -0.05, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
"""Shocks of the reference index that every plan shows."""
ScenarioGroup = Literal["reference", "other_index", "stress", "stated"]
"""What a scenario is about: the reference index, another one, whatever else may go wrong, or what the user asks."""
DEEPEST_SESSION = -0.20
"""A fall at which US exchanges stop trading for the day: a deeper one takes several sessions."""
SEVERAL_SESSIONS = "Takes several sessions: trading stops for the day at -20%."
"""The note of such a fall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One thing that may happen.

    Parameters
    ----------
    name
        For people.
    group
        What it is about.
    kind
        ``"index"`` for a move of one index that the others follow, ``"shock"`` for anything else that may happen.
    shocks
        Index names and their returns as fractions.
    unhedged_pnl, hedge_pnl
        Gain of the book and of the futures, USD.
    unhedged_low, unhedged_high
        Gain of the book at the ends of the 95 % interval of its realised beta, USD, the lower first.
    takes_several_sessions
        Whether an index falls by more than one session allows.
    notes
        What a reader must know of this scenario.
    """

    name: str
    group: ScenarioGroup
    kind: Literal["index", "shock"]
    shocks: tuple[tuple[str, float], ...]
    unhedged_pnl: float
    hedge_pnl: float
    unhedged_low: float
    unhedged_high: float
    takes_several_sessions: bool = False
    notes: tuple[str, ...] = ()

    @property
    def hedged_pnl(self) -> float:
        """Gain of book and futures together, USD."""
        return self.unhedged_pnl + self.hedge_pnl

    @property
    def hedged_low(self) -> float:
        """Gain of book and futures at the lower end of the interval, USD."""
        return self.unhedged_low + self.hedge_pnl

    @property
    def hedged_high(self) -> float:
        """Gain of book and futures at the upper end of the interval, USD."""
        return self.unhedged_high + self.hedge_pnl


def index_scenarios(exposure: Exposure, plan: HedgePlan) -> tuple[Scenario, ...]:
    """Return what :data:`INDEX_MOVES` of the plan's reference index would do, falls first."""
    reference = exposure.of(plan.reference_index)
    follow = exposure.follow_shares(plan.reference_index)
    futures = float(held_notional(exposure, plan) @ follow)
    title = find_index(plan.reference_index).title
    scenarios = []
    for move in INDEX_MOVES:
        ends = sorted((reference.low * move, reference.high * move))
        scenarios.append(
            Scenario(
                name=f"{title} {move:+.0%}",
                group="reference",
                kind="index",
                shocks=tuple(zip(exposure.indices, (move * follow).tolist(), strict=True)),
                unhedged_pnl=reference.beta_dollars * move,
                hedge_pnl=futures * move,
                unhedged_low=ends[0] * exposure.book.beta_base,
                unhedged_high=ends[1] * exposure.book.beta_base,
                takes_several_sessions=move < DEEPEST_SESSION,
                notes=(SEVERAL_SESSIONS,) if move < DEEPEST_SESSION else (),
            )
        )
    return tuple(scenarios)
