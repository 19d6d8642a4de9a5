"""How long the whole-contract hedge of least expected shortfall takes, beside one row per scenario.

    python benchmarks/shortfall.py [RUNS]

Books of the sample portfolios over their last 1,000 sessions, E-minis and micros of four indices, short only. The peer
is the same problem as Rockafellar and Uryasev (2000) state it, a mixed-integer programme with a row and an unknown per
scenario, solved by the same solver (scipy.optimize.milp, HiGHS, gap zero). Both must find the same shortfall.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from hedger.advice import measure_account
from hedger.contracts import find_margin, select_contracts
from hedger.hedge import HedgeProblem, ProblemContract
from hedger.hedge.shortfall import Scenarios, minimise_shortfall
from hedger.market import SnapshotSource
from hedger.portfolio import read_portfolio
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from hedger.exposure import Exposure

SAMPLES = Path(__file__).parents[1] / "sample_portfolios"
BOOKS = ("technology", "small_and_large", "adviser", "concentrated")
DAY = date(2026, 8, 21)
N_SCENARIOS = 1000
TARGET = 2.0


def make_problem(exposure: Exposure) -> tuple[HedgeProblem, Scenarios]:
    """Return the full hedge of a book in E-minis and micros of all indices, and its past sessions."""
    levels = {each.index: each.level for each in exposure.by_index}
    contracts = [each for each in select_contracts(DAY, sizes=("e-mini", "micro")) if each.index in levels]
    problem = HedgeProblem(
        indices=exposure.indices,
        exposure=exposure.joint_exposure(exposure.indices),
        hedge_fraction=1.0,
        covariance=exposure.covariance,
        contracts=tuple(
            ProblemContract(
                symbol=each.symbol,
                index=each.index,
                notional=each.multiplier * levels[each.index],
                margin=find_margin(each, as_of=DAY, price=levels[each.index]).initial,
                cost=4.5 if each.size == "e-mini" else 2.2,
            )
            for each in contracts
        ),
        sides=tuple("sell" for _ in levels),
        legs=len(levels),
    )
    gains, returns = exposure.gains[-N_SCENARIOS:], exposure.index_returns[-N_SCENARIOS:]
    return problem, Scenarios(gains=gains, returns=returns)


def least_by_rows(problem: HedgeProblem, scenarios: Scenarios) -> float:
    """Return the least expected shortfall by the programme with one row per scenario, USD."""
    n, n_scenarios = len(problem.contracts), scenarios.gains.size
    scale = scenarios.expected_shortfall(np.zeros(len(problem.indices)))
    places = [problem.indices.index(each.index) for each in problem.contracts]
    sold = -scenarios.returns[:, places] * np.array([each.notional for each in problem.contracts]) / scale
    rows = hstack([csr_array(sold), csr_array(np.ones((n_scenarios, 1))), eye_array(n_scenarios)])
    beyond = np.full(n_scenarios, 1.0 / ((1.0 - scenarios.level) * n_scenarios))
    answer = milp(
        np.concatenate([np.zeros(n), [1.0], beyond]),
        integrality=np.concatenate([np.ones(n), np.zeros(1 + n_scenarios)]),
        bounds=Bounds(np.concatenate([np.zeros(n), [-np.inf], np.zeros(n_scenarios)]), np.inf),
        constraints=LinearConstraint(rows, -scenarios.gains / scale, np.inf),
        options={"mip_rel_gap": 0.0},
    )
    return float(answer.fun) * scale


def seconds(solve: Callable[[], float], n_runs: int) -> tuple[float, float]:
    """Return the median time of a call in seconds, and its answer."""
    taken = []
    for _ in range(n_runs):
        start = time.perf_counter()
        least = solve()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken), least


def main() -> None:
    """Time both on each book and print medians, and how far their answers lie apart."""
    n_runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(
        f"{N_SCENARIOS:,} scenarios, 4 indices, E-minis and micros; median of {n_runs}; target: at most {TARGET:.0f} s"
    )
    print("book                planes    rows  least shortfall  apart by")
    for book in BOOKS:
        portfolio = read_portfolio(SAMPLES / f"{book}.csv", as_of=DAY)
        exposure = measure_account(portfolio, SnapshotSource(), Settings(), today=DAY).exposure
        problem, scenarios = make_problem(exposure)
        ours, least = seconds(lambda: minimise_shortfall(problem, scenarios).least, n_runs)  # noqa: B023 (called at once)
        theirs, expected = seconds(lambda: least_by_rows(problem, scenarios), n_runs)  # noqa: B023
        apart = abs(least - expected) / abs(expected)
        print(f"{book:18} {ours:5.3f} s {theirs:5.3f} s {least:16,.2f}   {apart:.0e}")


if __name__ == "__main__":
    main()
