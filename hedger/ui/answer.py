"""The answer on the right: what to do, what it costs, what it changes, and the files to take away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.report import (
    orders_csv,
    plan_document,
    state_answer,
    to_beta,
    to_dollars,
    to_index_title,
    to_json,
    to_percent,
)
from hedger.ui.chart import index_moves, show_gain_chart
from hedger.ui.remedies import in_page_words
from hedger.ui.summary import METRIC_WIDTH
from hedger.ui.tables import order_ticket, scenario_table
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from hedger.advice import Advice

ELSEWHERE = {"holdings_excluded", "index_choice", "limit_binds"}
"""Codes of notes that stand where they belong instead of in the list at the end."""


def show_answer(advice: Advice) -> None:
    """Show a hedge, from the sentence that says what to do to the files that say it to others."""
    plan = advice.plan
    st.markdown(f"## {escape(state_answer(advice))}", anchors=False)
    for note in plan.notes:
        if note.code == "limit_binds":
            st.warning(escape(in_page_words(note.message)), icon=":material/vertical_align_top:")
    _show_figures(advice)
    reference = f"the {to_index_title(plan.reference_index)}"
    st.markdown(f"### If {escape(reference)} moves", anchors=False)
    show_gain_chart(advice)
    st.caption(
        "Shaded: the range of gains when the beta of the next quarter is as far off as 1 time in 20. While the slider "
        "is dragged, the line shows the hedge before rounding to whole contracts."
    )
    with st.expander("The same in numbers"):
        st.markdown(scenario_table(advice))
        remarks = dict.fromkeys(remark for _, scenario in index_moves(advice) for remark in scenario.notes)
        st.caption(escape(" ".join(remarks)))
    st.markdown("### Order ticket", anchors=False)
    st.markdown(order_ticket(advice) if plan.orders else "There is no order to place.")
    _show_downloads(advice)
    doubts = [f"- {escape(in_page_words(note.message))}" for note in advice.notes if note.code not in ELSEWHERE]
    if doubts:
        st.markdown("### What to know", anchors=False)
        st.markdown("\n".join(doubts))


def margin_share(advice: Advice) -> float:
    """Return initial margin as a share of the value that betas refer to."""
    return advice.plan.initial_margin / advice.exposure.book.beta_base


def _show_figures(advice: Advice) -> None:
    plan = advice.plan
    with st.container(horizontal=True, gap="small"):
        st.metric(
            "Hedge size",
            escape(to_dollars(plan.hedge_notional)),
            width=METRIC_WIDTH,
            help="Value of all contracts held after the orders. Short is negative.",
        )
        st.metric(
            "Initial margin",
            escape(to_dollars(plan.initial_margin)),
            delta=f"{to_percent(margin_share(advice), places=1)} of the portfolio",
            delta_color="off",
            delta_arrow="off",
            width=METRIC_WIDTH,
            help="What the broker asks to be posted for these contracts; part of it may be an assumption.",
        )
        st.metric(
            "Beta before → after",
            f"{to_beta(plan.beta_before)} → {to_beta(plan.beta_after)}",
            delta=f"{to_beta(plan.beta_after_low)} to {to_beta(plan.beta_after_high)}",
            delta_color="off",
            delta_arrow="off",
            width=METRIC_WIDTH,
            help=escape(
                f"To the {to_index_title(plan.reference_index)}. Below it the range in which the beta after the hedge "
                "should lie over the next quarter, 19 times out of 20."
            ),
        )
        st.metric(
            "Round-trip cost",
            escape(to_dollars(plan.round_trip_cost, places=2)),
            width=METRIC_WIDTH,
            help="Commission, fees and spread of the orders, in and out again.",
        )
        st.metric(
            "Variance removed",
            to_percent(advice.risk.hedge_effectiveness),
            width=METRIC_WIDTH,
            help="Hedge effectiveness: the share of the portfolio's variance that this hedge would have removed over "
            "the last five years; recent sessions count more.",
        )


def _show_downloads(advice: Advice) -> None:
    with st.container(horizontal=True):
        st.download_button(
            "plan.json",
            lambda: to_json(plan_document(advice)),
            file_name="plan.json",
            mime="application/json",
            key="download_plan",
            on_click="ignore",
            icon=":material/download:",
            help="Everything on this page and more, for other programs.",
        )
        st.download_button(
            "orders.csv",
            lambda: orders_csv(advice),
            file_name="orders.csv",
            mime="text/csv",
            key="download_orders",
            on_click="ignore",
            icon=":material/download:",
            disabled=not advice.is_tradable,
            help="The orders as a table.",
        )
    if not advice.is_tradable:
        st.caption("The orders cannot be exported: this is a what-if with contracts that no longer trade.")
