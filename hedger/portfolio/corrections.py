"""Cells that a person corrects instead of the file: a quantity typed over on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hedger.portfolio.drafts import Harvest
    from hedger.portfolio.tables import Tables

Corrections = tuple[tuple[tuple[int, str], str], ...]
"""What stands in a cell instead, by its physical line and the name of its column, as ``BadCell`` tells them."""


def correct_cells(found: Tables, corrections: Mapping[tuple[int, str], str], harvest: Harvest) -> None:
    """Write corrections over the cells of tables, and warn of each; those that meet no cell do nothing."""
    lines = {line for line, _ in corrections}
    for table in found.tables if lines else ():
        for row in table.rows:
            if row.line not in lines:
                continue
            for position, name in enumerate(table.names):
                corrected = corrections.get((row.line, shorten(name)))
                if corrected is None or position >= len(row.cells):
                    continue
                harvest.warn(
                    "cell_corrected",
                    row.line,
                    f'Line {row.line}, column "{shorten(name)}": "{shorten(row.cells[position])}" was replaced by '
                    f'"{shorten(corrected)}", as stated.',
                )
                row.cells[position] = corrected
