"""The visitor's holdings file: a sample, an upload, or a table pasted from the clipboard."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import streamlit as st

import hedger
from hedger.ui.wording import title

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

PACKAGE = Path(hedger.__file__).parent
SAMPLE_FOLDERS = (PACKAGE.parent / "sample_portfolios", PACKAGE / "data" / "sample_portfolios")
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


def choose_file(samples: dict[str, Path]) -> HoldingsFile:
    """Ask which file the page is about.

    Parameters
    ----------
    samples
        Paths by title, from :func:`sample_files`.
    """
    choosing, uploading = st.columns([2, 3], vertical_alignment="bottom")
    upload: UploadedFile | None = st.session_state.get("upload")
    pasted: str = st.session_state.get("pasted") or ""
    titles = {_UPLOADED: f"Your file: {upload.name}" if upload is not None else "", _PASTED: PASTED_NAME}
    own = [*([_UPLOADED] if upload is not None else []), *([_PASTED] if pasted.strip() else [])]
    with choosing:
        chosen = st.selectbox(
            "Portfolio",
            [*own, *samples],
            key="portfolio",
            format_func=lambda option: titles.get(option, option),
            help="Samples to try the page with. Your own comes to the top of this list once it is uploaded or pasted.",
        )
    first = next(iter(samples))
    with uploading:
        st.file_uploader(
            "Upload your holdings",
            type=ENDINGS,
            key="upload",
            on_change=_follow,
            args=("upload", _UPLOADED, first),
            help="The file from your broker as it is, or a table with the columns symbol and quantity.",
        )
    with st.expander("Paste a table instead", icon=":material/content_paste:"):
        st.text_area(
            "Paste a table",
            key="pasted",
            on_change=_follow,
            args=("pasted", _PASTED, first),
            placeholder="Symbol\tQuantity\nAAPL\t400",
            help="Copied from a spreadsheet or a broker's page, with the row of column names.",
        )
    if chosen == _UPLOADED and upload is not None:
        return HoldingsFile(name=PurePath(upload.name).stem, content=upload.getvalue())
    if chosen == _PASTED:
        return HoldingsFile(name=PASTED_NAME, content=pasted.encode())
    return _read_sample(samples[chosen])


def first_file(samples: dict[str, Path]) -> HoldingsFile:
    """Return the file that the page begins with."""
    return _read_sample(next(iter(samples.values())))


def _read_sample(path: Path) -> HoldingsFile:
    return HoldingsFile(name=path.stem, content=path.read_bytes())


def sample_files(opened_with: Path | None = None) -> dict[str, Path]:
    """Return the files that the page offers by title, the one that it begins with first."""
    folder = next(folder for folder in SAMPLE_FOLDERS if folder.is_dir())
    samples = sorted(folder.glob("*.csv"), key=lambda path: (path.stem != FIRST_SAMPLE, path.stem))
    offered: dict[str, Path] = {}
    for path in [*([] if opened_with is None else [opened_with]), *samples]:
        offered.setdefault(title(path.stem), path)
    return offered


def _follow(key: str, option: str, first_sample: str) -> None:
    """Show a file as soon as it is uploaded or pasted, and a sample again when it is taken away."""
    content = st.session_state[key]
    if content.strip() if isinstance(content, str) else content is not None:
        st.session_state.portfolio = option
    elif st.session_state.portfolio == option:
        st.session_state.portfolio = first_sample
