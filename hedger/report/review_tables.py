"""The tables and sentences of a review, as the terminal and the page show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.report.review_words import word_held, word_roots
from hedger.report.text_table import TextTable
from hedger.report.words import UNKNOWN, to_beta, to_dollars, to_index_title, to_percent
from hedger.wording import plural, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hedger.review import Contribution, Outcome, Review

MOST_MOVED = 5
"""Holdings shown among those that moved the beta; the JSON has all."""
WIDEST_SYMBOL = 12
"""Characters of a symbol in a table."""


def then_and_now_table(review: Review) -> TextTable:
    """Return value and beta on the plan's day and today."""
    earlier, drift = review.earlier, review.drift
    title = to_index_title(earlier.reference_index)
    return TextTable(
        headings=("", str(earlier.as_of), str(review.advice.as_of), "change"),
        rows=(
            (
                "Value of the holdings",
                to_dollars(drift.value_then),
                to_dollars(drift.value_now),
                to_dollars(drift.value_now - drift.value_then, is_change=True),
            ),
            (f"Beta to the {title}", *_betas(drift.beta_then, drift.beta_now)),
            ("  with the futures held", *_betas(earlier.beta_after, review.beta_held)),
        ),
    )


def causes_table(review: Review) -> TextTable:
    """Return what moved value and beta; the last row is the sum."""
    drift = review.drift
    return TextTable(
        headings=("", "value", "beta"),
        rows=(
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
        ),
        bold=(3,),
    )


def moved_table(review: Review) -> TextTable | None:
    """Return the holdings that moved the beta most; ``None`` when none did."""
    moved = [_moved(each) for each in review.drift.by_holding[:MOST_MOVED] if round(each.beta_change, 3)]
    if not moved:
        return None
    return TextTable(
        headings=("holding", "value then", "now", "beta then", "now", "moved the beta by"), rows=tuple(moved)
    )


def trades_table(review: Review) -> TextTable:
    """Return the trades, and their cost together."""
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
    return TextTable(
        headings=("Contract", "Action", "Why", "Quantity", "Price", "Notional", "Cost"), rows=tuple(rows), n_labels=3
    )


TRADES_LEGEND = "Cost: of a change in and out, of a roll both sides. Prices: today's fair value, unless you gave one."


def word_bands(review: Review) -> Iterator[str]:
    """Say whether the plan is inside its bands, and what expired."""
    planned = review.earlier.beta_after
    low, high = to_beta(planned - review.beta_band), to_beta(planned + review.beta_band)
    verdict = "inside" if review.has_beta_inside else "outside"
    yield (
        f"Beta left: {to_beta(review.beta_held)}, {verdict} the band of {low} to {high} "
        f"around the planned {to_beta(planned)}."
    )
    same = "the same" if review.has_same_contracts else "not the same"
    yield f"Contracts: held {word_roots(review.held.by_root)}, optimal today {word_roots(review.optimal)}: {same}."
    if review.has_beta_inside and not review.has_same_contracts and not review.held.gone:
        yield "With a tolerance, such as --tolerance 5%, contracts stay while they are nearly as good as the best."
    if review.held.gone:
        yield f"Expired and settled in cash since: {word_held(review.held.gone)}."


def futures_table(outcome: Outcome) -> TextTable | None:
    """Return the gains of the futures by contract; ``None`` when there are none."""
    rows = tuple(
        (
            f"{each.future.code} (settled)" if each.is_settled else each.future.code,
            f"{each.quantity:+,}" if each.quantity else "0",
            to_dollars(each.realised_pnl, is_change=True),
            to_dollars(each.open_pnl, is_change=True),
            to_dollars(-each.fees, places=2),
        )
        for each in outcome.by_future
    )
    return TextTable(headings=("futures", "open", "realised", "unrealised", "fees"), rows=rows) if rows else None


def gains_table(outcome: Outcome) -> TextTable:
    """Return what portfolio and futures gained together."""
    return TextTable(
        headings=("gain", "portfolio", "futures", "together"),
        rows=(
            (
                plural(outcome.n_sessions, "session"),
                to_dollars(outcome.unhedged_pnl, is_change=True),
                to_dollars(outcome.hedge_pnl, is_change=True),
                to_dollars(outcome.hedged_pnl, is_change=True),
            ),
        ),
    )


def word_outcome(outcome: Outcome) -> Iterator[str]:
    """Say which beta came, what the futures removed, and what is too early to tell."""
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


def _betas(then: float, now: float) -> tuple[str, str, str]:
    return to_beta(then), to_beta(now), _change(now - then)


def _change(beta: float) -> str:
    rounded = round(beta, 2) + 0.0
    return f"{'+' if rounded > 0 else ''}{rounded:.2f}"


def _moved(each: Contribution) -> tuple[str, ...]:
    return (
        shorten(each.symbol, WIDEST_SYMBOL),
        to_dollars(each.value_then),
        to_dollars(each.value_now),
        UNKNOWN if each.beta_then is None else to_beta(each.beta_then),
        UNKNOWN if each.beta_now is None else to_beta(each.beta_now),
        f"{each.beta_change + 0.0:+.3f}",
    )
