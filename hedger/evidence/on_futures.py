r"""The same contracts on the futures' own closes, with their real basis and rolls, where the record has them.

A future's gain differs from its index' gain by the basis: financing received less dividends paid, spread over the
quarter, and its daily noise. With :math:`F` the futures' closes chained over rolls and :math:`S` the index, the basis
is :math:`b = \log F - \log S`; on a day without a close of the future it stands still, and it takes up its change on
the next day that has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.evidence.figures import variance_removed
from hedger.evidence.walk import stretch_gains
from hedger.exposure import SESSIONS_A_YEAR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hedger.evidence.following import Market
    from hedger.evidence.history import FloatArray, History
    from hedger.evidence.strategies import Strategy, StrategyName
    from hedger.evidence.walk import HeldQuarter
    from hedger.market import FuturesCloses

CHECKED: tuple[StrategyName, ...] = ("rule", "sp500")
"""Strategies that are repeated on futures."""
LEAST_CLOSES = 0.75
"""Share of a quarter's sessions on which every future that is held must have a close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesRecord:
    """One strategy on the futures' own closes.

    Parameters
    ----------
    name
        Of the strategy.
    on_index, on_futures
        Share of variance removed over the same quarters by the same contracts, moving with the cash index and with
        the futures' own closes; before costs.
    basis_per_year
        What the futures gained beyond the indices, USD a year: financing less dividends.
    """

    name: StrategyName
    on_index: float
    on_futures: float
    basis_per_year: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesCheck:
    """The test repeated on the futures' own closes.

    Parameters
    ----------
    start, end
        First and last roll of the quarters that are covered.
    n_quarters
        Their number.
    source
        Of the closes.
    records
        One per strategy of :data:`CHECKED` that was followed.
    """

    start: date
    end: date
    n_quarters: int
    source: str
    records: tuple[FuturesRecord, ...]


def check_on_futures(
    held: Sequence[Sequence[HeldQuarter]],
    strategies: Sequence[Strategy],
    market: Market,
    futures: Sequence[FuturesCloses],
) -> FuturesCheck | None:
    """Repeat the test on the futures' own closes; ``None`` where no quarter is covered, or the book stood still.

    Parameters
    ----------
    held
        What each strategy held, by quarter.
    futures
        Closes of real futures, at most one per index.
    """
    levels, has_close = _levels(market.history, futures)
    index_of = {symbol: market.history.indices.index(quote.index) for symbol, quote in market.quotes.items()}
    checked = [place for place, strategy in enumerate(strategies) if strategy.name in CHECKED]
    covered = []
    for position, span in enumerate(market.spans):
        stretches = [stretch for place in checked for stretch in held[position][place].stretches]
        used = sorted({index_of[symbol] for stretch in stretches for symbol, _ in stretch.held})
        rows = np.ix_(range(span.first, span.last + 1), used)
        if used and np.isfinite(levels[rows]).all() and has_close[rows].mean(axis=0).min() >= LEAST_CLOSES:
            covered.append(position)
    records = [
        record
        for place in checked
        if covered
        and (record := _repeat(strategies[place].name, [held[n][place] for n in covered], market, levels, covered))
    ]
    if not records:
        return None
    return FuturesCheck(
        start=market.history.day(market.spans[covered[0]].first),
        end=market.history.day(market.spans[covered[-1]].last),
        n_quarters=len(covered),
        source=futures[0].source,
        records=tuple(records),
    )


def _repeat(
    name: StrategyName, held: Sequence[HeldQuarter], market: Market, levels: FloatArray, covered: Sequence[int]
) -> FuturesRecord | None:
    """Return what came of one strategy in the covered quarters; ``None`` for a book that did not move."""
    notional = market.notional
    on_index: list[FloatArray] = []
    on_futures: list[FloatArray] = []
    for position, quarter in zip(covered, held, strict=True):
        span = market.spans[position]
        own = levels[span.first : span.last + 1]
        steps = np.nan_to_num(np.diff(own / own[0], axis=0), nan=0.0)
        for gains, moves in ((on_index, market.steps[position]), (on_futures, steps)):
            gains += [stretch_gains(each, span, moves, notional) for each in quarter.stretches]
    lengths = [market.spans[position].n_sessions for position in covered]
    unhedged = np.concatenate([market.gains[position] for position in covered])
    index_gains, futures_gains = np.concatenate(on_index), np.concatenate(on_futures)
    by_index = variance_removed(unhedged, unhedged + index_gains, lengths)
    by_futures = variance_removed(unhedged, unhedged + futures_gains, lengths)
    if by_index is None or by_futures is None:
        return None
    return FuturesRecord(
        name=name,
        on_index=by_index,
        on_futures=by_futures,
        basis_per_year=float((futures_gains - index_gains).sum()) * SESSIONS_A_YEAR / unhedged.size,
    )


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
