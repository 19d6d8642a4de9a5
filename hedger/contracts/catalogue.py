"""Index futures as the exchanges list them, by date.

The catalogue covers the futures on five US share indices since 1982, those that no longer trade included.
Where a source knows a day only roughly, the row holds a day that it vouches for (the last day of the year
or month for a listing, the last trading day of the last contract for an end) and says so in its remark.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal, cast, get_args

from hedger.errors import SettingsError
from hedger.shipped import load_table
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = [
    "INDICES",
    "SIZES",
    "ExpiryRule",
    "FuturesContract",
    "Index",
    "Size",
    "find_index",
    "load_contracts",
    "load_symbols",
    "select_contracts",
]

Size = Literal["standard", "e-mini", "micro", "spot-quoted"]
SIZES: tuple[Size, ...] = get_args(Size)
"""Contract sizes, largest first."""

ExpiryRule = Literal["third-friday", "day-before-third-friday", "second-friday-of-june"]
"""How the last trading day follows from the calendar; see :mod:`hedger.contracts.expiries`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A share index that futures are listed on.

    Parameters
    ----------
    name
        Name in settings and JSON, such as ``"sp500"``.
    title
        Name for people, such as ``"S&P 500"``.
    symbol
        Yahoo symbol of the series that stands for the index, such as ``"^GSPC"``.
    dividend_etf
        Exchange-traded fund whose distribution yield stands for the index' dividend yield.
    is_level
        Whether the closes of `symbol` are the level of the index. A fund's are not: its returns tell betas, but no
        futures price follows from them.
    """

    name: str
    title: str
    symbol: str
    dividend_etf: str
    is_level: bool = True


INDICES: tuple[Index, ...] = (
    Index(name="sp500", title="S&P 500", symbol="^GSPC", dividend_etf="SPY"),
    Index(name="nasdaq100", title="Nasdaq-100", symbol="^NDX", dividend_etf="QQQ"),
    Index(name="dow30", title="Dow", symbol="^DJI", dividend_etf="DIA"),
    Index(name="russell2000", title="Russell 2000", symbol="^RUT", dividend_etf="IWM"),
    Index(name="midcap400", title="S&P MidCap 400", symbol="MDY", dividend_etf="MDY", is_level=False),
)

_INDEX_BY_NAME = {index.name: index for index in INDICES}


def find_index(name: str) -> Index:
    """Find an index of :data:`INDICES` by its name.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    index = _INDEX_BY_NAME.get(name)
    if index is None:
        raise ValueError(f"there is no index {name!r}; there are {', '.join(_INDEX_BY_NAME)}")
    return index


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesContract:
    """One contract of the catalogue during one span of its listing.

    A contract whose multiplier changed (the S&P 500 future in 1997) stands in the catalogue once per span.

    Parameters
    ----------
    symbol
        Root, such as ``"MES"``.
    name
        Exchange's name.
    index
        Name of the :class:`Index`.
    size
        One of :data:`SIZES`.
    exchange
        Exchange whose rules apply, such as ``"CME"``.
    multiplier
        USD per index point.
    tick_size, spread_tick_size
        Smallest move of an outright and of a calendar spread, in points; ``None`` where no source tells it.
    months
        Month letters of the listed expiries, such as ``"HMUZ"``.
    listed, delisted
        First and last day of trading of the span; ``delisted`` is ``None`` while it trades.
    half_spread
        Half of the usual bid-ask spread in points; ``None`` where no source tells it and a tick stands in.
    expiry_rule
        How the last trading day follows from the calendar.
    source, confidence, remark
        Where the row comes from, how sure it is, and what a reader should know.
    """

    symbol: str
    name: str
    index: str
    size: Size
    exchange: str
    multiplier: float
    tick_size: float | None
    spread_tick_size: float | None
    months: str
    listed: date
    delisted: date | None
    half_spread: float | None
    source: str
    confidence: str
    remark: str
    expiry_rule: ExpiryRule = "third-friday"

    def __post_init__(self) -> None:
        if self.multiplier <= 0.0:
            raise ValueError(f"multiplier must be positive, not {self.multiplier} ({self.symbol})")
        if self.half_spread is None and self.tick_size is None:
            # A cost without any spread would make the contract look cheaper than it is.
            raise ValueError(f"{self.symbol} needs a half_spread or a tick_size")
        if self.delisted is not None and self.delisted < self.listed:
            raise ValueError(f"{self.symbol} is delisted on {self.delisted}, before it is listed")

    @property
    def tick_value(self) -> float | None:
        """Value of one tick in USD."""
        return None if self.tick_size is None else self.tick_size * self.multiplier

    @property
    def usual_spread(self) -> float:
        """Usual bid-ask spread in points: twice the half spread, or one tick where none is known."""
        # One of the two is known: see __post_init__.
        return 2.0 * self.half_spread if self.half_spread is not None else cast("float", self.tick_size)

    def is_listed(self, as_of: date) -> bool:
        """Tell whether the contract traded on `as_of`."""
        return self.listed <= as_of and (self.delisted is None or as_of <= self.delisted)


@cache
def load_contracts() -> tuple[FuturesContract, ...]:
    """Load the whole catalogue: by index, then from the largest size to the smallest, then by date."""
    return tuple(_to_contract(row) for row in load_table("contracts.csv"))


@cache
def load_symbols() -> tuple[str, ...]:
    """Load the roots of the catalogue, each once, in its order."""
    return tuple(dict.fromkeys(contract.symbol for contract in load_contracts()))


def select_contracts(
    as_of: date,
    *,
    symbols: Collection[str] | None = None,
    sizes: Collection[str] | None = None,
    include_delisted: bool = False,
) -> tuple[FuturesContract, ...]:
    """Select what can be traded on a day.

    Parameters
    ----------
    as_of
        The day.
    symbols
        Exactly these roots, instead of `sizes`, which is then not looked at.
    sizes
        Only these of :data:`SIZES`; ``None`` for all.
    include_delisted
        Also contracts that were delisted before `as_of` (never those that were not listed yet). Their
        orders cannot be placed; :func:`hedger.contracts.list_doubts` says so.

    Returns
    -------
    tuple
        In the order of the catalogue, each symbol once: of several spans the newest.

    Raises
    ------
    SettingsError
        If a symbol or size is unknown, if a symbol asked for was not listed on `as_of`, or if nothing
        is left.
    """
    _check_names("size", sizes, SIZES)
    _check_names("contract", symbols, load_symbols())
    usable = {
        contract.symbol: contract
        for contract in load_contracts()
        if contract.is_listed(as_of) or (include_delisted and contract.listed <= as_of)
    }
    for symbol in symbols or ():
        if symbol not in usable:
            raise SettingsError(_word_unlisted(symbol, as_of))
    chosen = tuple(
        contract
        for contract in usable.values()
        if (contract.symbol in symbols if symbols is not None else sizes is None or contract.size in sizes)
    )
    if not chosen:
        restriction = f" of the sizes {', '.join(sizes)}" if sizes is not None and symbols is None else ""
        raise SettingsError(
            f"No index future was listed on {as_of}{restriction}. "
            f"Listed that day: {', '.join(usable) or 'none'}. Choose among these, or another day."
        )
    return chosen


def _to_contract(row: dict[str, str]) -> FuturesContract:
    return FuturesContract(
        symbol=row["symbol"],
        name=row["name"],
        index=row["index"],
        size=cast("Size", row["size"]),
        exchange=row["exchange"],
        multiplier=float(row["multiplier"]),
        tick_size=_to_optional(row["tick_size"]),
        spread_tick_size=_to_optional(row["spread_tick_size"]),
        months=row["months"],
        expiry_rule=cast("ExpiryRule", row["expiry_rule"]),
        listed=date.fromisoformat(row["listed"]),
        delisted=date.fromisoformat(row["delisted"]) if row["delisted"] else None,
        half_spread=_to_optional(row["half_spread"]),
        source=row["source"],
        confidence=row["confidence"],
        remark=row["remark"],
    )


def _to_optional(cell: str) -> float | None:
    return float(cell) if cell else None


def _check_names(kind: str, names: Iterable[str] | None, known: Collection[str]) -> None:
    for name in names or ():
        if name not in known:
            raise SettingsError(f'There is no {kind} "{shorten(name)}". Choose among {", ".join(known)}.')


def _word_unlisted(symbol: str, as_of: date) -> str:
    spans = [contract for contract in load_contracts() if contract.symbol == symbol]
    first, last = spans[0].listed, spans[-1].delisted
    if as_of < first:
        return f"{symbol} is listed since {first} only, so that it cannot be used on {as_of}. Leave it out."
    if last is not None and last < as_of:
        return (
            f"{symbol} was listed from {first} to {last} and cannot be traded on {as_of}. "
            "Leave it out, or ask for a what-if with --include-delisted."
        )
    return f"{symbol} did not trade on {as_of}, between two of its specifications. Choose another day."
