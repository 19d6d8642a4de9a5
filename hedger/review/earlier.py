"""An earlier plan as its JSON tells it: what was held, how it moved with the index, and what futures it left.

The file comes from outside: every field that is used is looked at for presence, kind and size, names are cut and
escaped, and the betas of the holdings must add up to the beta that the plan states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hedger.contracts import INDICES, read_contract_code
from hedger.errors import SettingsError
from hedger.exposure import Book, Holding
from hedger.review.choices import read_choices_of
from hedger.review.fields import LONGEST_NAME, read_document
from hedger.version import PLAN_SCHEMA
from hedger.wording import shorten

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from hedger.contracts import MonthlyFuture
    from hedger.review.fields import Part

MOST_CONTRACTS = 1_000_000
"""Contracts of one kind that a plan may hold."""
ADDS_UP = 1e-6
"""Difference by which sums of the file may miss what it states, as a share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierPosition:
    """Futures of one month in the earlier plan.

    Parameters
    ----------
    future
        Contract and month.
    quantity, quantity_before
        Contracts after and before the plan's orders, negative = short.
    price
        Futures price of the plan, points.
    """

    future: MonthlyFuture
    quantity: int
    quantity_before: int
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierPlan:
    """What an earlier plan said.

    Parameters
    ----------
    name
        Of its file, for people.
    as_of, last_session
        Day of the plan, and of its prices.
    reference_index
        Index that its betas refer to.
    book
        Holdings and cash as they were valued then; its futures are in `positions`.
    betas
        Beta of each holding to the reference index, in the order of the book's holdings.
    beta, low, high
        Of the portfolio, with the 95 % interval for the beta realised over the next 63 sessions.
    beta_after
        With the futures after the orders.
    positions
        Futures that it held or traded.
    choices
        Choices by field of :class:`~hedger.settings.Settings`, without futures held and futures prices.
    stated_prices
        Roots of the futures prices that the user gave for the plan.
    is_adjusted
        Whether its prices were adjusted for later dividends, so that its amounts are too low.
    """

    name: str
    as_of: date
    last_session: date
    reference_index: str
    book: Book
    betas: tuple[float, ...]
    beta: float
    low: float
    high: float
    beta_after: float
    positions: tuple[EarlierPosition, ...]
    choices: tuple[tuple[str, Any], ...]
    stated_prices: tuple[str, ...]
    is_adjusted: bool


def read_plan(file: str | Path | bytes, *, name: str = "The plan") -> EarlierPlan:
    """Read a plan.json that an earlier run has written.

    Parameters
    ----------
    file
        Path, or the bytes of an upload.
    name
        Of an upload, for sentences.

    Raises
    ------
    SettingsError
        When the file cannot be read or is no such plan; the sentence names file and field.
    """
    document = read_document(file, name=name)
    if document.text("schema") != PLAN_SCHEMA:
        document.refuse("schema", f'"{PLAN_SCHEMA}"')
    as_of, last_session = document.day("as_of"), document.part("prices").day("last_session")
    if last_session > as_of:
        document.part("prices").refuse("last_session", f"a day up to {as_of}, the day of the plan")
    exposure, plan = document.part("exposure"), document.part("plan")
    reference = exposure.text("reference_index")
    if reference not in [index.name for index in INDICES]:
        exposure.refuse("reference_index", f"one of {', '.join(index.name for index in INDICES)}")
    book, betas = _book(document, reference)
    portfolio = document.part("portfolio")
    _require_sum(portfolio, "market_value", book.market_value, "the values of exposure.by_holding and the cash")
    measured = [each for each in exposure.parts("by_index") if each.text("index") == reference]
    if len(measured) != 1:
        exposure.refuse("by_index", f"a list with one entry for {reference}")
    beta = sum(
        holding.exposure_value * each / book.beta_base for holding, each in zip(book.holdings, betas, strict=True)
    )
    _require_sum(plan, "beta_before", beta, "the betas of exposure.by_holding times their values")
    return EarlierPlan(
        name=document.file,
        as_of=as_of,
        last_session=last_session,
        reference_index=reference,
        book=book,
        betas=betas,
        beta=beta,
        low=measured[0].number("low"),
        high=measured[0].number("high"),
        beta_after=plan.number("beta_after"),
        positions=_positions(plan, as_of),
        choices=tuple(read_choices_of(document.part("policy")).items()),
        stated_prices=_stated_prices(document.part("policy")),
        is_adjusted=any(note.text("code") == "adjusted_prices" for note in document.parts("notes")),
    )


def _book(document: Part, reference: str) -> tuple[Book, tuple[float, ...]]:
    """Return holdings and cash of the plan, and the holdings' betas to the reference index."""
    portfolio, exposure = document.part("portfolio"), document.part("exposure")
    # Versions before the list of holdings told values only.
    told = portfolio.parts("holdings") if "holdings" in portfolio.fields else ()
    shares = {each.text("symbol"): each for each in told}
    holdings: dict[str, Holding] = {}
    betas = []
    for row in exposure.parts("by_holding"):
        if row.text("index") != reference:
            continue
        symbol = row.text("symbol")
        if symbol in holdings:
            row.refuse("symbol", "a holding that stands there once per index")
        held = shares.get(symbol)
        value = row.number("market_value")
        holdings[symbol] = Holding(
            symbol=symbol,
            quantity=held.number_or_none("quantity") if held else None,
            price=None if held is None or held.fields.get("price") is None else held.positive("price"),
            market_value=value,
            exposure_value=row.number("exposure_value") if "exposure_value" in row.fields else value,
            is_priced=True,
            underlying=None if held is None or held.fields.get("underlying") is None else held.text("underlying"),
            delta=row.number_or_none("delta") if "delta" in row.fields else None,
        )
        betas.append(row.number("beta"))
    book = Book(holdings=tuple(holdings.values()), cash=portfolio.number("cash"), futures=(), excluded=(), notes=())
    has_exposure = portfolio.fields.get("gross_value") != 0.0
    if has_exposure and not book.gross_value > 0:
        exposure.refuse("by_holding", f"a list of holdings with a value and a beta to {reference}")
    return book, tuple(betas)


def _require_sum(part: Part, name: str, added_up: float, of_what: str) -> None:
    """Refuse a file whose parts do not add up: somebody has changed it."""
    stated = part.number(name)
    if abs(stated - added_up) > ADDS_UP * max(abs(stated), abs(added_up), 1.0):
        part.refuse(name, f"what {of_what} add up to ({added_up:.10g})")


def _positions(plan: Part, as_of: date) -> tuple[EarlierPosition, ...]:
    positions: dict[str, EarlierPosition] = {}
    for part in plan.parts("positions"):
        try:
            future = read_contract_code(part.text("contract_code"), as_of)
        except ValueError as error:
            part.refuse("contract_code", str(error))
        if future.symbol != part.text("symbol") or future.code in positions:
            part.refuse("contract_code", "the code of its symbol, once in the list")
        quantities = [part.whole(name) for name in ("quantity", "quantity_before")]
        for name, quantity in zip(("quantity", "quantity_before"), quantities, strict=True):
            if abs(quantity) > MOST_CONTRACTS:
                part.refuse(name, f"a number of contracts up to {MOST_CONTRACTS:,}")
        positions[future.code] = EarlierPosition(
            future=future, quantity=quantities[0], quantity_before=quantities[1], price=part.positive("price")
        )
    return tuple(positions.values())


def _stated_prices(policy: Part) -> tuple[str, ...]:
    if "futures_price" not in policy.fields:
        return ()
    return tuple(shorten(root, LONGEST_NAME) for root in policy.part("futures_price").fields)


def require_earlier(plan: EarlierPlan, as_of: date) -> None:
    """Refuse to look back on a plan of a later day.

    Raises
    ------
    SettingsError
        When the plan's day is after `as_of`.
    """
    if plan.as_of > as_of:
        raise SettingsError(
            f"{plan.name} is of {plan.as_of}, after {as_of}, the day of the review. Choose a later day with --as-of, "
            "prices that reach further, or an earlier plan."
        )
