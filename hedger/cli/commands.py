"""The commands: each reads its input, makes one call and shows the result."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.advice import decide, measure_account, today_in_new_york
from hedger.checks import require_root
from hedger.cli.exits import ExitGroup, write_json
from hedger.cli.options import (
    as_wrong_usage,
    takes_day,
    takes_json,
    takes_number,
    takes_portfolio,
    takes_prices,
    takes_request,
    takes_years,
)
from hedger.cli.progress import progress_bar
from hedger.contracts import INDICES, find_contract, select_contracts
from hedger.errors import SettingsError
from hedger.pricing import quote_fair
from hedger.report import (
    backtest_document,
    betas_document,
    contracts_document,
    holdings_document,
    list_contracts,
    plan_document,
    review_document,
    size_document,
    stress_document,
    write_plan_folder,
)
from hedger.risk import size_position
from hedger.version import __version__

if TYPE_CHECKING:
    from datetime import date

    from hedger.advice import Advice
    from hedger.cli.options import NamedFile, Request
    from hedger.market import PriceSource

# Views are imported where they are shown: with --json nothing is drawn, and rich need not be loaded.
# ruff: noqa: PLC0415


def _example(words: str) -> str:
    return f"\b\nExample, from the root of the repository:\n  {words}"


@click.group(
    cls=ExitGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_example("hedger plan sample_portfolios/technology.csv --hedge 50%"),
)
@click.version_option(__version__, prog_name="hedger")
def hedger() -> None:
    """Hedge a portfolio of US stocks with the best whole number of index futures."""


@hedger.command(epilog=_example("hedger plan sample_portfolios/technology.csv --hedge 50% --margin-budget 40000"))
@takes_request
@takes_json
def plan(*, request: Request, is_json: bool) -> None:
    """Show what to trade, what it changes and what it costs."""
    advice = _advise(request)
    if is_json:
        write_json(plan_document(advice))
        return
    from hedger.report.terminal import show
    from hedger.report.terminal_plan import plan_view

    show(plan_view(advice))


@hedger.command(epilog=_example("hedger holdings sample_portfolios/schwab_positions.csv"))
@takes_portfolio
@takes_day("today")
@takes_json
def holdings(*, portfolio: NamedFile, as_of: date | None, is_json: bool) -> None:
    """Show what was read from the file, and what was not and why."""
    held = portfolio.read(as_of or today_in_new_york())
    if is_json:
        write_json(holdings_document(held))
        return
    from hedger.report.terminal import show
    from hedger.report.terminal_tables import holdings_view

    show(holdings_view(held))


@hedger.command(epilog=_example("hedger betas sample_portfolios/technology.csv"))
@takes_request
@takes_json
def betas(*, request: Request, is_json: bool) -> None:
    """Show how the holdings move with every index, and how surely.

    Takes the options of `hedger plan`; those that choose contracts matter to --out only.
    """
    measurement = request.measure()
    if request.out is not None:
        _write_out(decide(measurement, request.settings), request.out)
    if is_json:
        write_json(betas_document(measurement))
        return
    from hedger.report.terminal import show
    from hedger.report.terminal_tables import betas_view

    show(betas_view(measurement))


@hedger.command(epilog=_example('hedger stress sample_portfolios/technology.csv --scenario "mine:nasdaq100=-18%"'))
@takes_request
@takes_json
def stress(*, request: Request, is_json: bool) -> None:
    """Show what shocks and past crises would do to the plan, and its cash.

    Takes the options of `hedger plan`; it is the plan of the same options that is put under stress.
    """
    advice = _advise(request)
    if is_json:
        write_json(stress_document(advice))
        return
    from hedger.report.terminal import show
    from hedger.report.terminal_stress import stress_view

    show(stress_view(advice))


@hedger.command(
    epilog=_example(
        "hedger plan sample_portfolios/technology.csv --hedge 50% --as-of 2026-06-22 --out old-plan\n"
        "  hedger review sample_portfolios/technology.csv --plan old-plan/plan.json"
    )
)
@takes_request
@click.option("--plan", "plan_file", required=True, metavar="OLD.json", help="The earlier plan: its plan.json.")
@click.option("--fills", metavar="FILE.csv", help="What was really traded since: time, contract, quantity, price.")
@takes_json
def review(*, request: Request, plan_file: str, fills: str | None, is_json: bool) -> None:
    """Hold an earlier plan against today: what drifted, what to trade.

    Takes the options of `hedger plan`; what is not stated is as in the earlier plan. --current tells which futures are
    held in place of the plan's, and --out writes the plan that is optimal today.
    """
    from hedger.review import follow_choices, read_fills, read_plan, review_plan  # other commands start without it

    earlier = read_plan(plan_file)
    held = request.read()
    settings = follow_choices(earlier, held, *request.choices)
    measurement = measure_account(held, request.source, settings, as_of=request.as_of, today=request.today)
    traded = None if fills is None else read_fills(fills, since=earlier.as_of, until=measurement.as_of)
    reviewed = review_plan(measurement, request.source, settings, earlier, fills=traded)
    _write_out(reviewed.advice, request.out)
    if request.out is not None and any(trade.reason == "roll" for trade in reviewed.trades):
        click.echo("The rolls are not among the orders written; place them as the review shows them.", err=True)
    if is_json:
        write_json(review_document(reviewed))
        return
    from hedger.report.terminal import show
    from hedger.report.terminal_review import review_view

    show(review_view(reviewed))


@hedger.command(epilog=_example("hedger backtest sample_portfolios/technology.csv --hedge 50%"))
@takes_request
@takes_years
@takes_json
def backtest(*, request: Request, years: int, is_json: bool) -> None:
    """Show what hedging this portfolio would have done, against naive ways.

    Takes the options of `hedger plan`; it is the rule of that plan that is followed through the past.
    """
    from hedger.backtest import backtest_account  # other commands start without it

    measurement = request.measure()
    if request.out is not None:
        _write_out(decide(measurement, request.settings), request.out)
    with progress_bar("Quarters") as advance:
        outcome = backtest_account(measurement, request.settings, years=years, on_progress=advance)
    if is_json:
        write_json(backtest_document(outcome))
        return
    from hedger.report.terminal import show
    from hedger.report.terminal_evidence import backtest_view

    show(backtest_view(outcome))


@hedger.command(epilog=_example("hedger contracts --as-of 2020-03-02"))
@takes_day()
@takes_prices
@takes_json
def contracts(*, as_of: date | None, source: PriceSource, is_json: bool) -> None:
    """Show the index futures of a day, their margins and rolls.

    What was delisted before the day stands apart.
    """
    levels = source.fetch([index.symbol for index in INDICES], start=None, end=None)
    day = as_of or levels.last_session
    rows = list_contracts(day, levels)
    if is_json:
        write_json(contracts_document(day, rows))
        return
    from hedger.report.terminal import show
    from hedger.report.terminal_tables import contracts_view

    show(contracts_view(day, rows))


@hedger.command(epilog=_example("hedger size --equity 50000 --risk 1% --stop 20 --contract MES"))
@takes_number("equity", "10000", "Value of the account, USD.")
@takes_number("risk", "1%", "Share of it that the stop may cost.")
@takes_number("stop", "20", "Distance of the stop, index points.")
@click.option("--contract", required=True, metavar="MES", help="Root of the contract.")
@takes_day("today")
@takes_prices
@takes_json
def size(
    *, equity: float, risk: float, stop: float, contract: str, as_of: date | None, source: PriceSource, is_json: bool
) -> None:
    """Show how many contracts a stop allows, their margin, and what ticks are worth."""
    day, root = as_of or today_in_new_york(), contract.strip().upper()
    with as_wrong_usage():
        require_root("contract", root)
    chosen = find_contract(root, day)
    if not chosen.is_listed(day):
        listed = ", ".join(each.symbol for each in select_contracts(day))
        raise SettingsError(f"{root} is not listed on {day}. Choose among {listed}, or another --as-of.")
    levels = source.fetch([index.symbol for index in INDICES], start=None, end=None)
    quote = quote_fair(chosen, levels, day)
    with as_wrong_usage():
        sized = size_position(chosen, equity=equity, risk=risk, stop=stop, quote=quote)
    if is_json:
        write_json(size_document(sized))
        return
    from hedger.report.terminal import show
    from hedger.report.terminal_stress import size_view

    show(size_view(sized))


@hedger.command(epilog=_example("hedger app --portfolio sample_portfolios/technology.csv"))
@click.option("--portfolio", type=click.Path(path_type=Path), metavar="FILE", help="Holdings file to begin with.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port to listen on.")
@click.option("--no-browser", is_flag=True, help="Serve the page without opening it.")
@click.option("--i-know-it-is-open", is_flag=True, help="Also listen on an address that other machines can reach.")
def app(*, portfolio: Path | None, host: str, port: int, no_browser: bool, i_know_it_is_open: bool) -> int:
    """Start the web page on this machine."""
    # By name, because the page is the room above this one: nothing here may depend on it.
    launch = importlib.import_module("hedger.ui.launch").launch
    status: int = launch(portfolio, host=host, port=port, is_headless=no_browser, is_open_on_purpose=i_know_it_is_open)
    return status


def main() -> None:
    """Run the command `hedger` and leave with its exit status."""
    hedger.main()


def _advise(request: Request) -> Advice:
    """Decide on a plan, and write the folder that was asked for."""
    advice = decide(request.measure(), request.settings)
    _write_out(advice, request.out)
    return advice


def _write_out(advice: Advice, folder: Path | None) -> None:
    if folder is not None:
        written = write_plan_folder(advice, folder)
        click.echo(f"Written: {', '.join(str(path) for path in written)}", err=True)
