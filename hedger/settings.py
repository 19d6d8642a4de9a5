"""Every choice of the user, with its default, and the words in which choices are written.

The same words serve the command line and the settings file: ``hedge = "50%"`` in TOML is ``--hedge 50%``.
"""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from hedger.contracts import INDICES, SIZES, BrokerFees, BrokerMargin, Size, read_fees, read_margins
from hedger.errors import SettingsError, shorten
from hedger.exposure import ESTIMATORS, BetaOverride
from hedger.hedge import HedgePolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["PARSERS", "RUN_CHOICES", "Settings", "combine_choices", "parse_choices", "read_choices", "read_settings"]

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every choice, with its default.

    Parameters
    ----------
    hedge
        Share of index exposure to remove, 1 = neutral.
    target_beta
        Instead of `hedge`: the beta to the reference index to be left with.
    index
        Names of the indices that may be used; empty for the one that removes most variance.
    legs
        Most indices that the hedge may use.
    allow_long_legs
        Whether a leg may be bought against a long book.
    sizes
        Contract sizes that may be used.
    include_delisted
        What-if: also use contracts that were delisted before the day; such a plan cannot be exported as orders.
    contracts
        Instead of `sizes`: exactly these roots; empty to go by size.
    margin_budget, max_contracts
        Most initial margin in USD and most contracts in all; ``None`` for no limit.
    tolerance
        Tracking risk that may be given up for a cheaper plan, as a fraction of the risk being hedged.
    current
        Root and signed number of contracts already held, beside those in the holdings file.
    estimator
        Name in ``hedger.exposure.ESTIMATORS``.
    beta
        Betas stated by the user.
    proxy
        Symbol and the symbol whose returns stand for it.
    margins, fees
        The broker's own figures, which win over the shipped, dated tables.
    futures_price
        Root and futures price in points, instead of fair value.
    portfolio_value
        What the weights of a file with weights only refer to, USD.
    """

    hedge: float = 1.0
    target_beta: float | None = None
    index: tuple[str, ...] = ()
    legs: int = 1
    allow_long_legs: bool = False
    sizes: tuple[Size, ...] = ("standard", "e-mini", "micro")
    include_delisted: bool = False
    contracts: tuple[str, ...] = ()
    margin_budget: float | None = None
    max_contracts: int | None = None
    tolerance: float = 0.0
    current: tuple[tuple[str, int], ...] = ()
    estimator: str = "two-speed"
    beta: tuple[BetaOverride, ...] = ()
    proxy: tuple[tuple[str, str], ...] = ()
    margins: tuple[BrokerMargin, ...] = ()
    fees: tuple[BrokerFees, ...] = ()
    futures_price: tuple[tuple[str, float], ...] = ()
    portfolio_value: float | None = None

    def __post_init__(self) -> None:
        if self.estimator not in ESTIMATORS:
            raise SettingsError(f'There is no estimator "{shorten(self.estimator)}". Known are: {_names(ESTIMATORS)}.')
        if self.portfolio_value is not None and not self.portfolio_value > 0:
            raise SettingsError(f"The portfolio's value must be positive, not {self.portfolio_value:,.2f}.")
        for root, price in self.futures_price:
            if not price > 0:
                raise SettingsError(f"The futures price of {root} must be positive, not {price:g}.")
        self.policy()  # refuses what no hedge can follow

    def policy(self, held: Mapping[str, int] | None = None) -> HedgePolicy:
        """Return what these choices ask of the hedge.

        Parameters
        ----------
        held
            Contracts by root that the holdings file shows, added to `current`.
        """
        current = dict(held or {})
        for root, quantity in self.current:
            current[root] = current.get(root, 0) + quantity
        return HedgePolicy(
            hedge_fraction=self.hedge,
            target_beta=self.target_beta,
            indices=self.index,
            legs=self.legs,
            allow_long_legs=self.allow_long_legs,
            margin_budget=self.margin_budget,
            max_contracts=self.max_contracts,
            tolerance=self.tolerance,
            current=tuple(current.items()),
        )


def read_settings(path: Path) -> Settings:
    """Read a settings file.

    Raises
    ------
    SettingsError
        When the file cannot be read, is not TOML, or holds a choice that does not exist or cannot be followed.
    """
    choices = read_choices(path)
    for name in RUN_CHOICES:
        if name.replace("-", "_") in choices:
            raise SettingsError(f'"{name}" in "{path.name}" is a choice of the command line; pass it to advise() here.')
    return combine_choices(choices)


def read_choices(path: Path) -> dict[str, Any]:
    """Return the choices that a settings file states, by field of :class:`Settings`, and those of one run.

    Raises
    ------
    SettingsError
        As :func:`read_settings`.
    """
    try:
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f'The settings file "{path.name}" cannot be read: {error.strerror}.') from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f'The settings file "{path.name}" is not TOML: {error}.') from error
    choices = {name.replace("_", "-"): choice for name, choice in stated.items()}
    for name in ("margins", "fees", "prices"):  # relative to the settings file, as a reader would expect
        if isinstance(choices.get(name), str) and choices[name] not in ("snapshot", "yahoo"):
            choices[name] = str(path.parent / choices[name])
    return parse_choices(choices)


def parse_choices(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return choices by field of :class:`Settings`, from text or TOML values by option name (``"target-beta"``).

    Raises
    ------
    SettingsError
        Naming the option, what was written, what was expected.
    """
    unknown = sorted(set(choices) - set(PARSERS))
    if unknown:
        raise SettingsError(f'There is no setting "{shorten(unknown[0])}". Known are: {_names(PARSERS)}.')
    return {name.replace("-", "_"): PARSERS[name](choice) for name, choice in choices.items()}


_EXCLUSIVE = (("hedge", "target_beta"), ("sizes", "contracts"))


def combine_choices(*layers: Mapping[str, Any]) -> Settings:
    """Return settings from layers of choices by field, of which a later one wins.

    Raises
    ------
    SettingsError
        When one layer makes a choice twice (a hedge and a target beta), or a choice cannot be followed.
    """
    combined: dict[str, Any] = {}
    for layer in layers:
        for one, other in _EXCLUSIVE:
            if one in layer and other in layer:
                names = f"{one} and {other}".replace("_", " ")
                raise SettingsError(f"Both {names} are given; they are two ways to say one thing. Give one of them.")
            if one in layer or other in layer:
                combined.pop(one, None)
                combined.pop(other, None)
        combined.update(layer)
    return Settings(**combined)


def _names(known: Mapping[str, object]) -> str:
    return ", ".join(known)


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


def _share(option: str, choice: object) -> float:
    """Parse ``50%`` or ``0.5``; a bare number above 2 could be meant either way and is refused."""
    text = str(choice).strip()
    if text.endswith("%"):
        return _number(option, text[:-1], float, "a share such as 50% or 0.5") / 100.0
    value = _number(option, choice, float, "a share such as 50% or 0.5")
    if value > 2:
        raise SettingsError(
            f"--{option} {text} can be read in two ways: {value:g} %, or {value:g} times the whole ({value:.0%}). "
            f"Write --{option} {value:g}% for the first; more than twice the whole is not offered."
        )
    return value


def _listed(choice: object) -> list[str]:
    parts = choice if isinstance(choice, list | tuple) else str(choice).split(",")
    return [str(part).strip() for part in parts if str(part).strip()]


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
    if names in ([], ["auto"]):
        return ()
    known = [index.name for index in INDICES]
    for name in names:
        if name not in known:
            raise _wrong("index", name, f"an index; known are auto, {', '.join(known)}")
    return tuple(dict.fromkeys(names))


def _parse_legs(choice: object) -> int:
    if str(choice).strip().lower() == "auto":
        raise SettingsError('--legs: "auto" is not in this version; give the number of indices, such as --legs 1.')
    return _number("legs", choice, int, "a whole number of indices")


def _parse_sizes(choice: object) -> tuple[Size, ...]:
    names = [name.lower() for name in _listed(choice)]
    for name in names:
        if name not in SIZES:
            raise _wrong("sizes", name, f"a contract size; known are {', '.join(SIZES)}")
    if not names:
        raise _wrong("sizes", choice, f"a contract size; known are {', '.join(SIZES)}")
    return tuple(size for size in SIZES if size in names)


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


_SYMBOL = re.compile(r"\^?[A-Z0-9][A-Z0-9.=-]{0,19}")
_OVERRIDE = re.compile(r"(?P<symbol>[^@\s]+)(?:@(?P<index>[a-z0-9]+))?")


def _parse_beta(choice: object) -> tuple[BetaOverride, ...]:
    expected = "a beta such as AAPL=1.2 or AAPL@nasdaq100=1.1"
    overrides = []
    for name, value in _pairs("beta", choice, expected):
        match = _OVERRIDE.fullmatch(name)
        beta = _number("beta", value, float, expected)
        if match is None or abs(beta) > 10:
            raise _wrong("beta", f"{name}={value}", expected + ", between -10 and 10")
        overrides.append(BetaOverride(symbol=match["symbol"].upper(), index=match["index"], beta=beta))
    return tuple(overrides)


def _parse_proxy(choice: object) -> tuple[tuple[str, str], ...]:
    expected = "a holding and its proxy, such as OLD=SPY"
    pairs = [(symbol.upper(), proxy.strip().upper()) for symbol, proxy in _pairs("proxy", choice, expected)]
    for symbol, proxy in pairs:
        if not _SYMBOL.fullmatch(proxy):
            raise _wrong("proxy", f"{symbol}={proxy}", expected)
    return tuple(dict(pairs).items())


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
    "hedge": lambda choice: _share("hedge", choice),
    "target-beta": lambda choice: _number("target-beta", choice, float, "a beta such as 0.4"),
    "index": _parse_index,
    "legs": _parse_legs,
    "allow-long-legs": _parse_flag("allow-long-legs"),
    "sizes": _parse_sizes,
    "include-delisted": _parse_flag("include-delisted"),
    "contracts": lambda choice: tuple(dict.fromkeys(root.upper() for root in _listed(choice))),
    "margin-budget": _parse_amount("margin-budget"),
    "max-contracts": lambda choice: _number("max-contracts", choice, int, "a whole number of contracts"),
    "tolerance": lambda choice: _share("tolerance", choice),
    "current": _parse_current,
    "estimator": lambda choice: str(choice).strip().lower(),
    "beta": _parse_beta,
    "proxy": _parse_proxy,
    "margins": lambda choice: read_margins(Path(str(choice))),
    "fees": lambda choice: read_fees(Path(str(choice))),
    "futures-price": _parse_futures_price,
    "portfolio-value": _parse_amount("portfolio-value"),
    "as-of": _parse_day,
    "prices": str,
}
"""How each choice is written, by option name."""

RUN_CHOICES = ("as-of", "prices")
"""Choices that a settings file may make for one run of a command; :class:`Settings` does not hold them."""
