"""An earlier plan against today in a terminal: what to do, then and now, why, what to trade, how the plan has done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from hedger.errors import shorten
from hedger.report.review_words import state_review, word_held, word_roots
from hedger.report.terminal import bullet_list, number_table, paragraph, section
from hedger.report.words import UNKNOWN, to_beta, to_dollars, to_index_title, to_percent
from hedger.review import BETA_BAND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from hedger.review import Contribution, Outcome, Review

MOST_MOVED = 5
"""Holdings shown among those that moved the beta; the JSON has all."""
WIDEST_SYMBOL = 12
"""Characters of a symbol in a table."""


def review_view(review: Review) -> RenderableType:
    """Return the view of a review; every number of it is a field of the review."""
    return Group(*_parts(review))


def _parts(review: Review) -> Iterator[RenderableType]:
    yield paragraph(state_review(review), style="bold")
    yield section("Then and now", _then_and_now(review))
    yield section("Why", *_causes(review))
    if review.trades:
        yield section("Trades", *_trades(review))
    yield section("Bands", *(paragraph(line) for line in _bands(review)))
    yield section("Since the plan", *_outcome(review.outcome))
    yield section("Worth knowing", bullet_list(_worth_knowing(review)))


def _then_and_now(review: Review) -> RenderableType:
    earlier, drift = review.earlier, review.drift
    title = to_index_title(earlier.reference_index)
    rows = [
        (
            "Value of the holdings",
            to_dollars(drift.value_then),
            to_dollars(drift.value_now),
            to_dollars(drift.value_now - drift.value_then, is_change=True),
        ),
        (f"Beta to the {title}", *_betas(drift.beta_then, drift.beta_now)),
        ("  with the futures held", *_betas(earlier.beta_after, review.beta_held)),
    ]
    return number_table("", str(earlier.as_of), str(review.advice.as_of), "change", rows=rows)


def _betas(then: float, now: float) -> tuple[str, str, str]:
    return to_beta(then), to_beta(now), _change(now - then)


def _change(beta: float) -> str:
    rounded = round(beta, 2) + 0.0
    return f"{'+' if rounded > 0 else ''}{rounded:.2f}"


def _causes(review: Review) -> Iterator[RenderableType]:
    drift = review.drift
    rows = [
        ("Prices moved", to_dollars(drift.value_by_prices, is_change=True), _change(drift.beta_by_prices)),
        (
            "Holdings or cash changed",
            to_dollars(drift.value_by_holdings, is_change=True),
            _change(drift.beta_by_holdings),
        ),
        ("Betas measured anew", "", _change(drift.beta_by_betas)),
        (
            "Together",
            to_dollars(drift.value_now - drift.value_then, is_change=True),
            _change(drift.beta_now - drift.beta_then),
        ),
    ]
    yield number_table("", "value", "beta", rows=rows, bold=[3])
    moved = [_moved(each) for each in drift.by_holding[:MOST_MOVED] if round(each.beta_change, 3)]
    if moved:
        yield paragraph("The holdings that moved the beta most:")
        columns = ("holding", "value then", "now", "beta then", "now", "moved the beta by")
        yield number_table(*columns, rows=moved)


def _moved(each: Contribution) -> tuple[str, ...]:
    return (
        shorten(each.symbol, WIDEST_SYMBOL),
        to_dollars(each.value_then),
        to_dollars(each.value_now),
        UNKNOWN if each.beta_then is None else to_beta(each.beta_then),
        UNKNOWN if each.beta_now is None else to_beta(each.beta_now),
        f"{each.beta_change + 0.0:+.3f}",
    )


def _trades(review: Review) -> Iterator[RenderableType]:
    rows = [
        (
            trade.future.code,
            "BUY" if trade.quantity > 0 else "SELL",
            "roll" if trade.reason == "roll" else "adjust",
            f"{abs(trade.quantity):,}",
            f"{trade.price:,.2f}",
            to_dollars(trade.notional),
            to_dollars(trade.cost, places=2),
        )
        for trade in review.trades
    ]
    if len(rows) > 1:
        rows.append(("Total", "", "", "", "", "", to_dollars(review.cost, places=2)))
    columns = ("Contract", "Action", "Why", "Quantity", "Price", "Notional", "Cost")
    yield number_table(*columns, rows=rows, n_labels=3)
    yield paragraph(
        "Cost: of a change in and out, of a roll both sides. Prices: today's fair value, unless you gave one."
    )


def _bands(review: Review) -> Iterator[str]:
    planned = review.earlier.beta_after
    band = f"{to_beta(planned - BETA_BAND)} to {to_beta(planned + BETA_BAND)} around the planned {to_beta(planned)}"
    verdict = "inside" if review.has_beta_inside else "outside"
    yield f"Beta left: {to_beta(review.beta_held)}, {verdict} the band of {band}."
    same = "the same" if review.has_same_contracts else "not the same"
    yield f"Contracts: held {word_roots(review.held.by_root)}, optimal today {word_roots(review.optimal)}: {same}."
    if review.held.gone:
        yield f"Expired and settled in cash since: {word_held(review.held.gone)}."


def _outcome(outcome: Outcome) -> Iterator[RenderableType]:
    rows = [
        (
            f"{each.future.code} (settled)" if each.is_settled else each.future.code,
            f"{each.quantity:+,}" if each.quantity else "0",
            to_dollars(each.realised_pnl, is_change=True),
            to_dollars(each.open_pnl, is_change=True),
            to_dollars(-each.fees, places=2),
        )
        for each in outcome.by_future
    ]
    if rows:
        yield number_table("futures", "open", "realised", "unrealised", "fees", rows=rows)
    yield number_table(
        "gain",
        "portfolio",
        "futures",
        "together",
        rows=[
            (
                f"{outcome.n_sessions} {'session' if outcome.n_sessions == 1 else 'sessions'}",
                to_dollars(outcome.unhedged_pnl, is_change=True),
                to_dollars(outcome.hedge_pnl, is_change=True),
                to_dollars(outcome.hedged_pnl, is_change=True),
            )
        ],
    )
    yield from (paragraph(line) for line in _measured(outcome))


def _measured(outcome: Outcome) -> Iterator[str]:
    beta = outcome.realised_beta
    if beta is not None:
        where = "inside" if beta.is_inside else "outside"
        yield (
            f"Realised beta of the plan's holdings: {to_beta(beta.beta)} (standard error {to_beta(beta.stderr)}), "
            f"{where} the plan's interval of {to_beta(beta.low)} to {to_beta(beta.high)} for a quarter."
        )
    if outcome.effectiveness is not None:
        removed = to_percent(outcome.effectiveness)
        yield f"The futures removed {removed} of the variance of the daily gains of the plan's holdings."
    if outcome.too_little:
        yield outcome.too_little


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
