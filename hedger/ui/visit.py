"""What a visit remembers of what it has worked out."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from hedger.advice import decide

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from hedger.advice import Advice, Measurement
    from hedger.settings import Settings

DECIDED = 8
"""Advices that a visit remembers."""
Made = TypeVar("Made")


def remember(name: str, key: Hashable, make: Callable[[], Made], most: int) -> Made:
    """Return what belongs to a key, made once while it is among the newest that were asked for in this visit.

    Parameters
    ----------
    name
        What is remembered, and its place in the state of the visit.
    key
        Everything that it depends on.
    make
        Makes it.
    most
        Of this name; beyond them the one that was asked for longest ago is forgotten.
    """
    kept: OrderedDict[Hashable, Made] = st.session_state.setdefault(name, OrderedDict())
    if key not in kept:
        kept[key] = make()
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return kept[key]


def decide_once(measurement: Measurement, settings: Settings) -> Advice:
    """Return the advice for these choices, worked out once while they are among the newest of the visit."""
    return remember("decided", (measurement, settings), lambda: decide(measurement, settings), DECIDED)
