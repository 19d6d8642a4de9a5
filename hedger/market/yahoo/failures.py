"""Why Yahoo Finance gave no usable prices of a symbol, in kinds that decide what happens next, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

FailureKind = Literal[
    "invalid",
    "unknown",
    "empty",
    "unusable",
    "suspicious",
    "garbled",
    "failing",
    "refused",
    "unreachable",
    "untrusted",
    "unanswered",
    "stopped",
]

_OUTAGES = frozenset({"refused", "unreachable", "untrusted", "unanswered", "stopped"})
_BROKEN_ANSWERS = frozenset({"garbled", "failing"})
_WORDS: dict[FailureKind, str] = {
    "invalid": "it is not spelled like a symbol of Yahoo Finance",
    "unknown": "Yahoo Finance does not know it; it may be misspelled, renamed or delisted",
    "empty": "Yahoo Finance answered without a single price",
    "unusable": "Yahoo Finance's answer cannot be used",
    "suspicious": "its prices jump as after a split that was not adjusted for",
    "garbled": "Yahoo Finance's answer cannot be read",
    "failing": "Yahoo Finance answered with an error of its own",
    "refused": "Yahoo Finance refuses more requests for now",
    "unreachable": "Yahoo Finance cannot be reached",
    "untrusted": (
        "the secure connection to Yahoo Finance cannot be verified; "
        "behind a company proxy, REQUESTS_CA_BUNDLE must name its certificate"
    ),
    "unanswered": "Yahoo Finance did not answer in time",
    "stopped": "the program that asks Yahoo Finance stopped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No usable prices of one symbol.

    Parameters
    ----------
    kind
        What went wrong.
    detail
        The particulars in words, without a full stop; may be empty.
    """

    kind: FailureKind
    detail: str = ""

    def __post_init__(self) -> None:
        if self.kind not in get_args(FailureKind):
            raise ValueError(f"{self.kind!r} is not a kind of failure")

    @property
    def is_outage(self) -> bool:
        """Whether the world was at fault rather than the symbol, so that trying again later may help."""
        return self.kind in _OUTAGES

    @property
    def is_broken_answer(self) -> bool:
        """Whether an answer came that says nothing about the symbol; an outage if most answers are like this."""
        return self.kind in _BROKEN_ANSWERS

    def __str__(self) -> str:
        return _WORDS[self.kind] + (f" ({self.detail})" if self.detail else "")
