"""A broker's or a person's holdings file, or what a program holds in memory, becomes a :class:`Portfolio`."""

from hedger.portfolio.corrections import Corrections
from hedger.portfolio.holdings import AssetClass, FileWarning, Portfolio, Position, SkippedRow
from hedger.portfolio.in_memory import to_portfolio
from hedger.portfolio.layouts import LAYOUTS, Layout
from hedger.portfolio.lists import IndexPart, find_index_part
from hedger.portfolio.reader import read_portfolio

__all__ = [
    "LAYOUTS",
    "AssetClass",
    "Corrections",
    "FileWarning",
    "IndexPart",
    "Layout",
    "Portfolio",
    "Position",
    "SkippedRow",
    "find_index_part",
    "read_portfolio",
    "to_portfolio",
]
