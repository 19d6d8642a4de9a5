"""How the test was made and what is doubtful about it, in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.errors import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hedger.evidence.records import Quarter, StrategyRecord

FEW_QUARTERS = 12
"""Quarters below which the figures are called a first impression."""


def list_doubts(quarters: Sequence[Quarter], rule: StrategyRecord) -> Iterator[Note]:
    """List what a reader should know before relying on the figures.

    Parameters
    ----------
    quarters
        The quarters tested.
    rule
        What came of the plan's rule.
    """
    yield Note(
        code="todays_portfolio",
        message=(
            "Every quarter begins with today's holdings, weights and value and with today's contracts, prices and "
            "margins: this tests the rule for a portfolio of this size, not what you would have earned."
        ),
    )
    yield Note(
        code="survivors",
        message=(
            "Only companies that you hold today are in the test, none that failed before. Compare the hedges with each "
            "other; do not read the gains as what such a portfolio earns."
        ),
    )
    yield Note(
        code="constants_knew_the_past",
        message=(
            "No decision saw a later price, but the constants of the rule (half-lives, weights, thresholds) were "
            "chosen on US stocks of 2009 to 2025, which this past overlaps. Other sensible ones do nearly as well."
        ),
    )
    if len(quarters) < FEW_QUARTERS:
        yield Note(
            code="few_quarters",
            message=(
                f"Only {len(quarters)} quarters could be tested: a first impression. "
                "More years, or prices that reach further back, would tell more."
            ),
        )
    short = [quarter for quarter in quarters if quarter.n_left_out]
    if short:
        least = min(short, key=lambda quarter: quarter.known_share)
        yield Note(
            code="holdings_left_out",
            message=(
                f"In {len(short)} of {len(quarters)} quarters some holdings had no prices, up to "
                f"{least.n_left_out} of them and {1.0 - least.known_share:.0%} of the value; the others stand for them "
                "there."
            ),
        )
    refused = [each.refusal for each in rule.quarters if each.refusal]
    if refused:
        yield Note(
            code="quarters_not_hedged",
            message=f"In {len(refused)} of {len(quarters)} quarters nothing was held. The newest: {refused[-1]}",
        )
