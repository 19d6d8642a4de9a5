"""What hedging would have done, for a terminal: the verdict, the rivals, what was foretold and what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from hedger.report.evidence_tables import (
    ESTIMATORS_LEGEND,
    calibration_table,
    estimators_table,
    futures_check_legend,
    futures_check_table,
    quarters_table,
    rivals_legend,
    rivals_table,
    title_span,
    word_accounts,
    word_estimators,
)
from hedger.report.evidence_words import state_evidence
from hedger.report.terminal import bullet_list, draw_table, paragraph, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from hedger.backtest import Backtest


def backtest_view(backtest: Backtest) -> RenderableType:
    """Return the view of the evidence for one account; every number of it is a field of the result."""
    return Group(*_parts(backtest))


def _parts(backtest: Backtest) -> Iterator[RenderableType]:
    evidence = backtest.evidence
    yield paragraph(state_evidence(evidence), style="bold")
    yield section(title_span(evidence), draw_table(rivals_table(evidence)), paragraph(rivals_legend(evidence)))
    yield section("Cash that the futures account took", *(paragraph(line) for line in word_accounts(evidence)))
    check = evidence.on_futures
    if check is not None:
        drawn = draw_table(futures_check_table(check)), paragraph(futures_check_legend(check))
        yield section("On the futures' own prices", *drawn)
    yield section("What was foretold, and what came", draw_table(calibration_table(evidence.calibration)))
    yield section(
        "Which estimator foretold your betas best",
        paragraph(word_estimators(backtest)),
        draw_table(estimators_table(backtest)),
        paragraph(ESTIMATORS_LEGEND),
    )
    missed = any(not quarter.is_covered for quarter in evidence.rule.quarters)
    star = [paragraph("* Beta came outside the 95% interval that was given at the roll.")] if missed else []
    yield section("Quarter by quarter, by this plan's rule", draw_table(quarters_table(evidence)), *star)
    yield section("Worth knowing", bullet_list(note.message for note in backtest.notes))
