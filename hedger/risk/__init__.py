"""Exposure and plan to risk: what the hedge changes."""

from hedger.risk.assessment import Risk, assess_risk, hedge_gains
from hedger.risk.distribution import Distribution, TailRisk, gain_distribution, hedge_effectiveness
from hedger.risk.scenarios import Scenario, index_scenarios

__all__ = [
    "Distribution",
    "Risk",
    "Scenario",
    "TailRisk",
    "assess_risk",
    "gain_distribution",
    "hedge_effectiveness",
    "hedge_gains",
    "index_scenarios",
]
