"""What index moves and past crises do to the portfolio, without and with the hedge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report.palette import AFTER, BEFORE
from hedger.report.pdf.charts import BarChart, Bars, Line, LineChart
from hedger.report.pdf.page import TEXT_WIDTH, paragraph, section, side_by_side, table
from hedger.report.statement import index_title
from hedger.report.words import to_dollars, to_percent
from hedger.risk import SEVERAL_SESSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    Document = dict[str, Any]

SHOWN_MOVES = (-0.30, -0.20, -0.10, -0.05, 0.05, 0.10, 0.20, 0.30)
"""Index moves of the table; the workbook has more."""
MARKS = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)


def move_parts(document: Document) -> list[Any]:
    """Return the chart and the table of moves of the reference index, and the user's own scenarios."""
    title, reference = index_title(document), document["exposure"]["reference_index"]
    moves = sorted(
        ((each["shocks"][reference], each) for each in document["scenarios"] if each["group"] == "reference"),
        key=lambda pair: pair[0],
    )
    rows = [
        (
            to_percent(move, is_change=True) + ("*" if each["takes_several_sessions"] else ""),
            *(to_dollars(each[name], is_change=True) for name in ("unhedged_pnl", "hedge_pnl", "hedged_pnl")),
        )
        for move, each in moves
        if move in SHOWN_MOVES
    ]
    width = 252.0
    figures = table((title, "Without hedge", "Futures", "With hedge"), rows, (48.0, 68.0, 60.0, 62.0))
    lines = [_line(moves, "Without hedge", BEFORE, "unhedged"), _line(moves, "With hedge", AFTER, "hedged")]
    chart = LineChart(lines, (TEXT_WIDTH - width, 130.0), to_label=_move_label, marks=MARKS)
    words = "The shaded ranges are those of the beta over the next quarter, 19 times out of 20."
    if any(each["takes_several_sessions"] for move, each in moves if move in SHOWN_MOVES):
        words += f" * {SEVERAL_SESSIONS}"
    return [
        *section(
            f"If the {title} moves",
            side_by_side(figures, chart, widths=(width, TEXT_WIDTH - width)),
            paragraph(words, "small"),
            n_kept=2,
        ),
        *_own_scenarios(document),
    ]


def _line(moves: Sequence[tuple[float, Document]], name: str, colour: str, side: str) -> Line:
    points = [(move, each[f"{side}_pnl"]) for move, each in moves]
    band = [(each[f"{side}_low"], each[f"{side}_high"]) for _, each in moves]
    nothing = sum(move < 0 for move, _ in moves)  # at no move nothing is gained
    points.insert(nothing, (0.0, 0.0))
    band.insert(nothing, (0.0, 0.0))
    return Line(name=name, colour=colour, points=tuple(points), bands=(tuple(band),))


def _move_label(move: float) -> str:
    return to_percent(move, is_change=True)


def _own_scenarios(document: Document) -> list[Any]:
    own = [each for each in document["scenarios"] if each["group"] == "stated"]
    if not own:
        return []
    rows = [
        (
            paragraph(each["name"], "cell"),
            paragraph(" ".join(each["notes"]), "cell"),
            *(to_dollars(each[name], is_change=True) for name in ("unhedged_pnl", "hedge_pnl", "hedged_pnl")),
        )
        for each in own
    ]
    head = ("", "What moves, the rest follows", "Without hedge", "Futures", "With hedge")
    return section("Your own scenarios", table(head, rows, (122.0, 180.0, 70.0, 70.0, 70.0), n_labels=2))


def crisis_parts(document: Document) -> list[Any]:
    """Return the chart and the table of past crises with today's holdings."""
    crises = [each for each in document["scenarios"] if each["kind"] == "crisis"]
    if not crises:
        return []
    title, reference = index_title(document), document["exposure"]["reference_index"]
    rows = [
        (
            each["name"],
            to_percent(each["shocks"].get(reference)),
            *(to_dollars(each[name], is_change=True) for name in ("unhedged_pnl", "hedge_pnl", "hedged_pnl")),
            f"{each['n_real']:,}",
            f"{each['n_by_beta']:,}",
        )
        for each in crises
    ]
    head = ("", title, "Without hedge", "Futures", "With hedge", "Real returns", "By beta")
    chart = BarChart(
        [each["name"] for each in crises],
        [
            Bars(name="Without hedge", colour=BEFORE, amounts=tuple(each["unhedged_pnl"] for each in crises)),
            Bars(name="With hedge", colour=AFTER, amounts=tuple(each["hedged_pnl"] for each in crises)),
        ],
        (TEXT_WIDTH, 96.0),
    )
    return section(
        "Past crises with today's holdings",
        table(head, rows, (132.0, 62.0, 76.0, 70.0, 70.0, 56.0, 46.0)),
        paragraph(
            "From the high to the low of each. Holdings that traded then move as they did; the others by their beta "
            "times the index.",
            "small",
        ),
        chart,
        n_kept=3,
    )
