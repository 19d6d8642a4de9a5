from __future__ import annotations

from datetime import UTC, datetime

import pytest

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)
"""A Saturday: the session of 2026-08-21 has ended."""


@pytest.fixture
def now() -> datetime:
    return NOW
