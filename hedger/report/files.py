"""Advice to the folder that a reader takes away, and to ``orders.csv`` for a trading desk.

Every file of the folder comes from the same advice, and the folder changes as a whole: see
:mod:`hedger.report.folder`.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from hedger.errors import SettingsError
from hedger.report.basket import ibkr_basket_csv
from hedger.report.document import plan_document, to_json
from hedger.report.folder import replace_folder
from hedger.report.tradable import require_tradable
from hedger.version import PLAN_SCHEMA
from hedger.wording import shorten

if TYPE_CHECKING:
    from pathlib import Path

    from hedger.advice import Advice
    from hedger.hedge import Order

ORDER_COLUMNS = (
    "symbol",
    "contract_code",
    "last_trading_day",
    "exchange",
    "action",
    "quantity",
    "price",
    "multiplier",
    "notional",
    "initial_margin",
    "maintenance_margin",
    "cost",
)
"""Columns of ``orders.csv``; units as in the plan's JSON, except that `quantity` is never negative: see `action`."""


PLAN_FILES = ("plan.json", "orders.csv", "ibkr_basket.csv", "plan.xlsx", "plan.pdf", "calendar.ics")
"""Names of the files of a plan folder."""


def orders_csv(advice: Advice) -> str:
    """Return the orders of a plan as CSV, one row per order, with a header even when there is none.

    `action` is ``BUY`` or ``SELL`` and `quantity` the number of contracts. Notional is signed as in the JSON; money
    and prices are rounded to cents.

    Raises
    ------
    SettingsError
        When the plan holds a contract that was delisted before the day: such orders cannot be placed.
    """
    require_tradable(advice)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ORDER_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_order_row(order) for order in advice.plan.orders)
    return text.getvalue()


def plan_file(advice: Advice, name: str) -> bytes:
    """Return what one of :data:`PLAN_FILES` holds; the same advice gives the same bytes.

    Parameters
    ----------
    advice
        What to write.
    name
        One of :data:`PLAN_FILES`.

    Raises
    ------
    SettingsError
        When the file is one of orders and the plan cannot be traded.
    ValueError
        When there is no file of that name.
    """
    # The libraries behind workbook, pages and calendar are loaded for a reader who takes these away, not for a plan.
    if name == "plan.json":
        return (to_json(plan_document(advice)) + "\n").encode()
    if name == "orders.csv":
        return orders_csv(advice).encode()
    if name == "ibkr_basket.csv":
        return ibkr_basket_csv(advice).encode()
    if name == "plan.xlsx":
        from hedger.report.workbook import plan_xlsx  # noqa: PLC0415

        return plan_xlsx(advice)
    if name == "plan.pdf":
        from hedger.report.pdf import plan_pdf  # noqa: PLC0415

        return plan_pdf(advice)
    if name == "calendar.ics":
        from hedger.report.calendar_file import calendar_ics  # noqa: PLC0415

        return calendar_ics(advice)
    raise ValueError(f"a plan has no file {name!r}; it has {', '.join(PLAN_FILES)}")


def write_plan_folder(advice: Advice, folder: Path) -> tuple[Path, ...]:
    """Write all files of a plan, in place of those of an earlier one, and return their paths.

    The folder is the plan's own: it changes as a whole, so that whoever looks, and whenever the process dies, finds
    the old plan or the new one.

    Parameters
    ----------
    advice
        What to write.
    folder
        Made when it does not exist.

    Raises
    ------
    SettingsError
        When the plan cannot be traded, or the folder holds other files or cannot be written. Nothing has changed
        then.
    """
    require_tradable(advice)
    contents = {name: plan_file(advice, name) for name in PLAN_FILES}
    try:
        return replace_folder(folder, contents, owned=PLAN_FILES, is_own=_holds_plan)
    except OSError as error:
        raise SettingsError(
            f'The plan cannot be written to "{shorten(folder, 200)}": {error.strerror}. '
            "Close its files where they are open, or choose a folder that you may write to with --out FOLDER."
        ) from error


def _holds_plan(folder: Path) -> bool:
    """Return whether the ``plan.json`` of a folder is the document of a plan."""
    try:
        document = json.loads((folder / "plan.json").read_bytes())
    except (FileNotFoundError, ValueError):  # none, or one of something else
        return False
    return isinstance(document, dict) and document.get("schema") == PLAN_SCHEMA


def _order_row(order: Order) -> dict[str, object]:
    quote = order.quote
    return {
        "symbol": quote.symbol,
        "contract_code": quote.code,
        "last_trading_day": quote.last_trading_day,
        "exchange": quote.contract.exchange,
        "action": "BUY" if order.quantity > 0 else "SELL",
        "quantity": abs(order.quantity),
        "price": f"{quote.price:.2f}",
        "multiplier": f"{quote.contract.multiplier:g}",
        "notional": f"{order.notional:.2f}",
        "initial_margin": f"{order.initial_margin:.2f}",
        "maintenance_margin": f"{order.maintenance_margin:.2f}",
        "cost": f"{order.cost:.2f}",
    }
