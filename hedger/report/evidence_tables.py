"""The tables and sentences of the evidence, as the terminal and the page show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.report.evidence_words import to_strategy
from hedger.report.text_table import TextTable
from hedger.report.words import UNKNOWN, to_beta, to_dollars, to_percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hedger.backtest import Backtest
    from hedger.evidence import Calibration, Evidence, FuturesCheck, HedgedQuarter


NO_HEDGE = "no hedge"


def title_span(evidence: Evidence) -> str:
    """Return how long the test is: ``"35 quarters, 2017-09-11 to 2026-06-15"``."""
    first, last = evidence.quarters[0], evidence.quarters[-1]
    return f"{len(evidence.quarters)} quarters, {first.start} to {last.end}"


def rivals_table(evidence: Evidence) -> TextTable:
    """Return what each strategy removed and cost, and what came of beta and the account; the plan's rule in bold."""
    no_hedge = (UNKNOWN, to_dollars(evidence.drawdown), UNKNOWN, UNKNOWN, str(evidence.rule.n_covered), UNKNOWN)
    rows = [
        (
            to_strategy(record.name),
            to_percent(record.hedge_effectiveness, places=1),
            to_dollars(record.drawdown),
            f"{record.basis_points_per_year:.1f}",
            str(record.n_orders),
            str(record.n_covered_after),
            str(record.n_called),
        )
        for record in evidence.strategies
    ]
    return TextTable(
        headings=("", "removed", "deepest fall", "cost, bp", "orders", "beta", "calls"),
        rows=((NO_HEDGE, *no_hedge), *rows),
        bold=(1,),
    )


def rivals_legend(evidence: Evidence) -> str:
    """Say what the columns of :func:`rivals_table` mean."""
    return (
        "Removed: share of the variance; cost in basis points a year (plan's rule: "
        f"{to_dollars(evidence.rule.cost_per_year)}). {_of_quarters(len(evidence.quarters))} Hedged at every roll, and "
        "put right in between when beta had moved by more than 0.1. The interval above comes from drawing whole "
        "quarters anew."
    )


def _of_quarters(n_quarters: int) -> str:
    return (
        f"Of {n_quarters} quarters, beta: those in which the beta that was left came inside its 95% interval; calls: "
        "those in which the futures account was called for cash."
    )


def word_accounts(evidence: Evidence) -> Iterator[str]:
    """Say what the futures account would have gone through."""
    rule, n_quarters = evidence.rule, len(evidence.quarters)
    buffers = [to_dollars(extreme([quarter.buffer for quarter in rule.quarters])) for extreme in (min, max)]
    yield (
        f"The futures of this plan's rule lost up to {to_dollars(rule.worst_account)} within one quarter, and "
        f"{to_dollars(rule.account_drawdown)} from their best to their worst day. With "
        f"{' to '.join(dict.fromkeys(buffers))} beyond initial margin at every roll, the account would have been "
        f"called for cash in {rule.n_called} of {n_quarters} quarters."
    )
    calibration = evidence.calibration
    if calibration.n_accounts:
        yield (
            "The buffer that the plan names for a 5% chance of a call would not have lasted in "
            f"{calibration.n_beyond_buffer} of {calibration.n_accounts} quarters; "
            f"{0.05 * calibration.n_accounts:.1f} would be right."
        )


def futures_check_table(check: FuturesCheck) -> TextTable:
    """Return what came of the same contracts on the futures themselves, beside the share removed on the index."""
    covered = str(check.records[0].on_futures.n_covered)
    no_hedge = (UNKNOWN, UNKNOWN, to_dollars(check.drawdown), UNKNOWN, covered, UNKNOWN, UNKNOWN)
    rows = [
        (
            to_strategy(record.name),
            to_percent(record.on_index.hedge_effectiveness, places=1),
            to_percent(record.on_futures.hedge_effectiveness, places=1),
            to_dollars(record.on_futures.drawdown),
            f"{record.on_futures.basis_points_per_year:.1f}",
            str(record.on_futures.n_covered_after),
            str(record.on_futures.n_called),
            to_dollars(record.basis_per_year, is_change=True),
        )
        for record in check.records
    ]
    return TextTable(
        headings=(f"{check.n_quarters} quarters", "index", "futures", "fall", "cost", "beta", "calls", "basis"),
        rows=((NO_HEDGE, *no_hedge), *rows),
        bold=(1,),
    )


def futures_check_legend(check: FuturesCheck) -> str:
    """Say what the columns of :func:`futures_check_table` mean."""
    return (
        f"{check.start} to {check.end}, the same contracts with their real basis and rolls. Removed on the index and "
        "on the futures; deepest fall; cost, basis points a year. Basis: USD a year of financing less dividends, which "
        "a short hedge earns while interest is above dividends; the table further up lacks it. "
        f"{_of_quarters(check.n_quarters)}"
    )


def calibration_table(calibration: Calibration) -> TextTable:
    """Return how often what was stated came true, beside how often it should have."""
    rows = [
        (
            f"Sessions beyond the {to_percent(tail.level)} value at risk",
            to_percent(1.0 - tail.level),
            to_percent(tail.before, places=1),
            to_percent(tail.after, places=1),
        )
        for tail in calibration.tails
    ]
    rows.append(
        (
            "Quarters with beta in its 95% interval",
            f"{0.95 * calibration.n_quarters:.0f} of {calibration.n_quarters}",
            str(calibration.n_covered),
            str(calibration.n_covered_after),
        )
    )
    rows.append(
        (
            "Error of the volatility forecast, last year's = 1",
            "below 1",
            _ratio(calibration.qlike_before),
            _ratio(calibration.qlike_after),
        )
    )
    counted = f"{calibration.n_sessions:,} sessions, {calibration.n_quarters} quarters"
    return TextTable(headings=(counted, "would be right", "before", "after the hedge"), rows=tuple(rows))


def word_estimators(backtest: Backtest) -> str:
    """Say how well the plan's estimator foretold the portfolio's betas."""
    used, records = backtest.settings.estimator, backtest.evidence.estimators
    own = next(each for each in records if each.name == used)
    n_better = sum(each.error < own.error for each in records)
    closer = {0: "No other estimator", 1: "One other estimator"}.get(n_better, f"{n_better} other estimators")
    return (
        f"The beta that {used} foretold for the next quarter was typically {to_beta(own.error)} away from the one that "
        f"came{_against_one_year(own.ratio)}. {closer} came closer."
    )


def _against_one_year(ratio: float | None) -> str:
    if ratio is None or to_percent(abs(1.0 - ratio)) == to_percent(0.0):
        return ""
    return f", {to_percent(abs(1.0 - ratio))} {'less' if ratio < 1 else 'more'} than with one year of least squares"


def estimators_table(backtest: Backtest) -> TextTable:
    """Return how far each estimator's betas were from those that came, the best first."""
    used = backtest.settings.estimator
    rows = tuple(
        (
            each.name + (" (used)" if each.name == used else ""),
            to_beta(each.error),
            f"{each.bias:+.2f}",
            _ratio(each.ratio),
        )
        for each in backtest.evidence.estimators
    )
    return TextTable(headings=("", "typical error", "on average", "ratio"), rows=rows)


ESTIMATORS_LEGEND = (
    "Errors over all quarters and indices; the last column compares with least squares over one year. Part of every "
    "error is chance that nothing can foretell."
)


def quarters_table(evidence: Evidence) -> TextTable:
    """Return each quarter of the plan's rule; a star marks a beta outside the interval given at the roll."""
    rows = tuple(
        (
            str(quarter.start),
            word_positions(hedged),
            to_dollars(quarter.unhedged_pnl, is_change=True),
            to_dollars(quarter.unhedged_pnl + hedged.hedge_pnl, is_change=True),
            to_percent(hedged.hedge_effectiveness),
            f"{to_beta(hedged.low)} to {to_beta(hedged.high)}",
            to_beta(hedged.realised_beta) + (" " if hedged.is_covered else "*"),
        )
        for quarter, hedged in zip(evidence.quarters, evidence.rule.quarters, strict=True)
    )
    return TextTable(
        headings=("from", "held", "portfolio", "hedged", "removed", "beta foretold", "came"), rows=rows, n_labels=2
    )


def word_positions(quarter: HedgedQuarter) -> str:
    """Write what was held from the roll on: ``"NQ-2 MNQ-9"``."""
    return " ".join(f"{symbol}{quantity:+d}" for symbol, quantity in quarter.held) or "nothing"


def _ratio(ratio: float | None) -> str:
    return UNKNOWN if ratio is None else f"{ratio:.2f}"
