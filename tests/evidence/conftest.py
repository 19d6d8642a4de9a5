"""One past and its evidence for all tests of the room."""

import pytest
from made_past import assess, make_closes, make_prices


@pytest.fixture(scope="session")
def past():
    return make_prices(*make_closes())


@pytest.fixture(scope="session")
def evidence(past):
    return assess(past)
