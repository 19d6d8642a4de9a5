"""A user's table: what is read, and what is refused in which words."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest

from hedger.contracts import read_margins
from hedger.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "symbol,initial,maintenance\n"


def refusal(text: str) -> str:
    with pytest.raises(SettingsError, match=r"[.?]\Z") as refused:
        read_margins(io.StringIO(text))
    return str(refused.value)


def test_columns_may_come_in_any_order_and_case_among_others() -> None:
    (row,) = read_margins(io.StringIO("Note,MAINTENANCE,Symbol,Initial\nmine,900,ES,1000\n"))
    assert (row.symbol, row.initial, row.maintenance, row.as_of) == ("ES", 1000.0, 900.0, None)


def test_windows_line_ends_and_quotes_are_read() -> None:
    (row,) = read_margins(io.StringIO('symbol,initial,maintenance\r\n"ES","1000","900"\r\n'))
    assert row.initial == 1000.0


def test_empty_cells_after_the_last_column_do_not_matter() -> None:
    (row,) = read_margins(io.StringIO(f"{HEADER}ES,1000,900,,\n"))
    assert row.maintenance == 900.0


def test_a_table_without_rows_is_empty() -> None:
    assert read_margins(io.StringIO(HEADER)) == ()


@pytest.mark.parametrize("cell", ["nan", "inf", "1_000", "$1000", '"1,000"', "1 000", "x"])
def test_what_is_not_a_plain_number_is_refused(cell: str) -> None:
    sentence = refusal(f"{HEADER}ES,{cell},900\n")
    assert f'The table, line 2, column "initial": "{cell.strip(chr(34))}" is not a number such as' in sentence
    assert sentence.endswith("Correct it or delete the row.")


def test_thousands_separators_outside_quotes_are_recognised_by_the_extra_cells() -> None:
    assert refusal(f"{HEADER}ES,25,000,22,700\n").startswith("The table, line 2: 5 cells under a header of 3.")


def test_an_unknown_symbol_is_refused_with_the_known_ones() -> None:
    assert 'line 3, column "symbol": "MSE" is not one of SP, ES, MES' in refusal(f"{HEADER}ES,1000,900\nMSE,100,90\n")


def test_a_symbol_that_stands_twice_is_refused_with_both_lines() -> None:
    assert refusal(f"{HEADER}ES,1000,900\n\nES,1100,1000\n") == (
        "The table, lines 2 and 4: ES stands twice. Keep one of the two rows."
    )


def test_a_missing_column_is_named_beside_the_header_that_was_found() -> None:
    assert refusal("symbol;initial;maintenance\nES;1;1\n") == (
        'The table, line 1: no column "symbol" in "symbol;initial;maintenance". '
        "Expected the header symbol,initial,maintenance[,as_of]."
    )


@pytest.mark.parametrize("text", ["", "\n\n", " , \n"])
def test_an_empty_table_is_refused_with_what_was_expected(text: str) -> None:
    assert refusal(text) == "The table is empty. Expected a header and rows: symbol,initial,maintenance[,as_of]."


def test_a_broken_quote_is_refused_with_its_line() -> None:
    assert refusal(f'{HEADER}ES,"10"00,900\n').startswith("The table, line 2: this is not a CSV table")


def test_control_characters_of_a_cell_do_not_reach_the_message() -> None:
    assert '"\\x1b[31m" is not a number' in refusal(f"{HEADER}ES,\x1b[31m,900\n")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.csv cannot be read: No such file or directory\. Check"):
        read_margins(tmp_path / "none.csv")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "margins.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    with pytest.raises(SettingsError, match=re.escape("margins.csv is not text in UTF-8. Save the table as CSV")):
        read_margins(str(file))


def test_an_open_file_is_called_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "margins.csv"
    file.write_text(f"{HEADER}ES,,\n", encoding="utf-8")
    with file.open(encoding="utf-8") as stream, pytest.raises(SettingsError, match=r"margins\.csv, line 2"):
        read_margins(stream)
