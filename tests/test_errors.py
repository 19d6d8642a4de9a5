"""One tree of errors: codes, sentences, facts, and survival of a trip to another process."""

import inspect
import pickle
from datetime import date

import pytest

import hedger
from hedger import errors
from hedger.errors import (
    BadCell,
    HedgerError,
    InvalidRowsError,
    Note,
    PricesUnavailableError,
    StalePricesError,
    UnreadableFileError,
)

TREE = {
    "HoldingsError": {"UnknownLayoutError", "UnreadableFileError", "InvalidRowsError"},
    "MarketDataError": {"PricesUnavailableError", "StalePricesError"},
    "EstimationError": {"InsufficientHistoryError", "ConstantReturnsError"},
    "HedgeError": {"InfeasibleHedgeError", "SolverError"},
    "SettingsError": set(),
}
"""As the architecture draws it."""


def public_errors():
    found = inspect.getmembers(errors, inspect.isclass)
    return {name: each for name, each in found if issubclass(each, HedgerError) and not name.startswith("_")}


CELL = BadCell(line=14, column="Quantity", value="1,2oo", expected="a number")

EXAMPLES = [
    *(
        each(f"Something about {name}.")
        for name, each in public_errors().items()
        if each not in {HedgerError, InvalidRowsError}
    ),
    InvalidRowsError([CELL]),
    PricesUnavailableError("Nothing is known.", ["AAPL", "KO"]),
    StalePricesError("Too old.", date(2026, 8, 21)),
]


def test_errors_of_a_holdings_file_tell_its_path_once_it_is_known():
    for error in (InvalidRowsError([CELL]), UnreadableFileError("The file is empty.")):
        assert "book.csv" not in str(error)
        error.file = "book.csv"
        assert error.facts()["file"] == "book.csv"
        assert str(pickle.loads(pickle.dumps(error))) == str(error)
        assert "book.csv" in str(error)
    assert str(error) == "book.csv: The file is empty."


def test_the_tree_is_the_one_of_the_architecture():
    found = public_errors()
    assert set(found) == {"HedgerError", *TREE, *(leaf for leaves in TREE.values() for leaf in leaves)}
    for branch, leaves in TREE.items():
        assert issubclass(found[branch], HedgerError)
        assert {
            name for name, each in found.items() if each is not found[branch] and issubclass(each, found[branch])
        } == (leaves)


def test_every_error_has_a_code_of_its_own():
    codes = [each.code for each in public_errors().values()]
    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and code.isidentifier() for code in codes)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors_survive_pickling_with_sentence_and_facts(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert again.facts() == error.facts()
    assert again.code == error.code


def test_errors_carry_their_facts():
    assert PricesUnavailableError("Nothing is known.", ["AAPL"]).facts() == {"symbols": ("AAPL",)}
    assert StalePricesError("Too old.", date(2026, 8, 21)).facts() == {"last_session": date(2026, 8, 21)}
    assert InvalidRowsError([CELL]).facts() == {"cells": (CELL,)}
    assert str(PricesUnavailableError("Nothing is known.", ["AAPL"])) == "Nothing is known."
    assert str(StalePricesError("Too old.")) == "Too old."


def test_what_python_adds_to_an_error_is_not_a_fact():
    error = StalePricesError("Too old.")
    error.add_note("seen while reading")
    assert error.facts() == {"last_session": None}


def test_everything_of_ours_is_caught_as_one():
    for each in public_errors().values():
        assert issubclass(each, hedger.HedgerError)
        assert not issubclass(each, ValueError | TypeError | OSError)


# ---------------------------------------------------------------- bad cells, all at once


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        (CELL, 'Line 14, column "Quantity": "1,2oo" is not a number.'),
        (BadCell(line=3, column=None, value="a,b", expected="a position"), 'Line 3: "a,b" is not a position.'),
        (
            BadCell(line=None, column="Price", value="", expected="a price"),
            'The file, column "Price": "" is not a price.',
        ),
    ],
)
def test_a_bad_cell_says_where_it_stands_and_what_was_expected(cell, sentence):
    assert str(cell) == sentence


def test_all_bad_cells_are_named_at_once_and_what_to_do():
    other = BadCell(line=15, column="Price", value="n/k", expected="a number")
    lines = str(InvalidRowsError([CELL, other])).splitlines()
    assert lines[:2] == [str(CELL), str(other)]
    assert lines[2].startswith("Nothing was imported because of 2 bad cells: correct them, or delete the rows")
    assert "1 bad cell:" in str(InvalidRowsError([CELL]))


def test_of_very_many_bad_cells_the_first_fifty_are_named():
    lines = str(InvalidRowsError([CELL] * 73)).splitlines()
    assert lines.count(str(CELL)) == 50
    assert lines[50] == "And 23 more."


# ---------------------------------------------------------------- foreign text


def test_equal_notes_are_one():
    note = Note(code="stale", message="Old.")
    assert len({note, Note(code="stale", message="Old.")}) == 1
