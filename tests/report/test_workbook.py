"""The workbook: the plan's own numbers, formulas that give them, and text that stays text."""

from __future__ import annotations

import io
import math
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hostile_names import HOSTILE
from openpyxl import load_workbook
from spreadsheet import Calculator

from hedger.advice import Advice, advise
from hedger.exposure import BetaOverride
from hedger.report import plan_document
from hedger.report.workbook import plan_xlsx
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl.cell import Cell
    from openpyxl.workbook import Workbook

    from hedger.portfolio import Portfolio

DAY = date(2026, 8, 21)
SHEETS = ["plan", "exposure", "scenarios", "margin", "costs", "holdings", "assumptions"]


def opened(content: bytes, *, has_values: bool = False) -> Workbook:
    return load_workbook(io.BytesIO(content), data_only=has_values)


def cells_of(book: Workbook, sheet: str) -> Iterator[Cell]:
    for row in book[sheet].iter_rows():
        yield from (cell for cell in row if cell.value is not None)


def formulas_of(book: Workbook) -> Iterator[tuple[str, Cell]]:
    for sheet in book.sheetnames:
        yield from ((sheet, cell) for cell in cells_of(book, sheet) if cell.data_type == "f")


def row_of(book: Workbook, sheet: str, label: str, *, nth: int = 0) -> tuple[Any, ...]:
    """Return the values of the `nth` row that begins with a label."""
    rows = [row for row in book[sheet].iter_rows(values_only=True) if row[0] == label]
    return rows[nth]


@pytest.fixture(scope="module")
def content(technology_advice: Advice) -> bytes:
    return plan_xlsx(technology_advice)


def test_sheets_stand_in_their_order(content: bytes) -> None:
    assert opened(content).sheetnames == SHEETS


def test_the_same_plan_gives_the_same_bytes_in_another_process(content: bytes, sample_folder: Path) -> None:
    script = (
        "import hashlib, sys\nfrom datetime import date\n"
        "from hedger.advice import advise\nfrom hedger.portfolio import read_portfolio\n"
        "from hedger.report.workbook import plan_xlsx\nfrom hedger.settings import Settings\n"
        "day = date(2026, 8, 21)\n"
        "portfolio = read_portfolio(sys.argv[1], as_of=day)\n"
        "sys.stdout.buffer.write(plan_xlsx(advise(portfolio, settings=Settings(hedge=0.5), today=day)))\n"
    )
    command = [sys.executable, "-c", script, str(sample_folder / "technology.csv")]
    assert subprocess.run(command, capture_output=True, check=True, timeout=60).stdout == content
    properties = opened(content).properties
    assert properties.created == properties.modified == datetime(2026, 8, 21)  # noqa: DTZ001  (Excel knows no zones)


class TestFormulas:
    @pytest.mark.parametrize("which", ["technology_advice", "mixed_advice"])
    def test_every_formula_gives_the_number_that_it_comes_with(
        self, which: str, request: pytest.FixtureRequest
    ) -> None:
        content = plan_xlsx(request.getfixturevalue(which))
        book, values = opened(content), opened(content, has_values=True)
        calculator = Calculator(book)
        n_formulas = 0
        for sheet, cell in formulas_of(book):
            shown = values[sheet][cell.coordinate].value
            computed = calculator.value(sheet, cell.coordinate)
            if isinstance(shown, str):
                assert computed == shown, (sheet, cell.coordinate)
            else:
                assert computed == pytest.approx(shown, rel=1e-9, abs=1e-6), (sheet, cell.coordinate)
            n_formulas += 1
        assert n_formulas > 150

    def test_sums_are_those_of_the_plan(self, mixed_advice: Advice) -> None:
        calculator = Calculator(opened(plan_xlsx(mixed_advice)))
        plan = mixed_advice.plan
        for name in ("hedge_notional", "initial_margin", "maintenance_margin", "round_trip_cost"):
            assert calculator.named(name) == pytest.approx(getattr(plan, name), rel=1e-12), name
        assert calculator.named("residual_beta_dollars") == pytest.approx(plan.residual_beta_dollars, rel=1e-12)
        assert calculator.named("buffer") == 100_000.0

    def test_another_number_of_contracts_moves_everything_that_depends_on_it(self, content: bytes) -> None:
        book = opened(content)
        sheet = book["plan"]
        (header,) = [row for row in sheet.iter_rows() if row[0].value == "Contract"]
        order = next(cell.column for cell in header if cell.value == "Order")
        rows = [row for row in sheet.iter_rows() if row[0].value in ("NQU6", "MNQU6")]
        for row in rows:
            row[order - 1].value = 0
        calculator = Calculator(book)
        for name in ("hedge_notional", "initial_margin", "maintenance_margin", "round_trip_cost", "hedge_beta_dollars"):
            assert calculator.named(name) == 0.0, name
        assert calculator.named("residual_beta_dollars") == calculator.named("beta_dollars")
        (fall,) = [row for row in book["scenarios"].iter_rows() if row[0].value == "Nasdaq-100 -10%"]
        without, futures, together = (calculator.value("scenarios", fall[k].coordinate) for k in (2, 3, 4))
        assert (futures, together) == (0.0, without)
        (reached,) = [
            row for row in book["margin"].iter_rows() if row[0].value == "Move of the Nasdaq-100 that calls for cash"
        ]
        assert calculator.value("margin", reached[1].coordinate) == "none"

    def test_another_price_margin_or_buffer_moves_what_depends_on_it(self, content: bytes) -> None:
        book = opened(content)
        sheet = book["plan"]
        (header,) = [row for row in sheet.iter_rows() if row[0].value == "Contract"]
        place = {cell.value: cell.column - 1 for cell in header}
        (row,) = [row for row in sheet.iter_rows() if row[0].value == "NQU6"]
        before = Calculator(opened(content))
        price = row[place["Price, points"]]
        price.value += 100.0
        row[place["Initial margin of one"]].value += 1_000.0
        (buffer,) = [row for row in book["margin"].iter_rows() if str(row[0].value).startswith("Buffer (")]
        buffer[1].value = 500_000.0
        after = Calculator(book)
        assert after.named("hedge_notional") - before.named("hedge_notional") == pytest.approx(-2 * 20 * 100, abs=1e-6)
        assert after.named("initial_margin") - before.named("initial_margin") == pytest.approx(2_000.0, abs=1e-6)
        (room,) = [row for row in book["margin"].iter_rows() if row[0].value == "Loss until a call"]
        assert after.value("margin", room[1].coordinate) == pytest.approx(
            after.named("initial_margin") + 500_000.0 - after.named("maintenance_margin"), abs=1e-6
        )

    def test_hedged_is_unhedged_plus_hedge_to_the_cent_in_every_scenario(self, mixed_advice: Advice) -> None:
        calculator = Calculator(opened(plan_xlsx(mixed_advice)))
        names = {scenario["name"] for scenario in plan_document(mixed_advice)["scenarios"]}
        checked = set()
        for row in opened(plan_xlsx(mixed_advice))["scenarios"].iter_rows():
            if row[0].value in names and row[4].data_type == "f":
                gains = [calculator.value("scenarios", cell.coordinate) for cell in row[2:5]]
                assert gains[0] + gains[1] == pytest.approx(gains[2], abs=0.005)
                checked.add(row[0].value)
        assert checked == names


class TestContent:
    def test_the_answer_and_the_betas_are_the_plans(self, content: bytes, technology_advice: Advice) -> None:
        values, plan = opened(content, has_values=True), technology_advice.plan
        assert any(str(cell.value).startswith("Sell 2 NQ") for cell in cells_of(values, "plan"))
        assert row_of(values, "plan", "Beta to the Nasdaq-100")[1:3] == pytest.approx(
            (plan.beta_before, plan.beta_after), rel=1e-12
        )
        for each in technology_advice.exposure.by_index:
            titles = {
                "sp500": "S&P 500",
                "nasdaq100": "Nasdaq-100 (hedged with)",
                "dow30": "Dow",
                "russell2000": "Russell 2000",
            }
            row = row_of(values, "exposure", titles[each.index])
            assert row[1:8] == pytest.approx(
                (each.level, each.beta, each.stderr, each.low, each.high, each.r_squared, each.beta_dollars), rel=1e-12
            )

    def test_every_scenario_is_there(self, content: bytes, technology_advice: Advice) -> None:
        values = opened(content, has_values=True)
        for scenario in plan_document(technology_advice)["scenarios"]:
            row = row_of(values, "scenarios", scenario["name"])
            assert row[2:5] == pytest.approx(
                (scenario["unhedged_pnl"], scenario["hedge_pnl"], scenario["hedged_pnl"]), rel=1e-9, abs=1e-6
            )

    def test_holdings_add_up_to_the_portfolio(self, content: bytes, technology_advice: Advice) -> None:
        total = row_of(opened(content, has_values=True), "holdings", "Total")
        assert total[1] == pytest.approx(technology_advice.exposure.book.market_value, rel=1e-12)
        assert total[6] == pytest.approx(technology_advice.plan.beta_dollars, rel=1e-9)

    def test_holdings_have_the_reach_of_the_beta_to_come(self, content: bytes, technology_advice: Advice) -> None:
        reference = technology_advice.plan.reference_index
        book = opened(content, has_values=True)
        for holding in technology_advice.exposure.by_holding:
            if holding.index == reference:
                row = row_of(book, "holdings", holding.symbol)
                assert (row[4] - row[5], row[4] + row[5]) == pytest.approx((holding.low, holding.high), rel=1e-12)

    def test_holdings_stand_in_the_order_of_their_exposure(self, content: bytes) -> None:
        rows = list(opened(content, has_values=True)["holdings"].iter_rows(values_only=True))
        first = next(number for number, row in enumerate(rows) if row[0] == "Holding") + 1
        exposures = [abs(row[6]) for row in rows[first : first + 20]]
        assert exposures == sorted(exposures, reverse=True)

    def test_every_note_and_every_source_is_there(self, content: bytes, technology_advice: Advice) -> None:
        texts = {str(cell.value) for cell in cells_of(opened(content), "assumptions")}
        assert {note.message for note in technology_advice.notes} <= texts
        for order in technology_advice.plan.orders:
            assert order.quote.margin.source in texts
            assert order.quote.price_source in texts
        assert technology_advice.inputs_hash in texts
        assert any("no investment, tax or legal advice" in text for text in texts)

    def test_charts_are_native_and_point_at_cells(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
            assert len(charts) == 8
            assert not [name for name in archive.namelist() if "media" in name]
            for name in charts:
                text = archive.read(name).decode()
                assert "<c:f>" in text
                assert "#REF!" not in text

    def test_a_plan_with_everything_has_taxes_alternatives_and_own_scenarios(self, mixed_advice: Advice) -> None:
        values = opened(plan_xlsx(mixed_advice), has_values=True)
        document = plan_document(mixed_advice)
        tax = document["futures_tax"][0]
        found = [row for row in values["scenarios"].iter_rows(values_only=True) if row[0] == tax["scenario"]]
        assert found[-1][1:5] == pytest.approx(
            (tax["gain"], tax["long_term"], tax["short_term"], tax["tax"]), rel=1e-12
        )
        assert row_of(values, "costs", "Selling part of every holding")[4] == pytest.approx(
            next(each["tax"] for each in document["costs"]["alternatives"] if each["name"] == "selling"), rel=1e-12
        )
        texts = {str(cell.value) for cell in cells_of(values, "assumptions")}
        assert {"a beta of 0.40", "AAPL 1.10", "SPY for OLD", "-5 MES, +2 MYM", "$100,000"} <= texts

    def test_a_plan_without_contracts_is_a_workbook_too(self, technology: Portfolio) -> None:
        advice = advise(technology, settings=Settings(hedge=0.0), today=DAY)
        book = opened(plan_xlsx(advice))
        calculator = Calculator(book)
        assert calculator.named("hedge_notional") == 0
        assert calculator.named("hedge_beta_dollars") == 0
        assert any("holds no contracts" in str(cell.value) for cell in cells_of(book, "margin"))
        for sheet, cell in formulas_of(book):
            calculator.value(sheet, cell.coordinate)

    def test_what_a_short_record_cannot_tell_is_left_out(self, bare_advice: Advice) -> None:
        content = plan_xlsx(bare_advice)
        texts = {str(cell.value) for sheet in SHEETS for cell in cells_of(opened(content), sheet)}
        assert not [
            text for text in texts if text.startswith(("Value at risk", "Past crises", "What else", "What the account"))
        ]
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert len([name for name in archive.namelist() if name.startswith("xl/charts/chart")]) == 6

    def test_a_long_hedge_calls_for_cash_in_a_fall(self, technology: Portfolio) -> None:
        short = tuple(replace(each, quantity=-(each.quantity or 0.0)) for each in technology.positions)
        advice = advise(replace(technology, positions=short), settings=Settings(hedge=0.5), today=DAY)
        assert advice.plan.hedge_notional > 0
        values = opened(plan_xlsx(advice), has_values=True)
        assert row_of(values, "margin", "Move of the Nasdaq-100 that calls for cash")[1] < 0
        assert row_of(values, "margin", "Level of the Nasdaq-100 that calls for cash")[1] < 29_308.0


@pytest.fixture(scope="module")
def hostile_book(hostile_advice: Advice) -> Workbook:
    """The workbook of a portfolio whose names look like formulas and links."""
    return opened(plan_xlsx(hostile_advice))


class TestHostileText:
    def test_what_looks_like_a_formula_stays_text(self, hostile_book: Workbook) -> None:
        found = set()
        for sheet in hostile_book.sheetnames:
            for cell in cells_of(hostile_book, sheet):
                if cell.value in (*HOSTILE, "=3+4", "=5+6"):
                    found.add(cell.value)
                    assert cell.data_type == "s", (sheet, cell.coordinate)
                    # Also when somebody edits the cell and leaves it again.
                    assert cell.quotePrefix == (cell.value[0] in "=+-@"), (sheet, cell.coordinate)
        assert found == {*HOSTILE, "=3+4", "=5+6"}

    def test_every_formula_is_one_of_ours(self, hostile_book: Workbook) -> None:
        ours = [cell.value for _, cell in formulas_of(hostile_book)]
        assert ours
        assert not [formula for formula in ours if formula in HOSTILE or "HYPERLINK" in formula or "cmd" in formula]

    def test_nothing_becomes_a_link(self, hostile_book: Workbook) -> None:
        assert [
            cell for sheet in hostile_book.sheetnames for cell in cells_of(hostile_book, sheet) if cell.hyperlink
        ] == []


def test_control_characters_and_undefined_numbers_do_no_harm(technology: Portfolio) -> None:
    odd = replace(technology, name="a\x00b\nc\x1b[31m" + "x" * 3_000)
    overrides = tuple(BetaOverride(symbol=position.symbol, index=None, beta=1.0) for position in technology.positions)
    book = opened(plan_xlsx(advise(odd, settings=Settings(hedge=0.5, beta=overrides), today=DAY)))
    title = str(book["plan"]["A1"].value)
    assert title.startswith("Hedge plan: a\\x00b\\nc\\x1b")
    assert len(title) <= 2_000
    assert not [
        cell
        for sheet in book.sheetnames
        for cell in cells_of(book, sheet)
        if isinstance(cell.value, float) and not math.isfinite(cell.value)
    ]
