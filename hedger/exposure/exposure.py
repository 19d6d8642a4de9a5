"""What is known of how a book moves with the indices: the result of a measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hedger.arrays import freeze
from hedger.exposure.covariance import annual_covariance

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hedger.arrays import DateArray, FloatArray
    from hedger.errors import Note
    from hedger.exposure.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class BetaOverride:
    """A beta that the user states; `index` is ``None`` when it is meant for every index."""

    symbol: str
    index: str | None
    beta: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingBeta:
    """Beta of one holding to one index.

    Parameters
    ----------
    symbol, market_value, index
        Holding, its value in USD, and name of the index.
    exposure_value
        USD that move with `beta`: the market value, for an option delta times the value of its underlying.
    delta
        Of an option; its `beta` is that of the underlying.
    beta, stderr
        `stderr` is of estimation alone; ``None`` for a beta stated by the user.
    low, high
        95 % interval for the beta realised over the next 63 sessions; ``None`` for a beta stated by the user, and where
        there is no record to speak of.
    shrink_weight
        Weight of the prior in `beta`, between 0 and 1.
    n_observations
        Paired daily returns used.
    flags
        Among ``"short_record"``, ``"no_record"``, ``"stale_closes"``, ``"thinly_traded"``, ``"option_by_delta"``,
        ``"by_proxy"``, ``"stated_by_user"``.
    """

    symbol: str
    market_value: float
    exposure_value: float
    delta: float | None
    index: str
    beta: float
    stderr: float | None
    low: float | None
    high: float | None
    shrink_weight: float
    n_observations: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexBeta:
    """Beta of the whole book to one index.

    Parameters
    ----------
    index, level
        Name, and newest close in points.
    beta, stderr
        Per dollar of ``Book.beta_base``; `stderr` is of estimation alone.
    low, high
        95 % interval for the beta realised over the next 63 sessions.
    low_21, high_21
        The same over the next 21 sessions: wider, because a beta realised over a month is a noisier figure.
    stderr_drift
        Standard deviation of what estimation does not cover over 63 sessions: drift of the true betas and the noise
        of a realised one.
    r_squared
        Share of variance that a hedge in this index alone would have removed (weighted, half-life 126).
    beta_dollars
        USD, signed.
    """

    index: str
    level: float
    beta: float
    stderr: float
    low: float
    high: float
    low_21: float
    high_21: float
    stderr_drift: float
    r_squared: float
    beta_dollars: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Exposure:
    """How a book moves with every index.

    Parameters
    ----------
    book
        What was measured.
    by_index
        One per index, in the order of the catalogue.
    by_holding
        One per holding and index.
    covariance
        Annual covariance of the indices' simple returns, shape (n_indices, n_indices).
    sessions, gains, index_returns
        Past sessions (shape (n_sessions,)), the gain that today's holdings would have had in each, USD, NaN
        where too little of the book traded, and the indices' returns, shape (n_sessions, n_indices), NaN where an
        index without a whole record is not known.
    unhedgeable_share
        Share of the book's variance that all indices with a whole record together leave (weighted, half-life 126).
    notes
        Doubts about the measurement.
    """

    book: Book
    by_index: tuple[IndexBeta, ...]
    by_holding: tuple[HoldingBeta, ...]
    covariance: FloatArray
    sessions: DateArray
    gains: FloatArray
    index_returns: FloatArray
    unhedgeable_share: float
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        freeze(self, "covariance", "sessions", "gains", "index_returns")

    @property
    def indices(self) -> tuple[str, ...]:
        """Names of the measured indices, in the order of `covariance`."""
        return tuple(measured.index for measured in self.by_index)

    @property
    def has_whole_record(self) -> tuple[bool, ...]:
        """Whether each measured index is known in all `sessions`, in the order of `indices`."""
        n_known: list[int] = np.isfinite(self.index_returns).sum(axis=0).tolist()
        return tuple(n_returns == self.sessions.size for n_returns in n_known)

    def of(self, index: str) -> IndexBeta:
        """Return the beta to one index; ``ValueError`` when it was not measured."""
        return self.by_index[self.indices.index(index)]

    def best_index(self, candidates: Collection[str]) -> str:
        """Return the candidate whose single-index hedge would have removed most variance."""
        measured = [each for each in self.by_index if each.index in candidates]
        if not measured:
            raise ValueError("none of the candidates was measured")
        return max(measured, key=lambda each: each.r_squared).index

    def follow_shares(self, index: str) -> FloatArray:
        """Return how far each measured index moves per unit of move of `index` at its conditional expectation.

        Covariance with it over its variance, shape (n_indices,); 1 for `index` itself.
        """
        position = self.indices.index(index)
        shares: FloatArray = self.covariance[position] / self.covariance[position, position]
        return shares

    def joint_covariance(self) -> FloatArray:
        """Return the annual covariance of the indices' returns and of the book's gains, the book last.

        Blended as :attr:`covariance`; shape (n_indices + 1, n_indices + 1), the last row and column in USD.
        """
        return annual_covariance(np.column_stack([self.index_returns, self.gains]))

    def joint_exposure(self, indices: Sequence[str], *, holding: str | None = None) -> FloatArray:
        r"""Return the joint dollar exposures to `indices`, USD, shape (len(indices),).

        :math:`e_L = S_{LL}^{-1} c_L` with :math:`c_j = V \beta_j S_{jj}`: unlike the single betas these may be
        added up, because the common move is counted once. With one index this is :math:`V \beta`.

        Parameters
        ----------
        indices
            Names of measured indices.
        holding
            Symbol of the holding whose exposure it is; that of the whole book without it.
        """
        chosen = [self.indices.index(index) for index in indices]
        if holding is None:
            dollars = np.array([self.by_index[position].beta_dollars for position in chosen])
        else:
            of_holding = {row.index: row.exposure_value * row.beta for row in self.by_holding if row.symbol == holding}
            dollars = np.array([of_holding[index] for index in indices])
        block = self.covariance[np.ix_(chosen, chosen)]
        joint: FloatArray = np.linalg.solve(block, dollars * np.diag(block))
        return joint
