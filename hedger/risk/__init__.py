"""Exposure and plan to risk: what the hedge changes."""

from hedger.risk.assessment import Risk, assess_risk
from hedger.risk.distribution import Distribution, TailRisk, gain_distribution, hedge_effectiveness
from hedger.risk.first_passage import passage_deviation, passage_distance, passage_probability, simulate_passage
from hedger.risk.margin_calls import BufferNeed, CallChance, MarginCall, StressedCall, assess_margin_calls
from hedger.risk.positions import follow_shares, hedge_gains, held_notional
from hedger.risk.scenarios import Scenario, index_scenarios

__all__ = [
    "BufferNeed",
    "CallChance",
    "Distribution",
    "MarginCall",
    "Risk",
    "Scenario",
    "StressedCall",
    "TailRisk",
    "assess_margin_calls",
    "assess_risk",
    "follow_shares",
    "gain_distribution",
    "hedge_effectiveness",
    "hedge_gains",
    "held_notional",
    "index_scenarios",
    "passage_deviation",
    "passage_distance",
    "passage_probability",
    "simulate_passage",
]
