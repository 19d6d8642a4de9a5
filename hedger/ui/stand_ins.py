"""A proxy or a beta for each holding that the prices do not know, so that the plan can count it.

What is typed belongs to one file and lasts as long as the visit. The widgets stand below the measurement that they
change, so what they say is read from the session before they are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.exposure import BetaOverride
from hedger.settings import parse_choices
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hedger.portfolio import Portfolio, Position
    from hedger.ui.files import HoldingsFile

MOST_ROWS = 30
"""Holdings that are asked about at once; more would make every rerun slow."""

_NOT_REPLACEABLE = ("option", "future", "cash")


def read_stand_ins(
    portfolio: Portfolio, file: HoldingsFile
) -> tuple[tuple[tuple[str, str], ...], tuple[BetaOverride, ...]]:
    """Return what was typed for holdings of this file, as ``Settings.proxy`` and ``Settings.beta``.

    Raises
    ------
    SettingsError
        When a proxy cannot be a symbol.
    """
    proxies: list[tuple[str, str]] = []
    betas: list[BetaOverride] = []
    for symbol, (proxy, beta) in read_typed(portfolio, file).items():
        if proxy:
            ((_, checked),) = parse_choices({"proxy": {symbol: proxy}})["proxy"]
            proxies.append((symbol, checked))
        if beta is not None:
            betas.append(BetaOverride(symbol=symbol, index=None, beta=beta))
    return tuple(proxies), tuple(betas)


def read_typed(portfolio: Portfolio, file: HoldingsFile) -> dict[str, tuple[str, float | None]]:
    """Return proxy and beta as they were typed, by symbol of the holdings of this file that have one of them."""
    typed = {}
    is_asked = any(str(key).endswith(file.digest) for key in st.session_state)
    for symbol in dict.fromkeys(position.symbol for position in portfolio.positions) if is_asked else ():
        proxy = st.session_state.get(_proxy_key(symbol, file), "").strip()
        beta = st.session_state.get(_beta_key(symbol, file))
        if proxy or beta is not None:
            typed[symbol] = (proxy, beta)
    return typed


def has_worth(position: Position, converted: Collection[str] = ()) -> bool:
    """Tell whether a proxy or a beta makes a position without prices count: a value in USD must be known.

    `converted` holds the symbols whose value in another currency has been converted.
    """
    has_value = position.market_value is not None or position.weight is not None
    is_in_dollars = position.currency == "USD" or position.symbol in converted
    return has_value and is_in_dollars and position.asset_class not in _NOT_REPLACEABLE


def ask_stand_ins(holdings: Mapping[str, str], file: HoldingsFile) -> None:
    """Ask for a proxy or a beta beside each holding.

    Parameters
    ----------
    holdings
        By symbol what to say of it, the gravest first; at most :data:`MOST_ROWS` are shown.
    file
        The file they stand in.
    """
    st.markdown(
        "Give a holding the symbol of something that moves like it, or its beta, and the plan counts it at its value "
        "in the file. With both, the beta counts."
    )
    for symbol, words in list(holdings.items())[:MOST_ROWS]:
        saying, proxying, stating = st.columns([3, 1, 1], vertical_alignment="bottom")
        saying.markdown(f"**{escape(symbol)}**: {escape(words)}")
        proxying.text_input(
            f"Proxy for {escape(symbol)}",
            key=_proxy_key(symbol, file),
            persist_state="session",
            max_chars=20,
            placeholder="SPY",
        )
        stating.number_input(
            f"Beta of {escape(symbol)}",
            min_value=-10.0,
            max_value=10.0,
            value=None,
            step=0.1,
            key=_beta_key(symbol, file),
            persist_state="session",
            placeholder="1.0",
        )
    if len(holdings) > MOST_ROWS:
        st.caption(f"{len(holdings) - MOST_ROWS:,} smaller ones follow here as soon as these count.")


def _proxy_key(symbol: str, file: HoldingsFile) -> str:
    return f"proxy {symbol} {file.digest}"


def _beta_key(symbol: str, file: HoldingsFile) -> str:
    return f"beta {symbol} {file.digest}"
