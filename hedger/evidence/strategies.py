"""What is compared: the rule of the plan, the same with a given number of indices, and what people do without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from hedger.exposure import OLSBeta, measure_book

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hedger.contracts import ContractQuote
    from hedger.evidence.history import History, Span
    from hedger.exposure import BetaEstimator, Exposure
    from hedger.hedge import HedgePolicy

StrategyName = Literal["rule", "one_leg", "two_legs", "three_legs", "four_legs", "sp500", "naive"]
Sizing = Literal["rule", "one_year", "one_to_one"]

BENCHMARK_INDEX = "sp500"
LEG_NAMES: tuple[StrategyName, ...] = ("one_leg", "two_legs", "three_legs", "four_legs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One way to hedge, to be followed through the past.

    Parameters
    ----------
    name
        ``"rule"`` is the plan's; ``"one_leg"`` to ``"four_legs"`` use up to so many of all indices; ``"sp500"`` sells
        the S&P 500 at its beta of the last year (ordinary least squares); ``"naive"`` sells as many dollars of it as
        the portfolio has.
    policy
        What is wanted of the hedge.
    sizing
        How exposures are measured: as the plan does, by one year of least squares, or every beta taken for one.
    """

    name: StrategyName
    policy: HedgePolicy
    sizing: Sizing


def list_strategies(
    policy: HedgePolicy, quotes: Sequence[ContractQuote], *, has_benchmark: bool
) -> tuple[Strategy, ...]:
    """Return the plan's rule and what it is compared with, at the same share of risk and within the same limits.

    Parameters
    ----------
    policy
        Of the plan. Futures already held are not looked at: each test begins without any.
    quotes
        All contracts; the rule uses those that are not in ``policy.closing_only``.
    has_benchmark
        Whether the S&P 500 is known in every quarter.
    """
    rule = replace(policy, current=())
    free = replace(rule, indices=(), closing_only=(), objective="variance")
    quoted = {quote.index for quote in quotes}
    strategies = [Strategy(name="rule", policy=rule, sizing="rule")]
    strategies += [
        Strategy(name=name, policy=replace(free, legs=legs), sizing="rule")
        for legs, name in enumerate(LEG_NAMES, start=1)
        if legs <= len(quoted)
    ]
    if has_benchmark and BENCHMARK_INDEX in quoted:
        single = replace(free, legs=1, indices=(BENCHMARK_INDEX,))
        strategies.append(Strategy(name="sp500", policy=single, sizing="one_year"))
        strategies.append(Strategy(name="naive", policy=single, sizing="one_to_one"))
    return tuple(strategies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """How exposures of past days are measured.

    Parameters
    ----------
    estimator
        Of the plan.
    stated
        Betas that the user states, by symbol and name of index.
    levels
        Today's level by name of index, for all that are measured.
    """

    estimator: BetaEstimator
    stated: Mapping[tuple[str, str], float]
    levels: Mapping[str, float]

    def measure(self, history: History, span: Span, session: int) -> dict[Sizing, Exposure]:
        """Return the exposure of a quarter's book at the close of `session`, from what was known then.

        One for each way to size a hedge; those of the S&P 500 only where the quarter knows it.
        """
        book, paired = history.book_at(span, session), history.returns_until(span, session)
        levels = {history.indices[place]: self.levels[history.indices[place]] for place in span.indices.tolist()}
        measured: dict[Sizing, Exposure] = {
            "rule": measure_book(book, paired, levels=levels, estimator=self.estimator, stated=self.stated)
        }
        if BENCHMARK_INDEX in levels:
            alone = replace(paired, indices=paired.indices[:, [list(levels).index(BENCHMARK_INDEX)]])
            level = {BENCHMARK_INDEX: levels[BENCHMARK_INDEX]}
            one = {(holding.symbol, BENCHMARK_INDEX): 1.0 for holding in book.holdings}
            measured["one_year"] = measure_book(book, alone, levels=level, estimator=OLSBeta(), stated={})
            measured["one_to_one"] = measure_book(book, alone, levels=level, estimator=OLSBeta(), stated=one)
        return measured
