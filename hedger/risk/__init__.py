"""Exposure and plan to risk: what the hedge changes."""

from hedger.risk.assessment import Risk, assess_risk
from hedger.risk.circumstances import Circumstances
from hedger.risk.costs import CostItem, Costs, assess_costs
from hedger.risk.distribution import Distribution, TailRisk, gain_distribution, standardise
from hedger.risk.episodes import Episode, PastAccount, Replay, account_in, load_episodes, replay_episodes
from hedger.risk.first_passage import passage_deviation, passage_distance, passage_probability, simulate_passage
from hedger.risk.futures_account import FAN_LEVELS, FAN_SESSIONS, AccountRange, FuturesAccount
from hedger.risk.margin_calls import (
    ACCEPTED,
    BufferNeed,
    CallChance,
    MarginCall,
    StressedCall,
    assess_margin_calls,
)
from hedger.risk.other_ways import SELLING, OtherWay, list_other_ways
from hedger.risk.own_risk import OwnRisk, rank_own_risk
from hedger.risk.positions import hedge_gains, held_notional
from hedger.risk.scenarios import SEVERAL_SESSIONS, Scenario, index_scenarios
from hedger.risk.sizing import PositionSize, size_position
from hedger.risk.stated import StatedScenario, stated_scenarios
from hedger.risk.stresses import stress_scenarios
from hedger.risk.taxes import FuturesTax, doubt_tax, tax_scenarios, to_futures_tax

__all__ = [
    "ACCEPTED",
    "FAN_LEVELS",
    "FAN_SESSIONS",
    "SELLING",
    "SEVERAL_SESSIONS",
    "AccountRange",
    "BufferNeed",
    "CallChance",
    "Circumstances",
    "CostItem",
    "Costs",
    "Distribution",
    "Episode",
    "FuturesAccount",
    "FuturesTax",
    "MarginCall",
    "OtherWay",
    "OwnRisk",
    "PastAccount",
    "PositionSize",
    "Replay",
    "Risk",
    "Scenario",
    "StatedScenario",
    "StressedCall",
    "TailRisk",
    "account_in",
    "assess_costs",
    "assess_margin_calls",
    "assess_risk",
    "doubt_tax",
    "gain_distribution",
    "hedge_gains",
    "held_notional",
    "index_scenarios",
    "list_other_ways",
    "load_episodes",
    "passage_deviation",
    "passage_distance",
    "passage_probability",
    "rank_own_risk",
    "replay_episodes",
    "simulate_passage",
    "size_position",
    "standardise",
    "stated_scenarios",
    "stress_scenarios",
    "tax_scenarios",
    "to_futures_tax",
]
