"""What a link states that the page cannot use: Streamlit drops such a choice in silence, here it is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from hedger.ui.wording import escape
from hedger.wording import join_words, shorten

BOUND = (
    "aim",
    "hedge",
    "target_beta",
    "objective",
    "estimator",
    "index",
    "sizes",
    "legs",
    "allow_long_legs",
    "margin_budget",
    "max_contracts",
    "tolerance",
    "buffer",
    "include_delisted",
    "order_type",
)
"""Choices that stand in the address, by the keys of their widgets."""


@dataclass(frozen=True, slots=True)
class _Unusable:
    """What a link stated for a choice, and what stood there instead."""

    stated: list[str]
    shown: Any


def remember_link() -> None:
    """Remember what the address states when the visit begins, before a widget takes or drops it."""
    stated = {name: st.query_params.get_all(name) for name in BOUND if name in st.query_params}
    st.session_state.setdefault("link", stated)


def doubt_link() -> None:
    """Name the choices of the link that could not be used, until the visitor makes them; call it after the widgets."""
    link: dict[str, list[str]] = st.session_state.link
    unusable: dict[str, _Unusable] = st.session_state.setdefault("unusable_link", {})
    for name in [name for name in link if name in st.session_state]:
        stated, shown = link.pop(name), st.session_state[name]
        if st.query_params.get_all(name) != stated and not _is_same(shown, stated):
            unusable[name] = _Unusable(stated, shown)
    named = [
        f"{name}={shorten(','.join(each.stated))}"
        for name, each in unusable.items()
        if st.session_state.get(name) == each.shown
    ]
    if named:
        st.warning(
            escape(f"The link says {join_words(named)}, which cannot be used. What the page shows instead counts."),
            icon=":material/link_off:",
        )


def _is_same(shown: Any, stated: list[str]) -> bool:
    """Tell whether a link states what is shown: a default does not stay in the address either."""
    values = shown if isinstance(shown, list | tuple) else [shown]
    return len(values) == len(stated) and all(map(_is_one, values, stated))


def _is_one(value: Any, text: str) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(text) == value
        except ValueError:
            return False
    return text.casefold().startswith(str(value).casefold())
