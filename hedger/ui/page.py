"""The frame around every page: navigation, language of the layout, and the line that this is no advice to invest.

A page's module is imported when the page is shown, so that nobody waits for what he does not look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import streamlit as st

from hedger.settings import Settings
from hedger.ui.accounts import revisit_account
from hedger.ui.advised import show_advised_page
from hedger.ui.hedge_page import show_hedge_page
from hedger.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from hedger.advice import Advice

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisedPage:
    """A page that shows one side of the advice for the account of the visit.

    Parameters
    ----------
    title
        In the navigation; the address is the same in small letters with dashes.
    icon
        Of Material Symbols.
    words
        What the page shows, for the navigation.
    module, function
        Where its body stands: a function of an :class:`hedger.advice.Advice`.
    """

    title: str
    icon: str
    words: str
    module: str
    function: str

    @property
    def url_path(self) -> str:
        """Last part of the page's address."""
        return self.title.lower().replace(" ", "-")

    @property
    def is_there(self) -> bool:
        """Whether the module of the page exists."""
        return find_spec(self.module) is not None


ADVISED_PAGES = (
    AdvisedPage(
        title="Risk",
        icon=":material/monitoring:",
        words="What crises and other shocks would do, and what no index hedges.",
        module="hedger.ui.risk_page",
        function="show_risk",
    ),
    AdvisedPage(
        title="Margin and cost",
        icon=":material/payments:",
        words="When the futures account is called for cash, and what the hedge costs.",
        module="hedger.ui.money_page",
        function="show_money",
    ),
    AdvisedPage(
        title="Evidence",
        icon=":material/fact_check:",
        words="What hedging this portfolio would have done in the past.",
        module="hedger.ui.evidence_page",
        function="show_evidence",
    ),
)
"""In the order of the navigation, behind the first page."""


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
    _navigate(opened_with, today or datetime.now(ZoneInfo("America/New_York")).date())
    st.caption(
        f"hedger {__version__}. Not investment advice: a calculation from past prices and stated assumptions. "
        "What you upload stays on the machine that runs this page; live prices, if you switch them on, are asked for "
        "by ticker symbol alone."
    )


def _navigate(opened_with: Path | None, today: date) -> None:
    """Offer every page and show the chosen one."""
    hedge = st.Page(
        partial(show_hedge_page, opened_with, today),
        title="Hedge",
        icon=":material/balance:",
        url_path="hedge",
        default=True,
        help="Which futures offset the portfolio, how many, and how sure that is.",
    )
    advised = [
        st.Page(
            partial(_show_advised_page, page, opened_with, today),
            title=page.title,
            icon=page.icon,
            url_path=page.url_path,
            help=page.words,
        )
        for page in ADVISED_PAGES
        if page.is_there
    ]
    contracts = st.Page(
        partial(_show_contracts_page, today),
        title="Contracts",
        icon=":material/list_alt:",
        url_path="contracts",
        help="The index futures of any day, and how many of one a stop allows.",
    )
    review = st.Page(
        partial(_show_review_page, opened_with, today),
        title="Review",
        icon=":material/history:",
        url_path="review",
        help="An earlier plan against today, and what to trade.",
    )
    st.navigation([hedge, *advised, review, contracts], position="top").run()


def _show_advised_page(page: AdvisedPage, opened_with: Path | None, today: date) -> None:
    show_body: Callable[[Advice], None] = getattr(import_module(page.module), page.function)
    show_advised_page(opened_with, today, show_body)


def _show_review_page(opened_with: Path | None, today: date) -> None:
    from hedger.ui.review_page import show_review  # noqa: PLC0415 - only for those who look at it

    visited = revisit_account(opened_with, today, Settings().estimator)
    if visited is not None:
        show_review(*visited, today)


def _show_contracts_page(today: date) -> None:
    from hedger.ui.contracts_page import show_contracts  # noqa: PLC0415 - only for those who look at it

    show_contracts(today)
