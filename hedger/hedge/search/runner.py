"""The stages as they are run: interpreted, which needs nothing, or compiled by numba, which is many times faster.

The code is the same. Interpreted, the search works on lists of numbers; numba, an optional package, compiles the very
same functions for arrays. Compiling takes about a minute; numba then keeps the result beside this file, or in the
user's cache folder, where any change of the search's source makes it useless. Even so a process pays a second or two
before its first plan, so one plan never asks for it: what solves many problems calls :func:`compile_solver` first.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

from hedger.hedge.search import curves, mixes, prices, relaxation, sides, stages, terms, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from hedger.hedge.search.terms import Terms

SOURCES = (terms, sides, curves, relaxation, prices, mixes, walk, stages)
"""What is compiled."""
ROOM: dict[Callable[..., Any], Callable[..., Any]] = {
    terms.floats: lambda size: lambda size: np.zeros(size, np.float64),  # noqa: ARG005 - asked by type, then compiled
    terms.integers: lambda size: lambda size: np.zeros(size, np.int64),  # noqa: ARG005
    terms.float_table: lambda rows, columns: lambda rows, columns: np.zeros((rows, columns), np.float64),  # noqa: ARG005
    terms.float_block: lambda layers, rows, columns: lambda layers, rows, columns: np.zeros((layers, rows, columns)),  # noqa: ARG005
    terms.integer_table: lambda rows, columns: lambda rows, columns: np.zeros((rows, columns), np.int64),  # noqa: ARG005
}
"""What compiled code does instead of the functions that make room in lists."""
WHOLE = ("may_hold", "first", "points", "current", "limit")
"""Terms that are whole numbers."""


class Runner:
    """Runs the stages of the search in the way chosen last."""

    def __init__(self) -> None:
        self._find_least: Callable[..., Any] = stages.find_least
        self._find_cheapest: Callable[..., Any] = stages.find_cheapest
        self.is_compiled = False

    def placed(self, asked: Terms) -> Terms:
        """Return terms of lists and arrays in the memory that the code works on: lists, or arrays when compiled."""
        if self.is_compiled:
            return _to_arrays(asked)
        lists = {name: one.tolist() for name, one in zip(asked._fields, asked, strict=True) if hasattr(one, "tolist")}
        return asked._replace(**lists)

    def find_least(self, asked: Terms, effort: list[int]) -> tuple[float, float, list[int]]:
        """Run :func:`hedger.hedge.search.stages.find_least`."""
        if not self.is_compiled:
            return stages.find_least(asked, effort)
        counted = np.array(effort, dtype=np.int64)
        squared, bound, plan = self._find_least(_to_arrays(asked), counted)
        effort[:] = counted.tolist()
        return squared, bound, plan.tolist()

    def find_cheapest(
        self, asked: Terms, limit: float, hair_squared: float, known: list[int], effort: list[int]
    ) -> list[list[int]]:
        """Run :func:`hedger.hedge.search.stages.find_cheapest`."""
        if not self.is_compiled:
            return stages.find_cheapest(asked, limit, hair_squared, known, effort)
        counted = np.array(effort, dtype=np.int64)
        start = np.array(known, dtype=np.int64)
        plans = self._find_cheapest(_to_arrays(asked), limit, hair_squared, start, counted)
        effort[:] = counted.tolist()
        return [plan.tolist() for plan in plans]

    def compile(self) -> None:
        """Compile the stages, if that has not been done, and run them compiled from now on."""
        if self._find_least is stages.find_least:
            self._find_least, self._find_cheapest = _compiled()
        self.is_compiled = True


RUNNER = Runner()
"""What the solver of this process uses."""


def compile_solver() -> bool:
    """Let the solver of this process run compiled from now on, if numba is installed.

    Plans are the same; only the time they take changes. Worth its while from some thousand problems on.

    Returns
    -------
    bool
        Whether it runs compiled.
    """
    if importlib.util.find_spec("numba") is None:
        return False
    RUNNER.compile()
    return True


def _compiled() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return both stages compiled, or ready to be compiled when they are called first."""
    import numba  # noqa: PLC0415 (optional, and slow to import)
    from numba.extending import overload, register_jitable  # noqa: PLC0415

    for function, arrays in ROOM.items():
        overload(function)(arrays)
    for module in SOURCES:
        for function in vars(module).values():
            if inspect.isfunction(function) and function.__module__ == module.__name__ and function not in ROOM:
                register_jitable(function)
    sources = "".join(inspect.getsource(module) for module in SOURCES)
    find_least, find_cheapest = _entries(hashlib.sha256(sources.encode()).hexdigest())
    return numba.njit(find_least, cache=True), numba.njit(find_cheapest, cache=True)


def _entries(version: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the functions that numba compiles and keeps: it keeps one for each value that they refer to."""

    def find_least(asked, effort):  # type: ignore[no-untyped-def]
        _ = version
        return stages.find_least(asked, effort)

    def find_cheapest(asked, limit, hair_squared, known, effort):  # type: ignore[no-untyped-def]
        _ = version
        return stages.find_cheapest(asked, limit, hair_squared, known, effort)

    return find_least, find_cheapest


def _to_arrays(asked: Terms) -> Terms:
    """Return terms as arrays."""
    arrays: dict[str, Any] = {
        name: np.array(values, dtype=np.int64 if name in WHOLE else np.float64)
        for name, values in zip(asked._fields, asked, strict=True)
        if isinstance(values, list)
    }
    return asked._replace(**arrays)
