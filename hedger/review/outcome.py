r"""How a plan has done since its day: gains of portfolio and futures, realised beta, effectiveness.

**Portfolio.** The plan's holdings, bought and held, at closes adjusted for splits and dividends.

**Realised beta.** Ordinary least squares of the daily returns of the plan's holdings at the plan's weights on those of
its reference index, with White's (1980) heteroskedasticity-consistent standard error (HC0), beside the interval that
the plan stated for it.

**Effectiveness.** :math:`1 - \mathrm{var}(\text{hedged}) / \mathrm{var}(\text{unhedged})` (Ederington 1979) of the
daily gains since, each session alike; futures at fair value of each close, fees aside.

References
----------
H. White (1980), "A heteroskedasticity-consistent covariance matrix estimator and a direct test for heteroskedasticity",
Econometrica 48(4).
L. Ederington (1979), "The hedging performance of the new futures markets", Journal of Finance 34(1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import find_fee_schedule, find_index
from hedger.exposure import book_gains, hedge_effectiveness, pair_returns, realised_betas
from hedger.review.gains import FuturesGain, gain_of, list_executions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hedger.arrays import FloatArray
    from hedger.contracts import MonthlyFuture
    from hedger.exposure import Holding, PairedReturns
    from hedger.market import Prices
    from hedger.review.earlier import EarlierPlan
    from hedger.review.fills import Fill
    from hedger.review.gains import Execution
    from hedger.review.marks import FuturesMarks
    from hedger.settings import Settings


LEAST_SESSIONS = 10
"""Fewest sessions from which a beta or an effectiveness is told."""
LEAST_FOLLOWED = 0.5
"""Share of the plan's gross value that must have closes since for the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealisedBeta:
    """Beta of the plan's holdings since the plan.

    Parameters
    ----------
    beta, stderr
        To the plan's reference index.
    low, high
        95 % interval that the plan stated for the beta realised over 63 sessions.
    """

    beta: float
    stderr: float
    low: float
    high: float

    @property
    def is_inside(self) -> bool:
        """Whether the plan's interval holds it."""
        return self.low <= self.beta <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a plan has done.

    Parameters
    ----------
    first_session, last_session, n_sessions
        Sessions since the plan: the close that it starts from, the newest one, and how many returns lie between.
    by_future
        Gains of the futures, by contract and month.
    not_marked
        Codes of futures whose price cannot be told, and which `by_future` lacks.
    unhedged_pnl
        Gain of the plan's holdings, USD; ``None`` where no closes tell it.
    not_followed
        Symbols of holdings without closes since the plan, which it lacks.
    realised_beta, effectiveness
        ``None`` where `too_little` says why, and where nothing moved; the effectiveness also where there were no
        futures, or their prices cannot be told.
    too_little
        Why there is neither, as a sentence; empty where the sessions suffice.
    """

    first_session: date
    last_session: date
    n_sessions: int
    by_future: tuple[FuturesGain, ...]
    not_marked: tuple[str, ...]
    unhedged_pnl: float | None
    not_followed: tuple[str, ...]
    realised_beta: RealisedBeta | None
    effectiveness: float | None
    too_little: str

    @property
    def realised_pnl(self) -> float:
        """Gain of futures that were closed or settled, before fees, USD."""
        return sum(each.realised_pnl for each in self.by_future)

    @property
    def open_pnl(self) -> float:
        """Gain of futures still open, at today's prices, USD."""
        return sum(each.open_pnl for each in self.by_future)

    @property
    def fees(self) -> float:
        """Fees of all trades, USD, positive."""
        return sum(each.fees for each in self.by_future)

    @property
    def hedge_pnl(self) -> float:
        """Gain of all futures after fees, USD."""
        return self.realised_pnl + self.open_pnl - self.fees

    @property
    def hedged_pnl(self) -> float | None:
        """Gain of holdings and futures together, USD; ``None`` where that of the holdings is not known."""
        return None if self.unhedged_pnl is None else self.unhedged_pnl + self.hedge_pnl


def assess_outcome(
    plan: EarlierPlan,
    fills: Sequence[Fill] | None,
    *,
    prices: Prices,
    marks: FuturesMarks,
    settings: Settings,
    as_of: date,
) -> Outcome:
    """Return how a plan has done.

    Parameters
    ----------
    plan, fills
        The earlier plan, and what was really traded; ``None`` for its orders at its prices.
    prices
        Closes of the plan's holdings and of the indices, from at least its last session on, up to the day.
    marks
        Futures prices.
    settings
        Today's, for the fees.
    as_of
        Day of the review.
    """
    executions = list_executions(plan, fills)
    by_future, not_marked = _gains(executions, marks, settings, as_of)
    symbol = find_index(plan.reference_index).symbol
    since = _since(prices, plan.last_session, symbol)
    if since is None:
        return Outcome(
            first_session=prices.first_session,
            last_session=prices.last_session,
            n_sessions=0,
            by_future=by_future,
            not_marked=not_marked,
            unhedged_pnl=None,
            not_followed=tuple(holding.symbol for holding in plan.book.holdings),
            realised_beta=None,
            effectiveness=None,
            too_little=(
                f"The prices begin on {prices.first_session}, after the plan's of {plan.last_session}, so what the "
                "holdings did since is not known."
            ),
        )
    followed = [each for each in plan.book.holdings if _has_closes(since, each.moves_with)]
    whole = plan.book.gross_value
    share = sum(abs(each.exposure_value) for each in followed) / whole if whole else 1.0
    paired = pair_returns(since, [each.moves_with for each in followed], [symbol], lookback=since.sessions.size)
    n_sessions = paired.sessions.size
    unhedged = _held_gains(followed, paired.assets)
    too_little = _too_little(n_sessions, share)
    is_hedged = bool(executions) and not not_marked and not too_little
    futures = _futures_gains(executions, [since.sessions[0], *paired.sessions], marks) if is_hedged else None
    return Outcome(
        first_session=since.first_session,
        last_session=since.last_session,
        n_sessions=n_sessions,
        by_future=by_future,
        not_marked=not_marked,
        unhedged_pnl=float(unhedged.sum()) if followed else None,
        not_followed=tuple(each.symbol for each in plan.book.holdings if each not in followed),
        realised_beta=None if too_little else _realised_beta(plan, followed, paired, share),
        # What has no closes is taken to have moved like the rest.
        effectiveness=None if futures is None else _effectiveness(unhedged / share, futures),
        too_little=too_little,
    )


def _gains(
    executions: Sequence[Execution], marks: FuturesMarks, settings: Settings, as_of: date
) -> tuple[tuple[FuturesGain, ...], tuple[str, ...]]:
    schedule = find_fee_schedule(settings.fee_schedule)
    own = {each.symbol: each.fees for each in settings.fees}

    def fee_of(execution: Execution) -> float:
        contract = execution.future.contract
        fees = own.get(contract.symbol) or schedule.find_fees(contract.size, as_of=execution.time.date())
        return fees.per_side

    def price_of(future: MonthlyFuture) -> float | None:
        return marks.on(future, as_of) if future.is_gone(as_of) else marks.now(future)

    gains, not_marked = [], []
    for future in dict.fromkeys(each.future for each in executions):
        own_executions = [each for each in executions if each.future == future]
        gain = gain_of(own_executions, as_of=as_of, price_of=price_of, fee_of=fee_of)
        if gain is None:
            not_marked.append(future.code)
        else:
            gains.append(gain)
    return tuple(gains), tuple(not_marked)


def _since(prices: Prices, session: date, symbol: str) -> Prices | None:
    """Return prices from the newest close of `symbol` up to `session` on; ``None`` where there is none."""
    is_start = np.isfinite(prices.column(symbol)) & (prices.sessions <= np.datetime64(session, "D"))
    rows = np.flatnonzero(is_start)
    if not rows.size:
        return None
    return replace(prices, sessions=prices.sessions[rows[-1] :], close=prices.close[rows[-1] :])


def _has_closes(prices: Prices, symbol: str) -> bool:
    return symbol in prices.symbols and bool(np.isfinite(prices.column(symbol)[0]))


def _held_gains(holdings: Sequence[Holding], returns: FloatArray) -> FloatArray:
    """Return the daily gains of holdings that are left alone, USD, shape (n_sessions,).

    A holding that did not trade stands still.
    """
    known = np.nan_to_num(returns, nan=0.0)
    growth = np.vstack([np.ones(len(holdings)), np.cumprod(1.0 + known, axis=0)])
    values = np.array([holding.exposure_value for holding in holdings])
    gains: FloatArray = np.diff(growth, axis=0) @ values
    return gains


def _futures_gains(
    executions: Sequence[Execution], sessions: Sequence[np.datetime64], marks: FuturesMarks
) -> FloatArray | None:
    """Return the daily gains of the futures between sessions, USD, shape (len(sessions) - 1,), or ``None``.

    A trade counts from the first session on or after its day, from its price to that session's close. Those of the
    first session are part of the plan's day and not of the sessions since.
    """
    days: list[date] = np.asarray(sessions, dtype="datetime64[D]").tolist()
    gains = np.zeros(len(days))
    for execution in executions:
        worth = [marks.on(execution.future, day) for day in days]
        known = [each for each in worth if each is not None]
        if len(known) < len(days):
            return None
        start = next((row for row, day in enumerate(days) if day >= execution.time.date()), None)
        if start is None:  # after the newest session: nothing of it is in the closes yet
            continue
        steps = np.diff(known, prepend=known[0])
        steps[start] = known[start] - execution.price
        steps[:start] = 0.0
        gains += execution.quantity * execution.future.contract.multiplier * steps
    return gains[1:]


def _realised_beta(
    plan: EarlierPlan, holdings: Sequence[Holding], paired: PairedReturns, share: float
) -> RealisedBeta | None:
    values = np.array([holding.exposure_value for holding in holdings])
    gains = book_gains(paired.assets, values[None, :])[:, 0] / (share * plan.book.beta_base)
    known = np.isfinite(gains)
    index = paired.indices[known, 0]
    if index.size < LEAST_SESSIONS or not np.ptp(index) > 0:
        return None
    (beta,), (stderr,) = realised_betas(gains[known, None], index)
    return RealisedBeta(beta=float(beta), stderr=float(stderr), low=plan.low, high=plan.high)


def _effectiveness(unhedged: FloatArray, futures: FloatArray) -> float | None:
    return hedge_effectiveness(unhedged, unhedged + futures, half_life=math.inf)


def _too_little(n_sessions: int, share: float) -> str:
    if n_sessions < LEAST_SESSIONS:
        count = "session lies" if n_sessions == 1 else "sessions lie"
        return (
            f"Only {n_sessions} {count} between the plan and today; a realised beta and an effectiveness are told from "
            f"{LEAST_SESSIONS} on."
        )
    if share < LEAST_FOLLOWED:
        return (
            f"Closes since the plan are known of {share:.0%} of its holdings only, too little for a realised beta and "
            "an effectiveness."
        )
    return ""
