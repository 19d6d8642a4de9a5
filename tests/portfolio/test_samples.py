"""One suite over every layout: what the files say is what comes out."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hedger.portfolio import LAYOUTS, Portfolio, Position, read_portfolio

HERE = Path(__file__).parent
AS_OF = date(2026, 3, 10)
EXPECTED = sorted([*HERE.glob("samples/*.expected.json"), *HERE.glob("invented/*.expected.json")])

OUR_LAYOUT = {
    "degiro_portfolio": "degiro",
    "etrade_portfolio_download": "etrade",
    "fidelity_positions_legacy": "fidelity",
    "fidelity_positions_v2025": "fidelity",
    "futu_positions": "futu",
    "ibkr_flex_open_positions": "ibkr_flex",
    "ibkr_tws_portfolio": "ibkr_tws",
    "merrill_exportdata": "merrill_export",
    "portfolio_performance_statement_of_assets": "portfolio_performance",
    "robinhood_screen_table": "robinhood_table",
    "schwab_positions_all_accounts_v2024": "schwab",
    "schwab_positions_single_v2024": "schwab",
    "tastytrade_positions": "tastytrade",
    "tos_position_statement_schwab": "thinkorswim",
    "vanguard_ofxdownload": "vanguard",
    "wealthsimple_holdings": "wealthsimple",
}
SHARES = {"stock", "etf", "fund"}


def read(expected_file: Path) -> tuple[dict[str, Any], Portfolio]:
    expected = json.loads(expected_file.read_text(encoding="utf-8"))
    return expected, read_portfolio(expected_file.parent / expected["file"], as_of=AS_OF)


every_file = pytest.mark.parametrize(
    "expected_file", EXPECTED, ids=[path.name.split(".expected")[0] for path in EXPECTED]
)


@every_file
def test_a_layout_is_recognised_by_content(expected_file: Path) -> None:
    expected, portfolio = read(expected_file)
    renamed = read_portfolio((expected_file.parent / expected["file"]).read_bytes(), as_of=AS_OF)
    assert portfolio.layout == OUR_LAYOUT.get(expected["format"], expected["format"])
    assert renamed.positions == portfolio.positions


@every_file
def test_positions_are_those_of_the_file(expected_file: Path) -> None:
    expected, portfolio = read(expected_file)
    wanted = {tuple(p["lines"]): p for p in expected["positions"] if p["asset_class"] != "cash"}
    found = {p.lines: p for p in portfolio.positions if p.asset_class != "cash"}
    assert found.keys() == wanted.keys()
    for lines, position in found.items():
        check_position(position, wanted[lines], has_types=expected.get("type_column", True))


def check_position(found: Position, wanted: dict[str, Any], *, has_types: bool) -> None:
    tolerance = wanted.get("tolerance", 1e-9)
    is_named = any(wanted.get(flag) for flag in ("symbol_from_name", "option_on_future"))
    assert is_named or found.symbol in [wanted["symbol"], *wanted.get("also_symbols", [])]
    for stated, name in ((found.quantity, "quantity"), (found.weight, "weight")):
        if stated is None or wanted.get(name) is None:
            assert stated == wanted.get(name)
        else:
            assert stated == pytest.approx(wanted[name], rel=1e-12)
    if wanted["price"] is not None:
        assert found.price == pytest.approx(wanted["price"], rel=tolerance)
    values = [v for v in [wanted["market_value"], *wanted.get("also_market_value", [])] if v is not None]
    assert not values or any(found.market_value == pytest.approx(v, rel=tolerance, abs=0.01) for v in values)
    classes = {wanted["asset_class"], *wanted.get("also_asset_class", [])}
    assert found.asset_class in (classes | SHARES if classes & SHARES and not has_types else classes)
    assert found.currency == wanted["currency"]
    for name in ("notional", "multiplier", "strike"):
        if wanted.get(name) is not None:
            assert getattr(found, name) == pytest.approx(wanted[name], rel=tolerance)
    if found.asset_class == "future":
        assert found.market_value is None
    if found.asset_class == "option":
        assert found.expiry is not None
        assert found.expiry.isoformat() == wanted["expiry"]
        if wanted.get("right"):
            assert found.right is not None
            assert found.right[0].upper() == wanted["right"][0].upper()


@every_file
def test_cash_is_that_of_the_file(expected_file: Path) -> None:
    expected, portfolio = read(expected_file)
    wanted: dict[str, float] = defaultdict(float)
    found: dict[str, float] = defaultdict(float)
    for entry in expected["positions"]:
        if entry["asset_class"] == "cash":
            wanted[entry["currency"]] += entry["market_value"]
    for position in portfolio.positions:
        if position.asset_class == "cash":
            assert position.market_value is not None
            found[position.currency] += position.market_value
    assert found == pytest.approx(wanted, abs=0.001)
    if expected.get("base_currency", "USD") == "USD":
        assert portfolio.cash_total == pytest.approx(expected["cash_total"], abs=0.001)


@every_file
def test_accounts_are_told_apart_by_at_most_four_characters(expected_file: Path) -> None:
    expected, portfolio = read(expected_file)
    wanted = defaultdict(set)
    for entry in expected["positions"]:
        if entry["market_value"] != 0.0:
            wanted[entry["account"]].update(entry["lines"])
    found = defaultdict(set)
    for position in portfolio.positions:
        if position.market_value != 0.0:
            found[position.account].update(position.lines)
    assert len(found) == len(wanted)
    assert all(any(lines <= others for others in found.values()) for lines in wanted.values())
    assert all(account is None or 0 < len(account) <= 4 for account in found)


@every_file
def test_the_total_of_the_file_is_kept_and_met(expected_file: Path) -> None:
    expected, portfolio = read(expected_file)
    is_dollars = expected.get("base_currency", "USD") == "USD"
    assert portfolio.file_total == (pytest.approx(expected["file_total"], abs=0.001) if is_dollars else None)
    assert not [warning for warning in portfolio.warnings if warning.code == "total_mismatch"] or (
        expected["file"] == "generic_symbol_quantity_price_market_value.csv"
    )


@every_file
def test_what_the_user_must_hear_is_said(expected_file: Path) -> None:
    expected, portfolio = read(expected_file)
    said = {warning.line for warning in portfolio.warnings} | {row.line for row in portfolio.skipped_rows}
    for wanted in expected["warnings"]:
        assert not wanted.get("required") or wanted["line"] in said
    for row in expected["skipped_rows"]:
        known = {line for position in portfolio.positions for line in position.lines}
        assert (
            row["line"] in {skipped.line for skipped in portfolio.skipped_rows} | known or row["reason"] == "disclaimer"
        )


@every_file
def test_every_row_is_a_position_or_skipped_or_a_header(expected_file: Path) -> None:
    expected, portfolio = read(expected_file)
    content = (expected_file.parent / expected["file"]).read_bytes()
    encoding = expected.get("encoding", "utf-8-sig")
    delimiter = "\t" if b"\t" in content else expected.get("delimiter", ",")
    reader = csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter)
    accounted = {line for position in portfolio.positions for line in position.lines}
    accounted |= {row.line for row in portfolio.skipped_rows}
    begin = 1
    for cells in reader:
        if begin not in accounted and "".join(cells).strip():
            assert "Header" in cells[1:2] or not re.search(r"[0-9]{3}", "".join(cells)), f"line {begin} is lost"
        begin = reader.line_num + 1


@every_file
def test_no_account_number_is_shown(expected_file: Path) -> None:
    expected, portfolio = read(expected_file)
    shown = repr(portfolio)
    for account in expected.get("accounts", []):
        for number in re.findall(r"[0-9]{5,}", account or ""):
            assert number[-5:] not in re.findall(r"[0-9]+", shown)
    for private in expected.get("private", []):
        assert private not in shown


def test_every_layout_has_a_file() -> None:
    recognised = {read(path)[1].layout for path in EXPECTED}
    assert {layout.name for layout in LAYOUTS if layout.kind == "holdings"} - recognised <= {"vanguard_plan"}
