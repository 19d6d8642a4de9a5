"""The command as a process: start-up, pipes, interruption, and the examples as printed."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
import pytest
from click.testing import CliRunner
from loopback_yahoo import Listing, LoopbackYahoo, trading_days, wander

from hedger.cli import hedger
from hedger.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

HEDGER = [sys.executable, "-m", "hedger"]
NOT_FOR_A_PLAN = ["pandas", "scipy", "pyarrow", "streamlit", "yfinance", "exchange_calendars", "rich"]

LISTING_DRIVER = """
import json, sys
from hedger.cli import hedger
try:
    hedger.main(sys.argv[1:])
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def loaded_modules(*words: object, folder: Path) -> set[str]:
    command = [sys.executable, "-c", LISTING_DRIVER, *map(str, words)]
    finished = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(finished.stderr.splitlines()[-1]))


def test_a_plan_for_programs_loads_nothing_heavy(sample_folder: Path) -> None:
    modules = loaded_modules("plan", sample_folder / "adviser.csv", "--json", folder=sample_folder)
    assert modules & set(NOT_FOR_A_PLAN) == set()
    assert "numpy" in modules


def test_a_plan_for_people_loads_rich_and_nothing_else_heavy(sample_folder: Path) -> None:
    modules = loaded_modules("plan", sample_folder / "adviser.csv", folder=sample_folder)
    assert modules & set(NOT_FOR_A_PLAN) == {"rich"}


def test_standard_output_holds_one_document_in_utf8_whatever_the_locale(sample_folder: Path, tmp_path: Path) -> None:
    holdings = tmp_path / "größe.csv"
    holdings.write_text("ticker,shares\nAAPL,500\n", encoding="utf-8")
    command = [*HEDGER, "plan", str(holdings), "--out", str(tmp_path / "out"), "--json"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    finished = subprocess.run(
        command, cwd=sample_folder.parent, env=environment, capture_output=True, check=True, timeout=60
    )
    assert json.loads(finished.stdout.decode("utf-8"))["portfolio"]["name"] == "größe"
    assert finished.stdout == (tmp_path / "out" / "plan.json").read_bytes()
    assert b"orders.csv" in finished.stderr


def test_a_view_in_a_narrow_encoding_still_prints(sample_folder: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [*HEDGER, "betas", "sample_portfolios/concentrated.csv"]
    finished = subprocess.run(
        command, cwd=sample_folder.parent, env=environment, capture_output=True, check=True, timeout=60
    )
    assert b"portfolio" in finished.stdout


def test_what_libraries_write_to_standard_output_is_not_among_the_answer(sample_folder: Path) -> None:
    script = (
        "import os\n"
        "from hedger.cli.exits import claim_stdout\n"
        "print('before')\n"
        "claim_stdout()\n"
        "os.write(1, b'noise of a library in C')\n"
        "print('größe')\n"
    )
    finished = subprocess.run([sys.executable, "-X", "utf8", "-c", script], capture_output=True, check=True, timeout=60)
    assert finished.stdout.decode("utf-8").splitlines() == ["before", "größe"]
    # HiGHS writes lines of its own while it solves this one.
    options = ["--hedge", "10%", "--allow-long-legs", "--objective", "expected-shortfall", "--json"]
    command = [*HEDGER, "plan", str(sample_folder / "technology.csv"), *options]
    finished = subprocess.run(command, cwd=sample_folder.parent, capture_output=True, check=True, timeout=60)
    assert json.loads(finished.stdout)["policy"]["objective"] == "expected-shortfall"


@pytest.mark.parametrize("words", [["plan", "--json"], ["plan"]])
def test_a_closed_pipe_ends_quietly(sample_folder: Path, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [*HEDGER, *words, str(sample_folder / "adviser.csv")]
    finished = subprocess.run(
        command, cwd=sample_folder.parent, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )
    os.close(writing)
    assert finished.returncode == 1
    assert finished.stderr == ""


def test_ctrl_c_ends_quietly_with_130(sample_folder: Path, tmp_path: Path) -> None:
    # A pipe that nobody writes to keeps the command waiting for its holdings.
    holdings = tmp_path / "holdings.csv"
    os.mkfifo(holdings)
    command = [*HEDGER, "plan", str(holdings)]
    with subprocess.Popen(
        command,
        cwd=sample_folder.parent,
        stderr=subprocess.PIPE,
        preexec_fn=listen_to_ctrl_c,  # noqa: PLW1509 - no thread runs here
    ) as plan:
        try:
            writing = wait_for(lambda: open_for_writing(holdings))
            status = wait_for(lambda: interrupted(plan))
            os.close(writing)
        finally:
            plan.kill()
        assert plan.stderr is not None
        assert plan.stderr.read().strip() == b""
    assert status == 130


def listen_to_ctrl_c() -> None:
    """Let a child see Ctrl-C even where these tests run in the background of a shell, which has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupted(process: subprocess.Popen[bytes]) -> int | None:
    """Send Ctrl-C; a signal that comes just before the process begins to wait is seen only when it wakes up."""
    process.send_signal(signal.SIGINT)
    try:
        return process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return None


def open_for_writing(pipe: Path) -> int | None:
    """Open a pipe once somebody reads from it."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def wait_for(attempt: Callable[[], T | None], *, seconds: float = 30.0) -> T:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        outcome = attempt()
        if outcome is not None:
            return outcome
        time.sleep(0.02)
    raise TimeoutError(f"nothing happened in {seconds} seconds")


def test_the_app_serves_the_page_on_the_port_and_stops_with_ctrl_c(sample_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*HEDGER, "app", "--port", str(port), "--no-browser", "--portfolio", "sample_portfolios/technology.csv"]
    with subprocess.Popen(
        command, cwd=sample_folder.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as app:
        try:
            assert wait_for(lambda: health_of(port)) == b"ok"
            os.killpg(app.pid, signal.SIGINT)  # as a terminal does, to the command and its server
            _, stderr = app.communicate(timeout=30)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(app.pid, signal.SIGKILL)
    assert app.returncode in (0, 130)
    assert b"Traceback" not in stderr


def health_of(port: int) -> bytes | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as response:
            content: bytes = response.read()
            return content
    except OSError:
        return None


def every_command(group: click.Group = hedger, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, (*above, name))
        else:
            yield (*above, name)


@pytest.mark.parametrize("command", [(), *every_command()], ids=" ".join)
def test_the_help_ends_with_an_example_that_works_as_printed(
    sample_folder: Path,
    command: tuple[str, ...],
    yahoo: LoopbackYahoo,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    printed = CliRunner().invoke(hedger, [*command, "--help"])
    assert printed.exit_code == 0
    example = re.search(r"^  Example.*:\n((?:    hedger .*\n)+)\Z", printed.stdout, flags=re.MULTILINE)
    assert example is not None
    lines = [shlex.split(line)[1:] for line in example[1].splitlines()]
    assert tuple(lines[-1][: len(command)]) == command

    (tmp_path / "sample_portfolios").symlink_to(sample_folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sessions = trading_days("2026-01-02", "2026-08-21")
    for symbol in ("^GSPC", "^NDX", "^DJI", "^RUT", "AAPL"):
        yahoo.add(Listing(symbol, sessions=sessions, close=wander(sessions.size, seed=1)))
    for words in lines:
        if words[0] == "app":  # is served and stopped above
            assert Path(words[words.index("--portfolio") + 1]).is_file()
        else:
            assert CliRunner().invoke(hedger, words, catch_exceptions=False).exit_code == 0


def test_the_version_is_that_of_the_package() -> None:
    assert CliRunner().invoke(hedger, ["--version"]).stdout == f"hedger, version {__version__}\n"
