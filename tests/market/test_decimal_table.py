from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedger.market.decimal_table import ROWS_PER_BLOCK, DecimalTable

digits = st.text("0123456789", min_size=1, max_size=7)
numbers = st.builds(lambda whole, part: f"{whole}.{part}" if part else whole, digits, st.just("") | digits)
cells = st.just("") | numbers
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=80)
)


def to_days(n_rows: int) -> np.ndarray:
    return np.datetime64("2020-01-01", "D") + np.arange(n_rows) * 3


@given(tables)
def test_every_cell_comes_back_as_the_float_that_its_text_stands_for(rows):
    names = tuple("ABCD"[: len(rows[0])])
    table = DecimalTable.from_text(to_days(len(rows)), names, rows)
    expected = np.array([[float(cell or "nan") for cell in row] for row in rows])
    np.testing.assert_array_equal(table.values(names), expected, strict=True)


@given(tables)
def test_a_table_survives_being_turned_into_arrays(rows):
    names = tuple("ABCD"[: len(rows[0])])
    table = DecimalTable.from_text(to_days(len(rows)), names, rows)
    restored = DecimalTable.from_members(table.to_members("prefix"), "prefix")
    assert restored.names == names
    np.testing.assert_array_equal(restored.days, table.days, strict=True)
    np.testing.assert_array_equal(restored.values(names), table.values(names), strict=True)


def test_columns_come_in_the_order_that_is_asked_for():
    table = DecimalTable.from_text(to_days(2), ("A", "B", "C"), [["1", "2", "3"], ["4", "5", ""]])
    np.testing.assert_array_equal(table.values(["C", "A"]), [[3.0, 1.0], [np.nan, 4.0]])
    assert table.values([]).shape == (2, 0)


def test_zero_is_a_number_and_not_a_blank():
    table = DecimalTable.from_text(to_days(3), ("A",), [["0.00"], [""], ["0"]])
    np.testing.assert_array_equal(table.values(["A"])[:, 0], [0.0, np.nan, 0.0])


def test_the_number_of_decimals_may_change_from_block_to_block():
    rows = [["1.2345"]] * ROWS_PER_BLOCK + [["123.4"]] * 3
    table = DecimalTable.from_text(to_days(len(rows)), ("A",), rows)
    assert table.decimals[:, 0].tolist() == [4, 1]
    assert table.values(["A"])[[0, ROWS_PER_BLOCK - 1, ROWS_PER_BLOCK, -1], 0].tolist() == [
        1.2345,
        1.2345,
        123.4,
        123.4,
    ]


@pytest.mark.parametrize("text", ["-1", "1e5", "1,5", "nan", "1.", ".5", " 1", "1.0123456789"])
def test_what_is_not_a_plain_decimal_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a plain decimal number"):
        DecimalTable.from_text(to_days(1), ("A",), [[text]])
