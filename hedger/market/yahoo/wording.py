"""Lists of symbols in the middle of a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.errors import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_NAMED = 10


def name_some(symbols: Sequence[str]) -> str:
    """Return the first :data:`MOST_NAMED` symbols and the number of the others."""
    named = ", ".join(shorten(symbol) for symbol in symbols[:MOST_NAMED])
    more = len(symbols) - MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
