"""The best whole-contract hedge within the limits: its orders, its proof, and what else could be done."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from hedger.contracts import ContractQuote
    from hedger.errors import Note
    from hedger.hedge.legs import LegStep
    from hedger.hedge.policy import Objective
    from hedger.hedge.problem import BindingLimit
    from hedger.hedge.walk_forward import IndexTest


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One trade of the plan and what is held after it.

    Parameters
    ----------
    quote
        Contract, expiry, price, margin and cost.
    quantity
        Contracts to trade, negative = sell.
    held_after
        Contracts held once the order is done, negative = short.
    """

    quote: ContractQuote
    quantity: int
    held_after: int

    @property
    def notional(self) -> float:
        """Value traded, USD, signed."""
        return self.quantity * self.quote.notional

    @property
    def initial_margin(self) -> float:
        """Initial margin that the order adds (or frees, negative), USD."""
        return self._added * self.quote.margin.initial

    @property
    def maintenance_margin(self) -> float:
        """Maintenance margin that the order adds (or frees, negative), USD."""
        return self._added * self.quote.margin.maintenance

    @property
    def cost(self) -> float:
        """Cost of the trade in and out, USD."""
        return abs(self.quantity) * self.quote.round_trip_cost

    @property
    def _added(self) -> int:
        return abs(self.held_after) - abs(self.held_after - self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another plan worth knowing.

    Parameters
    ----------
    positions
        Root and signed number of contracts held afterwards.
    tracking_risk, round_trip_cost, initial_margin
        USD a year, USD, USD.
    labels
        Why it is shown.
    """

    positions: tuple[tuple[str, int], ...]
    tracking_risk: float
    round_trip_cost: float
    initial_margin: float
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBudget:
    """Why the realised beta will differ from the planned one; standard deviations, all in beta.

    Parameters
    ----------
    stderr_estimation
        Of the estimate.
    stderr_drift
        Of what the betas will do over the next quarter, and of measuring that.
    stderr_rounding
        Distance from the intended beta because contracts are whole. What limits or another objective keep the plan
        from is known, and not part of it.
    """

    stderr_estimation: float
    stderr_drift: float
    stderr_rounding: float

    @property
    def stderr_total(self) -> float:
        """Root of the sum of squares."""
        return math.hypot(self.stderr_estimation, self.stderr_drift, self.stderr_rounding)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveOutcome:
    """The best plan by one objective, and what it is by the other.

    Parameters
    ----------
    objective
        What it makes as small as possible.
    positions
        Root and signed number of contracts held afterwards.
    expected_shortfall
        Mean loss of the worst past sessions, USD, positive = loss: of the share of the book that is to be hedged,
        together with the futures.
    book_shortfall
        The same of the whole book, together with the futures.
    tracking_risk, round_trip_cost, initial_margin
        USD a year, USD, USD.
    """

    objective: Objective
    positions: tuple[tuple[str, int], ...]
    expected_shortfall: float
    book_shortfall: float
    tracking_risk: float
    round_trip_cost: float
    initial_margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveComparison:
    """Two objectives side by side over the same past sessions.

    Parameters
    ----------
    level
        Of the expected shortfall.
    first_session, last_session, n_scenarios
        The sessions.
    fraction, tolerance
        Share of the book that is to be hedged, and shortfall that may be given up for a cheaper plan, as a share of
        `unhedged_shortfall`.
    least_shortfall, bound
        Least expected shortfall of any plan within the limits, and the proof: no such plan lies below `bound`; USD.
    unhedged_shortfall, unhedged_book_shortfall
        Expected shortfall without futures, of the share of the book that is to be hedged and of the whole book, USD.
    outcomes
        One per objective, the chosen one first.
    """

    level: float
    first_session: date
    last_session: date
    n_scenarios: int
    fraction: float
    tolerance: float
    least_shortfall: float
    bound: float
    unhedged_shortfall: float
    unhedged_book_shortfall: float
    outcomes: tuple[ObjectiveOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgePlan:
    """The best whole-contract hedge within the limits, with its proof.

    Parameters
    ----------
    reference_index
        Index that the hedge fraction and the betas refer to.
    hedge_fraction
        Share of beta dollars that was asked for.
    positions
        Every contract held after the orders, also those that need no order.
    target_notional
        Per index of the hedge the signed USD that would be ideal.
    beta_before, beta_after, beta_after_low, beta_after_high
        To the reference index; the interval is for the beta realised over the next 63 sessions.
    beta_dollars, residual_beta_dollars
        Before and after the hedge, USD, signed.
    tracking_risk, best_tracking_risk, bound, is_optimal, n_nodes
        Certificate of the solver; risks in USD a year, futures that stay on other indices included.
    objective, comparison
        What was made as small as possible; beside expected shortfall the plan of least variance, else ``None``.
    binding_limits, alternatives
        What holds the plan back, and what else could be done.
    error_budget
        How sure the beta after the hedge is.
    index_test
        What each index alone would have removed of the variance in past quarters; ``None`` where the history is too
        short, or nobody asked.
    leg_test
        What further indices were judged by, by rising number of legs; empty where only one was allowed.
    notes
        Doubts about the plan.
    """

    reference_index: str
    hedge_fraction: float
    positions: tuple[Order, ...]
    target_notional: tuple[tuple[str, float], ...]
    beta_before: float
    beta_after: float
    beta_after_low: float
    beta_after_high: float
    beta_dollars: float
    residual_beta_dollars: float
    tracking_risk: float
    best_tracking_risk: float
    bound: float
    is_optimal: bool
    n_nodes: int
    objective: Objective
    comparison: ObjectiveComparison | None
    binding_limits: tuple[BindingLimit, ...]
    alternatives: tuple[Alternative, ...]
    error_budget: ErrorBudget
    index_test: IndexTest | None
    leg_test: tuple[LegStep, ...]
    notes: tuple[Note, ...]

    @property
    def orders(self) -> tuple[Order, ...]:
        """The trades, in the order of the contracts."""
        return tuple(order for order in self.positions if order.quantity)

    @property
    def hedge_notional(self) -> float:
        """Value of all contracts held after the orders, USD, signed."""
        return sum(order.held_after * order.quote.notional for order in self.positions)

    @property
    def achieved_hedge_fraction(self) -> float | None:
        """Share of beta dollars removed; ``None`` for a book without exposure."""
        if self.beta_dollars == 0:
            return None
        return 1.0 - self.residual_beta_dollars / self.beta_dollars

    @property
    def initial_margin(self) -> float:
        """Of all contracts held after the orders, USD."""
        return sum(abs(order.held_after) * order.quote.margin.initial for order in self.positions)

    @property
    def maintenance_margin(self) -> float:
        """Of all contracts held after the orders, USD."""
        return sum(abs(order.held_after) * order.quote.margin.maintenance for order in self.positions)

    @property
    def round_trip_cost(self) -> float:
        """Of the orders, in and out, USD."""
        return sum(order.cost for order in self.orders)
