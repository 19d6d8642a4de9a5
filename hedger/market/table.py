"""Everything that a price source holds, and the choice of symbols and sessions out of it.

Every source that has its prices at hand answers through :meth:`PriceTable.select`, so that all of them name what
is missing in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze
from hedger.errors import PricesUnavailableError
from hedger.market.prices import Prices, notes_about_end
from hedger.wording import name_some

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from hedger.arrays import DateArray, FloatArray
    from hedger.errors import Note

_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PriceTable:
    """The whole stock of a source on one grid of sessions.

    Parameters
    ----------
    title
        Name of the source in the middle of a sentence, without article: ``"shipped snapshot"``.
    coverage
        What it holds, in words: ``"137 symbols, 2016-08-22 to 2026-08-21"``.
    sessions
        All its sessions, strictly rising, shape (n_sessions,).
    symbols
        All its symbols.
    columns
        Gives the closes of some of `symbols` over all sessions, shape (n_sessions, n_asked).
    notes
        Doubts about the source itself.
    reasons
        Why it lacks certain symbols, in words, where more is known than that it does.
    """

    title: str
    coverage: str
    sessions: DateArray
    symbols: tuple[str, ...]
    columns: Callable[[Sequence[str]], FloatArray]
    notes: tuple[Note, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self, "sessions")

    def select(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        """Return the closes of `symbols` from `start` to `end` as ``PriceSource.fetch`` promises them."""
        if not symbols:
            raise ValueError("no symbol was asked for")
        asked = tuple(dict.fromkeys(symbols))
        rows = self._rows(asked, start, end)
        stocked = set(self.symbols)
        known = [symbol for symbol in asked if symbol in stocked]
        close = self.columns(known)
        kept = np.flatnonzero(~np.isnan(close[rows]).all(axis=0)).tolist()
        if not kept:
            raise PricesUnavailableError(self._nothing_found(asked, known, close), asked)
        reasons = dict.fromkeys(asked, f"not in the {self.title} ({self.coverage})") | dict(self.reasons)
        for position, symbol in enumerate(known):
            reasons[symbol] = f"the {self.title} has {self._span(symbol, close[:, position])}"
        found = tuple(known[position] for position in kept)
        close, sessions = close[rows][:, kept], self.sessions[rows]
        first = int(np.argmax(~np.isnan(close).all(axis=1)))
        return Prices(
            sessions=sessions[first:],
            symbols=found,
            close=close[first:],
            source=self.title,
            missing=tuple((symbol, reasons[symbol]) for symbol in asked if symbol not in found),
            notes=self.notes + (notes_about_end(self.sessions, end, self.title) if end else ()),
        )

    def _rows(self, asked: tuple[str, ...], start: date | None, end: date | None) -> slice:
        """Return the rows of the sessions from `start` to `end`; refuse a span without any."""
        first, last = self.sessions[0].item(), self.sessions[-1].item()
        if start is not None and end is not None and end < start:
            problem = (
                f"The span from {start} to {end} ends before it begins. "
                f"The {self.title} reaches from {first} to {last}: choose a span inside it."
            )
        elif end is not None and end < first:
            problem = (
                f"The {self.title} begins on {first}; there are no prices up to {end}. "
                f"Choose a day from {first} on, or a price file that reaches further back."
            )
        elif start is not None and start > last:
            problem = (
                f"The {self.title} ends on {last}; there are no prices from {start} on. "
                f"Choose a day up to {last}, or a newer price file."
            )
        else:
            top = 0 if start is None else int(np.searchsorted(self.sessions, np.datetime64(start, "D")))
            stop = self.sessions.size
            if end is not None:
                stop = int(np.searchsorted(self.sessions, np.datetime64(end, "D"), side="right"))
            if top < stop:
                return slice(top, stop)
            problem = f"The {self.title} has no session from {start} to {end}. Choose a longer span."
        raise PricesUnavailableError(problem, asked)

    def _span(self, symbol: str, close: FloatArray) -> str:
        rows = np.flatnonzero(~np.isnan(close))
        if not rows.size:
            return f"no price of {symbol}"
        return f"{symbol} from {self.sessions[rows[0]]} to {self.sessions[rows[-1]]} only"

    def _nothing_found(self, asked: tuple[str, ...], known: list[str], close: FloatArray) -> str:
        spans = [self._span(symbol, close[:, position]) for position, symbol in enumerate(known[:_MOST_NAMED])]
        has = f"It has {'; '.join(spans)}" if spans else f"It has {self.coverage}"
        return (
            f"The {self.title} has no price of {name_some(asked)} in the span. {has}. "
            f"Choose another day, or a price file that has them."
        )
