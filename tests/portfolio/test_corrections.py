"""Cells that a person corrects instead of the file."""

from __future__ import annotations

from datetime import date

import pytest

from hedger.errors import InvalidRowsError
from hedger.portfolio import Corrections, Portfolio, read_portfolio

FILE = b"""Symbol,Name,Quantity,Market Value
AAPL,Apple,4oo,120000
MSFT,Microsoft,250,x
KO,Coca-Cola,900,60000
"""


def read(*corrections: tuple[tuple[int, str], str]) -> Portfolio:
    stated: Corrections = corrections
    return read_portfolio(FILE, as_of=date(2026, 8, 21), corrections=stated)


def test_two_corrected_cells_make_the_file_readable_and_each_is_told() -> None:
    portfolio = read(((2, "Quantity"), "400"), ((3, "Market Value"), "125,000"))
    assert [(each.symbol, each.quantity, each.market_value) for each in portfolio.positions] == [
        ("AAPL", 400.0, 120_000.0),
        ("MSFT", 250.0, 125_000.0),
        ("KO", 900.0, 60_000.0),
    ]
    assert [(warning.code, warning.line, warning.message) for warning in portfolio.warnings] == [
        ("cell_corrected", 2, 'Line 2, column "Quantity": "4oo" was replaced by "400", as stated.'),
        ("cell_corrected", 3, 'Line 3, column "Market Value": "x" was replaced by "125,000", as stated.'),
    ]


def test_a_correction_that_cannot_be_read_either_is_refused_as_a_cell_is() -> None:
    with pytest.raises(InvalidRowsError, match=r'^Line 2, column "Quantity": "four" is not a number') as refused:
        read(((2, "Quantity"), "four"), ((3, "Market Value"), "1"))
    assert [(cell.line, cell.column) for cell in refused.value.cells] == [(2, "Quantity")]


@pytest.mark.parametrize("cell", [(2, "Shares"), (1, "Quantity"), (99, "Quantity"), (4, "")])
def test_a_correction_of_a_cell_that_is_not_there_changes_nothing(cell: tuple[int, str]) -> None:
    repaired = (((2, "Quantity"), "400"), ((3, "Market Value"), "1"))
    assert read(*repaired, (cell, "7")) == read(*repaired)
