"""The options that commands share: the words of :data:`hedger.settings.PARSERS`, read from the command line.

What cannot be read on the command line is wrong usage. What a named file holds (settings, margins, fees) is read only
when the command runs, because there the file is at fault and not the command line.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from hedger.advice import measure_account, today_in_new_york
from hedger.choices import SIZE_PARSERS, YEARS
from hedger.cli.exits import claim_stdout
from hedger.errors import SettingsError
from hedger.market import SNAPSHOT, YAHOO, open_source
from hedger.portfolio import Portfolio, read_portfolio
from hedger.settings import PARSERS, RUN_CHOICES, combine_choices, parse_choices, read_choices
from hedger.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from hedger.advice import Measurement
    from hedger.market import PriceSource
    from hedger.settings import Settings

    Choices = dict[str, Any]
    Command = Callable[..., Any]
    Decorator = Callable[[Command], Command]


def _worded(name: str) -> Callable[[str], Any]:
    """Return the parser of a choice in the words of settings files; what it cannot read is wrong usage."""

    def parse(text: str | tuple[str, ...]) -> Any:
        with as_wrong_usage():
            return PARSERS[name](text)

    return parse


@contextmanager
def as_wrong_usage() -> Iterator[None]:
    """Turn what is refused inside into wrong usage: nothing but the command line can be at fault there."""
    try:
        yield
    except SettingsError as error:
        raise click.UsageError(str(error)) from None


def _choice(name: str, example: str, meaning: str, *, is_repeatable: bool = False) -> Decorator:
    if not is_repeatable:
        return click.option(f"--{name}", type=_worded(name), metavar=example, help=meaning)
    parse = _worded(name)
    return click.option(
        f"--{name}",
        type=str,
        metavar=example,
        help=f"{meaning} Repeatable.",
        multiple=True,
        callback=lambda ctx, param, given: parse(given),  # noqa: ARG005 (click's signature)
    )


def _flag(name: str, meaning: str) -> Decorator:
    return click.option(f"--{name}", is_flag=True, help=meaning)


def _file(name: str, meaning: str) -> Decorator:
    return click.option(f"--{name}", type=str, metavar="FILE", help=meaning)


_CHOICES = (
    _choice("hedge", "50%", "Share of index exposure to remove, 50% or 0.5.  [default: 100%]"),
    _choice("target-beta", "0.4", "Instead of --hedge: the beta to be left with."),
    _choice(
        "index",
        "auto",
        "auto, or sp500, nasdaq100, dow30, russell2000, midcap400; several, comma-separated, restrict the choice.",
    ),
    _choice("legs", "auto", "How many indices the hedge may use; auto: a further one where it pays.  [default: auto]"),
    _flag("allow-long-legs", "A leg may be bought, not only sold."),
    _choice("sizes", "e-mini,micro", "Any of standard, e-mini, micro, spot-quoted.  [default: standard,e-mini,micro]"),
    _flag("include-delisted", "What-if: also contracts delisted before --as-of; such a plan cannot be traded."),
    _choice("contracts", "ES,MES", "Instead of --sizes: exactly these."),
    _choice("margin-budget", "25000", "Most initial margin to post, USD."),
    _choice("max-contracts", "20", "Most contracts in all."),
    _choice("tolerance", "1%", "Risk that may be given up for a cheaper plan.  [default: 0%]"),
    _choice("objective", "variance", "variance, or expected-shortfall over past sessions.  [default: variance]"),
    _choice("current", "ES=-2,MES=3", "Futures held beside those in the file, negative = short.", is_repeatable=True),
    _choice("estimator", "two-speed", "Name of a beta estimator.  [default: two-speed]"),
    _choice("beta", "AAPL=1.2", "Beta that you state; AAPL@nasdaq100=1.1 for one index.", is_repeatable=True),
    _choice("proxy", "OLD=SPY", "Symbol whose returns stand for a holding without prices.", is_repeatable=True),
    _file("margins", "Your broker's margins: a CSV with symbol,initial,maintenance[,as_of]."),
    _file("fees", "Your broker's fees per side: a CSV with symbol,commission,exchange_fee,regulatory_fee."),
    _choice("fee-schedule", "ibkr", "Broker whose shipped fees are used; an unknown name lists them.  [default: ibkr]"),
    _choice("futures-price", "ES=7690.25", "Futures price to use instead of fair value.", is_repeatable=True),
    _choice("portfolio-value", "250000", "What the weights of a file with weights only refer to, USD."),
    _choice("buffer", "50000", "Cash beyond initial margin, USD.  [default: what the file's cash leaves]"),
    _choice(
        "scenario",
        '"NAME:sp500=-12%,AAPL=-30%"',
        "A scenario of your own, moves of indices and holdings.",
        is_repeatable=True,
    ),
    _choice("order-type", "limit", "Of ibkr_basket.csv: market, or limit at the plan's prices.  [default: market]"),
    _choice("unrealised-gain", "200000", "Of the whole portfolio, USD: what selling instead would realise."),
    _choice("long-term-tax", "20%", "Your tax rate of long-term gains."),
    _choice("short-term-tax", "37%", "Your tax rate of short-term gains."),
    _file("settings", "A TOML file with any of these choices; the command line wins over it."),
)

_FILES = ("margins", "fees")
"""Choices whose value is the name of a file."""


def takes_choices(command: Command) -> Command:
    """Give a command every choice as an option; it is called with `choices`, of the settings file and stated.

    The choices stand by field of :class:`~hedger.settings.Settings`; those of the command line, the second ones, win.
    """

    @click.pass_context
    @wraps(command)
    def with_choices(ctx: click.Context, /, **given: Any) -> Any:
        fields = [name.replace("-", "_") for name in PARSERS if name not in RUN_CHOICES]
        choices = {name: given.pop(name) for name in fields}
        stated = {name: choice for name, choice in choices.items() if _is_stated(ctx, name)}
        file = given.pop("settings")
        from_file = read_choices(Path(file)) if file is not None else {}
        for name in (choice.replace("-", "_") for choice in RUN_CHOICES):
            of_file = from_file.pop(name, None)
            if of_file is not None and not _is_stated(ctx, name):
                given[name] = of_file
        return command(choices=(from_file, _with_files(stated)), **given)

    decorated: Command = with_choices
    for option in reversed(_CHOICES):
        decorated = option(decorated)
    return decorated


def _is_stated(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _with_files(stated: Choices) -> Choices:
    """Read the files that the command line names, once nothing else on it is wrong."""
    files = {name: stated[name] for name in _FILES if name in stated}
    rest = {name: choice for name, choice in stated.items() if name not in files}
    with as_wrong_usage():
        combine_choices(rest)
    return rest | parse_choices(files)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFile:
    """A holdings file that the command line names, not yet read."""

    path: str
    leave_out_bad_rows: bool

    def read(self, as_of: date) -> Portfolio:
        """Read it as of a day."""
        return read_portfolio(self.path, as_of=as_of, leave_out_bad_rows=self.leave_out_bad_rows)


def takes_portfolio(command: Command) -> Command:
    """Give a command the argument PORTFOLIO, passed on as a :class:`NamedFile`."""

    @wraps(command)
    def with_portfolio(*, portfolio: str, leave_out_bad_rows: bool, **given: Any) -> Any:
        return command(portfolio=NamedFile(path=portfolio, leave_out_bad_rows=leave_out_bad_rows), **given)

    flag = _flag("leave-out-bad-rows", "Go on without rows that cannot be read; the plan names them.")
    decorated: Command = click.argument("portfolio", metavar="PORTFOLIO")(flag(with_portfolio))
    return decorated


def takes_day(default: str = "newest prices") -> Decorator:
    """Give a command the option ``--as-of``, a day or ``None``, of which the help says what it stands for."""
    return click.option("--as-of", type=_worded("as-of"), metavar="DAY", help=f"Day it is for.  [default: {default}]")


def takes_prices(command: Command) -> Command:
    """Give a command the option ``--prices``, passed on as the opened `source`."""

    @wraps(command)
    def with_source(*, prices: str, allow_snapshot: bool, **given: Any) -> Any:
        if allow_snapshot and prices != YAHOO:
            raise click.UsageError(
                f"--allow-snapshot goes with --prices yahoo, not with {shorten(prices)}. "
                "Leave it out, or ask for live prices."
            )
        return command(source=open_source(prices, allow_snapshot=allow_snapshot), **given)

    name = click.option(
        "--prices",
        default=SNAPSHOT,
        metavar="SOURCE",
        help="snapshot (shipped), yahoo, or a CSV or Parquet file of adjusted closes.  [default: snapshot]",
    )
    flag = _flag("allow-snapshot", "With --prices yahoo: the shipped prices may stand in for what Yahoo cannot give.")
    decorated: Command = name(flag(with_source))
    return decorated


def takes_out(command: Command) -> Command:
    """Give a command the option ``--out``, a folder for the plan's files or ``None``."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Also write the plan to take away there: JSON, orders, basket, workbook, PDF, calendar.",
    )(command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a command about a plan is asked for: the options of `hedger plan`.

    Parameters
    ----------
    portfolio
        The holdings file.
    choices
        Of the settings file and stated, as :func:`takes_choices` gives them.
    as_of, today
        Day the advice is for, and today in New York.
    source
        Where prices come from.
    out
        Folder for the plan's files.
    """

    portfolio: NamedFile
    choices: tuple[Choices, Choices]
    as_of: date | None
    today: date
    source: PriceSource
    out: Path | None

    @property
    def settings(self) -> Settings:
        """The choices together; those of the command line win."""
        return combine_choices(*self.choices)

    def read(self) -> Portfolio:
        """Read the holdings file."""
        return self.portfolio.read(self.as_of or self.today)

    def measure(self) -> Measurement:
        """Read the file, fetch prices and measure the exposure."""
        settings = self.settings
        return measure_account(self.read(), self.source, settings, as_of=self.as_of, today=self.today)


def takes_request(command: Command) -> Command:
    """Give a command the options of `hedger plan`, passed on as a :class:`Request`."""

    @wraps(command)
    def with_request(
        *,
        portfolio: NamedFile,
        choices: tuple[Choices, Choices],
        as_of: date | None,
        source: PriceSource,
        out: Path | None,
        **given: Any,
    ) -> Any:
        claim_stdout()
        today = today_in_new_york()
        request = Request(portfolio=portfolio, choices=choices, as_of=as_of, today=today, source=source, out=out)
        return command(request=request, **given)

    return takes_portfolio(takes_choices(takes_day()(takes_prices(takes_out(with_request)))))


def takes_years(command: Command) -> Command:
    """Give a command the option ``--years``, a whole number."""
    return click.option(
        "--years",
        type=click.IntRange(1, 40),
        default=YEARS,
        show_default=True,
        metavar="N",
        help="Years to look back, as far as the prices reach.",
    )(command)


def takes_json(command: Command) -> Command:
    """Give a command the option ``--json``, passed on as `is_json`."""
    return click.option("--json", "is_json", is_flag=True, help="One JSON document on standard output.")(command)


def takes_number(name: str, example: str, meaning: str) -> Decorator:
    """Give a command a required number of :data:`hedger.choices.SIZE_PARSERS`; what it cannot read is wrong usage."""

    def parse(text: str) -> float:
        with as_wrong_usage():
            return SIZE_PARSERS[name](text)

    return click.option(f"--{name}", type=parse, metavar=example, help=meaning, required=True)
