"""`hedger backtest`: one call, one view or one document, and a bar where somebody watches."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hedger.backtest import backtest
from hedger.cli import hedger
from hedger.cli import progress as progress_module
from hedger.cli.progress import progress_bar
from hedger.errors import InsufficientHistoryError, SettingsError
from hedger.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from hedger.portfolio import Portfolio

DAY = date(2026, 8, 21)


def run(*words: str) -> Result:
    return CliRunner().invoke(hedger, ["backtest", *words], env={"COLUMNS": "80"})


def test_with_json_there_is_one_document_and_nothing_else(sample_folder: Path) -> None:
    result = run(str(sample_folder / "technology.csv"), "--hedge", "50%", "--years", "2", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["schema"] == "hedger.backtest/1"
    assert document["policy"]["hedge"] == 0.5
    assert document["backtest"]["start"] >= "2024-08-21"
    assert result.stderr == ""


def test_without_json_there_is_a_view_with_the_verdict_first(sample_folder: Path) -> None:
    result = run(str(sample_folder / "technology.csv"), "--years", "1")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Over the last 3 quarters this plan's rule would have removed")
    assert result.stderr == ""


@pytest.mark.parametrize("years", ["0", "ten", "-1"])
def test_years_that_are_no_count_are_wrong_usage(years: str, sample_folder: Path) -> None:
    assert run(str(sample_folder / "technology.csv"), f"--years={years}").exit_code == 2


def test_a_day_with_too_little_before_it_is_refused_with_what_to_do(sample_folder: Path) -> None:
    result = run(str(sample_folder / "technology.csv"), "--as-of", "2017-06-30", "--json")
    assert result.exit_code == 1
    error = json.loads(result.stdout)["error"]
    assert error["code"] == InsufficientHistoryError.code
    assert "Bring prices that reach further back" in error["message"]


def test_out_also_writes_the_plan(sample_folder: Path, tmp_path: Path) -> None:
    result = run(str(sample_folder / "technology.csv"), "--years", "1", "--out", str(tmp_path / "plan"))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "plan" / "plan.json").exists()


# ---------------------------------------------------------------- the same from Python


def test_contracts_that_are_asked_for_restrict_the_rule_and_not_its_rivals(technology: Portfolio) -> None:
    evidence = backtest(technology, settings=Settings(contracts=("MES",), legs=1), years=1, today=DAY).evidence
    held = {record.name: {root for each in record.quarters for root, _ in each.held} for record in evidence.strategies}
    assert held["rule"] == {"MES"}
    assert held["one_leg"] <= {"NQ", "MNQ"}
    assert held["one_leg"]


def test_sizes_that_are_asked_for_restrict_all(technology: Portfolio) -> None:
    evidence = backtest(technology, settings=Settings(sizes=("micro",), legs=1), years=1, today=DAY).evidence
    roots = {root for record in evidence.strategies for each in record.quarters for root, _ in each.held}
    assert roots <= {"MES", "MNQ", "MYM", "M2K"}


def test_what_a_plan_refuses_a_backtest_refuses(technology: Portfolio) -> None:
    with pytest.raises(SettingsError, match="There is no current level of midcap400"):
        backtest(technology, settings=Settings(index=("midcap400",)), years=1, today=DAY)


def test_progress_reaches_the_caller(technology: Portfolio) -> None:
    seen: list[tuple[int, int]] = []
    outcome = backtest(technology, years=1, today=DAY, on_progress=lambda done, total: seen.append((done, total)))
    n_quarters = len(outcome.evidence.quarters)
    assert seen[-1] == (n_quarters, n_quarters)
    assert outcome.as_of == DAY


# ---------------------------------------------------------------- the bar


def test_where_nobody_watches_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Quarters") as advance:
        assert advance is None
    assert capsys.readouterr().err == ""


def test_on_a_terminal_the_bar_follows_and_goes_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(progress_module.sys.stderr, "isatty", lambda: True)
    with progress_bar("Quarters") as advance:
        assert advance is not None
        advance(1, 2)
        advance(2, 2)
    assert "Quarters" in capsys.readouterr().err
