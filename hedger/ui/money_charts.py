"""The chart of the page "Margin and cost": where the futures account may stand over the next quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.report import palette
from hedger.ui.chart_parts import ACCOUNT, CALL_LINE, LOWEST, MONEY, MONEY_AXIS, Row, lines, pointer
from hedger.wording import plural

if TYPE_CHECKING:
    from hedger.hedge import HedgePlan
    from hedger.risk import MarginCall

HIGH, LOW = "1 in 20 above", "1 in 20 below"
UPPER, LOWER = "upper", "lower"
"""Ends of the middle half."""


def fan_rows(plan: HedgePlan, call: MarginCall) -> list[Row]:
    """Return where the account may stand, one row per number of sessions ahead, today first."""
    rows: list[Row] = []
    for at in call.fan:
        low, lower, middle, upper, high = at.quantiles
        rows.append(
            {
                "sessions": float(at.horizon_days),
                "After": plural(at.horizon_days, "session"),
                HIGH: high,
                UPPER: upper,
                ACCOUNT: middle,
                LOWER: lower,
                LOW: low,
                LOWEST: at.lowest,
                CALL_LINE: plan.maintenance_margin,
            }
        )
    return rows


def fan_specification() -> dict[str, Any]:
    """Return the Vega-Lite specification for rows of :func:`fan_rows`."""
    names = (ACCOUNT, CALL_LINE, LOWEST)
    return {
        "height": 320,
        "encoding": {
            "x": {
                "field": "sessions",
                "type": "quantitative",
                "title": "Sessions from now",
                "axis": {"values": [0, 5, 21, 42, 63], "grid": False},
                "scale": {"nice": False},
            }
        },
        "layer": [
            _band(LOW, HIGH, 0.14),
            _band(LOWER, UPPER, 0.20),
            lines(names, "In the account"),
            pointer(("After",), (HIGH, ACCOUNT, LOW, LOWEST, CALL_LINE), MONEY),
        ],
    }


def _band(low: str, high: str, opacity: float) -> dict[str, Any]:
    return {
        "mark": {"type": "area", "opacity": opacity, "color": palette.AFTER, "tooltip": False},
        "encoding": {"y": {"field": low, "type": "quantitative", "axis": MONEY_AXIS}, "y2": {"field": high}},
    }
