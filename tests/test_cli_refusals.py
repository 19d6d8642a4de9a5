"""How the command line refuses: exit status, one clear sentence, no traceback."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from hedger.cli import hedger, main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01"


def run(*words: object) -> Result:
    return CliRunner().invoke(hedger, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def book(sample_folder: Path) -> Path:
    return sample_folder / "technology.csv"


def assert_refused(result: Result, *, status: int, says: str) -> None:
    assert result.exit_code == status
    assert result.stdout == ""
    assert says in result.stderr
    assert result.stderr.splitlines()[-1].endswith((".", "?"))
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "The file is empty"),
        ("blank.csv", b"\n \n\n", "Export the positions"),
        ("picture.csv", PNG, "is a PNG image (binary), not a table of holdings"),
        ("watch.csv", b"ticker,name\nAAPL,Apple\n", "columns found: ticker, name"),
        ("unknown.csv", b"ticker,shares\nQQQQZZ,10\n", "No holding of the portfolio has a current price"),
        ("typo.csv", b'ticker,shares\nAAPL,"1,2oo"\n', '"1,2oo" is not a number'),
        ("weights.csv", b"ticker,weight\nAAPL,60%\nMSFT,40%\n", "--portfolio-value 250000"),
    ],
)
def test_a_file_without_usable_holdings_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert_refused(run("plan", file), status=1, says=says)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "nosuch.csv"
    words = f"{missing}: The holdings file cannot be opened: no such file or directory. Check its name and folder."
    assert_refused(run("holdings", missing), status=1, says=words)


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    assert_refused(run("betas", tmp_path), status=1, says="is a directory")


@contextmanager
def as_nobody() -> Iterator[None]:
    """Let the superuser, who may read every file, be somebody without rights for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_permission_is_refused(book: Path) -> None:
    assert run("plan", book).exit_code == 0  # imports what the next run needs, wherever it is installed
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "secret.csv"
        file.write_text("ticker,shares\nAAPL,10\n")
        file.chmod(0)
        with as_nobody():
            assert_refused(run("plan", file), status=1, says="permission denied")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--margin-budget", "1"], "No hedge fits a margin of $1: one M2K needs"),
        (["--as-of", "1950-01-03"], "begin on 1985-01-02; there are none up to 1950-01-03"),
        (["--as-of", "1990-01-03"], "No holding of the portfolio has a current price"),
        (["--as-of", "2030-01-03"], "Choose --as-of 2026-08-21"),
        (["--prices", "nosuch"], '"nosuch" is neither a price source nor a file'),
        (["--settings", "nosuch.toml"], 'The settings file "nosuch.toml" cannot be read'),
        (["--margins", "nosuch.csv"], "nosuch.csv cannot be read"),
        (["--fees", "nosuch.csv"], "nosuch.csv cannot be read"),
        (["--contracts", "SP"], "SP was listed from 1982-04-21 to 2021-09-17"),
        (["--beta", "ZZZZ=1"], "A beta or a proxy is stated for ZZZZ, which the portfolio does not hold"),
    ],
)
def test_what_the_world_does_not_offer_is_refused_with_1(book: Path, options: list[str], says: str) -> None:
    assert_refused(run("plan", book, *options), status=1, says=says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("hedge = 50\n", "choices.toml, line 1: --hedge 50 can be read in two ways"),
        ("hegde = 0.5\n", 'There is no setting "hegde"'),
        ('hedge = "50%"\ntarget_beta = 0.4\n', "Both hedge and target beta are given"),
        ("hedge =\n", "is not TOML"),
    ],
)
def test_a_bad_settings_file_is_refused_with_1(book: Path, tmp_path: Path, content: str, says: str) -> None:
    settings = tmp_path / "choices.toml"
    settings.write_text(content)
    assert_refused(run("plan", book, "--settings", settings), status=1, says=says)


def test_a_bad_table_of_margins_is_refused_with_1(book: Path, tmp_path: Path) -> None:
    margins = tmp_path / "margins.csv"
    margins.write_text("symbol,initial,maintenance\nES,20000,oops\n")
    assert_refused(run("plan", book, "--margins", margins), status=1, says='line 2, column "maintenance": "oops"')


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--hedge", "50"], "--hedge 50 can be read in two ways"),
        (["--hedge", "half"], '--hedge: "half" is not a share such as 50% or 0.5'),
        (["--hedge", "250%"], "The hedge must lie between"),
        (["--hedge", "50%", "--target-beta", "0.4"], "Both hedge and target beta are given"),
        (["--sizes", "micro", "--contracts", "ES"], "Both sizes and contracts are given"),
        (["--target-beta", "low"], '--target-beta: "low" is not a beta such as 0.4'),
        (["--index", "foo"], '--index: "foo" is not an index; known are auto, sp500'),
        (["--sizes", "mini"], '--sizes: "mini" is not a contract size'),
        (["--legs", "many"], '--legs: "many" is not a whole number of indices'),
        (["--margin-budget", "lots"], '--margin-budget: "lots" is not an amount in USD'),
        (["--margin-budget", "-5"], "The margin budget must be positive"),
        (["--max-contracts", "2.5"], '--max-contracts: "2.5" is not a whole number of contracts'),
        (["--max-contracts", "0"], "At least one contract must be allowed"),
        (["--tolerance", "5"], "--tolerance 5 can be read in two ways"),
        (["--tolerance", "1"], "--tolerance 1 can be read in two ways: 1 %, or the whole"),
        (["--current", "ES"], '--current: "ES" is not contracts held'),
        (["--current", "ES=-2", "--current", "ES=-1"], "more than once for the same: ES=-2 and ES=-1"),
        (["--current", "ES=-2,ES=-1"], "more than once for the same: ES=-2 and ES=-1"),
        (["--current", "ESU6=-2"], '--current: There is no contract "ESU6". Write the root: ES.'),
        (["--contracts", "ESU6"], '--contracts: There is no contract "ESU6". Write the root: ES.'),
        (["--contracts", ","], '--contracts: "," is not a list of roots'),
        (["--beta", "AAPL=1.2", "--beta", "aapl=1.5"], "more than once for the same: AAPL=1.2 and AAPL=1.5"),
        (["--proxy", "AAPL=SPY", "--proxy", "AAPL=QQQ"], "more than once for the same: AAPL=SPY and AAPL=QQQ"),
        (["--futures-price", "NQ=29000,NQ=2900"], "more than once for the same: NQ=29000.0 and NQ=2900.0"),
        (["--index", ","], '--index: "," is not an index; known are auto, sp500'),
        (["--index", "sp500,sp500"], "--index names sp500 more than once"),
        (["--allow-snapshot"], "--allow-snapshot goes with --prices yahoo, not with snapshot"),
        (["--futures-price", "ES=cheap"], '--futures-price: "cheap" is not a futures price'),
        (["--beta", "AAPL"], '--beta: "AAPL" is not a beta such as AAPL=1.2'),
        (["--estimator", "foo"], 'There is no estimator "foo". Known are: two-speed'),
        (["--portfolio-value", "0"], "The portfolio's value must be positive"),
        (["--as-of", "21.08.2026"], '--as-of: "21.08.2026" is not a day; write it as YYYY-MM-DD'),
        (["--as-of", "20260821"], '--as-of: "20260821" is not a day'),
        (["--as-of", "2026-02-30"], '--as-of: "2026-02-30" is not a day'),
        (["--nosuch"], "No such option"),
    ],
)
def test_what_cannot_be_read_on_the_command_line_is_wrong_usage(book: Path, options: list[str], says: str) -> None:
    assert_refused(run("plan", book, *options), status=2, says=says)


def test_a_command_without_its_portfolio_is_wrong_usage() -> None:
    assert_refused(run("plan"), status=2, says="Missing argument 'PORTFOLIO'")


def test_the_page_is_not_opened_to_other_machines_by_mistake() -> None:
    assert_refused(run("app", "--host", "0.0.0.0"), status=1, says="--i-know-it-is-open")


def test_the_page_needs_a_port_that_exists() -> None:
    assert_refused(run("app", "--port", "99999"), status=2, says="99999 is not in the range")


class TestWithJson:
    def error_of(self, *words: object, status: int) -> dict[str, object]:
        result = run(*words, "--json")
        assert result.exit_code == status
        assert result.stderr.startswith(("Error: ", "Usage: "))
        document = json.loads(result.stdout)
        assert list(document) == ["error"]
        error: dict[str, object] = document["error"]
        assert str(error["message"]) in result.stderr
        return error

    def test_an_error_is_the_one_document(self, tmp_path: Path) -> None:
        file = tmp_path / "empty.csv"
        file.touch()
        assert self.error_of("plan", file, status=1)["code"] == "unreadable_file"

    def test_the_facts_of_an_error_travel_with_it(self, tmp_path: Path) -> None:
        file = tmp_path / "typo.csv"
        file.write_text('ticker,shares\nMSFT,5\nAAPL,"1,2oo"\n')
        error = self.error_of("holdings", file, status=1)
        assert (error["code"], error["file"]) == ("invalid_rows", str(file))
        assert f"Nothing was imported from {file} because of 1 bad cell" in str(error["message"])
        assert [(cell["line"], cell["column"], cell["value"]) for cell in error["cells"]] == [  # type: ignore[attr-defined]
            (3, "shares", "1,2oo")
        ]

    def test_prices_that_are_too_old_name_their_day(self, book: Path) -> None:
        error = self.error_of("plan", book, "--as-of", "2030-01-03", status=1)
        assert (error["code"], error["last_session"]) == ("stale_prices", "2026-08-21")

    def test_wrong_usage_is_a_document_too(self, book: Path) -> None:
        assert self.error_of("plan", book, "--hedge", "50", status=2)["code"] == "usage"
        assert self.error_of("plan", book, "--nosuch", status=2)["code"] == "usage"


class TestExport:
    def test_a_plan_that_cannot_be_traded_is_not_written(self, sample_folder: Path, tmp_path: Path) -> None:
        words = ["plan", sample_folder / "adviser.csv", "--index", "sp500", "--hedge", "50%", "--include-delisted"]
        result = run(*words, "--out", tmp_path / "out")
        assert_refused(result, status=1, says="SP (until 2021-09-17)")
        assert "Leave out --include-delisted" in result.stderr
        assert not (tmp_path / "out").exists()

    def test_a_folder_that_is_a_file_is_refused(self, book: Path, tmp_path: Path) -> None:
        (tmp_path / "out").touch()
        assert_refused(run("plan", book, "--out", tmp_path / "out"), status=1, says="--out FOLDER")
        assert [each.name for each in tmp_path.iterdir()] == ["out"]


def raising(error: BaseException) -> Callable[[str], None]:
    def fail(_name: str) -> None:
        raise error

    return fail


# The time-zone library stands in for anything that nobody foresaw.
def test_a_bug_stays_loud(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedger.advice.ZoneInfo", raising(LookupError("no such zone")))
    with pytest.raises(LookupError, match="no such zone"):
        run("plan", book)


def test_an_interruption_is_130(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hedger.advice.ZoneInfo", raising(KeyboardInterrupt()))
    result = run("plan", book)
    assert (result.exit_code, result.output.strip()) == (130, "")


def test_the_entry_point_reads_the_command_line_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["hedger", "plan", "--nosuch"])
    with pytest.raises(SystemExit, match="2"):
        main()


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["--risk", "1"], 2, "--risk 1 can be read in two ways: 1 %, or the whole (100%). Write --risk 1% for"),
        (["--risk", "200%"], 2, "The risk must be above 0 % and at most 100 % of the equity, not 200%."),
        (["--stop", "five"], 2, '--stop: "five" is not a number of index points such as 5.'),
        (["--stop", "0"], 2, "The stop must be a positive number of index points, not 0."),
        (["--stop", "-5"], 2, "The stop must be a positive number of index points, not -5."),
        (["--equity", "-1"], 2, "The equity must be positive, not -1.00."),
        (["--equity", "lots"], 2, '--equity: "lots" is not an amount in USD such as 25000.'),
        (["--contract", "XX"], 2, '--contract: There is no contract "XX". Choose among'),
        (["--contract", "MESU6"], 2, '--contract: There is no contract "MESU6". Write the root: MES.'),
        (["--contract", "SP"], 1, "Choose among ES, MES, QSPX, NQ"),
    ],
)
def test_a_position_cannot_be_sized_by_nonsense(words: list[str], status: int, says: str) -> None:
    given = {"--equity": "10000", "--risk": "1%", "--stop": "5", "--contract": "MES"} | {words[0]: words[1]}
    assert_refused(run("size", *(word for pair in given.items() for word in pair)), status=status, says=says)


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["--buffer", "-1"], 2, "The buffer must not be negative, but is $-1.00."),
        (["--long-term-tax", "120%"], 2, "The long-term tax rate must lie between 0 % and 100 %, not 120%."),
        (["--fee-schedule", "robin"], 2, 'There is no fee schedule "robin". Choose among ibkr, schwab'),
        (["--scenario", "sp500=-12%"], 2, '"sp500=-12%" is not a scenario such as name:sp500=-12%'),
        (["--scenario", "mine:ZZZZ=-12%"], 1, 'The scenario "mine" moves ZZZZ, which is neither an index measured'),
    ],
)
def test_choices_of_risk_that_cannot_be_followed_are_refused(
    book: Path, words: list[str], status: int, says: str
) -> None:
    assert_refused(run("stress", book, *words), status=status, says=says)
