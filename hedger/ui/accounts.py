"""The visitor's portfolio: a sample or an upload, read and measured once.

Both caches belong to one session and end with it, are bounded in size and age, and are keyed by the bytes of the
file: nothing of one visitor can reach another, and the same bytes are never measured twice in a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import streamlit as st

import hedger
from hedger.advice import Measurement, measure_account
from hedger.market import open_source
from hedger.portfolio import Portfolio, read_portfolio
from hedger.settings import Settings
from hedger.ui.refusals import attempt
from hedger.ui.wording import escape, title

if TYPE_CHECKING:
    from datetime import date

    from streamlit.runtime.uploaded_file_manager import UploadedFile

PACKAGE = Path(hedger.__file__).parent
SAMPLE_FOLDERS = (PACKAGE.parent / "sample_portfolios", PACKAGE / "data" / "sample_portfolios")
"""All samples lie beside the package in a copy of the repository; an installed package brings its own one."""
FIRST_SAMPLE = "technology"

_UPLOADED = "uploaded"
_KEPT = 8
"""Portfolios that a session remembers."""
_AGE = "1h"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsFile:
    """A holdings file as bytes, with its name for people (never used as a path)."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the page is about: a file, and the value to which its weights refer when it has no quantities."""

    file: HoldingsFile
    portfolio_value: float | None


@st.cache_resource(scope="session", max_entries=_KEPT, ttl=_AGE, show_spinner=False)
def read_holdings(content: bytes, name: str, today: date) -> Portfolio:
    """Read a holdings file, once a session."""
    return read_portfolio(content, as_of=today, name=name)


@st.cache_resource(scope="session", max_entries=_KEPT, ttl=_AGE, show_spinner=False)
def measure(
    content: bytes,
    name: str,
    *,
    prices: str,
    as_of: date | None,
    today: date,
    estimator: str,
    portfolio_value: float | None,
) -> Measurement:
    """Measure the exposure of a holdings file, once a session: the part that no hedge choice changes."""
    settings = Settings(estimator=estimator, portfolio_value=portfolio_value)
    portfolio = read_holdings(content, name, today)
    return measure_account(portfolio, open_source(prices), settings, as_of=as_of, today=today)


def choose_account(opened_with: Path | None, today: date) -> tuple[Account, Measurement] | None:
    """Show the choice of portfolio and return the newest one that could be measured.

    A file that cannot be used shows its error, and the portfolio before it stays in place. ``None`` when there is
    none before it.
    """
    wanted = _wanted_file(sample_files(opened_with))
    measured = attempt(lambda: _measured(wanted, today))
    if measured is not None:
        st.session_state.account = measured[0]
        return measured
    previous: Account | None = st.session_state.get("account")
    if previous is None:
        return None
    st.caption(f"Still showing {escape(title(previous.file.name))}.")
    return previous, _measure(previous, today)


def sample_files(opened_with: Path | None = None) -> dict[str, Path]:
    """Return the files that the page offers by title, the one that it begins with first."""
    folder = next(folder for folder in SAMPLE_FOLDERS if folder.is_dir())
    samples = sorted(folder.glob("*.csv"), key=lambda path: (path.stem != FIRST_SAMPLE, path.stem))
    offered: dict[str, Path] = {}
    for path in [*([] if opened_with is None else [opened_with]), *samples]:
        offered.setdefault(title(path.stem), path)
    return offered


def _measured(wanted: HoldingsFile, today: date) -> tuple[Account, Measurement]:
    portfolio = read_holdings(wanted.content, wanted.name, today)
    account = Account(file=wanted, portfolio_value=_ask_value(portfolio))
    return account, _measure(account, today)


def _measure(account: Account, today: date) -> Measurement:
    return measure(
        account.file.content,
        account.file.name,
        prices="snapshot",
        as_of=None,
        today=today,
        estimator=Settings().estimator,
        portfolio_value=account.portfolio_value,
    )


def _wanted_file(samples: dict[str, Path]) -> HoldingsFile:
    choosing, uploading = st.columns([2, 3], vertical_alignment="bottom")
    upload: UploadedFile | None = st.session_state.get("upload")
    with choosing:
        chosen = st.selectbox(
            "Portfolio",
            [*([_UPLOADED] if upload is not None else []), *samples],
            key="portfolio",
            format_func=lambda option: f"Your file: {upload.name}" if option == _UPLOADED and upload else option,
            help="Samples to try the page with. Your own file comes to the top of this list once it is uploaded.",
        )
    with uploading:
        st.file_uploader(
            "Upload your holdings",
            key="upload",
            on_change=_follow_upload,
            args=(next(iter(samples)),),
            help="A CSV file from your broker, or one with the columns symbol and quantity.",
        )
    if chosen == _UPLOADED and upload is not None:
        return HoldingsFile(name=PurePath(upload.name).stem, content=upload.getvalue())
    return HoldingsFile(name=samples[chosen].stem, content=samples[chosen].read_bytes())


def _follow_upload(first_sample: str) -> None:
    """Show a file as soon as it is uploaded, and a sample again when it is taken away."""
    if st.session_state.upload is not None:
        st.session_state.portfolio = _UPLOADED
    elif st.session_state.portfolio == _UPLOADED:
        st.session_state.portfolio = first_sample


def _ask_value(portfolio: Portfolio) -> float | None:
    """Ask what a portfolio is worth whose file gives weights only."""
    if not any(position.weight is not None and position.quantity is None for position in portfolio.positions):
        return None
    value: float = st.number_input(
        "Portfolio value, USD",
        min_value=1.0,
        value=100_000.0,
        step=10_000.0,
        key="portfolio_value",
        help="This file gives weights only; the size of the hedge follows from what the portfolio is worth.",
    )
    return value
