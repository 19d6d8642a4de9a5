from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from loopback_yahoo import LoopbackYahoo

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
"""A Saturday: the session of 2026-08-21 has ended."""


@pytest.fixture(scope="session")
def loopback_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoopbackYahoo]:
    with LoopbackYahoo(tmp_path_factory.mktemp("authority")) as server:
        yield server


@pytest.fixture
def yahoo(loopback_server: LoopbackYahoo, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackYahoo]:
    """A Yahoo Finance without listings or faults, to which the environment leads."""
    for name, value in loopback_server.environment.items():
        monkeypatch.setenv(name, value)
    yield loopback_server
    loopback_server.forget()


@pytest.fixture
def now() -> datetime:
    return NOW
