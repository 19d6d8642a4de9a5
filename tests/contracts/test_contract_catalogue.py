"""The catalogue of index futures, against what was found in public documents before it was written.

``contracts_as_found.csv`` was compiled on 2026-11-21 from documents of the exchanges and of brokers, cut to
the contracts and columns that matter here. ``hedger/data/SOURCES.md`` names the documents.
"""

from __future__ import annotations

import csv
import itertools
import re
from datetime import date
from pathlib import Path

import pytest

from hedger.contracts import INDICES, SIZES, FuturesContract, find_index, load_contracts, load_symbols, select_contracts
from hedger.errors import SettingsError

TODAY = date(2026, 8, 21)
with (Path(__file__).parent / "contracts_as_found.csv").open(encoding="utf-8", newline="") as stream:
    AS_FOUND = {row["symbol"]: row for row in csv.DictReader(stream)}


def newest_span(symbol: str) -> FuturesContract:
    return [contract for contract in load_contracts() if contract.symbol == symbol][-1]


def symbols_on(as_of: date, index: str | None = None, **restrictions: object) -> list[str]:
    chosen = select_contracts(as_of, **restrictions)
    return [contract.symbol for contract in chosen if index in {None, contract.index}]


def test_an_index_is_found_by_its_name():
    assert [find_index(index.name) for index in INDICES] == list(INDICES)
    with pytest.raises(ValueError, match=r"there is no index 'ftse100'; there are sp500, nasdaq100"):
        find_index("ftse100")


@pytest.mark.parametrize("symbol", [symbol for symbol in AS_FOUND if symbol != "TF"])
def test_every_specification_is_the_one_that_was_found(symbol: str) -> None:
    found, contract = AS_FOUND[symbol], newest_span(symbol)
    assert contract.multiplier == float(found["multiplier"])
    assert contract.tick_size == (float(found["tick"]) if found["tick"] else None)
    assert contract.spread_tick_size == (float(found["cal_spread_tick"]) if found["cal_spread_tick"] else None)
    assert contract.size == found["family"]
    assert contract.exchange in found["exchange"]
    if found["half_spread_points"]:
        assert contract.half_spread == float(found["half_spread_points"])


def test_the_catalogue_holds_every_contract_that_was_found_and_no_other() -> None:
    assert sorted(load_symbols()) == sorted(AS_FOUND)


@pytest.mark.parametrize("symbol", AS_FOUND)
def test_exact_dates_are_kept_and_rough_ones_are_owned_up_to(symbol: str) -> None:
    spans = [contract for contract in load_contracts() if contract.symbol == symbol]
    for found, ours in (
        (AS_FOUND[symbol]["listed_date"], spans[0].listed.isoformat()),
        (AS_FOUND[symbol]["delisted_date"], spans[-1].delisted.isoformat() if spans[-1].delisted else ""),
    ):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", found) or not found:
            assert ours == found or "from memory" in spans[0].remark
        else:
            assert ours[:4] in found or "not found" in spans[0].remark
            assert spans[0].confidence in ("medium", "low")
            assert "taken" in spans[0].remark


@pytest.mark.parametrize(
    ("symbol", "multiplier"),
    [
        ("ES", 50.0),
        ("MES", 5.0),
        ("NQ", 20.0),
        ("MNQ", 2.0),
        ("YM", 5.0),
        ("MYM", 0.5),
        ("RTY", 50.0),
        ("M2K", 5.0),
        ("SP", 250.0),
        ("ND", 100.0),
        ("DJ", 10.0),
        ("DD", 25.0),
        ("RL", 500.0),
    ],
)
def test_multipliers_are_those_of_the_methods_table(symbol: str, multiplier: float) -> None:
    assert newest_span(symbol).multiplier == multiplier


def test_the_standard_sp_was_500_dollars_a_point_before_november_1997() -> None:
    (before,) = select_contracts(date(1997, 10, 31), symbols=["SP"])
    (after,) = select_contracts(date(1997, 11, 3), symbols=["SP"])
    assert (before.multiplier, after.multiplier) == (500.0, 250.0)
    assert (before.tick_value, after.tick_value) == (pytest.approx(25.0, rel=1e-12),) * 2


def test_the_ice_russell_was_halved_in_december_2016() -> None:
    (before,) = select_contracts(date(2016, 12, 2), symbols=["TF"])
    (after,) = select_contracts(date(2016, 12, 5), symbols=["TF"])
    assert (before.multiplier, after.multiplier) == (100.0, 50.0)


@pytest.mark.parametrize(("symbol", "tick_value"), [("ES", 12.5), ("MES", 1.25), ("MNQ", 0.5), ("EMD", 10.0)])
def test_a_tick_is_worth_what_the_exchange_says(symbol: str, tick_value: float) -> None:
    assert newest_span(symbol).tick_value == pytest.approx(tick_value, rel=1e-12)


def test_an_unknown_tick_has_no_value() -> None:
    assert newest_span("QSPX").tick_value is None


def test_standard_e_mini_and_micro_stood_side_by_side_in_march_2020() -> None:
    assert symbols_on(date(2020, 3, 2), index="sp500") == ["SP", "ES", "MES"]


def test_today_no_standard_contract_is_listed() -> None:
    assert "standard" not in {contract.size for contract in select_contracts(TODAY)}
    assert symbols_on(TODAY, index="sp500") == ["ES", "MES", "QSPX"]


def test_delisted_contracts_come_back_on_request_each_with_its_last_specification() -> None:
    listed = select_contracts(TODAY, include_delisted=True)
    chosen = [contract for contract in listed if contract.index in {"sp500", "russell2000"}]
    assert [contract.symbol for contract in chosen] == [
        "SP", "ES", "MES", "QSPX", "RL", "ER2", "TF", "RTY", "M2K", "QRTY",
    ]  # fmt: skip
    multipliers = {contract.symbol: contract.multiplier for contract in chosen}
    assert (multipliers["SP"], multipliers["TF"]) == (250.0, 50.0)


def test_contracts_that_were_not_listed_yet_never_come_back() -> None:
    assert symbols_on(date(1995, 1, 3), include_delisted=True) == ["SP", "RL", "MD"]


def test_sizes_restrict_the_choice_and_symbols_replace_them() -> None:
    assert symbols_on(TODAY, index="dow30", sizes=["micro"]) == ["MYM"]
    assert symbols_on(TODAY, symbols=["MES", "ES"], sizes=["micro"]) == ["ES", "MES"]


def test_the_order_is_by_index_then_from_large_to_small() -> None:
    index_order = [index.name for index in INDICES]
    places = [(index_order.index(c.index), SIZES.index(c.size), c.symbol) for c in load_contracts()]
    assert [place[:2] for place in places] == sorted(place[:2] for place in places)


def test_spans_of_one_symbol_follow_each_other_without_overlap() -> None:
    for symbol in load_symbols():
        spans = [contract for contract in load_contracts() if contract.symbol == symbol]
        for earlier, later in itertools.pairwise(spans):
            assert earlier.delisted is not None
            assert earlier.delisted < later.listed


def test_every_row_names_its_source_and_how_sure_it_is() -> None:
    for contract in load_contracts():
        assert contract.source
        assert contract.confidence in ("high", "medium", "low")


@pytest.mark.parametrize(
    ("restriction", "sentence"),
    [
        ({"symbols": ["MSE"]}, r'There is no contract "MSE"\. Choose among SP, ES, MES, QSPX'),
        ({"sizes": ["mini"]}, r'There is no size "mini"\. Choose among standard, e-mini, micro, spot-quoted\.'),
    ],
)
def test_an_unknown_name_is_refused_with_the_known_ones(restriction: dict[str, list[str]], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        select_contracts(TODAY, **restriction)


@pytest.mark.parametrize(
    ("symbol", "as_of", "sentence"),
    [
        ("SP", TODAY, r"SP was listed from 1982-04-21 to 2021-09-17 and cannot be traded on 2026-08-21\."),
        ("MES", date(2018, 1, 2), r"MES is listed since 2019-05-06 only, .* cannot be used on 2018-01-02\."),
        ("TF", date(2016, 12, 3), r"TF did not trade on 2016-12-03, between two of its specifications\."),
    ],
)
def test_a_contract_asked_for_on_a_day_without_it_is_refused_with_its_dates(
    symbol: str, as_of: date, sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        select_contracts(as_of, symbols=[symbol])


def test_asking_for_a_future_contract_as_a_what_if_is_refused_too() -> None:
    with pytest.raises(SettingsError, match="MES is listed since 2019-05-06 only"):
        select_contracts(date(2018, 1, 2), symbols=["MES"], include_delisted=True)


@pytest.mark.parametrize(
    ("as_of", "restriction", "sentence"),
    [
        (date(1980, 1, 2), {}, r"No index future was listed on 1980-01-02\. Listed that day: none\."),
        (
            date(1998, 1, 2),
            {"sizes": ["micro"]},
            r"on 1998-01-02 of the sizes micro\. Listed that day: SP, ES, ND, DJ, RL, MD\.",
        ),
    ],
)
def test_a_choice_that_leaves_nothing_is_refused_with_what_there_is(
    as_of: date, restriction: dict[str, list[str]], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        select_contracts(as_of, **restriction)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"multiplier": 0.0}, "multiplier must be positive"),
        ({"tick_size": None}, "needs a half_spread or a tick_size"),
        ({"delisted": date(1980, 1, 2)}, "before it is listed"),
    ],
)
def test_a_contract_that_cannot_exist_is_a_callers_mistake(change: dict[str, object], sentence: str) -> None:
    fields: dict[str, object] = {
        "symbol": "XX", "name": "X", "index": "sp500", "size": "micro", "exchange": "CME", "multiplier": 1.0,
        "tick_size": 0.25, "spread_tick_size": None, "months": "HMUZ", "listed": date(2020, 1, 2),
        "delisted": None, "half_spread": None, "source": "", "confidence": "low", "remark": "",
    }  # fmt: skip
    with pytest.raises(ValueError, match=sentence):
        FuturesContract(**(fields | change))
