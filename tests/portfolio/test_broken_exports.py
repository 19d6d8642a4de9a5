"""One damaged cell in a broker's file: refused with its line, or told; never lost, never another number."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hedger.errors import HedgerError
from hedger.portfolio import Portfolio, read_portfolio

SAMPLES = Path(__file__).parent / "samples"
AS_OF = date(2026, 3, 10)
MEANS_TO_SKIP = {
    ("yahoo_finance_portfolio_with_transaction_type", "blank quantity"),
    ("yahoo_finance_portfolio_with_transaction_type", "cut before quantity"),
    ("yahoo_finance_portfolio_with_transaction_type", "missing cell"),
}
"""There a row without a quantity is an entry of a watch list."""


def records(text: str, delimiter: str) -> dict[int, list[str]]:
    """Return the rows by the line they begin on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found, line = {}, 1
    for cells in reader:
        found[line] = cells
        line = reader.line_num + 1
    return found


def written(cells: list[str], delimiter: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="").writerow(cells)
    return stream.getvalue()


def as_number(cell: str) -> float | None:
    try:
        return float(re.sub(r"[,$+)]", "", cell).replace("(", "-"))
    except ValueError:
        return None


def damages(cells: list[str], wanted: dict[str, Any], delimiter: str) -> dict[str, str]:
    """Return the row with one damage each."""
    damaged: dict[str, str] = {}
    quantity = next((n for n, cell in enumerate(cells) if as_number(cell) == wanted["quantity"]), None)
    symbol = next((n for n, cell in enumerate(cells) if cell.strip() == wanted["raw_symbol"].strip() != ""), None)
    if quantity is not None:
        damaged |= {
            "text for quantity": written([*cells[:quantity], "thirty", *cells[quantity + 1 :]], delimiter),
            "failed formula": written([*cells[:quantity], "#REF!", *cells[quantity + 1 :]], delimiter),
            "blank quantity": written([*cells[:quantity], "", *cells[quantity + 1 :]], delimiter),
            "extra cell": written([*cells[:quantity], "1", *cells[quantity:]], delimiter),
            "cut before quantity": written(cells[:quantity], delimiter),
            "missing cell": written([*cells[:quantity], *cells[quantity + 1 :]], delimiter),
        }
    if symbol is not None:
        rest = written(cells[symbol:], delimiter).replace('"', "")
        before = written(cells[:symbol], delimiter) + delimiter if symbol else ""
        damaged |= {
            "formula for symbol": written([*cells[:symbol], "=1+1", *cells[symbol + 1 :]], delimiter),
            "NUL": written([*cells[:symbol], "\0" + cells[symbol], *cells[symbol + 1 :]], delimiter),
            "open quote": f'{before}"{rest}',
        }
    return damaged


def cases() -> list[tuple[str, int, str, str]]:
    found = []
    for path in sorted(SAMPLES.glob("*.expected.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        text = (SAMPLES / expected["file"]).read_bytes().decode(expected["encoding"])
        rows = records(text, expected["delimiter"])
        positions = [p for p in expected["positions"] if p["asset_class"] != "cash" and p["quantity"] is not None]
        for wanted in positions[:2]:
            line = wanted["lines"][-1]
            for damage, row in damages(rows[line], wanted, expected["delimiter"]).items():
                found.append((path.name.removesuffix(".expected.json"), line, damage, row))
    return found


@pytest.mark.parametrize(("name", "line", "damage", "row"), cases())
def test_a_damaged_row_is_named(name: str, line: int, damage: str, row: str) -> None:
    expected = json.loads((SAMPLES / f"{name}.expected.json").read_text(encoding="utf-8"))
    text = (SAMPLES / expected["file"]).read_bytes().decode(expected["encoding"])
    lines = text.replace("\r\n", "\n").split("\n")
    content = "\n".join([*lines[: line - 1], row, *lines[line:]]).encode()
    try:
        portfolio = read_portfolio(content, as_of=AS_OF)
    except HedgerError as error:
        told = str(error)
        assert re.search(rf"[Ll]ine {line}\b", told)
    else:
        told = told_about(portfolio, line)
        assert told or (name, damage) in MEANS_TO_SKIP
    for account in expected["accounts"]:
        for number in re.findall(r"[0-9]{5,}", account or ""):
            assert number[-5:] not in told


def told_about(portfolio: Portfolio, line: int) -> str:
    return "\n".join(warning.message for warning in portfolio.warnings if warning.line == line)
