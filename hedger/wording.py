"""Words of sentences that every room writes: foreign text, lists and numbers of things."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["FEW", "LONGEST_QUOTE", "capitalise", "join_words", "name_some", "plural", "shorten"]

LONGEST_QUOTE = 60
"""Characters of a user's cell that may appear in a message."""
MOST_NAMED = 10
"""Names of a list that a message tells before it counts the rest."""
FEW = 5
"""The same in a message that says much else."""


def shorten(text: object, limit: int = LONGEST_QUOTE) -> str:
    """Return foreign text cut to `limit` characters with control characters escaped, fit for a message."""
    escaped = str(text)
    if not escaped.isprintable():
        escaped = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in escaped)
    return escaped if len(escaped) <= limit else escaped[: limit - 1] + "…"


def join_words(words: Iterable[str]) -> str:
    """Join as people do: ``"A, B and C"``; empty where there are none."""
    listed = list(words)
    return " and ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)


def name_some(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return the first names, shortened, and how many more there are: ``"A, B and 3 more"``."""
    named = ", ".join(shorten(name) for name in names[:most])
    more = len(names) - most
    return f"{named} and {more:,} more" if more > 0 else named


def plural(number: int, noun: str) -> str:
    """Count things: ``"1 position"`` or ``"12 positions"``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def capitalise(words: str) -> str:
    """Return words that can begin a sentence."""
    return words[:1].upper() + words[1:]
