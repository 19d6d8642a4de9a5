"""A valued book and paired returns to an exposure: the part of a measurement that any past day can repeat.

Everything is measured on the returns that are handed over and nothing else, so that a test of the past which hands
over the past only cannot look ahead.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hedger.contracts import find_index
from hedger.errors import InsufficientHistoryError, Note
from hedger.exposure.covariance import annual_covariance, explained_variance, weighted_covariance
from hedger.exposure.exposure import Exposure, IndexBeta
from hedger.exposure.holding_betas import measure_holdings
from hedger.exposure.interval import MONTH, QUARTER, Z_REALISED, book_gains, realised_beta_variance
from hedger.exposure.regression import FULL_RECORD, HALF_LIFE, SHORTEST_RECORD, age_weights
from hedger.wording import name_some

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hedger.arrays import FloatArray
    from hedger.exposure.book import Book
    from hedger.exposure.estimators import BetaEstimator
    from hedger.exposure.exposure import HoldingBeta
    from hedger.exposure.returns import PairedReturns


def measure_book(
    book: Book,
    paired: PairedReturns,
    *,
    levels: Mapping[str, float],
    estimator: BetaEstimator,
    stated: Mapping[tuple[str, str], float],
) -> Exposure:
    """Measure the betas of a valued book to every index.

    Parameters
    ----------
    book
        Holds at least one holding with prices.
    paired
        Returns of the priced holdings, in their order, and of the indices; nothing later than the day is used.
    levels
        Newest close by name of index, in the order of `paired`.
    estimator
        Of single betas.
    stated
        Betas that the user states, by symbol and name of index; all that a holding without prices needs.

    Raises
    ------
    InsufficientHistoryError
        When the indices or the holdings have too short a history.
    """
    priced = [holding for holding in book.holdings if holding.is_priced]
    values = np.array([holding.exposure_value for holding in priced])
    gains = book_gains(paired.assets, values[None, :])[:, 0]
    _require_history(gains, paired)
    explained = explained_variance(gains, paired.indices)
    names = list(levels)
    if len(priced) < len(book.holdings):
        anchor = int(np.argmax(np.where(np.isfinite(paired.indices).all(axis=0), explained, -1.0)))
        unpriced = [holding for holding in book.holdings if not holding.is_priced]
        moved = sum(holding.market_value * stated[holding.symbol, names[anchor]] for holding in unpriced)
        gains = gains + moved * paired.indices[:, anchor]
        explained = explained_variance(gains, paired.indices)

    by_holding: list[HoldingBeta] = []
    by_index: list[IndexBeta] = []
    for position, (index, level) in enumerate(levels.items()):
        known = np.isfinite(paired.indices[:, position])
        returns = paired.indices[known, position]
        rows = measure_holdings(book, paired, position, index, estimator=estimator, stated=stated)
        by_holding.extend(rows)
        by_index.append(
            _index_beta(
                index,
                level=level,
                rows=rows,
                base=book.beta_base,
                book_returns=gains[known, None] / book.beta_base,
                index_returns=returns,
                estimator=estimator,
                r_squared=float(explained[position]),
            )
        )
    return Exposure(
        book=book,
        by_index=tuple(by_index),
        by_holding=tuple(by_holding),
        covariance=annual_covariance(paired.indices),
        sessions=paired.sessions,
        gains=gains,
        index_returns=paired.indices,
        unhedgeable_share=_unhedgeable_share(gains, paired.indices),
        notes=(*book.notes, *_notes(book, by_holding, paired, names, [each.beta_dollars for each in by_index])),
    )


def _index_beta(
    index: str,
    *,
    level: float,
    rows: Sequence[HoldingBeta],
    base: float,
    book_returns: FloatArray,
    index_returns: FloatArray,
    estimator: BetaEstimator,
    r_squared: float,
) -> IndexBeta:
    beta_dollars = sum(row.exposure_value * row.beta for row in rows)
    beta = beta_dollars / base
    estimation = float(estimator.estimate(book_returns, index_returns).stderr[0])
    short_records = sum(
        (row.exposure_value / base * row.stderr) ** 2
        for row in rows
        if row.stderr is not None and row.n_observations < FULL_RECORD
    )
    quarter, month = (
        float(realised_beta_variance(book_returns, index_returns, np.array([beta]), horizon=horizon)[0]) + short_records
        for horizon in (QUARTER, MONTH)
    )
    half_width, half_width_21 = Z_REALISED * math.sqrt(quarter), Z_REALISED * math.sqrt(month)
    return IndexBeta(
        index=index,
        level=level,
        beta=beta,
        stderr=estimation,
        low=beta - half_width,
        high=beta + half_width,
        low_21=beta - half_width_21,
        high_21=beta + half_width_21,
        stderr_drift=math.sqrt(max(quarter - estimation**2, 0.0)),
        r_squared=r_squared,
        beta_dollars=beta_dollars,
    )


def _require_history(gains: FloatArray, paired: PairedReturns) -> None:
    n_known = int(np.isfinite(gains).sum())
    if n_known < SHORTEST_RECORD:
        until = f" up to {paired.sessions[-1]}" if paired.sessions.size else ""
        raise InsufficientHistoryError(
            f"Most of the portfolio has only {n_known} daily returns{until}, paired with those of "
            f"the indices; at least {SHORTEST_RECORD} are needed. Choose a later day or prices that reach further back."
        )


def _unhedgeable_share(gains: FloatArray, indices: FloatArray) -> float:
    known = np.isfinite(gains)
    indices = indices[:, np.isfinite(indices).all(axis=0)]
    weights = age_weights(gains.size, HALF_LIFE)[known]
    joint = weighted_covariance(np.column_stack([indices[known], gains[known]]), weights)
    if not joint[-1, -1] > 0:
        return 0.0
    explained = joint[-1, :-1] @ np.linalg.lstsq(joint[:-1, :-1], joint[:-1, -1], rcond=None)[0]
    return float(np.clip(1.0 - explained / joint[-1, -1], 0.0, 1.0))


def _why_nothing(book: Book) -> str:
    """Say why a book has no exposure."""
    if not book.holdings:
        return "The portfolio holds no stock and no fund, so it has no exposure to any index."
    if not book.gross_value:
        return "The holdings cancel each other out, so the portfolio has no exposure to any index."
    return "The betas of the holdings add up to zero, so the portfolio has no exposure to any index."


def _notes(
    book: Book,
    rows: Sequence[HoldingBeta],
    paired: PairedReturns,
    indices: Sequence[str],
    dollars: Sequence[float],
) -> list[Note]:
    notes = []
    if not any(dollars):
        notes.append(Note(code="no_exposure", message=_why_nothing(book)))
    if book.excluded:
        by_reason: dict[str, dict[str, None]] = {}
        for each in book.excluded:
            by_reason.setdefault(each.reason, {})[each.symbol] = None
        names = ", ".join(f"{name_some(list(symbols))} ({reason})" for reason, symbols in by_reason.items())
        shares = [share for each in book.excluded if (share := book.share_left_out(each)) is not None]
        worth = f", {sum(shares):.1%} of the value in the file" if shares else ""
        notes.append(Note(code="holdings_excluded", message=f"Not hedged{worth}: {names}."))
    unpriced = [holding.symbol for holding in book.holdings if not holding.is_priced]
    if unpriced:
        notes.append(
            Note(
                code="valued_by_file",
                message=(
                    f"No price is known for {', '.join(unpriced)}: the file's value is used, and they are assumed to "
                    "move as their stated beta says, without a risk of their own."
                ),
            )
        )
    n_known = dict(zip(indices, np.isfinite(paired.indices).sum(axis=0).tolist(), strict=True))
    short: dict[str, float] = {}
    for row in rows:
        # Against an index that is young itself every record is short; its own note says so.
        if {"short_record", "no_record"} & set(row.flags) and n_known[row.index] == paired.sessions.size:
            short[row.symbol] = max(row.shrink_weight, short.get(row.symbol, 0.0))
    if short:
        named = ", ".join(f"{symbol} ({weight:.0%})" for symbol, weight in sorted(short.items()))
        notes.append(
            Note(
                code="short_records",
                message=(
                    f"Less than a year of prices for {named}: up to that share of a beta is the 1 that is expected of "
                    "any stock, and the interval is wider for it."
                ),
            )
        )
    stale = sorted({row.symbol for row in rows if "stale_closes" in row.flags})
    if stale:
        notes.append(
            Note(
                code="stale_closes",
                message=(
                    f"Closes that stood still for days were not used for the betas of {', '.join(stale)}: the return "
                    "over them is paired with the indices' over the same days."
                ),
            )
        )
    priced = [holding.symbol for holding in book.holdings if holding.is_priced]
    missed = dict(zip(priced, paired.missed.tolist(), strict=True))
    thin = {row.symbol: missed[row.symbol] for row in rows if "thinly_traded" in row.flags}
    if thin:
        named = ", ".join(f"{symbol} ({share:.0%} of sessions)" for symbol, share in sorted(thin.items()))
        notes.append(
            Note(
                code="thinly_traded",
                message=(
                    f"Without a close of their own on many days: {named}. For their betas a return over such a gap is "
                    "paired with the indices' over the same days."
                ),
            )
        )
    if paired.n_dropped_sessions:
        notes.append(
            Note(
                code="index_sessions_missing",
                message=(
                    f"{paired.n_dropped_sessions} sessions lack the close of an index; "
                    "the returns around them span the gap for all alike."
                ),
            )
        )
    for index, n_returns in n_known.items():
        if n_returns < paired.sessions.size:
            notes.append(
                Note(
                    code="index_record_short",
                    message=(
                        f"Only {n_returns} of {paired.sessions.size} daily returns of the {find_index(index).title} "
                        "are known. Its betas and how it moves with the other indices come from these alone."
                    ),
                )
            )
    return notes
