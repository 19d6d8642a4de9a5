"""What the past says about a hedge, in words: the verdict, and the strategies by the names that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.report.words import to_percent

if TYPE_CHECKING:
    from hedger.evidence import Evidence, StrategyName

_STRATEGIES: dict[StrategyName, str] = {
    "rule": "this plan's rule",
    "one_leg": "best single index",
    "two_legs": "up to 2 indices",
    "three_legs": "up to 3 indices",
    "four_legs": "up to 4 indices",
    "sp500": "S&P 500 at one-year beta",
    "naive": "S&P 500, dollar for dollar",
}


def to_strategy(name: StrategyName) -> str:
    """Return the name for people of a strategy, such as ``"this plan's rule"``."""
    return _STRATEGIES[name]


def state_evidence(evidence: Evidence) -> str:
    """Say in one sentence what the rule would have removed at which cost, and in another what the S&P 500 would have.

    The second tells the difference with its interval, or that it may be chance.
    """
    rule, n_quarters = evidence.rule, len(evidence.quarters)
    removed = rule.hedge_effectiveness
    span = "one quarter" if n_quarters == 1 else f"{n_quarters} quarters"
    if removed is None:
        return f"Over the last {span} this portfolio did not move, so there was nothing to hedge."
    verb = "removed" if removed >= 0 else "added"
    sentence = (
        f"Over the last {span} this plan's rule would have {verb} {to_percent(abs(removed), places=1)} of the "
        f"portfolio's variance, at a cost of {rule.basis_points_per_year:.1f} basis points a year."
    )
    return f"{sentence} {_against_sp500(evidence)}".rstrip()


def _against_sp500(evidence: Evidence) -> str:
    rival, compared = evidence.strategy("sp500"), evidence.difference("sp500")
    if rival is None or compared is None or rival.hedge_effectiveness is None:
        return ""
    points = f"{100 * compared.difference:+.1f} points"
    interval = f"{100 * compared.low:+.1f} to {100 * compared.high:+.1f}"
    doubt = (
        f"a difference of {points} (95% interval {interval})"
        if compared.is_clear
        else f"the difference of {points} may be chance (95% interval {interval})"
    )
    return f"The S&P 500 at its one-year beta: {to_percent(rival.hedge_effectiveness, places=1)}; {doubt}."
