"""A bar on standard error for work that takes seconds; where that is no terminal, nothing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar while the block runs.

    Yields
    ------
    Callable or None
        To be called with what is done and what there is in all; ``None`` where nobody watches.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 (only drawn for people)
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def advance(n_done: int, n_all: int) -> None:
            bar.update(task, completed=n_done, total=n_all)

        yield advance
