"""Live prices: Yahoo Finance, the cache behind it, and what stands in when neither has a symbol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from hedger.errors import PricesUnavailableError
from hedger.market.prices import YAHOO
from hedger.market.yahoo.assembly import CALENDAR, Assembly
from hedger.market.yahoo.gathering import FetchLimits, gather
from hedger.market.yahoo.store import CloseStore, find_cache_folder
from hedger.wording import name_some

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from hedger.market.prices import Prices, PriceSource

DEADLINE = 30.0
"""Seconds for a whole fetch."""
FIRST_PAUSE = 1.0
"""Seconds before a refused request is repeated for the first time."""

_WAYS_OUT = (
    "Try again later (what has come is kept and not asked for again), or use other prices: "
    "--prices snapshot for those that come with the package, --prices FILE for your own."
)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class YahooSource:
    """Daily closes from Yahoo Finance in USD, adjusted for splits and dividends, up to the newest finished session.

    A symbol is taken from the first of these that has it: Yahoo Finance (asked only for what the cache lacks), the
    cache with a note about its age, `fallback`. What none of them has is missing with the reason, when the symbol
    is to blame, or the whole fetch fails, when the world is.

    Parameters
    ----------
    folder
        Of the cache; ``None`` for the user's own.
    fallback
        Source for symbols that neither Yahoo Finance nor the cache has; ``None`` when the user allowed no other.
    deadline
        Seconds after which a fetch ends with what there is by then.
    first_pause
        Seconds before a refused request is repeated for the first time.
    now
        Tells the time, with a time zone.
    """

    name: ClassVar[str] = YAHOO

    folder: Path | None = None
    fallback: PriceSource | None = None
    deadline: float = DEADLINE
    first_pause: float = FIRST_PAUSE
    now: Callable[[], datetime] = _now

    def fetch(self, symbols: Sequence[str], *, start: date | None, end: date | None) -> Prices:
        """Return closes as :meth:`PriceSource.fetch` describes; without `start`, ten years, and indices from 1985.

        Raises
        ------
        PricesUnavailableError
            When a symbol has no prices because Yahoo Finance could not be asked and nothing stands in for it, or
            when none of the symbols has a price in the span. The message names symbols, reasons and ways out.
        """
        if not symbols:
            raise ValueError("no symbol was asked for")
        asked = tuple(dict.fromkeys(symbols))
        now = self.now()
        gathered = gather(
            (CALENDAR, *asked),
            start=start,
            store=CloseStore(self.folder or find_cache_folder()),
            limits=FetchLimits(now=now, deadline=self.deadline, first_pause=self.first_pause),
        )
        assembly = Assembly(gathered=gathered, now=now)
        for symbol in asked:
            assembly.take(symbol)
        if self.fallback is not None and assembly.lacking:
            assembly.take_from(self.fallback, start)
        _refuse_outages(assembly)
        return assembly.to_table().select(asked, start=start, end=end)


def _refuse_outages(assembly: Assembly) -> None:
    """Raise when symbols have no prices and that is not their own fault.

    One answer with an error says little; when most answers are errors, the service is down.
    """
    lacking = assembly.lacking
    is_down = sum(failure.is_broken_answer for failure in lacking.values()) > len(assembly.columns)
    outages = [
        symbol for symbol, failure in lacking.items() if failure.is_outage or (is_down and failure.is_broken_answer)
    ]
    if not outages and assembly.columns:
        return
    named = outages or list(lacking)
    reasons = dict.fromkeys(str(lacking[symbol]) for symbol in named)
    n_found = len(assembly.columns)
    found = f" {n_found} {'other is' if n_found == 1 else 'others are'} at hand." if n_found else ""
    raise PricesUnavailableError(
        f"There are no prices of {name_some(named)}: {'; '.join(list(reasons)[:3])}. "
        f"Yahoo Finance and the price cache were tried.{found} {_WAYS_OUT}",
        named,
    )
