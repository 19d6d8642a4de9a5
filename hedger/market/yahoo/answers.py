"""What comes back from the asking process, checked: an answer is about the symbol asked for, whole and plausible."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from hedger.market.yahoo.closes import CloseSeries
from hedger.market.yahoo.failures import Failure
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

LATEST_BEGINNING = timedelta(days=30)
"""How much later than asked for, or than its first trade, an answer may begin."""
LEAST_DENSITY, DENSITY_FROM = 0.5, 60
"""Share of weekdays between the first and the last session that must have a close, where there are at least so many:
exchanges close for a week or two, but not for months."""

_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.\-=^]{0,14}")
_LOOKS_LIKE_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


def check_symbol(symbol: str) -> Failure | None:
    """Return why a symbol must not be asked for, ``None`` when it may.

    Symbols go into an address unescaped, so that one with other characters would ask for something else. What
    looks like an ISIN makes yfinance search. A futures price would have to be checked against its index, from
    which the fair value is derived anyway.
    """
    if not _SYMBOL.fullmatch(symbol):
        return Failure(kind="invalid", detail="expected at most 15 capital letters, digits and . - = ^")
    if _LOOKS_LIKE_ISIN.fullmatch(symbol):
        return Failure(kind="invalid", detail="it looks like an ISIN; a ticker is needed")
    if symbol.endswith("=F"):
        return Failure(kind="invalid", detail="futures are priced from the level of their index")
    return None


def to_series(
    symbol: str, answer: Mapping[str, Any], *, since: date, asked_from: date, now: datetime
) -> CloseSeries | Failure:
    """Convert an answer to a series, or say why it cannot be one.

    Parameters
    ----------
    symbol
        What was asked for.
    answer
        From the asking process.
    since
        First day that was asked for.
    asked_from
        First day of the whole series that the answer belongs to; earlier than `since` when only its newest part
        was asked for.
    now
        When it was asked for.
    """
    if answer["symbol"] != symbol:
        return Failure(kind="unusable", detail=f"it is about {shorten(answer['symbol'], 15)}")
    if not answer["currency"]:
        return Failure(kind="unusable", detail="it does not name a currency")
    try:
        series = CloseSeries(
            symbol=symbol,
            currency=answer["currency"],
            timezone=answer["timezone"],
            closes_at=time.fromisoformat(answer["closes_at"]),
            asked_from=asked_from,
            retrieved_at=now,
            has_newest=answer["has_newest"],
            sessions=answer["sessions"],
            close=answer["close"],
            splits=tuple((date.fromisoformat(day), ratio) for day, ratio in answer["splits"]),
        )
    except ValueError as error:
        return Failure(kind="unusable", detail=str(error))
    first_trade = date.min if answer["first_trade"] is None else date.fromisoformat(answer["first_trade"])
    if answer["first_trade"] is not None and series.first_session > max(since, first_trade) + LATEST_BEGINNING:
        begins = f"its {series.sessions.size} closes begin on {series.first_session}"
        return Failure(kind="unusable", detail=f"{begins}, although it has traded since {first_trade}")
    n_weekdays = int(np.busday_count(series.sessions[0], series.sessions[-1])) + 1
    if n_weekdays >= DENSITY_FROM and series.sessions.size < LEAST_DENSITY * n_weekdays:
        return Failure(kind="unusable", detail=f"it has {series.sessions.size} closes for {n_weekdays} weekdays")
    return series
