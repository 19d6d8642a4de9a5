"""Every choice of the user, with its default, from the command line, a settings file, or both.

How each is written, :mod:`hedger.choices` tells.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from hedger.checks import check_choices
from hedger.choices import PARSERS, RUN_CHOICES
from hedger.contracts import DEFAULT_FEE_SCHEDULE, BrokerFees, BrokerMargin, Size, find_fee_schedule
from hedger.errors import SettingsError
from hedger.exposure import ESTIMATORS, BetaOverride
from hedger.hedge import HedgePolicy
from hedger.market import SNAPSHOT, YAHOO
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hedger.choices import OrderType
    from hedger.hedge import Objective
    from hedger.risk import StatedScenario

__all__ = ["PARSERS", "RUN_CHOICES", "Settings", "combine_choices", "parse_choices", "read_choices", "read_settings"]


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
        Most indices that the hedge may use; ``None`` to take a further one only where it pays.
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
        Risk that may be given up for a cheaper plan, as a fraction of the risk being hedged.
    current
        Root and signed number of contracts already held, beside those in the holdings file.
    objective
        What the hedge makes as small as possible: ``"variance"``, that is tracking risk, or ``"expected-shortfall"``.
    estimator
        Name in ``hedger.exposure.ESTIMATORS``.
    beta
        Betas stated by the user.
    proxy
        Symbol and the symbol whose returns stand for it.
    margins, fees
        The broker's own figures, which win over the shipped, dated tables.
    fee_schedule
        Name of the shipped schedule of fees, for contracts that `fees` does not name.
    futures_price
        Root and futures price in points, instead of fair value.
    portfolio_value
        What the weights of a file with weights only refer to, USD.
    buffer
        Cash beyond initial margin in the futures account, USD; ``None`` for what the holdings file shows.
    scenario
        Scenarios to add.
    order_type
        Of the orders written for a broker: ``"market"``, or ``"limit"`` at the plan's futures prices.
    unrealised_gain
        Of the whole portfolio, USD, for what selling instead would be taxed; ``None`` to leave that out.
    long_term_tax, short_term_tax
        Tax rates of gains, as fractions; ``None`` to leave taxes out.
    """

    hedge: float = 1.0
    target_beta: float | None = None
    index: tuple[str, ...] = ()
    legs: int | None = None
    allow_long_legs: bool = False
    sizes: tuple[Size, ...] = ("standard", "e-mini", "micro")
    include_delisted: bool = False
    contracts: tuple[str, ...] = ()
    margin_budget: float | None = None
    max_contracts: int | None = None
    tolerance: float = 0.0
    current: tuple[tuple[str, int], ...] = ()
    objective: Objective = "variance"
    estimator: str = "two-speed"
    beta: tuple[BetaOverride, ...] = ()
    proxy: tuple[tuple[str, str], ...] = ()
    margins: tuple[BrokerMargin, ...] = ()
    fees: tuple[BrokerFees, ...] = ()
    fee_schedule: str = DEFAULT_FEE_SCHEDULE
    futures_price: tuple[tuple[str, float], ...] = ()
    portfolio_value: float | None = None
    buffer: float | None = None
    scenario: tuple[StatedScenario, ...] = ()
    order_type: OrderType = "market"
    unrealised_gain: float | None = None
    long_term_tax: float | None = None
    short_term_tax: float | None = None

    def __post_init__(self) -> None:
        stated = {field.name: getattr(self, field.name) for field in fields(self)}
        check_choices(stated)
        _refuse_both({field.name: stated[field.name] for field in fields(self) if stated[field.name] != field.default})
        if self.estimator not in ESTIMATORS:
            raise SettingsError(f'There is no estimator "{shorten(self.estimator)}". Known are: {_names(ESTIMATORS)}.')
        if self.portfolio_value is not None and self.portfolio_value <= 0:
            raise SettingsError(f"The portfolio's value must be positive, not {self.portfolio_value:,.2f}.")
        for root, price in self.futures_price:
            if price <= 0:
                raise SettingsError(f"The futures price of {root} must be positive, not {price:g}.")
        find_fee_schedule(self.fee_schedule)
        if self.buffer is not None and self.buffer < 0:
            raise SettingsError(f"The buffer must not be negative, but is ${self.buffer:,.2f}.")
        for name, rate in (("long-term", self.long_term_tax), ("short-term", self.short_term_tax)):
            if rate is not None and not 0 <= rate <= 1:
                raise SettingsError(f"The {name} tax rate must lie between 0 % and 100 %, not {rate:.0%}.")
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
            objective=self.objective,
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
    text = _read_text(path)
    try:
        stated = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f'The settings file "{path.name}" is not TOML: {error}. Correct it there.') from None
    choices: dict[str, Any] = {}
    for written, choice in stated.items():
        name = written.replace("_", "-")
        # Relative to the settings file, as a reader would expect.
        is_file = name in ("margins", "fees", "prices") and choice not in (SNAPSHOT, YAHOO)
        try:
            parsed = parse_choices({name: str(path.parent / str(choice)) if is_file else choice})
        except SettingsError as error:
            raise SettingsError(f"{_place(path, text, written)}: {error}") from None
        if parsed.keys() & choices.keys():
            raise SettingsError(f"{_place(path, text, written)}: {written} stands twice. Keep one of the two.")
        choices |= parsed
    try:
        combine_choices({name: choice for name, choice in choices.items() if name.replace("_", "-") not in RUN_CHOICES})
    except SettingsError as error:
        raise SettingsError(f"{path.name}: {error}") from None
    return choices


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(
            f'The settings file "{path.name}" cannot be read: {error.strerror}. Check the path and its permissions.'
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f'The settings file "{path.name}" is not text in UTF-8. Save it as UTF-8.') from None


def _place(path: Path, text: str, name: str) -> str:
    """Say where in a settings file a setting or its table begins; one that is spelt with escapes has no line."""
    begins = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}\b""")
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if begins.match(line)]
    return f"{path.name}, line {lines[-1]}" if lines else path.name


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


def combine_choices(*layers: Mapping[str, Any]) -> Settings:
    """Return settings from layers of choices by field, of which a later one wins.

    Raises
    ------
    SettingsError
        When one layer makes a choice twice (a hedge and a target beta), or a choice cannot be followed.
    """
    combined: dict[str, Any] = {}
    for layer in layers:
        _refuse_both(layer)
        for one, other in _EXCLUSIVE:
            if one in layer or other in layer:
                combined.pop(one, None)
                combined.pop(other, None)
        combined.update(layer)
    return Settings(**combined)


_EXCLUSIVE = (("hedge", "target_beta"), ("sizes", "contracts"))


def _refuse_both(choices: Mapping[str, Any]) -> None:
    """Refuse choices that say one thing in two ways."""
    for one, other in _EXCLUSIVE:
        if one in choices and other in choices:
            names = f"{one} and {other}".replace("_", " ")
            raise SettingsError(f"Both {names} are given; they are two ways to say one thing. Give one of them.")


def _names(known: Mapping[str, object]) -> str:
    return ", ".join(known)
