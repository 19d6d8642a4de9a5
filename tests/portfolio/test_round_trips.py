"""Files that nobody has seen: built from layouts at random, or from anything at all."""

from __future__ import annotations

import os
from datetime import date

from holdings_files import HoldingsFile, holdings_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hedger.errors import HedgerError
from hedger.portfolio import read_portfolio

AS_OF = date(2026, 3, 10)
N_FILES = int(os.environ.get("HEDGER_FUZZ_FILES", "150"))
"""Files that one run builds; the variable asks for more."""

unhurried = settings(max_examples=N_FILES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(holdings_files())
def test_what_a_file_says_is_what_comes_out(file: HoldingsFile) -> None:
    portfolio = read_portfolio(file.content, as_of=AS_OF)
    found = {(position.account, position.symbol): position.quantity for position in portfolio.positions}
    assert found.keys() == file.quantities.keys()
    for key, quantity in file.quantities.items():
        assert found[key] is not None
        assert abs(found[key] - float(quantity)) < 1e-6
    assert portfolio.layout == file.shape.layout
    assert portfolio.cash_total is None
    if file.total is None:
        assert portfolio.file_total is None
    else:
        assert portfolio.file_total == float(file.total)
    assert not [warning for warning in portfolio.warnings if warning.code.endswith("mismatch")]


@unhurried
@given(st.binary(max_size=400))
def test_any_bytes_end_in_a_portfolio_or_in_words(content: bytes) -> None:
    check_words(content)


CELLS = [
    *("", "Symbol", "Quantity", "Price", "Value", "Weight", "Account", "Header", "Data", "Open Positions", "BOF"),
    *("AAPL", "10", "1.234", "-5", "Total", "Cash", "$1,000.00", "40%", "#REF!", "AAPL270115C250", "/ESM6"),
    *('"', "\n", "01/15/2022", "x y z"),
]


@unhurried
@given(st.lists(st.lists(st.sampled_from(CELLS), max_size=6), max_size=8))
def test_any_table_ends_in_a_portfolio_or_in_words(rows: list[list[str]]) -> None:
    check_words("\n".join(",".join(row) for row in rows).encode())


def check_words(content: bytes) -> None:
    words = ""
    try:
        portfolio = read_portfolio(content, as_of=AS_OF)
    except HedgerError as error:
        words = str(error)
    else:
        assert portfolio.positions
        assert all(position.lines for position in portfolio.positions)
    assert not words or len(words) > 20
