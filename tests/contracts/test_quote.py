"""Quotes, against products of index level and multiplier worked out by hand, and what is doubtful about them."""

from __future__ import annotations

import io
import pickle
from datetime import date

import pytest

from hedger.contracts import (
    ContractQuote,
    list_doubts,
    load_contracts,
    quote_contracts,
    read_fees,
    read_margins,
    select_contracts,
)
from hedger.errors import SettingsError

TODAY = date(2026, 8, 21)


def quote(symbols: str, price: float, as_of: date = TODAY, **figures: object) -> tuple[ContractQuote, ...]:
    contracts = select_contracts(as_of, symbols=symbols.split(), include_delisted=True)
    prices = {contract.symbol: (price, "user") for contract in contracts}
    return quote_contracts(contracts, as_of=as_of, prices=prices, **figures)


def codes_of(quotes: tuple[ContractQuote, ...], as_of: date = TODAY) -> list[str]:
    return [note.code for note in list_doubts(quotes, as_of=as_of)]


@pytest.mark.parametrize(
    ("symbol", "price", "notional"),
    [
        ("SP", 4227.0, 1_056_750.0),
        ("ES", 4227.0, 211_350.0),
        ("MES", 4227.0, 21_135.0),
        ("MES", 5000.0, 25_000.0),
        ("ES", 2580.0, 129_000.0),
        ("ES", 3000.0, 150_000.0),
        ("MES", 3000.0, 15_000.0),
    ],
)
def test_a_notional_is_the_price_times_250_50_or_5_dollars(symbol: str, price: float, notional: float) -> None:
    (quoted,) = quote(symbol, price)
    assert quoted.notional == notional


@pytest.mark.parametrize(("symbol", "gain"), [("ES", 500.0), ("MES", 50.0)])
def test_ten_points_are_worth_ten_multipliers(symbol: str, gain: float) -> None:
    (at,), (higher,) = quote(symbol, 3000.0), quote(symbol, 3010.0)
    assert higher.notional - at.notional == pytest.approx(gain, abs=1e-9)


def test_a_quote_names_the_front_expiry_of_the_day() -> None:
    es, mes = quote("ES MES", 7000.0, date(2026, 11, 20))
    assert (es.code, mes.code) == ("ESZ6", "MESZ6")
    assert (es.last_trading_day, es.roll_date) == (date(2026, 12, 18), date(2026, 12, 14))
    assert (mes.symbol, mes.index, mes.price_source) == ("MES", "sp500", "user")


def test_the_pit_contract_closes_a_day_before_the_e_mini() -> None:
    sp, es = quote("SP ES", 3000.0, date(2020, 3, 2))
    assert (sp.code, sp.last_trading_day) == ("SPH0", date(2020, 3, 19))
    assert (es.code, es.last_trading_day) == ("ESH0", date(2020, 3, 20))


@pytest.mark.parametrize(
    ("symbol", "as_of", "cost"),
    [
        ("ES", TODAY, 2 * 2.25 + 2 * 0.13 * 50),
        ("MES", TODAY, 2 * 0.62 + 2 * 0.19 * 5),
        ("SP", date(2020, 3, 2), 2 * (0.85 + 2.40 + 0.02) + 0.1 * 250),  # one tick: no half spread is known
    ],
)
def test_a_round_trip_costs_both_sides_fees_and_one_spread(symbol: str, as_of: date, cost: float) -> None:
    (quoted,) = quote(symbol, 3000.0, as_of)
    assert quoted.round_trip_cost == pytest.approx(cost, abs=1e-9)


@pytest.mark.parametrize(
    ("symbol", "cost", "n_rolls"),
    [
        ("ES", 2 * 2.25 + 0.05 * 50, 4),
        ("MES", 2 * 0.62 + 0.05 * 5, 4),
        ("YM", 2 * 2.25 + 1 * 5, 4),  # no spread tick is listed: one tick of the outright
        ("QSPX", 2 * 0.19 * 1, 1),  # no tick is known either: its usual spread, and fees below; expires in June
    ],
)
def test_a_roll_costs_two_sides_of_fees_and_one_tick_of_the_calendar_spread(
    symbol: str, cost: float, n_rolls: int
) -> None:
    (quoted,) = quote(symbol, 3000.0)
    fees = 2 * quoted.fees.per_side if symbol == "QSPX" else 0.0
    assert quoted.roll_cost == pytest.approx(cost + fees, abs=1e-9)
    assert quoted.rolls_a_year == n_rolls
    assert quoted.yearly_roll_cost == pytest.approx(n_rolls * (cost + fees), abs=1e-9)


def test_every_contract_of_the_catalogue_costs_a_spread() -> None:
    for contract in load_contracts():
        (quoted,) = quote_contracts([contract], as_of=contract.listed, prices={contract.symbol: (1000.0, "user")})
        assert quoted.spread_cost > 0.0


def test_the_users_fees_and_schedule_are_used() -> None:
    own = read_fees(io.StringIO("symbol,commission,exchange_fee,regulatory_fee\nES,0,1,0\n"))
    es, mes = quote("ES MES", 6000.0, broker_fees=own, fee_schedule="schwab")
    assert es.fees.per_side == 1.0
    assert mes.fees.per_side == pytest.approx(2.62, abs=1e-9)


def test_quotes_keep_the_order_of_the_contracts_and_survive_pickling() -> None:
    contracts = select_contracts(TODAY)[::-1]
    quotes = quote_contracts(contracts, as_of=TODAY, prices={c.symbol: (100.0, "") for c in contracts})
    assert tuple(quoted.contract for quoted in quotes) == contracts
    assert pickle.loads(pickle.dumps(quotes)) == quotes
    assert len({hash(quoted) for quoted in quotes}) == len(quotes)


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf")])
def test_a_price_that_cannot_be_is_a_callers_mistake(price: float) -> None:
    with pytest.raises(ValueError, match="the futures price of ES must be positive"):
        quote("ES", price)


def test_a_missing_price_is_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="prices has no futures price for ES"):
        quote_contracts(select_contracts(TODAY, symbols=["ES"]), as_of=TODAY, prices={})


def test_an_unknown_fee_schedule_is_refused() -> None:
    with pytest.raises(SettingsError, match='no fee schedule "x"'):
        quote("ES", 6000.0, fee_schedule="x")


def test_assumed_margins_make_one_note_with_the_newest_figures_and_what_to_do() -> None:
    (note,) = list_doubts(quote("ES MES NQ MMC", 6000.0), as_of=TODAY)
    assert note.code == "margin_assumed"
    assert note.message == (
        "The initial margin is an assumption, 8% of notional for ES and MES, 9% of notional for NQ and "
        "10% of notional for MMC; the newest known is older than 90 days: ES $25,000 (2025-12-29), "
        "MES $2,300 (2026-02-20) and NQ $25,522 (2025-03-12); none is known for MMC. "
        "Give your broker's figures with --margins FILE.csv."
    )


def test_exchange_figures_of_the_time_raise_no_doubt() -> None:
    assert codes_of(quote("SP ES MES", 3000.0, date(2020, 3, 2)), date(2020, 3, 2)) == []


def test_weak_figures_are_used_with_a_note() -> None:
    (note,) = list_doubts(quote("ES MES", 6900.0, date(2026, 3, 2)), as_of=date(2026, 3, 2))
    assert note.code == "margin_low_confidence"
    assert "ES $25,000 of 2025-12-29 and MES $2,300 of 2026-02-20. Give your broker's figures" in note.message


@pytest.mark.parametrize(("day", "codes"), [("2026-05-23", []), ("2026-05-22", ["margin_old"]), ("", [])])
def test_a_brokers_figure_is_doubted_after_ninety_days(day: str, codes: list[str]) -> None:
    own = read_margins(io.StringIO(f"symbol,initial,maintenance,as_of\nES,25000,22000,{day}\n"))
    quotes = quote("ES", 6000.0, broker_margins=own)
    assert codes_of(quotes) == codes
    assert not quotes[0].margin.is_assumed


def test_a_delisted_contract_is_called_a_what_if() -> None:
    notes = list_doubts(quote("SP", 6000.0), as_of=TODAY)
    assert notes[0].code == "contract_delisted"
    assert notes[0].message == (
        "Delisted before 2026-08-21: SP (until 2021-09-17). This is a what-if: such orders cannot be placed."
    )


def test_borrowed_fees_are_noted() -> None:
    assert codes_of(quote("QSPX QNDX", 6000.0)) == ["margin_assumed", "fees_assumed"]
