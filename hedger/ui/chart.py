"""Gain or loss against the move of the index, before and after the hedge, with what is not known of the beta.

The drawing is a Vega-Lite specification that stays the same while the slider moves: only its rows change, which the
browser redraws without building the chart anew. Colours are told apart by the colour-blind (after Okabe and Ito,
2008, "Color universal design"), and the lines differ in their dashes too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report import to_dollars, to_percent

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.risk import Scenario

Row = dict[str, float | str]

UNHEDGED, HEDGED = "Without hedge", "With hedge"
_SERIES = (UNHEDGED, HEDGED)
_ORANGE, _BLUE, _GREY = "#d55e00", "#2a7fc9", "#8a8f98"
_MONEY_AXIS = "(datum.value < 0 ? '\u2212$' : '$') + replace(format(abs(datum.value), '~s'), 'G', 'B')"
_MOVE_AXIS = "format(datum.value, datum.value == 0 ? '.0%' : '+.0%')"


def index_moves(advice: Advice) -> list[tuple[float, Scenario]]:
    """Return the moves of the reference index with what they do, falls first."""
    reference = advice.plan.reference_index
    return [
        (dict(scenario.shocks)[reference], scenario) for scenario in advice.risk.scenarios if scenario.kind == "index"
    ]


def chart_rows(advice: Advice) -> list[Row]:
    """Return two rows per move of the reference index: the gain without and with the hedge, each with its range.

    No move is among them, at which nothing is gained or lost.
    """
    rows: list[Row] = [{"move": 0.0, "series": series, "gain": 0.0, "low": 0.0, "high": 0.0} for series in _SERIES]
    for move, scenario in index_moves(advice):
        words: Row = {
            "Index": to_percent(move, is_change=True),
            UNHEDGED: _range(scenario.unhedged_pnl, scenario.unhedged_low, scenario.unhedged_high),
            "Futures": to_dollars(scenario.hedge_pnl, is_change=True),
            HEDGED: _range(scenario.hedged_pnl, scenario.hedged_low, scenario.hedged_high),
        }
        for series, gain, low, high in (
            (UNHEDGED, scenario.unhedged_pnl, scenario.unhedged_low, scenario.unhedged_high),
            (HEDGED, scenario.hedged_pnl, scenario.hedged_low, scenario.hedged_high),
        ):
            rows.append({"move": move, "series": series, "gain": gain, "low": low, "high": high, **words})
    return rows


def _range(gain: float, low: float, high: float) -> str:
    words = [to_dollars(amount, is_change=True) for amount in (gain, low, high)]
    return f"{words[0]} ({words[1]} to {words[2]})"


def chart_specification(axis_title: str) -> dict[str, Any]:
    """Return the Vega-Lite specification for rows of :func:`chart_rows`."""
    legend: dict[str, Any] = {
        "orient": "top",
        "title": None,
        "symbolType": "stroke",
        "symbolSize": 400,
        "symbolOpacity": 1,
    }
    series = {"field": "series", "type": "nominal", "legend": legend}
    return {
        "height": 320,
        "encoding": {
            "x": {
                "field": "move",
                "type": "quantitative",
                "title": axis_title,
                "axis": {"labelExpr": _MOVE_AXIS, "labelSeparation": 10, "labelOverlap": True, "grid": False},
                "scale": {"nice": False},
            },
            "color": {**series, "scale": {"domain": _SERIES, "range": [_ORANGE, _BLUE]}},
        },
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.16, "tooltip": False},
                "encoding": {
                    "y": {
                        "field": "low",
                        "type": "quantitative",
                        "title": "Gain or loss",
                        "axis": {"labelExpr": _MONEY_AXIS, "tickCount": 7},
                    },
                    "y2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "line", "strokeWidth": 2.5, "tooltip": False},
                "encoding": {
                    "y": {"field": "gain", "type": "quantitative"},
                    "strokeDash": {**series, "scale": {"domain": _SERIES, "range": [[6, 4], [1, 0]]}},
                },
            },
            {
                "params": [{"name": "pointed", "select": _NEAREST}],
                "mark": {"type": "rule", "strokeWidth": 1.5},
                "encoding": {
                    "color": {"value": _GREY},
                    "opacity": {"condition": {"param": "pointed", "empty": False, "value": 1}, "value": 0},
                    "tooltip": [{"field": name, "type": "nominal"} for name in ("Index", UNHEDGED, "Futures", HEDGED)],
                },
            },
        ],
    }


_LEGEND = {"orient": "top", "title": None, "symbolType": "stroke", "symbolSize": 400, "symbolOpacity": 1}
_NEAREST = {"type": "point", "encodings": ["x"], "nearest": True, "on": "pointerover", "clear": "pointerout"}
