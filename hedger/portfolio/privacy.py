"""What of an account may be shown: its last four characters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

_TOKENS = re.compile(r"[0-9A-Za-z-]+")
_WORDS = re.compile(r"[0-9A-Za-z]+")
_DIGITS = re.compile(r"[0-9]+")
_SHORTEST_NUMBER = 5
_LONGEST_TEXT = 300
_FEW = 100

SHOWN = 4
"""Characters of an account that may be shown."""


def account_ending(account: str) -> str:
    """Return at most the last four characters that tell an account from others.

    ``"Individual ...901"`` gives ``"901"``, ``"00000001SCHW (Individual)"`` gives ``"0001"``, ``"Taxable"`` gives
    ``"able"``.
    """
    tokens: list[str] = _TOKENS.findall(account.replace("SCHW", " "))
    numbered = [token for token in tokens if any(c.isdigit() for c in token)]
    ending = (numbered or tokens or [account])[-1].replace("-", "")
    return ending[-SHOWN:]


@dataclass(frozen=True, slots=True)
class Redactor:
    """Quotes cells of a file without its account numbers.

    Parameters
    ----------
    numbers
        Parts of the file's account names that hold at least five characters and a digit.
    """

    numbers: frozenset[str]

    @classmethod
    def of(cls, accounts: Iterable[str]) -> Redactor:
        """Return the redactor for a file with these accounts, named as the file names them."""
        tokens = {token for account in accounts for token in _TOKENS.findall(account)}
        tokens |= {part for token in tokens for part in token.split("-")}
        tokens |= {digits for token in tokens for digits in _DIGITS.findall(token)}
        return cls(frozenset(t for t in tokens if len(t) >= _SHORTEST_NUMBER and any(c.isdigit() for c in t)))

    def quote(self, text: str) -> str:
        """Return a cell fit for a message: shortened, escaped, account numbers cut to their last four characters."""
        text = text[:_LONGEST_TEXT]
        parts = {token for pattern in (_TOKENS, _WORDS, _DIGITS) for token in pattern.findall(text)}
        hidden = parts & self.numbers
        if len(self.numbers) <= _FEW:
            hidden |= {number for number in self.numbers if number in text}
        for number in sorted(hidden, key=len, reverse=True):
            text = text.replace(number, "…" + number[-SHOWN:])
        return shorten(text)
