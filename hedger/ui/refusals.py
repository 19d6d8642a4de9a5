"""The one place of the page where errors of data, settings and the world are caught."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from hedger.errors import HedgerError
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def attempt(step: Callable[[], Result]) -> Result | None:
    """Return what `step` returns; when it raises a :class:`HedgerError`, show its sentence here and return ``None``.

    Anything else is a bug and stays loud.
    """
    try:
        return step()
    except HedgerError as error:
        st.error(escape(error), icon=":material/error:")
        return None
