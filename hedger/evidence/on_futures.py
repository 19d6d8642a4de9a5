r"""The same contracts on the futures' own closes, with their real basis and rolls, where the record has them.

A future's gain differs from its index' gain by the basis: financing received less dividends paid, spread over the
quarter, and its daily noise. With :math:`F` the futures' closes chained over rolls and :math:`S` the index, the basis
is :math:`b = \log F - \log S`; on a day without a close of the future it stands still, and it takes up its change on
the next day that has one. Betas that came are to the index itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.evidence.figures import deepest_fall, yearly_volatility
from hedger.evidence.following import follow_strategy
from hedger.exposure import SESSIONS_A_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hedger.arrays import FloatArray
    from hedger.evidence.following import PastQuarters
    from hedger.evidence.history import History, Span
    from hedger.evidence.records import Quarter, StrategyRecord
    from hedger.evidence.strategies import Strategy, StrategyName
    from hedger.evidence.walk import HeldQuarter
    from hedger.market import FuturesCloses

LEAST_CLOSES = 0.75
"""Share of a quarter's sessions on which every future that is held must have a close."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FuturesRecord:
    """One strategy with the same contracts in the same quarters, moved by the index and by the futures' own closes.

    Parameters
    ----------
    on_index, on_futures
        What came of it.
    """

    on_index: StrategyRecord
    on_futures: StrategyRecord

    @property
    def name(self) -> StrategyName:
        """Of the strategy."""
        return self.on_futures.name

    @property
    def basis_per_year(self) -> float:
        """What the futures gained beyond the indices, USD a year: financing less dividends."""
        beyond = self.on_futures.hedge - self.on_index.hedge
        return float(beyond.sum()) * SESSIONS_A_YEAR / beyond.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FuturesCheck:
    """The test repeated on the futures' own closes.

    Parameters
    ----------
    quarters
        Those in which every future that any strategy held has closes, oldest first.
    source
        Of the closes.
    records
        One per strategy, in the order of the test.
    """

    quarters: tuple[Quarter, ...]
    source: str
    records: tuple[FuturesRecord, ...]

    @property
    def start(self) -> date:
        """First roll of the quarters."""
        return self.quarters[0].start

    @property
    def end(self) -> date:
        """Last roll of the quarters."""
        return self.quarters[-1].end

    @property
    def n_quarters(self) -> int:
        """How many quarters are covered."""
        return len(self.quarters)

    @property
    def volatility(self) -> float:
        """Of the portfolio without a hedge in them, USD a year."""
        return yearly_volatility(self.records[0].on_index.unhedged)

    @property
    def drawdown(self) -> float:
        """Largest loss of the portfolio without a hedge from a high in them, USD, positive."""
        return deepest_fall(self.records[0].on_index.unhedged)


def check_on_futures(
    held: Sequence[Sequence[HeldQuarter]],
    strategies: Sequence[Strategy],
    past: PastQuarters,
    quarters: Sequence[Quarter],
    futures: Sequence[FuturesCloses],
) -> FuturesCheck | None:
    """Repeat the test on the futures' own closes; ``None`` where no quarter is covered.

    Parameters
    ----------
    held
        What each strategy held, by quarter.
    quarters
        Of `past`.
    futures
        Closes of real futures, at most one per index.
    """
    levels, has_close = _levels(past.history, futures)
    covered = [
        position
        for position, (moves, by_strategy) in enumerate(zip(past.quarters, held, strict=True))
        if _is_covered(moves.span, _places_held(by_strategy, past), levels, has_close)
    ]
    if not covered:
        return None
    same = tuple(past.quarters[position] for position in covered)
    on_index = replace(past, quarters=same)
    own = tuple(replace(moves, steps=_steps(levels, moves.span)) for moves in same)
    on_futures = replace(past, quarters=own)
    records = []
    for place, strategy in enumerate(strategies):
        by_quarter = [held[position][place] for position in covered]
        records.append(
            FuturesRecord(
                on_index=follow_strategy(strategy, by_quarter, on_index),
                on_futures=follow_strategy(strategy, by_quarter, on_futures),
            )
        )
    return FuturesCheck(
        quarters=tuple(quarters[position] for position in covered),
        source=futures[0].source,
        records=tuple(records),
    )


def _places_held(by_strategy: Sequence[HeldQuarter], past: PastQuarters) -> list[int]:
    """Return the positions of the indices of which any strategy held futures in a quarter."""
    stretches = [stretch for quarter in by_strategy for stretch in quarter.stretches]
    symbols = {symbol for stretch in stretches for symbol, _ in stretch.held}
    return sorted({past.history.indices.index(past.quotes[symbol].index) for symbol in symbols})


def _is_covered(span: Span, places: Sequence[int], levels: FloatArray, has_close: FloatArray) -> bool:
    """Return whether anything was held, and the futures at these positions have closes throughout a quarter."""
    if not places:
        return False
    rows = np.ix_(range(span.first, span.last + 1), places)
    return bool(np.isfinite(levels[rows]).all() and has_close[rows].mean(axis=0).min() >= LEAST_CLOSES)


def _steps(levels: FloatArray, span: Span) -> FloatArray:
    """Return each session's move of the futures per unit of their level at the roll; zero where there is none."""
    own = levels[span.first : span.last + 1]
    steps: FloatArray = np.nan_to_num(np.diff(own / own[0], axis=0), nan=0.0)
    return steps


def _levels(history: History, futures: Sequence[FuturesCloses]) -> tuple[FloatArray, FloatArray]:
    """Return chained futures closes on the sessions of the history, NaN outside the record, and where a close is known.

    Both of shape (n_sessions, n_indices).
    """
    levels = np.full(history.levels.shape, np.nan)
    has_close = np.zeros(history.levels.shape)
    for each in futures:
        if each.index not in history.indices:
            continue
        column = history.indices.index(each.index)
        known, rows, days = np.intersect1d(history.sessions, each.days, return_indices=True)
        if known.size < 2:
            continue
        cash = np.log(history.levels[:, column])
        chained = np.cumsum(np.nan_to_num(np.log(each.growth), nan=0.0))
        breaks = np.cumsum(np.isnan(each.growth))
        change = np.diff(chained[days] - cash[rows])
        change[np.diff(breaks[days]) > 0] = 0.0
        basis = np.concatenate([[0.0], np.cumsum(change)])
        span = np.arange(rows[0], rows[-1] + 1)
        newest = np.searchsorted(rows, span, side="right") - 1
        levels[span, column] = np.exp(cash[span] + basis[newest])
        has_close[rows, column] = 1.0
    return levels, has_close
