"""What a hedge costs, and what else would do."""

from datetime import date

import pytest
from made_up import LEVELS, TODAY, make_exposure

from hedger.advice import advise
from hedger.contracts import BrokerFees, Fees, quote_contracts, select_contracts
from hedger.hedge import HedgePolicy, solve_hedge
from hedger.market import DatedRate
from hedger.risk import Circumstances, assess_costs, assess_risk, list_other_ways
from hedger.settings import Settings

FEES = Fees(commission=0.85, exchange_fee=1.38, regulatory_fee=0.02, as_of="2026-08", source="made up")
MICRO_FEES = Fees(commission=0.25, exchange_fee=0.35, regulatory_fee=0.02, as_of="2026-08", source="made up")
INTEREST = DatedRate(value=0.036, as_of=date(2026, 8, 20), source="a rate")
YIELDS = {
    "sp500": DatedRate(value=0.012, as_of=date(2025, 9, 30), source="a fund"),
    "nasdaq100": DatedRate(value=0.006, as_of=date(2025, 9, 30), source="another fund"),
}


def plan_with_fees(exposure, symbols=("ES", "MES"), **policy):
    contracts = select_contracts(TODAY, symbols=symbols)
    prices = {contract.symbol: (LEVELS[contract.index], "made up") for contract in contracts}
    own = [BrokerFees(symbol=each.symbol, fees=FEES if each.size == "e-mini" else MICRO_FEES) for each in contracts]
    quotes = quote_contracts(contracts, as_of=TODAY, prices=prices, broker_fees=own)
    return solve_hedge(exposure, quotes, HedgePolicy(**{"legs": 1, **policy}))


def held(plan):
    return {order.quote.symbol: order.held_after for order in plan.positions}


def test_the_parts_of_a_cost_by_hand():
    exposure = make_exposure()
    plan = plan_with_fees(exposure)  # four ES short
    assert held(plan) == {"ES": -4}
    costs = assess_costs(plan, value=1e6, interest=INTEREST, dividends=YIELDS)
    assert costs.one_off == pytest.approx(plan.round_trip_cost, rel=1e-12)
    assert {item.name: item.amount for item in costs.items if item.kind == "one_off"} == pytest.approx(
        {
            "commission, in and out": 8 * 0.85,
            "exchange fee, in and out": 8 * 1.38,
            "regulatory fee, in and out": 8 * 0.02,
            "bid-ask spread, in and out": 4 * 2 * 0.13 * 50,  # half spread of ES in points
        },
        rel=1e-12,
    )
    assert costs.roll == pytest.approx(4 * (4.50 + 2.50), rel=1e-12)
    assert costs.rolls_per_year == pytest.approx(4 * costs.roll, rel=1e-12)
    # 1.2 million short earns 3.6 % and owes 1.2 %, both for 365 days of a year of 360.
    assert costs.carry_per_year == pytest.approx(-1.2e6 * 0.024 * 365 / 360, rel=1e-12)
    assert costs.per_year == pytest.approx(costs.rolls_per_year + costs.carry_per_year, rel=1e-12)
    assert costs.basis_points_per_year == pytest.approx(1e4 * costs.per_year / 1e6, rel=1e-12)
    carry = {item.name: (item.as_of, item.source) for item in costs.items if item.kind == "carry"}
    assert carry == {
        "financing at 3.60%, received on a short position": ("2026-08-20", "a rate"),
        "dividends of the S&P 500 at 1.20%, owed on a short position": ("2025-09-30", "a fund"),
    }


def test_a_bought_hedge_pays_the_financing():
    exposure = make_exposure(holdings=(("AAA", -1_000_000.0, 1.2),), cash=3e6)
    costs = assess_costs(plan_with_fees(exposure), value=2e6, interest=INTEREST, dividends=YIELDS)
    assert costs.carry_per_year == pytest.approx(1.2e6 * 0.024 * 365 / 360, rel=1e-12)


def test_legs_on_two_indices_owe_the_dividends_of_each():
    plan = plan_with_fees(make_exposure(), symbols=("ES", "NQ", "MNQ"), legs=2)
    short = {symbol: -quantity for symbol, quantity in held(plan).items()}
    costs = assess_costs(plan, value=1e6, interest=INTEREST, dividends=YIELDS)
    dividends = [item.amount for item in costs.items if item.name.startswith("dividends")]
    sp500, nasdaq100 = 300_000.0 * short["ES"], 400_000.0 * short.get("NQ", 0) + 40_000.0 * short["MNQ"]
    assert min(sp500, nasdaq100) > 0
    assert dividends == pytest.approx([sp500 * 0.012 * 365 / 360, nasdaq100 * 0.006 * 365 / 360], rel=1e-12)


def test_without_a_rate_there_is_no_carry_but_rolls():
    plan = plan_with_fees(make_exposure())
    for interest, dividends in ((None, YIELDS), (INTEREST, {})):
        costs = assess_costs(plan, value=1e6, interest=interest, dividends=dividends)
        assert costs.carry_per_year is None
        assert costs.per_year == costs.rolls_per_year > 0


def test_a_plan_without_contracts_costs_nothing():
    costs = assess_costs(
        plan_with_fees(make_exposure(), hedge_fraction=0.0), value=1e6, interest=INTEREST, dividends=YIELDS
    )
    assert (costs.items, costs.one_off, costs.roll, costs.carry_per_year, costs.per_year) == ((), 0, 0.0, 0, 0)


def test_futures_that_are_closed_cost_once_and_are_not_rolled():
    plan = plan_with_fees(make_exposure(), hedge_fraction=0.0, current=(("ES", -2),))
    costs = assess_costs(plan, value=1e6, interest=INTEREST, dividends=YIELDS)
    assert costs.one_off == plan.round_trip_cost > 0
    assert (costs.rolls_per_year, costs.carry_per_year) == (0, 0)


def test_spot_quoted_futures_are_rolled_once_a_year():
    exposure = make_exposure()
    plan = plan_with_fees(exposure, symbols=("QSPX",), hedge_fraction=0.1)
    costs = assess_costs(plan, value=1e6, interest=INTEREST, dividends=YIELDS)
    (order,) = plan.positions
    assert costs.rolls_a_year == 1
    assert costs.rolls_per_year == pytest.approx(abs(order.held_after) * order.quote.roll_cost, rel=1e-12)


# ---------------------------------------------------------------- other ways


def test_selling_costs_a_cent_a_share_and_the_tax_that_the_user_states():
    exposure = make_exposure()  # 10,000 shares at 100
    plan = plan_with_fees(exposure, hedge_fraction=0.5)
    selling = list_other_ways(exposure, plan)[0]
    assert selling.name == "selling"
    assert selling.amount == pytest.approx(500_000.0, rel=1e-12)
    assert selling.one_off == pytest.approx(50.0, rel=1e-12)
    assert selling.tax is None
    taxed = list_other_ways(exposure, plan, unrealised_gain=300_000.0, long_term_rate=0.20)[0]
    assert taxed.tax == pytest.approx(0.5 * 300_000.0 * 0.20, rel=1e-12)
    lost = list_other_ways(exposure, plan, unrealised_gain=-300_000.0, long_term_rate=0.20)[0]
    assert lost.tax == 0.0
    assert list_other_ways(exposure, plan, unrealised_gain=300_000.0)[0].tax is None


def test_an_inverse_fund_charges_its_expense_ratio_of_the_notional():
    exposure = make_exposure()
    fund = list_other_ways(exposure, plan_with_fees(exposure))[1]
    # SH: 0.89 % a year, proshares.com, 2023-09-28; spread 0.06 %, etf.com, 2023-03-21.
    assert (fund.name, fund.amount) == ("SH", pytest.approx(1.2e6, rel=1e-12))
    assert fund.per_year == pytest.approx(1.2e6 * 0.0089, rel=1e-12)
    assert fund.one_off == pytest.approx(1.2e6 * 0.0006, rel=1e-12)
    assert "2023-09-28" in fund.source


def test_a_fund_whose_spread_was_not_found_says_nothing_of_it_and_one_without_figures_is_left_out(technology):
    def funds(index):
        ways = advise(technology, settings=Settings(index=(index,)), today=TODAY).risk.other_ways
        return {way.name: way.one_off for way in ways if way.name != "selling"}

    assert funds("dow30") == {"DOG": None}
    assert funds("russell2000") == {}


@pytest.mark.parametrize(
    ("value", "policy"),
    [
        (1e6, {"hedge_fraction": 0.0}),
        (-1e6, {}),
        (1e6, {"hedge_fraction": 0.0, "current": (("ES", 2),), "max_contracts": 9}),
    ],
)
def test_without_a_short_hedge_there_is_no_other_way(value, policy):
    exposure = make_exposure(holdings=(("AAA", value, 1.2),), cash=3e6 if value < 0 else 0.0)
    assert list_other_ways(exposure, plan_with_fees(exposure, **policy)) == ()


def test_more_than_everything_cannot_be_sold():
    exposure = make_exposure()
    ways = list_other_ways(exposure, plan_with_fees(exposure, hedge_fraction=1.5))
    assert [way.name for way in ways] == ["SH"]


def test_an_assessment_carries_its_costs():
    exposure = make_exposure()
    plan = plan_with_fees(exposure)
    world = Circumstances(interest=INTEREST, dividends=tuple(YIELDS.items()), unrealised_gain=1e5, long_term_rate=0.2)
    risk = assess_risk(exposure, plan, world)
    assert risk.costs == assess_costs(plan, value=1e6, interest=INTEREST, dividends=YIELDS)
    assert risk.other_ways == list_other_ways(exposure, plan, unrealised_gain=1e5, long_term_rate=0.2)
