"""The futures that an account holds on the day of the review, and who says so.

In this order: what the user states (``--current``, beside the file's), the fills on top of what was held before the
plan, the holdings file where it shows other futures than it did before the plan, and else the plan's own positions, as
if its orders had been filled. A contract whose last trading day has passed was settled in cash and is held no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hedger.contracts import find_front_month
from hedger.errors import Note, SettingsError
from hedger.exposure import HeldFuture, add_up, to_held_future

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from hedger.contracts import Expiry
    from hedger.portfolio import Portfolio
    from hedger.review.earlier import EarlierPlan
    from hedger.review.fills import Fill

HeldBy = Literal["stated", "fills", "file", "plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFutures:
    """What is held, and what is not any more.

    Parameters
    ----------
    says
        Who tells: the user, the fills, the holdings file, or the plan alone.
    held
        Contracts that still trade.
    gone
        Contracts that expired or were delisted since: settled in cash.
    notes
        Doubts.
    """

    says: HeldBy
    held: tuple[HeldFuture, ...]
    gone: tuple[HeldFuture, ...]
    notes: tuple[Note, ...]

    @property
    def by_root(self) -> dict[str, int]:
        """Signed number of contracts held, by root, without those that cancel out."""
        return {root: quantity for root, quantity in _by_root(self.held).items() if quantity}


def find_held(
    plan: EarlierPlan,
    portfolio: Portfolio,
    *,
    fills: Sequence[Fill] | None,
    stated: Sequence[tuple[str, int]],
    as_of: date,
) -> HeldFutures:
    """Find what is held on a day.

    Parameters
    ----------
    plan
        The earlier plan.
    portfolio
        Today's holdings file.
    fills
        What was traded since; ``None`` where no file tells.
    stated
        Root and number of contracts that the user says are held beside those in the file; empty where nothing is
        stated.
    as_of
        The day.

    Raises
    ------
    SettingsError
        When both the user and a file of fills tell what is held.
    """
    if stated and fills is not None:
        raise SettingsError(
            "Both --current and --fills tell which futures are held. Give one of them: --fills also shows what the "
            "hedge has gained."
        )
    in_file = _of_file(portfolio, as_of)
    before = tuple(HeldFuture(future=each.future, quantity=each.quantity_before) for each in plan.positions)
    planned = tuple(HeldFuture(future=each.future, quantity=each.quantity) for each in plan.positions)
    says: HeldBy
    if stated:
        says, contracts = "stated", add_up((*in_file, *(_at_front(*each, as_of) for each in stated)))
    elif fills is not None:
        traded = (HeldFuture(future=fill.future, quantity=fill.quantity) for fill in fills)
        says, contracts = "fills", add_up((*before, *traded))
    elif in_file and _by_month(in_file) not in (_by_month(before), _by_month(planned)):
        says, contracts = "file", in_file
    else:
        says, contracts = "plan", planned
    open_contracts = [each for each in contracts if each.quantity]
    return HeldFutures(
        says=says,
        held=tuple(each for each in open_contracts if not each.future.is_gone(as_of)),
        gone=tuple(each for each in open_contracts if each.future.is_gone(as_of)),
        notes=tuple(_doubts(says, contracts=contracts, planned=planned, in_file=in_file, as_of=as_of)),
    )


def _of_file(portfolio: Portfolio, as_of: date) -> tuple[HeldFuture, ...]:
    """Return the index futures of a holdings file, each month once."""
    futures = (position for position in portfolio.positions if position.asset_class == "future")
    read = (to_held_future(position, as_of) for position in futures)
    # What the file does not tell well enough, the measurement excludes by name.
    return add_up(each for each in read if isinstance(each, HeldFuture) and each.quantity)


def _at_front(root: str, quantity: int, as_of: date) -> HeldFuture:
    return HeldFuture(future=find_front_month(root, as_of), quantity=quantity)


def _by_month(contracts: Iterable[HeldFuture]) -> dict[tuple[str, Expiry], int]:
    return {(each.future.symbol, each.future.expiry): each.quantity for each in contracts if each.quantity}


def _by_root(contracts: Iterable[HeldFuture]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for each in contracts:
        totals[each.future.symbol] = totals.get(each.future.symbol, 0) + each.quantity
    return totals


def _doubts(
    says: HeldBy,
    *,
    contracts: Sequence[HeldFuture],
    planned: Sequence[HeldFuture],
    in_file: Sequence[HeldFuture],
    as_of: date,
) -> Iterable[Note]:
    gone = [each for each in planned if each.quantity and each.future.is_gone(as_of)]
    if says == "plan" and gone:
        roots = ",".join(f"{each.future.symbol}={each.quantity}" for each in gone)
        yield Note(
            code="expired_unless_rolled",
            message=(
                f"The plan's {_worded(gone)} expired. If they were rolled before, the trades shown would double the "
                f"hedge. Say what is held with --fills FILE.csv or --current {roots}."
            ),
        )
    elif says == "plan" and any(each.quantity for each in planned):
        yield Note(
            code="orders_assumed_filled",
            message=(
                "The plan's orders are assumed to have been filled at its prices, and nothing since. Give what was "
                "really traded with --fills FILE.csv, or what is held with --current."
            ),
        )
    if says == "file":
        yield Note(
            code="futures_from_file",
            message=(
                f"The holdings file shows {_worded(in_file)}, the plan left {_worded(planned)}: the file is believed. "
                "The gains shown are those of the plan's orders; give what was really traded with --fills FILE.csv."
            ),
        )
    elif in_file and says == "plan" and _by_month(in_file) != _by_month(planned):
        yield Note(
            code="file_from_before_the_plan",
            message=(
                f"The holdings file shows {_worded(in_file)}, as before the plan; its orders are assumed to be filled "
                f"since. If they are not, add --current {in_file[0].future.symbol}=0, which leaves it at the file's."
            ),
        )
    elif in_file and says == "fills" and _by_month(in_file) != _by_month(contracts):
        yield Note(
            code="futures_differ_from_file",
            message=(
                f"The holdings file shows {_worded(in_file)}, but the fills lead to {_worded(contracts)}, which the "
                "review goes by. If the file is right, complete the fills."
            ),
        )
    if says == "fills" and _by_month(contracts) != _by_month(planned):
        yield Note(
            code="fills_differ_from_plan",
            message=f"The fills lead to {_worded(contracts)}, the plan's orders would have led to {_worded(planned)}.",
        )


def _worded(contracts: Iterable[HeldFuture]) -> str:
    return ", ".join(str(each) for each in contracts if each.quantity) or "no futures"
