"""Options and futures in every notation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hedger.portfolio.derivatives import contract_inside, is_strategy, read_day, read_future, read_option

AS_OF = date(2026, 3, 10)
NOTATIONS = (Path(__file__).parent / "nasty" / "154_option_notations.csv").read_text(encoding="utf-8").splitlines()[1:]


@pytest.mark.parametrize("notation", [line.split('"')[1] for line in NOTATIONS])
def test_fifteen_notations_are_one_option(notation: str) -> None:
    option = read_option(notation)
    assert option is not None
    assert (option.symbol, option.underlying, option.multiplier) == ("AAPL270115C00250000", "AAPL", 100.0)
    assert (option.expiry, option.strike, option.right) == (date(2027, 1, 15), 250.0, "call")


def test_option_notations_of_single_brokers() -> None:
    futu = read_option("AMZN270617C200000", strike_scale=0.001)
    clearing = read_option("AMZN270617C00200000", strike_scale=0.001)
    assert futu == clearing
    tws = read_option("SPX    DEC2026 5400 P [SPXW  261218P05400000 100]")
    assert tws is not None
    assert (tws.symbol, tws.underlying, tws.strike) == ("SPXW261218P05400000", "^GSPC", 5400.0)
    weekly = read_option("100 (Weeklys) 31 MAY 22 4650 PUT", underlying="SPX")
    assert weekly is not None
    assert weekly.symbol == "SPXW220531P04650000"
    monthly = read_option("100 21 JAN 22 4795 PUT", underlying="SPX")
    assert monthly is not None
    assert monthly.symbol == "SPX220121P04795000"
    half = read_option(" -PYPL260618C72.5")
    assert half is not None
    assert half.symbol == "PYPL260618C00072500"


@pytest.mark.parametrize(
    "text",
    [
        "AAPL",
        "BRK.B",
        "AAPL 13/45/2027 250 C",
        "AAPL270230C00250000",
        "AAPL270115C0",
        "100 21 JAN 22 4795 PUT",
        "x" * 500,
    ],
)
def test_what_is_no_option_is_none(text: str) -> None:
    assert read_option(text) is None


def test_spreads_are_recognised() -> None:
    assert is_strategy("AMZN270617C200/260")
    assert not is_strategy("BRK/B")


@given(
    st.text("ABCDEFGHIJ", min_size=1, max_size=5),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.integers(1, 4_000_000),
    st.sampled_from("CP"),
)
def test_a_clearing_symbol_is_read_back(root: str, expiry: date, thousandths: int, right: str) -> None:
    symbol = f"{root}{expiry:%y%m%d}{right}{thousandths:08d}"
    for text in (symbol, f"{root:<6}{symbol[len(root) :]}", f".{symbol}", f"O:{symbol}"):
        option = read_option(text)
        assert option is not None
        assert option.symbol == symbol


@pytest.mark.parametrize(
    ("text", "symbol", "multiplier"),
    [
        ("/MESZ26:XCME", "MESZ26.CME", 5.0),
        ("/MNQZ26:XCME", "MNQZ26.CME", 2.0),
        ("/MGCZ26:XCEC", "MGCZ26.CMX", 10.0),
        ("/ZNZ26:XCBT", "ZNZ26.CBT", 1000.0),
        ("/CLF27:XNYM", "CLF27.NYM", 1000.0),
        ("ESM6", "ESM26.CME", 50.0),
        ("/ESM26", "ESM26.CME", 50.0),
        ("ESZ26.CME", "ESZ26.CME", 50.0),
        ("MES    JUN2026 [MESM6 5]", "MESM26.CME", 5.0),
        ("GCJ6", "GCJ26.CMX", 100.0),
        ("/ES", "ES=F", 50.0),
        ("GC=F", "GC=F", 100.0),
        ("/XYM6", "XYM26", None),
    ],
)
def test_every_notation_of_a_future_is_read(text: str, symbol: str, multiplier: float | None) -> None:
    future = read_future(text, as_of=AS_OF)
    assert future is not None
    assert (future.symbol, future.multiplier) == (symbol, multiplier)


def test_an_unknown_root_is_a_future_only_where_the_file_says_so() -> None:
    assert read_future("QQH6", as_of=AS_OF) is None
    assert read_future("QQ=F", as_of=AS_OF) is None
    known = read_future("QQH6", as_of=AS_OF, is_known_future=True)
    continuous = read_future("QQ=F", as_of=AS_OF, is_known_future=True)
    assert known is not None
    assert continuous is not None
    assert (known.symbol, continuous.symbol, continuous.multiplier) == ("QQH26", "QQ=F", None)


@pytest.mark.parametrize(
    ("as_of", "year"),
    [(date(2026, 8, 21), 2026), (date(2025, 12, 1), 2026), (date(2031, 6, 1), 2026), (date(2031, 7, 1), 2036)],
)
def test_a_year_with_one_digit_is_the_nearest(as_of: date, year: int) -> None:
    future = read_future("ESM6", as_of=as_of)
    assert future is not None
    assert future.year == year


def test_the_expiry_of_the_file_beats_the_digit() -> None:
    future = read_future("ESM6", as_of=AS_OF, expiry=date(2036, 6, 20))
    assert future is not None
    assert future.symbol == "ESM36.CME"


@pytest.mark.parametrize("text", ["20260618", "2026-06-18", "06/18/2026", "6/18/26", "18JUN26", "JUN 18 2026"])
def test_days_of_expiry_are_read(text: str) -> None:
    assert read_day(text) == date(2026, 6, 18)


def test_what_is_no_day_is_none() -> None:
    assert read_day("") is None
    assert read_day("Jun 18") is None
    assert read_day("20261345") is None


def test_the_contract_in_a_description_is_found() -> None:
    assert contract_inside("Micro E-mini S&P 500, Mar-22 (prev. /MESH2)") == "/MESH2"
    assert contract_inside("SPDR S&P500 ETF TRUST") is None


def test_multipliers_of_index_futures_are_those_of_the_exchange() -> None:
    published = {"ES": 50, "MES": 5, "NQ": 20, "MNQ": 2, "RTY": 50, "M2K": 5, "EMD": 100, "YM": 5, "MYM": 0.5}
    for root, multiplier in published.items():  # contract specifications of CME Group
        future = read_future(f"/{root}Z26", as_of=AS_OF)
        assert future is not None
        assert future.multiplier == multiplier
