"""The visitor's holdings file: a sample, an upload, or a table pasted from the clipboard.

An upload is kept by the session, not by its widget, which forgets it when another page is shown.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import streamlit as st

from hedger.shipped import SHIPPED
from hedger.ui.wording import title

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator
    from streamlit.runtime.uploaded_file_manager import UploadedFile

SAMPLE_FOLDERS = (SHIPPED.parents[1] / "sample_portfolios", SHIPPED / "sample_portfolios")
"""All samples lie beside the package in a copy of the repository; an installed package brings its own one."""
FIRST_SAMPLE = "technology"
ENDINGS = ("csv", "txt", "tsv", "xlsx")
"""Of files that may be uploaded; what is in them is told by their content."""
PASTED_NAME = "Pasted table"

_UPLOADED = "uploaded"
_PASTED = "pasted"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsFile:
    """A holdings file as bytes, with its name for people (never used as a path)."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """Short name of the content, for keys of widgets that belong to this file."""
        return hashlib.sha256(self.content).hexdigest()[:16]


def choose_file(
    samples: dict[str, Path], *, choosing: DeltaGenerator, uploading: DeltaGenerator, pasting: DeltaGenerator
) -> HoldingsFile:
    """Ask which file the page is about.

    Parameters
    ----------
    samples
        Paths by title, from :func:`sample_files`.
    choosing, uploading, pasting
        Where to ask.
    """
    own: dict[str, HoldingsFile] = st.session_state.setdefault("own_files", {})
    titles = {option: PASTED_NAME if option == _PASTED else f"Your file: {file.name}" for option, file in own.items()}
    first = next(iter(samples))
    with choosing:
        chosen = st.selectbox(
            "Portfolio",
            [*own, *samples],
            key="portfolio",
            persist_state="session",
            format_func=lambda option: titles.get(option, option),
            help="Samples to try the page with. Your own comes to the top of this list once it is uploaded or pasted.",
        )
    with uploading:
        st.file_uploader(
            "Upload your holdings",
            type=ENDINGS,
            key="upload",
            on_change=_follow_upload,
            args=(first,),
            help="The file from your broker as it is, or a table with the columns symbol and quantity.",
        )
    with pasting.popover("Paste a table", icon=":material/content_paste:", width="stretch"):
        st.text_area(
            "Paste a table",
            key="pasted",
            persist_state="session",
            on_change=_follow_pasted,
            args=(first,),
            placeholder="Symbol\tQuantity\nAAPL\t400",
            help="Copied from a spreadsheet or a broker's page, with the row of column names.",
        )
    return own[chosen] if chosen in own else _read_sample(samples[chosen])


def first_file(samples: dict[str, Path]) -> HoldingsFile:
    """Return the file that the page begins with."""
    return _read_sample(next(iter(samples.values())))


def sample_files(opened_with: Path | None = None) -> dict[str, Path]:
    """Return the files that the page offers by title, the one that it begins with first."""
    folder = next(folder for folder in SAMPLE_FOLDERS if folder.is_dir())
    samples = sorted(folder.glob("*.csv"), key=lambda path: (path.stem != FIRST_SAMPLE, path.stem))
    offered: dict[str, Path] = {}
    for path in [*([] if opened_with is None else [opened_with]), *samples]:
        offered.setdefault(title(path.stem), path)
    return offered


def _read_sample(path: Path) -> HoldingsFile:
    return HoldingsFile(name=path.stem, content=path.read_bytes())


def _follow_upload(first_sample: str) -> None:
    upload: UploadedFile | None = st.session_state.upload
    if upload is None:
        _show(_UPLOADED, None, first_sample)
    else:
        file = HoldingsFile(name=PurePath(upload.name).stem, content=upload.getvalue())
        _show(_UPLOADED, file, first_sample)


def _follow_pasted(first_sample: str) -> None:
    text: str = st.session_state.pasted
    file = HoldingsFile(name=PASTED_NAME, content=text.encode()) if text.strip() else None
    _show(_PASTED, file, first_sample)


def _show(option: str, file: HoldingsFile | None, first_sample: str) -> None:
    """Show a file as soon as it is uploaded or pasted, and a sample again when it is taken away."""
    own: dict[str, HoldingsFile] = st.session_state.own_files
    own.pop(option, None)
    if file is not None:
        st.session_state.own_files = {option: file} | own
        st.session_state.portfolio = option
    elif st.session_state.portfolio == option:
        st.session_state.portfolio = first_sample
