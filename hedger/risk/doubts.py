"""What a reader should know of a hedge as a whole: that it does little, does harm, or bets the other way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.contracts import find_index
from hedger.errors import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan
    from hedger.risk.distribution import Distribution, TailRisk
    from hedger.risk.own_risk import OwnRisk

HARD_TO_HEDGE = 0.5
"""Share of variance beyond the reach of index futures from which the plan says so plainly."""
WORTH_NAMING = 0.05
"""Share of what no index removes from which a holding is named for it."""
OTHER_SIDE = 0.05
"""Beta on the other side of zero from which the plan says so; less is what whole contracts leave of a full hedge."""


def list_doubts(
    exposure: Exposure, plan: HedgePlan, *, before: Distribution, after: Distribution, largest: tuple[OwnRisk, ...]
) -> Iterator[Note]:
    """List what a reader should know of a hedge.

    Parameters
    ----------
    exposure, plan
        Book and futures.
    before, after
        Spread of gains of the book alone, and with the futures.
    largest
        Holdings that carry most of what no index removes, the largest first.
    """
    yield from _doubt_side(plan)
    yield from _doubt_benefit(before, after)
    yield from _doubt_index_futures(exposure, largest)


def _doubt_side(plan: HedgePlan) -> Iterator[Note]:
    """Say that a hedge which removes more than there is bets on the opposite."""
    if plan.beta_before * plan.beta_after >= 0 or abs(plan.beta_after) < OTHER_SIDE:
        return
    title = find_index(plan.reference_index).title
    loses, bet = ("rises", "a fall") if plan.beta_after < 0 else ("falls", "a rise")
    yield Note(
        code="side_changed",
        message=(
            f"This is a bet on {bet}: more than the whole index risk is removed, and the portfolio loses when the "
            f"{title} {loses} (beta {plan.beta_before:.2f} before, {plan.beta_after:.2f} after)."
        ),
    )


def _doubt_benefit(before: Distribution, after: Distribution) -> Iterator[Note]:
    """Say which measures of risk the futures raise: of each kind the one that they raise most."""
    # Where the futures are known in fewer past sessions than the book, fewer tails can be told with them.
    alone = {(tail.level, tail.horizon_days): tail for tail in before.tails}
    tails = [(alone[key], tail) for tail in after.tails if (key := (tail.level, tail.horizon_days)) in alone]
    kinds = (
        [("yearly volatility", before.volatility, after.volatility)],
        [(f"{_span(one)} value at risk", one.value_at_risk, two.value_at_risk) for one, two in tails],
        [
            (f"{_span(one)} expected shortfall", one.expected_shortfall, other.expected_shortfall)
            for one, other in tails
        ],
    )
    most = [max(kind, key=lambda measure: measure[2] - measure[1]) for kind in kinds if kind]
    risen = [f"the {name} from ${one:,.0f} to ${two:,.0f}" for name, one, two in most if round(two) > round(one)]
    if risen:
        yield Note(
            code="risk_rises",
            message=f"These futures raise a risk: {', '.join(risen)}. Compare with a lower --hedge.",
        )


def _span(tail: TailRisk) -> str:
    return f"{tail.horizon_days}-day {tail.level:.0%}"


def _doubt_index_futures(exposure: Exposure, largest: tuple[OwnRisk, ...]) -> Iterator[Note]:
    """Say that index futures can do little for a book whose risk is its own."""
    if exposure.unhedgeable_share <= HARD_TO_HEDGE:
        return
    named = ", ".join(f"{each.symbol} {each.share:.0%}" for each in largest[:3] if each.share >= WORTH_NAMING)
    carried = f" Of that, {named}." if named else ""
    yield Note(
        code="hard_to_hedge",
        message=(
            f"{exposure.unhedgeable_share:.0%} of this portfolio's variance comes from its own holdings and "
            f"not from any index: index futures hedge it badly.{carried} Fewer of the largest holdings, or options "
            "on them, would do more."
        ),
    )
