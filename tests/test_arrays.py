"""Arrays of a frozen type cannot be written to, by anyone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from hedger.arrays import FloatArray, freeze


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Closes:
    days: object
    close: FloatArray
    parts: tuple[FloatArray, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        freeze(self, "close", "parts", days="datetime64[D]")


def test_an_array_is_copied_and_locked() -> None:
    close, part = np.array([1.0, 2.0]), np.array([3.0])
    held = Closes(days=["2026-08-20", "2026-08-21"], close=close, parts=(part,))
    close[0] = part[0] = 9.0
    assert held.close.tolist() == [1.0, 2.0]
    assert held.parts[0].tolist() == [3.0]
    for array in (held.close, held.parts[0], held.days):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]


def test_an_array_is_converted_where_a_type_is_named() -> None:
    held = Closes(days=np.array(["2026-08-20T16:00"], dtype="datetime64[ns]"), close=np.ones(1))
    assert held.days.dtype == np.dtype("datetime64[D]")


def test_what_is_locked_already_is_kept_and_a_locked_view_is_not() -> None:
    held = Closes(days=["2026-08-21"], close=np.ones(1))
    again = replace(held, title="again")
    assert again.close is held.close
    assert again.days is held.days
    whole = np.ones(3)
    view = whole[:1]
    view.flags.writeable = False
    seen = replace(held, close=view)
    whole[0] = 9.0
    assert seen.close.tolist() == [1.0]
