"""Daily closes of many symbols on one grid of sessions, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hedger.errors import Note

FloatArray = npt.NDArray[np.float64]
DateArray = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prices:
    """Adjusted daily closes.

    Parameters
    ----------
    sessions
        Trading days, strictly rising, ``datetime64[D]``, shape (n_sessions,).
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
        sessions = np.array(self.sessions, dtype="datetime64[D]")
        close = np.array(self.close, dtype=np.float64)
        if close.shape != (sessions.size, len(self.symbols)):
            raise ValueError(f"close has shape {close.shape}, expected {(sessions.size, len(self.symbols))}")
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError("symbols repeat")
        if sessions.size and not (np.diff(sessions) > np.timedelta64(0, "D")).all():
            raise ValueError("sessions must rise strictly")
        if (close <= 0).any() or np.isinf(close).any():
            raise ValueError("closes must be positive and finite, or NaN")
        sessions.flags.writeable = False
        close.flags.writeable = False
        object.__setattr__(self, "sessions", sessions)
        object.__setattr__(self, "close", close)


class PriceSource(Protocol):
    """Something that can tell prices: the shipped snapshot, a user's file, Yahoo."""

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        """Return the closes of `symbols` from `start` to `end`, both included.

        Parameters
        ----------
        symbols
            Yahoo symbols. Those without any price in the span come back in ``missing``, never as NaN columns.
        start, end
            ``None`` for as far as the source reaches.

        Raises
        ------
        PricesUnavailableError
            When none of the symbols has a price in the span; the message says what the source does have.
        """
        ...
