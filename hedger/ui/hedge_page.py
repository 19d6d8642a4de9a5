"""The page "Hedge": a portfolio at the top, choices on the left, the answer on the right.

A change of a choice reruns only the fragment below the portfolio, and in it only :func:`hedger.advice.decide`: the
portfolio is neither read nor measured again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.advice import Measurement, decide
from hedger.ui.accounts import Account, choose_account
from hedger.ui.answer import show_answer
from hedger.ui.controls import choose_settings, chosen_estimator, remeasure
from hedger.ui.refusals import attempt
from hedger.ui.summary import show_summary
from hedger.ui.wording import escape, message_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


def show_hedge_page(opened_with: Path | None, today: date) -> None:
    """Show the page.

    Parameters
    ----------
    opened_with
        Holdings file that the page begins with, beside the samples.
    today
        Day on which the advice is given, in New York.
    """
    estimator = chosen_estimator()
    chosen = choose_account(opened_with, today, estimator)
    if chosen is not None:
        show_summary(*chosen)
        _show_hedge(*chosen, estimator)


@st.fragment
def _show_hedge(account: Account, measurement: Measurement, estimator: str) -> None:
    choices, answer = st.columns([1, 2], gap="large")
    with choices, st.container(key="choices"):
        asked = attempt(
            lambda: choose_settings(
                account,
                measurement,
                aim=st.container(),
                contracts=st.container(),
                limits=st.expander("Limits and method"),
            )
        )
    remeasure(estimator)
    if asked is None:
        return
    settings, reason = asked
    with answer:
        advice = attempt(lambda: decide(measurement, settings))
        if advice is not None:
            show_answer(advice)
            reason.caption(escape(message_of(advice.plan.notes, "index_choice") or ""))
