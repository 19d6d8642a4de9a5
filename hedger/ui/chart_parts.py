"""What all charts of the page have in common: colours, axes of money and days, legend, and the line under the pointer.

Colours are those of the printed plan and are told apart by the colour-blind (after Okabe and Ito, 2008, "Color
universal design"); lines differ in their dashes, too, and what calls for cash says so in words.
"""

from __future__ import annotations

from typing import Any

from hedger.report import palette

Row = dict[str, float | str]
Part = dict[str, Any]

UNHEDGED, HEDGED, FUTURES = "Without hedge", "With hedge", "Futures alone"
RIVAL = "S&P 500 at one-year beta"
ACCOUNT, CALL_LINE, LOWEST = "Futures account", "Call for cash below", "Low until then"
COLOURS = {
    UNHEDGED: palette.BEFORE,
    HEDGED: palette.AFTER,
    FUTURES: palette.FUTURES,
    RIVAL: palette.FUTURES,
    ACCOUNT: palette.AFTER,
    CALL_LINE: palette.BEFORE,
    LOWEST: palette.FUTURES,
}
DASHES = {
    UNHEDGED: [6, 4],
    HEDGED: [1, 0],
    FUTURES: [2, 3],
    RIVAL: [2, 3],
    ACCOUNT: [1, 0],
    CALL_LINE: [6, 4],
    LOWEST: [2, 3],
}

MONEY_AXIS: Part = {
    "labelExpr": "(datum.value < 0 ? '\u2212$' : '$') + replace(format(abs(datum.value), '~s'), 'G', 'B')",
    "tickCount": 6,
}
DAY_AXIS: Part = {"format": "%b %Y", "tickCount": 5, "labelOverlap": True, "labelSeparation": 12, "grid": False}
LEGEND: Part = {
    "orient": "top",
    "title": None,
    "symbolType": "stroke",
    "symbolSize": 400,
    "symbolOpacity": 1,
    "labelLimit": 300,
    "columns": 2,
}
"""In two columns, which a phone has room for."""
MONEY, GAIN = "$,.0f", "+$,.0f"
"""Formats of amounts, and of gains and losses with their sign, in the box under the pointer."""


def series_encoding(names: tuple[str, ...]) -> Part:
    """Return colours and dashes of lines told apart by the field ``series``."""
    field: Part = {"field": "series", "type": "nominal", "legend": LEGEND}
    return {
        "color": {**field, "scale": {"domain": names, "range": [COLOURS[name] for name in names]}},
        "strokeDash": {**field, "scale": {"domain": names, "range": [DASHES[name] for name in names]}},
    }


def lines(names: tuple[str, ...], title: str) -> Part:
    """Return a layer with one line per named field, against an axis of amounts with a title."""
    return {
        "transform": [{"fold": list(names), "as": ["series", "amount"]}],
        "mark": {"type": "line", "strokeWidth": 2, "tooltip": False},
        "encoding": {
            "y": {"field": "amount", "type": "quantitative", "title": title, "axis": MONEY_AXIS},
            **series_encoding(names),
        },
    }


def pointer(words: tuple[str, ...], amounts: tuple[str, ...], amount_format: str) -> Part:
    """Return a layer that shows a row's numbers where the pointer or finger is.

    Parameters
    ----------
    words
        Fields that are text.
    amounts
        Fields that are amounts, USD.
    amount_format
        :data:`MONEY` or :data:`GAIN`.
    """
    return {
        "params": [
            {
                "name": "pointed",
                "select": {
                    "type": "point",
                    "encodings": ["x"],
                    "nearest": True,
                    "on": "pointerover",
                    "clear": "pointerout",
                },
            }
        ],
        "mark": {"type": "rule", "strokeWidth": 1.5},
        "encoding": {
            "color": {"value": palette.FUTURES},
            "opacity": {"condition": {"param": "pointed", "empty": False, "value": 1}, "value": 0},
            "tooltip": [
                *({"field": name, "type": "nominal"} for name in words),
                *({"field": name, "type": "quantitative", "format": amount_format} for name in amounts),
            ],
        },
    }
