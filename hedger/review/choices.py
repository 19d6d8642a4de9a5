"""The choices of an earlier plan, read back from its JSON, so that today's advice is made with the same ones.

Futures held and futures prices are not among them: they were facts of that day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hedger.choices import is_symbol
from hedger.contracts import INDICES, BrokerFees, BrokerMargin, Fees, load_symbols
from hedger.errors import SettingsError
from hedger.exposure import BetaOverride
from hedger.risk import StatedScenario
from hedger.settings import PARSERS, Settings, combine_choices
from hedger.wording import LONGEST_QUOTE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hedger.portfolio import Portfolio
    from hedger.review.earlier import EarlierPlan
    from hedger.review.fields import Part

OF_THAT_DAY = ("current", "futures_price")
"""Fields of the settings that are facts of one day."""
LONGEST_SOURCE = 200
"""Characters of the words that say where a margin or a fee comes from."""


def read_choices_of(policy: Part) -> dict[str, Any]:
    """Return the choices of a plan by field of :class:`~hedger.settings.Settings`, without those of its day.

    Fields that an older version did not write are left to their defaults; null means the same.

    Raises
    ------
    SettingsError
        Naming the file, the field, what stands there and what was expected.
    """
    choices: dict[str, Any] = {}
    for name in Settings.__dataclass_fields__:
        value = policy.fields.get(name)
        # Null, and an empty list of contracts or sizes, stand for a choice that was not made.
        if name in OF_THAT_DAY or value is None or (value == [] and name not in _READERS):
            continue
        choices[name] = _READERS[name](policy) if name in _READERS else _parsed(policy, name, value)
    try:
        combine_choices(choices)
    except SettingsError as error:
        raise SettingsError(f'{policy.file}, field "{policy.place}": {error}') from None
    return choices


def follow_choices(earlier: EarlierPlan, portfolio: Portfolio, *stated: Mapping[str, Any]) -> Settings:
    """Return the settings of today: the choices of the plan, and over them what is stated now.

    Betas, proxies and scenarios of holdings that were sold since are left out.

    Parameters
    ----------
    earlier
        The plan.
    portfolio
        Today's.
    stated
        Layers of choices by field, of which a later one wins.

    Raises
    ------
    SettingsError
        When a choice cannot be followed.
    """
    held = {position.symbol for position in portfolio.positions}
    movable = held | {index.name for index in INDICES}
    kept = dict(earlier.choices)
    kept["beta"] = tuple(each for each in kept.get("beta", ()) if each.symbol in held)
    kept["proxy"] = tuple(each for each in kept.get("proxy", ()) if each[0] in held)
    kept["scenario"] = tuple(
        each for each in kept.get("scenario", ()) if all(symbol in movable for symbol, _ in each.moves)
    )
    return combine_choices(kept, *stated)


def list_changes(earlier: EarlierPlan, now: Settings) -> tuple[str, ...]:
    """Return the option names of choices that are not those of the plan, in the order of the settings."""
    was = combine_choices(dict(earlier.choices))
    return tuple(
        name.replace("_", "-")
        for name in Settings.__dataclass_fields__
        if name not in OF_THAT_DAY and getattr(was, name) != getattr(now, name)
    )


def _parsed(policy: Part, name: str, value: Any) -> Any:
    """Parse a choice in the words of settings files, with its place in this file in front of the sentence."""
    try:
        return PARSERS[name.replace("_", "-")](value)
    except SettingsError as error:
        raise SettingsError(f'{policy.file}, field "{policy.place}.{name}": {error}') from None


def _betas(policy: Part) -> tuple[BetaOverride, ...]:
    names = [index.name for index in INDICES]
    overrides = []
    for each in policy.parts("beta"):
        index = None if each.fields.get("index") is None else each.text("index")
        if index is not None and index not in names:
            each.refuse("index", f"one of {', '.join(names)}")
        overrides.append(BetaOverride(symbol=each.text("symbol"), index=index, beta=each.number("beta")))
    return tuple(overrides)


def _proxies(policy: Part) -> tuple[tuple[str, str], ...]:
    stated = policy.part("proxy")
    for symbol in stated.fields:
        if not is_symbol(stated.text(symbol)):
            stated.refuse(symbol, "a symbol such as SPY")
    return tuple((symbol, stated.text(symbol)) for symbol in stated.fields)


def _scenarios(policy: Part) -> tuple[StatedScenario, ...]:
    scenarios = []
    for each in policy.parts("scenario"):
        moves = each.part("moves")
        for symbol in moves.fields:
            if moves.number(symbol) < -1.0:
                moves.refuse(symbol, "a move of at least -1")
        found = tuple((symbol, moves.number(symbol)) for symbol in moves.fields)
        scenarios.append(StatedScenario(name=each.text("name", LONGEST_QUOTE), moves=found))
    return tuple(scenarios)


def _margins(policy: Part) -> tuple[BrokerMargin, ...]:
    return tuple(
        BrokerMargin(
            symbol=_root(each),
            initial=each.positive("initial"),
            maintenance=each.positive("maintenance"),
            as_of=None if each.fields.get("as_of") is None else each.day("as_of"),
            source=each.text("source", LONGEST_SOURCE),
        )
        for each in policy.parts("margins")
    )


def _fees(policy: Part) -> tuple[BrokerFees, ...]:
    fees = []
    for each in policy.parts("fees"):
        rates = each.part("fees")
        own = Fees(
            commission=_rate(rates, "commission"),
            exchange_fee=_rate(rates, "exchange_fee"),
            regulatory_fee=_rate(rates, "regulatory_fee"),
            as_of=rates.text("as_of"),
            source=rates.text("source", LONGEST_SOURCE),
        )
        fees.append(BrokerFees(symbol=_root(each), fees=own))
    return tuple(fees)


def _rate(rates: Part, name: str) -> float:
    rate = rates.number(name)
    if rate < 0:
        rates.refuse(name, "a number of at least 0")
    return rate


def _root(part: Part) -> str:
    root = part.text("symbol")
    if root not in load_symbols():
        part.refuse("symbol", f"an index future known here ({', '.join(load_symbols())})")
    return root


_READERS: Mapping[str, Callable[[Part], Any]] = {
    # A plan writes shares as fractions: here 1 is the whole and nothing else.
    "tolerance": lambda policy: policy.number("tolerance"),
    "long_term_tax": lambda policy: policy.number("long_term_tax"),
    "short_term_tax": lambda policy: policy.number("short_term_tax"),
    "beta": _betas,
    "proxy": _proxies,
    "scenario": _scenarios,
    "margins": _margins,
    "fees": _fees,
}
