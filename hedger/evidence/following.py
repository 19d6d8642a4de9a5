"""From what a strategy held to what came of it: gains, costs, the futures account, realised betas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze
from hedger.evidence.records import HedgedQuarter, StrategyRecord
from hedger.evidence.walk import stretch_gains, trade_cost
from hedger.exposure import hedge_effectiveness, realised_betas

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hedger.arrays import FloatArray
    from hedger.contracts import ContractQuote
    from hedger.evidence.history import History, Span
    from hedger.evidence.strategies import Strategy
    from hedger.evidence.walk import HeldQuarter, Stretch


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """What the portfolio and the indices did in the tested quarters, and what futures cost.

    Parameters
    ----------
    history
        Of today's holdings.
    spans
        The quarters, oldest first; where one does not begin as the one before ends, all futures are closed between.
    gains
        Of the quarter's book by session, USD, one array of shape (span.n_sessions,) per quarter.
    steps
        Moves of what contracts gain with, the indices or their futures, by session per unit of the level at the roll;
        one array of shape (span.n_sessions, n_indices) per quarter.
    quotes
        Today's contracts by root.
    buffer
        Cash beyond initial margin in the futures account, USD; ``None`` for what the portfolio's cash leaves.
    """

    history: History
    spans: tuple[Span, ...]
    gains: tuple[FloatArray, ...]
    steps: tuple[FloatArray, ...]
    quotes: Mapping[str, ContractQuote]
    buffer: float | None

    def __post_init__(self) -> None:
        freeze(self, "gains", "steps")

    @property
    def lengths(self) -> tuple[int, ...]:
        """Sessions of each quarter."""
        return tuple(span.n_sessions for span in self.spans)

    @property
    def notional(self) -> dict[str, FloatArray]:
        """By root: USD of one contract in each index, shape (n_indices,)."""
        return {
            symbol: np.where(np.array(self.history.indices) == quote.index, quote.notional, 0.0)
            for symbol, quote in self.quotes.items()
        }

    def margins(self, held: Sequence[tuple[str, int]]) -> tuple[float, float]:
        """Return initial and maintenance margin of some contracts, USD."""
        margins = [(abs(quantity), self.quotes[symbol].margin) for symbol, quantity in held]
        return sum(n * margin.initial for n, margin in margins), sum(n * margin.maintenance for n, margin in margins)


def follow_strategy(strategy: Strategy, quarters: Sequence[HeldQuarter], market: Market) -> StrategyRecord:
    """Return what came of a strategy.

    Parameters
    ----------
    quarters
        What it held, one per quarter of `market`.
    """
    notional = market.notional
    records, hedges, costs = [], [], []
    before: tuple[tuple[str, int], ...] = ()
    for position, (span, held) in enumerate(zip(market.spans, quarters, strict=True)):
        futures = _gains_before_costs(held.stretches, span, market.steps[position], notional)
        cost, n_orders = np.zeros(span.n_sessions), 0
        for stretch in held.stretches:
            paid, n_placed = trade_cost(before, stretch.held, market.quotes, is_roll=stretch.first == span.first)
            cost[stretch.first - span.first] += paid
            n_orders += n_placed
            before = stretch.held
        following = market.spans[position + 1 : position + 2]
        if not following or following[0].first != span.last:
            paid, n_placed = trade_cost(before, (), market.quotes, is_roll=False)
            cost[-1] += paid
            n_orders += n_placed
            before = ()
        hedge = futures - cost
        records.append(_quarter(held, market, position, hedge=hedge, cost=float(cost.sum()), n_orders=n_orders))
        hedges.append(hedge)
        costs.append(cost)
    return StrategyRecord(
        name=strategy.name,
        value=market.history.book.beta_base,
        unhedged=np.concatenate(market.gains),
        hedge=np.concatenate(hedges),
        costs=np.concatenate(costs),
        quarters=tuple(records),
        lengths=market.lengths,
    )


def _gains_before_costs(
    stretches: Sequence[Stretch], span: Span, steps: FloatArray, notional: Mapping[str, FloatArray]
) -> FloatArray:
    return np.concatenate([stretch_gains(stretch, span, steps, notional) for stretch in stretches])


def _quarter(
    held: HeldQuarter, market: Market, position: int, *, hedge: FloatArray, cost: float, n_orders: int
) -> HedgedQuarter:
    plan, exposure, history, span = held.plan, held.exposure, market.history, market.spans[position]
    gains = market.gains[position]
    reference = plan.reference_index if plan is not None else exposure.best_index(exposure.indices)
    measured = exposure.of(reference)
    index_returns = history.index_returns(span)[:, history.indices.index(reference)]
    base = history.values_before(span)
    (realised, realised_after), _ = realised_betas(
        np.column_stack([gains, gains + hedge]) / base[:, None], index_returns
    )
    initial, _ = market.margins(held.stretches[0].held)
    buffer = market.buffer if market.buffer is not None else max(history.book.cash - initial, 0.0)
    worst, is_called = _account(held.stretches, market, initial + buffer, hedge)
    return HedgedQuarter(
        held=held.stretches[0].held,
        reference_index=reference,
        beta=measured.beta,
        low=measured.low,
        high=measured.high,
        realised_beta=float(realised),
        beta_after=plan.beta_after if plan is not None else measured.beta,
        beta_after_low=plan.beta_after_low if plan is not None else measured.low,
        beta_after_high=plan.beta_after_high if plan is not None else measured.high,
        realised_beta_after=float(realised_after),
        hedge_pnl=float(hedge.sum()),
        hedge_effectiveness=hedge_effectiveness(gains, gains + hedge, half_life=math.inf),
        initial_margin=initial,
        buffer=buffer,
        cost=cost,
        n_orders=n_orders,
        n_corrections=len(held.stretches) - 1,
        worst_account=worst,
        is_called=is_called,
        refusal=held.refusal,
    )


def _account(stretches: Sequence[Stretch], market: Market, cash: float, hedge: FloatArray) -> tuple[float, bool]:
    """Return the largest loss of the futures account at a close of the quarter, USD, and whether it was called."""
    summed = np.cumsum(hedge)
    needed = np.concatenate(
        [np.full(stretch.last - stretch.first, market.margins(stretch.held)[1]) for stretch in stretches]
    )
    is_called = bool(np.any((cash + summed < needed) & (needed > 0)))
    return float(max(-summed.min(), 0.0)), is_called
