"""The cache of live prices as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hedger.market import CacheStatus, PriceUpdate


def cache_status_document(status: CacheStatus) -> dict[str, Any]:
    """Return what is in the cache: `folder` and, per symbol, range, time of retrieval and age."""
    return {
        "folder": str(status.folder),
        "symbols": [{**asdict(each), "retrieved_at": each.retrieved_at.isoformat()} for each in status.symbols],
        "damaged": list(status.damaged),
        "refused_until": None if status.refused_until is None else status.refused_until.isoformat(),
    }


def price_update_document(update: PriceUpdate) -> dict[str, Any]:
    """Return what an update did: the symbols refreshed, up to date already, and not refreshed with the reason."""
    return {
        "folder": str(update.folder),
        "updated": list(update.updated),
        "current": list(update.current),
        "failed": [{"symbol": symbol, "reason": reason} for symbol, reason in update.failed],
        "notes": [asdict(note) for note in update.notes],
    }
