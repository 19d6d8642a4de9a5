"""Daily closes of many symbols on one grid of sessions, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from hedger.arrays import freeze
from hedger.errors import Note, PricesUnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hedger.arrays import DateArray, FloatArray

SNAPSHOT, YAHOO = "snapshot", "yahoo"
"""Names of the price sources that are no file of the user's."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prices:
    """Adjusted daily closes.

    Parameters
    ----------
    sessions
        Trading days, strictly rising, ``datetime64[D]``, shape (n_sessions,), at least one.
    symbols
        Yahoo symbols, one per column, without repetition.
    close
        Closes adjusted for splits and dividends, positive, NaN where there is none, shape
        (n_sessions, n_symbols). A symbol's newest close is its real one.
    source
        Where they come from, in words.
    missing
        Symbols that were asked for and not found, each with the reason in words.
    notes
        Doubts about these prices.
    """

    sessions: DateArray
    symbols: tuple[str, ...]
    close: FloatArray
    source: str
    missing: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, sessions="datetime64[D]", close=np.float64)
        sessions, close = self.sessions, self.close
        if not sessions.size:
            raise ValueError("prices need at least one session")
        if close.shape != (sessions.size, len(self.symbols)):
            raise ValueError(f"close has shape {close.shape}, expected {(sessions.size, len(self.symbols))}")
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError("symbols repeat")
        if not (np.diff(sessions) > np.timedelta64(0, "D")).all():
            raise ValueError("sessions must rise strictly")
        if (close <= 0).any() or np.isinf(close).any():
            raise ValueError("closes must be positive and finite, or NaN")

    @property
    def first_session(self) -> date:
        """Oldest session of the grid."""
        return _to_date(self.sessions[0])

    @property
    def last_session(self) -> date:
        """Newest session of the grid; a symbol's own series may have ended before it."""
        return _to_date(self.sessions[-1])

    def column(self, symbol: str) -> FloatArray:
        """Return the closes of one symbol, oldest first, shape (n_sessions,); ``ValueError`` if unknown."""
        return self.close[:, self._position(symbol)]

    def columns(self, symbols: Sequence[str]) -> FloatArray:
        """Return the closes of `symbols` in that order, shape (n_sessions, len(symbols)).

        Raises
        ------
        ValueError
            When one of them is not among these prices.
        """
        return self.close[:, [self._position(symbol) for symbol in symbols]]

    def close_on(self, symbol: str, session: date) -> float:
        """Return the close of `symbol` on `session`, NaN when it has none on that day.

        Raises
        ------
        ValueError
            When the symbol is not among these prices, or the day is not one of the sessions.
        """
        row = int(np.searchsorted(self.sessions, np.datetime64(session, "D")))
        if row == self.sessions.size or self.sessions[row] != np.datetime64(session, "D"):
            raise ValueError(f"{session} is not a session of these prices")
        return float(self.close[row, self._position(symbol)])

    def last_session_of(self, symbol: str) -> date:
        """Return the newest session on which `symbol` has a close.

        Raises
        ------
        ValueError
            When the symbol is not among these prices, or has no close at all.
        """
        rows = np.flatnonzero(~np.isnan(self.column(symbol)))
        if not rows.size:
            raise ValueError(f"{symbol} has no close")
        return _to_date(self.sessions[rows[-1]])

    def until(self, as_of: date) -> Prices:
        """Return what was known at the close of `as_of`: these prices without any later session.

        Symbols that had no price by then move to ``missing``; a day that is not a session adds a note.

        Raises
        ------
        PricesUnavailableError
            When the prices begin after `as_of`.
        """
        n_sessions = int(np.searchsorted(self.sessions, np.datetime64(as_of, "D"), side="right"))
        if not n_sessions:
            raise PricesUnavailableError(
                f"The prices at hand ({self.source}) begin on {self.first_session}; there are none up to "
                f"{as_of}. Choose a later day, or prices that reach further back.",
                self.symbols,
            )
        has_price = ~np.isnan(self.close[:n_sessions]).all(axis=0)
        kept = np.flatnonzero(has_price).tolist()
        doubts = notes_about_end(self.sessions, as_of, self.source)
        return replace(
            self,
            sessions=self.sessions[:n_sessions],
            symbols=tuple(self.symbols[position] for position in kept),
            close=self.close[:n_sessions, kept],
            missing=self.missing
            + tuple(
                (self.symbols[position], self._begins_after(position, as_of))
                for position in np.flatnonzero(~has_price).tolist()
            ),
            notes=self.notes + tuple(note for note in doubts if note not in self.notes),
        )

    def _begins_after(self, position: int, as_of: date) -> str:
        rows = np.flatnonzero(~np.isnan(self.close[:, position]))
        first = f", its first is of {self.sessions[rows[0]]}" if rows.size else ""
        return f"no price up to {as_of} in the {self.source}{first}"

    def _position(self, symbol: str) -> int:
        try:
            return self.symbols.index(symbol)
        except ValueError:
            raise ValueError(f"{symbol} is not among these prices") from None


class PriceSource(Protocol):
    """Something that can tell prices: the shipped snapshot, a user's file, Yahoo."""

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        """Return the closes of `symbols` from `start` to `end`, both included.

        The grid begins where the first of the symbols has a price and ends with the newest session of the
        source that is not after `end`, so that a series which ended earlier shows as NaN at the end.

        Parameters
        ----------
        symbols
            Yahoo symbols. Those without any price in the span come back in ``missing``, never as NaN columns.
        start, end
            ``None`` for as far as the source reaches. An `end` that is not a session adds a note.

        Raises
        ------
        PricesUnavailableError
            When none of the symbols has a price in the span; the message says what the source does have.
        """
        ...


def notes_about_end(sessions: DateArray, end: date, source: str) -> tuple[Note, ...]:
    """Say which session stands in when `end` is not one of `sessions`; the first one is not after `end`.

    Weekends and holidays are told (``not_a_session``) apart from prices that have grown old
    (``prices_end_early``: at least one weekday lies between the newest session and `end`).
    """
    day = np.datetime64(end, "D")
    newest = sessions[np.searchsorted(sessions, day, side="right") - 1]
    if newest == day:
        return ()
    used = _to_date(newest)
    if newest == sessions[-1] and np.busday_count(newest + 1, day + 1) > 0:
        age = int((day - newest).astype(int))
        message = (
            f"The {source} ends on {used}, {age} days before {end}: "
            f"the closes of {used} are used. Choose newer prices if you can."
        )
        return (Note(code="prices_end_early", message=message),)
    message = f"{end} is not a session of the {source}: the closes of {used}, the newest before it, are used."
    return (Note(code="not_a_session", message=message),)


def _to_date(session: np.datetime64) -> date:
    day: date = session.astype("datetime64[D]").item()
    return day
