"""The league of estimators, intervals and hedges on many years of US stocks, without look-ahead.

    python benchmarks/league.py [FOLDER]

FOLDER holds research prices; :mod:`research` has their format and how the books are drawn. With it two tables go into
README.md, and the errors of the estimators into hedger/data/forecast_errors.csv (:mod:`documented`). Without it the
shipped snapshot is used, for fewer years and books, and nothing is written. Needs requirements-benchmarks.txt.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from beta_forecasts import FIRST_LATER_YEAR, HORIZONS, foretell, fund_biases, realise
from documented import League, list_estimators, list_levels, write_block, write_errors
from hedged_books import HINDSIGHT, TEXTBOOK, YARDSTICK, hedge_books
from learned import add_learned
from research import QUARTER, draw_books, read_history

from hedger.exposure import ESTIMATORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from beta_forecasts import BookOutcomes
    from hedged_books import HedgedBooks
    from research import History

REAL_FUNDS = ("SSO",)
"""Two times the S&P 500."""


def main() -> None:
    """Print the tables, and write the short ones where the documentation shows them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    history = read_history(folder)
    books = list(draw_books(history))
    panel, outcomes = foretell(history), realise(history, books)
    print_span(history, outcomes)
    learned = add_learned(history, panel) if panel.years.min() < FIRST_LATER_YEAR - 1 else {}
    of_books = {name: np.array([panel.of_book(name, book) for book in books]) for name in panel.forecasts}
    league = League(
        panel=panel,
        outcomes=outcomes,
        of_books=of_books,
        hedged=hedge_books(history, books, of_books),
        biases=fund_biases(history, REAL_FUNDS),
    )
    print_estimators(league, learned)
    print_funds(league.biases)
    print_chosen(league)
    print_intervals(league)
    print_hedges(league.hedged)
    print_whole(league.hedged)
    tables = {"league": list_levels(league), "estimators": list_estimators(league)}
    for name, rows in tables.items():
        print("\n" + "\n".join(rows))
        if folder is not None:
            write_block(name, rows)
    if folder is not None:
        write_errors(league)


def print_span(history: History, outcomes: BookOutcomes) -> None:
    """Say what is judged."""
    days = [book.day for book in outcomes.books]
    first, last = history.sessions[days[0]], history.sessions[days[-1]]
    print(f"{len(days)} books on {len(set(days))} dates, {first} to {last}; {history.stocks.shape[1]} stocks")


def print_estimators(league: League, learned: Mapping[str, str]) -> None:
    """Print errors as ratios to those of one-year least squares, over all years and over the later ones."""
    print(f"\nError of the forecast beta over that of one-year least squares; later: from {FIRST_LATER_YEAR}")
    print("                    one stock, sessions       later           book, 63  later")
    print("                    21      63      252       63      252")
    for name in league.of_books:
        # One that learns is not judged on the years that it learns from.
        all_years: list[float | None] = [None] * (len(HORIZONS) + 1)
        if name not in learned:
            all_years = [*(league.stock_ratio(name, horizon) for horizon in HORIZONS), league.book_ratio(name)]
        later = [league.stock_ratio(name, horizon, first_year=FIRST_LATER_YEAR) for horizon in HORIZONS[1:]]
        figures = [*all_years[:-1], *later, all_years[-1], league.book_ratio(name, first_year=FIRST_LATER_YEAR)]
        cells = ["-" if figure is None else f"{figure:.3f}" for figure in figures]
        print((f"{name:20}" + "{:8}{:8}{:10}{:8}{:8}{:10}{:8}".format(*cells)).rstrip())
    for name, words in learned.items():
        print(f"{name}: {words}")


def print_funds(biases: Mapping[str, float]) -> None:
    """Print the biases of geared funds."""
    print("\nBias of a geared fund's beta: " + ", ".join(f"{name} {bias:+.4f}" for name, bias in biases.items()))


def print_chosen(league: League) -> None:
    """Print the errors of books' betas to the one index that is chosen for each."""
    chosen = (np.arange(len(league.outcomes.books)), np.array(league.hedged.reference))
    errors = {}
    for name in ESTIMATORS:
        wrong = league.of_books[name] - league.outcomes.realised[QUARTER]
        errors[name] = float(np.sqrt(np.mean(np.square(wrong[chosen]))))
    ratios = (f"{name} {error / errors[YARDSTICK]:.3f}" for name, error in errors.items())
    print("\nA book, 63 sessions, its index only: " + ", ".join(ratios))


def print_intervals(league: League) -> None:
    """Print how often the intervals held, and how wide they were."""
    hedged, outcomes = league.hedged, league.outcomes
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
    large = league.panel.is_large
    every = np.ones(large.size, dtype=bool)
    judged = {
        "all": league.panel.held(every),
        f"to {FIRST_LATER_YEAR - 1}": league.panel.held(every, last_year=FIRST_LATER_YEAR - 1),
        "later": league.panel.held(every, first_year=FIRST_LATER_YEAR),
        "large": league.panel.held(large),
        "small": league.panel.held(~large),
    }
    stock_rows = (f"{name} {share:.3f} ({width:.2f})" for name, (share, width) in judged.items())
    print("one stock, 63 sessions, held (half width): " + ", ".join(stock_rows))
    textbook = league.held(YARDSTICK, hedged.textbook[YARDSTICK])
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


if __name__ == "__main__":
    main()
