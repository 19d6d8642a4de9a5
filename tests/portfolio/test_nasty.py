"""Hostile and awkward files: refused in words or read with a word, never lost, never guessed."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hedger.errors import HedgerError
from hedger.portfolio import Portfolio, read_portfolio

HERE = Path(__file__).parent / "nasty"
AS_OF = date(2026, 8, 21)
CASES = json.loads((HERE / "MANIFEST.json").read_text(encoding="utf-8"))["files"]


def build(case: dict[str, Any]) -> bytes:
    if "generate" not in case:
        return (HERE / case["file"]).read_bytes()
    parts = []
    for part in case["generate"]["parts"]:
        if "text" in part:
            parts.append(part["text"])
        elif "repeat" in part:
            parts.append(part["repeat"] * part["times"])
        else:
            rows = (tuple(v["start"] + i % v["mod"] for v in part["values"]) for i in range(part["rows"]))
            parts.append("".join(part["format"] % row for row in rows))
    return "".join(parts).encode()


@pytest.mark.parametrize("case", CASES, ids=[case["file"] for case in CASES])
def test_a_nasty_file_has_the_outcome_wanted(case: dict[str, Any]) -> None:
    allowed = {case["expected"], *case.get("also_acceptable", [])}
    try:
        portfolio = read_portfolio(build(case), as_of=AS_OF)
    except HedgerError as error:
        assert "error" in allowed
        if case["expected"] == "error":
            check_message(str(error), case)
    else:
        assert allowed & {"ok", "ok_with_warnings"}
        check_portfolio(portfolio, case, must_warn="ok" not in allowed)


def check_message(message: str, case: dict[str, Any]) -> None:
    """The message names the line, the column or the value, or the words that the case asks for."""
    hints = [word.lower() for word in case.get("message_should_mention", []) if not word.isdigit()]
    for error in case["errors"]:
        lines = error["line"] if isinstance(error["line"], list) else [error["line"]]
        hints += [f"line {line}" for line in lines if line] + [(error["column"] or "-no column-").lower()]
    if case["file"] == "126_merrill_account_summary.csv":
        hints.append("holdings")
    assert any(hint in message.lower() for hint in hints)
    assert len(message) < 10_000
    assert message.replace("\n", "").isprintable()
    for account in case.get("accounts", []):
        assert not re.search(rf"[0-9A-Z]*{account[-5:]}", message)


def check_portfolio(portfolio: Portfolio, case: dict[str, Any], *, must_warn: bool) -> None:
    found = {position.symbol: position for position in portfolio.positions}
    for wanted in case.get("positions", []):
        position = next(
            p
            for p in portfolio.positions
            if p.symbol == wanted["symbol"] and (p.account in {None, wanted.get("account")} or "account" not in wanted)
        )
        if "quantity" in wanted:
            assert position.quantity == pytest.approx(wanted["quantity"], rel=1e-9)
        if "market_value" in wanted:
            assert position.market_value == pytest.approx(wanted["market_value"], abs=0.01)
        if "weight" in wanted:
            assert position.weight == pytest.approx(wanted["weight"], abs=wanted.get("tolerance", 1e-9))
        assert position.asset_class == wanted.get("asset_class", position.asset_class) or {
            position.asset_class,
            wanted["asset_class"],
        } <= {"stock", "etf", "fund"}
    if "positions" in case:
        allowed = {wanted["symbol"] for wanted in case["positions"]} | set(case.get("extra_ok", []))
        assert found.keys() <= allowed
    if case.get("only_cash"):
        assert {position.asset_class for position in portfolio.positions} == {"cash"}
        assert portfolio.cash_total == pytest.approx(case["cash_total"], abs=0.001)
    if "quantity_sum" in case:
        assert len(portfolio.positions) == case["position_count"]
        assert sum(p.quantity or 0.0 for p in portfolio.positions) == pytest.approx(case["quantity_sum"], rel=1e-12)
    if must_warn:
        said = {warning.line for warning in portfolio.warnings} | {row.line for row in portfolio.skipped_rows}
        assert said
        assert {warning["line"] for warning in case.get("warnings", []) if warning["line"]} <= said
