"""What every test may rely on: no network, a Yahoo Finance of its own, and the samples with the shipped prices."""

from __future__ import annotations

import ipaddress
import socket
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from loopback_yahoo import LoopbackYahoo

from hedger.advice import Advice, advise
from hedger.portfolio import Portfolio, read_portfolio
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
NEWEST_SESSION = date(2026, 8, 21)
"""Last session of the shipped prices."""


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Fail every attempt to reach another machine; loopback and sockets within this machine stay open.

    Sockets of Python fail the test that opens them. Libraries in C and child processes are led to a proxy that
    refuses; a test that serves itself overrides these variables.
    """

    def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
        def to_loopback_only(sock: socket.socket, address: Any) -> Any:
            if sock.family in (socket.AF_INET, socket.AF_INET6):
                _require_loopback(address[0])
            return connect(sock, address)

        return to_loopback_only

    def looked_up(host: Any, *rest: Any, **named: Any) -> Any:
        _require_loopback(host)
        return getaddrinfo(host, *rest, **named)

    getaddrinfo = socket.getaddrinfo
    # A port that is taken, but at which nobody listens.
    with socket.socket() as refusing, pytest.MonkeyPatch.context() as patch:
        refusing.bind(("127.0.0.1", 0))
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            for spelling in (name, name.lower()):
                patch.setenv(spelling, f"http://127.0.0.1:{refusing.getsockname()[1]}")
        for spelling in ("NO_PROXY", "no_proxy"):
            patch.setenv(spelling, "127.0.0.1,localhost")
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", looked_up)
        yield


def _require_loopback(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        is_local = ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        # Not an OSError: code that expects the network to fail must not take this for such a failure.
        pytest.fail(f"A test tried to reach {name!r} over the network.")


@pytest.fixture(scope="session")
def loopback_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackYahoo]:
    """A server on this machine that plays Yahoo Finance."""
    with LoopbackYahoo(tmp_path_factory.mktemp("authority")) as server:
        yield server


@pytest.fixture
def yahoo(loopback_server: LoopbackYahoo, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackYahoo]:
    """A Yahoo Finance without listings or faults, to which the environment leads."""
    for name, value in loopback_server.environment.items():
        monkeypatch.setenv(name, value)
    yield loopback_server
    loopback_server.forget()


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    """Folder of the sample portfolios."""
    return ROOT / "sample_portfolios"


@pytest.fixture(scope="session")
def technology(sample_folder: Path) -> Portfolio:
    """The technology book."""
    return read_portfolio(sample_folder / "technology.csv", as_of=NEWEST_SESSION)


@pytest.fixture(scope="session")
def adviser(sample_folder: Path) -> Portfolio:
    """The adviser's book of ten million dollars."""
    return read_portfolio(sample_folder / "adviser.csv", as_of=NEWEST_SESSION)


@pytest.fixture(scope="session")
def technology_advice(technology: Portfolio) -> Advice:
    """Advice for the technology book: remove half of the exposure, on the newest session."""
    return advise(technology, settings=Settings(hedge=0.5), today=NEWEST_SESSION)


@pytest.fixture
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns that says nothing about colours."""
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
