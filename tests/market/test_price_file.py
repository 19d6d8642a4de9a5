from __future__ import annotations

import csv
import gzip
import io
import re
import tempfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.errors import MarketDataError, Note
from hedger.market import FileSource, Prices


def fetch_all(path: Path, symbols: list[str]) -> Prices:
    return FileSource(path).fetch(symbols, start=None, end=None)


@pytest.fixture
def read_csv(tmp_path):
    def read(content: str | bytes, symbols=("AAPL", "^GSPC")) -> Prices:
        path = tmp_path / "prices.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return fetch_all(path, list(symbols))

    return read


@pytest.fixture
def read_parquet(tmp_path):
    def read(columns: dict[str, object] | pa.Table, symbols=("AAPL",)) -> Prices:
        path = tmp_path / "prices.parquet"
        pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), path)
        return fetch_all(path, list(symbols))

    return read


@st.composite
def price_tables(draw):
    symbols = draw(
        st.lists(st.from_regex(r"\^?[A-Z]{1,5}(-[AB])?", fullmatch=True), min_size=1, max_size=4, unique=True)
    )
    steps = draw(st.lists(st.integers(1, 400), min_size=1, max_size=6))
    days = [date(1990, 1, 1) + timedelta(days=sum(steps[: n + 1])) for n in range(len(steps))]
    closes = st.none() | st.floats(1e-12, 1e12)
    rows = [draw(st.lists(closes, min_size=len(symbols), max_size=len(symbols))) for _ in days]
    rows[0] = [close or 1.5 for close in rows[0]]  # each symbol has a price, and the grid begins with the first day
    return symbols, days, rows


@given(price_tables(), st.sampled_from(["csv", "parquet"]))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_what_is_read(table, kind):
    symbols, days, rows = table
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prices"
        if kind == "csv":
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(["date", *symbols])
                writer.writerows([day, *row] for day, row in zip(days, rows, strict=True))
        else:
            columns = [pa.array(days), *(pa.array(column, pa.float64()) for column in zip(*rows, strict=True))]
            pq.write_table(pa.Table.from_arrays(columns, names=["date", *symbols]), path)
        prices = fetch_all(path, symbols)
    kept = [position for position, row in enumerate(rows) if any(close is not None for close in row)]
    expected = np.array([[np.nan if close is None else close for close in rows[position]] for position in kept])
    assert prices.symbols == tuple(symbols)
    assert prices.sessions.tolist() == [days[position] for position in kept]
    np.testing.assert_array_equal(prices.close, expected, strict=True)


def test_a_plain_file_is_read_with_blanks_as_no_price(read_csv):
    prices = read_csv("date,AAPL,^GSPC\n2024-01-02,185.64,4742.83\n2024-01-03,,4704.81\n")
    assert prices.source == "file prices.csv"
    assert prices.close_on("AAPL", date(2024, 1, 2)) == 185.64
    assert np.isnan(prices.close_on("AAPL", date(2024, 1, 3)))


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfdate,AAPL,^GSPC\r\n2024-01-02,185.64,4742.83\r\n",
        b'"Date", AAPL ,"^GSPC"\n\n 2024-01-02 , 185.64 ,"4.74283e3"\n\n,,\n',
        gzip.compress(b"date,AAPL,^GSPC\n2024-01-02,+185.64,4742.83"),
    ],
)
def test_the_usual_dressings_of_a_csv_file_do_not_matter(read_csv, content):
    assert read_csv(content).close.tolist() == [[185.64, 4742.83]]


def test_rows_without_any_price_are_left_out_with_a_note(read_csv):
    prices = read_csv("date,AAPL,^GSPC\n2024-01-02,1,2\n2024-01-03,,\n2024-01-04,3,4\n2024-01-05,,\n")
    assert prices.last_session == date(2024, 1, 4)
    assert prices.notes == (
        Note(
            code="blank_price_rows",
            message="Rows of prices.csv without any price were left out: 2024-01-03, 2024-01-05.",
        ),
    )


def test_many_rows_without_any_price_are_counted(read_csv):
    blank = "".join(f"2024-01-{day:02},,\n" for day in range(3, 15))
    (note,) = read_csv(f"date,AAPL,^GSPC\n2024-01-02,1,2\n{blank}").notes
    assert note.message.endswith("2024-01-12 and 2 more.")


def test_a_missing_index_matters_only_when_it_is_asked_for(read_csv):
    text = "date,AAPL\n2024-01-02,185.64\n"
    assert read_csv(text, ["AAPL"]).missing == ()
    assert read_csv(text).missing == (("^GSPC", "not in the file prices.csv (1 symbol, 2024-01-02 to 2024-01-02)"),)


def test_a_cell_of_spaces_is_a_blank(read_csv):
    prices = read_csv("date,AAPL,^GSPC\n2024-01-02,1,2\n2024-01-03, ,3\n")
    np.testing.assert_array_equal(prices.close, [[1.0, 2.0], [np.nan, 3.0]])


def test_a_symbol_whose_column_is_blank_is_missing(read_csv):
    prices = read_csv("date,AAPL,^GSPC\n2024-01-02,185.64,\n")
    assert prices.missing == (("^GSPC", "the file prices.csv has no price of ^GSPC"),)


@pytest.mark.parametrize("text", ["0", "-3.50", "1,2oo", "nan", "inf", "1_000", "$5", "1.2.3", "1e999", "12-3", "n/a"])
def test_a_cell_that_is_not_a_price_is_named_with_line_column_and_value(read_csv, text):
    sentence = (
        f'prices.csv, line 3, column "AAPL": "{text}" is not a price above zero.\n'
        "Correct the file; leave a cell empty where there is no price."
    )
    with pytest.raises(MarketDataError, match=rf"^{re.escape(sentence)}\Z"):
        read_csv(f'date,^GSPC,AAPL\n2024-01-02,1,2\n2024-01-03,3,"{text}"\n')


@pytest.mark.parametrize("text", ["8/21/2026", "20240103", "2024-W01-3", "2024-13-01", "2024-01-03 16:00", ""])
def test_a_day_that_is_not_iso_is_named(read_csv, text):
    with pytest.raises(MarketDataError, match=r'prices\.csv, line 3, column "date": ".*" is not a day like 2026-08-21'):
        read_csv(f"date,AAPL\n2024-01-02,1\n{text},2\n")


def test_all_bad_cells_come_at_once_in_the_order_of_the_file(read_csv):
    rows = "".join(f"2024-01-{day:02},x\n" for day in range(2, 14))
    with pytest.raises(MarketDataError, match=r"(?s)line 2.*line 3.*line 11.*And 3 more bad cells") as caught:
        read_csv(f"date,AAPL\n{rows}soon,1\n")
    assert str(caught.value).count("\n") == 11


def test_hostile_text_is_shortened_and_escaped(read_csv):
    with pytest.raises(MarketDataError, match=r'line 2, column "AAPL": "\\x1b\[2J9+…" is not a price') as caught:
        read_csv("date,AAPL\n2024-01-02,\x1b[2J" + "9" * 5000 + "\n")
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", r'line 1: the first column is "", expected "date"'),
        ("date;AAPL\n2024-01-02;1\n", r'line 1: the first column is "date;AAPL", expected "date"'),
        ("AAPL,date\n1,2024-01-02\n", r'the first column is "AAPL", expected "date"'),
        ("date\n2024-01-02\n", r"no column of prices beside date"),
        ("date,AAPL\n", r"no row of prices"),
        ("date,AAPL\n2024-01-02,\n", r"no price at all"),
        ("date,AAPL,,MSFT\n2024-01-02,1,2,3\n", r"column 3 has no name"),
        ("date,AAPL,AAPL\n2024-01-02,1,2\n", r'the column "AAPL" twice'),
        ("date,AAPL\n2024-01-02,1,2\n", r"line 2: 3 cells, expected 2"),
        ("date,AAPL\n\n2024-01-02,1\n2024-01-02,1\n", r"line 4: 2024-01-02 stands there again"),
        ("date,AAPL\n2024-01-03,1\n2024-01-02,1\n", r"line 3: 2024-01-02 comes after 2024-01-03\. Sort"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", r"neither Parquet nor CSV text in UTF-8"),
        (gzip.compress(b"date,AAPL\n2024-01-02,1\n")[:-12], r"neither Parquet nor CSV"),
        (b"\x1f\x8b\x08\x00garbage garbage", r"neither Parquet nor CSV"),
        ('date,AAPL\n2024-01-02,"1\n', r"neither Parquet nor CSV"),
        (b"PAR1 and no more", r"begins like Parquet but cannot be read"),
    ],
)
def test_a_file_that_is_no_table_of_prices_is_refused_with_the_reason(read_csv, content, problem):
    with pytest.raises(MarketDataError, match=problem):
        read_csv(content)


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(MarketDataError, match=r"price file gone\.csv cannot be read: No such file"):
        fetch_all(tmp_path / "gone.csv", ["AAPL"])


def test_a_file_is_read_once_so_that_one_run_sees_one_content(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("date,AAPL\n2024-01-02,1\n", encoding="utf-8")
    source = FileSource(path)
    before = source.fetch(["AAPL"], start=None, end=None)
    path.write_text("date,AAPL\n2024-01-02,2\n", encoding="utf-8")
    assert source.fetch(["AAPL"], start=None, end=None).close.tolist() == before.close.tolist()


@pytest.mark.parametrize(
    "days",
    [
        pa.array([date(2024, 1, 2), date(2024, 1, 3)]),
        pa.array([date(2024, 1, 2), date(2024, 1, 3)], pa.date64()),
        pa.array([datetime(2024, 1, 2), datetime(2024, 1, 3)], pa.timestamp("ns")),  # noqa: DTZ001 - none wanted
        pa.array(["2024-01-02", "2024-01-03"]),
        pa.array(["2024-01-02", "2024-01-03"], pa.large_string()),
    ],
)
def test_parquet_days_may_be_dates_midnights_or_iso_text(read_parquet, days):
    prices = read_parquet({"date": days, "AAPL": [1.5, None]} | {"^GSPC": [4700, 4800]}, ("AAPL", "^GSPC"))
    assert prices.sessions.tolist() == [date(2024, 1, 2), date(2024, 1, 3)]
    np.testing.assert_array_equal(prices.close, [[1.5, 4700.0], [np.nan, 4800.0]])


def test_a_frame_that_pandas_wrote_with_its_index_is_read(tmp_path):
    frame = pd.DataFrame(
        {"AAPL": [185.64, np.nan], "^GSPC": [4742.83, 4704.81]},
        index=pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="date"),
    )
    frame.to_parquet(tmp_path / "frame.parquet")
    prices = fetch_all(tmp_path / "frame.parquet", ["AAPL", "^GSPC"])
    np.testing.assert_array_equal(prices.close, frame.to_numpy())


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"day": ["2024-01-02"], "AAPL": [1.0]}, r"has 0 columns named date"),
        ({"date": ["2024-01-02"], "Date": ["2024-01-02"], "AAPL": [1.0]}, r"has 2 columns named date"),
        ({"date": [20240102], "AAPL": [1.0]}, r'column "date" has the type int64, expected dates'),
        (
            {"date": pa.array([datetime(2024, 1, 2)], pa.timestamp("us", tz="UTC")), "AAPL": [1.0]},  # noqa: DTZ001
            r"expected dates without a time zone",
        ),
        (
            {"date": [datetime(2024, 1, 2, 16, 0)], "AAPL": [1.0]},  # noqa: DTZ001 - none wanted
            r'row 1, column "date": "2024-01-02T16:00.*" is not a day',
        ),
        ({"date": pa.array([None], pa.date32()), "AAPL": [1.0]}, r'row 1, column "date": "NaT" is not a day'),
        ({"date": pa.array([None], pa.string()), "AAPL": [1.0]}, r'row 1, column "date": "" is not a day'),
        ({"date": ["2024-01-02"], "AAPL": ["1.0"]}, r'column "AAPL" has the type string, expected floats'),
        ({"date": ["2024-01-02"], "AAPL": [Decimal("185.64")]}, r'"AAPL" has the type decimal128\(5, 2\)'),
        ({"date": ["2024-01-02"], "AAPL": [-2.5]}, r'row 1, column "AAPL": "-2\.5" is not a price above zero'),
        ({"date": ["2024-01-02"], "AAPL": [float("inf")]}, r'"inf" is not a price above zero'),
    ],
)
def test_a_parquet_file_that_is_no_table_of_prices_is_refused_with_the_reason(read_parquet, columns, problem):
    with pytest.raises(MarketDataError, match=problem):
        read_parquet(columns)


def test_a_parquet_column_that_stands_twice_is_refused(read_parquet):
    table = pa.Table.from_arrays([pa.array(["2024-01-02"]), pa.array([1.0]), pa.array([2.0])], ["date", "A", "A"])
    with pytest.raises(MarketDataError, match='the column "A" twice'):
        read_parquet(table)


def test_the_same_table_is_the_same_prices_as_csv_and_as_parquet(read_csv, read_parquet):
    text = "date,AAPL,^GSPC\n2024-01-02,185.64,4742.83\n2024-01-03,184.25,4704.81\n"
    frame = pd.read_csv(io.StringIO(text))
    from_parquet = read_parquet(pa.Table.from_pandas(frame), ("AAPL", "^GSPC"))
    np.testing.assert_array_equal(read_csv(text).close, from_parquet.close, strict=True)
