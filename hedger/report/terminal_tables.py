"""What was read from a file, the betas, and the contracts of a day, as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group

from hedger.contracts import INDICES, MAX_AGE_DAYS
from hedger.report.terminal import bullet_list, left_out, number_table, paragraph, section
from hedger.report.words import UNKNOWN, to_beta, to_dollars, to_index_title, to_percent
from hedger.wording import name_some, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from rich.console import RenderableType

    from hedger.advice import Measurement
    from hedger.exposure import HoldingBeta
    from hedger.portfolio import Portfolio, Position
    from hedger.report.listing import ListedContract

MOST_POSITIONS, MOST_LINES = 1_000, 5
"""Positions, and lines of one position, that a terminal shows."""

_FLAG_MARKS = {
    "no_record": "n",
    "short_record": "s",
    "stale_closes": "c",
    "thinly_traded": "t",
    "option_by_delta": "d",
    "by_proxy": "p",
    "stated_by_user": "u",
}
_FLAG_WORDS = {
    "n": "no record to speak of: the beta is a prior near 1",
    "s": "less than a year of prices: the beta leans towards 1",
    "c": "closes that stood still were not used",
    "t": "seldom traded: returns over the gaps are paired with the indices' over the same days",
    "d": "an option, counted as shares of its underlying by its delta; the beta is that of the underlying",
    "p": "moves as the proxy that you named",
    "u": "stated by you",
}


def holdings_view(portfolio: Portfolio) -> RenderableType:
    """Return what was read from a holdings file, what was not and why, and what is doubtful."""
    return Group(*_holdings_parts(portfolio))


def _holdings_parts(portfolio: Portfolio) -> Iterator[RenderableType]:
    n_positions = len(portfolio.positions)
    yield paragraph(f"{portfolio.name}: {plural(n_positions, 'position')}, read as {portfolio.layout}.", style="bold")
    positions = portfolio.positions[:MOST_POSITIONS]
    columns: dict[str, list[str]] = {
        "Symbol": [position.symbol for position in positions],
        "Kind": [position.asset_class for position in positions],
        "Account": [position.account or "" for position in positions],
        "Quantity": [_quantity(position.quantity) for position in positions],
        "Price": ["" if position.price is None else f"{position.price:,.2f}" for position in positions],
        "Value": [_value(position) for position in positions],
        "Weight": ["" if position.weight is None else to_percent(position.weight, places=2) for position in positions],
        "Lines": [_lines(position) for position in positions],
    }
    told = {name: cells for name, cells in columns.items() if any(cells)}  # files differ in what they tell
    n_labels = len(told.keys() & {"Symbol", "Kind", "Account"})
    yield section("Read", number_table(*told, rows=list(zip(*told.values(), strict=True)), n_labels=n_labels))
    if n_positions > len(positions):
        yield paragraph(f"And {n_positions - len(positions):,} more; --json lists all.")
    totals = []
    if portfolio.cash_total is not None:
        totals.append(f"Cash {to_dollars(portfolio.cash_total, places=2)}.")
    if portfolio.file_total is not None:
        totals.append(f"The file's own total is {to_dollars(portfolio.file_total, places=2)}.")
    if totals:
        yield paragraph(" ".join(totals))
    if portfolio.skipped_rows:
        yield section("Not read", left_out([f"line {row.line}: {row.reason}" for row in portfolio.skipped_rows]))
    if portfolio.warnings:
        yield section(
            "Doubtful",
            left_out(
                [
                    (f"line {warning.line}: " if warning.line is not None else "") + warning.message
                    for warning in portfolio.warnings
                ]
            ),
        )


def _quantity(quantity: float | None) -> str:
    return "" if quantity is None else f"{quantity:,.4f}".rstrip("0").rstrip(".")


def _lines(position: Position) -> str:
    return name_some(list(map(str, position.lines)), MOST_LINES)


def _value(position: Position) -> str:
    if position.market_value is None:
        return ""
    if position.currency == "USD":
        return to_dollars(position.market_value)
    return f"{position.currency} {position.market_value:,.0f}"


def betas_view(measurement: Measurement) -> RenderableType:
    """Return the beta of every holding and of the portfolio to every index, with the interval of the realised one."""
    exposure = measurement.exposure
    by_symbol: dict[str, dict[str, HoldingBeta]] = {}
    for row in exposure.by_holding:
        by_symbol.setdefault(row.symbol, {})[row.index] = row
    base = exposure.book.beta_base
    titles = [_short_title(index) for index in exposure.indices]
    is_wide = len(titles) > 4
    rows = [
        (
            symbol,
            _marks(betas.values()),
            to_percent(next(iter(betas.values())).market_value / base, places=1),
            *(_beta_cell(betas[index].beta, betas[index].high, is_tight=is_wide) for index in exposure.indices),
        )
        for symbol, betas in by_symbol.items()
    ]
    n_holdings = len(rows)
    rows += [
        ("portfolio", "", "", *(_beta_cell(each.beta, each.high, is_tight=is_wide) for each in exposure.by_index)),
        ("  low", "", "", *(to_beta(each.low) for each in exposure.by_index)),
        ("  high", "", "", *(to_beta(each.high) for each in exposure.by_index)),
        ("  low, month", "", "", *(to_beta(each.low_21) for each in exposure.by_index)),
        ("  high, month", "", "", *(to_beta(each.high_21) for each in exposure.by_index)),
        ("  removes", "", "", *(to_percent(each.r_squared) for each in exposure.by_index)),
    ]
    table = number_table("", "", "share", *titles, rows=rows, n_labels=2, bold=[n_holdings], gap=1 if is_wide else 2)
    value = f" ({to_dollars(base)})" if exposure.book.gross_value else ""
    legend = [
        f"Share of the value{value}, then beta ± how far that of the next quarter may lie from it (95%).",
        "low, high: between them lies the portfolio's beta over the next quarter, and over the next month (95%).",
        "removes: share of variance that a hedge in this index alone would have removed.",
        *(f"{mark}: {_FLAG_WORDS[mark]}." for mark in _marks(exposure.by_holding)),
    ]
    omitted = [f"{each.symbol}: {each.reason}" for each in exposure.book.excluded]
    notes = [note.message for note in measurement.notes if note.code != "holdings_excluded"]
    parts: list[RenderableType] = [
        paragraph(f"Betas as of {measurement.as_of} ({measurement.prices.source})", style="bold"),
        section("Holdings", table),
        section("How to read this", bullet_list(legend)),
    ]
    if omitted:
        parts.append(section("Left out", left_out(omitted)))
    if notes:
        parts.append(section("Worth knowing", bullet_list(notes)))
    return Group(*parts)


def _beta_cell(beta: float, high: float | None, *, is_tight: bool) -> str:
    """Return a beta and half its interval, which lies evenly around it."""
    between = "±" if is_tight else " ± "
    return to_beta(beta) if high is None else f"{to_beta(beta)}{between}{to_beta(high - beta)}"


def _marks(rows: Iterable[HoldingBeta]) -> str:
    """Return a letter for every flag that any of the rows carries."""
    return "".join(sorted({_FLAG_MARKS[flag] for row in rows for flag in row.flags}))


def _short_title(index: str) -> str:
    return to_index_title(index).removeprefix("S&P Mid").removesuffix(" 2000")


def contracts_view(as_of: date, rows: Sequence[ListedContract]) -> RenderableType:
    """Return the contracts that trade on a day, index by index, and apart from them those delisted before."""
    listed = [row for row in rows if row.is_listed]
    gone = [row for row in rows if not row.is_listed]
    parts: list[RenderableType] = [paragraph(f"Index futures on {as_of}", style="bold")]
    cells = {row: _listed_cells(row) for row in listed}
    for index in INDICES:
        on_index = [row for row in listed if row.contract.index == index.name]
        if on_index:
            level = on_index[0].level
            table = number_table(
                *_LISTED_COLUMNS,
                rows=[cells[row] for row in on_index],
                n_labels=3,
                gap=1,
                aligned_with=list(cells.values()),
            )
            parts.append(section(index.title + (f" (index at {level:,.2f})" if level is not None else ""), table))
    if gone:
        table = number_table(
            "Contract",
            "Index",
            "Size",
            "Status",
            "$/point",
            "Last margin",
            rows=[
                (
                    row.contract.symbol,
                    to_index_title(row.contract.index),
                    row.contract.size,
                    f"delisted {row.contract.delisted}",
                    f"{row.contract.multiplier:g}",
                    UNKNOWN if row.margin is None else to_dollars(row.margin.initial),
                )
                for row in gone
            ],
            n_labels=4,
        )
        parts.append(section("Delisted: only for plans of earlier days, or with --include-delisted", table))
    parts.append(section("How to read this", bullet_list(_contract_legend(listed))))
    return Group(*parts)


_LISTED_COLUMNS = ("", "Front", "Size", "$/point", "Tick", "Notional", "Margin", "Margin of", "Roll")


def _listed_cells(row: ListedContract) -> tuple[str, ...]:
    contract, margin = row.contract, row.margin
    return (
        contract.symbol,
        row.code or UNKNOWN,
        contract.size,
        f"{contract.multiplier:g}",
        UNKNOWN if contract.tick_size is None else f"{contract.tick_size:g}",
        to_dollars(row.notional),
        UNKNOWN if margin is None else to_dollars(margin.initial),
        UNKNOWN if margin is None else f"{margin.as_of}{_margin_mark(row)}",
        UNKNOWN if row.expiry is None else str(row.expiry.roll_date),
    )


def _margin_mark(row: ListedContract) -> str:
    weak = row.margin is not None and row.margin.confidence.startswith("low")
    return ("!" if row.has_old_margin else "") + ("?" if weak else "")


def _contract_legend(rows: Sequence[ListedContract]) -> Iterator[str]:
    yield "Front: the month to trade; it ends on the roll day, when the next month takes over."
    yield "Margin: initial margin of one contract, the newest figure known, with its day."
    if any(row.has_old_margin for row in rows):
        yield f"!: older than {MAX_AGE_DAYS} days; a plan then assumes a share of notional. Give yours with --margins."
    if any("?" in _margin_mark(row) for row in rows):
        yield "?: a public copy that neither the exchange nor a broker vouches for."
    yield "Sources, last trading days and maintenance margins: --json."
