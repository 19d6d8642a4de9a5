"""The 60/40 split of futures gains, and the questions that close tracking raises."""

import pytest
from made_up import make_exposure, make_plan

from hedger.risk import Circumstances, assess_risk, doubt_tax, tax_scenarios, to_futures_tax


def test_the_highest_federal_rate_on_futures_is_the_published_blend():
    # Internal Revenue Code, section 1256(a)(3): 60 % long-term at 20 %, 40 % short-term at 37 %, together 26.8 %.
    tax = to_futures_tax("a fall", 100_000.0, long_term_rate=0.20, short_term_rate=0.37)
    assert tax.tax == pytest.approx(26_800.0, rel=1e-12)
    assert (tax.long_term, tax.short_term) == pytest.approx((60_000.0, 40_000.0), rel=1e-12)
    assert tax.long_term + tax.short_term == tax.gain


def test_a_loss_is_split_the_same_way():
    tax = to_futures_tax("a rise", -10_000.0, long_term_rate=0.15, short_term_rate=0.24)
    assert tax.tax == pytest.approx(-0.6 * 1_500.0 - 0.4 * 2_400.0, rel=1e-12)


def test_every_move_of_the_index_is_taxed_where_both_rates_are_stated():
    exposure = make_exposure()
    plan = make_plan(exposure)
    world = Circumstances(long_term_rate=0.20, short_term_rate=0.37)
    risk = assess_risk(exposure, plan, world)
    assert [each.scenario for each in risk.futures_tax] == [each.name for each in risk.scenarios]
    for tax, scenario in zip(risk.futures_tax, risk.scenarios, strict=True):
        assert tax.tax == pytest.approx(0.268 * scenario.hedge_pnl, rel=1e-12)
    assert tax_scenarios(risk.scenarios, long_term_rate=0.2, short_term_rate=None) == ()
    unhedged = assess_risk(exposure, make_plan(exposure, hedge_fraction=0.0), world)
    assert unhedged.futures_tax == ()


@pytest.mark.parametrize(("r_squared", "n_notes"), [(0.95, 0), (0.951, 1)])
def test_a_book_that_nearly_is_the_index_raises_the_questions_of_straddles(r_squared, n_notes):
    exposure = make_exposure(r_squared=r_squared)
    notes = doubt_tax(exposure, make_plan(exposure))
    assert [note.code for note in notes] == ["tax_close_tracking"] * n_notes
    for note in notes:
        assert "Section 1092" in note.message
        assert "Section 1259" in note.message
        assert note.message.endswith("this is no advice.")
    assert doubt_tax(exposure, make_plan(exposure, hedge_fraction=0.0)) == ()
    assert assess_risk(exposure, make_plan(exposure)).notes == notes
