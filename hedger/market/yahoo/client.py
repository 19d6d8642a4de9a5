"""The program that asks Yahoo Finance, in a process of its own: yfinance blocks for minutes and cannot be stopped.

It reads lines of JSON from standard input, first the circumstances (:class:`_Circumstances`), then one question per
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
from typing import TYPE_CHECKING, Any, TypeVar

import peewee
import yfinance
from curl_cffi import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay, wait_exponential_jitter
from yfinance import cache, exceptions
from yfinance.data import YfData

from hedger.market.yahoo.closes import closing_time
from hedger.market.yahoo.failures import Failure, FailureKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

AT_ONCE = 4
"""Requests under way at the same time."""
MOST_REFUSALS = 30
"""Refused requests in one run."""
ATTEMPTS = 4
"""Times that a refused question is put before all questions are given up."""
LONGEST_REQUEST = 10.0
"""Seconds for one request; yfinance would give some of them 30."""
FIRST_ALONE = 2.0
"""Seconds that the first question may take before the others start; it brings the cookie for all."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Circumstances:
    """What the starting process decides: the time it is, the seconds there are, the first pause, the folder."""

    now: datetime
    seconds: float
    first_pause: float
    folder: str


_KINDS: tuple[tuple[type[BaseException], FailureKind], ...] = (
    (exceptions.YFRateLimitError, "refused"),
    (exceptions.YFTickerMissingError, "unknown"),
    (exceptions.YFInvalidPeriodError, "unusable"),
    (exceptions.YFDataException, "failing"),
    (exceptions.YFException, "failing"),
    (exceptions.YFNotImplementedError, "stopped"),
    (peewee.DatabaseError, "stopped"),
    (requests.exceptions.Timeout, "unanswered"),
    (requests.exceptions.SSLError, "untrusted"),
    (requests.exceptions.InvalidJSONError, "garbled"),
    (requests.exceptions.ContentDecodingError, "garbled"),
    (requests.exceptions.TooManyRedirects, "failing"),
    (requests.exceptions.RequestException, "unreachable"),
    (json.JSONDecodeError, "garbled"),
    (LookupError, "garbled"),
    (TypeError, "garbled"),
    (ValueError, "garbled"),
    (AttributeError, "garbled"),
    (OSError, "unreachable"),
)
"""The first that fits counts. Answers of another form than Yahoo's end in the plain errors of Python."""

_FORBIDDEN, _NOT_FOUND, _SERVER_ERROR = 403, 404, 500


def to_failure(error: BaseException, status: int | None = None) -> Failure:
    """Convert whatever yfinance raised to a kind of failure.

    Parameters
    ----------
    error
        Anything; what is not in the table is a failure of the program.
    status
        HTTP status of the last answer about the symbol, which tells more than the exception: yfinance calls a
        symbol "possibly delisted" when the server is down.
    """
    kind: FailureKind = next((kind for cause, kind in _KINDS if isinstance(error, cause)), "stopped")
    if kind == "unknown" and status is not None and status != _NOT_FOUND:
        if status >= _SERVER_ERROR or status == _FORBIDDEN:
            return Failure(kind="failing", detail=f"status {status}")
        return Failure(kind="empty")
    return Failure(kind=kind, detail=type(error).__name__ if kind in {"stopped", "unreachable"} else "")


class _Session(requests.Session[Any]):
    """The session of yfinance with a limit on the time of each request and on the number of refusals."""

    def __init__(self) -> None:
        super().__init__(impersonate="chrome")
        self._lock = threading.Lock()
        self._last = threading.local()
        self._refusals = 0

    @property
    def status(self) -> int | None:
        """HTTP status of the last answer to a question of this thread."""
        return getattr(self._last, "status", None)

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
        """Send a request as the base class does, or refuse it like Yahoo when it has refused too many."""
        self._last.status = None
        with self._lock:
            if self._refusals > MOST_REFUSALS - AT_ONCE:
                raise exceptions.YFRateLimitError
        options["timeout"] = min(options.get("timeout") or LONGEST_REQUEST, LONGEST_REQUEST)
        response = super().request(method, url, *args, **options)
        self._last.status = response.status_code
        with self._lock:
            self._refusals += response.status_code == 429
        return response


class Turnstile:
    """Lets questions through until one is refused; then one alone, with growing pauses, until it is answered.

    Parameters
    ----------
    first_pause
        Seconds before the first repetition; each further pause is twice as long, and all are lengthened at random.
    seconds
        Time there is for one question and its repetitions.
    """

    def __init__(self, *, first_pause: float, seconds: float) -> None:
        self._first_pause = first_pause
        self._seconds = seconds
        self._open = threading.Event()
        self._open.set()
        self._one = threading.Lock()
        self._is_given_up = False

    def pass_through(self, ask: Callable[[], _Result]) -> _Result:
        """Return what `ask` returns.

        Raises
        ------
        YFRateLimitError
            When Yahoo has refused too often, now or for another question.
        """
        while True:
            self._open.wait()
            if self._is_given_up:
                raise exceptions.YFRateLimitError
            try:
                return ask()
            except exceptions.YFRateLimitError as refusal:
                if self._one.acquire(blocking=False):
                    return self._repeat(ask, refusal)

    def _repeat(self, ask: Callable[[], _Result], refusal: exceptions.YFRateLimitError) -> _Result:
        """Put one question again and again; the refusal that brought us here counts as the first attempt."""
        self._open.clear()
        refusals = [refusal]

        def attempt() -> _Result:
            if refusals:
                raise refusals.pop()
            YfData.cache_get.cache_clear()
            return ask()

        try:
            result: _Result = Retrying(
                retry=retry_if_exception_type(exceptions.YFRateLimitError),
                wait=wait_exponential_jitter(initial=self._first_pause, jitter=self._first_pause),
                stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(self._seconds),
                reraise=True,
            )(attempt)
        except exceptions.YFRateLimitError:
            self._is_given_up = True
            raise
        finally:
            self._open.set()
            self._one.release()
        return result


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

    def __init__(self, circumstances: _Circumstances) -> None:
        self._now = circumstances.now
        self._turnstile = Turnstile(first_pause=circumstances.first_pause, seconds=circumstances.seconds)
        self._session = _Session()
        self._printing = threading.Lock()

    def answer(self, symbol: str, since: str) -> None:
        """Ask about one symbol and print what came of it, whatever that is."""
        try:
            result = self._turnstile.pass_through(lambda: self._ask(symbol, date.fromisoformat(since)))
        except Exception as error:  # noqa: BLE001 - the table below names them, and none may take the others along
            result = to_failure(error, self._session.status)
        line: dict[str, Any]
        if isinstance(result, Failure):
            line = {"asked": symbol, "failure": result.kind, "detail": result.detail}
        else:
            line = {"asked": symbol, "answer": result}
        with self._printing:
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()

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
            timeout=LONGEST_REQUEST,
        )
        if frame.empty:
            return Failure(kind="empty")
        return to_answer(frame, ticker.history_metadata, self._now)


def main() -> None:
    """Answer questions until standard input ends."""
    warnings.simplefilter("ignore")  # after the imports: yfinance installs a filter of its own
    logging.getLogger("yfinance").disabled = True
    line = json.loads(sys.stdin.readline())
    circumstances = _Circumstances(
        now=datetime.fromisoformat(line["now"]),
        seconds=line["seconds"],
        first_pause=line["first_pause"],
        folder=line["folder"],
    )
    yfinance.config.debug.hide_exceptions = False
    cache.set_cache_location(circumstances.folder)
    asker = _Asker(circumstances)
    pool = ThreadPoolExecutor(max_workers=AT_ONCE)
    first: Future[None] | None = None
    for question in sys.stdin:
        asked = json.loads(question)
        cache.get_tz_cache().store(asked["symbol"], asked["timezone"])
        under_way = pool.submit(asker.answer, asked["symbol"], asked["since"])
        if first is None:
            first = under_way
            wait([first], timeout=FIRST_ALONE)
    shutil.rmtree(circumstances.folder, ignore_errors=True)
    os._exit(0)  # threads of yfinance would keep the process alive for another 40 s


if __name__ == "__main__":
    main()
