"""For a terminal: options to settings, one call, then a view for people or one JSON document for programs."""

from hedger.cli.commands import hedger, main
from hedger.cli.prices import prices

hedger.add_command(prices)

__all__ = ["hedger", "main"]
