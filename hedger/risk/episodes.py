r"""Spans of history with today's book: what it and its futures would have gained, close by close.

Each holding keeps today's number of shares. One that had closes at both ends of the span moves by its own adjusted
closes; any other moves by its beta to the plan's reference index, session by session, and is counted and named. The
futures keep today's number of contracts at today's notional and move with their index; a contract of that time would
have had another size, and its carry is left out. Book and futures therefore start at the amounts of today's plan:

.. math::

    \text{unhedged}_t = \sum_i V_i \left(\frac{P_{i,t}}{P_{i,0}} - 1\right), \qquad
    \text{hedge}_t = \sum_j N_j \left(\frac{I_{j,t}}{I_{j,0}} - 1\right)

An index without closes in part of the span follows the first index that has them all at its conditional expectation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from hedger.arrays import freeze
from hedger.contracts import find_index
from hedger.risk.positions import held_notional
from hedger.shipped import load_table
from hedger.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hedger.arrays import BoolArray, DateArray, FloatArray
    from hedger.exposure import Exposure
    from hedger.hedge import HedgePlan
    from hedger.market import Prices

EpisodeKind = Literal["crisis", "rally"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A span of history worth replaying.

    Parameters
    ----------
    name
        For people.
    kind
        ``"crisis"`` for a fall, ``"rally"`` for a rise, which is what a short futures account suffers in.
    start, end
        Sessions whose closes it runs between.
    source
        How the days were found.
    """

    name: str
    kind: EpisodeKind
    start: date
    end: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replay:
    """An episode with today's holdings and contracts.

    Parameters
    ----------
    episode
        The span.
    sessions
        Shape (n_sessions,), the first being its start.
    unhedged, hedge
        Gain since the start of book and futures at each close, USD, the first being zero, shape (n_sessions,).
    shocks
        Measured indices and their returns over the whole span, as fractions.
    by_beta
        Holdings that did not trade at both ends, which move by their beta to the reference index.
    n_real
        Holdings that move by their own closes.
    notes
        What a reader must know of it.
    """

    episode: Episode
    sessions: DateArray
    unhedged: FloatArray
    hedge: FloatArray
    shocks: tuple[tuple[str, float], ...]
    by_beta: tuple[str, ...]
    n_real: int
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self, "sessions", "unhedged", "hedge")

    @property
    def hedged(self) -> FloatArray:
        """Gain since the start of book and futures together, USD, shape (n_sessions,)."""
        together: FloatArray = self.unhedged + self.hedge
        return together

    @property
    def unhedged_pnl(self) -> float:
        """Gain of the book over the whole span, USD."""
        return float(self.unhedged[-1])

    @property
    def hedge_pnl(self) -> float:
        """Gain of the futures over the whole span, USD."""
        return float(self.hedge[-1])

    @property
    def hedged_pnl(self) -> float:
        """Gain of both over the whole span, USD."""
        return self.unhedged_pnl + self.hedge_pnl


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAccount:
    """What the futures account would have gone through in an episode, at today's margins.

    Parameters
    ----------
    episode
        The span.
    pnl
        Gain of the futures over the whole span, USD.
    worst_pnl, worst_session
        Their lowest gain at a close, USD, and its day.
    call_session
        First close at which the account is below maintenance; ``None`` where it never is.
    cash_needed
        What must be added over the span to stay at or above maintenance, USD; zero for nothing.
    """

    episode: Episode
    pnl: float
    worst_pnl: float
    worst_session: date
    call_session: date | None
    cash_needed: float


@cache
def load_episodes() -> tuple[Episode, ...]:
    """Load the shipped episodes: falls, then rises, each oldest first."""
    return tuple(
        Episode(
            name=row["name"],
            kind=cast("EpisodeKind", row["kind"]),
            start=date.fromisoformat(row["start"]),
            end=date.fromisoformat(row["end"]),
            source=row["source"],
        )
        for row in load_table("crises.csv")
    )


def replay_episodes(
    episodes: Iterable[Episode], exposure: Exposure, plan: HedgePlan, *, prices: Prices, levels: Prices
) -> tuple[Replay, ...]:
    """Replay those of `episodes` that the index levels cover.

    Parameters
    ----------
    episodes
        Spans; one that `levels` does not cover for any measured index is left out.
    exposure, plan
        Today's book and contracts.
    prices
        Closes of the holdings, up to the day of the advice.
    levels
        Closes of the indices, as far back as they are known.
    """
    replays = (_replay(episode, exposure, plan, prices, levels) for episode in episodes)
    return tuple(replay for replay in replays if replay is not None)


def account_in(replay: Replay, plan: HedgePlan, *, buffer: float) -> PastAccount:
    """Return what the futures account would have gone through in a replayed episode.

    Parameters
    ----------
    replay
        The episode.
    plan
        Whose margins are posted.
    buffer
        Cash beyond initial margin, USD.
    """
    room = plan.initial_margin + buffer - plan.maintenance_margin
    worst = int(np.argmin(replay.hedge))
    below = np.flatnonzero(replay.hedge < -room)
    return PastAccount(
        episode=replay.episode,
        pnl=replay.hedge_pnl,
        worst_pnl=float(replay.hedge[worst]),
        worst_session=replay.sessions[worst].item(),
        call_session=replay.sessions[below[0]].item() if below.size else None,
        cash_needed=max(-float(replay.hedge[worst]) - room, 0.0),
    )


def _replay(episode: Episode, exposure: Exposure, plan: HedgePlan, prices: Prices, levels: Prices) -> Replay | None:
    span = _rows(levels, episode)
    if span is None:
        return None
    sessions = levels.sessions[span]
    index_path, followers, anchor = _index_path(exposure, levels, span)
    if index_path is None:
        return None
    held = exposure.book.holdings
    betas = {row.symbol: row.beta for row in exposure.by_holding if row.index == plan.reference_index}
    values = np.array([holding.exposure_value for holding in held])
    own = _own_path([holding.moves_with for holding in held], prices, sessions)
    is_real = np.isfinite(own[[0, -1]]).all(axis=0) & np.array([holding.is_priced for holding in held], dtype=bool)
    reference = index_path[:, exposure.indices.index(plan.reference_index)]
    moves = np.outer(np.diff(reference) / reference[:-1], [betas[holding.symbol] for holding in held])
    by_beta = np.vstack([np.ones(len(held)), np.cumprod(1.0 + np.maximum(moves, -1.0), axis=0)])
    path = np.where(is_real, own, by_beta)
    names = tuple(holding.symbol for holding, real in zip(held, is_real.tolist(), strict=True) if not real)
    return Replay(
        episode=episode,
        sessions=sessions,
        unhedged=(path - 1.0) @ values,
        hedge=(index_path - 1.0) @ held_notional(exposure, plan),
        shocks=tuple(zip(exposure.indices, (index_path[-1] - 1.0).tolist(), strict=True)),
        by_beta=names,
        n_real=int(is_real.sum()),
        notes=tuple(_notes(names, len(held), plan.reference_index, followers, anchor)),
    )


def _rows(levels: Prices, episode: Episode) -> slice | None:
    """Return the rows of an episode; ``None`` where the sessions do not reach from its start to its end."""
    start, end = np.datetime64(episode.start, "D"), np.datetime64(episode.end, "D")
    first = int(np.searchsorted(levels.sessions, start))
    last = int(np.searchsorted(levels.sessions, end))
    if last >= levels.sessions.size or levels.sessions[first] != start or levels.sessions[last] != end:
        return None
    return slice(first, last + 1)


def _index_path(
    exposure: Exposure, levels: Prices, span: slice
) -> tuple[FloatArray | None, tuple[str, ...], str | None]:
    """Return every measured index as a multiple of its start, those that follow another, and that other."""
    symbols = [find_index(name).symbol for name in exposure.indices]
    close = np.full((span.stop - span.start, len(exposure.indices)), np.nan)
    for position, symbol in enumerate(symbols):
        if symbol in levels.symbols:
            close[:, position] = levels.column(symbol)[span]
    is_whole: BoolArray = np.all(np.isfinite(close), axis=0)
    if not is_whole.any():
        return None, (), None
    anchor = int(np.argmax(is_whole))
    returns = close[1:] / close[:-1] - 1.0
    follow = np.outer(returns[:, anchor], exposure.follow_shares(exposure.indices[anchor]))
    path = np.vstack(
        [np.ones(len(exposure.indices)), np.cumprod(1.0 + np.where(np.isfinite(returns), returns, follow), axis=0)]
    )
    followers = tuple(name for name, whole in zip(exposure.indices, is_whole.tolist(), strict=True) if not whole)
    return path, followers, exposure.indices[anchor]


def _own_path(symbols: list[str], prices: Prices, sessions: DateArray) -> FloatArray:
    """Return each symbol's closes as multiples of the first, carried forward over gaps, NaN before the first close.

    Shape (n_sessions, n_symbols).
    """
    rows = np.searchsorted(prices.sessions, sessions)
    is_known = (rows < prices.sessions.size) & (prices.sessions[np.minimum(rows, prices.sessions.size - 1)] == sessions)
    close = np.full((sessions.size, len(symbols)), np.nan)
    for position, symbol in enumerate(symbols):
        if symbol in prices.symbols:
            close[is_known, position] = prices.column(symbol)[rows[is_known]]
    newest = np.where(np.isfinite(close), np.arange(sessions.size)[:, None], 0)
    carried = np.take_along_axis(close, np.maximum.accumulate(newest, axis=0), axis=0)
    carried[-1, ~np.isfinite(close[-1])] = np.nan
    path: FloatArray = carried / carried[0]
    return path


def _notes(
    by_beta: tuple[str, ...], n_holdings: int, reference: str, followers: tuple[str, ...], anchor: str | None
) -> Iterable[str]:
    if by_beta:
        yield (
            f"{len(by_beta)} of {plural(n_holdings, 'holding')} did not trade at both ends, "
            f"or have no closes here: they move by their beta to the {find_index(reference).title}."
        )
    if followers and anchor is not None:
        names = ", ".join(find_index(name).title for name in followers)
        yield f"No whole record of the {names}: where closes are missing it follows the {find_index(anchor).title}."
