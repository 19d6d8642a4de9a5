r"""The whole-contract hedge as a problem in integers, and its answer.

Index :math:`j` has joint dollar exposure :math:`e_j`; :math:`t = h e` dollars are to be neutralised. Contract
:math:`c` of index :math:`j(c)` has notional :math:`N_c`, and :math:`n_c` (negative = short) are held afterwards:

.. math::

    x_j = t_j + \sum_{c: j(c) = j} n_c N_c, \qquad \sigma(n) = \sqrt{x^\top S x}

with :math:`S` the annual covariance of index returns. :math:`\sigma`, USD a year, is the tracking risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from hedger.arrays import freeze
from hedger.errors import HedgeError

if TYPE_CHECKING:
    from hedger.arrays import FloatArray

Side = Literal["sell", "buy", "either", "none"]

SINGULAR = 1e-10
"""Share of the largest eigenvalue of a covariance at which the least counts as zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemContract:
    """What the solver needs to know of one contract.

    Parameters
    ----------
    symbol, index
        Root, and name of its index.
    notional, margin, cost
        USD per contract: value, initial margin, cost of trading it in and out.
    limit
        Most contracts that may be held; ``None`` for no limit.
    may_grow
        Whether more than is held may ever be held; if not, `limit` is what may stay, and part of the problem itself.
    current
        Contracts already held, negative = short. Cost is charged on the difference.
    size
        Size class, such as ``"e-mini"``; only alternatives look at it.
    """

    symbol: str
    index: str
    notional: float
    margin: float
    cost: float
    limit: int | None = None
    may_grow: bool = True
    current: int = 0
    size: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HedgeProblem:
    r"""One whole-contract hedge to be solved.

    Parameters
    ----------
    indices
        Names, in the order of `exposure` and `covariance`.
    exposure
        Joint dollar exposures :math:`e`, USD, signed, shape (n_indices,).
    hedge_fraction
        Share :math:`h` of the exposure to neutralise, at least 0.
    covariance
        Annual covariance :math:`S` of the indices' simple returns, positive definite, shape (n_indices, n_indices).
    contracts
        In the order in which ties are broken.
    sides
        Per index what may be held: only short (``"sell"``), only long, either, or nothing.
    legs
        Most indices that may be used.
    margin_budget, max_contracts
        Most initial margin in USD and most contracts in all; ``None`` for no limit.
    tolerance
        Tracking risk that may be given up for a cheaper plan, as a fraction of :math:`h \sqrt{e^\top S e}`.

    Raises
    ------
    HedgeError
        When an index does not move, or some of them move as one, so that no single plan is the best.
    ValueError
        When the parts do not fit together.
    """

    indices: tuple[str, ...]
    exposure: FloatArray
    hedge_fraction: float
    covariance: FloatArray
    contracts: tuple[ProblemContract, ...]
    sides: tuple[Side, ...]
    legs: int
    margin_budget: float | None = None
    max_contracts: int | None = None
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        freeze(self, exposure=np.float64, covariance=np.float64)
        exposure, covariance = self.exposure, self.covariance
        n_indices = len(self.indices)
        if exposure.shape != (n_indices,) or covariance.shape != (n_indices, n_indices):
            raise ValueError("exposure and covariance must match indices")
        if not (np.isfinite(exposure).all() and np.isfinite(covariance).all()):
            raise ValueError("exposure and covariance must be finite")
        _require_definite(covariance, self.indices)
        if len(self.sides) != n_indices:
            raise ValueError("one side per index is needed")
        if any(contract.index not in self.indices for contract in self.contracts):
            raise ValueError("a contract belongs to an index that is not in the problem")
        if any(contract.notional <= 0 or contract.margin < 0 or contract.cost < 0 for contract in self.contracts):
            raise ValueError("notionals must be positive, margins and costs not negative")
        if self.hedge_fraction < 0 or self.tolerance < 0 or self.legs < 1:
            raise ValueError("hedge_fraction and tolerance must not be negative, legs at least 1")


def _require_definite(covariance: FloatArray, indices: tuple[str, ...]) -> None:
    """Refuse a covariance at which the same risk can be had from endlessly many totals."""
    if not indices:
        return
    if not np.allclose(covariance, covariance.T, rtol=1e-9, atol=0.0):
        raise ValueError("covariance must be symmetric")
    variances, directions = np.linalg.eigh(covariance)
    if variances[0] < -SINGULAR * variances[-1]:
        raise ValueError("covariance must not have negative eigenvalues")
    if variances[0] <= SINGULAR * variances[-1]:
        share = np.abs(directions[:, 0])
        named = [name for name, part in zip(indices, share, strict=True) if part > 1e-3 * share.max()]
        if len(named) == 1:
            raise HedgeError(f"The index {named[0]} does not move in these prices. Leave it out of the hedge.")
        raise HedgeError(
            f"The indices {', '.join(named)} move as one in these prices, so a hedge could swap one for another "
            "without end. Leave one of them out of the hedge."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingLimit:
    """A limit that the plan would break if it were free.

    Parameters
    ----------
    name
        ``"margin_budget"``, ``"max_contracts"``, ``"legs"`` or the symbol of a contract with its own limit.
    limit, needed
        What is allowed, and what the unrestricted optimum would take; USD, contracts or indices.
    """

    name: str
    limit: float
    needed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    r"""One feasible plan.

    Parameters
    ----------
    quantities
        Contracts held afterwards, negative = short, in the order of ``HedgeProblem.contracts``.
    tracking_risk
        :math:`\sigma`, USD a year, recomputed from the integers.
    cost
        USD, of the trades that lead there.
    margin
        Initial margin of the positions, USD.
    n_contracts
        Contracts held in all.
    labels
        Why it is shown, such as ``"least_risk"``, ``"cheapest_within_tolerance"``, ``"e_minis_only"``,
        ``"one_index_only"``, ``"half_the_margin"``, ``"efficient"``.
    """

    quantities: tuple[int, ...]
    tracking_risk: float
    cost: float
    margin: float
    n_contracts: int
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The unique best plan of a :class:`HedgeProblem`, with its proof.

    Parameters
    ----------
    best
        The plan.
    best_tracking_risk
        Least tracking risk of any feasible plan, USD a year.
    bound
        No feasible plan lies below this, USD a year.
    is_optimal
        Whether the search was complete: `bound` equals `best_tracking_risk` up to 1e-9 relative.
    n_nodes
        Nodes of the search tree that were visited.
    binding_limits
        What the unrestricted optimum would break.
    alternatives
        Other plans worth knowing, by rising tracking risk.
    """

    best: Candidate
    best_tracking_risk: float
    bound: float
    is_optimal: bool
    n_nodes: int
    binding_limits: tuple[BindingLimit, ...]
    alternatives: tuple[Candidate, ...]
