"""Numbers as people and brokers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedger.portfolio.numbers import (
    DecimalSign,
    decimal_evidence,
    is_cell_error,
    is_missing,
    to_fraction,
    to_number,
    to_price,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", 1234.5),
        ("1'234.50", 1234.5),
        ("1 234.50", 1234.5),
        ("1\u00a0234.50", 1234.5),
        ("1\u202f234.50", 1234.5),
        ("12,34,567.00", 1234567.0),
        ("+12", 12.0),
        ("12.", 12.0),
        (".5", 0.5),
        ("0012", 12.0),
        ("1.2E+03", 1200.0),
        ("-5", -5.0),
        ("\u22125", -5.0),
        ("(5)", -5.0),
        ("5-", -5.0),
        ("$12", 12.0),
        ("-$12.50", -12.5),
        ("$-12.50", -12.5),
        ("($12.50)", -12.5),
        ("243.10 €", 243.1),
        ("USD 1,000", 1000.0),
        ("C$5.25", 5.25),
    ],
)
def test_every_way_to_write_a_number_is_read(text: str, number: float) -> None:
    assert to_number(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,50", 1234.5),
        ("243,10", 243.1),
        ("1'234,5", 1234.5),
        ("12", 12.0),
        ("-0,5", -0.5),
        ("1.234.567", 1234567.0),
    ],
)
def test_a_decimal_comma_is_read_where_the_file_has_one(text: str, number: float) -> None:
    assert to_number(text, ",") == number


@pytest.mark.parametrize(
    "text",
    ["ten", "about 5", "1,2oo", "12 shares", "1.5K", "12*", "0x10", "1,23", "1,2345", "1.2.3", "--5", "(5", "(-5)", "",
     "1,", ",", "NaN", "inf", "-Infinity", "1e", "1_000", "\uff11\uff12", "1" + ",1" * 50_000],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a number"):
        to_number(text)


def test_a_decimal_comma_in_a_file_with_points_is_named() -> None:
    with pytest.raises(ValueError, match="decimal point, as elsewhere in the file"):
        to_number("1.234,5")


@pytest.mark.parametrize("text", ["1e30", "99999999999999999999999999", "1e400"])
def test_a_number_beyond_any_holding_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a number below 10,000,000,000,000"):
        to_number(text)


def test_per_cent_is_refused_outside_of_weights() -> None:
    with pytest.raises(ValueError, match="per cent belong in a column of weights"):
        to_number("10%")
    assert to_fraction("10 %") == (pytest.approx(0.1, rel=1e-15), True)
    assert to_fraction("37,33 %", ",") == (pytest.approx(0.3733, rel=1e-12), True)
    assert to_fraction("0.1") == (0.1, False)


@pytest.mark.parametrize(
    ("text", "price"),
    [("112'155", 112.484375), ("116'10", 116.3125), ("112'15", 112.46875), ("110'000", 110.0), ("99'317", 99.9921875),
     ("112.5", 112.5)],
)  # fmt: skip
def test_thirty_seconds_are_read(text: str, price: float) -> None:
    assert to_price(text) == price


def test_missing_numbers_and_failed_formulas_are_told_apart() -> None:
    assert all(map(is_missing, ["", "--", "-", "N/A", "n/a", "NA"]))
    assert all(map(is_cell_error, ["#REF!", "#DIV/0!", "#N/A", "Loading...", "NaN"]))
    assert not any(map(is_missing, ["0", "#N/A", "a long cell that is text"]))
    assert not any(map(is_cell_error, ["0", "--"]))


@pytest.mark.parametrize(
    ("texts", "evidence"),
    [
        (["1,234.50"], (1, 0, None)),
        (["1.234,50"], (0, 1, None)),
        (["243.10", "243,10"], (1, 1, None)),
        (["1,234,567", "1.234.567"], (1, 1, None)),
        (["1.234"], (0, 0, 0)),
        (["12", "1,234"], (0, 0, 1)),
        (["0.123", ".125", "1234.567"], (3, 0, None)),
        (["text", "12", "1.2.3,4,5", "x" * 100], (0, 0, None)),
        (["37,33 %"], (0, 1, None)),
    ],
)
def test_only_cells_with_one_reading_decide_the_decimal_sign(texts: list[str], evidence: tuple[object, ...]) -> None:
    assert decimal_evidence(texts) == evidence


def grouped(number: float, decimal: DecimalSign, group: str, places: int) -> str:
    text = f"{number:,.{places}f}"
    return text.replace(",", "\0").replace(".", decimal).replace("\0", group)


@given(
    st.floats(-1e9, 1e9, allow_nan=False),
    st.sampled_from([(".", ","), (",", "."), (".", "'"), (",", " "), (".", "")]),
    st.integers(0, 6),
)
def test_a_written_number_is_read_back(number: float, style: tuple[DecimalSign, str], places: int) -> None:
    text = grouped(number, style[0], style[1], places)
    assert to_number(text, style[0]) == pytest.approx(round(number, places), rel=1e-12, abs=1e-12)
