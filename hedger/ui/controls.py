"""The choices on the left: widgets to :class:`hedger.Settings`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from hedger.contracts import INDICES, SIZES
from hedger.report import to_beta
from hedger.settings import Settings

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from hedger.advice import Measurement
    from hedger.contracts import Size
    from hedger.ui.accounts import Account

LARGEST_HEDGE = 150
"""Per cent of the exposure up to which the page offers to hedge."""
AUTO = "auto"

_BY_SHARE = "Share of exposure"
_BY_BETA = "Target beta"
_SIZE_TITLES: dict[Size, str] = {
    "standard": "Standard",
    "e-mini": "E-mini",
    "micro": "Micro",
    "spot-quoted": "Spot-quoted",
}


def choose_settings(measurement: Measurement, account: Account) -> tuple[Settings, DeltaGenerator]:
    """Show every choice; return what is chosen, and the place where the reason for the index belongs.

    Raises
    ------
    SettingsError
        When the choices cannot be followed.
    """
    by_beta = (
        st.segmented_control(
            "What to aim for",
            [_BY_SHARE, _BY_BETA],
            default=_BY_SHARE,
            required=True,
            key="aim",
            width="stretch",
            help="Remove a share of the movement with the index, or say which beta to be left with.",
        )
        == _BY_BETA
    )
    hedge, target_beta = (Settings().hedge, _ask_target_beta()) if by_beta else (_ask_hedge(), None)
    index = _ask_index(measurement)
    reason = st.empty()
    sizes = _ask_sizes()
    with st.expander("Limits"):
        margin_budget = st.number_input(
            "Margin budget, USD",
            min_value=0.0,
            value=None,
            step=1000.0,
            format="%.0f",
            placeholder="No limit",
            key="margin_budget",
            help="Most initial margin to post with the broker, in all.",
        )
        max_contracts = st.number_input(
            "Most contracts",
            min_value=1,
            value=None,
            step=1,
            placeholder="No limit",
            key="max_contracts",
            help="Most futures contracts to hold, in all.",
        )
        include_delisted = st.toggle(
            "What if: delisted contracts too",
            key="include_delisted",
            help="Also use contracts that no longer trade, such as the big S&P 500 future. "
            "Such a plan shows how it would have worked; its orders cannot be exported.",
        )
    settings = Settings(
        hedge=hedge,
        target_beta=target_beta,
        index=() if index == AUTO else (index,),
        sizes=sizes,
        include_delisted=include_delisted,
        margin_budget=margin_budget,
        max_contracts=max_contracts,
        beta=account.beta,
        proxy=account.proxy,
        portfolio_value=account.portfolio_value,
    )
    return settings, reason


def _ask_hedge() -> float:
    """Ask for the share of exposure to remove with a slider and a number that follow each other."""
    for key in ("hedge", "hedge_number"):
        st.session_state.setdefault(key, 100)
    sliding, typing = st.columns([3, 1], vertical_alignment="bottom", wrap=False)
    with sliding:
        st.slider(
            "Hedge",
            min_value=0,
            max_value=LARGEST_HEDGE,
            step=1,
            format="%d%%",
            key="hedge",
            persist_state="page",
            on_change=_copy,
            args=("hedge", "hedge_number"),
            help="Share of the portfolio's movement with the index to remove. 100% leaves a beta of zero.",
        )
    with typing:
        st.number_input(
            "Hedge in %",
            min_value=0,
            max_value=LARGEST_HEDGE,
            step=1,
            key="hedge_number",
            persist_state="page",
            on_change=_copy,
            args=("hedge_number", "hedge"),
        )
    percent: int = st.session_state.hedge
    return percent / 100.0


def _copy(source: str, target: str) -> None:
    st.session_state[target] = st.session_state[source]


def _ask_target_beta() -> float:
    value: float = st.number_input(
        "Target beta",
        min_value=-5.0,
        max_value=5.0,
        value=0.0,
        step=0.05,
        key="target_beta",
        persist_state="page",
        help="Beta to the index of the hedge that the portfolio should be left with. 0 is neutral.",
    )
    return value


def _ask_index(measurement: Measurement) -> str:
    titles = {index.name: index.title for index in INDICES}
    betas = {each.index: to_beta(each.beta) for each in measurement.exposure.by_index}
    chosen: str = st.selectbox(
        "Index",
        [AUTO, *measurement.exposure.indices],
        key="index",
        format_func=lambda name: "Best for this portfolio" if name == AUTO else f"{titles[name]} (beta {betas[name]})",
        help="The index whose futures are traded. The best one would have removed most of the portfolio's variance.",
    )
    return chosen


def _ask_sizes() -> tuple[Size, ...]:
    chosen = st.pills(
        "Contract sizes",
        SIZES,
        selection_mode="multi",
        default=Settings().sizes,
        format_func=lambda size: _SIZE_TITLES[size],
        key="sizes",
        help="A micro is a tenth of an E-mini. More sizes come closer to the hedge you ask for.",
    )
    return tuple(size for size in SIZES if size in chosen)
