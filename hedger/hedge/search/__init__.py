r"""The whole-contract hedge in one to five indices, searched to the end.

Sizes of one index nest, or nearly do, so the unknowns are one total of dollars per index and, for each total, the mix
of sizes that reaches it:

- ``axes``: which counts of each contract can matter;
- ``curves``: what a total of one index needs at least of cost, contracts and margin when fractions are allowed;
- ``mixes``: the whole mixes that no other of the same total beats;
- ``relaxation``: a lower bound on what any choice of the totals still open can reach, at given prices of the limits;
- ``prices``: prices of the limits that make this bound high;
- ``tree``: the walk over the totals, which leaves out only what such a bound rules out;
- ``stages``: least tracking risk first, then least cost within the tolerance.
"""

from hedger.hedge.search.axes import ABSOLUTE, RELATIVE, SIGNS
from hedger.hedge.search.stages import MOST_WORK, Found, find_cheapest, find_least_risk, hedged_risk, risk_limit

__all__ = [
    "ABSOLUTE",
    "MOST_WORK",
    "RELATIVE",
    "SIGNS",
    "Found",
    "find_cheapest",
    "find_least_risk",
    "hedged_risk",
    "risk_limit",
]
