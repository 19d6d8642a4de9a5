"""The futures of a plan as amounts per index, which is all that gains and losses depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hedger.arrays import FloatArray
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan


def held_notional(exposure: Exposure, plan: HedgePlan) -> FloatArray:
    """Return the notional held after the orders per measured index, USD, signed, shape (n_indices,)."""
    notional = np.zeros(len(exposure.indices))
    for order in plan.positions:
        notional[exposure.indices.index(order.quote.index)] += order.held_after * order.quote.notional
    return notional


def hedge_gains(exposure: Exposure, plan: HedgePlan) -> FloatArray:
    """Return what the plan's contracts would have gained in each past session, USD, shape (n_sessions,).

    Each session starts from today's notional, as the book's gains start from today's holdings; NaN where an index that
    is held was not known.
    """
    notional = held_notional(exposure, plan)
    is_held = notional != 0
    gains: FloatArray = exposure.index_returns[:, is_held] @ notional[is_held]
    return gains
