"""What the past says about a hedge, in words: the verdict, and the strategies by the names that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.report.words import to_percent
from hedger.wording import plural

if TYPE_CHECKING:
    from hedger.evidence import Evidence, StrategyName

_STRATEGIES: dict[StrategyName, str] = {
    "rule": "this plan's rule",
    "one_leg": "best single index",
    "two_legs": "up to 2 indices",
    "three_legs": "up to 3 indices",
    "four_legs": "up to 4 indices",
    "sp500": "S&P 500, 1-year beta",
    "naive": "S&P 500, 1 to 1",
}


def to_strategy(name: StrategyName) -> str:
    """Return the name for people of a strategy, such as ``"this plan's rule"``."""
    return _STRATEGIES[name]


def state_evidence(evidence: Evidence) -> str:
    """Say what the rule would have removed at which cost, then what the S&P 500 would have.

    The difference is told with its interval, or that it may be chance.
    """
    rule, n_quarters = evidence.rule, len(evidence.quarters)
    removed = rule.hedge_effectiveness
    span = plural(n_quarters, "quarter")
    if removed is None:
        return f"Over the last {span} this portfolio did not move, so there was nothing to hedge."
    if not rule.n_orders:
        return f"Over the last {span} this plan's rule would have held no futures, so nothing was removed."
    verb = "removed" if removed >= 0 else "added"
    verdict = (
        f"Over the last {span} this plan's rule would have {verb} {to_percent(abs(removed), places=1)} of the "
        f"portfolio's variance, at a cost of {rule.basis_points_per_year:.1f} basis points a year."
    )
    return " ".join([verdict, *_most_possible(evidence.hedge_fraction), *_against_sp500(evidence)])


def _most_possible(fraction: float | None) -> list[str]:
    """Say what a part of a hedge can remove: half of it leaves half of the moves, and a quarter of the variance."""
    if fraction is None or not 0 < fraction < 1:
        return []
    return [f"A hedge of {to_percent(fraction)} can remove {to_percent(1.0 - (1.0 - fraction) ** 2)} at most."]


def _against_sp500(evidence: Evidence) -> list[str]:
    rival, compared = evidence.strategy("sp500"), evidence.difference("sp500")
    if rival is None or compared is None:
        return []
    points = f"{abs(100 * compared.difference):.1f} points {'less' if compared.difference >= 0 else 'more'}"
    sentence = f"The S&P 500 at its one-year beta would have removed {points}"
    if compared.low is None or compared.high is None:
        return [f"{sentence}."]
    # As the rival's shortfall is told, the ends of the rule's lead are turned round where it is behind.
    ends = (compared.low, compared.high) if compared.difference >= 0 else (-compared.high, -compared.low)
    interval = f"95% interval {100 * ends[0]:.1f} to {100 * ends[1]:.1f}"
    return [f"{sentence} ({interval})." if compared.is_clear else f"{sentence}, which may be chance ({interval})."]
