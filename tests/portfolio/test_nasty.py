"""Hostile and awkward files: refused in words or read with a word, never lost, never guessed."""

from __future__ import annotations

import json
import re
from datetime import date
from io import BytesIO
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
    if case["expected"] == "error":
        with pytest.raises(HedgerError, match=r"[.?]\Z") as refusal:
            read(case)
        assert refusal.value.code == case["error_code"]
        check_message(str(refusal.value), case)
        if "positions" in case:
            check_positions(read(case, leave_out_bad_rows=True), case)
        return
    portfolio = read(case)
    assert [{"code": each.code, "line": each.line} for each in portfolio.warnings] == case.get("warnings", [])
    assert [row.line for row in portfolio.skipped_rows] == case.get("skipped_lines", [])
    assert case["expected"] == ("ok_with_warnings" if portfolio.warnings or portfolio.skipped_rows else "ok")
    check_positions(portfolio, case)


def read(case: dict[str, Any], *, leave_out_bad_rows: bool = False) -> Portfolio:
    """Read a file as it is uploaded, under the name that it has there."""
    upload = BytesIO(build(case))
    upload.name = case.get("upload_filename", case["file"])
    portfolio = read_portfolio(upload, as_of=AS_OF, leave_out_bad_rows=leave_out_bad_rows)
    assert portfolio.name
    assert portfolio.name.isprintable()
    assert "/" not in portfolio.name
    return portfolio


def check_message(message: str, case: dict[str, Any]) -> None:
    """The message names every bad line and column and no other line, and has every word that the case asks for."""
    assert {int(line) for line in re.findall(r"\bline (\d+)\b", message, flags=re.IGNORECASE)} == {
        error["line"] for error in case["errors"] if error["line"]
    }
    for error in case["errors"]:
        if error["column"]:
            assert re.search(rf'\bLine {error["line"]}, column "{re.escape(error["column"])}"', message)
    assert [word for word in case.get("message_should_mention", []) if word.lower() not in message.lower()] == []
    assert len(message) < 10_000
    assert message.replace("\n", "").isprintable()
    for account in case.get("accounts", []):
        assert not re.search(rf"[0-9A-Z]*{account[-5:]}", message)


def check_positions(portfolio: Portfolio, case: dict[str, Any]) -> None:
    for wanted in case.get("positions", []):
        position = next(
            p
            for p in portfolio.positions
            if p.symbol == wanted["symbol"] and ("account" not in wanted or p.account == wanted["account"])
        )
        if "quantity" in wanted:
            assert position.quantity == pytest.approx(wanted["quantity"], rel=1e-9)
        if "market_value" in wanted:
            assert position.market_value == pytest.approx(wanted["market_value"], abs=0.01)
        if "weight" in wanted:
            assert position.weight == pytest.approx(wanted["weight"], abs=1e-9)
        assert position.asset_class == wanted.get("asset_class", position.asset_class)
    if "positions" in case:
        # The same symbol may stand in several accounts, each with its own position.
        assert sorted(p.symbol for p in portfolio.positions) == sorted(each["symbol"] for each in case["positions"])
    if case.get("only_cash"):
        assert {position.asset_class for position in portfolio.positions} == {"cash"}
        assert portfolio.cash_total == pytest.approx(case["cash_total"], abs=0.001)
    if "file_total" in case:
        assert portfolio.file_total == pytest.approx(case["file_total"], abs=0.001)
    if "quantity_sum" in case:
        assert len(portfolio.positions) == case["position_count"]
        assert sum(p.quantity or 0.0 for p in portfolio.positions) == pytest.approx(case["quantity_sum"], rel=1e-12)
