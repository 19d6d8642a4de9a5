"""The page "Hedge": a portfolio at the top, choices on the left, the answer on the right.

A step of the slider reruns only the fragment of the slider and the answer, and in it only
:func:`hedger.advice.decide`. Any other choice runs the page again; the portfolio is neither read nor measured anew.
The fragment is one part of the page's tree although its slider stands on the left and its answer on the right:
``page.css`` puts them there. What the slider's next step would give is worked out while the visitor looks at this one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from hedger.ui.accounts import choose_account
from hedger.ui.answer import show_answer
from hedger.ui.controls import LARGEST_HEDGE, ask_aim, ask_contracts, ask_limits, ask_method, settle
from hedger.ui.refusals import attempt
from hedger.ui.summary import show_summary
from hedger.ui.visit import decide_once
from hedger.ui.wording import escape, message_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from streamlit.delta_generator import DeltaGenerator

    from hedger.advice import Measurement
    from hedger.settings import Settings
    from hedger.ui.accounts import Account
    from hedger.ui.controls import Choices


def show_hedge_page(opened_with: Path | None, today: date) -> None:
    """Show the page.

    Parameters
    ----------
    opened_with
        Holdings file that the page begins with, beside the samples.
    today
        Day on which the advice is given, in New York.
    """
    portfolio = st.container()
    with st.container(key="desk"):
        hedge = st.container()
        with st.container(key="choices"):
            choices, reason = ask_contracts()
            with st.expander("Limits and method"):
                method, estimator = ask_method()
                choices |= ask_limits() | method
    with portfolio:
        chosen = choose_account(opened_with, today, estimator)
        if chosen is None:
            return
        show_summary(*chosen)
    with hedge:
        _show_hedge(*chosen, choices, reason)


@st.fragment
def _show_hedge(account: Account, measurement: Measurement, choices: Choices, reason: DeltaGenerator) -> None:
    with st.container(key="aim_of_hedge"):
        chosen = choices | ask_aim()
    with st.container(key="answer"):
        advice = attempt(lambda: decide_once(measurement, settle(chosen, account, measurement)))
        if advice is not None:
            show_answer(advice)
            reason.caption(escape(message_of(advice.plan.notes, "index_choice") or ""))
            _decide_ahead(measurement, advice.settings)


def _decide_ahead(measurement: Measurement, settings: Settings) -> None:
    """Work out both next steps of the slider while the visitor looks at this one."""
    if settings.target_beta is not None:
        return
    percent = round(100.0 * settings.hedge)
    for next_one in (percent - 1, percent + 1):
        if 0 <= next_one <= LARGEST_HEDGE:
            ahead = replace(settings, hedge=next_one / 100.0)
            attempt(partial(decide_once, measurement, ahead), is_quiet=True)
