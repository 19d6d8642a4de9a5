"""Margins by date, against published figures and the rules between them."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from hedger.contracts import (
    BrokerMargin,
    Margin,
    find_margin,
    load_contracts,
    load_margins,
    load_symbols,
    read_margins,
    select_contracts,
)
from hedger.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 8, 21)


def margin_of(symbol: str, as_of: date, *, price: float = 6000.0, broker: str = "") -> Margin:
    (contract,) = select_contracts(as_of, symbols=[symbol], include_delisted=True)
    own = read_margins(io.StringIO(broker)) if broker else ()
    return find_margin(contract, as_of=as_of, price=price, broker=own)


@pytest.mark.parametrize(
    ("symbol", "january", "march"),
    [
        ("ES", 6600, 12000),
        ("NQ", 7500, 15000),
        ("YM", 5500, 12000),
        ("RTY", 3200, 7100),
        ("EMD", 7900, 17000),
    ],
)
def test_the_maintenance_margins_of_spring_2020_are_those_published(symbol: str, january: float, march: float) -> None:
    assert margin_of(symbol, date(2020, 1, 9)).maintenance == january
    assert margin_of(symbol, date(2020, 3, 19)).maintenance == march


def test_the_sp_asks_five_times_es_where_it_has_no_figure_of_its_own() -> None:
    sp, es = (margin_of(symbol, date(2020, 3, 2)) for symbol in ("SP", "ES"))
    assert (sp.initial, sp.maintenance) == (5 * 7920, 5 * 7200)
    assert sp.as_of == es.as_of == date(2020, 3, 2)
    assert sp.source.startswith("5 times ES: QuantConnect Lean")
    assert not sp.is_assumed


def test_the_sp_has_a_figure_of_its_own_in_january_2018() -> None:
    # CME notice of 2018-01-26: 27,775 and 25,250, exactly five times ES.
    assert margin_of("SP", date(2018, 1, 29)).initial == 27775
    assert margin_of("ES", date(2018, 1, 29)).initial * 5 == 27775


def test_a_micro_asks_a_tenth_of_its_e_mini_where_it_has_no_fresh_figure() -> None:
    micro = margin_of("MES", date(2025, 4, 15))
    assert micro.initial == pytest.approx(2197.3, abs=0.005)  # ES 21,973 on 2025-04-10 (OpenGamma)
    assert micro.source.startswith("0.1 times ES: OpenGamma")


@pytest.mark.parametrize(("micro", "e_mini"), [("MES", "ES"), ("MNQ", "NQ"), ("MYM", "YM"), ("M2K", "RTY")])
def test_in_the_exchange_series_a_micro_is_a_tenth_of_its_e_mini(micro: str, e_mini: str) -> None:
    large = {margin.as_of: margin for margin in load_margins()[e_mini]}
    compared = [
        (10 * margin.initial, large[margin.as_of].initial)
        for margin in load_margins()[micro]
        if margin.confidence == "high" and margin.as_of in large
    ]
    assert len(compared) > 10
    for ten_micros, one_e_mini in compared:
        assert ten_micros == pytest.approx(one_e_mini, abs=10.0)  # published in whole dollars


@pytest.mark.parametrize("family", ["SP ES MES", "NQ MNQ", "YM MYM", "RTY M2K", "EMD MMC"])
def test_where_only_one_of_a_family_is_known_all_follow_it_in_the_ratio_of_their_multipliers(
    family: str,
) -> None:
    symbols = family.split()
    multipliers = {c.symbol: c.multiplier for c in load_contracts() if c.symbol in symbols}
    for known in symbols:
        for symbol in symbols:
            margin = margin_of(symbol, TODAY, broker=f"symbol,initial,maintenance\n{known},1100,1000\n")
            multiple = multipliers[symbol] / multipliers[known]
            assert margin.initial == pytest.approx(1100 * multiple, rel=1e-12)
            assert margin.maintenance == pytest.approx(1000 * multiple, rel=1e-12)


def test_an_e_mini_follows_its_micro_where_only_that_has_a_fresh_figure() -> None:
    # MES has figures from its start on 2019-05-03; that of ES was of 2019-04-17 and older than 90 days.
    margins = {symbol: margin_of(symbol, date(2019, 7, 25)) for symbol in ("SP", "ES", "MES")}
    assert [margins[symbol].initial for symbol in ("SP", "ES", "MES")] == [34650, 6930, 693]
    assert margins["ES"].source.startswith("10 times MES: QuantConnect Lean")


def test_initial_is_110_percent_of_maintenance_since_september_2012_and_125_before() -> None:
    for figures in load_margins().values():
        for margin in figures:
            if margin.confidence == "high":
                ratio = 1.25 if margin.as_of < date(2012, 9, 24) else 1.10
                assert margin.initial / margin.maintenance == pytest.approx(ratio, abs=0.005)


def test_the_table_holds_one_figure_per_contract_and_day_each_with_a_source() -> None:
    for symbol, figures in load_margins().items():
        assert symbol in load_symbols()
        days = [margin.as_of for margin in figures]
        assert days == sorted(set(days))
        assert all(margin.source and margin.confidence and not margin.is_assumed for margin in figures)


def test_a_figure_is_used_for_ninety_days_and_not_for_ninety_one() -> None:
    newest = load_margins()["EMD"][-1]
    assert margin_of("EMD", newest.as_of + timedelta(days=90)) == newest
    late = margin_of("EMD", newest.as_of + timedelta(days=91))
    assert late.is_assumed
    assert late.last_known == newest


def test_no_figure_is_used_before_its_day() -> None:
    assert margin_of("ES", date(2020, 3, 1)).initial == 7260
    assert margin_of("ES", date(2020, 3, 2)).initial == 7920


@pytest.mark.parametrize(
    ("symbol", "share"), [("ES", 0.08), ("YM", 0.08), ("NQ", 0.09), ("EMD", 0.10), ("RTY", 0.12), ("MES", 0.08)]
)
def test_without_a_fresh_figure_a_share_of_notional_stands_in(symbol: str, share: float) -> None:
    (contract,) = select_contracts(TODAY, symbols=[symbol])
    margin = margin_of(symbol, TODAY, price=1234.5)
    assert margin.is_assumed
    assert margin.as_of == TODAY
    assert margin.initial == pytest.approx(share * contract.multiplier * 1234.5, rel=1e-12)
    assert margin.maintenance == pytest.approx(margin.initial / 1.1, rel=1e-12)
    assert margin.source.startswith(f"assumption: {share:g} of notional")


def test_an_assumption_for_the_time_before_2012_keeps_the_ratio_of_that_time() -> None:
    margin = margin_of("SP", date(1990, 1, 2), price=350.0)
    assert margin.initial / margin.maintenance == pytest.approx(1.25, rel=1e-12)
    assert margin.last_known is None


def test_every_contract_of_the_catalogue_has_some_margin_on_every_day_of_its_life() -> None:
    for contract in load_contracts():
        for as_of in (contract.listed, contract.delisted or TODAY):
            assert find_margin(contract, as_of=as_of, price=100.0).initial > 0.0


def test_the_brokers_own_figure_wins_whatever_its_date() -> None:
    margin = margin_of("ES", date(2020, 3, 2), broker="symbol,initial,maintenance,as_of\nES,30000,25000,2026-11-20\n")
    assert (margin.initial, margin.maintenance, margin.as_of) == (30000, 25000, date(2026, 11, 20))
    assert (margin.is_assumed, margin.confidence) == (False, "broker")


def test_a_brokers_figure_without_date_counts_as_of_the_day_of_the_plan() -> None:
    margin = margin_of("ES", TODAY, broker="Symbol, Initial, Maintenance\nES, 30000, 25000\n")
    assert margin.as_of == TODAY


def test_the_brokers_figure_of_the_micro_itself_wins_over_a_tenth_of_the_e_mini() -> None:
    table = "symbol,initial,maintenance\nES,30000,25000\nMES,3300,3000\n"
    assert margin_of("MES", TODAY, broker=table).initial == 3300


def test_a_file_is_read_with_its_dates_and_lines(tmp_path: Path) -> None:
    file = tmp_path / "margins.csv"
    file.write_text("\ufeffsymbol,initial,maintenance,as_of\n\nES,25300,23000,2026-11-20\nMES,2530,2300,\n")
    assert read_margins(file) == (
        BrokerMargin(
            symbol="ES", initial=25300.0, maintenance=23000.0, as_of=date(2026, 11, 20),
            source="broker's figure (margins.csv, line 3)",
        ),
        BrokerMargin(
            symbol="MES", initial=2530.0, maintenance=2300.0, as_of=None,
            source="broker's figure (margins.csv, line 4)",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("ES,0,0", r'line 2, column "initial": "0" is not a positive number'),
        ("ES,1000,1100", r'column "maintenance": "1100" is not a positive number up to the .* of 1,000\.00'),
        ("ES,1000,-5", r'column "maintenance": "-5" is not a positive number'),
        ("ES,1000,", r'column "maintenance": "" is not a number such as 1250\.50'),
        ("ES,1000,900,21.8.2026", r'column "as_of": "21\.8\.2026" is not a date such as 2026-08-21'),
    ],
)
def test_a_margin_that_cannot_be_is_refused_with_line_column_and_value(rows: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        read_margins(io.StringIO(f"symbol,initial,maintenance,as_of\n{rows}\n"))


def test_a_margin_below_its_maintenance_is_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="0 < maintenance <= initial"):
        Margin(initial=1.0, maintenance=2.0, as_of=TODAY, source="", is_assumed=False)


def test_an_index_without_a_share_of_notional_is_a_callers_mistake() -> None:
    (sp,) = select_contracts(date(1982, 4, 21), symbols=["SP"])
    with pytest.raises(ValueError, match=r"no share of notional for sp500 on 1980-01-02"):
        find_margin(sp, as_of=date(1980, 1, 2), price=100.0)
