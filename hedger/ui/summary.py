"""The portfolio at the top of the page: what it is, how it moves, how old its prices are, what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.advice import FRESH_FOR
from hedger.report import to_beta, to_dollars, to_index_title
from hedger.ui.tables import markdown_table
from hedger.ui.wording import escape, message_of, plural, title, to_day

if TYPE_CHECKING:
    from hedger.advice import Measurement

METRIC_WIDTH = 142
"""Pixels: two figures beside each other on a phone."""


def show_summary(measurement: Measurement) -> None:
    """Show name, value, positions, beta with its interval, source and age of the prices, and what was left out."""
    exposure = measurement.exposure
    book = exposure.book
    beta = exposure.of(exposure.best_index(exposure.indices))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"# {escape(title(measurement.portfolio.name))}", width="content", anchors=False)
        _show_age(measurement)
    with st.container(horizontal=True, gap="small"):
        st.metric("Value", escape(to_dollars(book.market_value)), width=METRIC_WIDTH)
        st.metric("Positions", f"{len(book.holdings):,}", width=METRIC_WIDTH)
        if book.cash:
            st.metric("Cash", escape(to_dollars(book.cash)), width=METRIC_WIDTH)
        st.metric(
            f"{to_index_title(beta.index)} beta",
            to_beta(beta.beta),
            delta=f"{to_beta(beta.low)} to {to_beta(beta.high)}",
            delta_color="off",
            delta_arrow="off",
            width=METRIC_WIDTH,
            help="How much the portfolio moves when the index moves by 1. Below it the range in which the beta of the "
            "next quarter should lie, 19 times out of 20.",
        )
    if book.futures:
        held = ", ".join(f"{quantity:+,} {root}" for root, quantity in book.futures)
        st.caption(escape(f"Futures held already: {held}. The orders below add to them."))
    _show_left_out(measurement)


def _show_age(measurement: Measurement) -> None:
    prices, age = measurement.prices, measurement.age_days
    is_old = age > FRESH_FOR
    st.badge(
        escape(f"{title(prices.source)} to {to_day(prices.last_session)}, {plural(age, 'day')} old"),
        icon=":material/warning:" if is_old else ":material/check_circle:",
        color="orange" if is_old else "green",
    )


def _show_left_out(measurement: Measurement) -> None:
    book, skipped = measurement.exposure.book, measurement.portfolio.skipped_rows
    if not book.excluded and not skipped:
        return
    words = [plural(len(book.excluded), "position")] if book.excluded else []
    words += [plural(len(skipped), "row")] if skipped else []
    icon = ":material/warning:" if book.excluded else ":material/info:"
    with st.expander(f"Left out: {' and '.join(words)} of the file", icon=icon):
        summary = message_of(measurement.exposure.notes, "holdings_excluded")
        if summary is not None:
            st.markdown(escape(summary))
            rows = [(each.symbol, each.reason, to_dollars(each.market_value)) for each in book.excluded]
            st.markdown(markdown_table(("Position", "Why it is not hedged", "Value in the file"), rows, n_text=2))
        if skipped:
            lines = [(f"Line {row.line}", row.reason) for row in skipped]
            st.markdown(markdown_table(("Row", "Why it is not a position"), lines, n_text=2))
