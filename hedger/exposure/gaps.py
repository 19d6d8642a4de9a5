r"""Closes that are none, and returns over the gaps that they leave.

A share that does not trade has no close of that day: it is missing, or the vendor shows the one before again. The next
return then spans several sessions, and paired with the index' return of the last of them alone it gives a beta that is
too small: 0.5 where the true one is 1 and every other close is missing. So a return over a gap is paired with the
indices' returns over the same gap.

A return over :math:`n` sessions has :math:`n` times the variance of one. Both sides are divided by :math:`\sqrt n`,
which leaves their slope as it is and lets all returns count alike (generalised least squares).

A close that repeats is a price like any other, unless it repeats for too long (:data:`LONGEST_REPEAT`), or often
(:data:`SELDOM_TRADED`) and with a larger move thereafter (:data:`CATCHES_UP`): after a session without a trade a price
catches up. A cheap share in coarse steps repeats its close as often, but its next move is like any other. Of US shares,
2005 to 2025, AMD at two dollars and INSM below one repeat 6 and 17 % of closes and move 0.8 and 0.9 times as far
thereafter; CHTR and VST over the counter repeat 29 and 16 % and move 1.6 and 1.3 times as far.

References
----------
E. Dimson, P. Marsh (1983), "The stability of UK risk measures and the problem of thin trading", Journal of Finance
38(3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze
from hedger.exposure.regression import same_sessions

if TYPE_CHECKING:
    from hedger.arrays import BoolArray, FloatArray, IntArray

LONGEST_REPEAT = 5
"""Sessions in a row that a close may stand unchanged before it counts as not traded."""
SELDOM_TRADED = 0.05
"""Share of the sessions of its record without a close of its own from which an asset counts as thinly traded."""
TOO_OFTEN = 0.2
"""Share of sessions with a repeated close or none from which repeats are no prices however the asset moves."""
CATCHES_UP = 1.2
"""Median move after a repeated close over the median of other moves, from which a repeat means that nobody traded."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GappedReturns:
    """Returns of assets that miss the same sessions, from one of their own closes to the next.

    Parameters
    ----------
    positions
        Which assets, by their columns.
    assets
        Simple returns over the root of the number of sessions that each spans, shape (n_returns, n_positions).
    indices
        The same of the indices over the same sessions, shape (n_returns, n_indices); NaN where an index lacks a close
        at either end.
    """

    positions: tuple[int, ...]
    assets: FloatArray
    indices: FloatArray

    def __post_init__(self) -> None:
        freeze(self, "assets", "indices")


def without_stale_closes(close: FloatArray) -> tuple[FloatArray, tuple[int, ...]]:
    """Blank closes that repeat for more than :data:`LONGEST_REPEAT` sessions; keep the first of the run.

    Parameters
    ----------
    close
        Oldest first, NaN where there is none, shape (n_sessions, n_assets).

    Returns
    -------
    tuple
        The closes, and the columns in which some were blanked.
    """
    if close.shape[0] <= LONGEST_REPEAT:
        return close, ()
    same = _repeats(close)
    # A session is stale when it lies in a run of at least LONGEST_REPEAT repeats.
    views = np.lib.stride_tricks.sliding_window_view(same, LONGEST_REPEAT, axis=0)
    windows: BoolArray = np.all(views, axis=-1)
    stale = np.zeros(close.shape, dtype=bool)
    for offset in range(LONGEST_REPEAT):
        stale[offset : offset + windows.shape[0]] |= windows
    if not stale.any():
        return close, ()
    return np.where(stale, np.nan, close), tuple(np.flatnonzero(stale.any(axis=0)).tolist())


def without_repeats_of_thin_assets(close: FloatArray) -> FloatArray:
    """Blank every repeated close of an asset that repeats it often and catches up afterwards, or very often.

    Parameters
    ----------
    close
        As :func:`without_stale_closes` returned them, shape (n_sessions, n_assets).
    """
    same = _repeats(close)
    n_repeats, lengths = same.sum(axis=0), _record_lengths(close)
    n_idle = n_repeats + lengths - np.isfinite(close).sum(axis=0)
    is_thin = (n_repeats > LONGEST_REPEAT) & (n_idle >= SELDOM_TRADED * lengths)
    for asset in np.flatnonzero(is_thin & (n_idle < TOO_OFTEN * lengths)).tolist():
        is_thin[asset] = _catches_up(close[:, asset], same[:, asset])
    return np.where(same & is_thin, np.nan, close) if is_thin.any() else close


def _catches_up(close: FloatArray, same: BoolArray) -> bool:
    """Return whether an asset moves further after sessions on which its close repeated, shape (n_sessions,)."""
    moves = np.abs(close[1:] / close[:-1] - 1.0)
    has_moved = moves > 0
    after, usual = moves[has_moved & same[:-1]], moves[has_moved & ~same[:-1]]
    return bool(after.size and usual.size and np.median(after) >= CATCHES_UP * np.median(usual))


def missed_shares(close: FloatArray) -> FloatArray:
    """Return the share of sessions between an asset's first close and its last that lack one, shape (n_assets,)."""
    lengths = _record_lengths(close)
    missed: FloatArray = (lengths - np.isfinite(close).sum(axis=0)) / np.maximum(lengths, 1)
    return missed


def pair_over_gaps(close: FloatArray, index_close: FloatArray) -> tuple[GappedReturns, ...]:
    """Return the returns of all assets that lack a close between their first and their last.

    Parameters
    ----------
    close, index_close
        Of assets and indices on the same sessions, oldest first, NaN where there is none, shapes (n_sessions, n_assets)
        and (n_sessions, n_indices).
    """
    gappy = np.flatnonzero(np.isfinite(close).sum(axis=0) < _record_lengths(close))
    if not gappy.size:
        return ()
    session = np.arange(close.shape[0])
    groups = []
    for columns, rows in same_sessions(close[:, gappy]):
        root = np.sqrt(np.diff(session[rows]))[:, None]
        own, of_indices = close[rows][:, gappy[columns]], index_close[rows]
        groups.append(
            GappedReturns(
                positions=tuple(gappy[columns].tolist()),
                assets=(own[1:] / own[:-1] - 1.0) / root,
                indices=(of_indices[1:] / of_indices[:-1] - 1.0) / root,
            )
        )
    return tuple(groups)


def _repeats(close: FloatArray) -> BoolArray:
    """Return where a close is that of the session before."""
    same = np.zeros(close.shape, dtype=bool)
    same[1:] = close[1:] == close[:-1]
    return same


def _record_lengths(close: FloatArray) -> IntArray:
    """Return the number of sessions from each asset's first close to its last, shape (n_assets,)."""
    known = np.isfinite(close)
    has_begun, goes_on = np.logical_or.accumulate(known), np.logical_or.accumulate(known[::-1])[::-1]
    lengths: IntArray = (has_begun & goes_on).sum(axis=0)
    return lengths
