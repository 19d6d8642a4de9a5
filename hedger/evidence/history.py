"""The past of today's holdings, cut into quarters from roll to roll.

Each quarter begins anew with today's book: today's value, today's weights, index futures at today's prices; inside the
quarter holdings are held and drift. A holding without prices then is left out of the quarter and the others are scaled
up to the same gross value. So every quarter asks the same question: what would the hedge of a portfolio of this size
have done, had the next quarter been that one?
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze
from hedger.contracts import find_index, to_nth_friday, to_roll_date
from hedger.errors import InsufficientHistoryError
from hedger.exposure import FULL_RECORD, LOOKBACK, SHORTEST_RECORD, PairedReturns, pair_returns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hedger.arrays import DateArray, FloatArray, IntArray
    from hedger.contracts import ContractQuote
    from hedger.exposure import Book, Exposure, Holding
    from hedger.market import Prices


LEAST_KNOWN = 0.5
"""Share of the book's gross value that must have had prices for a quarter to be tested."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Span:
    """One quarter of the past.

    Parameters
    ----------
    first, last
        Positions of the sessions at whose close it begins and ends: both are rolls, gains come after `first`.
    known
        Positions of the holdings that had prices when it began, shape (n_known,).
    known_share
        Their share of the gross value of all that is held today.
    indices
        Positions of the indices known in the year before it and until its end, and moving in it, shape (n_indices,).
    """

    first: int
    last: int
    known: IntArray
    known_share: float
    indices: IntArray

    def __post_init__(self) -> None:
        freeze(self, "known", "indices")

    @property
    def n_sessions(self) -> int:
        """Sessions with a gain."""
        return self.last - self.first


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """What today's holdings and the indices did, session by session.

    Parameters
    ----------
    book
        Of today, without the futures that it holds.
    holdings
        Those of it that have prices, in the order of the columns.
    indices
        Names, in the order of the columns.
    prices
        Closes of what the holdings move with and of the indices.
    sessions
        Days on which every index with a whole record has a close, oldest first, shape (n_sessions,).
    closes
        Newest close at or before each session of what a holding moves with, NaN before the first; shape
        (n_sessions, n_holdings).
    levels
        Closes of the indices, NaN where there is none, shape (n_sessions, n_indices).
    """

    book: Book
    holdings: tuple[Holding, ...]
    indices: tuple[str, ...]
    prices: Prices
    sessions: DateArray
    closes: FloatArray
    levels: FloatArray

    def __post_init__(self) -> None:
        freeze(self, "sessions", "closes", "levels")

    def day(self, session: int) -> date:
        """Return the day of a session."""
        day: date = self.sessions[session].item()
        return day

    def book_at(self, span: Span, session: int) -> Book:
        """Return the book of a quarter as it has grown by the close of `session`, at most its last one."""
        scale = self.book.gross_value / sum(abs(self.holdings[place].exposure_value) for place in span.known.tolist())
        growth = scale * self.closes[session, span.known] / self.closes[span.first, span.known]
        return replace(
            self.book,
            holdings=tuple(
                replace(
                    self.holdings[place],
                    market_value=self.holdings[place].market_value * grown,
                    exposure_value=self.holdings[place].exposure_value * grown,
                )
                for place, grown in zip(span.known.tolist(), growth.tolist(), strict=True)
            ),
        )

    def returns_until(self, span: Span, session: int) -> PairedReturns:
        """Return what was known at the close of `session` of the quarter's holdings, up to five years of it.

        The pairing itself sees no later close, because what counts as a stale one depends on those around it.
        """
        rows = slice(
            *np.searchsorted(self.prices.sessions, self.sessions[[max(session - LOOKBACK, 0), session]], side="left")
        )
        until = replace(
            self.prices,
            sessions=self.prices.sessions[rows.start : rows.stop + 1],
            close=self.prices.close[rows.start : rows.stop + 1],
        )
        moving = [self.holdings[place].moves_with for place in span.known.tolist()]
        levels = [find_index(self.indices[place]).symbol for place in span.indices]
        return pair_returns(until, moving, levels, lookback=LOOKBACK)

    def book_gains(self, span: Span) -> FloatArray:
        """Return what the quarter's book gained in each of its sessions, USD, shape (span.n_sessions,)."""
        start = self.book_at(span, span.first)
        values = np.array([holding.exposure_value for holding in start.holdings])
        closes = self.closes[span.first : span.last + 1, span.known]
        gains: FloatArray = np.diff(closes / closes[0], axis=0) @ values
        return gains

    def values_before(self, span: Span) -> FloatArray:
        """Return the value that betas refer to at the close before each session, USD, shape (span.n_sessions,).

        It grows from today's with the gross value of the quarter's book, which is never near zero.
        """
        start = self.book_at(span, span.first)
        gross = np.array([abs(holding.exposure_value) for holding in start.holdings])
        closes = self.closes[span.first : span.last, span.known]
        growth: FloatArray = (closes / closes[0]) @ gross / gross.sum()
        return start.beta_base * growth

    def reprice(self, quotes: Sequence[ContractQuote], span: Span, session: int) -> tuple[ContractQuote, ...]:
        """Return the contracts on indices that the quarter knows, moved with them from the roll to `session`."""
        risen = {
            self.indices[place]: float(self.levels[session, place] / self.levels[span.first, place])
            for place in span.indices.tolist()
        }
        return tuple(replace(quote, price=quote.price * risen[quote.index]) for quote in quotes if quote.index in risen)

    def index_returns(self, span: Span) -> FloatArray:
        """Return the indices' returns in the quarter's sessions, shape (span.n_sessions, n_indices)."""
        levels = self.levels[span.first : span.last + 1]
        returns: FloatArray = levels[1:] / levels[:-1] - 1.0
        return returns

    def index_steps(self, span: Span) -> FloatArray:
        """Return each session's move of the indices, per unit of the level at which the quarter began.

        What a contract gains is this times its notional at the roll; shape (span.n_sessions, n_indices), zero for
        indices that the quarter does not know.
        """
        steps = np.zeros((span.n_sessions, len(self.indices)))
        levels = self.levels[span.first : span.last + 1, span.indices]
        steps[:, span.indices] = np.diff(levels / levels[0], axis=0)
        return steps


def gather_history(exposure: Exposure, prices: Prices) -> History:
    """Return the past of the holdings of an exposure that have prices.

    Parameters
    ----------
    exposure
        Of today.
    prices
        Those that it was measured on.
    """
    holdings = tuple(holding for holding in exposure.book.holdings if holding.is_priced)
    moving = [holding.moves_with for holding in holdings]
    levels = [find_index(name).symbol for name in exposure.indices]
    sessions = pair_returns(prices, moving, levels, lookback=prices.sessions.size).sessions
    rows = np.searchsorted(prices.sessions, sessions)
    symbols = tuple(dict.fromkeys([*moving, *levels]))
    return History(
        book=replace(exposure.book, futures=(), excluded=(), notes=()),
        holdings=holdings,
        indices=exposure.indices,
        prices=replace(prices, symbols=symbols, close=prices.columns(symbols), missing=(), notes=()),
        sessions=sessions,
        closes=_carried_on(prices.columns(moving))[rows],
        levels=prices.columns(levels)[rows],
    )


def list_spans(history: History, *, years: int) -> tuple[Span, ...]:
    """Return the whole quarters of the last `years`, oldest first, of which enough is known.

    A quarter begins and ends at the close of a roll: the Monday before the third Friday of March, June, September and
    December, or the session after it. One that is not over yet is left out.

    Raises
    ------
    InsufficientHistoryError
        When there is none.
    """
    last_day = history.day(-1)
    rolls = [
        to_roll_date(to_nth_friday(year, month, 3))
        for year in range(last_day.year - years - 1, last_day.year + 1)
        for month in (3, 6, 9, 12)
    ]
    begin = last_day.replace(year=last_day.year - years, day=min(last_day.day, 28))
    places = np.searchsorted(history.sessions, np.array(rolls, dtype="datetime64[D]"))
    spans = [
        _span(history, first, last)
        for roll, first, last in zip(rolls, places.tolist(), places[1:].tolist(), strict=False)
        if roll >= begin and last < history.sessions.size
    ]
    tested = tuple(span for span in spans if span is not None)
    if not tested:
        raise InsufficientHistoryError(
            f"There is no quarter to test: before one begins, most of the portfolio needs {FULL_RECORD} daily returns, "
            f"and the prices begin on {history.day(0)} and end on {last_day}. Bring prices that reach further back."
        )
    return tested


def _span(history: History, first: int, last: int) -> Span | None:
    """Return a quarter, or ``None`` when too little was known as it began."""
    if first < FULL_RECORD:
        return None
    shares = np.array([abs(holding.exposure_value) for holding in history.holdings]) / history.book.gross_value
    known = np.flatnonzero(np.isfinite(history.closes[first - SHORTEST_RECORD]))
    full = np.flatnonzero(np.isfinite(history.closes[first - FULL_RECORD]))
    if min(shares[known].sum(), shares[full].sum()) < LEAST_KNOWN:
        return None
    is_known = np.isfinite(history.levels[first - FULL_RECORD : last + 1]).all(axis=0)
    indices = np.flatnonzero(is_known & (np.ptp(history.levels[first : last + 1], axis=0) > 0))
    if not indices.size:
        return None
    return Span(first=first, last=last, known=known, known_share=float(shares[known].sum()), indices=indices)


def _carried_on(closes: FloatArray) -> FloatArray:
    """Return closes with each blank filled by the newest close before it."""
    rows = np.where(np.isfinite(closes), np.arange(closes.shape[0])[:, None], 0)
    newest = np.maximum.accumulate(rows, axis=0)
    return closes[newest, np.arange(closes.shape[1])]
