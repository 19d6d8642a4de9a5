"""The league of estimators, intervals and hedges on many years of US stocks, without look-ahead.

    python benchmarks/league.py [FOLDER]

FOLDER holds research prices; :mod:`research` has their format and how the books are drawn. With it the short table
goes into README.md, and the errors of the estimators into hedger/data/forecast_errors.csv. Without it the shipped
snapshot is used, for fewer years and books, and nothing is written. Needs requirements-benchmarks.txt.
"""

from __future__ import annotations

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from beta_forecasts import FIRST_LATER_YEAR, HORIZONS, BookOutcomes, Panel, foretell, fund_biases, realise
from hedged_books import (
    AUTO,
    AUTO_BOUGHT,
    HINDSIGHT,
    ONE_LEG,
    ONE_YEAR,
    SIZES,
    TEXTBOOK,
    HedgedBooks,
    hedge_books,
)
from learned import LEARNED, add_learned
from research import QUARTER, draw_books, read_history

from hedger.exposure import ESTIMATORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from research import History

    from hedger.arrays import FloatArray

ROOT = Path(__file__).parent.parent
README, ERRORS = ROOT / "README.md", ROOT / "hedger" / "data" / "forecast_errors.csv"
BEGIN, END = "<!-- output: league -->", "<!-- end -->"
YARDSTICK = "ols"
REAL_FUNDS = ("SSO",)
"""Two times the S&P 500."""
MIDDLING = 300_000.0
"""Size of book that must lose next to nothing by whole contracts, USD."""


def main() -> None:
    """Print the tables, and write the short one where the documentation shows it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    history = read_history(folder)
    books = list(draw_books(history))
    panel, outcomes = foretell(history), realise(history, books)
    print_span(history, outcomes)
    learned = add_learned(history, panel) if panel.years.min() < FIRST_LATER_YEAR - 1 else {}
    print_estimators(panel, outcomes, learned)
    biases = fund_biases(history, REAL_FUNDS)
    print_funds(biases)
    one_year = of_books(panel, YARDSTICK, outcomes)
    hedged = hedge_books(history, books, one_year)
    textbook = float(np.mean(np.abs(outcomes.realised[QUARTER] - one_year) <= np.array(hedged.textbook)))
    print_chosen(panel, outcomes, hedged)
    print_intervals(hedged, outcomes, textbook)
    print_hedges(hedged)
    print_whole(hedged)
    rows = short_table(panel, outcomes, biases, hedged, textbook)
    print("\n" + "\n".join(rows))
    if folder is not None:
        write_block(rows)
        write_errors(panel)


def of_books(panel: Panel, name: str, outcomes: BookOutcomes) -> FloatArray:
    """Return an estimator's forecasts of the books' betas, shape (n_books, 4)."""
    return np.array([panel.of_book(name, book) for book in outcomes.books])


def print_span(history: History, outcomes: BookOutcomes) -> None:
    """Say what is judged."""
    days = [book.day for book in outcomes.books]
    first, last = history.sessions[days[0]], history.sessions[days[-1]]
    print(f"{len(days)} books on {len(set(days))} dates, {first} to {last}; {history.stocks.shape[1]} stocks")


def print_estimators(panel: Panel, outcomes: BookOutcomes, learned: dict[str, str]) -> None:
    """Print errors as ratios to those of one-year least squares, over all years and over the later ones."""
    print(f"\nError of the forecast beta over that of one-year least squares; later: from {FIRST_LATER_YEAR}")
    print("                    one stock, sessions       later           book, 63  later")
    print("                    21      63      252       63      252")
    for name in panel.forecasts:
        later = {"first_year": FIRST_LATER_YEAR}
        cells = [ratio(panel, name, horizon) for horizon in HORIZONS] if name not in learned else ["-"] * len(HORIZONS)
        cells += [ratio(panel, name, horizon, **later) for horizon in HORIZONS[1:]]
        cells += [book_ratio(panel, outcomes, name) if name not in learned else "-"]
        cells += [book_ratio(panel, outcomes, name, **later)]
        print((f"{name:20}" + "{:8}{:8}{:10}{:8}{:8}{:10}{:8}".format(*cells)).rstrip())
    for name, words in learned.items():
        print(f"{name}: {words}")


def ratio(panel: Panel, name: str, horizon: int, *, first_year: int = 0) -> str:
    """Return the error for single stocks over that of the yardstick, as text."""
    error = panel.stock_error(name, horizon, first_year=first_year)
    return f"{error / panel.stock_error(YARDSTICK, horizon, first_year=first_year):.3f}"


def book_ratio(panel: Panel, outcomes: BookOutcomes, name: str, *, first_year: int = 0) -> str:
    """Return the error for books over that of the yardstick, as text."""
    yardstick = outcomes.error(of_books(panel, YARDSTICK, outcomes), first_year=first_year)
    return f"{outcomes.error(of_books(panel, name, outcomes), first_year=first_year) / yardstick:.3f}"


def print_funds(biases: dict[str, float]) -> None:
    """Print the biases of geared funds."""
    print("\nBias of a geared fund's beta: " + ", ".join(f"{name} {bias:+.4f}" for name, bias in biases.items()))


def print_chosen(panel: Panel, outcomes: BookOutcomes, hedged: HedgedBooks) -> None:
    """Print the errors of books' betas to the one index that is chosen for each."""
    chosen = (np.arange(len(outcomes.books)), np.array(hedged.reference))
    errors = {}
    for name in ESTIMATORS:
        wrong = of_books(panel, name, outcomes) - outcomes.realised[QUARTER]
        errors[name] = float(np.sqrt(np.mean(np.square(wrong[chosen]))))
    ratios = (f"{name} {error / errors[YARDSTICK]:.3f}" for name, error in errors.items())
    print("\nA book, 63 sessions, its index only: " + ", ".join(ratios))


def print_intervals(hedged: HedgedBooks, outcomes: BookOutcomes, textbook: float) -> None:
    """Print how often the intervals held, and how wide they were."""
    universes = np.array(hedged.universes)
    names = ["all", *dict.fromkeys(hedged.universes)]
    print("\n95 % interval               " + "".join(f"{name:>14}" for name in names) + "    to 2016     later")
    later = outcomes.years >= FIRST_LATER_YEAR
    for horizon in (21, QUARTER):
        held, widths = hedged.covered(outcomes.realised[horizon], horizon)
        for words, cells in (("held", held), ("half width", widths)):
            parts = [cells if name == "all" else cells[universes == name] for name in names]
            halves = [cells[part] for part in (~later, later)]
            figures = [f"{part.mean():14.3f}" for part in parts] + [
                f"{half.mean():10.3f}" if half.size else "         -" for half in halves
            ]
            print(f"{horizon} sessions, {words:14}" + "".join(figures))
    print(f"textbook ({TEXTBOOK} errors of one-year least squares), 63 sessions: held {textbook:.3f}")


def print_hedges(hedged: HedgedBooks) -> None:
    """Print the share of variance that each hedge removed."""
    universes = np.array(hedged.universes)
    names = list(dict.fromkeys(hedged.universes))
    print("\nVariance removed            all  of best    legs   gross" + "".join(f"{name:>14}" for name in names))
    best = np.mean(hedged.removed[HINDSIGHT])
    for name, shares in hedged.removed.items():
        share = np.array(shares)
        legs, gross = np.mean(hedged.n_legs[name]), np.mean(hedged.gross[name])
        print(
            f"{name:24}{share.mean():7.3f}{share.mean() / best:9.3f}{legs:8.2f}{gross:8.2f}"
            + "".join(f"{share[universes == each].mean():14.3f}" for each in names)
        )


def print_whole(hedged: HedgedBooks) -> None:
    """Print what whole contracts cost in variance."""
    print("\nVariance removed with whole E-minis and micros at the newest index levels; continuous for the same books")
    for (size, name), shares in hedged.whole.items():
        print(f"${size:>9,.0f}  {name:14}{np.mean(shares):7.4f}{np.mean(hedged.beside[size, name]):9.4f}")


def short_table(
    panel: Panel, outcomes: BookOutcomes, biases: dict[str, float], hedged: HedgedBooks, textbook: float
) -> list[str]:
    """Return the lines of the table that the documentation shows: figure, target, and what a simple tool reaches."""
    default = next(iter(ESTIMATORS))
    removed = {name: float(np.mean(shares)) for name, shares in hedged.removed.items()}
    of_best = {name: f"{share / removed[HINDSIGHT]:.3f}" for name, share in removed.items()}
    simple = f"{removed[ONE_YEAR]:.3f}"
    rows = [
        (
            "error of a book's beta over the next 63 sessions, one-year least squares = 1",
            book_ratio(panel, outcomes, default),
            "0.90",
            "1",
        ),
        (
            "the same of one stock's beta, 63 and 252 sessions",
            ", ".join(ratio(panel, default, horizon) for horizon in (QUARTER, 252)),
            "0.94, 0.88",
            "1",
        ),
        (
            "largest bias of the beta of funds that are -3 to +3 times an index",
            f"{max(map(abs, biases.values())):.3f}",
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
    rows += [
        (
            f"variance lost by whole contracts, a book of ${size:,.0f}",
            f"{np.mean(hedged.beside[size, AUTO]) - np.mean(hedged.whole[size, AUTO]):.4f}",
            "0.01" if size == MIDDLING else "",
            "",
        )
        for size in SIZES
    ]
    if LEARNED in panel.forecasts:
        later = {"first_year": FIRST_LATER_YEAR}
        rows.append(
            (
                f"error of a book's beta from {FIRST_LATER_YEAR} on; of a learned forecaster fitted before",
                f"{book_ratio(panel, outcomes, default, **later)}; {book_ratio(panel, outcomes, LEARNED, **later)}",
                "",
                "1",
            )
        )
    span = f"{len(outcomes.books):,} books, {outcomes.years.min()} to {outcomes.years.max()}"
    return [f"| {' | '.join(row)} |" for row in ((span, "hedger", "target", "simple"), ("---",) * 4, *rows)]


def write_block(rows: Sequence[str]) -> None:
    """Write the short table between its marks in the documentation."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, maxsplit=1)
    _, after = rest.split(END, maxsplit=1)
    README.write_text(before + "\n".join([BEGIN, *rows, END]) + after, encoding="utf-8")


def write_errors(panel: Panel) -> None:
    """Write each estimator's error of single stocks over one quarter, for the sentence that a plan says of it."""
    years = f"{panel.years.min()} to {panel.years.max()}"
    first = (
        f"{int(panel.is_large.sum())} large US stocks, {years}, four indices, walk-forward every two months; "
        f"benchmarks/league.py, {datetime.now(UTC).date()}"
    )
    with ERRORS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("estimator", "ratio", "source"))
        for place, name in enumerate(ESTIMATORS):
            writer.writerow((name, ratio(panel, name, QUARTER), "the same" if place else first))


if __name__ == "__main__":
    main()
