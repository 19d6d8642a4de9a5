"""Ways out of an error or a doubt, in the words of the page.

Sentences of errors and notes that say what to do name an option of the command line, such as ``--prices``, which the
page does not have. Here they give way to what stands in the option's place on the page.
"""

from __future__ import annotations

import re

_OPTION = re.compile(r"--([a-z][a-z-]*[a-z])\b")
_NEXT_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z\"-])")

_PLACES = {
    "prices": 'the switch "Live prices"',
    "allow-snapshot": '"The shipped prices may stand in"',
    "leave-out-bad-rows": 'the button "Go on without these rows"',
    "portfolio-value": '"Portfolio value, USD"',
    "proxy": "a proxy beside the holding",
    "beta": "a beta beside the holding",
    "hedge": '"Hedge in %"',
    "target-beta": '"Target beta"',
    "index": '"Index"',
    "legs": '"Indices in the hedge"',
    "sizes": '"Contract sizes"',
    "margin-budget": '"Margin budget, USD"',
    "max-contracts": '"Most contracts"',
    "tolerance": '"Tolerance in %"',
    "buffer": '"Cash buffer, USD"',
    "current": '"Futures held already"',
    "long-term-tax": '"Long-term rate, %"',
    "short-term-tax": '"Short-term rate, %"',
    "unrealised-gain": '"Unrealised gain, USD"',
    "include-delisted": '"What if: delisted contracts too"',
    "estimator": '"Beta estimator"',
    "fills": '"Fills (CSV)"',
    "margins": '"Bring your margins" on the page for margin and cost',
    "fees": '"Bring your fees" on the page for margin and cost',
    "risk": '"Risk, %"',
    "as-of": '"Day"',
}
"""By option, what does on the page what the option does in a terminal; those that are not here have nothing there."""


def in_page_words(message: str) -> str:
    """Return the message of an error or a note with the page's ways out instead of the terminal's.

    The first sentence says what is the matter and stays, with the names of things on the page; a later one that names
    an option goes, and what stands in its place is named at the end. Lines stay lines.
    """
    return "\n".join(filter(None, map(_line_in_page_words, message.splitlines())))


def _line_in_page_words(line: str) -> str:
    first, *others = _NEXT_SENTENCE.split(line)
    kept = [_OPTION.sub(lambda option: _PLACES.get(option[1], option[1]), first)]
    kept += [sentence for sentence in others if not _OPTION.search(sentence)]
    named = [name for sentence in others for name in _OPTION.findall(sentence)]
    places = [_PLACES[name] for name in dict.fromkeys(named) if name in _PLACES]
    if places:
        kept.append(f"Here: {' or '.join(places)}.")
    return " ".join(kept)
