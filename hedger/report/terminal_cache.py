"""View of the cache of live prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from hedger.report.terminal import number_table, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from hedger.market import CacheStatus


def cache_view(status: CacheStatus) -> RenderableType:
    """Return symbols, ranges and ages, oldest news first."""
    return Group(*_parts(status))


def _parts(status: CacheStatus) -> Iterator[RenderableType]:
    yield paragraph(f"{len(status.symbols)} symbols in {status.folder}", style="bold")
    rows = [
        (
            each.symbol,
            str(each.first_session),
            str(each.last_session),
            f"{each.retrieved_at:%Y-%m-%d %H:%M} UTC",
            str(each.age_days),
        )
        for each in sorted(status.symbols, key=lambda each: (-each.age_days, each.symbol))
    ]
    if rows:
        yield number_table("Symbol", "From", "To", "Retrieved", "Age in days", rows=rows)
    if status.damaged:
        yield paragraph(f"Damaged, and fetched anew next time: {', '.join(status.damaged)}.")
    if status.refused_until is not None:
        yield paragraph(f"Yahoo Finance refused requests; it is asked again from {status.refused_until:%H:%M} UTC on.")
