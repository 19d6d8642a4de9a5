"""What every page that shows an advice has in common: its account, the answer in a sentence, and the same choices.

A change of a choice reruns only the fragment below the portfolio's name, so that one touch changes the numbers of any
page without measuring the portfolio again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.advice import Advice, Measurement, decide
from hedger.report import state_answer
from hedger.ui.accounts import Account, revisit_account
from hedger.ui.controls import choose_settings, chosen_estimator, remeasure
from hedger.ui.refusals import attempt
from hedger.ui.summary import show_heading
from hedger.ui.wording import escape, message_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path


def show_advised_page(opened_with: Path | None, today: date, show_body: Callable[[Advice], None]) -> None:
    """Show a page about the advice for the account of the visit.

    Parameters
    ----------
    opened_with, today
        As for the page "Hedge".
    show_body
        Shows what the page is for, below the answer.
    """
    estimator = chosen_estimator()
    chosen = revisit_account(opened_with, today, estimator)
    if chosen is not None:
        show_heading(chosen[1])
        _show_below(*chosen, estimator, show_body)


@st.fragment
def _show_below(
    account: Account, measurement: Measurement, estimator: str, show_body: Callable[[Advice], None]
) -> None:
    sentence = st.empty()
    with st.expander("Change the hedge", icon=":material/tune:"):
        aim, contracts, limits = st.columns(3, gap="large")
        asked = attempt(lambda: choose_settings(account, measurement, aim=aim, contracts=contracts, limits=limits))
    remeasure(estimator)
    if asked is None:
        return
    settings, reason = asked
    advice = attempt(lambda: decide(measurement, settings))
    if advice is not None:
        sentence.markdown(f"**{escape(state_answer(advice))}**")
        reason.caption(escape(message_of(advice.plan.notes, "index_choice") or ""))
        show_body(advice)
