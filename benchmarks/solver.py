"""The exact solver beside SCIP on proved instances: same plan, and how long each takes.

    python benchmarks/solver.py [INSTANCES.jsonl] [--count 200]

Every instance is solved by hedger, interpreted and (if numba is installed) compiled, and by SCIP on the full
mixed-integer model with a gap of zero, in dollars divided so that the least tracking risk is near 1. SCIP runs once for
each of: least tracking risk, least cost within the tolerance, fewest contracts, least tracking risk again, and then
for each contract, in order, to hold as many as possible, which makes the answer unique. Figures of both plans are
recomputed from their integers. Times are processor times from the problem to the checked plan; hedger's are the
smallest of three runs after a first one. A run of SCIP that takes a minute is given up and counts as that long.

Needs pyscipopt, and numba for the compiled times: pip install -r requirements-benchmarks.txt
"""

from __future__ import annotations

import json
import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hedger.hedge import Candidate, HedgeProblem, ProblemContract
from hedger.hedge.search import RELATIVE, SIGNS, compile_solver, hedged_risk, risk_limit
from hedger.hedge.solver import check_solution, find_best, to_candidate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

try:
    import pyscipopt
except ModuleNotFoundError:
    sys.exit("pyscipopt is not installed. Install it with: pip install -r requirements-benchmarks.txt")

INSTANCES = Path(__file__).parent.parent / "tests/hedge/solver_instances.jsonl"
COUNT, RUNS = 200, 3
TOLERANCE = 1e-9
"""To which SCIP keeps its constraints, in units of the least tracking risk."""
SECONDS = 60.0
"""After which a run of SCIP is given up."""
PARAMETERS = (("limits/gap", 0.0), ("numerics/feastol", TOLERANCE), ("timing/clocktype", 1), ("limits/time", SECONDS))
"""Of SCIP; clock 1 is processor time."""
VERDICTS = ("same", "equal", "given up", "beyond the tolerance")
"""The same plan, another of the same figures, no answer in time, and more risk than allowed by its own integers."""
EQUAL = 1e-8
"""By how much the model lets the squared tracking risk of equal plans differ; plans further apart are refused after."""


def read_problems(path: Path, count: int) -> list[tuple[str, HedgeProblem, float]]:
    """Return name, problem and proved least tracking risk of instances spread evenly over a file."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    chosen = [records[len(records) * i // count] for i in range(min(count, len(records)))]
    fields = ("exposure", "hedge_fraction", "covariance", "legs", "margin_budget", "max_contracts", "tolerance")
    return [
        (
            record["id"],
            HedgeProblem(
                indices=tuple(record["indices"]),
                contracts=tuple(ProblemContract(**contract) for contract in record["contracts"]),
                sides=tuple(record["sides"]),
                **{field: record[field] for field in fields},
            ),
            record["expected"]["sigma_star"],
        )
        for record in chosen
    ]


class GivenUpError(Exception):
    """SCIP did not come to an end."""


class ScipModel:
    """The full model of a problem: whole contracts on both sides, one binary per index and side.

    Parameters
    ----------
    problem
        What is to be solved.
    unit
        USD that are 1 in the model, about the least tracking risk.
    """

    def __init__(self, problem: HedgeProblem, unit: float) -> None:
        self.problem, self.unit = problem, unit
        model = self.model = pyscipopt.Model()
        model.hideOutput()
        for name, value in PARAMETERS:
            model.setParam(name, value)
        target = problem.hedge_fraction * problem.exposure
        # Totals beyond the ellipsoid of doing nothing, widened by the tolerance, cannot be the answer.
        reach = hedged_risk(problem) * (1.0 + problem.tolerance) * np.sqrt(np.diag(np.linalg.inv(problem.covariance)))
        sides = [
            {sign: model.addVar(vtype="B", ub=float(sign in SIGNS[side])) for sign in (-1, 1)} for side in problem.sides
        ]
        for both in sides:
            model.addCons(both[-1] + both[1] <= 1)
        model.addCons(pyscipopt.quicksum(one for both in sides for one in both.values()) <= problem.legs)
        self.held: list[dict[int, Any]] = []
        residual = [target[j] / unit for j in range(len(problem.indices))]
        cost, margin = [], []
        self.cost_unit = max([contract.cost for contract in problem.contracts], default=0.0) or 1.0
        for contract in problem.contracts:
            j = problem.indices.index(contract.index)
            most = math.ceil((abs(target[j]) + reach[j]) / contract.notional)
            most = min([most, *(each for each in (contract.limit, problem.max_contracts) if each is not None)])
            held = {sign: model.addVar(vtype="I", ub=most) for sign in (-1, 1)}
            for sign, number in held.items():
                model.addCons(number <= most * sides[j][sign])
                residual[j] = residual[j] + sign * contract.notional / unit * number
            traded = model.addVar(vtype="C", lb=0.0)
            model.addCons(traded >= held[1] - held[-1] - contract.current)
            model.addCons(traded >= contract.current - held[1] + held[-1])
            cost.append(contract.cost / self.cost_unit * traded)
            margin.append(contract.margin * (held[1] + held[-1]))
            self.held.append(held)
        self.count = pyscipopt.quicksum(number for held in self.held for number in held.values())
        self.cost = pyscipopt.quicksum(cost)
        if problem.margin_budget is not None:
            budget = problem.margin_budget or 1.0
            model.addCons(pyscipopt.quicksum(one / budget for one in margin) <= problem.margin_budget / budget)
        if problem.max_contracts is not None:
            model.addCons(self.count <= problem.max_contracts)
        factor = np.linalg.cholesky(problem.covariance)
        moves = [model.addVar(vtype="C", lb=None) for _ in residual]
        for k, move in enumerate(moves):
            model.addCons(move == pyscipopt.quicksum(factor[j, k] * residual[j] for j in range(len(residual))))
        self.squared = model.addVar(vtype="C", lb=0.0)
        model.addCons(pyscipopt.quicksum(move * move for move in moves) <= self.squared)

    def minimise(self, objective: Any) -> Candidate:
        """Return the best plan by an objective, its figures recomputed."""
        self.model.setObjective(objective, "minimize")
        self.model.optimize()
        if self.model.getStatus() not in {"optimal", "gaplimit"}:
            raise GivenUpError(self.model.getStatus())
        plan = [round(self.model.getVal(held[1]) - self.model.getVal(held[-1])) for held in self.held]
        self.model.freeTransform()
        return to_candidate(self.problem, plan)

    def solve(self) -> Candidate:
        """Run all stages and return the answer."""
        least = self.minimise(self.squared).tracking_risk
        self.model.addCons(self.squared <= (risk_limit(self.problem, least, self.problem.tolerance) / self.unit) ** 2)
        cheapest = self.minimise(self.cost)
        # Costs are whole hundredths of cents, so that half of one allows no other.
        self.model.addCons(self.cost <= (cheapest.cost + 0.5e-4) / self.cost_unit)
        fewest = self.minimise(self.count)
        self.model.addCons(self.count <= fewest.n_contracts)
        answer = self.minimise(self.squared)
        self.model.addCons(self.squared <= (answer.tracking_risk / self.unit) ** 2 * (1.0 + EQUAL) + EQUAL**2)
        for place, held in enumerate(self.held):
            number = held[-1] + held[1]
            more = self.minimise(-number)
            if is_equal(self.problem, more, answer):
                answer = more
            self.model.addCons(number >= abs(answer.quantities[place]))
        return answer


def timed(problem: HedgeProblem) -> float:
    """Return the least processor time of solving a problem, seconds."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        find_best(problem)
        times.append(time.process_time() - start)
    return min(times)


def is_equal(problem: HedgeProblem, one: Candidate, other: Candidate) -> bool:
    """Tell whether two plans have the same figures."""
    near = RELATIVE * other.tracking_risk + 1e-12 * hedged_risk(problem)
    return (
        abs(one.tracking_risk - other.tracking_risk) <= near
        and abs(one.cost - other.cost) < 1e-6
        and one.n_contracts == other.n_contracts
    )


def compare(problem: HedgeProblem, least: float, ours: Candidate, theirs: Candidate | None) -> str:
    """Return what became of an instance: one of :data:`VERDICTS`, or what differs.

    Parameters
    ----------
    least
        Proved least tracking risk, USD a year.
    """
    if theirs is None:
        return "given up"
    if ours.quantities == theirs.quantities:
        return "same"
    if is_equal(problem, ours, theirs):
        return "equal"
    if theirs.tracking_risk > risk_limit(problem, least, problem.tolerance) * (1.0 + RELATIVE) >= ours.tracking_risk:
        return "beyond the tolerance"
    figures = [f"{one.tracking_risk:.9g} USD a year, {one.cost:.4f} USD, {one.n_contracts}" for one in (ours, theirs)]
    return f"hedger {figures[0]}; SCIP {figures[1]}"


def row(name: str, seconds: Sequence[float]) -> str:
    """Return a line of the table: median, 95th percentile and longest time in milliseconds."""
    median, high, longest = (1000.0 * float(np.quantile(seconds, share)) for share in (0.5, 0.95, 1.0))
    return f"{name:<22}{median:>12.3f}{high:>12.3f}{longest:>12.3f}"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """Return by how much the median and the 95th percentile are smaller."""
    median, high = (float(np.quantile(theirs, share) / np.quantile(ours, share)) for share in (0.5, 0.95))
    return median, high


def run(problems: Sequence[tuple[str, HedgeProblem, float]], solve: Callable[[HedgeProblem, float], Any]) -> list[Any]:
    """Return what a solver makes of each problem."""
    results = []
    for done, (_, problem, least) in enumerate(problems, 1):
        results.append(solve(problem, least))
        print(f"\r{done} of {len(problems)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    return results


def solve_with_scip(problem: HedgeProblem, least: float) -> tuple[Candidate | None, float]:
    """Return SCIP's answer, if it came to one, and the time it took."""
    start, answer = time.process_time(), None
    try:
        answer = ScipModel(problem, max(least, 1e-3 * hedged_risk(problem), 1.0)).solve()
        check_solution(problem, answer, math.inf)
    except GivenUpError as stop:
        print(f" given up: {stop}", file=sys.stderr)
    return answer, time.process_time() - start


def main() -> None:
    """Solve the instances both ways and print agreement and times."""
    arguments = sys.argv[1:]
    count = int(arguments.pop(arguments.index("--count") + 1)) if "--count" in arguments else COUNT
    paths = [Path(argument) for argument in arguments if argument != "--count"]
    problems = read_problems(paths[0] if paths else INSTANCES, count)
    answers = [find_best(problem) for _, problem, _ in problems]
    interpreted = run(problems, lambda problem, _: timed(problem))
    compiled = None
    if compile_solver():
        recompiled = [find_best(problem) for _, problem, _ in problems]
        compiled = run(problems, lambda problem, _: timed(problem))
        print(f"Compiled and interpreted: {sum(a == b for a, b in zip(answers, recompiled, strict=True))} plans alike")
    else:
        print(
            "numba is not installed, so no compiled times. Install it with: pip install -r requirements-benchmarks.txt"
        )
    scip = run(problems, solve_with_scip)
    pairs = zip(problems, answers, scip, strict=True)
    verdicts = [compare(problem, least, ours, theirs) for (_, problem, least), ours, (theirs, _) in pairs]
    times = [seconds for _, seconds in scip]
    same, equal, given_up, beyond = (verdicts.count(verdict) for verdict in VERDICTS)
    print(f"{len(problems)} instances: the same plan in {same}, another one of the same figures in {equal},")
    print(f"SCIP given up in {given_up}, SCIP's plan beyond the tolerance by its own integers in {beyond},")
    print(f"disagreements {len(problems) - same - equal - given_up - beyond}")
    for (name, _, _), verdict in zip(problems, verdicts, strict=True):
        if verdict not in VERDICTS:
            print(f"  {name}: {verdict}")
    print(f"{'milliseconds':<22}{'median':>12}{'95 %':>12}{'longest':>12}")
    print(row(f"SCIP {pyscipopt.Model().version()}", times))
    print(row("hedger", interpreted))
    exact = [seconds for (_, problem, _), seconds in zip(problems, interpreted, strict=True) if problem.tolerance == 0]
    print(row("  with tolerance 0", exact))
    print(
        "times faster than SCIP: {:.0f} at the median, {:.0f} at the 95th percentile".format(
            *ratios(interpreted, times)
        )
    )
    if compiled is not None:
        print(row("hedger, compiled", compiled))
        print(
            "times faster than SCIP: {:.0f} at the median, {:.0f} at the 95th percentile".format(
                *ratios(compiled, times)
            )
        )


if __name__ == "__main__":
    main()
