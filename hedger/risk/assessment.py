"""Everything that the hedge changes, in one result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.errors import Note
from hedger.risk.distribution import Distribution, gain_distribution, hedge_effectiveness
from hedger.risk.positions import hedge_gains
from hedger.risk.scenarios import Scenario, index_scenarios

if TYPE_CHECKING:
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan

HARD_TO_HEDGE = 0.5
"""Share of variance beyond the reach of index futures from which the plan says so plainly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """The book before and after the hedge.

    Parameters
    ----------
    before, after
        Spread of gains of the book alone, and with the futures.
    hedge_effectiveness
        Share of variance that the plan would have removed over the last five years, in sample; ``None`` for a plan
        without contracts.
    unhedgeable_share
        Share of the book's variance that all indices together leave.
    scenarios
        Moves of the reference index.
    notes
        Doubts about the hedge as a whole.
    """

    before: Distribution
    after: Distribution
    hedge_effectiveness: float | None
    unhedgeable_share: float
    scenarios: tuple[Scenario, ...]
    notes: tuple[Note, ...]


def assess_risk(exposure: Exposure, plan: HedgePlan) -> Risk:
    """Return what a plan does to the spread of gains and in index moves."""
    known = np.isfinite(exposure.gains)
    unhedged = exposure.gains[known]
    hedged = unhedged + hedge_gains(exposure, plan)[known]
    has_contracts = any(order.held_after for order in plan.positions)
    notes = []
    if exposure.unhedgeable_share > HARD_TO_HEDGE:
        notes.append(
            Note(
                code="hard_to_hedge",
                message=(
                    f"{exposure.unhedgeable_share:.0%} of this portfolio's variance comes from its own holdings and "
                    "not from any index: index futures hedge it badly. Fewer of the largest holdings, or options on "
                    "them, would do more."
                ),
            )
        )
    return Risk(
        before=gain_distribution(unhedged),
        after=gain_distribution(hedged),
        hedge_effectiveness=hedge_effectiveness(unhedged, hedged) if has_contracts else None,
        unhedgeable_share=exposure.unhedgeable_share,
        scenarios=index_scenarios(exposure, plan),
        notes=tuple(notes),
    )
