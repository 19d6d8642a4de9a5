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
class QuarterMoves:
    """What the portfolio and the indices did in each session of one quarter.

    Parameters
    ----------
    span
        The quarter.
    gains, values
        Of its book: gain, and the value that betas refer to before it, USD, shape (span.n_sessions,).
    index_returns
        Shape (span.n_sessions, n_indices).
    steps
        Moves of what contracts gain with, the indices or their futures, per unit of the level at the roll, shape
        (span.n_sessions, n_indices).
    """

    span: Span
    gains: FloatArray
    values: FloatArray
    index_returns: FloatArray
    steps: FloatArray

    def __post_init__(self) -> None:
        freeze(self, "gains", "values", "index_returns", "steps")


def follow_quarter(history: History, span: Span) -> QuarterMoves:
    """Return what the portfolio and the indices did in one quarter; contracts move with the indices."""
    return QuarterMoves(
        span=span,
        gains=history.book_gains(span),
        values=history.values_before(span),
        index_returns=history.index_returns(span),
        steps=history.index_steps(span),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PastQuarters:
    """What happened in the tested quarters, and what futures cost.

    Parameters
    ----------
    history
        Of today's holdings.
    quarters
        Oldest first; where one does not begin as the one before ends, all futures are closed between.
    quotes
        Today's contracts by root.
    buffer
        Cash beyond initial margin in the futures account, USD; ``None`` for what the portfolio's cash leaves.
    """

    history: History
    quarters: tuple[QuarterMoves, ...]
    quotes: Mapping[str, ContractQuote]
    buffer: float | None

    @property
    def lengths(self) -> tuple[int, ...]:
        """Sessions of each quarter."""
        return tuple(quarter.span.n_sessions for quarter in self.quarters)

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


def follow_strategy(strategy: Strategy, quarters: Sequence[HeldQuarter], past: PastQuarters) -> StrategyRecord:
    """Return what came of a strategy.

    Parameters
    ----------
    quarters
        What it held, one per quarter of `past`.
    """
    notional = past.notional
    records, hedges, costs = [], [], []
    before: tuple[tuple[str, int], ...] = ()
    for position, (moves, held) in enumerate(zip(past.quarters, quarters, strict=True)):
        span = moves.span
        futures = np.concatenate([stretch_gains(each, span, moves.steps, notional) for each in held.stretches])
        cost, n_orders = np.zeros(span.n_sessions), 0
        for stretch in held.stretches:
            paid, n_placed = trade_cost(before, stretch.held, past.quotes, is_roll=stretch.first == span.first)
            cost[stretch.first - span.first] += paid
            n_orders += n_placed
            before = stretch.held
        following = past.quarters[position + 1 : position + 2]
        if not following or following[0].span.first != span.last:
            paid, n_placed = trade_cost(before, (), past.quotes, is_roll=False)
            cost[-1] += paid
            n_orders += n_placed
            before = ()
        hedge = futures - cost
        records.append(_quarter(held, past, moves, hedge=hedge, cost=float(cost.sum()), n_orders=n_orders))
        hedges.append(hedge)
        costs.append(cost)
    return StrategyRecord(
        name=strategy.name,
        value=past.history.book.beta_base,
        unhedged=np.concatenate([moves.gains for moves in past.quarters]),
        hedge=np.concatenate(hedges),
        costs=np.concatenate(costs),
        quarters=tuple(records),
        lengths=past.lengths,
    )


def _quarter(
    held: HeldQuarter, past: PastQuarters, moves: QuarterMoves, *, hedge: FloatArray, cost: float, n_orders: int
) -> HedgedQuarter:
    plan, exposure, history = held.plan, held.exposure, past.history
    unhedged, hedged = moves.gains, moves.gains + hedge
    reference = plan.reference_index if plan is not None else exposure.best_index(exposure.indices)
    measured = exposure.of(reference)
    returns = np.column_stack([unhedged, hedged]) / moves.values[:, None]
    (realised, realised_after), _ = realised_betas(returns, moves.index_returns[:, history.indices.index(reference)])
    initial, _ = past.margins(held.stretches[0].held)
    buffer = past.buffer if past.buffer is not None else max(history.book.cash - initial, 0.0)
    worst, is_called = _account(held.stretches, past, initial + buffer, hedge)
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
        hedge_effectiveness=hedge_effectiveness(unhedged, hedged, half_life=math.inf),
        initial_margin=initial,
        buffer=buffer,
        cost=cost,
        n_orders=n_orders,
        n_corrections=len(held.stretches) - 1,
        worst_account=worst,
        is_called=is_called,
        refusal=held.refusal,
    )


def _account(stretches: Sequence[Stretch], past: PastQuarters, cash: float, hedge: FloatArray) -> tuple[float, bool]:
    """Return the largest loss of the futures account at a close of the quarter, USD, and whether it was called."""
    summed = np.cumsum(hedge)
    needed = np.concatenate(
        [np.full(stretch.last - stretch.first, past.margins(stretch.held)[1]) for stretch in stretches]
    )
    is_called = bool(np.any((cash + summed < needed) & (needed > 0)))
    return float(max(-summed.min(), 0.0)), is_called
