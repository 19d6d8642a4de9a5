"""The process that asks Yahoo Finance, seen from the one that started it: questions in, answers out, one deadline."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from hedger.market.yahoo.failures import Failure
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from types import TracebackType

_PROGRAM = "hedger.market.yahoo.client"
_FAREWELL = 2.0
"""Seconds that the process has to end by itself once it is not needed."""
_NEW_YORK = "America/New_York"


class YahooProcess:
    """A running :mod:`hedger.market.yahoo.client`; use it in a ``with`` statement.

    Parameters
    ----------
    now
        The time it is, with a time zone.
    seconds
        From now until all unanswered questions are given up and the process is killed.
    first_pause
        Seconds before a refused question is put again for the first time.

    Raises
    ------
    OSError
        When the process cannot be started.
    """

    def __init__(self, *, now: datetime, seconds: float, first_pause: float) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._outstanding: dict[str, None] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="hedger-", ignore_cleanup_errors=True)
        self._complaints = Path(self._folder.name) / "complaints.txt"
        try:
            self._process = self._start()
        except OSError:
            self._folder.cleanup()
            raise
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=_read_lines, args=(self._process.stdout, self._answers), daemon=True)
        self._reader.start()
        self._write(
            {"now": now.isoformat(), "seconds": seconds, "first_pause": first_pause, "folder": self._folder.name}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, symbol: str, since: date) -> None:
        """Put a question; its answer comes out of :meth:`answers`."""
        self._outstanding[symbol] = None
        self._write({"symbol": symbol, "since": since.isoformat(), "timezone": _NEW_YORK})

    def answers(self) -> Iterator[tuple[str, dict[str, Any] | Failure]]:
        """Yield symbols and what came of them, until no question is open; more may be put meanwhile."""
        while self._outstanding:
            try:
                line = self._answers.get(timeout=max(0.0, self._deadline - time.monotonic()))
            except queue.Empty:
                yield from self._give_up(Failure(kind="unanswered", detail=f"within {round(self._seconds, 1):g} s"))
                return
            if line is None:
                yield from self._give_up(Failure(kind="stopped", detail=self._last_complaint()))
                return
            reply = json.loads(line)
            symbol = reply["asked"]
            self._outstanding.pop(symbol, None)
            if "failure" in reply:
                yield symbol, Failure(kind=reply["failure"], detail=reply["detail"])
            else:
                yield symbol, reply["answer"]

    def close(self) -> None:
        """End the process: politely if it has answered everything, and else at once."""
        if self._process.stdin is not None:
            _close(self._process.stdin)
        try:
            self._process.wait(timeout=0.0 if self._outstanding else _FAREWELL)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            _close(self._process.stdout)
        self._folder.cleanup()

    def _start(self) -> subprocess.Popen[str]:
        with self._complaints.open("wb") as complaints:
            return subprocess.Popen(  # noqa: S603 - our own program under our own interpreter
                [sys.executable, "-P", "-W", "ignore", "-m", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=_environment(),
                text=True,
                encoding="utf-8",
                start_new_session=True,
            )

    def _give_up(self, failure: Failure) -> Iterator[tuple[str, Failure]]:
        for symbol in tuple(self._outstanding):
            yield symbol, failure

    def _last_complaint(self) -> str:
        status = self._process.wait()
        lines = self._complaints.read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), f"exit status {status}")
        return shorten(last, 200)

    def _write(self, line: dict[str, Any]) -> None:
        if self._process.stdin is None:
            raise ValueError("the process was started without standard input")
        try:
            self._process.stdin.write(json.dumps(line) + "\n")
            self._process.stdin.flush()
        except OSError:
            return  # the process has died; the end of its output tells why


def _environment() -> dict[str, str]:
    """Return the environment of the process: proxies and certificates as they are, and hedger on the path."""
    environment = dict(os.environ)
    root = str(Path(__file__).parents[3])
    environment["PYTHONPATH"] = os.pathsep.join([root, *filter(None, [environment.get("PYTHONPATH")])])
    environment.pop("YF_DISABLE_CURL_CFFI", None)  # without curl_cffi yfinance confuses failures
    return environment


def _read_lines(stream: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    """Pass whole lines on until the stream ends, which ``None`` tells; reading a pipe has no time limit."""
    for line in stream:
        if line.endswith("\n"):
            lines.put(line)
    lines.put(None)


def _close(stream: IO[str]) -> None:
    try:
        stream.close()
    except OSError:
        return  # what was still to be written has no reader any more
