"""Kinds of arrays, and how a frozen type keeps the ones it holds from being written to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "ByteArray", "DateArray", "FloatArray", "IntArray", "freeze"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
ByteArray = npt.NDArray[np.uint8]
DateArray = npt.NDArray[np.datetime64]


def freeze(owner: object, *names: str, **dtypes: npt.DTypeLike) -> None:
    """Replace arrays of a frozen dataclass by read-only copies of their own; call it in ``__post_init__``.

    An array that is read-only already and no view of another is kept, so that ``dataclasses.replace`` copies nothing.

    Parameters
    ----------
    owner
        The instance.
    names
        Its fields that hold an array, or a tuple of arrays.
    dtypes
        Other such fields, and what they are converted to.
    """
    for name in (*names, *dtypes):
        held, dtype = getattr(owner, name), dtypes.get(name)
        frozen = tuple(_to_frozen(each, dtype) for each in held) if isinstance(held, tuple) else _to_frozen(held, dtype)
        object.__setattr__(owner, name, frozen)


def _to_frozen(values: npt.NDArray[Any], dtype: npt.DTypeLike | None) -> npt.NDArray[Any]:
    is_own = isinstance(values, np.ndarray) and not values.flags.writeable and values.base is None
    if is_own and (dtype is None or values.dtype == dtype):
        return values
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array
