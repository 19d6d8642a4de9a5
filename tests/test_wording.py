"""Words of sentences: foreign text, lists and numbers of things."""

from __future__ import annotations

import pytest

from hedger.wording import capitalise, join_words, name_some, plural, shorten


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("AAPL", "AAPL"),
        (12.5, "12.5"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202eright", "\\u202eright"),
        ("lone \ud800", "lone \\ud800"),
        ("Zürich €", "Zürich €"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
    ],
)
def test_foreign_text_is_cut_and_escaped(text, shown):
    assert shorten(text) == shown


def test_the_limit_may_be_chosen():
    assert shorten("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    ("words", "joined"), [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (("A", "B", "C"), "A, B and C")]
)
def test_words_are_joined_as_people_do(words, joined):
    assert join_words(iter(words)) == joined


@pytest.mark.parametrize(
    ("names", "most", "named"),
    [
        (["KO"], 2, "KO"),
        (["KO", "MMM"], 2, "KO, MMM"),
        (["KO", "MMM", "PG"], 2, "KO, MMM and 1 more"),
        (["x"] * 1234, 1, "x and 1,233 more"),
        (["a\nb"], 1, "a\\nb"),
    ],
)
def test_the_first_of_many_names_stand_for_all(names, most, named):
    assert name_some(names, most) == named


@pytest.mark.parametrize(("number", "counted"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (12345, "12,345 rows")])
def test_things_are_counted(number, counted):
    assert plural(number, "row") == counted


def test_a_sentence_begins_with_a_capital_letter():
    assert capitalise("roll 2 NQ") == "Roll 2 NQ"
    assert capitalise("") == ""
