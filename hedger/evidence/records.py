"""What came of each strategy: gains day by day, and each quarter's hedge beside what was foretold of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.arrays import freeze
from hedger.evidence.figures import centre_quarters, deepest_fall, yearly_volatility
from hedger.exposure import SESSIONS_A_YEAR, hedge_effectiveness

if TYPE_CHECKING:
    from datetime import date

    from hedger.arrays import FloatArray
    from hedger.evidence.strategies import StrategyName


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """One quarter of the test.

    Parameters
    ----------
    start, end
        Sessions at whose close it begins and ends.
    n_sessions
        With a gain.
    n_left_out, known_share
        Holdings without prices then, and the share of today's gross value that the others have.
    unhedged_pnl
        Gain of the portfolio, USD.
    """

    start: date
    end: date
    n_sessions: int
    n_left_out: int
    known_share: float
    unhedged_pnl: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgedQuarter:
    """One quarter of one strategy.

    Parameters
    ----------
    held
        Root and signed number of contracts from the roll on.
    reference_index
        Index that the betas refer to: the plan's, or the best one where no hedge could be had.
    beta, low, high, realised_beta
        Of the portfolio alone: as measured at the roll, the 95 % interval given then, and what came.
    beta_after, beta_after_low, beta_after_high, realised_beta_after
        The same with the futures.
    hedge_pnl
        Gain of the futures after costs, USD.
    hedge_effectiveness
        Share of the quarter's variance that the futures removed; ``None`` for a book that did not move.
    initial_margin, buffer
        Of `held`, and cash beyond it at the roll, USD.
    cost, n_orders, n_corrections
        Of all trades in the quarter, USD; orders placed; how often the hedge was put right between the rolls.
    worst_account
        Largest loss of the futures account since the roll, at a close, USD, not negative.
    is_called
        Whether initial margin and buffer did not last: at some close the account was below maintenance margin.
    refusal
        Why nothing could be held; empty otherwise.
    """

    held: tuple[tuple[str, int], ...]
    reference_index: str
    beta: float
    low: float
    high: float
    realised_beta: float
    beta_after: float
    beta_after_low: float
    beta_after_high: float
    realised_beta_after: float
    hedge_pnl: float
    hedge_effectiveness: float | None
    initial_margin: float
    buffer: float
    cost: float
    n_orders: int
    n_corrections: int
    worst_account: float
    is_called: bool
    refusal: str

    @property
    def is_covered(self) -> bool:
        """Whether the portfolio's realised beta lay in its interval."""
        return self.low <= self.realised_beta <= self.high

    @property
    def is_covered_after(self) -> bool:
        """Whether the realised beta after the hedge lay in its interval."""
        return self.beta_after_low <= self.realised_beta_after <= self.beta_after_high


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StrategyRecord:
    """What came of one strategy.

    Parameters
    ----------
    name
        As in :class:`~hedger.evidence.Strategy`.
    value
        What basis points refer to: the portfolio's value, USD.
    unhedged
        Gain of the portfolio in each session, USD, shape (n_sessions,).
    hedge
        Gain of the futures after costs in each session, USD, shape (n_sessions,).
    costs
        Costs among it, positive, shape (n_sessions,).
    quarters
        One per quarter.
    lengths
        Sessions of each quarter.
    """

    name: StrategyName
    value: float
    unhedged: FloatArray
    hedge: FloatArray
    costs: FloatArray
    quarters: tuple[HedgedQuarter, ...]
    lengths: tuple[int, ...]

    def __post_init__(self) -> None:
        freeze(self, "unhedged", "hedge", "costs")

    @property
    def hedged(self) -> FloatArray:
        """Gain of portfolio and futures together in each session, USD, shape (n_sessions,)."""
        return self.unhedged + self.hedge

    @property
    def hedge_effectiveness(self) -> float | None:
        """Share of variance removed, variances around each quarter's mean; ``None`` for a book that did not move."""
        unhedged, hedged = (centre_quarters(gains, self.lengths) for gains in (self.unhedged, self.hedged))
        return hedge_effectiveness(unhedged, hedged, half_life=math.inf)

    @property
    def volatility(self) -> float:
        """Of the hedged portfolio, USD a year."""
        return yearly_volatility(self.hedged)

    @property
    def drawdown(self) -> float:
        """Largest loss of the hedged portfolio from a high, USD, positive."""
        return deepest_fall(self.hedged)

    @property
    def account_drawdown(self) -> float:
        """Largest loss of the futures from a high, over all quarters, USD, positive."""
        return deepest_fall(self.hedge)

    @property
    def worst_account(self) -> float:
        """Largest loss of the futures account within a quarter, USD."""
        return max(quarter.worst_account for quarter in self.quarters)

    @property
    def cost_per_year(self) -> float:
        """Commission, fees and spread of all trades and rolls, USD a year."""
        return float(self.costs.sum()) * SESSIONS_A_YEAR / self.costs.size

    @property
    def basis_points_per_year(self) -> float:
        """The same in hundredths of a per cent of the portfolio's value."""
        return 1e4 * self.cost_per_year / self.value

    @property
    def n_orders(self) -> int:
        """Orders placed, rolls included."""
        return sum(quarter.n_orders for quarter in self.quarters)

    @property
    def n_corrections(self) -> int:
        """How often the hedge was put right between two rolls."""
        return sum(quarter.n_corrections for quarter in self.quarters)

    @property
    def n_called(self) -> int:
        """Quarters in which the futures account was called for cash."""
        return sum(quarter.is_called for quarter in self.quarters)

    @property
    def n_covered(self) -> int:
        """Quarters in which the portfolio's realised beta lay in the interval given at their start."""
        return sum(quarter.is_covered for quarter in self.quarters)

    @property
    def n_covered_after(self) -> int:
        """Quarters in which the realised beta after the hedge lay in its interval."""
        return sum(quarter.is_covered_after for quarter in self.quarters)
