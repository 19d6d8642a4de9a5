"""Series for symbols: from the cache where it is fresh, from Yahoo Finance where not, and never half of each."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hedger.contracts import INDICES
from hedger.errors import Note
from hedger.market.currency import to_unit
from hedger.market.yahoo.answers import check_symbol, to_series
from hedger.market.yahoo.circuit import Circuit
from hedger.market.yahoo.failures import Failure
from hedger.market.yahoo.process import YahooProcess
from hedger.market.yahoo.store import DamagedEntryError
from hedger.wording import name_some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from hedger.market.yahoo.closes import CloseSeries
    from hedger.market.yahoo.store import CloseStore


OVERLAP = timedelta(days=30)
"""How far an appended answer reaches back over stored closes, to see whether they still hold."""
YEARS = 10
"""Years of history for a symbol."""
INDEX_HISTORY_BEGINS = date(1985, 1, 2)
"""Beginning of the history of the indices that can be hedged with: their crises count for every book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How long Yahoo Finance may be asked, and from when on.

    Parameters
    ----------
    now
        The time it is, with a time zone.
    deadline
        Seconds for everything together.
    first_pause
        Seconds before the first repetition of a refused request.
    """

    now: datetime
    deadline: float
    first_pause: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gathered:
    """What there is of the symbols asked for.

    Parameters
    ----------
    fresh
        Series with the newest close.
    stored
        Older series out of the cache, of symbols that could not be refreshed.
    failures
        Why not, for every symbol that is not in `fresh`.
    answered
        Symbols that Yahoo Finance gave usable prices of in this run.
    notes
        Doubts about the cache.
    """

    fresh: Mapping[str, CloseSeries]
    stored: Mapping[str, CloseSeries]
    failures: Mapping[str, Failure]
    answered: frozenset[str]
    notes: tuple[Note, ...]

    def find(self, symbol: str) -> CloseSeries | None:
        """Return the best series of a symbol that may be used; none whose newest prices are suspicious."""
        failure = self.failures.get(symbol)
        if failure is not None and failure.kind == "suspicious":
            return None
        return self.fresh.get(symbol, self.stored.get(symbol))


def gather(
    symbols: Iterable[str],
    *,
    start: date | None,
    store: CloseStore,
    limits: FetchLimits,
    progress: Callable[[str, int, int], None] | None = None,
) -> Gathered:
    """Return series of `symbols` and of the exchange rates that their currencies need.

    Only what the cache lacks is asked for, and what comes is stored at once, symbol by symbol, so that nothing is
    lost when time runs out.

    Parameters
    ----------
    symbols
        Yahoo symbols.
    start
        First day that is needed; ``None`` for the usual history.
    store
        The cache; one that cannot be written is noted and does without.
    limits
        Time and limits.
    progress
        Called with each symbol that is done, the number of those and the number of all.
    """
    gathering = _Gathering(start=start, store=store, limits=limits, progress=progress)
    for symbol in symbols:
        gathering.need(symbol)
    gathering.ask()
    return gathering.result()


@dataclass(kw_only=True)
class _Gathering:
    """The work of :func:`gather` while it is under way."""

    start: date | None
    store: CloseStore
    limits: FetchLimits
    progress: Callable[[str, int, int], None] | None
    began: float = field(default_factory=time.monotonic)
    process: YahooProcess | None = None
    needed: dict[str, CloseSeries | None] = field(default_factory=dict)
    questions: dict[str, date] = field(default_factory=dict)
    fresh: dict[str, CloseSeries] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    damaged: list[str] = field(default_factory=list)
    restated: list[str] = field(default_factory=list)
    obstacle: str = ""

    def need(self, symbol: str) -> None:
        """Take a symbol on: from the cache if that will do, else as a question."""
        if symbol in self.needed:
            return
        self.needed[symbol] = None
        failure = check_symbol(symbol)
        if failure is not None:
            self.fail(symbol, failure)
            return
        stored = self.needed[symbol] = self._read(symbol)
        if stored is not None:
            self._need_rate(stored)
        whole_from = self._whole_from(symbol)
        if stored is None or stored.asked_from > whole_from:
            self._put(symbol, whole_from)
        elif stored.is_fresh(self.limits.now):
            self.fresh[symbol] = stored
            self._report(symbol)
        else:
            self._put(symbol, stored.last_session - OVERLAP)

    def ask(self) -> None:
        """Put all questions and those that their answers raise, until all are answered or time is up."""
        if not self.questions:
            return
        circuit = Circuit(self.store.folder)
        until = circuit.open_until(self.limits.now)
        if until is not None:
            self._fail_all(_refused_until(until))
            return
        left = self.limits.deadline - (time.monotonic() - self.began)
        try:
            process = YahooProcess(now=self.limits.now, seconds=left, first_pause=self.limits.first_pause)
        except OSError as error:
            self._fail_all(Failure(kind="stopped", detail=error.strerror or type(error).__name__))
            return
        with process:
            self.process = process
            for symbol, since in self.questions.items():
                process.ask(symbol, since)
            for symbol, answer in process.answers():
                self._take(symbol, answer)
        self._remember_refusals(circuit)

    def fail(self, symbol: str, failure: Failure) -> None:
        """Note that a symbol has no fresh prices."""
        self.failures[symbol] = failure
        self._report(symbol)

    def result(self) -> Gathered:
        """Return what has been gathered."""
        stored = {
            symbol: series for symbol, series in self.needed.items() if series is not None and symbol in self.failures
        }
        return Gathered(
            fresh=self.fresh,
            stored=stored,
            failures=self.failures,
            answered=frozenset(self.answered),
            notes=tuple(self._notes()),
        )

    def _take(self, symbol: str, answer: dict[str, Any] | Failure) -> None:
        """Judge what came back about a symbol; a stored series that no longer holds is asked for as a whole."""
        if isinstance(answer, Failure):
            self.fail(symbol, answer)
            return
        stored, since, whole_from = self.needed[symbol], self.questions[symbol], self._whole_from(symbol)
        series: CloseSeries | Failure | None
        series = to_series(symbol, answer, since=since, asked_from=since, now=self.limits.now)
        if stored is not None and since > whole_from and not isinstance(series, Failure):
            series = stored.extended_by(series)
            if series is None:
                self.restated.append(symbol)
                self._put(symbol, whole_from)
                return
        if not isinstance(series, Failure):
            judged = series.trusted()
            series = judged if isinstance(judged, Failure) else series
        if isinstance(series, Failure):
            self.fail(symbol, series)
            return
        self.fresh[symbol] = series
        self.answered.add(symbol)
        self._write(series)
        self._need_rate(series)
        self._report(symbol)

    def _put(self, symbol: str, since: date) -> None:
        self.questions[symbol] = since
        if self.process is not None:
            self.process.ask(symbol, since)

    def _need_rate(self, series: CloseSeries) -> None:
        rate = to_unit(series.currency).rate_symbol
        if rate is not None:
            self.need(rate)

    def _whole_from(self, symbol: str) -> date:
        """Return the first day of the whole history: the usual one, or as far as was needed now or before."""
        if any(index.symbol == symbol for index in INDICES):
            usual = INDEX_HISTORY_BEGINS
        else:
            usual = date(self.limits.now.year - YEARS, 1, 1)
        stored = self.needed[symbol]
        return min(
            usual,
            usual if self.start is None else self.start,
            usual if stored is None else stored.asked_from,
        )

    def _read(self, symbol: str) -> CloseSeries | None:
        try:
            return self.store.read(symbol)
        except DamagedEntryError:
            self.damaged.append(symbol)
            return None

    def _write(self, series: CloseSeries) -> None:
        try:
            self.store.write(series)
        except OSError as error:
            self.obstacle = error.strerror or type(error).__name__

    def _remember_refusals(self, circuit: Circuit) -> None:
        """Open the circuit after refusals, close it after answers."""
        refused = [symbol for symbol, failure in self.failures.items() if failure.kind == "refused"]
        try:
            if refused:
                failure = _refused_until(circuit.open(self.limits.now))
                self.failures.update(dict.fromkeys(refused, failure))
            elif self.answered:
                circuit.close()
        except OSError as error:
            self.obstacle = error.strerror or type(error).__name__

    def _fail_all(self, failure: Failure) -> None:
        for symbol in self.questions:
            self.fail(symbol, failure)

    def _report(self, symbol: str) -> None:
        if self.progress is not None:
            self.progress(symbol, len(self.fresh) + len(self.failures), len(self.needed))

    def _notes(self) -> Iterable[Note]:
        if self.damaged:
            yield Note(
                code="cache_damaged",
                message=(
                    f"Stored prices of {name_some(self.damaged)} were damaged and have not been used; "
                    "they are replaced as soon as Yahoo Finance answers."
                ),
            )
        if self.restated:
            yield Note(
                code="prices_restated",
                message=(
                    f"Stored closes of {name_some(self.restated)} differ from what Yahoo Finance says now (a dividend, "
                    "a split or a correction); their history was asked for anew as a whole."
                ),
            )
        if self.obstacle:
            yield Note(
                code="cache_not_written",
                message=(
                    f"The price cache {self.store.folder} cannot be written ({self.obstacle}), so that these prices "
                    "will be asked for again. Make the folder writable."
                ),
            )


def _refused_until(until: datetime) -> Failure:
    there = until.astimezone(ZoneInfo("America/New_York"))
    return Failure(kind="refused", detail=f"none are sent until {there:%Y-%m-%d %H:%M} in New York")
