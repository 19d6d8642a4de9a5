"""What may leave the package as an order: nothing in contracts that no longer trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedger.errors import SettingsError

if TYPE_CHECKING:
    from hedger.advice import Advice


def require_tradable(advice: Advice) -> None:
    """Refuse to export the orders of a what-if.

    Raises
    ------
    SettingsError
        When the plan holds a contract that was delisted before the day: such orders cannot be placed.
    """
    if advice.is_tradable:
        return
    gone = [
        f"{order.quote.symbol} (until {order.quote.contract.delisted})"
        for order in advice.plan.orders
        if not order.quote.contract.is_listed(advice.as_of)
    ]
    raise SettingsError(
        f"The plan is a what-if with contracts that are delisted on {advice.as_of}: {', '.join(gone)}. Its orders "
        "cannot be placed, so they are not exported. Leave out --include-delisted for a plan that can be traded."
    )
