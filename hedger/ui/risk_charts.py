"""The charts of the page "Risk": an episode day by day, the futures account in it, and losses before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hedger.report import palette, to_day, to_dollars
from hedger.ui.chart_parts import (
    ACCOUNT,
    CALL_LINE,
    DAY_AXIS,
    FUTURES,
    GAIN,
    HEDGED,
    MONEY,
    MONEY_AXIS,
    UNHEDGED,
    Row,
    lines,
    pointer,
    series_encoding,
)

if TYPE_CHECKING:
    from hedger.hedge import HedgePlan
    from hedger.risk import Distribution, MarginCall, Replay, TailRisk

MOST_POINTS = 260
"""Closes of an episode that are drawn, its first, lowest and last among them; more are no clearer on a screen."""
LONG = 80
"""Sessions from which an axis names months and years instead of days."""


def path_rows(replay: Replay) -> list[Row]:
    """Return the gains since the start of an episode, one row per close that is drawn."""
    return [
        {
            "session": replay.sessions[position].item().isoformat(),
            "Day": to_day(replay.sessions[position].item()),
            UNHEDGED: float(replay.unhedged[position]),
            HEDGED: float(replay.hedged[position]),
            FUTURES: float(replay.hedge[position]),
        }
        for position in _drawn(replay)
    ]


def account_rows(replay: Replay, plan: HedgePlan, call: MarginCall) -> list[Row]:
    """Return what the futures account would have held at each close that is drawn, before calls are paid."""
    cash = plan.initial_margin + call.buffer
    return [
        {
            "session": replay.sessions[position].item().isoformat(),
            "Day": to_day(replay.sessions[position].item()),
            ACCOUNT: cash + float(replay.hedge[position]),
            CALL_LINE: plan.maintenance_margin,
        }
        for position in _drawn(replay)
    ]


def _drawn(replay: Replay) -> list[int]:
    """Return the positions of the closes that are drawn: evenly spread, and whatever a reader looks for."""
    last = replay.sessions.size - 1
    even = np.linspace(0, last, min(MOST_POINTS, last + 1)).round().astype(int).tolist()
    extremes = [int(find(path)) for path in (replay.unhedged, replay.hedge) for find in (np.argmin, np.argmax)]
    return sorted({*even, *extremes})


def path_specification(replay: Replay) -> dict[str, Any]:
    """Return the Vega-Lite specification for rows of :func:`path_rows`."""
    names = (UNHEDGED, HEDGED, FUTURES)
    return _over_time(replay, "Gain or loss", 300, names, pointer(("Day",), names, GAIN))


def account_specification(replay: Replay) -> dict[str, Any]:
    """Return the Vega-Lite specification for rows of :func:`account_rows`."""
    names = (ACCOUNT, CALL_LINE)
    return _over_time(replay, "In the account", 220, names, pointer(("Day",), names, MONEY))


def _over_time(
    replay: Replay, title: str, height: int, names: tuple[str, ...], pointed: dict[str, Any]
) -> dict[str, Any]:
    axis = DAY_AXIS if replay.sessions.size > LONG else {**DAY_AXIS, "format": "%-d %b"}
    return {
        "height": height,
        "encoding": {
            "x": {"field": "session", "type": "temporal", "title": None, "axis": axis, "scale": {"type": "utc"}}
        },
        "layer": [lines(names, title), pointed],
    }


def tail_rows(before: Distribution, after: Distribution) -> list[Row]:
    """Return the losses that are exceeded with given chances, two rows for each: without and with the hedge."""
    return [
        {
            "case": tail_name(tail),
            "series": series,
            "Loss": tail.value_at_risk,
            "Mean loss beyond it": tail.expected_shortfall,
            "words": to_dollars(tail.value_at_risk),
        }
        for pair in zip(before.tails, after.tails, strict=True)
        for series, tail in zip((UNHEDGED, HEDGED), pair, strict=True)
    ]


def tail_name(tail: TailRisk) -> str:
    """Return how often a loss is exceeded: ``"1 day in 20"``, ``"10 days, 1 in 100"``."""
    one_in = round(1.0 / (1.0 - tail.level))
    return f"1 day in {one_in}" if tail.horizon_days == 1 else f"{tail.horizon_days} days, 1 in {one_in}"


def tail_specification() -> dict[str, Any]:
    """Return the Vega-Lite specification for rows of :func:`tail_rows`."""
    names = (UNHEDGED, HEDGED)
    colour = {**series_encoding(names)["color"], "legend": {"orient": "top", "title": None, "symbolType": "square"}}
    return {
        "height": {"step": 22},
        "encoding": {
            "y": {
                "field": "case",
                "type": "nominal",
                "sort": None,
                "title": None,
                "scale": {"paddingInner": 0.3},
                "axis": {"labelLimit": 200},
            },
            "yOffset": {"field": "series", "sort": names},
            "x": {
                "field": "Loss",
                "type": "quantitative",
                "title": "Loss exceeded so often",
                "axis": {**MONEY_AXIS, "tickCount": 4},
            },
        },
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 2},
                "encoding": {
                    "color": colour,
                    "tooltip": [
                        {"field": "case", "type": "nominal", "title": "How often"},
                        {"field": "series", "type": "nominal", "title": "Book"},
                        {"field": "Loss", "type": "quantitative", "format": MONEY},
                        {"field": "Mean loss beyond it", "type": "quantitative", "format": MONEY},
                    ],
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "tooltip": False},
                "encoding": {"text": {"field": "words"}, "color": {"value": palette.FUTURES}},
            },
        ],
    }
