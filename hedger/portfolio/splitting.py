"""From text to rows, with the csv module, without guessing what a cell means.

The delimiter is the one under which the file has a header of a table; the physical line that a row begins on is kept
with it. A quote that opens and never closes makes the csv module swallow rows into one cell without a word: it is
found by a last line of our own, which must come back as a row of its own, and by cells that hold whole rows.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from hedger.errors import UnreadableFileError
from hedger.portfolio.decoding import LONGEST_LINE, empty_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 2_000

_END = "\x1eend of file"
_SMART_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'))
_SMART_CELL = re.compile("^[\u201c\u201e\u00ab][^\u201c\u201d\u00bb\\n]*[\u201c\u201d\u00bb][,;\\t|]", re.MULTILINE)
_HEAD = 300


class Row(NamedTuple):
    """One record of the file.

    Parameters
    ----------
    line
        Physical line that it begins on, from 1.
    cells
        As the csv module splits them, nothing stripped.
    """

    line: int
    cells: list[str]

    def is_blank(self) -> bool:
        """Tell whether nothing stands in the row."""
        return not any(map(str.strip, self.cells))

    def filled(self) -> list[str]:
        """Return the cells that hold something, stripped."""
        return [cell.strip() for cell in self.cells if cell and not cell.isspace()]


def split_rows(text: str, is_header: Callable[[Sequence[str]], bool]) -> tuple[list[Row], str, bool]:
    """Split a text into rows.

    Parameters
    ----------
    text
        The file.
    is_header
        Tells whether the cells of a row are the header of a table; chooses the delimiter.

    Returns
    -------
    tuple
        All rows that are not blank, the delimiter, and whether typographic quotes were replaced by plain ones.

    Raises
    ------
    UnreadableFileError
        When a quote does not close, lines are quoted as a whole, or the file has too many columns.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))
    first_line = re.match(r"[^\r\n]*", text)[0].rstrip(" ")  # type: ignore[index]  # it always matches
    hinted = first_line[-1] if first_line.lower().startswith("sep=") and len(first_line) == 5 else ""
    text = text[len(first_line) :] if hinted else text
    head = text[:4_000]
    is_smart = _SMART_CELL.search(head) is not None and '"' not in head
    if is_smart:
        text = text.translate(_SMART_QUOTES)
    delimiter = hinted or _delimiter(text, is_header)
    rows, spanning = _records(text, delimiter)
    if not rows:
        raise empty_file()
    if spanning:
        _check_quotes(text, rows, spanning, delimiter)
    if all(len(row.cells) == 1 and any(d in row.cells[0] for d in DELIMITERS) for row in rows[:_HEAD]):
        raise UnreadableFileError(
            f"Line {rows[0].line}: each line is one quoted cell, so the columns cannot be told apart (no delimiter). "
            "Remove the quotes around whole lines."
        )
    if max(len(row.cells) for row in rows[:_HEAD]) > MOST_COLUMNS:
        widest = max(rows[:_HEAD], key=lambda row: len(row.cells))
        raise UnreadableFileError(
            f"Line {widest.line} has {len(widest.cells):,} columns, more than {MOST_COLUMNS:,}. "
            "Keep the columns for symbol, quantity, price and value."
        )
    return rows, delimiter, is_smart


def _delimiter(text: str, is_header: Callable[[Sequence[str]], bool]) -> str:
    """Return the delimiter under which a header appears, the one with most columns if there are several."""
    best, best_score = ",", (0, 0)
    head = text[: 2 * LONGEST_LINE]
    for delimiter in DELIMITERS:
        rows = islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), _HEAD)
        cells = [row for row in rows if len(row) > 1]
        headers = [len(row) for row in cells if is_header(row)]
        score = (max(headers, default=0), len(cells))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _records(text: str, delimiter: str) -> tuple[list[Row], list[tuple[Row, int]]]:
    """Return the rows that are not blank, and those that span lines with the last of them.

    Our own last line must come back as a row of its own.
    """
    reader = csv.reader(chain(io.StringIO(text, newline=""), [_END]), delimiter=delimiter)
    rows: list[Row] = []
    spanning: list[tuple[Row, int]] = []
    line = 1
    for cells in reader:
        row = Row(line, cells)
        if reader.line_num > line:
            spanning.append((row, reader.line_num))
        line = reader.line_num + 1
        if not row.is_blank():
            rows.append(row)
    last = rows.pop()
    if last.cells != [_END]:
        raise _unclosed(last, len(last.cells) - 1)
    return rows, spanning


def _check_quotes(text: str, rows: list[Row], spanning: list[tuple[Row, int]], delimiter: str) -> None:
    """Refuse rows that span lines because a cell swallowed others: it holds whole rows, or text follows its quote."""
    lines = list(io.StringIO(text, newline=""))
    lengths = Counter(len(row.cells) for row in rows[:_HEAD])
    width = max(lengths, key=lengths.__getitem__, default=1)
    for row, last_line in spanning:
        for position, cell in enumerate(row.cells):
            first, *others = cell.splitlines() or [""]
            has_rows = any(part.count(delimiter) >= max(1, width - 1) for part in others)
            if has_rows or (others and first.count(delimiter) >= max(2, width - 1 - position)):
                raise _unclosed(row, position)
        if not _is_well_quoted(lines[row.line - 1 : last_line], delimiter):
            raise _unclosed(row, next(n for n, cell in enumerate(row.cells) if len(cell.splitlines()) > 1))


def _is_well_quoted(lines: list[str], delimiter: str) -> bool:
    """Tell whether every closing quote of a row stands before a delimiter, with spaces between at most."""
    tight = [re.sub(rf'" +(?={re.escape(delimiter)}|[\r\n]*$)', '"', line) for line in lines]
    try:
        list(csv.reader(tight, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True


def _unclosed(row: Row, position: int) -> UnreadableFileError:
    line = row.line + sum(cell.count("\n") for cell in row.cells[:position])
    return UnreadableFileError(
        f"Line {line}, cell {position + 1}: a quote opens there and is never closed, so the rows below cannot be told "
        "apart. Close or delete the quote."
    )
