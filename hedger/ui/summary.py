"""The portfolio at the top of the page: what it is, how it moves, how old its prices are, what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.doubts import FRESH_FOR
from hedger.exposure import Excluded
from hedger.report import to_beta, to_day, to_dollars, to_index_title
from hedger.ui.remedies import in_page_words
from hedger.ui.stand_ins import ask_stand_ins, has_worth
from hedger.ui.tables import markdown_table, show_metric
from hedger.ui.wording import escape, message_of, title
from hedger.wording import join_words, plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hedger.advice import Measurement
    from hedger.ui.accounts import Account

MOST_ROWS = 200
"""Skipped rows that are shown; a browser would halt at half a million."""


def show_summary(account: Account, measurement: Measurement) -> None:
    """Show what was read: layout, value, positions, cash, beta, source and age of the prices, and what was left out."""
    exposure = measurement.exposure
    book = exposure.book
    beta = exposure.of(exposure.best_index(exposure.indices))
    with st.container(horizontal=True, gap="small"):
        with st.container(key="portfolio_name"):
            show_heading(measurement)
        show_metric("Value", to_dollars(book.market_value))
        show_metric("Positions", f"{len(book.holdings):,}")
        is_told = book.cash or measurement.portfolio.cash_total is not None
        show_metric(
            "Cash",
            to_dollars(book.cash) if is_told else "not told",
            tip="Cash and money funds, where the file tells of them.",
        )
        show_metric(
            f"{to_index_title(beta.index)} beta",
            to_beta(beta.beta),
            below=f"{to_beta(beta.low)} to {to_beta(beta.high)}",
            tip="How much the portfolio moves when the index moves by 1. Below it the range in which the beta of the "
            "next quarter should lie, 19 times out of 20.",
        )
    n_read = sum(position.asset_class != "cash" for position in measurement.portfolio.positions)
    layout = measurement.portfolio.layout.replace("_", " ")
    st.caption(escape(f'Read as the layout "{layout}": {plural(n_read, "position")} beside cash.'))
    if book.futures:
        held = ", ".join(str(each) for each in book.futures)
        st.caption(escape(f"Futures held already: {held}. The orders below add to them."))
    _show_left_out(account, measurement)


def show_heading(measurement: Measurement) -> None:
    """Show the portfolio's name, and with it the source and age of its prices."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"# {escape(title(measurement.portfolio.name))}", width="content", anchors=False)
        _show_age(measurement)


def _show_age(measurement: Measurement) -> None:
    prices, age = measurement.prices, measurement.age_days
    is_old = age > FRESH_FOR
    st.badge(
        escape(f"{title(prices.source)} to {to_day(prices.last_session)}, {plural(age, 'day')} old"),
        icon=":material/warning:" if is_old else ":material/check_circle:",
        color="orange" if is_old else "green",
    )


def _show_left_out(account: Account, measurement: Measurement) -> None:
    """Say what is not hedged and why, with its share of the value, and ask for stand-ins."""
    book, skipped = measurement.exposure.book, measurement.portfolio.skipped_rows
    summary = message_of(measurement.exposure.notes, "holdings_excluded")
    if summary is not None:
        st.caption(escape(summary))
    stood_for = dict(account.proxy) | {override.symbol: f"beta {override.beta:g}" for override in account.beta}
    if not book.excluded and not skipped and not stood_for:
        return
    words = [plural(len(book.excluded), "position")] if book.excluded else []
    words += [plural(len(skipped), "row")] if skipped else []
    heading = f"Left out: {join_words(words)} of the file" if words else "Nothing is left out"
    icon = ":material/warning:" if book.excluded else ":material/info:"
    with st.expander(heading, icon=icon, expanded=bool(stood_for)):
        _show_excluded(account, measurement, stood_for)
        for warning in measurement.portfolio.warnings:
            if warning.code == "row_left_out":
                st.markdown(escape(in_page_words(warning.message)))
        if skipped:
            lines = [(f"Line {row.line}", row.reason) for row in skipped[:MOST_ROWS]]
            st.markdown(markdown_table(("Row", "Why it is not a position"), lines, n_text=2))
            if len(skipped) > MOST_ROWS:
                st.caption(f"And {len(skipped) - MOST_ROWS:,} more; plan.json names all of them.")


def _show_excluded(account: Account, measurement: Measurement, stood_for: dict[str, str]) -> None:
    """Show holdings without prices beside their stand-ins, the largest first, and the rest as a table."""
    together = _of_all_accounts(measurement.exposure.book.excluded)
    excluded = sorted(together, key=lambda each: -abs(each.market_value or 0.0))
    worth = {each.symbol for each in excluded if each.market_value is not None}
    replaceable = {position.symbol for position in measurement.portfolio.positions if has_worth(position, worth)}
    asked = {
        each.symbol: f"{each.reason}; {to_dollars(each.market_value)} in the file"
        for each in excluded
        if each.symbol in replaceable
    }
    counted = {symbol: f"counts as {name}" for symbol, name in stood_for.items() if symbol not in asked}
    if asked or counted:
        ask_stand_ins(counted | asked, account.file)
    others = [
        (each.symbol, each.reason, to_dollars(each.market_value)) for each in excluded if each.symbol not in asked
    ]
    if others:
        headings = ("Position", "Why it is not hedged", "Value in the file")
        st.markdown(markdown_table(headings, others[:MOST_ROWS], n_text=2))
    if len(others) > MOST_ROWS:
        st.caption(f"And {len(others) - MOST_ROWS:,} more; plan.json names all of them.")


def _of_all_accounts(excluded: Iterable[Excluded]) -> list[Excluded]:
    """Return what is not hedged with one entry per symbol and reason, worth what all its rows are."""
    values: dict[tuple[str, str], list[float]] = {}
    for each in excluded:
        known = values.setdefault((each.symbol, each.reason), [])
        known += [] if each.market_value is None else [each.market_value]
    return [
        Excluded(symbol=symbol, reason=reason, market_value=sum(known) if known else None)
        for (symbol, reason), known in values.items()
    ]
