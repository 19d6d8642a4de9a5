"""The frame around every page: title, language of the layout, and the line that this is no advice to invest."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from hedger.ui.hedge_page import show_hedge_page
from hedger.version import __version__

FOLDER = Path(__file__).parent


def show_page(opened_with: Path | None = None, *, today: date | None = None) -> None:
    """Show the web page; Streamlit calls this once per visit and change.

    Parameters
    ----------
    opened_with
        Holdings file to begin with; a sample by default.
    today
        Day on which advice is given, from which the age of the prices counts; New York's date by default.
    """
    st.set_page_config(page_title="hedger", page_icon=FOLDER / "icon.svg", layout="wide")
    st.html(FOLDER / "page.css")
    st.caption("**hedger**: which index futures offset a portfolio of US stocks, how many, and how sure that is.")
    show_hedge_page(opened_with, today or datetime.now(ZoneInfo("America/New_York")).date())
    st.caption(
        f"hedger {__version__}. Not investment advice: a calculation from past prices and stated assumptions. "
        "What you upload stays on the machine that runs this page; live prices, if you switch them on, are asked for "
        "by ticker symbol alone."
    )
