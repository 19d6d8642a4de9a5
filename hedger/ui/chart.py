"""Gain or loss against the move of the index, before and after the hedge, with what is not known of the beta.

The drawing is a Vega-Lite specification that stays the same while the slider moves: only its rows change, which the
browser redraws without building the chart anew. Colours are told apart by the colour-blind (after Okabe and Ito,
2008, "Color universal design"), and the lines differ in their dashes too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report import to_dollars, to_index_title, to_percent

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.risk import Scenario

Row = dict[str, Any]

_UNHEDGED, _HEDGED = "Without hedge", "With hedge"
_ORANGE, _BLUE = "#d55e00", "#2a7fc9"
_GREY = "#8a8f98"
_MONEY_AXIS = "(datum.value < 0 ? '-$' : '$') + format(abs(datum.value), '~s')"
_MOVE_AXIS = "datum.value == 0 ? '0%' : format(datum.value, '+.0%')"


def chart_rows(advice: Advice) -> list[Row]:
    """Return one row per move of the reference index, falls first, and one for no move, which gains nothing."""
    reference = advice.plan.reference_index
    known = [scenario for scenario in advice.risk.scenarios if scenario.kind == "index"]
    rows = [_row(dict(scenario.shocks)[reference], scenario) for scenario in known]
    standstill = {name: 0.0 for name, value in rows[0].items() if isinstance(value, float)}
    falls = [row for row in rows if row["move"] < 0]
    return [*falls, {**standstill, "Index": "0%", _UNHEDGED: "$0", "Futures": "$0", _HEDGED: "$0"}, *rows[len(falls) :]]


def _row(move: float, scenario: Scenario) -> Row:
    """Return the numbers to draw, and the same in words for the tooltip."""
    return {
        "move": move,
        "unhedged": scenario.unhedged_pnl,
        "unhedged_low": scenario.unhedged_low,
        "unhedged_high": scenario.unhedged_high,
        "hedged": scenario.hedged_pnl,
        "hedged_low": scenario.hedged_low,
        "hedged_high": scenario.hedged_high,
        "Index": to_percent(move, is_change=True),
        _UNHEDGED: _range(scenario.unhedged_pnl, scenario.unhedged_low, scenario.unhedged_high),
        "Futures": to_dollars(scenario.hedge_pnl, is_change=True),
        _HEDGED: _range(scenario.hedged_pnl, scenario.hedged_low, scenario.hedged_high),
    }


def _range(gain: float, low: float, high: float) -> str:
    words = [to_dollars(amount, is_change=True) for amount in (gain, low, high)]
    return f"{words[0]} ({words[1]} to {words[2]})"


def chart_description(advice: Advice) -> str:
    """Return the chart in a sentence, for those who cannot see it."""
    worst = min(advice.risk.scenarios, key=lambda scenario: dict(scenario.shocks)[advice.plan.reference_index])
    return (
        f"Gain or loss against moves of the {to_index_title(advice.plan.reference_index)}. At "
        f"{worst.name}: {to_dollars(worst.unhedged_pnl)} without the hedge, {to_dollars(worst.hedged_pnl)} with it. "
        "The table below has all numbers."
    )


def chart_specification(axis_title: str) -> dict[str, Any]:
    """Return the Vega-Lite specification for rows of :func:`chart_rows`."""
    move = {
        "field": "move",
        "type": "quantitative",
        "title": axis_title,
        "axis": {"labelExpr": _MOVE_AXIS, "values": [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3], "grid": False},
        "scale": {"domain": [-0.3, 0.3], "nice": False},
    }
    gain = {"title": "Gain or loss", "axis": {"labelExpr": _MONEY_AXIS, "tickCount": 7}}
    return {
        "height": 340,
        "encoding": {"x": move},
        "layer": [
            _band("unhedged", _UNHEDGED, gain),
            _band("hedged", _HEDGED, gain),
            {"mark": {"type": "rule", "color": _GREY, "strokeWidth": 1}, "encoding": {"y": {"datum": 0}, "x": None}},
            _line("unhedged", _UNHEDGED, gain),
            _line("hedged", _HEDGED, gain),
            {
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
                "mark": {"type": "rule", "color": _GREY, "strokeWidth": 1.5},
                "encoding": {
                    "opacity": {"condition": {"param": "pointed", "empty": False, "value": 1}, "value": 0},
                    "tooltip": [{"field": name} for name in ("Index", _UNHEDGED, "Futures", _HEDGED)],
                },
            },
        ],
    }


def _band(name: str, series: str, gain: dict[str, Any]) -> dict[str, Any]:
    return {
        "mark": {"type": "area", "opacity": 0.16, "tooltip": False},
        "encoding": {
            "y": {"field": f"{name}_low", "type": "quantitative", **gain},
            "y2": {"field": f"{name}_high"},
            "color": _color(series),
        },
    }


def _line(name: str, series: str, gain: dict[str, Any]) -> dict[str, Any]:
    return {
        "mark": {"type": "line", "strokeWidth": 2.5, "tooltip": False},
        "encoding": {
            "y": {"field": name, "type": "quantitative", **gain},
            "color": _color(series),
            "strokeDash": {
                "datum": series,
                "scale": {"domain": [_UNHEDGED, _HEDGED], "range": [[6, 4], [1, 0]]},
                "legend": _LEGEND,
            },
        },
    }


_LEGEND = {"orient": "top", "title": None, "symbolType": "stroke", "symbolSize": 400, "labelFontSize": 13}


def _color(series: str) -> dict[str, Any]:
    return {
        "datum": series,
        "scale": {"domain": [_UNHEDGED, _HEDGED], "range": [_ORANGE, _BLUE]},
        "legend": _LEGEND,
    }
