from __future__ import annotations

import re
from datetime import date

import pytest

from hedger.errors import Note
from hedger.report import to_day
from hedger.ui.tables import markdown_table
from hedger.ui.wording import WORD_JOINER, escape, message_of, title


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](http://evil)",
        "![x](http://evil/y.png)",
        r"$\alpha$",
        ":red[x]",
        ":material/home:",
        ":smile:",
        "**bold** _it_ `code` ~~gone~~",
        "# heading",
        "1. item",
        "| a | b |",
        "see www.evil.com or HTTPS://evil.com or me@evil.com",
        r"back\slash",
        "&lt;b&gt;",
    ],
)
def test_every_sign_that_markdown_reads_is_escaped_and_no_letter_is_lost(hostile: str) -> None:
    escaped = escape(hostile)
    assert re.search(r"[!-/:-@\[-`{-~]", re.sub(r"\\[!-/:-@\[-`{-~]", "", escaped)) is None
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped).replace(WORD_JOINER, "") == hostile


@pytest.mark.parametrize("trigger", [":smile:", ":material/home:", "https://evil.com", "me@evil.com", "www.evil.com"])
def test_what_is_found_after_markdown_was_read_is_kept_apart(trigger: str) -> None:
    as_read = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escape(trigger))
    assert re.search(r":[\w+-]+:|:material/|https?://|\w@\w|www\.", as_read) is None


def test_lines_stay_lines_and_lose_their_indent() -> None:
    assert escape("one\n    two\r\nthree") == "one  \ntwo  \nthree"
    assert escape("") == ""


def test_plain_words_and_numbers_stay_as_they_are() -> None:
    assert escape("Schwab 401k Größe 12") == "Schwab 401k Größe 12"


def test_a_table_aligns_text_left_and_numbers_right_and_escapes_its_cells() -> None:
    table = markdown_table(("A", "B|C", "D"), [("x", "<i>", "1")], n_text=2)
    assert table.splitlines() == ["| A | B\\|C | D |", "| :-- | :-- | --: |", "| x | \\<i\\> | 1 |"]


def test_a_file_name_becomes_a_title() -> None:
    assert title("large_caps") == "Large caps"
    assert title("IRA") == "IRA"
    assert title("") == ""


def test_days_are_written_briefly() -> None:
    assert to_day(date(2026, 3, 2)) == "2 Mar 2026"


def test_the_first_note_of_a_kind_is_found() -> None:
    notes = [Note(code="a", message="one"), Note(code="b", message="two"), Note(code="b", message="three")]
    assert message_of(notes, "b") == "two"
    assert message_of(notes, "c") is None
