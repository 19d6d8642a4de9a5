import math

import pytest

from hedger.errors import SettingsError
from hedger.hedge import HedgePolicy


def test_the_defaults_remove_all_exposure_with_as_many_indices_as_pay():
    policy = HedgePolicy()
    assert (policy.hedge_fraction, policy.target_beta, policy.legs, policy.tolerance) == (1.0, None, None, 0.0)
    assert (policy.margin_budget, policy.max_contracts, policy.allow_long_legs) == (None, None, False)


@pytest.mark.parametrize(
    "choices",
    [
        {"hedge_fraction": 0.0},
        {"hedge_fraction": 2.0},
        {"target_beta": -5.0},
        {"target_beta": 5.0},
        {"margin_budget": 0.01},
        {"max_contracts": 1},
        {"tolerance": 0.0},
        {"tolerance": 1.0},
    ],
)
def test_choices_at_the_edge_are_allowed(choices):
    policy = HedgePolicy(**choices)
    assert all(getattr(policy, name) == choice for name, choice in choices.items())


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"hedge_fraction": -0.01}, "hedge must lie between 0 % and 200 % of the exposure, not -1%"),
        ({"hedge_fraction": 2.01}, "not 201%"),
        ({"hedge_fraction": math.nan}, "not nan%"),
        ({"target_beta": 5.1}, r"target beta must lie between -5 and 5, not 5\.1"),
        ({"target_beta": math.nan}, "target beta must lie between -5 and 5, not nan"),
        ({"legs": 6}, r"uses 1 to 5 indices, not 6\. Use --legs 1, or --legs auto"),
        ({"legs": 0}, "uses 1 to 5 indices, not 0"),
        ({"margin_budget": 0.0}, r"margin budget must be positive, not 0\.00"),
        ({"margin_budget": -1.0}, r"margin budget must be positive, not -1\.00"),
        ({"margin_budget": math.nan}, "margin budget must be positive, not nan"),
        ({"max_contracts": 0}, "At least one contract must be allowed, not 0"),
        ({"tolerance": -0.1}, "tolerance must lie between 0 % and 100 %, not -10%"),
        ({"tolerance": 1.1}, "not 110%"),
    ],
)
def test_choices_that_no_hedge_can_follow_are_refused(choices, message):
    with pytest.raises(SettingsError, match=message):
        HedgePolicy(**choices)
