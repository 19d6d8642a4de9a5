"""What the documentation shows of the league: two tables of the README, and the errors that a plan speaks of."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from beta_forecasts import FIRST_LATER_YEAR
from hedged_books import AUTO, AUTO_BOUGHT, HINDSIGHT, ONE_LEG, ONE_YEAR, SIZES, YARDSTICK
from research import QUARTER

from hedger.exposure import ESTIMATORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from beta_forecasts import BookOutcomes, Panel
    from hedged_books import HedgedBooks

    from hedger.arrays import FloatArray

ROOT = Path(__file__).parent.parent
README, ERRORS = ROOT / "README.md", ROOT / "hedger" / "data" / "forecast_errors.csv"
END = "<!-- end -->"
DEFAULT = next(iter(ESTIMATORS))
YEAR = 252
MIDDLING = 300_000.0
"""Size of book that must lose next to nothing by whole contracts, USD."""


@dataclass(frozen=True, kw_only=True, eq=False)
class League:
    """Forecasts of stocks and books, and what came of them.

    Parameters
    ----------
    panel
        Of stocks.
    outcomes
        Of books.
    of_books
        Forecast betas of the books by name of the forecaster, each of shape (n_books, 4).
    hedged
        The books, measured and hedged.
    biases
        Mean errors of the betas of geared funds, by name.
    """

    panel: Panel
    outcomes: BookOutcomes
    of_books: Mapping[str, FloatArray]
    hedged: HedgedBooks
    biases: Mapping[str, float]

    def stock_ratio(self, name: str, horizon: int, *, first_year: int = 0) -> float:
        """Return the error for single stocks over that of the yardstick."""
        error, yardstick = (self.panel.stock_error(each, horizon, first_year=first_year) for each in (name, YARDSTICK))
        return error / yardstick

    def book_error(self, name: str, *, first_year: int = 0) -> float:
        """Return the error for books over a quarter."""
        return self.outcomes.error(self.of_books[name], first_year=first_year)

    def book_ratio(self, name: str, *, first_year: int = 0) -> float:
        """Return the same over that of the yardstick."""
        return self.book_error(name, first_year=first_year) / self.book_error(YARDSTICK, first_year=first_year)

    def held(self, name: str, widths: Sequence[FloatArray], *, first_year: int = 0) -> float:
        """Return how often the beta of a quarter came within these half widths of a forecast."""
        missed = np.abs(self.outcomes.realised[QUARTER] - self.of_books[name])
        return float(np.mean((missed <= np.array(widths))[self.outcomes.years >= first_year]))

    @property
    def span(self) -> str:
        """How many books there are, and of which years."""
        years = self.outcomes.years
        return f"{len(self.outcomes.books):,} books, {years.min()} to {years.max()}"


def list_levels(league: League) -> list[str]:
    """Return the lines of the table of figures, targets, and what a simple tool reaches."""
    outcomes, hedged = league.outcomes, league.hedged
    removed = {name: float(np.mean(shares)) for name, shares in hedged.removed.items()}
    of_best = {name: f"{share / removed[HINDSIGHT]:.3f}" for name, share in removed.items()}
    simple = f"{removed[ONE_YEAR]:.3f}"
    rows = [
        (
            "error of a book's beta over the next 63 sessions, one-year least squares = 1",
            f"{league.book_ratio(DEFAULT):.3f}",
            "0.90",
            "1",
        ),
        (
            "the same of one stock's beta, 63 and 252 sessions",
            ", ".join(f"{league.stock_ratio(DEFAULT, horizon):.3f}" for horizon in (QUARTER, YEAR)),
            "0.94, 0.88",
            "1",
        ),
        (
            "largest bias of the beta of funds that are -3 to +3 times an index",
            f"{max(map(abs, league.biases.values())):.3f}",
            "0.05",
            "",
        ),
        (
            "variance removed, one index, the one chosen",
            f"{removed[ONE_LEG]:.3f}",
            "0.755",
            simple,
        ),
        (
            "what that gains over the S&P 500 at its one-year beta",
            f"{removed[ONE_LEG] - removed[ONE_YEAR]:.3f}",
            "0.075",
            "0",
        ),
        (
            "variance removed, `--legs auto`; where legs may be bought",
            f"{removed[AUTO]:.3f}; {removed[AUTO_BOUGHT]:.3f}",
            "0.770; 0.775",
            simple,
        ),
        (
            "share of the best hedge in hindsight, one index; auto",
            f"{of_best[ONE_LEG]}; {of_best[AUTO]}",
            "0.935; 0.955",
            of_best[ONE_YEAR],
        ),
    ]
    textbook = league.held(YARDSTICK, hedged.textbook[YARDSTICK])
    for horizon in (QUARTER, 21):
        held, widths = hedged.covered(outcomes.realised[horizon], horizon)
        rows.append(
            (
                f"95 % interval of the beta over {horizon} sessions held (half width)",
                f"{held.mean():.3f} ({widths.mean():.2f})",
                "0.94 to 0.96",
                f"{textbook:.2f}" if horizon == QUARTER else "",
            )
        )
    held, _ = hedged.covered(outcomes.realised[QUARTER], QUARTER)
    universes = np.array(hedged.universes)
    by_universe = {name: held[universes == name].mean() for name in dict.fromkeys(hedged.universes)}
    shares = ", ".join(f"{name} {share:.3f}" for name, share in by_universe.items())
    rows.append((f"that of {QUARTER} sessions, by universe of books", shares, "0.92 to 0.97 in each", ""))
    rows += [
        (
            f"variance lost by whole contracts, a book of ${size:,.0f}",
            f"{np.mean(hedged.beside[size, AUTO]) - np.mean(hedged.whole[size, AUTO]):.4f}",
            "0.01" if size == MIDDLING else "",
            "",
        )
        for size in SIZES
    ]
    return _table((league.span, "hedger", "target", "simple"), rows)


def list_estimators(league: League) -> list[str]:
    """Return the lines of the table of estimators; those that learn stand for the years that they did not learn from.

    The default stands a second time beside them, for the same years.
    """
    learned = [name for name in league.of_books if name not in ESTIMATORS]
    rows = [_estimator(league, name) for name in ESTIMATORS]
    rows += [_estimator(league, name, first_year=FIRST_LATER_YEAR) for name in ([DEFAULT, *learned] if learned else [])]
    headings = (
        league.span,
        "a book, 63 sessions",
        "one stock, 63",
        "one stock, 252",
        "error of a book's beta",
        "textbook interval held",
        "hedger's interval held",
    )
    return _table(headings, rows)


def _estimator(league: League, name: str, *, first_year: int = 0) -> tuple[str, ...]:
    later = {"first_year": first_year}
    textbook = league.hedged.textbook.get(name)
    return (
        f"{name}, from {first_year} on" if first_year else name,
        f"{league.book_ratio(name, **later):.3f}",
        *(f"{league.stock_ratio(name, horizon, **later):.3f}" for horizon in (QUARTER, YEAR)),
        f"{league.book_error(name, **later):.3f}",
        "" if textbook is None else f"{league.held(name, textbook, **later):.2f}",
        f"{league.held(name, league.hedged.around[name], **later):.3f}",
    )


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (headings, ("---",) * len(headings), *rows)]


def write_block(name: str, rows: Sequence[str]) -> None:
    """Write a table between its marks in the documentation."""
    begin = f"<!-- output: {name} -->"
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(begin, maxsplit=1)
    _, after = rest.split(END, maxsplit=1)
    README.write_text(before + "\n".join([begin, *rows, END]) + after, encoding="utf-8")


def write_errors(league: League) -> None:
    """Write each estimator's error of single stocks over one quarter, for the sentence that a plan says of it."""
    panel = league.panel
    years = f"{panel.years.min()} to {panel.years.max()}"
    first = (
        f"{int(panel.is_large.sum())} large US stocks, {years}, four indices, walk-forward every two months; "
        f"benchmarks/league.py, {datetime.now(UTC).date()}"
    )
    with ERRORS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("estimator", "ratio", "source"))
        for place, name in enumerate(ESTIMATORS):
            writer.writerow((name, f"{league.stock_ratio(name, QUARTER):.3f}", "the same" if place else first))
