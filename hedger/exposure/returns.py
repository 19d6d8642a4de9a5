"""Closes to paired returns: every return of an asset spans exactly the sessions that the indices' return spans.

Sessions are those on which every index with a whole record has a close. An index that is young, or lacks many closes,
is known on some of them only: it does not shorten what is known of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.arrays import BoolArray, DateArray, FloatArray
    from hedger.market import Prices


LONGEST_REPEAT = 5
"""Sessions in a row that a close may stand unchanged before it counts as not traded."""
WHOLE_RECORD = 0.9
"""Share of the closes of the best-known index that make an index' record whole."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairedReturns:
    """Simple returns of assets and indices over the same intervals.

    Parameters
    ----------
    sessions
        Day on which each interval ends, oldest first, shape (n_sessions,).
    assets
        NaN where an asset lacks a close at either end, shape (n_sessions, n_assets).
    indices
        Shape (n_sessions, n_indices); NaN only where an index without a whole record lacks a close at either end.
    n_dropped_sessions
        Sessions among them left out because an index with a whole record had no close; the interval around them is one
        longer return.
    repeated
        Positions of assets whose stale closes were taken out.
    """

    sessions: DateArray
    assets: FloatArray
    indices: FloatArray
    n_dropped_sessions: int
    repeated: tuple[int, ...]

    def __post_init__(self) -> None:
        freeze(self, "sessions", "assets", "indices")


def pair_returns(prices: Prices, assets: Sequence[str], indices: Sequence[str], *, lookback: int) -> PairedReturns:
    """Return the newest `lookback` returns of `assets`, paired with those of `indices`.

    Only sessions on which every index with a whole record (:data:`WHOLE_RECORD`) has a close become ends of intervals,
    so that a session missing from one of them makes the next return a longer one for all alike.

    Parameters
    ----------
    prices
        Must hold all the symbols; symbols of an asset that are absent are the caller's mistake.
    assets, indices
        Yahoo symbols.
    lookback
        Most returns to give.
    """
    columns = {symbol: position for position, symbol in enumerate(prices.symbols)}
    index_close = prices.close[:, [columns[symbol] for symbol in indices]]
    complete = _have_whole_records(np.isfinite(index_close), lookback)
    kept = np.flatnonzero(complete)[-(lookback + 1) :]
    n_dropped = int((~complete[kept[0] : kept[-1]]).sum()) if kept.size else 0
    asset_close = prices.close[kept][:, [columns[symbol] for symbol in assets]]
    asset_close, repeated = _without_stale_closes(asset_close)
    index_close = index_close[kept]
    return PairedReturns(
        sessions=prices.sessions[kept][1:],
        assets=asset_close[1:] / asset_close[:-1] - 1.0,
        indices=index_close[1:] / index_close[:-1] - 1.0,
        n_dropped_sessions=n_dropped,
        repeated=repeated,
    )


def _have_whole_records(known: BoolArray, lookback: int) -> BoolArray:
    """Return on which sessions all indices with a whole record are known, shape (n_sessions,)."""
    sessions = np.flatnonzero(known.any(axis=1))[-(lookback + 1) :]
    n_closes = known[sessions].sum(axis=0)
    together: BoolArray = np.all(known[:, n_closes >= WHOLE_RECORD * n_closes.max()], axis=1)
    return together


def _without_stale_closes(close: FloatArray) -> tuple[FloatArray, tuple[int, ...]]:
    """Blank closes that repeat for more than :data:`LONGEST_REPEAT` sessions; keep the first of the run."""
    if close.shape[0] <= LONGEST_REPEAT:
        return close, ()
    same = np.zeros(close.shape, dtype=bool)
    same[1:] = close[1:] == close[:-1]
    # A session is stale when it lies in a run of at least LONGEST_REPEAT repeats.
    views = np.lib.stride_tricks.sliding_window_view(same, LONGEST_REPEAT, axis=0)
    windows: BoolArray = np.all(views, axis=-1)
    stale = np.zeros(close.shape, dtype=bool)
    for offset in range(LONGEST_REPEAT):
        stale[offset : offset + windows.shape[0]] |= windows
    if not stale.any():
        return close, ()
    return np.where(stale, np.nan, close), tuple(np.flatnonzero(stale.any(axis=0)).tolist())
