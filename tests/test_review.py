"""The command `review`: an earlier plan against later prices of the snapshot, from file to verdict."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from books import BOOK, make_book, make_position
from click.testing import CliRunner
from earlier_plans import document_of, plan_of, review_of, to_bytes

from hedger.advice import advise
from hedger.cli import hedger
from hedger.errors import PricesUnavailableError
from hedger.exposure import BetaOverride
from hedger.market import SnapshotSource
from hedger.review import BETA_BAND, read_plan
from hedger.settings import Settings

if TYPE_CHECKING:
    from click.testing import Result

ROOT = Path(__file__).parents[1]
BOOK_FILE = str(ROOT / "sample_portfolios" / "technology.csv")
THEN, NOW = date(2026, 6, 22), date(2026, 8, 21)


def run(*words: str) -> Result:
    return CliRunner().invoke(hedger, [*words], catch_exceptions=False, env={"COLUMNS": "80"})


@pytest.fixture
def plan_file(tmp_path: Path) -> str:
    printed = run("plan", BOOK_FILE, "--hedge", "50%", "--as-of", "2026-06-22", "--json")
    path = tmp_path / "old.json"
    path.write_text(printed.stdout, encoding="utf-8")
    return str(path)


def reviewed(*words: str) -> dict[str, Any]:
    result = run("review", BOOK_FILE, *words, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_a_plan_of_june_against_the_prices_of_august(plan_file: str) -> None:
    document = reviewed("--plan", plan_file)
    assert (document["schema"], document["as_of"]) == ("hedger.review/1", "2026-08-21")
    assert (document["earlier"]["name"], document["earlier"]["as_of"]) == ("old.json", "2026-06-22")
    assert document["policy"]["hedge"] == 0.5
    assert document["changed_choices"] == []
    bands = document["bands"]
    assert abs(bands["beta_held"] - bands["beta_planned"]) > BETA_BAND
    assert document["verdict"]["action"] == "trade"
    (trade,) = document["trades"]
    assert (trade["contract_code"], trade["quantity"], trade["reason"]) == ("MNQU6", 2, "adjust")
    today = json.loads(run("plan", BOOK_FILE, "--hedge", "50%", "--json").stdout)["plan"]
    optimal = {each["symbol"]: each["quantity"] for each in today["positions"]}
    assert bands["contracts_optimal"] == optimal
    assert document["plan"]["beta_after"] == pytest.approx(today["beta_after"], rel=1e-12)
    assert document["outcome"]["n_sessions"] == 43


def test_after_the_trades_are_done_there_is_nothing_to_do(plan_file: str, tmp_path: Path) -> None:
    document = reviewed("--plan", plan_file)
    lines = ["time,contract,quantity,price"]
    lines += [
        f"2026-06-22 15:59,{each['contract_code']},{each['quantity']},{each['price']}"
        for each in document["earlier"]["positions"]
    ]
    lines += [
        f"2026-08-21 15:59,{each['contract_code']},{each['quantity']},{each['price']}" for each in document["trades"]
    ]
    fills = tmp_path / "fills.csv"
    fills.write_text("\n".join(lines), encoding="utf-8")
    done = reviewed("--plan", plan_file, "--fills", str(fills))
    assert done["held"]["source"] == "fills"
    assert done["trades"] == []
    assert done["bands"]["contracts_held"] == document["bands"]["contracts_optimal"]
    assert done["bands"]["beta_held"] == pytest.approx(document["bands"]["beta_after_trades"], rel=1e-12)
    # Two of the four sold are realised, at the same prices: the gain is the same but for the fees of the two.
    before, after = document["outcome"], done["outcome"]
    assert after["realised_pnl"] + after["open_pnl"] == pytest.approx(before["open_pnl"], rel=1e-9)
    assert after["realised_pnl"] == pytest.approx(before["futures"][1]["open_pnl"] / 2, rel=1e-9)
    assert after["fees"] > before["fees"]
    assert after["hedge_effectiveness"] == pytest.approx(before["hedge_effectiveness"], rel=0.01)


def test_options_of_the_command_line_win_over_the_plan(plan_file: str, tmp_path: Path) -> None:
    settings = tmp_path / "mine.toml"
    settings.write_text('hedge = "70%"\nmax_contracts = 9\n', encoding="utf-8")
    document = reviewed("--plan", plan_file, "--settings", str(settings), "--target-beta", "0.5")
    assert (document["policy"]["hedge"], document["policy"]["target_beta"]) == (None, 0.5)
    assert document["policy"]["max_contracts"] == 9
    assert document["changed_choices"] == ["hedge", "target-beta", "max-contracts"]


def test_what_is_held_can_be_stated(plan_file: str) -> None:
    document = reviewed("--plan", plan_file, "--current", "NQ=-2,MNQ=-2")
    assert document["held"]["source"] == "stated"
    assert document["trades"] == []
    assert document["verdict"]["action"] == "none"
    none = reviewed("--plan", plan_file, "--current", "NQ=0")
    assert none["bands"]["contracts_held"] == {}
    assert none["bands"]["beta_held"] == pytest.approx(none["drift"]["beta_now"], rel=1e-12)


def test_the_folder_of_todays_plan_holds_the_trades_and_can_be_reviewed_in_turn(plan_file: str, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    result = run("review", BOOK_FILE, "--plan", plan_file, "--out", str(folder), "--json")
    trades = json.loads(result.stdout)["trades"]
    assert "Written: " in result.stderr
    orders = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["plan"]["orders"]
    assert [(each["contract_code"], each["quantity"]) for each in orders] == [
        (each["contract_code"], each["quantity"]) for each in trades
    ]
    again = reviewed("--plan", str(folder / "plan.json"))
    assert again["trades"] == []
    assert again["bands"]["is_inside"]


def test_rolls_are_said_not_to_be_among_the_orders_written(plan_file: str, tmp_path: Path) -> None:
    early = run("plan", BOOK_FILE, "--hedge", "50%", "--as-of", "2026-03-02", "--json")
    path = tmp_path / "march.json"
    path.write_text(early.stdout, encoding="utf-8")
    result = run("review", BOOK_FILE, "--plan", str(path), "--as-of", "2026-03-17", "--out", str(tmp_path / "new"))
    assert result.exit_code == 0, result.output
    assert "The rolls are not among the orders written" in result.stderr
    assert "Roll" in result.stdout.splitlines()[0]


def test_what_is_wrong_with_a_file_ends_with_one_sentence_and_status_one(plan_file: str, tmp_path: Path) -> None:
    fills = tmp_path / "fills.csv"
    fills.write_text("time,contract,quantity,price\n2026-06-22,XXZ6,1,1\n", encoding="utf-8")
    for words, message in (
        (("--plan", str(tmp_path / "none.json")), "cannot be read: no such file or directory"),
        (("--plan", BOOK_FILE), "technology.csv, line 1: this is not JSON"),
        (("--plan", plan_file, "--fills", str(fills)), 'fills.csv: One row cannot be used: line 2, column "contract"'),
        (("--plan", plan_file, "--as-of", "2026-06-01"), "old.json is of 2026-06-22, after 2026-06-01"),
    ):
        result = run("review", BOOK_FILE, *words, "--json")
        assert result.exit_code == 1, words
        assert message in result.stderr
        assert json.loads(result.stdout)["error"]["code"] == "settings_error"


@pytest.mark.parametrize("words", [(), ("--plan",), ("--plan", "x.json", "--hedge", "much")])
def test_wrong_usage_ends_with_status_two(words: tuple[str, ...]) -> None:
    assert run("review", BOOK_FILE, *words).exit_code == 2


def test_the_example_of_the_help_works_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = run("review", "--help").stdout
    examples = [line.split() for line in re.findall(r"^ +hedger (.*)$", printed, flags=re.MULTILINE)]
    assert [words[0] for words in examples] == ["plan", "review"]
    (tmp_path / "sample_portfolios").symlink_to(ROOT / "sample_portfolios")
    monkeypatch.chdir(tmp_path)
    for words in examples:
        assert run(*words).exit_code == 0, words


# ---------------------------------------------------------------- an index that today's prices lack


def test_an_index_without_a_current_level_is_named() -> None:
    day, book = date(2025, 9, 25), make_book({symbol: 10 * quantity for symbol, quantity in BOOK.items()})
    settings = Settings(hedge=0.5, contracts=("EMD",), futures_price=(("EMD", 3_260.0),))
    earlier = plan_of(book, day, settings)
    with pytest.raises(
        PricesUnavailableError, match=r"The betas of old\.json are to the S&P MidCap 400, of which .* \(MDY\)"
    ):
        review_of(earlier, book, NOW, {"contracts": ("ES",)})


def test_a_plan_of_another_portfolio_is_doubted() -> None:
    review = review_of(plan_of(make_book(), THEN), make_book({"AMD": 900.0, "PG": 900.0}), NOW)
    assert "other_portfolio" in [note.code for note in review.notes]
    assert review.trades != ()


def test_names_that_can_be_no_symbols_are_not_asked_for() -> None:
    asked: list[str] = []

    class Watched:
        """The shipped prices, and what was asked of them."""

        def fetch(self, symbols: Any, *, start: date | None, end: date | None) -> Any:
            asked.extend(symbols)
            return SnapshotSource().fetch(symbols, start=start, end=end)

    odd = make_position("https://elsewhere.example/?q=1", 10.0, market_value=500.0)
    settings = Settings(hedge=0.5, beta=(BetaOverride(symbol="https://elsewhere.example/?q=1", index=None, beta=1.0),))
    document = document_of(advise(make_book(BOOK, odd), settings=settings, as_of=THEN, today=THEN))
    review = review_of(read_plan(to_bytes(document)), make_book(), NOW, source=Watched())
    assert not [symbol for symbol in asked if "elsewhere" in symbol]
    assert review.outcome.not_followed == ("https://elsewhere.example/?q=1",)


def test_a_changed_reference_index_keeps_the_betas_of_the_plan_comparable() -> None:
    earlier = plan_of(make_book(), THEN, Settings(hedge=0.5, index=("dow30",)))
    review = review_of(earlier, make_book(), THEN, {"index": ("sp500",), "legs": 1})
    assert earlier.reference_index == "dow30"
    assert review.advice.plan.reference_index == "sp500"
    assert review.beta_held == pytest.approx(earlier.beta_after, rel=0, abs=1e-9)
