"""The charts of the page "Evidence": gains through the years, and each quarter's beta beside its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hedger.report import palette, to_beta, to_day
from hedger.ui.chart_parts import (
    DAY_AXIS,
    GAIN,
    HEDGED,
    LEGEND,
    RIVAL,
    UNHEDGED,
    Row,
    lines,
    pointer,
)

if TYPE_CHECKING:
    from hedger.evidence import Evidence

MOST_POINTS = 260
"""Closes that are drawn; more are no clearer on a screen."""
_CAME, _MISSED = "As foretold", "Outside its interval"


def gain_series(evidence: Evidence) -> tuple[str, ...]:
    """Return the names of the lines that :func:`gain_rows` has."""
    return (UNHEDGED, HEDGED) if evidence.strategy("sp500") is None else (UNHEDGED, HEDGED, RIVAL)


def gain_rows(evidence: Evidence) -> list[Row]:
    """Return gains since the start of the test, USD, one row per close that is drawn."""
    gains = {UNHEDGED: evidence.unhedged, HEDGED: evidence.rule.hedged}
    rival = evidence.strategy("sp500")
    if rival is not None:
        gains[RIVAL] = rival.hedged
    totals = {name: np.cumsum(each) for name, each in gains.items()}
    last = evidence.sessions.size - 1
    drawn = np.unique(np.linspace(0, last, min(MOST_POINTS, last + 1)).round().astype(int)).tolist()
    return [
        {
            "session": evidence.sessions[position].item().isoformat(),
            "Day": to_day(evidence.sessions[position].item()),
            **{name: float(total[position]) for name, total in totals.items()},
        }
        for position in drawn
    ]


def gain_specification(names: tuple[str, ...]) -> dict[str, Any]:
    """Return the Vega-Lite specification for rows of :func:`gain_rows` with these lines."""
    return {
        "height": 320,
        "encoding": {
            "x": {"field": "session", "type": "temporal", "title": None, "axis": DAY_AXIS, "scale": {"type": "utc"}}
        },
        "layer": [lines(names, "Gain or loss"), pointer(("Day",), names, GAIN)],
    }


def beta_rows(evidence: Evidence) -> list[Row]:
    """Return the beta that came in each quarter, and the interval that was stated at its start."""
    return [
        {
            "session": quarter.start.isoformat(),
            "Quarter from": to_day(quarter.start),
            "low": hedged.low,
            "high": hedged.high,
            "beta": hedged.realised_beta,
            "Foretold": f"{to_beta(hedged.low)} to {to_beta(hedged.high)}",
            "Came": to_beta(hedged.realised_beta),
            "verdict": _CAME if hedged.is_covered else _MISSED,
        }
        for quarter, hedged in zip(evidence.quarters, evidence.rule.quarters, strict=True)
        if hedged.reference_index
    ]


def beta_specification() -> dict[str, Any]:
    """Return the Vega-Lite specification for rows of :func:`beta_rows`."""
    tooltip = [{"field": name, "type": "nominal"} for name in ("Quarter from", "Foretold", "Came")]
    verdict = {"field": "verdict", "type": "nominal", "legend": {**LEGEND, "symbolType": "circle", "symbolSize": 80}}
    names = (_CAME, _MISSED)
    return {
        "height": 240,
        "encoding": {
            "x": {"field": "session", "type": "temporal", "title": None, "axis": DAY_AXIS, "scale": {"type": "utc"}},
            "tooltip": tooltip,
        },
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 5, "opacity": 0.35},
                "encoding": {
                    "y": {"field": "low", "type": "quantitative", "title": "Beta", "scale": {"zero": False}},
                    "y2": {"field": "high"},
                    "color": {"value": palette.AFTER},
                },
            },
            {
                "mark": {"type": "point", "size": 70, "filled": True, "opacity": 1},
                "encoding": {
                    "y": {"field": "beta", "type": "quantitative"},
                    "color": {**verdict, "scale": {"domain": names, "range": [palette.AFTER, palette.BEFORE]}},
                    "shape": {**verdict, "scale": {"domain": names, "range": ["circle", "cross"]}},
                },
            },
        ],
    }
