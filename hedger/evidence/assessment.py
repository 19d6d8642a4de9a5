"""Everything that the past says about hedging this portfolio, in one result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from hedger.arrays import freeze
from hedger.evidence.calibration import Calibration, check_calibration
from hedger.evidence.doubts import list_doubts
from hedger.evidence.figures import bootstrap_difference, deepest_fall, spread_by_quarter, yearly_volatility
from hedger.evidence.following import PastQuarters, follow_quarter, follow_strategy
from hedger.evidence.history import gather_history, list_spans
from hedger.evidence.league import EstimatorRecord, miss_betas, rank_estimators
from hedger.evidence.on_futures import FuturesCheck, check_on_futures
from hedger.evidence.records import Quarter
from hedger.evidence.strategies import BENCHMARK_INDEX, Ruler, list_strategies
from hedger.evidence.walk import hold_quarter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hedger.arrays import DateArray, FloatArray
    from hedger.contracts import ContractQuote
    from hedger.errors import Note
    from hedger.evidence.records import StrategyRecord
    from hedger.evidence.strategies import Strategy, StrategyName
    from hedger.evidence.walk import HeldQuarter
    from hedger.exposure import BetaEstimator, Exposure
    from hedger.hedge import HedgePolicy
    from hedger.market import FuturesCloses, Prices


FEWEST_QUARTERS = 8
"""Quarters below which no interval is given: drawing a handful anew says little about what else might have come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much more variance the plan's rule removed than another strategy, and how sure that is.

    Parameters
    ----------
    other
        Name of the other strategy.
    difference
        Share of variance, positive where the rule removed more.
    low, high
        95 % interval from drawing quarters with replacement; ``None`` for fewer than :data:`FEWEST_QUARTERS`.
    """

    other: StrategyName
    difference: float
    low: float | None
    high: float | None

    @property
    def is_clear(self) -> bool:
        """Whether there is an interval and it leaves no doubt about the sign."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What hedging today's portfolio would have done, quarter by quarter, without knowledge of the future.

    Parameters
    ----------
    value
        Of the portfolio at the start of every quarter, USD.
    hedge_fraction
        Share of beta dollars that was to be removed; ``None`` where a beta was aimed at.
    sessions
        Tested days, oldest first, shape (n_sessions,).
    unhedged
        Gain of the portfolio on each, USD, shape (n_sessions,).
    quarters
        The quarters, oldest first.
    strategies
        What came of each strategy: the plan's rule first, then one to four legs, the S&P 500 at its one-year beta, and
        as many dollars of it as the portfolio has.
    differences
        The rule against each other strategy; empty for a book that stood still in some quarter.
    on_futures
        The same contracts on the futures' own closes; ``None`` where there are none.
    calibration
        Whether what the plan states of risk came true.
    estimators
        How well each estimator foretold this portfolio's betas, the best first.
    notes
        How it was tested, and what is doubtful about it.
    """

    value: float
    hedge_fraction: float | None
    sessions: DateArray
    unhedged: FloatArray
    quarters: tuple[Quarter, ...]
    strategies: tuple[StrategyRecord, ...]
    differences: tuple[Difference, ...]
    on_futures: FuturesCheck | None
    calibration: Calibration
    estimators: tuple[EstimatorRecord, ...]
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        freeze(self, "sessions", "unhedged")

    @property
    def rule(self) -> StrategyRecord:
        """What came of the plan's rule."""
        return self.strategies[0]

    @property
    def volatility(self) -> float:
        """Of the portfolio without a hedge, USD a year."""
        return yearly_volatility(self.unhedged)

    @property
    def drawdown(self) -> float:
        """Largest loss of the portfolio without a hedge from a high, USD, positive."""
        return deepest_fall(self.unhedged)

    def strategy(self, name: StrategyName) -> StrategyRecord | None:
        """Return what came of one strategy; ``None`` where it could not be followed."""
        return next((record for record in self.strategies if record.name == name), None)

    def difference(self, other: StrategyName) -> Difference | None:
        """Return the rule against one other strategy; ``None`` where that could not be followed."""
        return next((each for each in self.differences if each.other == other), None)


def assess_evidence(
    exposure: Exposure,
    prices: Prices,
    quotes: Sequence[ContractQuote],
    policy: HedgePolicy,
    *,
    estimator: str,
    estimators: Mapping[str, BetaEstimator],
    futures: Sequence[FuturesCloses] = (),
    years: int,
    buffer: float | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Evidence:
    """Follow the plan's rule and its rivals through the past of today's portfolio.

    Parameters
    ----------
    exposure, prices
        Of today, and the prices that it was measured on.
    quotes
        Today's contracts: those of the rule, and for its rivals those on other indices, whose roots are then in
        ``policy.closing_only``.
    policy
        What is wanted of the hedge; futures already held are not looked at.
    estimator
        Name of the plan's estimator.
    estimators
        All that are compared, by name; `estimator` and ``"ols"`` among them.
    futures
        Closes of real futures, by index.
    years
        Most years to look at, at least 1.
    buffer
        Cash beyond initial margin in the futures account, USD; ``None`` for what the portfolio's cash leaves.
    on_progress
        Called with the number of quarters done and of all; what it raises ends the test.

    Raises
    ------
    InsufficientHistoryError
        When there is no quarter of which enough is known.
    """
    if years < 1:
        raise ValueError(f"years must be at least 1, not {years}")
    history = gather_history(exposure, prices)
    spans = list_spans(history, years=years)
    benchmark = exposure.indices.index(BENCHMARK_INDEX) if BENCHMARK_INDEX in exposure.indices else -1
    strategies = list_strategies(policy, quotes, has_benchmark=all(benchmark in span.indices for span in spans))
    ruler = Ruler(
        estimator=estimators[estimator],
        stated={(row.symbol, row.index): row.beta for row in exposure.by_holding if "stated_by_user" in row.flags},
        levels={measured.index: measured.level for measured in exposure.by_index},
    )
    held, misses = [], []
    for done, span in enumerate(spans, start=1):
        measure = cache(partial(ruler.measure, history, span))
        held.append(
            _hold(strategies, partial(hold_quarter, history=history, span=span, quotes=quotes, measure=measure))
        )
        misses.append(miss_betas(history, span, estimators))
        if on_progress is not None:
            on_progress(done, len(spans))
    past = PastQuarters(
        history=history,
        quarters=tuple(follow_quarter(history, span) for span in spans),
        quotes={quote.symbol: quote for quote in quotes},
        buffer=buffer,
    )
    records = tuple(
        follow_strategy(strategy, [quarter[position] for quarter in held], past)
        for position, strategy in enumerate(strategies)
    )
    of_rule = [quarter[0] for quarter in held]
    quarters = tuple(
        Quarter(
            start=history.day(span.first),
            end=history.day(span.last),
            n_sessions=span.n_sessions,
            n_left_out=len(exposure.book.holdings) - span.known.size,
            known_share=span.known_share,
            unhedged_pnl=float(moves.gains.sum()),
        )
        for span, moves in zip(spans, past.quarters, strict=True)
    )
    return Evidence(
        value=history.book.beta_base,
        hedge_fraction=policy.hedge_fraction if policy.target_beta is None else None,
        sessions=history.sessions[spans[0].first + 1 : spans[-1].last + 1],
        unhedged=records[0].unhedged,
        quarters=quarters,
        strategies=records,
        differences=_differences(records),
        on_futures=check_on_futures(held, strategies, past, quarters, futures),
        calibration=check_calibration(of_rule, records[0], past),
        estimators=rank_estimators(misses),
        notes=tuple(list_doubts(quarters, records[0])),
    )


def _hold(strategies: Sequence[Strategy], hold: Callable[[Strategy], HeldQuarter]) -> list[HeldQuarter]:
    """Return what each strategy held in a quarter; strategies that differ by name only are worked out once."""
    known = {(strategy.policy, strategy.sizing): strategy for strategy in strategies}
    held = {key: hold(strategy) for key, strategy in known.items()}
    return [held[strategy.policy, strategy.sizing] for strategy in strategies]


def _differences(records: Sequence[StrategyRecord]) -> tuple[Difference, ...]:
    rule, *others = records
    unhedged = spread_by_quarter(rule.unhedged, rule.lengths)
    of_rule = spread_by_quarter(rule.hedged, rule.lengths)
    if not unhedged.all():
        return ()
    differences = []
    for other in others:
        of_other = spread_by_quarter(other.hedged, rule.lengths)
        is_enough = unhedged.size >= FEWEST_QUARTERS
        low, high = bootstrap_difference(unhedged, of_rule, of_other) if is_enough else (None, None)
        differences.append(
            Difference(
                other=other.name,
                difference=float((of_other.sum() - of_rule.sum()) / unhedged.sum()),
                low=low,
                high=high,
            )
        )
    return tuple(differences)
