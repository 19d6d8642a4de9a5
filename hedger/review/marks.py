"""What a future of any month was worth at the close of a day: fair value from the level of its index.

Today's price is the quote of the plan of today for the front month; of other months it differs by interest less
dividends for the days between. A spot-quoted contract trades at the level. Where no level is known but a fund stands
for the index, the fund's closes carry today's price back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import find_index
from hedger.market import dividend_yield_on, fair_value, rate_on

if TYPE_CHECKING:
    from datetime import date

    from hedger.contracts import ContractQuote, Index, MonthlyFuture
    from hedger.market import Prices


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FuturesMarks:
    """Futures prices from index closes and today's quotes.

    Parameters
    ----------
    prices
        Closes of the indices up to today.
    quotes
        Today's, of the front month.
    """

    prices: Prices
    quotes: tuple[ContractQuote, ...]

    def now(self, future: MonthlyFuture) -> float | None:
        """Return today's price of a future that still trades, points; ``None`` where it cannot be told."""
        day = self.prices.last_session
        quote = next((each for each in self.quotes if each.symbol == future.symbol), None)
        return self.on(future, day) if quote is None else price_in_month(quote, future, day)

    def on(self, future: MonthlyFuture, day: date) -> float | None:
        """Return the price at the newest close up to `day`, points; ``None`` where it cannot be told.

        From its last trading day on a future is worth the level of its index at that day's close, which stands in for
        the opening prices that it settles on.
        """
        index = find_index(future.contract.index)
        last = future.last_trading_day
        close = self._close(index, min(day, last))
        if close is None:
            return None
        if not index.is_level:
            return self._by_fund(future, index, close)
        rate, dividends = rate_on(day), dividend_yield_on(index.symbol, day)
        if day >= last or future.contract.size == "spot-quoted" or rate is None or dividends is None:
            return close
        return fair_value(close, rate.value, dividends.value, (last - day).days)

    def _by_fund(self, future: MonthlyFuture, index: Index, close: float) -> float | None:
        quote = next((each for each in self.quotes if each.index == future.contract.index), None)
        newest = self._close(index, self.prices.last_session)
        return None if quote is None or newest is None else quote.price * close / newest

    def _close(self, index: Index, day: date) -> float | None:
        if index.symbol not in self.prices.symbols:
            return None
        n_sessions = int(np.searchsorted(self.prices.sessions, np.datetime64(day, "D"), side="right"))
        known = self.prices.column(index.symbol)[:n_sessions]
        known = known[np.isfinite(known)]
        return float(known[-1]) if known.size else None


def price_in_month(quote: ContractQuote, future: MonthlyFuture, day: date) -> float:
    """Return the price of a future of any month, given the quote of its root's front month, points."""
    index = find_index(future.contract.index)
    rate, dividends = rate_on(day), dividend_yield_on(index.symbol, day)
    if rate is None or dividends is None or quote.contract.size == "spot-quoted":
        return quote.price
    own, front = (
        fair_value(1.0, rate.value, dividends.value, max((last - day).days, 0))
        for last in (future.expiry.last_trading_day, quote.last_trading_day)
    )
    return quote.price * own / front
