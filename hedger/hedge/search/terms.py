r"""A problem in numbers, as one stage of the search sees it, and the memory that the search works in.

Contracts are sorted by index here: those of index ``j`` are ``first[j]`` to ``first[j + 1] - 1``.

**Points.** Stage 2 wants the least cost and then the fewest contracts. Both are one integer, *points*: cost in whole
units times a power of two above any possible count, plus the number of contracts. Stage 1 does not look at trades;
there a point is a contract.

**One code for both.** Everything from here to :mod:`hedger.hedge.search.stages` indexes, adds and compares, no more.
Interpreted, it works on lists, because Python indexes them faster than arrays; compiled, on arrays.
"""

from __future__ import annotations

from typing import NamedTuple

POINTS, MARGIN, COUNT = range(3)
"""The figures of a plan that may be limited or priced, in the order in which tables have them."""
NODES, WORK = range(2)
"""What effort is counted in: nodes visited, and rows of tables that may still be looked at."""


class Terms(NamedTuple):
    """What a stage of the search is asked.

    Parameters
    ----------
    target, covariance
        Dollars to neutralise per index, and the annual covariance of index returns.
    inverse
        Inverses of all principal submatrices of `covariance`, padded with zeros, by the bit mask of their rows.
    rounding
        Share of a gap between squared risks that the rounding of floats may hide.
    low, high
        Per index, totals between which everything that matters lies, USD, ``low <= 0 <= high``.
    may_hold
        Per index, 1 where short and where long positions are allowed, else 0, shape (n_indices, 2).
    first
        First contract of each index, and the number of contracts.
    notional, margin
        USD per contract.
    points
        Of trading one contract, without the point for holding it; 0 in stage 1.
    current
        Signed count held where trading costs points, else 0.
    limit
        Highest count of each contract; -1 for no limit.
    limits
        Most points (not used), margin in USD and count of a plan; infinite where there is no limit.
    legs
        Most indices that may be used.
    """

    target: list[float]
    covariance: list[list[float]]
    inverse: list[list[list[float]]]
    rounding: float
    low: list[float]
    high: list[float]
    may_hold: list[list[int]]
    first: list[int]
    notional: list[float]
    margin: list[float]
    points: list[int]
    current: list[int]
    limit: list[int]
    limits: list[float]
    legs: int


def floats(size: int) -> list[float]:
    """Return zeros."""
    return [0.0] * size


def integers(size: int) -> list[int]:
    """Return zeros."""
    return [0] * size


def float_table(rows: int, columns: int) -> list[list[float]]:
    """Return rows of zeros."""
    return [[0.0] * columns for _ in range(rows)]


def float_block(layers: int, rows: int, columns: int) -> list[list[list[float]]]:
    """Return layers of rows of zeros."""
    return [[[0.0] * columns for _ in range(rows)] for _ in range(layers)]


def integer_table(rows: int, columns: int) -> list[list[int]]:
    """Return rows of zeros."""
    return [[0] * columns for _ in range(rows)]
