"""Foreign text made safe for the page, and the few words that only the page needs; numbers are worded in ``report``.

Streamlit reads most text as Markdown with extensions of its own: colours and badges (``:red[...]``), icons and
emoji (``:smile:``), formulas (``$...$``), and addresses that become links by themselves. Whatever is not written in
this package, and every amount in dollars, passes through :func:`escape`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hedger.wording import capitalise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hedger.errors import Note

WORD_JOINER = "\N{WORD JOINER}"

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_TRIGGER = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)", re.IGNORECASE)


def escape(text: object) -> str:
    """Return text that Streamlit shows letter by letter, wherever it reads Markdown.

    Punctuation is escaped with backslashes. Emoji, icons and addresses are found only after Markdown has been read,
    when the backslashes are gone; an invisible word joiner after ``:`` and ``@`` and in ``www.`` keeps them apart.
    Line ends stay line ends.
    """
    lines = str(text).splitlines() or [""]
    return "  \n".join(_PUNCTUATION.sub(r"\\\1", _TRIGGER.sub(WORD_JOINER, line.strip())) for line in lines)


def title(name: str) -> str:
    """Return a file's name as a title: ``"large_caps"`` is ``"Large caps"``."""
    return capitalise(name.replace("_", " ").strip())


def message_of(notes: Iterable[Note], code: str) -> str | None:
    """Return what the first note of a kind says, ``None`` when there is none."""
    return next((note.message for note in notes if note.code == code), None)
