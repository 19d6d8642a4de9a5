"""Gain or loss against the move of the index, before and after the hedge, with what is not known of the beta.

The drawing is an element of our own, in ``gain_chart``: a library of charts would be the largest part of what the
first page loads, and none lets a line follow the slider while it is dragged. Colours are told apart by the
colour-blind (after Okabe and Ito, 2008, "Color universal design"), and the lines differ in their dashes too.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from hedger.report import to_index_title

if TYPE_CHECKING:
    from hedger.advice import Advice
    from hedger.risk import Scenario

FOLDER = Path(__file__).parent / "gain_chart"

_HTML = """
<figure>
  <figcaption role="heading" aria-level="3"></figcaption>
  <svg role="img" tabindex="0"></svg>
  <div class="caption" aria-hidden="true"></div>
  <output aria-live="off"></output>
  <p class="note">Shaded: the range of gains when the beta of the next quarter is as far off as 1 time in 20. While the
  slider is dragged, the line shows the hedge before rounding to whole contracts.</p>
  <details>
    <summary>The same in numbers</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">Index</th>
          <th scope="col">Without hedge</th>
          <th scope="col">Futures</th>
          <th scope="col">With hedge</th>
          <th scope="col">With hedge, 95% range</th>
        </tr>
      </thead>
      <tbody></tbody>
    </table>
    <p></p>
  </details>
</figure>
"""


def index_moves(advice: Advice) -> list[tuple[float, Scenario]]:
    """Return the moves of the reference index with what they do, falls first."""
    reference = advice.plan.reference_index
    return [(dict(scenario.shocks)[reference], scenario) for scenario in advice.risk.scenarios]


def show_gain_chart(advice: Advice) -> None:
    """Draw the chart; its line with the hedge follows the widget with the key ``hedge``, where there is one."""
    # Known to the server from the first visit on; a test starts a server of its own.
    draw = st.components.v2.component("hedger_gain_chart", html=_HTML, css=_source("chart.css"), js=_source("chart.js"))
    with st.container(key="gains"):  # which page.css keeps room for, so that nothing below jumps when it is drawn
        draw(data=chart_data(advice), key="chart")


@cache
def _source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def chart_data(advice: Advice) -> dict[str, Any]:
    """Return what the chart draws: gains in USD by move of the reference index, no move among them.

    ``futures`` are the gains of the contracts of the plan, for the share of exposure ``share``; ``perShare`` is the
    gain by which they change, per share of exposure more and per unit of the move, before rounding to whole contracts.
    """
    moves = index_moves(advice)
    n_falls = sum(move < 0 for move, _ in moves)
    title = to_index_title(advice.plan.reference_index)

    def with_no_move(figures: list[float]) -> list[float]:
        return [*figures[:n_falls], 0.0, *figures[n_falls:]]

    return {
        "index": title,
        "alt": f"Gain or loss against moves of the {title}; arrow keys choose a move. The table below has the numbers.",
        "remarks": " ".join(dict.fromkeys(remark for _, scenario in moves for remark in scenario.notes)),
        "share": advice.plan.hedge_fraction,
        "perShare": -advice.plan.beta_dollars,
        "moves": with_no_move([move for move, _ in moves]),
        "unhedged": with_no_move([scenario.unhedged_pnl for _, scenario in moves]),
        "low": with_no_move([scenario.unhedged_low for _, scenario in moves]),
        "high": with_no_move([scenario.unhedged_high for _, scenario in moves]),
        "futures": with_no_move([scenario.hedge_pnl for _, scenario in moves]),
    }
