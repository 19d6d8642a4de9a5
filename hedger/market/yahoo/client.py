"""The program that asks Yahoo Finance, in a process of its own: yfinance blocks for minutes and cannot be stopped.

It reads lines of JSON from standard input, first the terms (:class:`_Terms`), then one question per
symbol, and writes one line of JSON per answer, as soon as it is there. It ends when standard input does, which
also happens when the process that started it is killed.

What yfinance needs to be told is measured behaviour of version 1.7: its cache folder is a private one, because a
damaged file in the common one empties every download and a pickle in it is loaded; a time zone is stored for each
symbol beforehand, which saves the request that asks for it; exceptions are not hidden, because without them an
outage looks like a delisting.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import threading
import warnings
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import yfinance
from yfinance import cache

from hedger.market.yahoo.closes import closing_time
from hedger.market.yahoo.failures import Failure
from hedger.market.yahoo.foreign_errors import to_failure
from hedger.market.yahoo.session import AT_ONCE, LONGEST_CHART, LimitedSession
from hedger.market.yahoo.turnstile import Turnstile

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

FIRST_ALONE = 2.0
"""Seconds that the first question may take before the others start; it brings the cookie for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What the starting process decides: the time it is, the seconds there are, the first pause, a folder to remove."""

    now: datetime
    seconds: float
    first_pause: float
    folder: str


def to_answer(frame: pd.DataFrame, metadata: Mapping[str, Any], now: datetime) -> dict[str, Any] | Failure:
    """Convert the table that yfinance returns to what is sent back: finished sessions that have a close.

    Parameters
    ----------
    frame
        From ``Ticker.history`` with ``auto_adjust`` and ``actions``.
    metadata
        From ``Ticker.history_metadata`` after it.
    now
        Sessions that had not ended by then are left out.
    """
    timezone = str(metadata["exchangeTimezoneName"])
    regular = (metadata.get("currentTradingPeriod") or {}).get("regular") or {}
    closes_at = regular["end"].time() if "end" in regular else time(23, 59)
    traded = frame[frame["Close"] > 0.0]
    is_final = [closing_time(stamp.date(), closes_at, timezone) <= now for stamp in traded.index]
    final = traded[is_final]
    if final.empty:
        return Failure(kind="empty")
    newest = final.index[-1].date()
    last_trade = metadata.get("regularMarketTime")
    is_lacking = (
        last_trade is not None
        and last_trade.date() > newest
        and closing_time(last_trade.date(), closes_at, timezone) <= now
    )
    splits = frame["Stock Splits"]
    first_trade = metadata.get("firstTradeDate")
    return {
        "symbol": metadata.get("symbol"),
        "currency": metadata["currency"],
        "timezone": timezone,
        "closes_at": closes_at.isoformat(),
        "first_trade": None if first_trade is None else first_trade.date().isoformat(),
        "has_newest": not is_lacking,
        "sessions": [stamp.date().isoformat() for stamp in final.index],
        "close": final["Close"].tolist(),
        "splits": [[stamp.date().isoformat(), float(splits[stamp])] for stamp in frame.index[splits > 0.0]],
    }


class _Asker:
    """Puts questions to Yahoo and prints the answers."""

    def __init__(self, terms: _Terms, answers: TextIO) -> None:
        self._answers = answers
        self._now = terms.now
        self._turnstile = Turnstile(first_pause=terms.first_pause, seconds=terms.seconds)
        self._session = LimitedSession()
        self._printing = threading.Lock()

    def answer(self, symbol: str, since: str) -> None:
        """Ask about one symbol and print what came of it, whatever that is."""
        try:
            result = self._turnstile.pass_through(lambda: self._ask(symbol, date.fromisoformat(since)))
        except Exception as error:  # noqa: BLE001 - the table of them names the kind, and none may take the others along
            result = to_failure(error, self._session.status)
        line: dict[str, Any]
        if isinstance(result, Failure):
            line = {"asked": symbol, "failure": result.kind, "detail": result.detail}
        else:
            line = {"asked": symbol, "answer": result}
        with self._printing:
            self._answers.write(json.dumps(line) + "\n")
            self._answers.flush()

    def _ask(self, symbol: str, since: date) -> dict[str, Any] | Failure:
        ticker = yfinance.Ticker(symbol, session=self._session)
        frame = ticker.history(
            start=since,
            end=self._now.date() + timedelta(days=2),
            interval="1d",
            auto_adjust=True,
            actions=True,
            repair=False,
            keepna=False,
            timeout=LONGEST_CHART,
        )
        if frame.empty:
            return Failure(kind="empty")
        return to_answer(frame, ticker.history_metadata, self._now)


def main() -> None:
    """Answer questions until standard input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    warnings.simplefilter("ignore")  # after the imports: yfinance installs a filter of its own
    logging.getLogger("yfinance").disabled = True
    line = json.loads(sys.stdin.readline())
    terms = _Terms(
        now=datetime.fromisoformat(line["now"]),
        seconds=line["seconds"],
        first_pause=line["first_pause"],
        folder=line["folder"],
    )
    yfinance.config.debug.hide_exceptions = False
    cache.set_cache_location(str(Path(terms.folder) / "library"))
    asker = _Asker(terms, answers)
    pool = ThreadPoolExecutor(max_workers=AT_ONCE)
    first: Future[None] | None = None
    for question in sys.stdin:
        asked = json.loads(question)
        cache.get_tz_cache().store(asked["symbol"], asked["timezone"])
        under_way = pool.submit(asker.answer, asked["symbol"], asked["since"])
        if first is None:
            first = under_way
            wait([first], timeout=FIRST_ALONE)
    shutil.rmtree(terms.folder, ignore_errors=True)
    os._exit(0)  # threads of yfinance would keep the process alive for another 40 s


if __name__ == "__main__":
    main()
