"""Native charts of the workbook, in one look: they follow the cells that a reader changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report.palette import AFTER, BEFORE, GRID, MUTED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hedger.report.workbook.page import Page

Series = tuple[str, int, str]
"""Name, column and colour of a series."""

BEFORE_AND_AFTER: tuple[tuple[str, str], tuple[str, str]] = (("Without hedge", BEFORE), ("With hedge", AFTER))
"""Names and colours of the two sides of every comparison."""
CHART_ROWS = 17
"""Rows of the sheet that a chart covers."""


def compare(before: int, after: int) -> tuple[Series, Series]:
    """Return the two series of a comparison, given their columns."""
    (one, colour), (other, other_colour) = BEFORE_AND_AFTER
    return (one, before, colour), (other, after, other_colour)


def add_columns(page: Page, title: str, series: Iterable[Series], rows: tuple[int, int], *, labels: int = 0) -> None:
    """Write a chart of columns under what the page has so far; `rows` are the first and the last, `labels` a column."""
    _add(page, title, series, rows, labels=labels, kind={"type": "column"}, number_format="$#,##0")


def add_bars(
    page: Page,
    title: str,
    series: Iterable[Series],
    rows: tuple[int, int],
    *,
    number_format: str = "$#,##0",
) -> None:
    """Write a chart of horizontal bars, the first row on top."""
    _add(page, title, series, rows, labels=0, kind={"type": "bar"}, number_format=number_format)


def add_lines(
    page: Page, title: str, series: Iterable[Series], rows: tuple[int, int], *, places: int, place_format: str = "0%"
) -> None:
    """Write a chart of lines over the moves of an index, or whatever else stands in the column `places`."""
    kind = {"type": "scatter", "subtype": "straight_with_markers"}
    _add(page, title, series, rows, labels=places, kind=kind, number_format="$#,##0", place_format=place_format)


def _add(
    page: Page,
    title: str,
    series: Iterable[Series],
    rows: tuple[int, int],
    *,
    labels: int,
    kind: dict[str, str],
    number_format: str,
    place_format: str = "",
) -> None:
    chart: Any = page.book.add_chart(kind)
    first, last = rows
    is_line = kind["type"] == "scatter"
    for name, column, colour in series:
        look: dict[str, Any] = {"fill": {"color": colour}, "gap": 70, "overlap": 0}
        if is_line:
            marker = {"type": "circle", "size": 5, "fill": {"color": colour}, "border": {"color": colour}}
            look = {"line": {"color": colour, "width": 2.25}, "marker": marker}
        chart.add_series(
            {
                "name": name,
                "categories": [page.name, first, labels, last, labels],
                "values": [page.name, first, column, last, column],
                **look,
            }
        )
    chart.set_title({"name": title, "overlay": False, "name_font": {"size": 12, "bold": False}})
    soft = {"num_font": {"color": MUTED}, "line": {"color": GRID}}
    lines = {"visible": True, "line": {"color": GRID, "width": 0.75}}
    amounts = {**soft, "num_format": number_format, "major_gridlines": lines, "label_position": "low"}
    names: dict[str, Any] = {**soft, "label_position": "low"}
    if is_line:
        names |= {"num_format": place_format, "major_gridlines": lines}
    if kind["type"] == "bar":
        chart.set_x_axis(amounts)
        chart.set_y_axis({**names, "reverse": True, "crossing": "min"})
    else:
        chart.set_x_axis(names)
        chart.set_y_axis(amounts)
    chart.set_legend({"position": "bottom"} if len(chart.series) > 1 else {"none": True})
    page.next_row += 1
    page.chart(chart, page.next_row)
    page.next_row += CHART_ROWS
