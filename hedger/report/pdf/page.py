"""Fonts, styles and frame of the printed plan.

The fonts (Liberation Sans, SIL Open Font License) come with the package and are embedded as far as they are used, so
that the plan looks the same everywhere. Text from a user's file is printed as it is: what looks like markup is none.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import KeepTogether, Paragraph, Table, TableStyle

from hedger.report.palette import ALARM, DARK, INK, MUTED, RULE, SHADE
from hedger.shipped import SHIPPED
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

REGULAR, BOLD = "LiberationSans", "LiberationSans-Bold"
WIDTH, HEIGHT = 612.0, 792.0
"""US Letter, points."""
MARGIN = 50.0
TEXT_WIDTH = WIDTH - 2.0 * MARGIN
LONGEST_TEXT = 1_500
"""Characters of one paragraph."""


@cache
def _load_fonts() -> dict[str, Any]:
    """Make the fonts known to the library, once in a process."""
    fonts = {}
    for name, file in ((REGULAR, "LiberationSans-Regular.ttf"), (BOLD, "LiberationSans-Bold.ttf")):
        fonts[name] = TTFont(name, str(SHIPPED / "fonts" / file))
        pdfmetrics.registerFont(fonts[name])
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return fonts


def to_print(text: str) -> str:
    """Return text that can be printed: on one line, with a box for every character that the font does not have."""
    known = _load_fonts()[REGULAR].face.charToGlyph
    return "".join(each if ord(each) in known else "\u25a1" for each in shorten(text, LONGEST_TEXT))


def paragraph(text: str, look: str = "body", *, lead: str = "") -> Any:
    """Return text as a paragraph that wraps, after a `lead` in bold.

    Parameters
    ----------
    text
        Plain; markup in it is printed as it stands.
    look
        One of ``"title section answer body item small source cell alarm"``.
    lead
        Plain.
    """
    words = escape(to_print(text))
    return Paragraph(f"<b>{escape(to_print(lead))}</b> {words}" if lead else words, _styles()[look])


@cache
def _styles() -> dict[str, Any]:
    _load_fonts()
    body = ParagraphStyle(
        "body",
        fontName=REGULAR,
        bulletFontName=REGULAR,
        fontSize=9.2,
        leading=12.4,
        textColor=HexColor(INK),
        spaceAfter=4,
    )
    looks: dict[str, dict[str, Any]] = {
        "title": {"fontName": BOLD, "fontSize": 19, "leading": 23, "textColor": DARK, "spaceAfter": 1},
        "section": {
            "fontName": BOLD, "fontSize": 11.5, "leading": 14, "textColor": DARK, "spaceBefore": 8, "spaceAfter": 3,
        },
        "answer": {"fontName": BOLD, "fontSize": 12, "leading": 16, "textColor": DARK, "spaceAfter": 0},
        "item": {"fontSize": 8.6, "leading": 11.2, "bulletText": "\u2022", "leftIndent": 9, "spaceAfter": 2.5},
        "small": {"fontSize": 7.6, "leading": 9.6, "textColor": MUTED, "spaceBefore": 1.5, "spaceAfter": 1.5},
        "source": {"fontSize": 6.8, "leading": 8.3, "textColor": MUTED, "spaceBefore": 1, "spaceAfter": 1},
        "cell": {"fontSize": 8.2, "leading": 10.2, "spaceAfter": 0},
        "alarm": {"fontSize": 9, "leading": 12, "textColor": ALARM, "spaceAfter": 0},
    }  # fmt: skip
    return {"body": body, **{name: ParagraphStyle(name, parent=body, **look) for name, look in looks.items()}}


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    widths: Sequence[float],
    *,
    n_labels: int = 1,
    n_remarks: int = 0,
    has_total: bool = False,
) -> Any:
    """Return a table: the first `n_labels` and the last `n_remarks` columns on the left, numbers on the right.

    Parameters
    ----------
    head
        Of the columns; empty for none.
    rows
        Text, or what can be drawn.
    widths
        Points.
    n_labels, n_remarks
        Columns on the left, at the beginning and at the end.
    has_total
        Whether the last row closes the table.
    """
    _load_fonts()
    every_row: list[Sequence[object]] = [*([head] if head else []), *rows]
    cells = [[to_print(each) if isinstance(each, str) else each for each in row] for row in every_row]
    last = len(widths) - 1 - n_remarks
    commands: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), REGULAR, 8.2, 10.2),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("ALIGN", (n_labels, 0), (last, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.0),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
    ]
    if head:
        commands += [
            ("FONT", (0, 0), (-1, 0), BOLD, 8.2, 10.2),
            ("TEXTCOLOR", (0, 0), (-1, 0), DARK),
            ("BACKGROUND", (0, 0), (-1, 0), SHADE),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, MUTED),
        ]
    if has_total:
        commands += [("FONT", (0, -1), (-1, -1), BOLD, 8.2, 10.2), ("LINEABOVE", (0, -1), (-1, -1), 0.8, MUTED)]
    drawn = Table(cells, colWidths=list(widths), repeatRows=1 if head else 0, hAlign="LEFT")
    drawn.setStyle(TableStyle(commands))
    return drawn


def panel(content: Iterable[Any], *, colour: str = SHADE, edge: str = DARK) -> Any:
    """Return paragraphs on a coloured ground with a thick left edge."""
    drawn = Table([[list(content)]], colWidths=[TEXT_WIDTH])
    drawn.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), REGULAR),
                ("BACKGROUND", (0, 0), (-1, -1), colour),
                ("LINEBEFORE", (0, 0), (0, -1), 3, edge),
                ("LEFTPADDING", (0, 0), (-1, -1), 12),
                ("RIGHTPADDING", (0, 0), (-1, -1), 12),
                ("TOPPADDING", (0, 0), (-1, -1), 8),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 9),
            ]
        )
    )
    return drawn


def side_by_side(*parts: Any, widths: Sequence[float]) -> Any:
    """Return parts in columns, each on the left of its own, their upper edges level."""
    drawn = Table([list(parts)], colWidths=list(widths), hAlign="LEFT")
    drawn.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    return drawn


def section(title: str, *content: Any, n_kept: int = 1) -> list[Any]:
    """Return a titled part; its title stays with the first `n_kept` pieces of its content."""
    return [KeepTogether([paragraph(title, "section"), *content[:n_kept]]), *content[n_kept:]]
