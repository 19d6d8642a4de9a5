"""What every page that shows an advice has in common: its account, the answer in a sentence, and the same choices.

A change of a choice reruns only the fragment below the portfolio's name, so that one touch changes the numbers of any
page without measuring the portfolio again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.advice import Advice, Measurement, decide
from hedger.report import state_answer
from hedger.ui.controls import choose_settings
from hedger.ui.refusals import attempt
from hedger.ui.summary import show_heading
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Callable

    from hedger.ui.accounts import Account


def show_advised(account: Account, measurement: Measurement, show_body: Callable[[Advice], None]) -> None:
    """Show a page about the advice for an account.

    Parameters
    ----------
    account, measurement
        The account of the visit.
    show_body
        Shows what the page is for, below the answer.
    """
    show_heading(measurement)
    _show_below(account, measurement, show_body)


@st.fragment
def _show_below(account: Account, measurement: Measurement, show_body: Callable[[Advice], None]) -> None:
    answer = st.container()
    with st.expander("Change the hedge", icon=":material/tune:"):
        aim, contracts, limits = st.columns(3, gap="large")
        chosen = attempt(lambda: choose_settings(measurement, account, aim=aim, contracts=contracts, limits=limits))
    if chosen is None:
        return
    settings, show_reason = chosen
    advice = attempt(lambda: decide(measurement, settings))
    if advice is not None:
        answer.markdown(f"**{escape(state_answer(advice))}**")
        show_reason(advice)
        show_body(advice)
