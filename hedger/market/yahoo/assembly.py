"""From gathered series to one table in USD, with a note for everything that is not plainly fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from hedger.errors import Note, PricesUnavailableError
from hedger.market.currency import to_unit
from hedger.market.table import PriceTable
from hedger.market.yahoo.currency import convert, in_whole_units
from hedger.market.yahoo.failures import Failure
from hedger.wording import name_some, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from hedger.arrays import DateArray, FloatArray
    from hedger.market.prices import PriceSource
    from hedger.market.yahoo.closes import CloseSeries
    from hedger.market.yahoo.gathering import Gathered

TITLE = "Yahoo Finance feed"
NEW_YORK = "America/New_York"
CALENDAR = "^GSPC"
"""Its sessions are those of the exchange: without them a series that has ended would look like a live one."""


class Assembly:
    """The columns of a table in the making, and why some are lacking.

    Parameters
    ----------
    gathered
        What there is.
    now
        The time it is, from which ages count.
    """

    def __init__(self, gathered: Gathered, now: datetime) -> None:
        self.columns: dict[str, tuple[DateArray, FloatArray]] = {}
        self.lacking: dict[str, Failure] = {}
        self._gathered = gathered
        self._now = now
        self._used: dict[str, CloseSeries] = {}
        self._cut: list[str] = []
        self._others: dict[str, date] = {}
        self._other_title = ""

    def take(self, symbol: str) -> None:
        """Take the series of a symbol in USD without what is suspicious, or the reason why not."""
        series = self._gathered.find(symbol)
        if series is None:
            self.lacking[symbol] = self._gathered.failures[symbol]
            return
        judged = series.trusted()
        if isinstance(judged, Failure):
            self.lacking[symbol] = judged
            return
        usable, doubt = judged
        in_dollars = self._in_dollars(usable)
        if isinstance(in_dollars, Failure):
            self.lacking[symbol] = in_dollars
            return
        if doubt:
            self._cut.append(f"{symbol}: {doubt}; it is used from {usable.first_session} on")
        self._used[symbol] = series
        self.columns[symbol] = (in_dollars.sessions, in_dollars.close)

    def take_from(self, fallback: PriceSource, start: date | None) -> None:
        """Take what is lacking from another source, each symbol as a whole."""
        try:
            prices = fallback.fetch(tuple(self.lacking), start=start, end=None)
        except PricesUnavailableError:
            return
        self._other_title = prices.source
        for symbol in prices.symbols:
            close = prices.column(symbol)
            is_known = ~np.isnan(close)
            self.columns[symbol] = (prices.sessions[is_known], close[is_known])
            self._others[symbol] = prices.last_session_of(symbol)
            del self.lacking[symbol]

    def to_table(self) -> PriceTable:
        """Return all columns on one grid; there must be at least one.

        Its sessions are those of New York: a day on which only exchanges abroad are open is none, because no index that
        a hedge could be made of has a close there. Without any series from New York, all weekdays with a close count.
        """
        calendar = self._gathered.find(CALENDAR)
        own = [sessions for sessions, _ in self.columns.values()]
        there = [sessions for symbol, (sessions, _) in self.columns.items() if self._is_of_new_york(symbol)]
        there += [] if calendar is None else [calendar.sessions]
        days = np.unique(np.concatenate(there or own))
        grid = days[np.is_busday(days)]

        def columns(symbols: Sequence[str]) -> FloatArray:
            close = np.full((grid.size, len(symbols)), np.nan)
            for position, symbol in enumerate(symbols):
                sessions, known = self.columns[symbol]
                is_on_grid = np.isin(sessions, grid)
                close[np.searchsorted(grid, sessions[is_on_grid]), position] = known[is_on_grid]
            return close

        first, last = min(sessions[0] for sessions in own), max(sessions[-1] for sessions in own)
        titles = [TITLE] * bool(self._used) + [self._other_title] * bool(self._others)
        return PriceTable(
            title=" and ".join(titles),
            coverage=f"{plural(len(self.columns), 'symbol')}, {first} to {last}",
            sessions=grid,
            symbols=tuple(self.columns),
            columns=columns,
            notes=(*self._gathered.notes, *self._notes()),
            reasons={symbol: str(failure) for symbol, failure in self.lacking.items()},
        )

    def _is_of_new_york(self, symbol: str) -> bool:
        """Tell whether a symbol trades there; what comes from another source counts as if."""
        return symbol not in self._used or self._used[symbol].timezone == NEW_YORK

    def _in_dollars(self, series: CloseSeries) -> CloseSeries | Failure:
        rate_symbol = to_unit(series.currency).rate_symbol
        if rate_symbol is None:
            return in_whole_units(series)
        what = f"its prices are in {series.currency} and the exchange rate {rate_symbol} is lacking"
        rate = self._gathered.find(rate_symbol)
        if rate is None:
            failure = self._gathered.failures[rate_symbol]
            return Failure(kind=failure.kind, detail=what)
        judged = rate.trusted()
        if isinstance(judged, Failure):
            return Failure(kind=judged.kind, detail=what)
        converted = convert(series, judged[0])
        return Failure(kind="unusable", detail=f"{what} for all its days") if converted is None else converted

    def _notes(self) -> Iterable[Note]:
        rates = {symbol: to_unit(series.currency).rate_symbol for symbol, series in self._used.items()}
        converted = [
            f"{symbol} ({series.currency})" for symbol, series in self._used.items() if series.currency != "USD"
        ]
        old = {symbol: series for symbol, series in self._used.items() if symbol not in self._gathered.fresh}
        for symbol in dict.fromkeys(rate for rate in rates.values() if rate is not None):
            rate = self._gathered.find(symbol)
            if rate is not None and symbol not in self._gathered.fresh:
                old[symbol] = rate
        if old:
            yield self._note_about_age(old)
        if self._others:
            yield Note(
                code="prices_from_other_source",
                message=(
                    f"Neither Yahoo Finance nor the price cache has {name_some(tuple(self._others))}: the "
                    f"{self._other_title} stands in, whose closes of them end on {min(self._others.values())}"
                    f"{_and_later(self._others)}."
                ),
            )
        if converted:
            yield Note(
                code="prices_converted",
                message=f"Converted to USD at Yahoo Finance's daily exchange rates: {name_some(converted)}.",
            )
        if self._cut:
            yield Note(
                code="prices_jump",
                message=f"Suspicious prices were not used. {'. '.join(self._cut)}.",
            )
        yield from self._notes_about_lag()

    def _note_about_age(self, old: dict[str, CloseSeries]) -> Note:
        reasons = dict.fromkeys(str(self._gathered.failures[symbol]) for symbol in old)
        oldest = min(old.values(), key=lambda series: series.retrieved_at)
        retrieved = oldest.retrieved_at.astimezone(ZoneInfo(NEW_YORK))
        age = (self._now - oldest.retrieved_at).days
        newest = min(series.last_session for series in old.values())
        return Note(
            code="prices_from_cache",
            message=(
                f"Stored prices stand in for {name_some(tuple(old))}: {'; '.join(list(reasons)[:3])}. "
                f"They were retrieved on {retrieved:%Y-%m-%d %H:%M} New York time or later, up to {age} "
                f"{'day' if age == 1 else 'days'} ago, and end on {newest} or later."
            ),
        )

    def _notes_about_lag(self) -> Iterable[Note]:
        lagging = [
            f"{symbol} ({series.last_session})"
            for symbol, series in self._used.items()
            if symbol in self._gathered.fresh and not series.has_newest
        ]
        if lagging:
            yield Note(
                code="newest_close_lacking",
                message=(
                    f"Yahoo Finance does not have the newest close yet of {name_some(lagging)}: "
                    "the closes of the days in brackets are used."
                ),
            )


def _and_later(ends: dict[str, date]) -> str:
    return " or later" if len(set(ends.values())) > 1 else ""
