r"""Futures held on indices that the hedge does not use: they stay as they are, and the plan allows for them.

Their dollars :math:`k` move with the indices of the hedge :math:`L` like :math:`S_{LL}^{-1} S_{L\cdot} k` dollars of
these, which the orders make up for. What they do beside that, no order removes: its variance
:math:`k^\top S k - (S_{L\cdot} k)^\top S_{LL}^{-1} (S_{L\cdot} k)` is part of every plan's tracking risk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.arrays import FloatArray
    from hedger.contracts import ContractQuote
    from hedger.exposure import Exposure


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFutures:
    """Positions that no order changes.

    Parameters
    ----------
    positions
        Quote and signed number of contracts of each.
    """

    positions: tuple[tuple[ContractQuote, int], ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Roots of the contracts."""
        return tuple(quote.symbol for quote, _ in self.positions)

    @property
    def n_contracts(self) -> int:
        """Contracts in all."""
        return sum(abs(quantity) for _, quantity in self.positions)

    @property
    def margin(self) -> float:
        """Initial margin, USD."""
        return sum(abs(quantity) * quote.margin.initial for quote, quantity in self.positions)

    def dollars(self, indices: Sequence[str]) -> FloatArray:
        """Return the notional held of each index, USD, signed, shape (n_indices,)."""
        held = np.zeros(len(indices))
        for quote, quantity in self.positions:
            held[indices.index(quote.index)] += quantity * quote.notional
        return held

    def as_exposure(self, exposure: Exposure, chosen: Sequence[str]) -> FloatArray:
        """Return the dollars of the indices of the hedge that they move like, USD, signed, shape (n_chosen,)."""
        return self._projected(exposure, chosen)[0]

    def own_risk(self, exposure: Exposure, chosen: Sequence[str]) -> float:
        """Return the yearly standard deviation of what the indices of the hedge cannot remove of them, USD."""
        return self._projected(exposure, chosen)[1]

    def _projected(self, exposure: Exposure, chosen: Sequence[str]) -> tuple[FloatArray, float]:
        places = [exposure.indices.index(name) for name in chosen]
        held = self.dollars(exposure.indices)
        moved = exposure.covariance[places] @ held
        followed = np.asarray(np.linalg.solve(exposure.covariance[np.ix_(places, places)], moved), dtype=np.float64)
        variance = float(held @ exposure.covariance @ held - moved @ followed)
        return followed, math.sqrt(max(variance, 0.0))
