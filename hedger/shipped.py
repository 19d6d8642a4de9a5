"""Files that come with the package.

They are trusted: a bad cell in one of its tables is a bug and stays loud.
"""

from __future__ import annotations

import csv
from pathlib import Path

__all__ = ["SHIPPED", "load_table"]

SHIPPED = Path(__file__).parent / "data"
"""The folder that they lie in."""


def load_table(name: str) -> list[dict[str, str]]:
    """Load a CSV table that comes with the package.

    Parameters
    ----------
    name
        File in :data:`SHIPPED`; lines at its head that begin with ``#`` are not looked at.

    Returns
    -------
    list
        One mapping from column to cell per row, in the order of the file.
    """
    with (SHIPPED / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader((line for line in stream if not line.startswith("#")), strict=True))
