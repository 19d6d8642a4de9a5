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
from hedger.exposure import ESTIMATORS
from hedger.shipped import load_table

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


@pytest.mark.parametrize("name", ["plan", "review", "backtest"])
def test_an_example_prints_what_the_readme_shows(name, tmp_path, monkeypatch):
    """To the end, or to a heading above three dots: nothing is cut without a word."""
    (tmp_path / "sample_portfolios").symlink_to(ROOT / "sample_portfolios")
    monkeypatch.chdir(tmp_path)
    before = README[: README.index(f"<!-- output: {name} -->")]
    commands = re.search(r"((?:^    \$ hedger .*\n)+)\n\Z", before, flags=re.MULTILINE)
    assert commands is not None
    for command in commands[1].splitlines():
        printed = _run(*shlex.split(command)[2:])
    printed = [line.rstrip() for line in printed.splitlines()]
    shown = [line.removeprefix("    ") for line in _section(name).splitlines()]
    if shown[-1] == "...":
        del shown[-1]
        assert shown[-2] == ""
        assert len(printed) > len(shown)
        del printed[len(shown) :]
    assert printed == shown


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


def test_every_estimator_stands_in_the_league_as_plans_speak_of_it():
    heads, _, *rows = [line.strip("| ").split(" | ") for line in _section("estimators").splitlines()]
    column = heads.index("one stock, 63")
    shown = {row[0]: row[column] for row in rows if " from " not in row[0]}
    assert shown == {row["estimator"]: row["ratio"] for row in load_table("forecast_errors.csv")}
    assert set(shown) == set(ESTIMATORS)


def test_every_file_that_the_readme_names_exists():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    images = re.findall(r'<img\s+src="([^"]+)"', README)
    assert links
    assert len(images) == README.count("<img")
    assert [link for link in (*links, *images) if not (ROOT / link).exists()] == []
