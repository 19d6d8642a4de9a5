"""The commands for the cache of live prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hedger.cli.exits import write_json
from hedger.cli.options import takes_json
from hedger.errors import PricesUnavailableError
from hedger.report import cache_status_document, price_update_document
from hedger.wording import plural

if TYPE_CHECKING:
    from hedger.market import PriceUpdate

# What asks Yahoo Finance, and what draws, is imported where it is used: other commands start without it.
# ruff: noqa: PLC0415


@click.group()
def prices() -> None:
    """Refresh the local cache of live prices, or tell what is in it."""


@prices.command(epilog="\b\nExample:\n  hedger prices update ^GSPC ^NDX ^DJI ^RUT AAPL")
@click.argument("symbols", nargs=-1, metavar="[SYMBOL]...")
@takes_json
def update(*, symbols: tuple[str, ...], is_json: bool) -> None:
    """Refresh the prices of SYMBOLs, or of all that are in the cache."""
    outcome = _update(symbols)
    if outcome.failed and not outcome.updated and not outcome.current:
        reasons = "; ".join(f"{symbol}: {reason}" for symbol, reason in outcome.failed[:5])
        raise PricesUnavailableError(
            f"No price was refreshed; what was stored is kept ({reasons}). "
            "Try again later, or use --prices with a file.",
            [symbol for symbol, _ in outcome.failed],
        )
    if is_json:
        write_json(price_update_document(outcome))
    else:
        click.echo(
            f"{plural(len(outcome.updated), 'symbol')} refreshed, "
            f"{plural(len(outcome.current), 'symbol')} up to date already. Cache: {outcome.folder}"
        )
    for symbol, reason in outcome.failed:
        click.echo(f"Not refreshed: {symbol}: {reason}", err=True)
    for note in outcome.notes:
        click.echo(note.message, err=True)


@prices.command(epilog="\b\nExample:\n  hedger prices status")
@takes_json
def status(*, is_json: bool) -> None:
    """Show symbols, ranges and ages of what is in the cache."""
    from hedger.market import read_cache_status

    cache = read_cache_status()
    if is_json:
        write_json(cache_status_document(cache))
        return
    from hedger.report.terminal import show
    from hedger.report.terminal_cache import cache_view

    show(cache_view(cache))


def _update(symbols: tuple[str, ...]) -> PriceUpdate:
    """Refresh with a bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    from hedger.market import update_prices

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Prices", total=None)

        def advance(symbol: str, n_done: int, n_all: int) -> None:
            bar.update(task, completed=n_done, total=n_all, description=symbol)

        return update_prices(symbols, progress=advance)
