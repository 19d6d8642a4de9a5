"""The words in which choices are written: one parser per option, for the command line and the settings file alike.

``hedge = "50%"`` in TOML is ``--hedge 50%``. A parser takes text, or a value of TOML, and returns what
:class:`hedger.settings.Settings` holds; what it cannot read is refused with what was written and what was expected.
"""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from hedger.contracts import INDICES, SIZES, Size, find_fee_schedule, read_fees, read_margins
from hedger.errors import SettingsError
from hedger.exposure import BetaOverride
from hedger.hedge import OBJECTIVES, Objective
from hedger.risk import StatedScenario
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ORDER_TYPES", "PARSERS", "RUN_CHOICES", "SIZE_PARSERS", "OrderType"]

Number = TypeVar("Number", int, float)


def _wrong(option: str, choice: object, expected: str) -> SettingsError:
    return SettingsError(f'--{option}: "{shorten(choice)}" is not {expected}.')


def _number(option: str, choice: object, kind: Callable[[str], Number], expected: str) -> Number:
    text = str(choice).strip()
    # Python reads "1_000" as a number and True as 1; in a choice either is a slip of the finger.
    if isinstance(choice, bool) or "_" in text:
        raise _wrong(option, choice, expected)
    try:
        value = kind(text)
        is_finite = math.isfinite(value)
    except (ValueError, OverflowError):
        raise _wrong(option, choice, expected) from None
    if not is_finite:
        raise _wrong(option, choice, expected)
    return value


def _share(option: str, choice: object, *, may_exceed_whole: bool = False) -> float:
    """Parse ``50%`` or ``0.5``; a bare number that could be meant either way is refused.

    That is 1 and more, or more than 2 where the whole may be exceeded.
    """
    text = str(choice).strip()
    if text.endswith("%"):
        return _number(option, text[:-1], float, "a share such as 50% or 0.5") / 100.0
    value = _number(option, choice, float, "a share such as 50% or 0.5")
    if value > 2 or (value >= 1 and not may_exceed_whole):
        times = "the whole" if value == 1 else f"{value:g} times the whole"
        most = "twice the whole" if may_exceed_whole else "the whole"
        second = f"--{option} 100% for the second" if value == 1 else f"more than {most} is not offered"
        raise SettingsError(
            f"--{option} {text} can be read in two ways: {value:g} %, or {times} ({value:.0%}). "
            f"Write --{option} {value:g}% for the first; {second}."
        )
    return value


def _listed(choice: object) -> list[str]:
    texts = choice if isinstance(choice, list | tuple) else (choice,)
    return [part.strip() for text in texts for part in str(text).split(",") if part.strip()]


def _pairs(option: str, choice: object, expected: str) -> list[tuple[str, str]]:
    if isinstance(choice, dict):
        return [(str(name).strip(), str(value)) for name, value in choice.items()]
    pairs = []
    for part in _listed(choice):
        name, separator, value = part.partition("=")
        if not separator or not name.strip():
            raise _wrong(option, part, expected)
        pairs.append((name.strip(), value))
    return pairs


def _parse_index(choice: object) -> tuple[str, ...]:
    names = [name.lower() for name in _listed(choice)]
    if names == ["auto"]:
        return ()
    known = [index.name for index in INDICES]
    for name in names or [str(choice)]:
        if name not in known:
            raise _wrong("index", name, f"an index; known are auto, {', '.join(known)}")
    return tuple(names)


def _parse_legs(choice: object) -> int | None:
    if str(choice).strip().lower() == "auto":
        return None
    return _number("legs", choice, int, "a whole number of indices")


def _parse_sizes(choice: object) -> tuple[Size, ...]:
    names = [name.lower() for name in _listed(choice)]
    for name in names or [str(choice)]:
        if name not in SIZES:
            raise _wrong("sizes", name, f"a contract size; known are {', '.join(SIZES)}")
    return tuple(size for size in SIZES for name in names if name == size)


def _parse_contracts(choice: object) -> tuple[str, ...]:
    roots = tuple(root.upper() for root in _listed(choice))
    if not roots:
        raise _wrong("contracts", choice, "a list of roots such as ES,MES")
    return roots


def _parse_flag(option: str) -> Callable[[object], bool]:
    def parse(choice: object) -> bool:
        if not isinstance(choice, bool):
            raise _wrong(option, choice, "true or false")
        return choice

    return parse


_WITH_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:[.][0-9]*)?")


def _parse_amount(option: str) -> Callable[[object], float]:
    def parse(choice: object) -> float:
        amount = choice.strip().removeprefix("$") if isinstance(choice, str) else choice
        # Only commas that part thousands: "2,5" is two and a half to half of the world.
        if isinstance(amount, str) and _WITH_THOUSANDS.fullmatch(amount):
            amount = amount.replace(",", "")
        return _number(option, amount, float, "an amount in USD such as 25000")

    return parse


def _parse_current(choice: object) -> tuple[tuple[str, int], ...]:
    expected = "contracts held, such as ES=-2,MES=3 (negative = short)"
    return tuple(
        (root.upper(), _number("current", quantity, int, expected))
        for root, quantity in _pairs("current", choice, expected)
    )


def _parse_futures_price(choice: object) -> tuple[tuple[str, float], ...]:
    expected = "a futures price such as ES=7690.25"
    return tuple(
        (root.upper(), _number("futures-price", price, float, expected))
        for root, price in _pairs("futures-price", choice, expected)
    )


_OVERRIDE = re.compile(r"(?P<symbol>[^@]+)(?:@(?P<index>[a-z0-9]+))?")


def is_symbol(name: str) -> bool:
    """Tell whether a name can be asked of a price source."""
    return re.fullmatch(r"\^?[A-Z0-9][A-Z0-9.=-]{0,19}", name) is not None


def _holding(name: str) -> str:
    """Return a ticker in capitals and any other name of a holding, such as that of a plan's fund, as it is."""
    capitals = name.strip().upper()
    return capitals if is_symbol(capitals) else name.strip()


def _parse_beta(choice: object) -> tuple[BetaOverride, ...]:
    expected = "a beta such as AAPL=1.2 or AAPL@nasdaq100=1.1"
    overrides = []
    for name, value in _pairs("beta", choice, expected):
        match = _OVERRIDE.fullmatch(name)
        beta = _number("beta", value, float, expected)
        if match is None or abs(beta) > 10:
            raise _wrong("beta", f"{name}={value}", expected + ", between -10 and 10")
        overrides.append(BetaOverride(symbol=_holding(match["symbol"]), index=match["index"], beta=beta))
    return tuple(overrides)


def _parse_proxy(choice: object) -> tuple[tuple[str, str], ...]:
    expected = "a holding and its proxy, such as OLD=SPY"
    pairs = [(_holding(name), proxy.strip().upper()) for name, proxy in _pairs("proxy", choice, expected)]
    for symbol, proxy in pairs:
        if not is_symbol(proxy):
            raise _wrong("proxy", f"{symbol}={proxy}", expected)
    return tuple(pairs)


_SCENARIO = "a scenario such as name:sp500=-12%,nasdaq100=-18%"


def _parse_scenario(choice: object) -> tuple[StatedScenario, ...]:
    if isinstance(choice, dict):
        return tuple(_scenario(str(name), moves) for name, moves in choice.items())
    scenarios = []
    for text in choice if isinstance(choice, list | tuple) else (choice,):
        name, separator, moves = str(text).partition(":")
        if not separator:
            raise _wrong("scenario", text, _SCENARIO)
        scenarios.append(_scenario(name, moves))
    return tuple(scenarios)


def _scenario(name: str, stated: object) -> StatedScenario:
    indices = [index.name for index in INDICES]
    moves = {}
    for target, move in _pairs("scenario", stated, _SCENARIO):
        symbol = target.lower() if target.lower() in indices else target.upper()
        moves[symbol] = _move(move)
    if not name.strip() or not moves:
        raise _wrong("scenario", f"{name}:{stated}", _SCENARIO)
    return StatedScenario(name=shorten(name.strip()), moves=tuple(moves.items()))


def _move(choice: object) -> float:
    expected = "a move such as -12% or -0.12, not below -100%"
    text = str(choice).strip()
    value = _number("scenario", text.removesuffix("%"), float, expected) / (100.0 if text.endswith("%") else 1.0)
    # A bare -12 is meant as per cent, but -2 could be either; no move beyond twice is written without its sign.
    if value < -1.0 or (value > 2.0 and not text.endswith("%")):
        raise _wrong("scenario", choice, expected)
    return value


def _parse_objective(choice: object) -> Objective:
    for name in OBJECTIVES:
        if str(choice).strip().lower() == name:
            return name
    raise _wrong("objective", choice, f"an objective; known are {', '.join(OBJECTIVES)}")


OrderType = Literal["market", "limit"]
ORDER_TYPES: tuple[OrderType, ...] = get_args(OrderType)
_ORDER_TYPES: dict[str, OrderType] = {"market": "market", "mkt": "market", "limit": "limit", "lmt": "limit"}


def _parse_order_type(choice: object) -> OrderType:
    named = _ORDER_TYPES.get(str(choice).strip().lower())
    if named is None:
        raise _wrong("order-type", choice, "an order type; known are market and limit, or MKT and LMT")
    return named


def _parse_fee_schedule(choice: object) -> str:
    return find_fee_schedule(str(choice).strip().lower()).name


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
"""The library reads week dates and dates without dashes, too."""


def _parse_day(choice: object) -> date:
    if type(choice) is date:
        return choice
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text := str(choice).strip()) else "")
    except ValueError:
        raise _wrong("as-of", choice, "a day; write it as YYYY-MM-DD, such as 2026-08-21") from None


PARSERS: dict[str, Callable[[object], Any]] = {
    "hedge": lambda choice: _share("hedge", choice, may_exceed_whole=True),
    "target-beta": lambda choice: _number("target-beta", choice, float, "a beta such as 0.4"),
    "index": _parse_index,
    "legs": _parse_legs,
    "allow-long-legs": _parse_flag("allow-long-legs"),
    "sizes": _parse_sizes,
    "include-delisted": _parse_flag("include-delisted"),
    "contracts": _parse_contracts,
    "margin-budget": _parse_amount("margin-budget"),
    "max-contracts": lambda choice: _number("max-contracts", choice, int, "a whole number of contracts"),
    "tolerance": lambda choice: _share("tolerance", choice),
    "current": _parse_current,
    "objective": _parse_objective,
    "estimator": lambda choice: str(choice).strip().lower(),
    "beta": _parse_beta,
    "proxy": _parse_proxy,
    "margins": lambda choice: read_margins(Path(str(choice))),
    "fees": lambda choice: read_fees(Path(str(choice))),
    "fee-schedule": _parse_fee_schedule,
    "futures-price": _parse_futures_price,
    "portfolio-value": _parse_amount("portfolio-value"),
    "buffer": _parse_amount("buffer"),
    "scenario": _parse_scenario,
    "order-type": _parse_order_type,
    "unrealised-gain": _parse_amount("unrealised-gain"),
    "long-term-tax": lambda choice: _share("long-term-tax", choice),
    "short-term-tax": lambda choice: _share("short-term-tax", choice),
    "as-of": _parse_day,
    "prices": str,
}
"""How each choice is written, by option name."""

RUN_CHOICES = ("as-of", "prices")
"""Choices that a settings file may make for one run of a command; :class:`Settings` does not hold them."""


YEARS = 10
"""Years that a backtest looks back unless told otherwise."""

SIZE_PARSERS: dict[str, Callable[[object], float]] = {
    "equity": _parse_amount("equity"),
    "risk": lambda choice: _share("risk", choice),
    "stop": lambda choice: _number("stop", choice, float, "a number of index points such as 5"),
}
"""How the numbers of a position sized by its stop are written."""
