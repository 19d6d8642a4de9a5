"""What the user wants of a hedge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hedger.errors import SettingsError

Objective = Literal["variance", "expected-shortfall"]
OBJECTIVES: tuple[Objective, ...] = ("variance", "expected-shortfall")
"""What a hedge makes as small as it can: tracking risk, or the expected shortfall over past sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgePolicy:
    """The choices that turn an exposure into a whole-contract problem.

    Parameters
    ----------
    hedge_fraction
        Share of beta dollars to remove, 1 = neutral; not used when `target_beta` is given.
    target_beta
        Beta to the reference index to be left with; ``None`` to use `hedge_fraction`.
    indices
        Names of the indices that may be used; empty for all that have a contract.
    legs
        Most indices that the hedge may use; ``None`` to take a further one only where it pays.
    allow_long_legs
        Whether a leg may be held against the sign that the exposure asks for.
    margin_budget, max_contracts
        Most initial margin in USD and most contracts in all; ``None`` for no limit.
    tolerance
        Risk that may be given up for a cheaper plan, as a fraction of the risk being hedged.
    objective
        What is made as small as possible, one of :data:`OBJECTIVES`.
    current
        Root and signed number of contracts already held.
    closing_only
        Roots that are held but may not be chosen: their positions may shrink, never grow.
    """

    hedge_fraction: float = 1.0
    target_beta: float | None = None
    indices: tuple[str, ...] = ()
    legs: int | None = None
    allow_long_legs: bool = False
    margin_budget: float | None = None
    max_contracts: int | None = None
    tolerance: float = 0.0
    objective: Objective = "variance"
    current: tuple[tuple[str, int], ...] = ()
    closing_only: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.hedge_fraction <= 2:
            raise SettingsError(
                f"The hedge must lie between 0 % and 200 % of the exposure, not {self.hedge_fraction:.0%}."
            )
        if self.target_beta is not None and not -5 <= self.target_beta <= 5:
            raise SettingsError(f"The target beta must lie between -5 and 5, not {self.target_beta:g}.")
        if self.legs is not None and not 1 <= self.legs <= 5:
            raise SettingsError(f"A hedge uses 1 to 5 indices, not {self.legs}. Use --legs 1, or --legs auto.")
        if self.margin_budget is not None and not self.margin_budget > 0:
            raise SettingsError(f"The margin budget must be positive, not {self.margin_budget:,.2f}.")
        if self.max_contracts is not None and self.max_contracts < 1:
            raise SettingsError(f"At least one contract must be allowed, not {self.max_contracts}.")
        if not 0 <= self.tolerance <= 1:
            raise SettingsError(f"The tolerance must lie between 0 % and 100 %, not {self.tolerance:.0%}.")
