"""Position size from a loss limit."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.contracts import BrokerMargin, quote_contracts, select_contracts
from hedger.errors import SettingsError
from hedger.risk import size_position

CONTRACTS = {each.symbol: each for each in select_contracts(date(2026, 8, 21), symbols=("ES", "MES", "NQ", "MYM"))}


@pytest.mark.parametrize(("symbol", "n_contracts"), [("ES", 0), ("MES", 4)])
def test_the_published_case(symbol, n_contracts):
    # Equity 10,000, risk 1 %, stop 5 points: no ES and four MES.
    size = size_position(CONTRACTS[symbol], equity=10_000.0, risk=0.01, stop=5.0)
    assert size.n_contracts == n_contracts
    assert size.risk_budget == pytest.approx(100.0, rel=1e-12)
    assert size.loss_per_contract == pytest.approx(5.0 * CONTRACTS[symbol].multiplier, rel=1e-12)
    assert size.loss_at_stop == pytest.approx(n_contracts * 25.0, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(
    symbol=st.sampled_from(sorted(CONTRACTS)),
    n_contracts=st.integers(1, 500),
    risk=st.sampled_from([0.001, 0.003, 0.01, 0.015, 0.02, 0.07]),
    stop=st.sampled_from([0.25, 0.7, 1.1, 5.0, 12.3]),
)
def test_an_account_that_holds_just_so_many_gets_them(symbol, n_contracts, risk, stop):
    contract = CONTRACTS[symbol]
    equity = n_contracts * stop * contract.multiplier / risk
    assert size_position(contract, equity=equity, risk=risk, stop=stop).n_contracts == n_contracts
    less = size_position(contract, equity=equity * 0.999, risk=risk, stop=stop)
    assert less.n_contracts < n_contracts
    assert less.loss_at_stop <= less.risk_budget


@pytest.mark.parametrize(
    ("stop", "places"),
    [(5.0, None), (0.25, None), (0.7, "0.5 or 0.75"), (5.1, "5 or 5.25"), (0.1, "0.25"), (3 * 0.1 + 0.45, None)],
)
def test_a_stop_between_two_ticks_is_doubted_with_those_around_it(stop, places):
    notes = size_position(CONTRACTS["ES"], equity=1e6, risk=0.01, stop=stop).notes
    assert [note.code for note in notes] == ["stop_off_tick"] * (places is not None)
    assert all(f"an order can rest {places} points away" in note.message for note in notes)


def test_a_contract_whose_tick_is_not_known_takes_any_stop():
    contract = replace(CONTRACTS["ES"], tick_size=None, half_spread=0.125)
    assert size_position(contract, equity=1e6, risk=0.01, stop=0.1).notes == ()


def test_a_margin_above_the_equity_is_said_with_the_number_that_it_carries():
    contract = CONTRACTS["MES"]
    own = BrokerMargin(symbol="MES", initial=2_400.0, maintenance=2_200.0, as_of=None, source="broker")
    (quote,) = quote_contracts(
        [contract], as_of=date(2026, 8, 21), prices={"MES": (7_500.0, "made up")}, broker_margins=[own]
    )
    size = size_position(contract, equity=10_000.0, risk=0.02, stop=5.0, quote=quote)
    assert (size.n_contracts, size.initial_margin, size.notional) == (8, 19_200.0, 300_000.0)
    (note,) = size.notes
    assert note.code == "margin_above_equity"
    assert "8 MES contracts, $19,200, is more than the equity of $10,000, which carries 4 at most" in note.message
    assert size_position(contract, equity=19_200.0, risk=0.0105, stop=5.0, quote=quote).notes == ()


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"equity": 0.0}, r"The equity must be positive, not 0\.00"),
        ({"equity": float("inf")}, "The equity must be positive"),
        ({"risk": 0.0}, "The risk must be above 0 % and at most 100 % of the equity, not 0%"),
        ({"risk": 1.1}, "not 110%"),
        ({"stop": -1.0}, "The stop must be a positive number of index points, not -1"),
    ],
)
def test_numbers_out_of_range_are_refused(numbers, message):
    with pytest.raises(SettingsError, match=message):
        size_position(CONTRACTS["ES"], **{"equity": 1e4, "risk": 0.01, "stop": 5.0, **numbers})
