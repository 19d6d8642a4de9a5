"""From the word a user gives to the price source it stands for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hedger.errors import SettingsError, shorten
from hedger.market.price_file import FileSource
from hedger.market.snapshot import SnapshotSource

if TYPE_CHECKING:
    from hedger.market.prices import PriceSource


def open_source(name_or_path: str | Path) -> PriceSource:
    """Return the price source called `name_or_path`.

    Parameters
    ----------
    name_or_path
        ``"snapshot"`` for the shipped prices, or the path of a CSV or Parquet file (``./snapshot`` for a file
        of that name). Nothing is read yet.

    Raises
    ------
    SettingsError
        When there is no such source and no such file.
    """
    name = str(name_or_path)
    if name == SnapshotSource.name:
        return SnapshotSource()
    if name == "yahoo":
        raise SettingsError(
            "Live prices from Yahoo are not in this version. Use --prices snapshot for the shipped prices, "
            "or --prices FILE with a CSV or Parquet file of adjusted closes."
        )
    path = Path(name_or_path)
    if not path.is_file():
        raise SettingsError(
            f'"{shorten(name)}" is neither a price source nor a file. Use --prices snapshot for the shipped '
            "prices, or --prices FILE with a CSV or Parquet file of adjusted closes."
        )
    return FileSource(path)
