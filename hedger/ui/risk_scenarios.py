"""Scenarios of the visitor's own: asked for on the page "Risk", kept for the visit, part of every advice in it.

They stand in the session under :data:`KEPT`, as :class:`hedger.settings.Settings` holds them. One that moves a
holding counts for portfolios that hold it; the others leave it out and say so.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from hedger.contracts import INDICES
from hedger.report import to_index_title, to_percent
from hedger.settings import parse_choices
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.exposure import Exposure
    from hedger.risk import StatedScenario

KEPT = "scenarios"
MOST_KEPT = 20
MOST_OFFERED = 500
"""Holdings that can be chosen, the largest; more would make every rerun slow."""
_PLAIN = re.compile(r"[A-Z][A-Za-z0-9&.-]*(?: [0-9]+)?")
"""Names of indices and common symbols, in which Markdown finds nothing."""
FIRST_MOVE = -20.0
"""Per cent that a move begins with."""


def kept_scenarios(exposure: Exposure) -> tuple[StatedScenario, ...]:
    """Return the scenarios of the visit that this book can go through."""
    kept: tuple[StatedScenario, ...] = st.session_state.get(KEPT, ())
    if not kept:
        return ()
    known = {*exposure.indices, *(holding.symbol for holding in exposure.book.holdings)}
    return tuple(scenario for scenario in kept if all(name in known for name, _ in scenario.moves))


def ask_scenarios(advice: Advice) -> None:
    """Show the form that adds a scenario, and a button for each that takes it away."""
    exposure = advice.exposure
    kept: tuple[StatedScenario, ...] = st.session_state.get(KEPT, ())
    with st.expander("Add a scenario of your own", icon=":material/add:"):
        st.caption(
            "Say what moves. Indices that you do not name follow those that you do, and holdings follow by their "
            "betas; a holding that you name moves as you say."
        )
        held = sorted(exposure.book.holdings, key=lambda holding: -abs(holding.market_value))[:MOST_OFFERED]
        targets = st.multiselect(
            "What moves",
            [*exposure.indices, *(holding.symbol for holding in held)],
            key="scenario_targets",
            format_func=_title,
            placeholder="An index or a holding",
            help="Indices first, then your holdings, the largest first.",
        )
        with st.container(horizontal=True):
            for target in targets:
                st.number_input(
                    f"{_label(target)} by, %",
                    min_value=-100.0,
                    max_value=500.0,
                    value=FIRST_MOVE,
                    step=1.0,
                    format="%.1f",
                    key=_move_key(target),
                    width=180,
                )
        st.text_input(
            "Name",
            key="scenario_name",
            max_chars=60,
            placeholder="What to call it",
            help="Left empty, the scenario is called by its moves. One of the same name is replaced.",
        )
        st.button(
            "Add the scenario",
            key="scenario_add",
            type="primary",
            icon=":material/add:",
            on_click=_add,
            args=(tuple(targets),),
            disabled=not targets or len(kept) >= MOST_KEPT,
        )
        if len(kept) >= MOST_KEPT:
            st.caption(f"{MOST_KEPT} scenarios are kept at most. Take one away to add another.")
    _offer_to_remove(kept, advice.settings.scenario)


def _moves_in_words(scenario: StatedScenario) -> str:
    """Return what moves in a scenario, such as ``"S&P 500 -12%, AAPL -30%"``."""
    return ", ".join(f"{_title(name)} {_to_move(move)}" for name, move in scenario.moves)


def _offer_to_remove(kept: tuple[StatedScenario, ...], counted: tuple[StatedScenario, ...]) -> None:
    if not kept:
        return
    with st.container(horizontal=True):
        for number, scenario in enumerate(kept):
            st.button(
                f"Remove {escape(scenario.name)}",
                key=f"scenario_remove_{number}",
                icon=":material/close:",
                on_click=_remove,
                args=(scenario,),
                help=escape(_moves_in_words(scenario)),
            )
    waiting = [scenario.name for scenario in kept if scenario not in counted]
    if waiting:
        st.caption(escape(f"Not for this portfolio, which does not hold what moves: {', '.join(waiting)}."))


def _add(targets: tuple[str, ...]) -> None:
    moves = {target: f"{st.session_state[_move_key(target)]:.6g}%" for target in targets}
    words = ", ".join(f"{_title(target)} {move}" for target, move in moves.items())
    name = st.session_state.scenario_name.strip() or words
    added: tuple[StatedScenario, ...] = parse_choices({"scenario": {name: moves}})["scenario"]
    others = tuple(each for each in st.session_state.get(KEPT, ()) if each.name != added[0].name)
    st.session_state[KEPT] = (*others, *added)
    st.session_state.scenario_targets = []
    st.session_state.scenario_name = ""


def _remove(scenario: StatedScenario) -> None:
    st.session_state[KEPT] = tuple(each for each in st.session_state[KEPT] if each != scenario)


def _move_key(target: str) -> str:
    return f"scenario_move {target}"


def _title(target: str) -> str:
    """Return the name for people of an index, and the symbol of a holding as it is."""
    return to_index_title(target) if target in {index.name for index in INDICES} else target


def _label(target: str) -> str:
    """Return the title for a control's label, which screen readers read with every backslash: without, if it can be."""
    title = _title(target)
    return title if _PLAIN.fullmatch(title) else escape(title)


def _to_move(move: float) -> str:
    places = 0 if round(100.0 * move, 6).is_integer() else 1
    return to_percent(move, places=places, is_change=True)
