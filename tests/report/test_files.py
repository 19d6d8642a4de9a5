"""The plan folder: what is in it, and that a plan which cannot be traded or written leaves none."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hedger.advice import Advice, advise
from hedger.errors import SettingsError
from hedger.report import PLAN_FILES, ibkr_basket_csv, orders_csv, plan_document, to_json, write_plan_folder
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
    advice = advise(technology, settings=Settings(hedge=0.4, current=(("NQ", -4),), contracts=("NQ",)), today=DAY)
    (row,) = rows_of(orders_csv(advice))
    assert (row["symbol"], row["action"]) == ("NQ", "BUY")
    assert int(row["quantity"]) > 0
    assert float(row["notional"]) > 0
    assert float(row["initial_margin"]) < 0


def test_a_plan_without_orders_is_a_header(technology: Portfolio) -> None:
    assert orders_csv(advise(technology, settings=Settings(hedge=0.0), today=DAY)) == HEADER + "\n"


def test_the_folder_holds_every_form_of_the_plan(technology_advice: Advice, tmp_path: Path) -> None:
    folder = tmp_path / "plans" / "today"
    assert write_plan_folder(technology_advice, folder) == tuple(folder / name for name in PLAN_FILES)
    assert sorted(each.name for each in folder.iterdir()) == sorted(PLAN_FILES)
    assert (folder / "plan.json").read_text(encoding="utf-8") == to_json(plan_document(technology_advice)) + "\n"
    assert (folder / "orders.csv").read_text(encoding="utf-8") == orders_csv(technology_advice)
    assert (folder / "ibkr_basket.csv").read_bytes() == ibkr_basket_csv(technology_advice).encode()


def test_the_basket_has_limits_on_request(technology_advice: Advice, tmp_path: Path) -> None:
    settings = replace(technology_advice.settings, order_type="limit")
    write_plan_folder(replace(technology_advice, settings=settings), tmp_path)
    assert ",LMT,29380.75," in (tmp_path / "ibkr_basket.csv").read_text(encoding="utf-8")


def test_a_later_plan_takes_the_place_of_an_earlier_one(
    technology_advice: Advice, technology: Portfolio, tmp_path: Path
) -> None:
    write_plan_folder(technology_advice, tmp_path)
    write_plan_folder(advise(technology, settings=Settings(hedge=0.0), today=DAY), tmp_path)
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["plan"]["orders"] == []
    assert rows_of((tmp_path / "orders.csv").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", ['{"schema": "buildings/1"}', "[1, 2]", "walls and doors", None])
def test_a_folder_with_files_of_these_names_that_no_plan_wrote_stays(
    technology_advice: Advice, tmp_path: Path, text: str | None
) -> None:
    (tmp_path / "orders.csv").write_text("mine", encoding="utf-8")
    if text is not None:
        (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    before = {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()}
    with pytest.raises(SettingsError, match=r'holds "orders\.csv".*, which no plan wrote.*a folder of its own'):
        write_plan_folder(technology_advice, tmp_path)
    assert {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()} == before


def test_a_what_if_with_delisted_contracts_is_not_exported(adviser: Portfolio, tmp_path: Path) -> None:
    what_if = advise(adviser, settings=Settings(index=("sp500",), include_delisted=True), today=DAY)
    words = r"delisted on 2026-08-21: SP \(until 2021-09-17\).*Leave out --include-delisted"
    for export in (orders_csv, ibkr_basket_csv):
        with pytest.raises(SettingsError, match=words):
            export(what_if)
    with pytest.raises(SettingsError, match=words):
        write_plan_folder(what_if, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_refused_with_what_to_do(technology_advice: Advice, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(SettingsError, match=r"cannot be written to .*taken.*: Not a directory\. .* with --out FOLDER"):
        write_plan_folder(technology_advice, tmp_path / "taken")


def test_only_who_takes_a_plan_away_waits_for_the_libraries_behind_its_files() -> None:
    script = "import sys, hedger.report; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert not {"xlsxwriter", "reportlab", "icalendar"} & set(loaded.stdout.split())
