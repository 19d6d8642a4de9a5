"""The plan folder: what is in it, and that it is written whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hedger.advice import Advice, advise
from hedger.errors import SettingsError
from hedger.report import orders_csv, plan_document, to_json, write_plan_folder
from hedger.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from hedger.portfolio import Portfolio

DAY = date(2026, 8, 21)
HEADER = (
    "symbol,contract_code,last_trading_day,exchange,action,quantity,price,multiplier,notional,"
    "initial_margin,maintenance_margin,cost"
)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_order_is_a_row(technology_advice: Advice) -> None:
    text = orders_csv(technology_advice)
    orders = technology_advice.plan.orders
    assert text.splitlines()[0] == HEADER
    rows = rows_of(text)
    assert [(row["symbol"], row["contract_code"], row["exchange"]) for row in rows] == [
        (order.quote.symbol, order.quote.code, order.quote.contract.exchange) for order in orders
    ]
    for row, order in zip(rows, orders, strict=True):
        assert row["action"] == "SELL"
        assert int(row["quantity"]) == -order.quantity
        assert row["last_trading_day"] == "2026-09-18"
        assert float(row["multiplier"]) == order.quote.contract.multiplier
        for column, exact in {
            "price": order.quote.price,
            "notional": order.notional,
            "initial_margin": order.initial_margin,
            "maintenance_margin": order.maintenance_margin,
            "cost": order.cost,
        }.items():
            assert float(row[column]) == pytest.approx(exact, abs=0.005)


def test_contracts_to_take_back_are_bought(technology: Portfolio) -> None:
    advice = advise(technology, settings=Settings(hedge=0.1, current=(("NQ", -4),), sizes=("e-mini",)), today=DAY)
    (row,) = rows_of(orders_csv(advice))
    assert (row["symbol"], row["action"]) == ("NQ", "BUY")
    assert int(row["quantity"]) > 0
    assert float(row["notional"]) > 0
    assert float(row["initial_margin"]) < 0


def test_a_plan_without_orders_is_a_header(technology: Portfolio) -> None:
    assert orders_csv(advise(technology, settings=Settings(hedge=0.0), today=DAY)) == HEADER + "\n"


def test_the_folder_holds_the_document_and_the_orders(technology_advice: Advice, tmp_path: Path) -> None:
    folder = tmp_path / "plans" / "today"
    assert write_plan_folder(technology_advice, folder) == (folder / "plan.json", folder / "orders.csv")
    assert sorted(each.name for each in folder.iterdir()) == ["orders.csv", "plan.json"]
    assert (folder / "plan.json").read_text(encoding="utf-8") == to_json(plan_document(technology_advice)) + "\n"
    assert (folder / "orders.csv").read_text(encoding="utf-8") == orders_csv(technology_advice)


def test_files_have_the_permissions_of_any_new_file(technology_advice: Advice, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    beside.touch()
    write_plan_folder(technology_advice, tmp_path)
    assert stat.S_IMODE((tmp_path / "orders.csv").stat().st_mode) == stat.S_IMODE(beside.stat().st_mode)


def test_a_later_plan_takes_the_place_of_an_earlier_one(
    technology_advice: Advice, technology: Portfolio, tmp_path: Path
) -> None:
    write_plan_folder(technology_advice, tmp_path)
    write_plan_folder(advise(technology, settings=Settings(hedge=0.0), today=DAY), tmp_path)
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["plan"]["orders"] == []
    assert rows_of((tmp_path / "orders.csv").read_text(encoding="utf-8")) == []


def test_a_what_if_with_delisted_contracts_is_not_exported(adviser: Portfolio, tmp_path: Path) -> None:
    what_if = advise(adviser, settings=Settings(index=("sp500",), include_delisted=True), today=DAY)
    words = r"delisted on 2026-08-21: SP \(until 2021-09-17\).*Leave out --include-delisted"
    with pytest.raises(SettingsError, match=words):
        orders_csv(what_if)
    with pytest.raises(SettingsError, match=words):
        write_plan_folder(what_if, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_stood_there_survives_a_failure(technology_advice: Advice, tmp_path: Path) -> None:
    # A folder where a file is to be written beside its place: writing fails before anything was moved.
    (tmp_path / "plan.json").write_text("earlier")
    (tmp_path / f".orders.csv.{os.getpid()}.part").mkdir()
    with pytest.raises(SettingsError, match=r"cannot be written to .* Choose a folder that you may write to"):
        write_plan_folder(technology_advice, tmp_path)
    assert (tmp_path / "plan.json").read_text() == "earlier"
    assert not (tmp_path / f".plan.json.{os.getpid()}.part").exists()
