"""The frame around every page: navigation, language of the layout, and the line that this is no advice to invest.

A page's module is imported when the page is shown, so that nobody waits for what he does not look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from hedger.advice import today_in_new_york
from hedger.settings import Settings
from hedger.ui.access import admit
from hedger.ui.accounts import revisit_account
from hedger.ui.advised import show_advised_page
from hedger.ui.hedge_page import show_hedge_page
from hedger.ui.links import doubt_link, remember_link
from hedger.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from hedger.advice import Advice

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEntry:
    """A page in the navigation.

    Parameters
    ----------
    title
        For people; the address is the same in small letters with dashes.
    icon
        Of Material Symbols.
    words
        What the page shows.
    show
        Shows it, given the holdings file that the visit begins with and the day in New York.
    """

    title: str
    icon: str
    words: str
    show: Callable[[Path | None, date], None]

    @property
    def url_path(self) -> str:
        """Last part of the page's address."""
        return self.title.lower().replace(" ", "-")


def show_page(opened_with: Path | None = None, *, today: date | None = None) -> None:
    """Show the page of the address; Streamlit calls this once per visit and change.

    Parameters
    ----------
    opened_with
        Holdings file to begin with; a sample by default.
    today
        Day on which advice is given, from which the age of the prices counts; New York's date by default.
    """
    st.set_page_config(page_title="hedger", page_icon=FOLDER / "icon.svg", layout="wide")
    st.html(FOLDER / "page.css")
    if admit():
        entry = _choose_page()
        remember_link()
        doubts = st.container()
        entry.show(opened_with, today or today_in_new_york())
        with doubts:
            doubt_link()
    st.caption(
        f"hedger {__version__}. Not investment advice: a calculation from past prices and stated assumptions. "
        "What you upload stays on the machine that runs this page; live prices, if you switch them on, are asked for "
        "by ticker symbol alone."
    )


def _choose_page() -> PageEntry:
    """Offer every page, and return the one of the address."""
    offered = {
        st.Page(
            partial(entry.show, None),  # never called: see below
            title=entry.title,
            icon=entry.icon,
            url_path=entry.url_path,
            help=entry.words,
            default=entry is PAGES[0],
        ): entry
        for entry in PAGES
    }
    # Shown by us and not by Streamlit's page, under which every page would have widgets of its own: a choice is the
    # same widget wherever it is asked for, and keeps its value from page to page.
    return offered[st.navigation(list(offered), position="top")]


def _show_advised(module: str, function: str, opened_with: Path | None, today: date) -> None:
    show_body: Callable[[Advice], None] = getattr(import_module(module), function)
    show_advised_page(opened_with, today, show_body)


def _show_review(opened_with: Path | None, today: date) -> None:
    from hedger.ui.review_page import show_review  # noqa: PLC0415 - only for those who look at it

    visited = revisit_account(opened_with, today, Settings().estimator)
    if visited is not None:
        show_review(*visited, today)


def _show_contracts(_: Path | None, today: date) -> None:
    from hedger.ui.contracts_page import show_contracts  # noqa: PLC0415 - only for those who look at it

    show_contracts(today)


PAGES = (
    PageEntry(
        title="Hedge",
        icon=":material/balance:",
        words="Which futures offset the portfolio, how many, and how sure that is.",
        show=show_hedge_page,
    ),
    PageEntry(
        title="Risk",
        icon=":material/monitoring:",
        words="What crises and other shocks would do, and what no index hedges.",
        show=partial(_show_advised, "hedger.ui.risk_page", "show_risk"),
    ),
    PageEntry(
        title="Margin and cost",
        icon=":material/payments:",
        words="When the futures account is called for cash, and what the hedge costs.",
        show=partial(_show_advised, "hedger.ui.money_page", "show_money"),
    ),
    PageEntry(
        title="Evidence",
        icon=":material/fact_check:",
        words="What hedging this portfolio would have done in the past.",
        show=partial(_show_advised, "hedger.ui.evidence_page", "show_evidence"),
    ),
    PageEntry(
        title="Review",
        icon=":material/history:",
        words="An earlier plan against today, and what to trade.",
        show=_show_review,
    ),
    PageEntry(
        title="Contracts",
        icon=":material/list_alt:",
        words="The index futures of any day, and how many of one a stop allows.",
        show=_show_contracts,
    ),
)
"""In the order of the navigation; the first is shown where the address names none."""
