"""What the README shows is what the program prints today."""

from __future__ import annotations

import doctest
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import hedger as package
from hedger.cli import hedger

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _section(name: str) -> str:
    match = re.search(rf"<!-- output: {name} -->\n(.*?)\n<!-- end -->", README, flags=re.DOTALL)
    assert match is not None
    return match[1]


def _run(*words: str) -> str:
    result = CliRunner().invoke(hedger, [*words], catch_exceptions=False, env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_example_prints_what_the_readme_shows(monkeypatch):
    monkeypatch.chdir(ROOT)
    command = re.search(r"\$ hedger (plan .*)", README)
    assert command is not None
    shown = [line.removeprefix("    ") for line in _section("plan").splitlines()]
    printed = _run(*shlex.split(command[1])).splitlines()
    assert [line.rstrip() for line in printed[: len(shown)]] == [line.rstrip() for line in shown]


def test_the_review_prints_what_the_readme_shows(tmp_path, monkeypatch):
    (tmp_path / "sample_portfolios").symlink_to(ROOT / "sample_portfolios")
    monkeypatch.chdir(tmp_path)
    for command in re.findall(r"\$ hedger (.* old-plan.*)", README):
        printed = _run(*shlex.split(command)).splitlines()
    shown = [line.removeprefix("    ") for line in _section("review").splitlines()]
    assert [line.rstrip() for line in printed[: len(shown)]] == [line.rstrip() for line in shown]


def test_the_backtest_prints_what_the_readme_shows(monkeypatch):
    monkeypatch.chdir(ROOT)
    command = re.search(r"\$ hedger (backtest .*)", README)
    assert command is not None
    shown = [line.removeprefix("    ") for line in _section("backtest").splitlines()]
    printed = _run(*shlex.split(command[1])).splitlines()
    assert [line.rstrip() for line in printed[: len(shown)]] == [line.rstrip() for line in shown]


def test_the_notebook_example_of_the_readme_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    code = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert code is not None
    exec(code[1], {})
    assert "NQU6 -2" in capsys.readouterr().out


def test_the_example_of_the_package_says_what_comes_out(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(package) == doctest.TestResults(failed=0, attempted=5)


def _samples() -> list[tuple[str, ...]]:
    rows = [line.strip("| ").split(" | ") for line in _section("samples").splitlines()[2:]]
    return [tuple(cell.strip("` ") for cell in row) for row in rows]


@pytest.mark.parametrize("row", _samples(), ids=lambda row: row[0])
def test_every_sample_is_hedged_as_the_readme_says(row, monkeypatch):
    monkeypatch.chdir(ROOT)
    file, _, options, orders, beta = row
    plan = json.loads(_run("plan", f"sample_portfolios/{file}", *shlex.split(options), "--json"))["plan"]
    assert ", ".join(f"{each['contract_code']} {each['quantity']:+d}" for each in plan["orders"]) == orders
    assert f"{plan['beta_before']:.2f} → {plan['beta_after']:.2f}" == beta


def test_every_sample_portfolio_stands_in_the_readme():
    assert {path.name for path in (ROOT / "sample_portfolios").iterdir()} == {row[0] for row in _samples()}


def test_every_file_that_the_readme_names_exists():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
