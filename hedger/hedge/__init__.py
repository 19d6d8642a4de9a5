"""Exposure and policy to a plan: the exact whole-contract hedge, with its proof."""

from hedger.hedge.doubts import objection_to
from hedger.hedge.legs import MOST_LEGS, LegStep
from hedger.hedge.plan import Alternative, ErrorBudget, HedgePlan, ObjectiveComparison, ObjectiveOutcome, Order
from hedger.hedge.planning import solve_hedge
from hedger.hedge.policy import OBJECTIVES, HedgePolicy, Objective
from hedger.hedge.problem import BindingLimit, Candidate, HedgeProblem, ProblemContract, Solution
from hedger.hedge.search import compile_solver
from hedger.hedge.solver import solve
from hedger.hedge.walk_forward import IndexTest, WalkForward, look_back

__all__ = [
    "MOST_LEGS",
    "OBJECTIVES",
    "Alternative",
    "BindingLimit",
    "Candidate",
    "ErrorBudget",
    "HedgePlan",
    "HedgePolicy",
    "HedgeProblem",
    "IndexTest",
    "LegStep",
    "Objective",
    "ObjectiveComparison",
    "ObjectiveOutcome",
    "Order",
    "ProblemContract",
    "Solution",
    "WalkForward",
    "compile_solver",
    "look_back",
    "objection_to",
    "solve",
    "solve_hedge",
]
