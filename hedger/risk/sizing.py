"""How many contracts a trade may have, so that a stop costs no more than a stated share of the account.

``floor(equity x risk / (stop x multiplier))``: the stop in index points, the rest in USD.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.errors import Note, SettingsError
from hedger.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hedger.contracts import ContractQuote, FuturesContract


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSize:
    """A position whose stop costs at most a share of the account.

    Parameters
    ----------
    contract
        The contract.
    quote
        Its price and margin; ``None`` where no price is known.
    equity, risk, stop
        Account in USD, share of it that may be lost, and distance of the stop in points.
    n_contracts
        Whole contracts, possibly none.
    """

    contract: FuturesContract
    quote: ContractQuote | None
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

    @property
    def notional(self) -> float | None:
        """Value of the position, USD."""
        return None if self.quote is None else self.n_contracts * self.quote.notional

    @property
    def initial_margin(self) -> float | None:
        """Initial margin of the position, USD."""
        return None if self.quote is None else self.n_contracts * self.quote.margin.initial

    @property
    def notes(self) -> tuple[Note, ...]:
        """What keeps the position from being held, or its stop from being placed."""
        return (*self._doubt_margin(), *self._doubt_stop())

    def _doubt_margin(self) -> Iterator[Note]:
        if self.quote is None or self.initial_margin is None or self.initial_margin <= self.equity:
            return
        held = math.floor(self.equity / self.quote.margin.initial)
        yield Note(
            code="margin_above_equity",
            message=(
                f"The initial margin of {plural(self.n_contracts, f'{self.contract.symbol} contract')}, "
                f"${self.initial_margin:,.0f}, is more than the equity of ${self.equity:,.0f}, which carries {held:,} "
                "at most. The stop limits the loss, not the margin."
            ),
        )

    def _doubt_stop(self) -> Iterator[Note]:
        tick = self.contract.tick_size
        if tick is None:
            return
        ticks = self.stop / tick
        if math.isclose(ticks, round(ticks), rel_tol=1e-9):
            return
        lower, upper = math.floor(ticks) * tick, math.ceil(ticks) * tick
        places = f"{lower:g} or {upper:g}" if lower else f"{upper:g}"
        yield Note(
            code="stop_off_tick",
            message=(
                f"A stop {self.stop:g} points away is no multiple of the tick of {tick:g}: an order can rest {places} "
                "points away."
            ),
        )


def size_position(
    contract: FuturesContract, *, equity: float, risk: float, stop: float, quote: ContractQuote | None = None
) -> PositionSize:
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
    quote
        Price and margin of the contract, for the position's; the number of contracts does not depend on it.

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
    return PositionSize(contract=contract, quote=quote, equity=equity, risk=risk, stop=stop, n_contracts=n_contracts)
