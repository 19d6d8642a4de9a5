"""One number for all that advice depends on: the same inputs give the same fingerprint, and the same advice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hedger.market import Prices


def fingerprint(stated: Mapping[str, object], tables: Iterable[Prices]) -> str:
    """Return the SHA-256 of all inputs, hexadecimal.

    Parameters
    ----------
    stated
        By name: text, numbers, dates, dataclasses without arrays, and collections of these.
    tables
        Prices; their sessions, symbols and closes count, and not where they come from.

    Raises
    ------
    TypeError
        When a value is none of these: its text might hide what it holds, or change from run to run.
    """
    digest = hashlib.sha256(json.dumps(stated, sort_keys=True, default=_to_plain).encode())
    for prices in tables:
        digest.update(json.dumps(prices.symbols).encode())
        digest.update(prices.sessions.astype("datetime64[D]").astype("<i8").tobytes())
        digest.update(prices.close.astype("<f8").tobytes())
    return digest.hexdigest()


def _to_plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} has no fingerprint")
