"""The visitor's portfolio, read and measured once.

Both caches belong to one session and end with it, are bounded in size and age, and are keyed by the bytes of the
file: nothing of one visitor can reach another, and the same bytes are never measured twice in a row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from hedger.advice import Measurement, measure_account
from hedger.errors import InvalidRowsError, MarketDataError, PricesUnavailableError, SettingsError
from hedger.market import SNAPSHOT, YAHOO, open_source
from hedger.portfolio import Portfolio, read_portfolio
from hedger.report import to_dollars
from hedger.settings import Settings
from hedger.ui.bad_cells import is_without_bad_rows, offer_corrections, read_corrections
from hedger.ui.files import HoldingsFile, choose_file, first_file, sample_files
from hedger.ui.refusals import attempt
from hedger.ui.stand_ins import ask_stand_ins, has_worth, read_stand_ins, read_typed
from hedger.ui.wording import escape, title

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from hedger.errors import HedgerError
    from hedger.exposure import BetaOverride
    from hedger.portfolio import Corrections

_KEPT = 8
"""Portfolios that a session remembers."""
_AGE = "1h"
_AGE_OF_PRICES = "15m"
"""After which live prices are asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the page is about, and every choice that the measurement depends on.

    Parameters
    ----------
    file
        The holdings.
    without_bad_rows
        Whether rows that cannot be read are left out.
    corrections
        What stands in bad cells instead.
    portfolio_value
        What the weights of a file without quantities refer to, USD.
    proxy, beta
        As in :class:`hedger.settings.Settings`.
    prices
        :data:`~hedger.market.SNAPSHOT` or :data:`~hedger.market.YAHOO`.
    allow_snapshot
        Whether the shipped prices may stand in for live ones.
    estimator
        Name of the beta estimator.
    """

    file: HoldingsFile
    without_bad_rows: bool = False
    corrections: Corrections = ()
    portfolio_value: float | None = None
    proxy: tuple[tuple[str, str], ...] = ()
    beta: tuple[BetaOverride, ...] = ()
    prices: str = SNAPSHOT
    allow_snapshot: bool = False
    estimator: str = Settings().estimator


def read_holdings(account: Account, today: date) -> Portfolio:
    """Read the holdings of an account, once a session whatever its prices and its estimator."""
    return _read_file(account.file, today, account.without_bad_rows, account.corrections)


@st.cache_resource(scope="session", max_entries=_KEPT, ttl=_AGE, show_spinner=False)
def _read_file(file: HoldingsFile, today: date, without_bad_rows: bool, corrections: Corrections) -> Portfolio:
    return read_portfolio(
        file.content, as_of=today, name=file.name, leave_out_bad_rows=without_bad_rows, corrections=corrections
    )


@st.cache_resource(scope="session", max_entries=_KEPT, ttl=_AGE_OF_PRICES, show_spinner=False)
def measure(account: Account, today: date) -> Measurement:
    """Measure the exposure of an account, once a session: the part that no hedge choice changes."""
    settings = Settings(
        estimator=account.estimator,
        beta=account.beta,
        proxy=account.proxy,
        portfolio_value=account.portfolio_value,
    )
    source = open_source(account.prices, allow_snapshot=account.allow_snapshot)
    return measure_account(read_holdings(account, today), source, settings, today=today)


def choose_account(opened_with: Path | None, today: date, estimator: str) -> tuple[Account, Measurement] | None:
    """Show the choice of portfolio and prices, and return the newest account that could be measured.

    A file that cannot be used shows its error, and the portfolio before it stays in place. ``None`` when there is
    none before it.
    """
    choosing, uploading, others = st.columns([3, 4, 2], gap="medium", vertical_alignment="bottom")
    wanted = choose_file(sample_files(opened_with), choosing=choosing, uploading=uploading, pasting=others)
    with others:
        prices, allow_snapshot = _ask_prices()
    account = Account(
        file=wanted,
        without_bad_rows=is_without_bad_rows(wanted),
        corrections=read_corrections(wanted),
        prices=prices,
        allow_snapshot=allow_snapshot,
        estimator=estimator,
    )
    previous: Account | None = st.session_state.get("account")
    if previous is not None and previous.prices == YAHOO != prices:
        previous = None  # it would ask the network, which has been switched off
    is_shown_below = previous is not None and previous.file.digest == wanted.digest
    measured = attempt(
        lambda: _measured(account, today), remedy=lambda error: _offer_remedy(error, account, today, is_shown_below)
    )
    if measured is not None:
        st.session_state.account = measured[0]
        return measured
    if previous is None:
        return None
    st.caption(f"Still showing {escape(title(previous.file.name))}.")
    return attempt(lambda: _on_prices_at_hand(previous, today))


def revisit_account(opened_with: Path | None, today: date, estimator: str) -> tuple[Account, Measurement] | None:
    """Return the account of the visit, the first sample before any was chosen; ``None`` when it cannot be measured."""
    account: Account | None = st.session_state.get("account")
    if account is None:
        account = Account(file=first_file(sample_files(opened_with)))
    with_method = replace(account, estimator=estimator)
    return attempt(lambda: _on_prices_at_hand(with_method, today))


def _ask_prices() -> tuple[str, bool]:
    """Ask where prices come from, and whether the shipped ones may stand in."""
    is_live = st.toggle(
        "Live prices",
        key="live_prices",
        persist_state="session",
        help="Prices of today from Yahoo Finance. Only ticker symbols leave this machine: no quantities, no values, no "
        "names of files. Without this switch nothing leaves it.",
    )
    allow_snapshot = is_live and st.checkbox(
        "The shipped prices may stand in",
        key="allow_snapshot",
        persist_state="session",
        help="For symbols that Yahoo Finance cannot give; the plan then says so.",
    )
    return (YAHOO if is_live else SNAPSHOT), allow_snapshot


def _measured(account: Account, today: date) -> tuple[Account, Measurement]:
    """Measure an account with the choices that its own portfolio asks for."""
    portfolio = read_holdings(account, today)
    proxy, beta = read_stand_ins(portfolio, account.file)
    value = _ask_value(portfolio, account.file)
    return _on_prices_at_hand(replace(account, portfolio_value=value, proxy=proxy, beta=beta), today)


def _on_prices_at_hand(account: Account, today: date) -> tuple[Account, Measurement]:
    """Measure an account on the prices it wants, or say why they do not come and measure it on the shipped ones."""
    if account.prices == YAHOO:
        with st.spinner("Asking Yahoo Finance for prices …", show_time=True):
            measurement = attempt(lambda: measure(account, today), only=MarketDataError)
        if measurement is not None:
            return account, measurement
        st.caption("The plan below uses the shipped prices.")
        account = replace(account, prices=SNAPSHOT, allow_snapshot=False)
    return account, measure(account, today)


def _offer_remedy(error: HedgerError, account: Account, today: date, is_shown_below: bool) -> None:
    """Show what can be done about a refused file.

    Stand-ins are asked for only where the summary below does not ask for those of the same file; what was typed can
    always be taken back.
    """
    if isinstance(error, InvalidRowsError):
        offer_corrections(error, account.file)
    elif isinstance(error, PricesUnavailableError) and not is_shown_below:
        unknown = {
            position.symbol: f"{to_dollars(position.market_value)} in the file"
            for position in read_holdings(account, today).positions
            if position.symbol in error.symbols and has_worth(position) and position.market_value is not None
        }
        if unknown:
            ask_stand_ins(unknown, account.file)
    elif isinstance(error, SettingsError) and not is_shown_below:
        typed = read_typed(read_holdings(account, today), account.file)
        if typed:
            ask_stand_ins(dict.fromkeys(typed, "as you have it"), account.file)


def _ask_value(portfolio: Portfolio, file: HoldingsFile) -> float | None:
    """Ask what a portfolio is worth whose file gives weights only; nothing is assumed until the visitor says so."""
    if not any(position.weight is not None and position.quantity is None for position in portfolio.positions):
        return None
    value: float | None = st.number_input(
        "Portfolio value, USD",
        min_value=1.0,
        value=None,
        step=10_000.0,
        format="%.0f",
        placeholder="What is it worth?",
        key=f"portfolio_value {file.digest}",
        persist_state="session",
        help="This file gives weights only; the size of the hedge follows from what the portfolio is worth.",
    )
    return value
