"""Charts of the printed plan: drawn as lines and areas, not as pictures, so that they are sharp at any size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from hedger.report.palette import GRID, MUTED
from hedger.report.pdf.page import REGULAR, to_print

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FONT_SIZE = 7.2
LEFT, RIGHT, TOP, BOTTOM = 46.0, 10.0, 20.0, 16.0
"""Points around the area of a chart: amounts, a margin, the legend, and labels."""


_DASHES = {"dotted": [1.2, 2.4], "dashed": [4, 3]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a chart.

    Parameters
    ----------
    name, colour
        For the legend.
    points
        Pairs of position and amount, in the order of the positions.
    bands
        Lower and upper end of a range around every point, for each range.
    look
        ``"marked"`` for a course with its points, ``"plain"`` for one without; others are limits.
    """

    name: str
    colour: str
    points: tuple[tuple[float, float], ...]
    bands: tuple[tuple[tuple[float, float], ...], ...] = ()
    look: Literal["marked", "plain", "dotted", "dashed"] = "marked"

    def outlines(self) -> Iterator[tuple[tuple[float, float], ...]]:
        """Yield the corners of every band: along its lower ends and back along its upper ends."""
        for band in self.bands:
            lower = [(place, low) for (place, _), (low, _) in zip(self.points, band, strict=True)]
            upper = [(place, high) for (place, _), (_, high) in zip(self.points, band, strict=True)]
            yield (*lower, *reversed(upper))


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


def round_steps(low: float, high: float) -> tuple[float, ...]:
    """Return about five round numbers at equal distances that enclose a range and zero."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    rough = (high - low) / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(each for each in (1.0, 2.0, 2.5, 5.0, 10.0) if unit * each >= rough * (1.0 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(step * each for each in range(first, last + 1))


class _Chart(Flowable):
    """An area with round amounts on its left and a legend above it.

    Parameters
    ----------
    size
        Width and height, points.
    positions
        First and last.
    amounts
        All that are drawn.
    legend
        Names and colours.
    n_label_lines
        Lines of text under the area.
    """

    def __init__(
        self,
        size: tuple[float, float],
        *,
        positions: tuple[float, float],
        amounts: Sequence[float],
        legend: Sequence[tuple[str, str]],
        n_label_lines: int = 1,
    ) -> None:
        super().__init__()
        self.width, self.height = size
        self._positions = positions
        self._steps = round_steps(min(amounts), max(amounts))
        self._legend = legend
        self._bottom = BOTTOM + FONT_SIZE * (n_label_lines - 1)

    def wrap(self, *_: float) -> tuple[float, float]:
        """Return what the chart takes, points."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the frame, and what it is for."""
        canvas = self.canv
        canvas.saveState()
        self._draw_grid(canvas)
        self._draw_legend(canvas)
        self._draw_content(canvas)
        canvas.restoreState()

    def _draw_content(self, canvas: Any) -> None:
        raise NotImplementedError

    def _x(self, position: float) -> float:
        first, last = self._positions
        return LEFT + (position - first) / (last - first) * (self.width - LEFT - RIGHT)

    def _y(self, amount: float) -> float:
        low, high = self._steps[0], self._steps[-1]
        return self._bottom + (amount - low) / (high - low) * (self.height - self._bottom - TOP)

    def _draw_grid(self, canvas: Any) -> None:
        for step in self._steps:
            is_zero = abs(step) < 1e-9
            canvas.setStrokeColor(MUTED if is_zero else GRID)
            canvas.setLineWidth(0.7 if is_zero else 0.5)
            canvas.line(LEFT, self._y(step), self.width - RIGHT, self._y(step))
            words = self._for_text(canvas, to_short_dollars(step + 0.0))
            canvas.drawRightString(LEFT - 5, self._y(step) - 2.4, words)

    def _draw_legend(self, canvas: Any) -> None:
        x = LEFT
        for name, colour in self._legend:
            canvas.setFillColor(colour)
            canvas.rect(x, self.height - 10, 9, 5, stroke=0, fill=1)
            words = self._for_text(canvas, name)
            canvas.drawString(x + 12, self.height - 10.2, words)
            x += 12 + stringWidth(words, REGULAR, FONT_SIZE) + 14

    def _draw_label(self, canvas: Any, x: float, name: str, *, line: int = 0) -> None:
        words = self._for_text(canvas, name)
        canvas.drawCentredString(x, self._bottom - 10.5 - line * (FONT_SIZE + 1), words)

    @staticmethod
    def _for_text(canvas: Any, words: str) -> str:
        """Set font and colour of text, and return the words as they can be printed."""
        canvas.setFont(REGULAR, FONT_SIZE)
        canvas.setFillColor(MUTED)
        return to_print(words)


class LineChart(_Chart):
    """Lines over positions.

    Parameters
    ----------
    lines
        Drawn in their order, the last on top.
    size
        Width and height, points.
    to_label
        Writes a position.
    marks
        Positions to label.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        size: tuple[float, float],
        *,
        to_label: Callable[[float], str],
        marks: Sequence[float],
    ) -> None:
        places = [place for line in lines for place, _ in line.points]
        super().__init__(
            size,
            positions=(min(places), max(places)),
            amounts=[amount for line in lines for corners in (line.points, *line.outlines()) for _, amount in corners],
            legend=[(line.name, line.colour) for line in lines],
        )
        self._lines, self._to_label, self._marks = lines, to_label, marks

    def _draw_content(self, canvas: Any) -> None:
        for mark in self._marks:
            self._draw_label(canvas, self._x(mark), self._to_label(mark))
        for line in self._lines:
            canvas.setFillColor(line.colour)
            canvas.setFillAlpha(0.14)
            for corners in line.outlines():
                canvas.drawPath(self._path(canvas, corners), stroke=0, fill=1)
        canvas.setFillAlpha(1)
        for line in self._lines:
            canvas.setStrokeColor(line.colour)
            canvas.setFillColor(line.colour)
            canvas.setLineWidth(1.6)
            canvas.setDash(_DASHES.get(line.look, []))
            canvas.drawPath(self._path(canvas, line.points), stroke=1, fill=0)
            for place, amount in line.points if line.look == "marked" else ():
                canvas.circle(self._x(place), self._y(amount), 1.7, stroke=0, fill=1)

    def _path(self, canvas: Any, points: Sequence[tuple[float, float]]) -> Any:
        path = canvas.beginPath()
        path.moveTo(self._x(points[0][0]), self._y(points[0][1]))
        for place, amount in points[1:]:
            path.lineTo(self._x(place), self._y(amount))
        return path


class BarChart(_Chart):
    """Bars in groups side by side.

    Parameters
    ----------
    groups
        Names, in up to two lines: broken where they say so, or at the blank nearest to the middle.
    bars
        One per group each.
    size
        Width and height, points.
    """

    def __init__(self, groups: Sequence[str], bars: Sequence[Bars], size: tuple[float, float]) -> None:
        super().__init__(
            size,
            positions=(0.0, float(len(groups))),
            amounts=[amount for each in bars for amount in each.amounts],
            legend=[(each.name, each.colour) for each in bars],
            n_label_lines=2,
        )
        self._groups, self._bars = groups, bars

    def _draw_content(self, canvas: Any) -> None:
        thick = 0.72 / len(self._bars)
        for place, group in enumerate(self._groups):
            for number, words in enumerate(_two_lines(group)):
                self._draw_label(canvas, self._x(place + 0.5), words, line=number)
            for number, each in enumerate(self._bars):
                left = self._x(place + 0.14 + number * thick)
                right = self._x(place + 0.14 + (number + 1) * thick) - 0.6
                low, high = sorted((self._y(0.0), self._y(each.amounts[place])))
                canvas.setFillColor(each.colour)
                canvas.rect(left, low, right - left, high - low, stroke=0, fill=1)


def _two_lines(words: str) -> tuple[str, ...]:
    blanks = [place for place, each in enumerate(words) if each == " "]
    if "\n" in words:
        return tuple(words.split("\n", 1))
    if len(words) <= 8 or not blanks:
        return (words,)
    middle = min(blanks, key=lambda place: abs(place - len(words) / 2))
    return words[:middle], words[middle + 1 :]
