"""An earlier plan against today in a terminal: what to do, then and now, why, what to trade, how the plan has done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from hedger.report.review_tables import (
    TRADES_LEGEND,
    causes_table,
    futures_table,
    gains_table,
    moved_table,
    then_and_now_table,
    trades_table,
    word_bands,
    word_outcome,
)
from hedger.report.review_words import state_review
from hedger.report.terminal import bullet_list, draw_table, paragraph, section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from hedger.review import Outcome, Review


def review_view(review: Review) -> RenderableType:
    """Return the view of a review; every number of it is a field of the review."""
    return Group(*_parts(review))


def _parts(review: Review) -> Iterator[RenderableType]:
    yield paragraph(state_review(review), style="bold")
    yield section("Then and now", draw_table(then_and_now_table(review)))
    yield section("Why", *_causes(review))
    if review.trades:
        yield section("Trades", draw_table(trades_table(review)), paragraph(TRADES_LEGEND))
    yield section("Bands", *(paragraph(line) for line in word_bands(review)))
    yield section("Since the plan", *_outcome(review.outcome))
    yield section("Worth knowing", bullet_list(_worth_knowing(review)))


def _causes(review: Review) -> Iterator[RenderableType]:
    yield draw_table(causes_table(review))
    moved = moved_table(review)
    if moved is not None:
        yield paragraph("The holdings that moved the beta most:")
        yield draw_table(moved)


def _outcome(outcome: Outcome) -> Iterator[RenderableType]:
    of_futures = futures_table(outcome)
    if of_futures is not None:
        yield draw_table(of_futures)
    yield draw_table(gains_table(outcome))
    yield from (paragraph(line) for line in word_outcome(outcome))


def _worth_knowing(review: Review) -> Iterator[str]:
    yield from (note.message for note in review.notes)
    changed = ", ".join(f"--{name}" for name in review.changed_choices)
    yield (
        f"Choices: those of the plan of {review.earlier.as_of}"
        + (f", but for {changed}." if changed else ". State others to change them, such as --hedge 40%.")
    )
    yield from (note.message for note in review.advice.notes if note.code not in ("index_choice", "buffer_assumed"))
    prices = review.advice.measurement.prices
    yield f"Prices: {prices.source}, closes of {prices.last_session}. All figures: --json. Not investment advice."
