"""The one place of the page where errors of data, settings and the world are caught."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import streamlit as st

from hedger.errors import HedgerError
from hedger.ui.remedies import in_page_words
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


def attempt(
    step: Callable[[], Result],
    *,
    only: type[HedgerError] = HedgerError,
    is_quiet: bool = False,
    remedy: Callable[[HedgerError], None] | None = None,
) -> Result | None:
    """Return what `step` returns; when it raises a :class:`HedgerError`, show its sentence here and return ``None``.

    Anything else is a bug and stays loud.

    Parameters
    ----------
    step
        What may be refused.
    only
        The kind of error that is meant; others go on to an attempt around this one.
    is_quiet
        Whether nobody waits for the result, so that nothing is said about it.
    remedy
        Shows, below the sentence, what the visitor can do about the error.
    """
    try:
        return step()
    except HedgerError as error:
        if not isinstance(error, only):
            raise
        if is_quiet:
            return None
        st.error(escape(in_page_words(str(error))), icon=":material/error:")
        if remedy is not None:
            remedy(error)
        return None
