"""A broker's or a person's holdings file becomes a :class:`Portfolio`."""

from hedger.portfolio.holdings import AssetClass, FileWarning, Portfolio, Position, SkippedRow
from hedger.portfolio.layouts import LAYOUTS, Layout
from hedger.portfolio.reader import read_portfolio

__all__ = [
    "LAYOUTS",
    "AssetClass",
    "FileWarning",
    "Layout",
    "Portfolio",
    "Position",
    "SkippedRow",
    "read_portfolio",
]
