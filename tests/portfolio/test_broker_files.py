"""From bytes to rows: limits, encodings, delimiters, quotes, workbooks."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest

from hedger.errors import InvalidRowsError, UnknownLayoutError, UnreadableFileError
from hedger.portfolio import Portfolio, read_portfolio
from hedger.portfolio.decoding import LARGEST_FILE, MOST_LINES

AS_OF = date(2026, 8, 21)
TABLE = "Symbol,Name,Quantity\nGLE.PA,Société Générale,10\nAAPL,Apple \u2013 Class A,5\n"
MINIMAL = Path(__file__).parent / "nasty" / "111_xlsx_renamed.csv"


def read(text: str | bytes) -> Portfolio:
    return read_portfolio(text if isinstance(text, bytes) else text.encode(), as_of=AS_OF)


def quantities(portfolio: Portfolio) -> dict[str, float | None]:
    return {position.symbol: position.quantity for position in portfolio.positions}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso-8859-15"]
)
def test_every_usual_encoding_is_read(encoding: str) -> None:
    text = TABLE.replace("\u2013", "-") if encoding == "iso-8859-15" else TABLE
    assert quantities(read(text.encode(encoding))) == {"GLE.PA": 10, "AAPL": 5}


@pytest.mark.parametrize(
    ("encoding", "header"),
    [("gb18030", "代码,名称,持有数量"), ("shift_jis", "銘柄コード,銘柄名,保有数量"), ("big5", "股票代號,名稱,數量")],
)
def test_east_asian_encodings_are_guessed_from_the_header_and_told(encoding: str, header: str) -> None:
    portfolio = read(f"{header}\nAAPL,x,10\n".encode(encoding))
    assert quantities(portfolio) == {"AAPL": 10}
    assert [(warning.code, warning.line) for warning in portfolio.warnings] == [("encoding_guessed", 1)]


def test_bytes_that_no_encoding_has_are_read_as_latin() -> None:
    portfolio = read(b"Symbol,Name,Quantity\nAAPL,\x81\x8d,10\n")
    assert "ISO-8859-1" in portfolio.warnings[0].message


def test_a_broken_utf16_file_is_refused() -> None:
    with pytest.raises(
        UnreadableFileError, match=r"^The file begins like UTF-16 text, but byte 35 breaks that encoding"
    ):
        read(b"\xff\xfe" + "Symbol,Quantity\n".encode("utf-16-le") + b"\x00\xd8\x00")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b",,,\n,,,\n", "empty"),
        (b"sep=;\n", "empty"),
        (b"\x89PNG\r\n", "PNG image"),
        (b"\xff\xd8\xff\xe0", "JPEG image"),
        (b"%PDF-1.7", "PDF document"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04" + bytes(40), "zip archive"),
        (b"\xd0\xcf\x11\xe0" + bytes(40), "old Excel"),
        (b"OFXHEADER:100", "OFX"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'[{"symbol": 1}]', "JSON"),
        (b"!Type:Invst", "QIF"),
        (
            b"Symbol,Quantity\nAA\x00PL,10",
            "Line 2: the file holds a NUL byte, so it is damaged",
        ),
        (b"A" * 1_100_000, "Line 1 has 1,100,000 characters"),
        (b"A,1\n" * (MOST_LINES + 1_001), "more than the limit of 500,000 rows"),
        (bytes(LARGEST_FILE + 1), "larger than 50 MB"),
        (
            b"Symbol,Quantity" + b",x" * 2_100 + b"\nAAPL,1\n",
            "Line 1 has 2,102 columns, more than 2,000. Keep the columns",
        ),
        (b'"Symbol,Quantity"\n"AAPL,1"\n', "no delimiter"),
        (b'Symbol,Name,Quantity\nAAPL,"Apple,1\nSPY,x,2\n', "Line 2, cell 2: a quote opens"),
        (b'Symbol,Name,Quantity\nAAPL,"Apple,1\nSPY,"x",2\nQQQ,y,3\n', "Line 2, cell 2: a quote opens"),
    ],
)
def test_what_is_no_table_is_refused_with_its_kind(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFileError, match=re.escape(words)):
        read(content)


def test_a_missing_file_and_a_folder_are_refused_in_words(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path, "a\0b.csv"):
        with pytest.raises(UnreadableFileError, match="cannot be opened"):
            read_portfolio(path, as_of=AS_OF)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(UnreadableFileError, match="larger than 50 MB"):
        read_portfolio(path, as_of=AS_OF)


def test_a_path_its_name_a_stream_and_bytes_give_the_same_positions(tmp_path: Path) -> None:
    path = tmp_path / "my book.csv"
    path.write_bytes(TABLE.encode())
    with path.open("rb") as stream:
        portfolios = [
            read_portfolio(path, as_of=AS_OF),
            read_portfolio(str(path), as_of=AS_OF),
            read_portfolio(stream, as_of=AS_OF),
            read_portfolio(io.BytesIO(TABLE.encode()), as_of=AS_OF),
            read_portfolio(TABLE.encode(), as_of=AS_OF, name="Named"),
        ]
    assert len({portfolio.positions for portfolio in portfolios}) == 1
    assert [portfolio.name for portfolio in portfolios] == ["my book", "my book", "my book", "portfolio", "Named"]


def test_a_file_name_is_shown_without_the_account_number(tmp_path: Path) -> None:
    path = tmp_path / "positions_Z48213977.csv"
    path.write_text("Account Number,Symbol,Quantity\nZ48213977,AAPL,1\n", encoding="utf-8")
    assert read_portfolio(path, as_of=AS_OF).name == "positions_…3977"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_delimiter_and_line_end_is_read(delimiter: str, newline: str) -> None:
    text = TABLE.replace(",", delimiter).replace("\n", newline)
    portfolio = read(text)
    assert quantities(portfolio) == {"GLE.PA": 10, "AAPL": 5}
    assert [position.lines for position in portfolio.positions] == [(2,), (3,)]


@pytest.mark.parametrize("hint", ["sep=;\n", "SEP=;\r\n", "sep=; \n"])
def test_the_delimiter_hint_of_excel_is_followed(hint: str) -> None:
    portfolio = read(hint + "Symbol;Quantity;Price\nAAPL;10;243,10\n")
    assert portfolio.positions[0].price == 243.1
    assert portfolio.positions[0].lines == (3,)


def test_lines_are_physical_where_cells_span_them() -> None:
    portfolio = read('Symbol,Name,Quantity\nAAPL,"Apple\nInc",10\n\nSPY,"a\r\nb",5\n')
    assert [position.lines for position in portfolio.positions] == [(2,), (5,)]


def test_typographic_quotes_are_read_and_told() -> None:
    portfolio = read("“Symbol”,“Quantity”\n“AAPL”,“10”\n")
    assert quantities(portfolio) == {"AAPL": 10}
    assert [warning.code for warning in portfolio.warnings] == ["smart_quotes_removed"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dear customer,\nyour file is not ready.\n", "No header of a table of holdings was found; line 1"),
        ("Symbol,Price\nAAPL,243.1\n", "not a quantity, value or weight"),
        ("Quantity,Price\n10,243.1\n", "not a column of symbols"),
        ("Symbol,Quantity\n", "holds no position"),
        ("Symbol,Quantity\nTotal,5\n", "holds no position"),
        ("Date,Action,Symbol,Quantity,Amount\n1/2/2026,Buy,AAPL,10,5\n", "Line 1: the file lists transactions"),
        ("Symbol,Shares,Quantity\nAAPL,10,20\n", "mean the same and differ"),
        ("Symbol,Value,Value\nAAPL,10,20\n", "mean the same and differ"),
    ],
)
def test_text_without_holdings_is_refused_with_what_is_missing(text: str, words: str) -> None:
    with pytest.raises(UnknownLayoutError, match=re.escape(words)):
        read(text)


def test_an_ambiguous_decimal_sign_is_asked_about() -> None:
    with pytest.raises(InvalidRowsError, match=r"it may be 1.234 or 1234"):
        read("Symbol;Quantity\nAAPL;1.234\nSPY;2.500\n")


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("Symbol,Quantity\nAAPL,1.234\n", 1.234),
        ("Symbol;Quantity;Price;Value\nAAPL;1.234;2;2468\n", 1234),
        ("Symbol;Quantity;Price;Value\nAAPL;1.234;2;2,468\nSPY;1;2.50;2.50\n", 1.234),
        ("Symbol;Quantity;Price;Value\nAAPL;1,234;x;\nSPY;1,000;2;2,000\n", None),
        ("Symbol;Quantity;Price\nAAPL;1.234;2,5\n", 1234),
        ("Symbol;Quantity;Price\nAAPL;1,234;2.5\n", 1234),
    ],
)
def test_the_decimal_sign_is_decided_once_for_the_file(text: str, quantity: float | None) -> None:
    if quantity is None:
        with pytest.raises(InvalidRowsError, match=r'Line 2, column "Quantity": "1,234" is not'):
            read(text)
    else:
        assert read(text).positions[0].quantity == quantity


def workbook(sheets: dict[str, str], names: list[str] | None = None) -> bytes:
    """Return a workbook whose sheets have this XML, made of the parts of a minimal one."""
    names = names or list(sheets)
    with zipfile.ZipFile(MINIMAL) as minimal:
        parts = {part: minimal.read(part) for part in minimal.namelist()}
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    listed = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, start=1))
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>{listed}</sheets></workbook>'.encode()
    )
    related = "".join(
        f'<Relationship Id="rId{i}" Type="{relation}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{package}/relationships">{related}</Relationships>'.encode()
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for i in range(1, len(names) + 1)
    )
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        f'spreadsheetml.sheet.main+xml"/>{kinds}</Types>'
    ).encode()
    for number, name in enumerate(names, start=1):
        body = f'<worksheet xmlns="{main}"><sheetData>{sheets[name]}</sheetData></worksheet>'
        parts[f"xl/worksheets/sheet{number}.xml"] = body.encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, text)
    return content.getvalue()


def row(number: int, *cells: str | float) -> str:
    xml = ""
    for column, cell in zip("ABCDEF", cells, strict=False):
        if isinstance(cell, bool):
            xml += f'<c r="{column}{number}" t="b"><v>{int(cell)}</v></c>'
        elif isinstance(cell, str):
            xml += f'<c r="{column}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        else:
            xml += f'<c r="{column}{number}"><v>{cell!r}</v></c>'
    return f'<row r="{number}">{xml}</row>'


def test_a_workbook_is_read_like_the_same_csv() -> None:
    title = row(1, "My holdings")
    table = row(3, "Symbol", "Quantity", "Price") + row(4, "AAPL", 10, 243.125) + row(5, True, 2.5, "1,000.50")
    portfolio = read(workbook({"Notes": row(1, "nothing here"), "Holdings": title + table, "Old": table}))
    assert [(p.symbol, p.quantity, p.price, p.lines) for p in portfolio.positions] == [
        ("AAPL", 10.0, 243.125, (4,)),
        ("TRUE", 2.5, 1000.5, (5,)),
    ]
    assert [(w.code, "Old" in w.message) for w in portfolio.warnings] == [("sheets_not_read", True)]


def test_a_minimal_workbook_named_csv_is_read() -> None:
    assert quantities(read_portfolio(MINIMAL, as_of=AS_OF)) == {"AAPL": 10, "SPY": 5}


def test_an_empty_workbook_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="workbook is empty"):
        read(workbook({"Holdings": ""}))


def test_a_sheet_that_spans_billions_of_cells_is_refused() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(UnreadableFileError, match="too large"):
        read(workbook({"Holdings": row(1, "Symbol", "Quantity") + far}))


def test_a_workbook_that_unpacks_to_gigabytes_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "x")
        with archive.open("xl/sharedStrings.xml", "w") as stream:
            for _ in range(401):
                stream.write(bytes(1024 * 1024))
    with pytest.raises(UnreadableFileError, match="too large"):
        read(content.getvalue())


def test_a_damaged_workbook_is_refused() -> None:
    content = MINIMAL.read_bytes()
    for cut_short in (content[:-40], content[:600]):
        with pytest.raises(UnreadableFileError, match=r"^The Excel workbook is damaged or protected\. Save the sheet"):
            read(cut_short)
    without_parts = content.replace(b"workbook.xml", b"workbxxx.xml")
    with pytest.raises(UnreadableFileError, match="cannot be opened: it is damaged or protected by a password"):
        read(without_parts)
