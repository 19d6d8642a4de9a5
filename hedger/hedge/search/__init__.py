r"""The whole-contract hedge in one to five indices, searched to the end.

The unknowns are one total of dollars per index and, for each total, the mix of sizes that reaches it. The whole
argument stands in :mod:`hedger.hedge.solver`; the parts, in the order in which one reads them:

- ``terms``: the problem in numbers;
- ``sides``: which counts of each contract can matter;
- ``curves``: what a total of one index needs at least of cost, contracts and margin when fractions are allowed;
- ``relaxation``: a lower bound on all plans, and exactly by how much each plan exceeds it;
- ``prices``: prices of the limits that make this bound high;
- ``mixes``: the whole mixes that can matter under such a bound;
- ``walk``: the walk over their totals, which leaves out only what the bound rules out;
- ``stages``: least tracking risk first, then least cost within the tolerance;
- ``engine``: from a problem to numbers and back;
- ``runner``: all of this interpreted or compiled.
"""

from hedger.hedge.search.engine import ABSOLUTE, MOST_WORK, SIGNS, Found, Search, hedged_risk, risk_limit
from hedger.hedge.search.runner import compile_solver
from hedger.hedge.search.sides import RELATIVE

__all__ = [
    "ABSOLUTE",
    "MOST_WORK",
    "RELATIVE",
    "SIGNS",
    "Found",
    "Search",
    "compile_solver",
    "hedged_risk",
    "risk_limit",
]
