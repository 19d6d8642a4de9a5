"""The price cache: one checked file per symbol, safe for several processes at once.

A file is a line with the SHA-256 of the rest, and the rest, which is JSON. It is written beside its place and
moved there in one step, so that readers see the old content or the new one and never half of either, whoever is
killed when. What does not match its checksum is damaged, and damaged is as good as absent. There is no lock: of
two processes that write the same symbol at once the last one wins, and both have written a whole series.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from hedger.market.yahoo.closes import CloseSeries

FORMAT = "hedger.closes/1"
_PREFIX, _SUFFIX = "closes_", ".json"
_UNFINISHED = ".writing-"
_ABANDONED_AFTER = 3600.0
"""Seconds after which a file that was never moved to its place belongs to a process that died."""


class DamagedEntryError(ValueError):
    """A file of the cache is not what was written."""


def find_cache_folder() -> Path:
    """Return the folder of the price cache of this user."""
    from platformdirs import user_cache_path  # noqa: PLC0415 - for live prices only

    return user_cache_path("hedger", appauthor=False) / "yahoo"


class CloseStore:
    """The series of closes in one folder.

    Parameters
    ----------
    folder
        Made at the first write, for this user only: its file names tell what somebody holds.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def symbols(self) -> tuple[str, ...]:
        """Return the symbols that have a file, in alphabetical order."""
        if not self.folder.is_dir():
            return ()
        names = [path.name for path in self.folder.glob(f"{_PREFIX}*{_SUFFIX}")]
        return tuple(sorted(name[len(_PREFIX) : -len(_SUFFIX)] for name in names))

    def read(self, symbol: str) -> CloseSeries | None:
        """Return the stored series of a symbol, ``None`` when there is none.

        Raises
        ------
        DamagedEntryError
            When the file is there and is not what was written.
        """
        try:
            content = read_checked(self._path(symbol))
        except FileNotFoundError:
            return None
        try:
            series = _from_json(content)
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedEntryError(f"the entry of {symbol} has another form") from error
        if series.symbol != symbol:
            raise DamagedEntryError(f"the entry of {symbol} is of {series.symbol}")
        return series

    def write(self, series: CloseSeries) -> None:
        """Store a series in the place of what was there; ``OSError`` when the folder cannot be written."""
        write_checked(self._path(series.symbol), _to_json(series))

    def _path(self, symbol: str) -> Path:
        return self.folder / f"{_PREFIX}{symbol}{_SUFFIX}"


def read_checked(path: Path) -> dict[str, Any]:
    """Read what :func:`write_checked` wrote.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    DamagedEntryError
        When it cannot be read, or is not what was written.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(f"there is no {path}") from error
    except OSError as error:
        raise DamagedEntryError(f"{path.name} cannot be read") from error
    checksum, _, body = content.partition(b"\n")
    if checksum != hashlib.sha256(body).hexdigest().encode():
        raise DamagedEntryError(f"{path.name} does not match its checksum")
    entry = json.loads(body)
    if not isinstance(entry, dict):
        raise DamagedEntryError(f"{path.name} has another form")
    return entry


def write_checked(path: Path, entry: dict[str, Any]) -> None:
    """Write an entry with its checksum, whole or not at all; ``OSError`` when that cannot be done."""
    body = json.dumps(entry, separators=(",", ":")).encode()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_abandoned(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _remove_abandoned(folder: Path) -> None:
    """Remove what processes left behind that were killed while writing."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        try:
            if time.time() - path.stat().st_mtime > _ABANDONED_AFTER:
                path.unlink()
        except FileNotFoundError:
            continue  # its writer has just moved it, or another process has removed it


def _to_json(series: CloseSeries) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "symbol": series.symbol,
        "currency": series.currency,
        "timezone": series.timezone,
        "closes_at": series.closes_at.isoformat(),
        "asked_from": series.asked_from.isoformat(),
        "retrieved_at": series.retrieved_at.isoformat(),
        "has_newest": series.has_newest,
        "splits": [[day.isoformat(), ratio] for day, ratio in series.splits],
        "sessions": series.sessions.astype(str).tolist(),
        "close": series.close.tolist(),
    }


def _from_json(entry: dict[str, Any]) -> CloseSeries:
    if entry["format"] != FORMAT:
        raise ValueError(f"unknown format {entry['format']}")
    return CloseSeries(
        symbol=entry["symbol"],
        currency=entry["currency"],
        timezone=entry["timezone"],
        closes_at=clock_time.fromisoformat(entry["closes_at"]),
        asked_from=date.fromisoformat(entry["asked_from"]),
        retrieved_at=datetime.fromisoformat(entry["retrieved_at"]),
        has_newest=entry["has_newest"],
        splits=tuple((date.fromisoformat(day), ratio) for day, ratio in entry["splits"]),
        sessions=entry["sessions"],
        close=entry["close"],
    )
