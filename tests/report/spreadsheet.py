"""A small calculator for the formulas of a workbook, independent of the program that wrote them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from openpyxl.formula import Tokenizer
from openpyxl.utils import range_boundaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from openpyxl.workbook import Workbook


def _flat(arguments: Iterable[Any]) -> Iterator[float]:
    for each in arguments:
        if isinstance(each, list):
            yield from _flat(each)
        elif isinstance(each, int | float) and not isinstance(each, bool):
            yield each


FUNCTIONS = {
    "SUM": lambda *given: math.fsum(_flat(given)),
    "SUMSQ": lambda *given: math.fsum(each * each for each in _flat(given)),
    "SUMPRODUCT": lambda one, other: math.fsum(a * b for a, b in zip(_flat([one]), _flat([other]), strict=True)),
    "ABS": abs,
    "SQRT": math.sqrt,
    "MIN": lambda *given: min(_flat(given)),
    "MAX": lambda *given: max(_flat(given)),
    "IF": lambda condition, one, other: one() if condition() else other(),
    "OR": lambda *given: any(each() for each in given),
    "ISNUMBER": lambda value: isinstance(value, int | float),
}
LAZY = ("IF", "OR")
"""Functions that must not look at every argument: one of them may divide by zero."""


class Calculator:
    """Computes the cells of a workbook that was read with its formulas.

    Parameters
    ----------
    book
        As :func:`openpyxl.load_workbook` reads it; its constants may be changed before cells are computed.
    """

    def __init__(self, book: Workbook) -> None:
        self._book = book

    def value(self, sheet: str, address: str) -> Any:
        """Return what a cell holds or gives."""
        held = self._book[sheet][address.replace("$", "")].value
        return self._compute(sheet, held) if isinstance(held, str) and held.startswith("=") else held

    def named(self, name: str) -> Any:
        """Return what the cell of a defined name holds or gives."""
        sheet, address = self._book.defined_names[name].attr_text.split("!")
        return self.value(sheet.strip("'"), address)

    def _compute(self, sheet: str, formula: str) -> Any:
        words, open_calls = [], []
        for token in Tokenizer(formula).items:
            if token.type == "FUNC" and token.subtype == "OPEN":
                name = token.value[:-1]
                open_calls.append(name in LAZY)
                words.append(f"F[{name!r}](" + ("lambda: " if name in LAZY else ""))
            elif token.type == "FUNC":
                open_calls.pop()
                words.append(")")
            elif token.type == "SEP":
                words.append(", lambda: " if open_calls[-1] else ", ")
            elif token.type == "OPERAND" and token.subtype == "RANGE":
                words.append(f"R({token.value!r})")
            else:
                words.append({"=": "==", "<>": "!="}.get(token.value, token.value))
        scope = {"F": FUNCTIONS, "R": lambda text: self._range(sheet, text)}
        return eval("".join(words), scope)

    def _range(self, sheet: str, text: str) -> Any:
        if text in self._book.defined_names:
            return self.named(text)
        first, _, last = text.replace("$", "").partition(":")
        if not last:
            return self.value(sheet, first)
        left, top, right, bottom = range_boundaries(f"{first}:{last}")
        cells = self._book[sheet].iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right)
        return [self.value(sheet, cell.coordinate) for row in cells for cell in row]
