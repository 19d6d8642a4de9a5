"""After refusals nobody asks for a while: a circuit breaker that is kept on disk, so that the next run knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hedger.market.yahoo.store import DamagedEntryError, read_checked, write_checked

if TYPE_CHECKING:
    from pathlib import Path

FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(hours=2)
"""Each pause that follows upon another without an answer between them is twice as long, up to this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pause:
    until: datetime
    length: timedelta


class Circuit:
    """The breaker of one cache folder.

    Parameters
    ----------
    folder
        Where it is kept; :meth:`open` makes it.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "circuit.json"

    def open_until(self, now: datetime) -> datetime | None:
        """Return when asking is allowed again; ``None`` when it is allowed now."""
        pause = self._read()
        if pause is None or not now < pause.until <= now + LONGEST_PAUSE:
            return None  # a pause that ends later than any pause was written under another clock
        return pause.until

    def open(self, now: datetime) -> datetime:
        """Open after a refusal and return until when; ``OSError`` when that cannot be kept."""
        last = self._read()
        length = FIRST_PAUSE if last is None else min(2 * last.length, LONGEST_PAUSE)
        write_checked(self._path, {"until": (now + length).isoformat(), "seconds": length.total_seconds()})
        return now + length

    def close(self) -> None:
        """Forget earlier refusals after an answer."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> _Pause | None:
        try:
            entry = read_checked(self._path)
            return _Pause(
                until=datetime.fromisoformat(entry["until"]), length=timedelta(seconds=float(entry["seconds"]))
            )
        except (FileNotFoundError, DamagedEntryError):
            return None
