"""Everything that the hedge changes, in one result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.exposure import hedge_effectiveness
from hedger.risk.circumstances import Circumstances
from hedger.risk.costs import Costs, assess_costs
from hedger.risk.distribution import Distribution, gain_distribution
from hedger.risk.doubts import list_doubts
from hedger.risk.episodes import PastAccount, Replay, account_in, replay_episodes
from hedger.risk.margin_calls import MarginCall, assess_margin_calls
from hedger.risk.other_ways import OtherWay, list_other_ways
from hedger.risk.own_risk import OwnRisk, rank_own_risk
from hedger.risk.positions import hedge_gains
from hedger.risk.scenarios import Scenario, index_scenarios
from hedger.risk.stated import stated_scenarios
from hedger.risk.stresses import stress_scenarios
from hedger.risk.taxes import FuturesTax, doubt_tax, tax_scenarios

if TYPE_CHECKING:
    from hedger.errors import Note
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Risk:
    """The book before and after the hedge.

    Parameters
    ----------
    before, after
        Spread of gains of the book alone, and with the futures.
    hedge_effectiveness
        Share of variance that the plan would have removed over the last five years, in sample; ``None`` for a plan
        without contracts.
    unhedgeable_share
        Share of the book's variance that all indices together leave.
    top_unhedgeable
        Holdings that carry most of it.
    scenarios
        Moves of the reference index.
    stresses
        Moves of other indices and whatever else may go wrong, the user's own scenarios last.
    replays
        Past crises and rallies with today's holdings and contracts.
    margin_call
        When the futures account is called for cash; ``None`` for a plan without contracts.
    past_accounts
        What that account would have gone through in each of `replays`; empty for a plan without contracts.
    costs, other_ways
        What the hedge costs, and what else would do.
    futures_tax
        Tax on the futures' gains in `scenarios`; empty unless the user states rates.
    notes
        Doubts about the hedge as a whole; those about its futures account are in `margin_call`.
    """

    before: Distribution
    after: Distribution
    hedge_effectiveness: float | None
    unhedgeable_share: float
    top_unhedgeable: tuple[OwnRisk, ...]
    scenarios: tuple[Scenario, ...]
    stresses: tuple[Scenario, ...]
    replays: tuple[Replay, ...]
    margin_call: MarginCall | None
    past_accounts: tuple[PastAccount, ...]
    costs: Costs
    other_ways: tuple[OtherWay, ...]
    futures_tax: tuple[FuturesTax, ...]
    notes: tuple[Note, ...]


def assess_risk(exposure: Exposure, plan: HedgePlan, circumstances: Circumstances | None = None) -> Risk:
    """Return what a plan changes: the spread of gains, scenarios, crises, the futures account, costs.

    Parameters
    ----------
    exposure, plan
        Book and futures.
    circumstances
        What else is known; nothing when left out.

    Raises
    ------
    SettingsError
        When a scenario of the user's own moves what is neither an index nor a holding.
    """
    world = circumstances or Circumstances()
    together = exposure.gains + hedge_gains(exposure, plan)
    known = np.isfinite(together)
    unhedged, hedged = exposure.gains[known], together[known]
    has_contracts = any(order.held_after for order in plan.positions)
    before, after = gain_distribution(unhedged), gain_distribution(hedged)
    margin_call = assess_margin_calls(exposure, plan, buffer=world.buffer)
    scenarios = index_scenarios(exposure, plan)
    replays: tuple[Replay, ...] = ()
    top_unhedgeable: tuple[OwnRisk, ...] = ()
    if world.prices is not None:
        top_unhedgeable = rank_own_risk(exposure, world.prices)
        replays = replay_episodes(
            world.episodes, exposure, plan, prices=world.prices, levels=world.levels or world.prices
        )
    return Risk(
        before=before,
        after=after,
        hedge_effectiveness=hedge_effectiveness(unhedged, hedged) if has_contracts else None,
        unhedgeable_share=exposure.unhedgeable_share,
        top_unhedgeable=top_unhedgeable,
        scenarios=scenarios,
        stresses=(
            *stress_scenarios(exposure, plan, before=before, margin_call=margin_call),
            *stated_scenarios(world.stated, exposure, plan),
        ),
        replays=replays,
        margin_call=margin_call,
        past_accounts=()
        if margin_call is None
        else tuple(account_in(replay, plan, buffer=margin_call.buffer) for replay in replays),
        costs=assess_costs(
            plan,
            value=exposure.book.beta_base,
            interest=world.interest,
            dividends=dict(world.dividends),
        ),
        other_ways=list_other_ways(
            exposure, plan, unrealised_gain=world.unrealised_gain, long_term_rate=world.long_term_rate
        ),
        futures_tax=tax_scenarios(
            scenarios, long_term_rate=world.long_term_rate, short_term_rate=world.short_term_rate
        ),
        notes=(
            *list_doubts(exposure, plan, before=before, after=after, largest=top_unhedgeable),
            *doubt_tax(exposure, plan),
        ),
    )
