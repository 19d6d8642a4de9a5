"""What may go wrong with a hedge, one thing at a time: scenarios of kind ``"shock"``, and moves of other indices.

- Another index moves, the reference index and the rest follow at their conditional expectation.
- The book's beta turns out 0.2 higher or lower than estimated while the reference index moves by 20 %.
- The correlation breaks: the reference index rises by 10 % and the holdings stay; or the index stays and the
  holdings have a bad quarter of their own (the loss that the part of their variance which no index explains exceeds
  once in twenty quarters).
- Margins rise by half: no gain and no loss, but cash that has to be there.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hedger.contracts import find_index
from hedger.exposure import QUARTER, SESSIONS_A_YEAR
from hedger.risk.positions import held_notional
from hedger.risk.scenarios import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan
    from hedger.risk.distribution import Distribution
    from hedger.risk.margin_calls import MarginCall

OTHER_MOVES = (-0.10, 0.10)
BETA_MOVES = (-0.20, 0.20)
BETA_ERROR = 0.2
BREAK_MOVE = 0.10
ONE_IN_TWENTY = 1.645
"""Quantile of the normal distribution that is exceeded once in twenty times."""


def stress_scenarios(
    exposure: Exposure, plan: HedgePlan, *, before: Distribution, margin_call: MarginCall | None
) -> tuple[Scenario, ...]:
    """Return the scenarios of the module's docstring, moves of other indices first.

    Parameters
    ----------
    exposure, plan
        Book and futures.
    before
        Spread of gains of the book alone.
    margin_call
        Of the plan's futures account; ``None`` for a plan without contracts, whose margins cannot rise.
    """
    return (
        *_other_indices(exposure, plan),
        *(_wrong_beta(exposure, plan) if exposure.book.gross_value else ()),  # cash has no beta to be wrong about
        *_broken_correlation(exposure, plan, before),
        *(_risen_margin(exposure, margin_call) if margin_call is not None else ()),
    )


def _other_indices(exposure: Exposure, plan: HedgePlan) -> Iterator[Scenario]:
    notional = held_notional(exposure, plan)
    for beta in exposure.by_index:
        if beta.index == plan.reference_index:
            continue
        follow = exposure.follow_shares(beta.index)
        for move in OTHER_MOVES:
            ends = sorted((beta.low * move, beta.high * move))
            yield Scenario(
                name=f"{find_index(beta.index).title} {move:+.0%}, the others follow",
                group="other_index",
                kind="index",
                shocks=tuple(zip(exposure.indices, (move * follow).tolist(), strict=True)),
                unhedged_pnl=beta.beta_dollars * move,
                hedge_pnl=float(notional @ follow) * move,
                unhedged_low=ends[0] * exposure.book.beta_base,
                unhedged_high=ends[1] * exposure.book.beta_base,
            )


def _wrong_beta(exposure: Exposure, plan: HedgePlan) -> Iterator[Scenario]:
    reference = exposure.of(plan.reference_index)
    follow = exposure.follow_shares(plan.reference_index)
    futures = float(held_notional(exposure, plan) @ follow)
    for move in BETA_MOVES:
        for error in (BETA_ERROR, -BETA_ERROR):
            gain = (reference.beta_dollars + error * exposure.book.beta_base) * move
            yield Scenario(
                name=f"{find_index(plan.reference_index).title} {move:+.0%}, beta {error:+.1f}",
                group="stress",
                kind="shock",
                shocks=tuple(zip(exposure.indices, (move * follow).tolist(), strict=True)),
                unhedged_pnl=gain,
                hedge_pnl=futures * move,
                unhedged_low=gain,
                unhedged_high=gain,
                notes=(f"The book's beta is {reference.beta + error:.2f} instead of {reference.beta:.2f}.",),
            )


def _broken_correlation(exposure: Exposure, plan: HedgePlan, before: Distribution) -> Iterator[Scenario]:
    follow = exposure.follow_shares(plan.reference_index)
    title = find_index(plan.reference_index).title
    yield Scenario(
        name=f"Correlation breaks: {title} {BREAK_MOVE:+.0%}, holdings unchanged",
        group="stress",
        kind="shock",
        shocks=tuple(zip(exposure.indices, (BREAK_MOVE * follow).tolist(), strict=True)),
        unhedged_pnl=0.0,
        hedge_pnl=float(held_notional(exposure, plan) @ follow) * BREAK_MOVE,
        unhedged_low=0.0,
        unhedged_high=0.0,
        notes=("The index rises and the holdings do not follow.",),
    )
    own = before.volatility * math.sqrt(exposure.unhedgeable_share * QUARTER / SESSIONS_A_YEAR)
    loss = -ONE_IN_TWENTY * own
    yield Scenario(
        name="Correlation breaks: indices unchanged, the holdings fall alone",
        group="stress",
        kind="shock",
        shocks=tuple((name, 0.0) for name in exposure.indices),
        unhedged_pnl=loss,
        hedge_pnl=0.0,
        unhedged_low=loss,
        unhedged_high=loss,
        notes=("A bad quarter of the holdings' own, one in twenty, which no index future covers.",),
    )


def _risen_margin(exposure: Exposure, margin_call: MarginCall) -> Iterator[Scenario]:
    for stressed in margin_call.stressed:
        rise = stressed.margin_multiplier - 1.0
        needed = stressed.cash_needed
        yield Scenario(
            name=f"Margin {rise:+.0%}",
            group="stress",
            kind="shock",
            shocks=tuple((name, 0.0) for name in exposure.indices),
            unhedged_pnl=0.0,
            hedge_pnl=0.0,
            unhedged_low=0.0,
            unhedged_high=0.0,
            notes=(
                f"${needed:,.0f} of cash must be added at once."
                if needed
                else f"The buffer of ${margin_call.buffer:,.0f} covers it; "
                f"a call within a quarter has a chance of {stressed.probability:.0%}.",
            ),
        )
