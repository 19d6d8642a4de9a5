"""Share symbols from every spelling to Yahoo's."""

from __future__ import annotations

import pytest

from hedger.portfolio.symbols import is_date, to_listing


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("AAPL", "AAPL"),
        (" aapl ", "AAPL"),
        ("BRK.B", "BRK-B"),
        ("BRK/B", "BRK-B"),
        ("BRK B", "BRK-B"),
        ("BRK_B", "BRK-B"),
        ("BRK-B", "BRK-B"),
        ("BRKB", "BRK-B"),
        ("BF/B", "BF-B"),
        ("BAC/PRL", "BAC-PL"),
        ("BAC PRL", "BAC-PL"),
        ("BACPRL", "BAC-PL"),
        ("BAC.PR.L", "BAC-PL"),
        ("BAC-PL", "BAC-PL"),
        ("HSBA.L", "HSBA.L"),
        ("7203.T", "7203.T"),
        ("ADS.F", "ADS.F"),
        ("ABC.V", "ABC.V"),
        ("0700.HK", "0700.HK"),
        ("00700.HK", "0700.HK"),
        ("AAPL.US", "AAPL"),
        ("BBD.B.TO", "BBD-B.TO"),
        ("NASDAQ:AAPL", "AAPL"),
        ("NYSEARCA:SPY", "SPY"),
        ("TSE:VFV", "VFV.TO"),
        ("LON:VOD", "VOD.L"),
        ("VOD LN", "VOD.L"),
        ("AAPL US Equity", "AAPL"),
        ("XYZ.U", "XYZ-UN"),
        ("XYZ.WS", "XYZ-WT"),
        ("NA", "NA"),
        ("TRUE", "TRUE"),
        ("NULL", "NULL"),
        ("INF", "INF"),
        ("^GSPC", "^GSPC"),
        ("A1", "A1"),
    ],
)
def test_every_spelling_of_a_symbol_becomes_one(text: str, symbol: str) -> None:
    assert to_listing(text).symbol == symbol


@pytest.mark.parametrize(
    ("text", "exchange", "listing"),
    [
        ("ASML", "AEB", ("ASML.AS", "EUR")),
        ("VOD", "LSE", ("VOD.L", "GBP")),
        ("GLD", "ARCA", ("GLD", "USD")),
        ("REI.UN", "XTSE", ("REI-UN.TO", "CAD")),
        ("HXT.U", "TSX", ("HXT-U.TO", "CAD")),
        ("00700", "SEHK", ("0700.HK", "HKD")),
        ("AAPL", "NOWHERE", ("AAPL", None)),
    ],
)
def test_an_exchange_column_gives_suffix_and_currency(
    text: str, exchange: str, listing: tuple[str, str | None]
) -> None:
    assert to_listing(text, exchange) == listing


@pytest.mark.parametrize(("currency", "symbol"), [("HKD", "0700.HK"), ("JPY", "700.T")])
def test_a_number_is_a_symbol_where_the_currency_tells_its_exchange(currency: str, symbol: str) -> None:
    assert to_listing("700", currency=currency).symbol == symbol


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "+SUM(A1)", "@SUM(1+1)", "AAPL'; DROP TABLE positions;--", "../../etc/passwd", "..\\..\\x",
     "A A P L", "\u0410APL", "AA\u200bPL", "🚀", "", "#NAME?", "Apple Inc.", "A" * 500],
)  # fmt: skip
def test_what_is_no_symbol_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a symbol"):
        to_listing(text)


def test_company_names_are_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="company names cannot be looked up"):
        to_listing("Microsoft")


def test_an_unknown_exchange_prefix_is_refused() -> None:
    with pytest.raises(ValueError, match="prefix is not known"):
        to_listing("NOWHERE:AAPL")


@pytest.mark.parametrize(("text", "hint"), [("1-Mar", "MAR1"), ("Sep-05", "SEP05"), ("2026-10-01 00:00:00", "date")])
def test_a_ticker_that_a_spreadsheet_turned_into_a_date_is_named(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match="spreadsheet") as caught:
        to_listing(text)
    assert hint in str(caught.value)


def test_dates_are_recognised() -> None:
    assert is_date("     01/15/2022")
    assert not is_date("AAPL")
    assert not is_date("1" * 100)
