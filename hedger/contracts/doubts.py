"""What a reader should know before relying on a quote, in as few sentences as there are kinds of doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.contracts.margins import MAX_AGE_DAYS
from hedger.errors import Note
from hedger.wording import join_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from hedger.contracts.quote import ContractQuote

__all__ = ["list_doubts"]


def list_doubts(quotes: Iterable[ContractQuote], *, as_of: date) -> tuple[Note, ...]:
    """List the doubts about some quotes, one note for each kind of doubt.

    Parameters
    ----------
    quotes
        Best only those that a plan uses, so that its reader is not told of contracts that do not matter.
    as_of
        The day of the quotes.

    Returns
    -------
    tuple
        Notes with these codes: ``contract_delisted`` (the orders cannot be placed), ``margin_assumed`` (a share
        of notional stands in), ``margin_low_confidence`` (a figure from a weak source is used), ``margin_old``
        (the broker's own figure is older than :data:`MAX_AGE_DAYS`), ``fees_assumed`` (the rate of another
        size stands in).
    """
    listed = tuple(quotes)
    return tuple(
        note
        for notes in (
            _doubt_listing(listed, as_of),
            _doubt_assumed_margins(listed),
            _doubt_weak_margins(listed),
            _doubt_old_margins(listed, as_of),
            _doubt_fees(listed),
        )
        for note in notes
    )


def _doubt_listing(quotes: Sequence[ContractQuote], as_of: date) -> Iterator[Note]:
    gone = [quote for quote in quotes if not quote.contract.is_listed(as_of)]
    if gone:
        ends = join_words(f"{quote.symbol} (until {quote.contract.delisted})" for quote in gone)
        yield Note(
            code="contract_delisted",
            message=f"Delisted before {as_of}: {ends}. This is a what-if: such orders cannot be placed.",
        )


def _doubt_assumed_margins(quotes: Sequence[ContractQuote]) -> Iterator[Note]:
    assumed = [quote for quote in quotes if quote.margin.is_assumed]
    if not assumed:
        return
    by_share: dict[str, list[str]] = {}
    for quote in assumed:
        by_share.setdefault(f"{quote.margin.initial / quote.notional:.0%}", []).append(quote.symbol)
    shares = join_words(f"{share} of notional for {join_words(symbols)}" for share, symbols in by_share.items())
    known = [
        f"{quote.symbol} ${quote.margin.last_known.initial:,.0f} ({quote.margin.last_known.as_of})"
        for quote in assumed
        if quote.margin.last_known is not None
    ]
    unknown = [quote.symbol for quote in assumed if quote.margin.last_known is None]
    parts = []
    if known:
        parts.append(f"the newest known is older than {MAX_AGE_DAYS} days: {join_words(known)}")
    if unknown:
        parts.append(f"none is known for {join_words(unknown)}")
    yield Note(
        code="margin_assumed",
        message=f"The initial margin is an assumption, {shares}; {'; '.join(parts)}. {_ASK_MARGINS}",
    )


def _doubt_weak_margins(quotes: Sequence[ContractQuote]) -> Iterator[Note]:
    weak = [quote for quote in quotes if quote.margin.confidence.startswith("low")]
    if weak:
        figures = join_words(f"{quote.symbol} ${quote.margin.initial:,.0f} of {quote.margin.as_of}" for quote in weak)
        yield Note(
            code="margin_low_confidence",
            message="The initial margin is a public copy that neither the exchange nor a broker vouches for: "
            f"{figures}. {_ASK_MARGINS}",
        )


def _doubt_old_margins(quotes: Sequence[ContractQuote], as_of: date) -> Iterator[Note]:
    old = [
        quote
        for quote in quotes
        if quote.margin.confidence == "broker" and (as_of - quote.margin.as_of).days > MAX_AGE_DAYS
    ]
    if old:
        figures = join_words(f"{quote.symbol} of {quote.margin.as_of}" for quote in old)
        yield Note(
            code="margin_old",
            message=f"Your broker's margin is older than {MAX_AGE_DAYS} days: {figures}. "
            "Check it and give the present one with --margins FILE.csv.",
        )


def _doubt_fees(quotes: Sequence[ContractQuote]) -> Iterator[Note]:
    assumed = [quote for quote in quotes if quote.fees.is_assumed]
    if assumed:
        figures = join_words(f"{quote.symbol} (${quote.fees.per_side:.2f} a side)" for quote in assumed)
        yield Note(
            code="fees_assumed",
            message=f"Fees of another contract size stand in for {figures}, whose own were not found. "
            "Give your own with --fees FILE.csv.",
        )


_ASK_MARGINS = "Give your broker's figures with --margins FILE.csv."
