"""What hedging would have done, for a terminal: the verdict, the rivals, what was foretold and what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from hedger.report.evidence_words import state_evidence, to_strategy
from hedger.report.terminal import bullet_list, number_table, paragraph, section
from hedger.report.words import UNKNOWN, to_beta, to_dollars, to_percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from hedger.evidence import Evidence, HedgedQuarter
    from hedger.past import Backtest


def backtest_view(backtest: Backtest) -> RenderableType:
    """Return the view of the evidence for one account; every number of it is a field of the result."""
    return Group(*_parts(backtest))


def _parts(backtest: Backtest) -> Iterator[RenderableType]:
    evidence = backtest.evidence
    yield paragraph(state_evidence(evidence), style="bold")
    first, last = evidence.quarters[0], evidence.quarters[-1]
    title = f"{len(evidence.quarters)} quarters, {first.start} to {last.end}"
    yield section(title, *_rivals(evidence))
    yield section("Cash that the futures account took", *_accounts(evidence))
    if evidence.on_futures is not None:
        yield section("On the futures' own prices", *_on_futures(evidence))
    yield section("What was foretold, and what came", *_calibration(evidence))
    yield section("Which estimator foretold your betas best", *_estimators(backtest))
    yield section("Quarter by quarter, by the plan's rule", _quarters(evidence))
    yield section("Worth knowing", bullet_list(note.message for note in backtest.notes))


def _rivals(evidence: Evidence) -> Iterator[RenderableType]:
    rows = [("no hedge", UNKNOWN, to_dollars(evidence.volatility), to_dollars(evidence.drawdown), UNKNOWN, UNKNOWN)]
    rows += [
        (
            to_strategy(record.name),
            to_percent(record.hedge_effectiveness, places=1),
            to_dollars(record.volatility),
            to_dollars(record.drawdown),
            f"{record.basis_points_per_year:.1f}",
            str(record.n_orders),
        )
        for record in evidence.strategies
    ]
    yield number_table("", "variance removed", "volatility", "deepest fall", "cost, bp", "orders", rows=rows, bold=[1])
    yield paragraph(
        "Volatility in USD a year; cost in basis points a year (plan's rule: "
        f"{to_dollars(evidence.rule.cost_per_year)}). Hedged at every roll, and put right in between when beta had "
        "moved by more than 0.1."
    )


def _accounts(evidence: Evidence) -> Iterator[RenderableType]:
    rule, n_quarters = evidence.rule, len(evidence.quarters)
    yield paragraph(
        f"The plan's rule lost up to {to_dollars(rule.worst_account)} of cash within one quarter, "
        f"{to_dollars(rule.account_drawdown)} from the best to the worst day of all. With the buffer of the plan the "
        f"account would have been called in {rule.n_called} of {n_quarters} quarters."
    )
    calibration = evidence.calibration
    if calibration.n_accounts:
        yield paragraph(
            "The buffer that the plan names for a 5% chance of a call would not have lasted in "
            f"{calibration.n_beyond_buffer} of {calibration.n_accounts} quarters; "
            f"{0.05 * calibration.n_accounts:.1f} would be right."
        )


def _on_futures(evidence: Evidence) -> Iterator[RenderableType]:
    check = evidence.on_futures
    if check is None:
        return
    rows = [
        (
            to_strategy(record.name),
            to_percent(record.on_index, places=1),
            to_percent(record.on_futures, places=1),
            to_dollars(record.basis_per_year, is_change=True),
        )
        for record in check.records
    ]
    yield number_table(f"{check.n_quarters} quarters", "on the index", "on futures", "financing a year", rows=rows)
    yield paragraph(
        f"{check.start} to {check.end}, the same contracts, with their real basis and rolls. Financing less dividends, "
        "which a short hedge earns while interest is above dividends, is not in the table further up."
    )


def _calibration(evidence: Evidence) -> Iterator[RenderableType]:
    calibration = evidence.calibration
    rows = [
        (
            f"Sessions beyond the {to_percent(tail.level)} value at risk",
            to_percent(1.0 - tail.level),
            to_percent(tail.before, places=1),
            to_percent(tail.after, places=1),
        )
        for tail in calibration.tails
    ]
    covered = 0.95 * calibration.n_quarters
    rows.append(
        (
            "Quarters with beta in its 95% interval",
            f"{covered:.0f} of {calibration.n_quarters}",
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
    yield number_table("", "would be right", "before", "after the hedge", rows=rows)


def _ratio(ratio: float | None) -> str:
    return UNKNOWN if ratio is None else f"{ratio:.2f}"


def _estimators(backtest: Backtest) -> Iterator[RenderableType]:
    used = backtest.settings.estimator
    rows = [
        (
            each.name + (" (used)" if each.name == used else ""),
            to_beta(each.error),
            f"{each.bias:+.2f}",
            _ratio(each.ratio),
        )
        for each in backtest.evidence.estimators
    ]
    yield number_table("", "typical error", "on average", "of one year's", rows=rows)
    yield paragraph(
        "How far the beta that each foretold was from the one that came in the next quarter, over all quarters and "
        "indices. Some of it is chance that no estimator can foretell."
    )


def _quarters(evidence: Evidence) -> RenderableType:
    rows = [
        (
            str(quarter.start),
            _held(hedged),
            to_dollars(quarter.unhedged_pnl, is_change=True),
            to_dollars(quarter.unhedged_pnl + hedged.hedge_pnl, is_change=True),
            to_percent(hedged.hedge_effectiveness),
            f"{to_beta(hedged.low)} to {to_beta(hedged.high)}",
            to_beta(hedged.realised_beta) + ("" if hedged.is_covered else "*"),
        )
        for quarter, hedged in zip(evidence.quarters, evidence.rule.quarters, strict=True)
    ]
    return number_table(
        "from", "held", "portfolio", "hedged", "removed", "beta foretold", "came", rows=rows, n_labels=2
    )


def _held(quarter: HedgedQuarter) -> str:
    return " ".join(f"{symbol} {quantity:+d}" for symbol, quantity in quarter.held) or "nothing"
