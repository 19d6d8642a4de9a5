"""The price cache for its owner: refresh it, and say what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hedger.errors import Note, SettingsError
from hedger.market.yahoo.circuit import Circuit
from hedger.market.yahoo.gathering import FetchLimits, gather
from hedger.market.yahoo.source import DEADLINE, FIRST_PAUSE
from hedger.market.yahoo.store import CloseStore, DamagedEntryError, find_cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SECONDS_PER_SYMBOL = 1.0
"""What each symbol adds to the deadline of an update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceUpdate:
    """What an update did.

    Parameters
    ----------
    folder
        Of the cache.
    updated
        Symbols that Yahoo Finance gave prices of.
    current
        Symbols whose stored prices were fresh already.
    failed
        Symbols that could not be refreshed, each with the reason; what was stored of them is kept.
    notes
        Doubts about the cache.
    """

    folder: Path
    updated: tuple[str, ...]
    current: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSymbol:
    """What the cache has of one symbol.

    Parameters
    ----------
    symbol
        Yahoo symbol.
    first_session, last_session
        Range of its closes.
    retrieved_at
        When it was last refreshed, UTC.
    age_days
        Calendar days from its last session to today in New York.
    """

    symbol: str
    first_session: date
    last_session: date
    retrieved_at: datetime
    age_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStatus:
    """What is in the price cache.

    Parameters
    ----------
    folder
        Where it is; it may not exist yet.
    symbols
        In alphabetical order.
    damaged
        Symbols whose entry is not what was written; the next fetch replaces it.
    refused_until
        When Yahoo Finance may be asked again after it refused requests, UTC; ``None`` when it may be asked now.
    """

    folder: Path
    symbols: tuple[StoredSymbol, ...]
    damaged: tuple[str, ...]
    refused_until: datetime | None


def update_prices(
    symbols: Sequence[str] = (),
    *,
    folder: Path | None = None,
    deadline: float | None = None,
    first_pause: float = FIRST_PAUSE,
    progress: Callable[[str, int, int], None] | None = None,
    now: datetime | None = None,
) -> PriceUpdate:
    """Refresh the price cache from Yahoo Finance.

    Parameters
    ----------
    symbols
        Yahoo symbols, in capital or small letters; all that are in the cache when none is given.
    folder
        Of the cache; ``None`` for the user's own.
    deadline
        Seconds after which the update ends with what there is; by default 30 and one more for each symbol.
    first_pause
        Seconds before a refused request is repeated for the first time.
    progress
        Called with each symbol that is done, the number of those and the number of all, which may grow: listings
        in other currencies need an exchange rate.
    now
        The time it is, with a time zone; by default that of the clock.

    Raises
    ------
    SettingsError
        When no symbol is given and none is in the cache.
    """
    store = CloseStore(folder or find_cache_folder())
    wanted = tuple(dict.fromkeys(symbol.upper() for symbol in symbols)) or store.symbols()
    if not wanted:
        raise SettingsError(
            f"The price cache {store.folder} is empty, so there is nothing to refresh. "
            "Name symbols, for example: hedger prices update ^GSPC AAPL"
        )
    gathered = gather(
        wanted,
        start=None,
        store=store,
        limits=FetchLimits(
            now=now or datetime.now(UTC),
            deadline=DEADLINE + SECONDS_PER_SYMBOL * len(wanted) if deadline is None else deadline,
            first_pause=first_pause,
        ),
        progress=progress,
    )
    return PriceUpdate(
        folder=store.folder,
        updated=tuple(symbol for symbol in gathered.fresh if symbol in gathered.answered),
        current=tuple(symbol for symbol in gathered.fresh if symbol not in gathered.answered),
        failed=tuple((symbol, str(failure)) for symbol, failure in gathered.failures.items()),
        notes=gathered.notes,
    )


def read_cache_status(folder: Path | None = None, *, now: datetime | None = None) -> CacheStatus:
    """Read what is in the price cache; the network is not asked.

    Parameters
    ----------
    folder
        Of the cache; ``None`` for the user's own.
    now
        The time it is, with a time zone; by default that of the clock.
    """
    store = CloseStore(folder or find_cache_folder())
    moment = now or datetime.now(UTC)
    today = moment.astimezone(ZoneInfo("America/New_York")).date()
    stored: list[StoredSymbol] = []
    damaged: list[str] = []
    for symbol in store.symbols():
        try:
            series = store.read(symbol)
        except DamagedEntryError:
            damaged.append(symbol)
            continue
        if series is not None:
            stored.append(
                StoredSymbol(
                    symbol=symbol,
                    first_session=series.first_session,
                    last_session=series.last_session,
                    retrieved_at=series.retrieved_at.astimezone(UTC),
                    age_days=(today - series.last_session).days,
                )
            )
    return CacheStatus(
        folder=store.folder,
        symbols=tuple(stored),
        damaged=tuple(damaged),
        refused_until=Circuit(store.folder).open_until(moment),
    )
