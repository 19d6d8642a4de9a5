"""All files of a plan folder tell the same plan: orders, notional, margin, cost and days."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from pypdf import PdfReader

from hedger.advice import advise
from hedger.portfolio import read_portfolio
from hedger.report import PLAN_FILES, load_plan_schema, plan_file, to_dollars, write_plan_folder
from hedger.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from hedger.advice import Advice

DAY = date(2026, 8, 21)
BOOKS = {
    "technology": Settings(hedge=0.5),
    "adviser": Settings(hedge=0.8, index=("sp500",)),
    "long_short_with_cash": Settings(hedge=0.5),
    "small_and_large": Settings(hedge=0.5, legs=2),
    "ibkr_activity_statement": Settings(hedge=0.5),  # futures are held already
}


class Folder:
    """The files of one plan folder, each read by a program that did not write it."""

    def __init__(self, folder: Path) -> None:
        self.document: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        self.orders = self._table(folder / "orders.csv")
        self.basket = self._table(folder / "ibkr_basket.csv")
        self.book = load_workbook(folder / "plan.xlsx", data_only=True)
        pages = PdfReader(folder / "plan.pdf").pages
        self.words = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
        self.calendar = Calendar.from_ical((folder / "calendar.ics").read_bytes())

    @staticmethod
    def _table(file: Path) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))

    def futures(self) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
        """Return the rows of the futures on the sheet ``plan`` by contract, and their totals."""
        rows = list(self.book["plan"].iter_rows(values_only=True))
        head = next(number for number, row in enumerate(rows) if row[0] == "Contract")
        names, contracts = rows[head], {}
        for row in rows[head + 1 :]:
            if row[0] == "Total":
                return contracts, dict(zip(names, row, strict=True))
            contracts[row[0]] = dict(zip(names, row, strict=True))
        raise AssertionError("the futures have no total")


@pytest.fixture(scope="module", params=BOOKS)
def written(request: pytest.FixtureRequest, sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    portfolio = read_portfolio(sample_folder / f"{request.param}.csv", as_of=DAY)
    folder = tmp_path_factory.mktemp("plans") / request.param
    paths = write_plan_folder(advise(portfolio, settings=BOOKS[request.param], today=DAY), folder)
    assert sorted(folder.iterdir()) == sorted(paths)
    return Folder(folder)


def test_orders_are_the_same_in_every_file(written: Folder) -> None:
    contracts, _ = written.futures()
    signed = {"BUY": 1, "SELL": -1}
    in_json = {row["contract_code"]: row["quantity"] for row in written.document["plan"]["orders"]}
    assert in_json
    assert {row["contract_code"]: signed[row["action"]] * int(row["quantity"]) for row in written.orders} == in_json
    assert {code: row["Order"] for code, row in contracts.items() if row["Order"]} == in_json
    roots = {row["symbol"]: row["quantity"] for row in written.document["plan"]["orders"]}
    assert {row["Symbol"]: signed[row["Action"]] * int(row["Quantity"]) for row in written.basket} == roots
    for code, quantity in in_json.items():
        assert f"{code} {'BUY' if quantity > 0 else 'SELL'} {abs(quantity):,} " in written.words


def test_notional_margin_and_cost_add_up_to_the_same_totals(written: Folder) -> None:
    plan = written.document["plan"]
    contracts, totals = written.futures()
    for column, name in {
        "Notional held": "hedge_notional",
        "Initial margin": "initial_margin",
        "Maintenance margin": "maintenance_margin",
        "Round trip of order": "round_trip_cost",
    }.items():
        assert totals[column] == pytest.approx(plan[name], rel=1e-12), name
        assert sum(row[column] for row in contracts.values()) == pytest.approx(plan[name], rel=1e-12), name
    for name in ("notional", "initial_margin", "maintenance_margin", "cost"):
        in_json = sum(row[name] for row in plan["orders"])
        assert sum(float(row[name]) for row in written.orders) == pytest.approx(
            in_json, abs=0.005 * len(written.orders) + 1e-9
        ), name
    costs = written.document["costs"]
    assert costs["one_off"] == pytest.approx(plan["round_trip_cost"], rel=1e-12)
    assert sum(each["amount"] for each in costs["items"] if each["kind"] == "one_off") == pytest.approx(
        plan["round_trip_cost"], rel=1e-12
    )
    assert sum(each["amount"] for each in costs["items"] if each["kind"] != "one_off") == pytest.approx(
        costs["per_year"], rel=1e-12
    )
    for amount in (plan["initial_margin"], costs["per_year"]):
        assert to_dollars(amount) in written.words
    assert to_dollars(plan["round_trip_cost"], places=2) in written.words


def test_days_are_the_same_in_every_file(written: Folder) -> None:
    days = written.document["calendar"]
    events = {str(event["summary"]).split()[0]: event.start.isoformat() for event in written.calendar.events}
    assert events == {"Roll": days["roll_date"], "Last": days["last_trading_day"], "Review": days["review_date"]}
    assert {row["last_trading_day"] for row in written.orders} == {days["last_trading_day"]}
    assert {row["LastTradingDayOrContractMonth"] for row in written.basket} == {
        days["last_trading_day"].replace("-", "")[:6]
    }


def test_the_json_validates_and_its_fingerprint_is_on_every_page_and_order(written: Folder) -> None:
    Draft202012Validator(load_plan_schema()).validate(written.document)
    digits = written.document["inputs_hash"]
    assert written.words.count(f"inputs {digits[:12]}") == written.words.count("Page ")
    assert all(row["OrderRef"].startswith(f"hedger-{digits[:8]}-") for row in written.basket)


def test_every_file_can_be_had_alone(technology_advice: Advice, tmp_path: Path) -> None:
    write_plan_folder(technology_advice, tmp_path / "plan")
    for name in PLAN_FILES:
        assert plan_file(technology_advice, name) == (tmp_path / "plan" / name).read_bytes(), name
    with pytest.raises(ValueError, match=r"a plan has no file 'plan\.doc'; it has plan\.json, orders\.csv"):
        plan_file(technology_advice, "plan.doc")
