"""Cells of a holdings file that cannot be read: typed over in place, or left out with their rows.

What is typed belongs to one file and lasts as long as the visit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from hedger.errors import BadCell, InvalidRowsError
    from hedger.portfolio import Corrections
    from hedger.ui.files import HoldingsFile

MOST_ROWS = 500
"""Cells that are shown; a file with more is better corrected where it comes from."""

_INSTEAD = "Put instead"


def read_corrections(file: HoldingsFile) -> Corrections:
    """Return what was typed over cells of this file."""
    corrections: Corrections = st.session_state.get(_kept_key(file), ())
    return corrections


def is_without_bad_rows(file: HoldingsFile) -> bool:
    """Tell whether rows of this file that cannot be read are left out."""
    return bool(st.session_state.get("without_bad_rows") == file.digest)


def offer_corrections(error: InvalidRowsError, file: HoldingsFile) -> None:
    """Show the cells with room for what should stand there, and the way on without their rows."""
    cells = [cell for cell in error.cells if cell.line is not None and cell.column is not None][:MOST_ROWS]
    key = f"bad_cells {file.digest} {len(read_corrections(file))}"
    if cells:
        st.data_editor(
            [
                {"Line": cell.line, "Column": cell.column, "Cell": cell.value, "Is not": cell.expected, _INSTEAD: ""}
                for cell in cells
            ],
            disabled=("Line", "Column", "Cell", "Is not"),
            column_config={_INSTEAD: st.column_config.TextColumn(_INSTEAD, width="medium", max_chars=40)},
            hide_index=True,
            key=key,
            alt="Cells that cannot be read, with room for what should stand there",
        )
    with st.container(horizontal=True):
        if cells:
            st.button(
                "Read again with these",
                key="correct",
                icon=":material/check:",
                on_click=_keep,
                args=(cells, key, file),
                help="Reads the file with what you typed in place of these cells; the plan names each of them.",
            )
        st.button(
            "Go on without these rows",
            key="leave_out",
            icon=":material/playlist_remove:",
            on_click=_leave_out,
            args=(file,),
            help="Reads the file again and leaves these rows out; the plan names each of them.",
        )


def _keep(cells: list[BadCell], key: str, file: HoldingsFile) -> None:
    kept = dict(read_corrections(file))
    for row, edited in st.session_state[key]["edited_rows"].items():
        cell, typed = cells[int(row)], (edited.get(_INSTEAD) or "").strip()
        if typed and cell.line is not None and cell.column is not None:
            kept[cell.line, cell.column] = typed
    st.session_state[_kept_key(file)] = tuple(kept.items())


def _leave_out(file: HoldingsFile) -> None:
    st.session_state.without_bad_rows = file.digest


def _kept_key(file: HoldingsFile) -> str:
    return f"corrections {file.digest}"
