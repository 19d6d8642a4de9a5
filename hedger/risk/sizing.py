"""How many contracts a trade may have, so that a stop costs no more than a stated share of the account.

``floor(equity x risk / (stop x multiplier))``: the stop in index points, the rest in USD.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.errors import SettingsError

if TYPE_CHECKING:
    from hedger.contracts import FuturesContract


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSize:
    """A position whose stop costs at most a share of the account.

    Parameters
    ----------
    contract
        The contract.
    equity, risk, stop
        Account in USD, share of it that may be lost, and distance of the stop in points.
    n_contracts
        Whole contracts, possibly none.
    """

    contract: FuturesContract
    equity: float
    risk: float
    stop: float
    n_contracts: int

    @property
    def risk_budget(self) -> float:
        """What the stop may cost, USD."""
        return self.equity * self.risk

    @property
    def loss_per_contract(self) -> float:
        """What the stop costs one contract, USD."""
        return self.stop * self.contract.multiplier

    @property
    def loss_at_stop(self) -> float:
        """What the stop costs the position, USD, without fees and gaps."""
        return self.n_contracts * self.loss_per_contract


def size_position(contract: FuturesContract, *, equity: float, risk: float, stop: float) -> PositionSize:
    """Return the largest position whose stop costs at most ``equity x risk``.

    Parameters
    ----------
    contract
        The contract.
    equity
        USD, positive.
    risk
        Share of `equity`, between 0 and 1.
    stop
        Points between entry and stop, positive.

    Raises
    ------
    SettingsError
        When one of them is outside its range.
    """
    if not (equity > 0 and math.isfinite(equity)):
        raise SettingsError(f"The equity must be positive, not {equity:,.2f}.")
    if not 0 < risk <= 1:
        raise SettingsError(f"The risk must be above 0 % and at most 100 % of the equity, not {risk:.0%}.")
    if not (stop > 0 and math.isfinite(stop)):
        raise SettingsError(f"The stop must be a positive number of index points, not {stop:g}.")
    # A quotient that is a whole number but for its last bit counts as that number.
    n_contracts = math.floor(equity * risk / (stop * contract.multiplier) * (1.0 + 1e-12))
    return PositionSize(contract=contract, equity=equity, risk=risk, stop=stop, n_contracts=n_contracts)
