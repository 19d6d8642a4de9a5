"""Closes to paired returns: every return of an asset spans exactly the sessions that the indices' return spans.

What an asset gained in a session is its return from one session to the next; its beta comes from returns that span its
gaps as well (:mod:`hedger.exposure.gaps`).

Sessions are those on which every index with a whole record has a close. An index that is young, or lacks many closes,
is known on some of them only: it does not shorten what is known of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze
from hedger.exposure.gaps import missed_shares, pair_over_gaps, without_repeats_of_thin_assets, without_stale_closes
from hedger.exposure.regression import SHORTEST_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hedger.arrays import BoolArray, DateArray, FloatArray, IntArray
    from hedger.exposure.gaps import GappedReturns
    from hedger.market import Prices


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
    gapped
        Returns over their gaps of the assets that lack closes of their own (:mod:`hedger.exposure.gaps`).
    missed
        Share of the sessions of its record on which each asset has no close of its own, shape (n_assets,).
    """

    sessions: DateArray
    assets: FloatArray
    indices: FloatArray
    n_dropped_sessions: int
    repeated: tuple[int, ...]
    gapped: tuple[GappedReturns, ...]
    missed: FloatArray

    def __post_init__(self) -> None:
        freeze(self, "sessions", "assets", "indices", "missed")

    def only_indices(self, is_kept: BoolArray) -> PairedReturns:
        """Return the same with some of the indices only, shape of `is_kept` (n_indices,)."""
        gapped = tuple(replace(group, indices=group.indices[:, is_kept]) for group in self.gapped)
        return replace(self, indices=self.indices[:, is_kept], gapped=gapped)

    def groups(self, index: int) -> Iterator[tuple[IntArray, FloatArray, FloatArray]]:
        """Yield assets with the returns that tell their betas to one index, and the index' over the same intervals.

        An asset with gaps comes with its returns over them, unless there are fewer than
        :data:`~hedger.exposure.regression.SHORTEST_RECORD`.

        Parameters
        ----------
        index
            Position of the index.

        Yields
        ------
        tuple
            Columns of the assets, their returns of shape (n_returns, n_columns), and the index' without NaN, of shape
            (n_returns,). Every asset comes once.
        """
        is_whole = np.ones(self.assets.shape[1], dtype=bool)
        for group in self.gapped:
            known = np.isfinite(group.indices[:, index])
            if known.sum() >= SHORTEST_RECORD:
                columns = np.array(group.positions)
                is_whole[columns] = False
                yield columns, group.assets[known], group.indices[known, index]
        if is_whole.any():
            known = np.isfinite(self.indices[:, index])
            yield np.flatnonzero(is_whole), self.assets[known][:, is_whole], self.indices[known, index]


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
    asset_close, repeated = without_stale_closes(asset_close)
    index_close = index_close[kept]
    own_close = without_repeats_of_thin_assets(asset_close)
    return PairedReturns(
        sessions=prices.sessions[kept][1:],
        assets=asset_close[1:] / asset_close[:-1] - 1.0,
        indices=index_close[1:] / index_close[:-1] - 1.0,
        n_dropped_sessions=n_dropped,
        repeated=repeated,
        gapped=pair_over_gaps(own_close, index_close),
        missed=missed_shares(own_close),
    )


def _have_whole_records(known: BoolArray, lookback: int) -> BoolArray:
    """Return on which sessions all indices with a whole record are known, shape (n_sessions,)."""
    sessions = np.flatnonzero(known.any(axis=1))[-(lookback + 1) :]
    n_closes = known[sessions].sum(axis=0)
    together: BoolArray = np.all(known[:, n_closes >= WHOLE_RECORD * n_closes.max()], axis=1)
    return together
