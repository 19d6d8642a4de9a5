"""What each choice must be, whoever states it: the command line, a settings file, the page or a program."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from hedger.choices import ORDER_TYPES
from hedger.contracts import INDICES, MONTH_LETTERS, SIZES, BrokerFees, BrokerMargin, load_symbols
from hedger.errors import SettingsError
from hedger.exposure import BetaOverride
from hedger.hedge import OBJECTIVES
from hedger.risk import StatedScenario
from hedger.wording import join_words, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

__all__ = ["check_choices", "require_root"]


def check_choices(choices: Mapping[str, Any]) -> None:
    """Refuse choices that are of another kind than they should be, name what does not exist, or name a thing twice.

    Parameters
    ----------
    choices
        By field of :class:`hedger.settings.Settings`, all of them.

    Raises
    ------
    SettingsError
        Naming the choice, what it is, what was expected.
    """
    for name, kind in _KINDS.items():
        if not kind.accepts(choices[name]):
            raise SettingsError(f"The setting {name} must be {kind.expected}, not {shorten(repr(choices[name]))}.")
    if not choices["sizes"] and not choices["contracts"]:
        raise SettingsError("No contract size is chosen to hedge with. Choose at least one: --sizes.")
    for name in ("contracts", "current", "futures_price"):
        for stated in choices[name]:
            require_root(_option(name), stated if isinstance(stated, str) else stated[0])
    for name in ("index", "sizes", "contracts"):
        twice = [each for each, count in Counter(choices[name]).items() if count > 1]
        if twice:
            raise SettingsError(f"--{_option(name)} names {shorten(twice[0])} more than once. Name it once.")
    for name in ("current", "futures_price", "proxy"):
        _require_once(name, choices[name])
    _require_once("beta", [(_override_name(each), each.beta) for each in choices["beta"]])


def require_root(option: str, root: str) -> None:
    """Refuse what is no root of a contract; a code with a month is told its root.

    Raises
    ------
    SettingsError
        When the catalogue has no such root.
    """
    if root in load_symbols():
        return
    month = re.compile(rf"[{MONTH_LETTERS}]\d{{1,4}}")
    of_month = [known for known in load_symbols() if root.startswith(known) and month.fullmatch(root[len(known) :])]
    remedy = f"Write the root: {of_month[0]}." if of_month else f"Choose among {', '.join(load_symbols())}."
    raise SettingsError(f'--{option}: There is no contract "{shorten(root)}". {remedy}')


def _require_once(name: str, stated: Iterable[tuple[str, object]]) -> None:
    """Refuse two values for one thing: neither may win in silence."""
    values: dict[str, list[str]] = {}
    for named, value in stated:
        values.setdefault(named.casefold(), []).append(f"{shorten(named)}={shorten(value)}")
    for each in values.values():
        if len(each) > 1:
            raise SettingsError(
                f"--{_option(name)} is given more than once for the same: {join_words(each)}. Keep one."
            )


def _override_name(override: BetaOverride) -> str:
    return override.symbol if override.index is None else f"{override.symbol}@{override.index}"


def _option(name: str) -> str:
    return name.replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What a choice must be: in words that follow "must be", and as a test."""

    expected: str
    accepts: Callable[[Any], bool]


def _is_number(choice: Any) -> bool:
    return not isinstance(choice, bool) and isinstance(choice, Real) and math.isfinite(choice)


def _is_whole(choice: Any) -> bool:
    return not isinstance(choice, bool) and isinstance(choice, Integral)


def _is_text(choice: Any) -> bool:
    return isinstance(choice, str)


def _is_pair(of_second: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda each: isinstance(each, tuple) and len(each) == 2 and _is_text(each[0]) and of_second(each[1])


def _number(example: str) -> _Kind:
    return _Kind(expected=f"a number such as {example}", accepts=_is_number)


def _or_none(kind: _Kind) -> _Kind:
    return _Kind(expected=f"{kind.expected}, or None", accepts=lambda choice: choice is None or kind.accepts(choice))


def _whole(noun: str) -> _Kind:
    return _Kind(expected=f"a whole number of {noun}", accepts=_is_whole)


def _one_of(known: Collection[str]) -> _Kind:
    return _Kind(
        expected=f"one of {', '.join(known)}", accepts=lambda choice: isinstance(choice, str) and choice in known
    )


def _several(expected: str, is_one: Callable[[Any], bool]) -> _Kind:
    return _Kind(
        expected=f"a tuple of {expected}",
        accepts=lambda choice: isinstance(choice, tuple) and all(is_one(each) for each in choice),
    )


_FLAG = _Kind(expected="True or False", accepts=lambda choice: isinstance(choice, bool))
_AMOUNT = _or_none(_number("25000.0"))
_RATE = _or_none(_number("0.2"))
_INDEX_NAMES = tuple(index.name for index in INDICES)

_KINDS: Mapping[str, _Kind] = {
    "hedge": _number("0.5"),
    "target_beta": _or_none(_number("0.4")),
    "index": _several(f'index names such as ("sp500",), of {", ".join(_INDEX_NAMES)}', _INDEX_NAMES.__contains__),
    "legs": _or_none(_whole("indices")),
    "allow_long_legs": _FLAG,
    "sizes": _several(f'contract sizes such as ("micro",), of {", ".join(SIZES)}', SIZES.__contains__),
    "include_delisted": _FLAG,
    "contracts": _several('roots of contracts such as ("ES", "MES")', _is_text),
    "margin_budget": _AMOUNT,
    "max_contracts": _or_none(_whole("contracts")),
    "tolerance": _number("0.01"),
    "current": _several('roots and whole numbers such as (("ES", -2),)', _is_pair(_is_whole)),
    "objective": _one_of(OBJECTIVES),
    "estimator": _Kind(expected='the name of an estimator such as "ols"', accepts=_is_text),
    "beta": _several("BetaOverride", lambda each: isinstance(each, BetaOverride)),
    "proxy": _several('holdings and their proxies such as (("OLD", "SPY"),)', _is_pair(_is_text)),
    "margins": _several("BrokerMargin", lambda each: isinstance(each, BrokerMargin)),
    "fees": _several("BrokerFees", lambda each: isinstance(each, BrokerFees)),
    "fee_schedule": _Kind(expected='the name of a schedule such as "ibkr"', accepts=_is_text),
    "futures_price": _several('roots and prices such as (("ES", 7690.25),)', _is_pair(_is_number)),
    "portfolio_value": _AMOUNT,
    "buffer": _AMOUNT,
    "scenario": _several("StatedScenario", lambda each: isinstance(each, StatedScenario)),
    "order_type": _one_of(ORDER_TYPES),
    "unrealised_gain": _AMOUNT,
    "long_term_tax": _RATE,
    "short_term_tax": _RATE,
}
