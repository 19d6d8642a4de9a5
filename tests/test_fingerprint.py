"""A fingerprint tells inputs apart, and refuses what it cannot read."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hedger.fingerprint import fingerprint
from hedger.market import Prices

CLOSES = Prices(
    sessions=np.array(["2026-08-20", "2026-08-21"], dtype="datetime64[D]"),
    symbols=("A", "B"),
    close=np.array([[1.0, 2.0], [3.0, np.nan]]),
    source="made up",
)


@dataclass(frozen=True)
class Choice:
    day: date
    shares: tuple[float, ...]


STATED = {"choice": Choice(day=date(2026, 8, 21), shares=(1.0, 2.5)), "name": "own"}


def test_the_same_inputs_have_the_same_fingerprint_in_any_order():
    turned = dict(reversed(STATED.items()))
    assert fingerprint(STATED, [CLOSES]) == fingerprint(turned, [replace(CLOSES, source="elsewhere")])
    assert len(fingerprint(STATED, [])) == 64


@pytest.mark.parametrize(
    ("stated", "tables"),
    [
        ({**STATED, "name": "other"}, [CLOSES]),
        ({**STATED, "choice": Choice(day=date(2026, 8, 20), shares=(1.0, 2.5))}, [CLOSES]),
        ({**STATED, "choice": Choice(day=date(2026, 8, 21), shares=(1.0, 2.6))}, [CLOSES]),
        (STATED, []),
        (STATED, [CLOSES, CLOSES]),
        (STATED, [replace(CLOSES, symbols=("A", "C"))]),
        (STATED, [replace(CLOSES, sessions=np.array(["2026-08-19", "2026-08-21"], dtype="datetime64[D]"))]),
        (STATED, [replace(CLOSES, close=np.array([[1.0, 2.0], [3.0, 4.0]]))]),
    ],
)
def test_any_change_gives_another_one(stated, tables):
    assert fingerprint(stated, tables) != fingerprint(STATED, [CLOSES])


@pytest.mark.parametrize("value", [Path("a"), {1, 2}, np.array([1.0]), np.int64(1), b"x", date])
def test_what_has_no_stable_text_is_refused(value):
    with pytest.raises(TypeError, match="has no fingerprint"):
        fingerprint({"value": value}, [])
