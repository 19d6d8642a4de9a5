r"""A compact, exact and fast form for tables of printed decimal numbers.

Prices are printed with few digits, so they are stored as what they are: integers with a number of decimals.
A cell :math:`x = m / 10^d` becomes the mantissa :math:`m`; :math:`d` is kept once per column and block of
:data:`ROWS_PER_BLOCK` rows. Downwards in each column the integers are differenced (neighbouring days are
close), the sign is folded into the lowest bit (zigzag), and the bytes are regrouped into planes, all lowest
bytes first: the high planes are nearly all zero, which is what deflate needs. Each step is reversed exactly,
and because :math:`m < 2^{53}` and :math:`10^d` are exact in binary, the one division at the end is correctly
rounded (IEEE 754): the result is the very float that ``float(text)`` gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from hedger.arrays import freeze

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hedger.arrays import ByteArray, DateArray, FloatArray


ROWS_PER_BLOCK = 32
"""Rows that share a number of decimals; part of the stored format."""

_POWERS_OF_TEN = np.array([1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9])
_NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecimalTable:
    """Non-negative decimal numbers by day and column, some of them blank.

    Parameters
    ----------
    days
        One per row, ``datetime64[D]``, shape (n_rows,).
    names
        One per column.
    decimals
        Digits after the point, shape (n_blocks, n_columns).
    planes
        Bytes of the zigzag differences of mantissa + 1 (0 is a blank), lowest first, shape
        (n_planes, n_columns, n_rows).
    """

    days: DateArray
    names: tuple[str, ...]
    decimals: ByteArray
    planes: ByteArray

    def __post_init__(self) -> None:
        freeze(self, "days", "decimals", "planes")

    @classmethod
    def from_text(cls, days: DateArray, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Self:
        """Pack the printed numbers of a table, ``""`` for a blank.

        Raises
        ------
        ValueError
            When a cell is not a plain non-negative decimal number of at most nine decimals.
        """
        mantissas = np.zeros((len(rows), len(names)), dtype=np.int64)
        decimals = np.zeros((-(-len(rows) // ROWS_PER_BLOCK), len(names)), dtype=np.uint8)
        for block in range(len(decimals)):
            top = block * ROWS_PER_BLOCK
            for column in range(len(names)):
                cells = [_split(row[column]) for row in rows[top : top + ROWS_PER_BLOCK]]
                n_decimals = max((len(cell[1]) for cell in cells if cell), default=0)
                decimals[block, column] = n_decimals
                mantissas[top : top + len(cells), column] = [
                    int(cell[0] + cell[1].ljust(n_decimals, "0")) + 1 if cell else 0 for cell in cells
                ]
        steps = np.diff(mantissas.T, axis=1, prepend=0)
        folded = (steps << 1) ^ (steps >> 63)
        n_planes = -(-int(folded.max(initial=1)).bit_length() // 8)
        planes = np.stack([(folded >> 8 * plane & 0xFF).astype(np.uint8) for plane in range(n_planes)])
        return cls(days=days.astype("datetime64[D]"), names=tuple(names), decimals=decimals, planes=planes)

    @classmethod
    def from_members(cls, members: Mapping[str, npt.NDArray[Any]], prefix: str) -> Self:
        """Read a table back from the arrays that :meth:`to_members` made."""
        return cls(
            days=np.cumsum(members[f"{prefix}.day_steps"], dtype=np.int64).astype("datetime64[D]"),
            names=tuple(str(name) for name in members[f"{prefix}.names"]),
            decimals=members[f"{prefix}.decimals"],
            planes=members[f"{prefix}.planes"],
        )

    def to_members(self, prefix: str) -> dict[str, npt.NDArray[Any]]:
        """Return the table as arrays for an ``.npz`` archive, their names beginning with `prefix`."""
        return {
            f"{prefix}.day_steps": np.diff(self.days.astype(np.int64), prepend=0).astype(np.int32),
            f"{prefix}.names": np.array(self.names),
            f"{prefix}.decimals": self.decimals,
            f"{prefix}.planes": self.planes,
        }

    def values(self, names: Sequence[str]) -> FloatArray:
        """Return the columns `names` as floats, NaN for a blank, shape (n_rows, len(names))."""
        positions = [self.names.index(name) for name in names]
        folded = np.zeros((len(positions), self.days.size), dtype=np.int64)
        for plane, content in enumerate(self.planes):
            folded |= content[positions].astype(np.int64) << 8 * plane
        mantissas = np.cumsum((folded >> 1) ^ -(folded & 1), axis=1)
        scales = _POWERS_OF_TEN[self.decimals[:, positions].T].repeat(ROWS_PER_BLOCK, axis=1)
        numbers: FloatArray = (mantissas - 1) / scales[:, : self.days.size]
        numbers[mantissas == 0] = np.nan
        return numbers.T


def _split(text: str) -> tuple[str, str] | None:
    """Return the digits before and after the point, ``None`` for a blank."""
    if not text:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a plain decimal number")
    return match[1], match[2] or ""
