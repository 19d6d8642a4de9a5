"""Choices that change nothing are named, and those that change something are not."""

from __future__ import annotations

from datetime import date

import pytest

from hedger import Settings, advise, read_portfolio, to_portfolio
from hedger.contracts import BrokerFees, Fees
from hedger.unused import doubt_unused

DAY = date(2026, 8, 21)
SHARES = to_portfolio({"AAPL": 100.0})
WEIGHTS = read_portfolio(b"ticker,weight\nAAPL,60%\nKO,40%\n", as_of=DAY)
OWN_FEES = tuple(
    BrokerFees(
        symbol=root, fees=Fees(commission=0.5, exchange_fee=0.4, regulatory_fee=0.0, as_of="2026", source="broker")
    )
    for root in ("ES", "MES")
)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"portfolio_value": 1e5}, "--portfolio-value has no effect: the file tells quantities or values"),
        ({"legs": 2, "index": ("sp500",)}, "--legs 2 has no effect: --index allows sp500 only."),
        ({"fees": OWN_FEES, "fee_schedule": "schwab"}, "--fee-schedule schwab has no effect: your own fees name every"),
        ({"unrealised_gain": 1e5}, "--unrealised-gain has no effect without --long-term-tax."),
        ({"short_term_tax": 0.37}, "--short-term-tax has no effect without --long-term-tax"),
        ({"long_term_tax": 0.2}, "--long-term-tax has no effect without --unrealised-gain"),
    ],
)
def test_a_choice_without_effect_is_named(choices, message):
    (note,) = doubt_unused(Settings(**choices), SHARES, {"MES"})
    assert note.code == "choice_without_effect"
    assert note.message.startswith(message)


@pytest.mark.parametrize(
    ("choices", "portfolio", "traded"),
    [
        ({}, SHARES, {"MES"}),
        ({"portfolio_value": 1e5}, WEIGHTS, {"MES"}),
        ({"legs": 2}, SHARES, {"MES"}),
        ({"legs": 1, "index": ("sp500",)}, SHARES, {"MES"}),
        ({"fees": OWN_FEES}, SHARES, {"MES"}),
        ({"fees": OWN_FEES, "fee_schedule": "schwab"}, SHARES, {"MES", "MNQ"}),
        ({"fees": OWN_FEES, "fee_schedule": "schwab"}, SHARES, set()),
        ({"unrealised_gain": 1e5, "long_term_tax": 0.2}, SHARES, {"MES"}),
        ({"short_term_tax": 0.37, "long_term_tax": 0.2}, SHARES, {"MES"}),
    ],
)
def test_a_choice_with_an_effect_is_not_doubted(choices, portfolio, traded):
    assert list(doubt_unused(Settings(**choices), portfolio, traded)) == []


def test_the_doubt_travels_with_the_advice():
    advice = advise(SHARES, settings=Settings(portfolio_value=1e5), as_of=DAY, today=DAY)
    assert "choice_without_effect" in [note.code for note in advice.notes]
