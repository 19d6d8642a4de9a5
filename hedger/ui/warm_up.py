"""The first visit is as quick as any other: what it needs is loaded before the page is served."""

from __future__ import annotations

from importlib import import_module

from hedger.advice import advise, today_in_new_york
from hedger.portfolio import read_portfolio
from hedger.ui.files import first_file, sample_files


def warm_up() -> None:
    """Load the modules of the first page, the shipped prices and tables, and hedge the first sample once."""
    import_module("hedger.ui.page")
    sample = first_file(sample_files())
    today = today_in_new_york()
    advise(read_portfolio(sample.content, as_of=today, name=sample.name), today=today)
