"""Charts of the printed plan: drawn as lines and areas, not as pictures, so that they are sharp at any size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hedger.report.palette import GRID, MUTED
from hedger.report.pdf_page import REGULAR, to_print

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FONT_SIZE = 7.2
LEFT, RIGHT, TOP, BOTTOM = 46.0, 10.0, 20.0, 16.0
"""Points around the area of a chart: amounts, a margin, the legend, and labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a chart.

    Parameters
    ----------
    name, colour
        For the legend.
    points
        Pairs of position and amount, in the order of the positions.
    band
        Lower and upper end of a range around every point; empty for none.
    is_dashed
        Whether it is a limit and not a course.
    """

    name: str
    colour: str
    points: tuple[tuple[float, float], ...]
    band: tuple[tuple[float, float], ...] = ()
    is_dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """One bar per group.

    Parameters
    ----------
    name, colour
        For the legend.
    amounts
        One per group.
    """

    name: str
    colour: str
    amounts: tuple[float, ...]


def to_short_dollars(amount: float) -> str:
    """Write USD for an axis: ``$400k``, ``-$1.2M``."""
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= unit:
            return f"{sign}${size / unit:.4g}{letter}"
    return f"{sign}${size:.4g}"


def round_steps(low: float, high: float, n_steps: int = 5) -> tuple[float, ...]:
    """Return round numbers, about `n_steps` apart evenly, that enclose a range and reach zero."""
    low, high = min(low, 0.0), max(high, 0.0)
    span = high - low or 1.0
    rough = span / n_steps
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(each for each in (1.0, 2.0, 2.5, 5.0, 10.0) if unit * each >= rough * (1.0 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(step * each for each in range(first, last + 1))


def line_chart(
    lines: Sequence[Line],
    *,
    width: float,
    height: float,
    to_label: Callable[[float], str],
    marks: Sequence[float],
) -> Any:
    """Return lines over positions, with a legend.

    Parameters
    ----------
    lines
        Drawn in their order, the last on top.
    width, height
        Points.
    to_label
        Writes a position.
    marks
        Positions to label.
    """
    from reportlab.graphics.shapes import Circle, Polygon, PolyLine  # noqa: PLC0415  (for a plan that is written only)

    amounts = [amount for line in lines for pair in (*line.points, *_corners(line)) for amount in pair[1:]]
    positions = [position for line in lines for position, _ in line.points]
    steps = round_steps(min(amounts), max(amounts))
    frame = _Frame(width, height, (min(positions), max(positions)), (steps[0], steps[-1]))
    drawing = frame.draw_grid(steps)
    for mark in marks:
        frame.draw_label(drawing, frame.x(mark), to_label(mark))
    for line in lines:
        if line.band:
            corners = [edge for position, amount in _corners(line) for edge in (frame.x(position), frame.y(amount))]
            drawing.add(Polygon(corners, fillColor=_colour(line.colour), fillOpacity=0.14, strokeColor=None))
    for line in lines:
        course = [edge for position, amount in line.points for edge in (frame.x(position), frame.y(amount))]
        dash = [4, 3] if line.is_dashed else None
        drawing.add(PolyLine(course, strokeColor=_colour(line.colour), strokeWidth=1.6, strokeDashArray=dash))
        for position, amount in () if line.is_dashed else line.points:
            dot = Circle(frame.x(position), frame.y(amount), 1.7, fillColor=_colour(line.colour), strokeColor=None)
            drawing.add(dot)
    frame.draw_legend(drawing, [(line.name, line.colour) for line in lines])
    return drawing


def bar_chart(groups: Sequence[str], bars: Sequence[Bars], *, width: float, height: float) -> Any:
    """Return bars in groups side by side, with a legend; names of groups take up to two lines."""
    from reportlab.graphics.shapes import Rect  # noqa: PLC0415  (for a plan that is written only)

    amounts = [amount for each in bars for amount in each.amounts]
    steps = round_steps(min(amounts), max(amounts))
    frame = _Frame(width, height, (0.0, float(len(groups))), (steps[0], steps[-1]), n_label_lines=2)
    drawing = frame.draw_grid(steps)
    thick = 0.72 / len(bars)
    for place, group in enumerate(groups):
        for number, each in enumerate(bars):
            left = frame.x(place + 0.14 + number * thick)
            right = frame.x(place + 0.14 + (number + 1) * thick) - 0.6
            ends = sorted((frame.y(0.0), frame.y(each.amounts[place])))
            shape = Rect(
                left, ends[0], right - left, ends[1] - ends[0], fillColor=_colour(each.colour), strokeColor=None
            )
            drawing.add(shape)
        for number, words in enumerate(_two_lines(group)):
            frame.draw_label(drawing, frame.x(place + 0.5), words, line=number)
    frame.draw_legend(drawing, [(each.name, each.colour) for each in bars])
    return drawing


def _corners(line: Line) -> list[tuple[float, float]]:
    """Return the outline of a band: along its lower ends and back along its upper ends."""
    places = [position for position, _ in line.points]
    lower = [(place, low) for place, (low, _) in zip(places, line.band, strict=False)]
    upper = [(place, high) for place, (_, high) in zip(places, line.band, strict=False)]
    return [*lower, *reversed(upper)]


def _two_lines(words: str) -> tuple[str, ...]:
    """Break a name where it says so, or at the blank nearest to its middle."""
    if "\n" in words:
        return tuple(words.split("\n", 1))
    blanks = [place for place, each in enumerate(words) if each == " "]
    if len(words) <= 8 or not blanks:
        return (words,)
    middle = min(blanks, key=lambda place: abs(place - len(words) / 2))
    return words[:middle], words[middle + 1 :]


def _colour(name: str) -> Any:
    from reportlab.lib.colors import HexColor  # noqa: PLC0415  (for a plan that is written only)

    return HexColor(name)


class _Frame:
    """The area of a chart, and how positions and amounts lie in it."""

    def __init__(
        self,
        width: float,
        height: float,
        positions: tuple[float, float],
        amounts: tuple[float, float],
        *,
        n_label_lines: int = 1,
    ) -> None:
        self._width, self._height = width, height
        self._positions, self._amounts = positions, amounts
        self._bottom = BOTTOM + FONT_SIZE * (n_label_lines - 1)

    def x(self, position: float) -> float:
        first, last = self._positions
        return LEFT + (position - first) / (last - first) * (self._width - LEFT - RIGHT)

    def y(self, amount: float) -> float:
        low, high = self._amounts
        return self._bottom + (amount - low) / (high - low) * (self._height - self._bottom - TOP)

    def draw_grid(self, steps: Sequence[float]) -> Any:
        from reportlab.graphics.shapes import Drawing  # noqa: PLC0415  (for a plan that is written only)
        from reportlab.graphics.shapes import Line as Stroke  # noqa: PLC0415

        drawing = Drawing(self._width, self._height)
        for step in steps:
            is_zero = abs(step) < 1e-9
            stroke = Stroke(LEFT, self.y(step), self._width - RIGHT, self.y(step))
            stroke.strokeColor, stroke.strokeWidth = _colour(MUTED if is_zero else GRID), 0.7 if is_zero else 0.5
            drawing.add(stroke)
            self._write(drawing, LEFT - 5, self.y(step) - 2.4, to_short_dollars(step + 0.0), anchor="end")
        return drawing

    def draw_label(self, drawing: Any, x: float, words: str, *, line: int = 0) -> None:
        self._write(drawing, x, self._bottom - 10.5 - line * (FONT_SIZE + 1), words, anchor="middle")

    def draw_legend(self, drawing: Any, entries: Sequence[tuple[str, str]]) -> None:
        from reportlab.graphics.shapes import Rect  # noqa: PLC0415  (for a plan that is written only)
        from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415

        x = LEFT
        for name, colour in entries:
            drawing.add(Rect(x, self._height - 10, 9, 5, fillColor=_colour(colour), strokeColor=None))
            self._write(drawing, x + 12, self._height - 10.2, name)
            x += 12 + stringWidth(name, REGULAR, FONT_SIZE) + 14

    @staticmethod
    def _write(drawing: Any, x: float, y: float, words: str, *, anchor: str = "start") -> None:
        from reportlab.graphics.shapes import String  # noqa: PLC0415  (for a plan that is written only)

        look = {"fontName": REGULAR, "fontSize": FONT_SIZE, "fillColor": _colour(MUTED), "textAnchor": anchor}
        drawing.add(String(x, y, to_print(words), **look))
