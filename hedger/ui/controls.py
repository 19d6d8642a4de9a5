"""The choices: widgets to :class:`hedger.Settings`, the same on every page.

Each stands in the address under its key, so that a link restores it; a choice that is the default does not, and one
that a link states wrongly is named by :mod:`hedger.ui.links`. What tells of the holdings never stands there: futures
held already last as long as the visit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from hedger.contracts import INDICES, SIZES
from hedger.exposure import ESTIMATORS, load_forecast_errors
from hedger.hedge import OBJECTIVES
from hedger.settings import Settings, parse_choices
from hedger.ui.money_costs import kept_rates
from hedger.ui.money_figures import kept_figures
from hedger.ui.risk_scenarios import kept_scenarios

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from hedger.advice import Measurement
    from hedger.choices import OrderType
    from hedger.contracts import Size
    from hedger.hedge import Objective
    from hedger.ui.accounts import Account

Choices = dict[str, Any]
"""Fields of :class:`hedger.Settings`, but for futures held already: as they were typed, under ``held``."""

LARGEST_HEDGE = 200
"""Per cent of the exposure up to which one may hedge, as on the command line."""
AUTO = "auto"

_BY_SHARE = "Share of exposure"
_BY_BETA = "Target beta"
_SIZE_TITLES: dict[Size, str] = {
    "standard": "Standard",
    "e-mini": "E-mini",
    "micro": "Micro",
    "spot-quoted": "Spot-quoted",
}
_OBJECTIVE_TITLES: dict[Objective, str] = {"variance": "Variance", "expected-shortfall": "Expected shortfall"}
_ORDER_TITLES: dict[OrderType, str] = {"market": "Market", "limit": "Limit"}
_DEFAULTS = Settings()


def ask_aim() -> Choices:
    """Ask for a share of exposure, with a slider and a number that follow each other, or for a target beta."""
    by_beta = (
        st.segmented_control(
            "What to aim for",
            [_BY_SHARE, _BY_BETA],
            default=_BY_SHARE,
            required=True,
            key="aim",
            bind="query-params",
            width="stretch",
            help="Remove a share of the movement with the index, or say which beta to be left with.",
        )
        == _BY_BETA
    )
    return {"target_beta": _ask_target_beta()} if by_beta else {"hedge": _ask_hedge()}


def ask_method() -> tuple[Choices, str]:
    """Ask what the best hedge is, and how betas are estimated; return the former, and the estimator's name."""
    objective = st.segmented_control(
        "What the best hedge makes least",
        OBJECTIVES,
        default=_DEFAULTS.objective,
        required=True,
        format_func=lambda name: _OBJECTIVE_TITLES[name],
        key="objective",
        bind="query-params",
        help="The variance of hedged gains, or the average loss of the worst days in twenty (expected shortfall) over "
        "past sessions. The other one is shown beside it.",
    )
    return {"objective": objective}, _ask_estimator()


def ask_contracts() -> tuple[Choices, DeltaGenerator]:
    """Ask with what to hedge; return it, and the place where the reason for the index belongs."""
    index = _ask_index()
    reason = st.empty()
    sizes = _ask_sizes()
    legs, allow_long_legs = _ask_legs()
    chosen = {
        "index": () if index == AUTO else (index,),
        "sizes": sizes,
        "legs": legs,
        "allow_long_legs": allow_long_legs,
    }
    return chosen, reason


def settle(choices: Choices, account: Account, measurement: Measurement) -> Settings:
    """Return the settings that the visitor's choices on all pages come to.

    Raises
    ------
    SettingsError
        When they cannot be followed.
    """
    held = choices.pop("held")
    return Settings(
        **choices,
        current=parse_choices({"current": held})["current"],
        estimator=account.estimator,
        beta=account.beta,
        proxy=account.proxy,
        portfolio_value=account.portfolio_value,
        scenario=kept_scenarios(measurement.exposure),
        **kept_figures(),
        **kept_rates(),
    )


def _ask_hedge() -> float:
    """Ask for the share of exposure to remove with a slider and a number that follow each other."""
    sliding, typing = st.columns([3, 1], vertical_alignment="bottom", wrap=False)
    with sliding:
        percent = st.slider(
            "Hedge",
            min_value=0,
            max_value=LARGEST_HEDGE,
            value=round(100 * _DEFAULTS.hedge),
            step=1,
            format="%d%%",
            key="hedge",
            bind="query-params",
            help="Share of the portfolio's movement with the index to remove. 100% leaves a beta of zero.",
        )
    st.session_state.hedge_answered = percent
    if st.session_state.get("hedge_number") != percent:
        st.session_state.hedge_number = percent
    with typing:
        st.number_input(
            "Hedge in %",
            min_value=0,
            max_value=LARGEST_HEDGE,
            step=1,
            key="hedge_number",
            on_change=_follow_number,
        )
    return percent / 100.0


def _follow_number() -> None:
    """Let the slider follow a number that was typed.

    Of two quick steps of the slider the second brings along the number before the first, which nobody has typed: where
    both have moved, the slider counts.
    """
    if st.session_state.hedge == st.session_state.hedge_answered:
        st.session_state.hedge = st.session_state.hedge_number


def _ask_target_beta() -> float:
    value: float = st.number_input(
        "Target beta",
        min_value=-5.0,
        max_value=5.0,
        value=0.0,
        step=0.05,
        key="target_beta",
        bind="query-params",
        help="Beta to the index of the hedge that the portfolio should be left with. 0 is neutral.",
    )
    return value


def _ask_index() -> str:
    titles = {AUTO: "Best for this portfolio"} | {index.name: index.title for index in INDICES}
    chosen: str = st.selectbox(
        "Index",
        titles,
        key="index",
        bind="query-params",
        format_func=lambda name: titles[name],
        help="The index whose futures are traded. The best one would have removed most of the portfolio's variance.",
    )
    return chosen


def _ask_sizes() -> tuple[Size, ...]:
    chosen = st.pills(
        "Contract sizes",
        SIZES,
        selection_mode="multi",
        default=_DEFAULTS.sizes,
        format_func=lambda size: _SIZE_TITLES[size],
        key="sizes",
        bind="query-params",
        help="A micro is a tenth of an E-mini. More sizes come closer to the hedge you ask for.",
    )
    return tuple(size for size in SIZES if size in chosen)


def _ask_legs() -> tuple[int | None, bool]:
    """Ask how many indices the hedge may use, and whether one of them may be bought."""
    legs = st.segmented_control(
        "Indices in the hedge",
        [AUTO, *range(1, len(INDICES) + 1)],
        default=_DEFAULTS.legs or AUTO,
        required=True,
        format_func=lambda most: str(most).capitalize(),
        key="legs",
        bind="query-params",
        help="Most indices that the hedge may use (legs). Auto takes a further one only where it pays after costs.",
    )
    allow_long_legs = st.toggle(
        "A leg may be bought",
        key="allow_long_legs",
        bind="query-params",
        help="Sell one index and buy another where that tracks the portfolio better.",
    )
    return (None if legs == AUTO else legs), allow_long_legs


def ask_limits() -> Choices:
    """Ask within which limits to hedge."""
    margin_budget = st.number_input(
        "Margin budget, USD",
        min_value=0.0,
        value=None,
        step=1000.0,
        format="%.0f",
        placeholder="No limit",
        key="margin_budget",
        bind="query-params",
        help="Most initial margin to post with the broker, in all.",
    )
    max_contracts = st.number_input(
        "Most contracts",
        min_value=1,
        value=None,
        step=1,
        placeholder="No limit",
        key="max_contracts",
        bind="query-params",
        help="Most futures contracts to hold, in all.",
    )
    tolerance = st.number_input(
        "Tolerance in %",
        min_value=0.0,
        max_value=100.0,
        value=100.0 * _DEFAULTS.tolerance,
        step=0.5,
        format="%.1f",
        key="tolerance",
        bind="query-params",
        help="Tracking risk that may be given up for a cheaper plan, in per cent of the risk being hedged.",
    )
    buffer = st.number_input(
        "Cash buffer, USD",
        min_value=0.0,
        value=None,
        step=1000.0,
        format="%.0f",
        placeholder="What the file's cash leaves",
        key="buffer",
        bind="query-params",
        help="Cash in the futures account beyond initial margin, from which daily losses are paid.",
    )
    held = st.text_input(
        "Futures held already",
        key="held",
        persist_state="session",
        max_chars=200,
        placeholder="ES=-2, MES=3",
        help="Contracts beside those in the file, negative = short. The orders then trade only the difference.",
    )
    include_delisted = st.toggle(
        "What if: delisted contracts too",
        key="include_delisted",
        bind="query-params",
        help="Also use contracts that no longer trade, such as the big S&P 500 future. "
        "Such a plan shows how it would have worked; its orders cannot be exported.",
    )
    order_type = st.segmented_control(
        "Orders of the basket",
        list(_ORDER_TITLES),
        default=_DEFAULTS.order_type,
        required=True,
        format_func=lambda kind: _ORDER_TITLES[kind],
        key="order_type",
        bind="query-params",
        help="For the basket file: at the market, or with limits at the futures prices of the plan.",
    )
    return {
        "margin_budget": margin_budget,
        "max_contracts": max_contracts,
        "tolerance": tolerance / 100.0,
        "buffer": buffer,
        "held": held or "",
        "include_delisted": include_delisted,
        "order_type": order_type,
    }


def _ask_estimator() -> str:
    """Ask how betas are estimated, and say how well each estimator foretells them."""
    ratios = load_forecast_errors()
    name: str = st.selectbox(
        "Beta estimator",
        list(ESTIMATORS),
        index=list(ESTIMATORS).index(_DEFAULTS.estimator),
        key="estimator",
        bind="query-params",
        format_func=lambda name: f"{name} ({ratios[name]:.2f})",
        help="How betas are estimated. The number is the error with which it foretold a stock's beta of the next "
        "quarter, one-year least squares = 1 (large US stocks, 2008 to 2025). Less is better.",
    )
    return name
