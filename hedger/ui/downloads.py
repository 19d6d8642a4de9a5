"""The files of a plan to take away: all of them as one archive, or each alone.

Nothing is built before it is asked for: workbook and pages take longer than the hedge itself.
"""

from __future__ import annotations

import io
import mimetypes
import zipfile
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from hedger.report import PLAN_FILES, plan_file

if TYPE_CHECKING:
    from hedger.advice import Advice

ARCHIVE = "hedge.zip"
ORDER_FILES = ("orders.csv", "ibkr_basket.csv")
"""Files that nobody may take away from a what-if."""

_WORDS = {
    "plan.json": "Everything on this page and more, for other programs.",
    "orders.csv": "The orders as a table.",
    "ibkr_basket.csv": "The orders for the basket trader of Interactive Brokers.",
    "plan.xlsx": "A workbook whose formulas show how the numbers come about.",
    "plan.pdf": "The plan on paper.",
    "calendar.ics": "Roll, expiry and review days for a calendar.",
}


def show_downloads(advice: Advice) -> None:
    """Show the buttons; those that hold orders are disabled where the orders cannot be placed."""
    with st.container(horizontal=True):
        st.download_button(
            "All files",
            partial(plan_archive, advice),
            file_name=ARCHIVE,
            mime="application/zip",
            key="download_all",
            on_click="ignore",
            icon=":material/folder_zip:",
            disabled=not advice.is_tradable,
            help="The plan to take away, as one archive.",
        )
        with st.popover("One file", icon=":material/download:"):
            for name in PLAN_FILES:
                st.download_button(
                    name,
                    partial(plan_file, advice, name),
                    file_name=name,
                    mime=mimetypes.guess_type(name)[0] or "application/octet-stream",
                    key=f"download_{name.replace('.', '_')}",
                    on_click="ignore",
                    icon=":material/download:",
                    disabled=name in ORDER_FILES and not advice.is_tradable,
                    width="stretch",
                    help=_WORDS[name],
                )
    if not advice.is_tradable:
        st.caption("The orders cannot be exported: this is a what-if with contracts that no longer trade.")


def plan_archive(advice: Advice) -> bytes:
    """Return all files of a plan as a zip archive; the same advice gives the same bytes."""
    archive = io.BytesIO()
    written = advice.as_of.timetuple()[:6]
    with zipfile.ZipFile(archive, "w") as members:
        for name in PLAN_FILES:
            member = zipfile.ZipInfo(name, date_time=written)
            member.external_attr = 0o644 << 16  # readable wherever it is unpacked
            members.writestr(member, plan_file(advice, name), compress_type=zipfile.ZIP_DEFLATED)
    return archive.getvalue()
