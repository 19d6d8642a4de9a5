"""A book without exposure: success, no orders, and plain words why, wherever a plan is shown."""

import json

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from hedger.cli import hedger
from hedger.report import load_plan_schema

WHY = {
    "cancelling": "The holdings cancel each other out, so the portfolio has no exposure to any index.",
    "cash": "The portfolio holds no stock and no fund, so it has no exposure to any index.",
}
NOTHING = "Nothing is to be removed, so no contract is held"
FILES = {"cancelling": "symbol,quantity\nSPY,100\nSPY,-100\n", "cash": "Symbol,Quantity,Value\nCash,,5000\n"}
every_book = pytest.mark.parametrize("kind", FILES)


@pytest.fixture
def file_of(tmp_path):
    def write(kind):
        file = tmp_path / f"{kind}.csv"
        file.write_text(FILES[kind])
        return file

    return write


def run(*words, status=0):
    result = CliRunner().invoke(hedger, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result


def document_of(*words):
    return json.loads(run(*words, "--json").stdout)


def messages(document):
    return {note["code"]: note["message"] for note in document["notes"]}


@every_book
def test_a_plan_has_no_orders_and_says_why(kind, file_of):
    plan = document_of("plan", file_of(kind))
    assert plan["plan"]["orders"] == plan["plan"]["positions"] == []
    assert messages(plan)["no_exposure"] == WHY[kind]
    assert messages(plan)["nothing_to_hedge"] == f"{NOTHING}."
    assert not {"index_choice", "beta_on_gross_value"} & set(messages(plan))
    assert list(Draft202012Validator(load_plan_schema()).iter_errors(plan)) == []
    # What would be nothing over nothing is not known.
    assert (plan["plan"]["achieved_hedge_fraction"], plan["risk"]["hedge_effectiveness"]) == (None, None)
    assert plan["margin_call"] is None
    assert {row["unhedged_pnl"] for row in plan["scenarios"]} == {0.0}
    assert {each["beta_dollars"] for each in plan["exposure"]["by_index"]} == {0.0}


@every_book
def test_a_terminal_shows_it_first(kind, file_of):
    shown = " ".join(run("plan", file_of(kind)).stdout.split())
    assert shown.startswith("Trade nothing: there is no index risk to remove.")
    assert WHY[kind] in shown
    assert "nan" not in shown


@every_book
@pytest.mark.parametrize(
    "choices",
    [
        ["--hedge", "50%", "--objective", "expected-shortfall"],
        ["--legs", "3", "--allow-long-legs", "--tolerance", "1%"],
        ["--max-contracts", "1", "--margin-budget", "100"],
        ["--index", "dow30,russell2000", "--sizes", "spot-quoted", "--futures-price", "ES=7700"],
        ["--as-of", "2020-03-02", "--estimator", "monthly"],
    ],
)
def test_no_choice_makes_an_order_of_nothing(kind, choices, file_of):
    assert document_of("plan", file_of(kind), *choices)["plan"]["orders"] == []


@every_book
def test_futures_that_are_held_are_closed(kind, file_of):
    plan = document_of("plan", file_of(kind), "--current", "ES=-2,MNQ=1")
    assert {order["symbol"]: order["quantity"] for order in plan["plan"]["orders"]} == {"ES": 2, "MNQ": -1}
    assert messages(plan)["nothing_to_hedge"] == f"{NOTHING}, and the futures held are closed."


@every_book
def test_the_folder_is_written_whole(kind, file_of, tmp_path):
    run("plan", file_of(kind), "--out", tmp_path / "plan")
    written = {path.name: path.stat().st_size for path in (tmp_path / "plan").iterdir()}
    assert {"plan.json", "orders.csv", "ibkr_basket.csv", "plan.xlsx", "plan.pdf", "calendar.ics"} <= set(written)
    assert min(written.values()) > 0
    assert len((tmp_path / "plan" / "orders.csv").read_text().splitlines()) == 1


@every_book
@pytest.mark.parametrize("command", ["holdings", "betas", "stress"])
def test_other_views_are_shown(command, kind, file_of):
    assert "nan" not in run(command, file_of(kind)).stdout.split()
    assert document_of(command, file_of(kind))


@every_book
def test_betas_say_why_they_are_zero(kind, file_of):
    betas = document_of("betas", file_of(kind))
    assert messages(betas)["no_exposure"] == WHY[kind]
    assert {(each["beta"], each["low"], each["high"]) for each in betas["exposure"]["by_index"]} == {(0.0, 0.0, 0.0)}


@every_book
def test_there_is_no_hedge_to_test_in_the_past(kind, file_of):
    refused = run("backtest", file_of(kind), status=1)
    assert "The portfolio has no exposure to the indices, so there is no hedge to test." in refused.stderr


@every_book
def test_an_earlier_plan_of_nothing_is_reviewed(kind, file_of, tmp_path):
    earlier = tmp_path / "plan.json"
    earlier.write_text(run("plan", file_of(kind), "--as-of", "2026-03-02", "--json").stdout)
    review = document_of("review", file_of(kind), "--plan", earlier)
    assert review["trades"] == []
    grown = tmp_path / "grown.csv"
    grown.write_text("symbol,quantity\nQQQ,2000\n")
    assert document_of("review", grown, "--plan", earlier)["trades"] != []


def test_a_book_of_which_everything_was_left_out_stays_an_error(tmp_path):
    file = tmp_path / "unknown.csv"
    file.write_text("symbol,quantity\nZZZZ,100\nUSD,5000\n")
    refused = run("plan", file, status=1)
    assert "No holding of the portfolio has a current price" in refused.stderr


def test_a_stated_beta_of_zero_leaves_nothing_to_hedge(tmp_path):
    file = tmp_path / "fund.csv"
    file.write_text("symbol,quantity\nSPY,100\n")
    plan = document_of("plan", file, "--beta", "SPY=0")
    assert plan["plan"]["orders"] == []
    assert messages(plan)["no_exposure"] == (
        "The betas of the holdings add up to zero, so the portfolio has no exposure to any index."
    )
