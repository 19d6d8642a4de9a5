"""What every page that shows an advice has in common: its account, the answer in a sentence, and the same choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.report import state_answer
from hedger.ui.accounts import revisit_account
from hedger.ui.answer import show_alarms
from hedger.ui.controls import ask_aim, ask_contracts, ask_limits, ask_method, settle
from hedger.ui.refusals import attempt
from hedger.ui.summary import show_heading
from hedger.ui.visit import decide_once
from hedger.ui.wording import escape, message_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from hedger.advice import Advice


def show_advised_page(opened_with: Path | None, today: date, show_body: Callable[[Advice], None]) -> None:
    """Show a page about the advice for the account of the visit.

    Parameters
    ----------
    opened_with, today
        As for the page "Hedge".
    show_body
        Shows what the page is for, below the answer.
    """
    heading, sentence = st.container(), st.container()
    with st.expander("Change the hedge", icon=":material/tune:"):
        aim, contracts, limits = st.columns(3, gap="large")
        with aim:
            choices = ask_aim()
        with contracts:
            chosen, reason = ask_contracts()
            choices |= chosen
        with limits:
            choices |= ask_limits()
            method, estimator = ask_method()
            choices |= method
    visited = revisit_account(opened_with, today, estimator)
    if visited is None:
        return
    account, measurement = visited
    with heading:
        show_heading(measurement)
    advice = attempt(lambda: decide_once(measurement, settle(choices, account, measurement)))
    if advice is not None:
        with sentence:
            st.markdown(f"**{escape(state_answer(advice))}**")
            show_alarms(advice)
        reason.caption(escape(message_of(advice.plan.notes, "index_choice") or ""))
        show_body(advice)
