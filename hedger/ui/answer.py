"""The answer on the right: what to do, what it costs, what it changes, and the files to take away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from hedger.exposure import QUARTER
from hedger.report import ALARMS, plan_tables, state_answer, to_beta, to_dollars, to_index_title, to_percent
from hedger.ui.chart import show_gain_chart
from hedger.ui.downloads import show_downloads
from hedger.ui.remedies import in_page_words
from hedger.ui.tables import draw_table, show_metric
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.risk import MarginCall

ELSEWHERE = {*ALARMS, "holdings_excluded", "index_choice", "limit_binds"}
"""Codes of notes that stand where they belong instead of in the list at the end."""
HEAD_START = 0.03
"""Seconds that the browser has for the sentence and the figures. It draws all that comes at once at once, so that the
numbers would wait for tables and buttons below them, which take it longer."""


def show_answer(advice: Advice) -> None:
    """Show a hedge, from the sentence that says what to do to the files that say it to others."""
    plan = advice.plan
    st.markdown(f"## {escape(state_answer(advice))}", anchors=False)
    show_alarms(advice)
    for note in plan.notes:
        if note.code == "limit_binds":
            st.warning(escape(in_page_words(note.message)), icon=":material/vertical_align_top:")
    _show_figures(advice)
    time.sleep(HEAD_START)
    show_gain_chart(advice)
    ticket = draw_table(plan_tables.ticket_table(plan)) if plan.orders else "There is no order to place."
    st.markdown(f"### Order ticket\n\n{ticket}", anchors=False)
    if plan.orders:
        st.caption(escape("\n".join(plan_tables.word_ticket(advice))))
    others = plan_tables.other_plans_table(plan)
    if others is not None:
        with st.expander("Other plans"):
            st.markdown(draw_table(others))
            st.caption(escape(plan_tables.OTHER_PLANS_LEGEND))
    show_downloads(advice)
    doubts = [f"- {escape(in_page_words(note.message))}" for note in advice.notes if note.code not in ELSEWHERE]
    if doubts:
        st.markdown("\n".join(["### What to know\n", *doubts]), anchors=False)


def show_alarms(advice: Advice) -> None:
    """Show what nobody shall act on the answer without."""
    for note in advice.notes:
        if note.code in ALARMS:
            st.warning(escape(in_page_words(note.message)), icon=":material/warning:")


def _show_figures(advice: Advice) -> None:
    plan, risk = advice.plan, advice.risk
    reference = to_index_title(plan.reference_index)
    with st.container(horizontal=True, gap="small", key="figures"):
        show_metric(
            "Hedge size",
            to_dollars(plan.hedge_notional),
            tip="Value of all contracts held after the orders (notional). Short is negative.",
        )
        show_metric(
            "Initial margin",
            to_dollars(plan.initial_margin),
            below=f"{to_percent(advice.margin_share, places=1)} of the portfolio",
            tip="What the broker asks to be posted for these contracts; part of it may be an assumption.",
        )
        show_metric(
            "Beta before → after",
            f"{to_beta(plan.beta_before)} → {to_beta(plan.beta_after)}",
            below=f"{to_beta(plan.beta_after_low)} to {to_beta(plan.beta_after_high)}",
            tip=f"How much the portfolio moves when the {reference} moves by 1. Below it the range in which the beta "
            "after the hedge should lie over the next quarter, 19 times out of 20.",
        )
        show_metric(
            "Cost a year",
            to_dollars(risk.costs.per_year),
            below=f"{to_dollars(risk.costs.one_off)} in and out",
            tip="Rolls, and dividends owed less interest earned (carry); negative is a gain. Below it commission, "
            "fees and spread of the orders, in and out (round trip).",
        )
        show_metric(
            "Margin call",
            to_percent(_chance_of_call(risk.margin_call)),
            below="chance in a quarter",
            tip="Chance that the futures account is called for cash within the next quarter, with the cash buffer of "
            "the file or the one you state.",
        )
        show_metric(
            "Variance removed",
            to_percent(risk.hedge_effectiveness),
            tip="Hedge effectiveness: the share of the portfolio's variance that this hedge would have removed over "
            "the last five years; recent sessions count more.",
        )


def _chance_of_call(call: MarginCall | None) -> float:
    """Return the chance of a margin call in a quarter; none without contracts."""
    return 0.0 if call is None else next(each.probability for each in call.chances if each.horizon_days == QUARTER)
