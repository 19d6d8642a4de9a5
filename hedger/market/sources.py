"""From the word a user gives to the price source it stands for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hedger.errors import SettingsError
from hedger.market.price_file import FileSource
from hedger.market.prices import SNAPSHOT, YAHOO
from hedger.market.snapshot import SnapshotSource
from hedger.wording import shorten

if TYPE_CHECKING:
    from hedger.market.prices import PriceSource


def open_source(name_or_path: str | Path, *, allow_snapshot: bool = False) -> PriceSource:
    """Return the price source called `name_or_path`.

    Parameters
    ----------
    name_or_path
        ``"snapshot"`` for the shipped prices, ``"yahoo"`` for live ones, or the path of a CSV or Parquet file
        (``./snapshot`` for a file of that name). Nothing is read or fetched yet.
    allow_snapshot
        Whether the shipped prices may stand in, with a note, for symbols that Yahoo Finance cannot give.

    Raises
    ------
    SettingsError
        When there is no such source and no such file.
    """
    name = str(name_or_path)
    if name == SNAPSHOT:
        return SnapshotSource()
    if name == YAHOO:
        from hedger.market.yahoo import YahooSource  # noqa: PLC0415 - for live prices only

        return YahooSource(fallback=SnapshotSource() if allow_snapshot else None)
    path = Path(name_or_path)
    if not path.is_file():
        raise SettingsError(
            f'"{shorten(name)}" is neither a price source nor a file. Use --prices snapshot for the shipped '
            "prices, --prices yahoo for live ones, or --prices FILE with a CSV or Parquet file of adjusted closes."
        )
    return FileSource(path)
