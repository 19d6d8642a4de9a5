"""Why a further index is not used, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hedger.hedge import LegStep, objection_to

if TYPE_CHECKING:
    from hedger.hedge.legs import Objection

STEP = LegStep(
    indices=("sp500", "russell2000"),
    explained=0.84,
    cut=0.0072,
    removed=0.81,
    past_cut=0.0041,
    volatility_saved=1_234.4,
    cost_added=2_345.6,
    is_taken=False,
    objection=None,
)


def test_an_index_that_is_used_has_none() -> None:
    assert objection_to(STEP) == ""


@pytest.mark.parametrize(
    ("objection", "words"),
    [
        ("prediction", "it is expected to cut what is left by 0.7% only"),
        ("past", "in the past it would have cut what was left by 0.4% only"),
        ("cost", "it saves $1,234 of volatility for $2,346 a year"),
        ("not known", "the history is too short to test it"),
        ("legs", "it would pay, but fewer indices are allowed"),
    ],
)
def test_every_objection_has_its_sentence(objection: Objection, words: str) -> None:
    assert objection_to(replace(STEP, objection=objection)) == words


def test_what_would_have_done_worse_cuts_nothing() -> None:
    worse = replace(STEP, cut=-0.27, past_cut=-0.12)
    assert objection_to(replace(worse, objection="prediction")).endswith("cut what is left by nothing")
    assert objection_to(replace(worse, objection="past")).endswith("cut what was left by nothing")
