"""Advice to the files of a plan folder: ``plan.json`` for programs, ``orders.csv`` for a trading desk.

A file is written whole or not at all: first beside its place, then moved there, so that no reader ever meets
half of a plan.
"""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING

from hedger.errors import SettingsError, shorten
from hedger.report.document import plan_document, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping
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


def orders_csv(advice: Advice) -> str:
    """Return the orders of a plan as CSV, one row per order, with a header even when there is none.

    `action` is ``BUY`` or ``SELL`` and `quantity` the number of contracts. Notional is signed as in the JSON; money
    and prices are rounded to cents.

    Raises
    ------
    SettingsError
        When the plan holds a contract that was delisted before the day: such orders cannot be placed.
    """
    _require_tradable(advice)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ORDER_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_order_row(order) for order in advice.plan.orders)
    return text.getvalue()


def write_plan_folder(advice: Advice, folder: Path) -> tuple[Path, ...]:
    """Write ``plan.json`` and ``orders.csv``, over those of an earlier plan, and return their paths.

    Parameters
    ----------
    advice
        What to write.
    folder
        Made when it does not exist.

    Raises
    ------
    SettingsError
        When the plan cannot be traded, or the folder cannot be written to. Nothing is written then.
    """
    contents = {"plan.json": to_json(plan_document(advice)) + "\n", "orders.csv": orders_csv(advice)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write_all(contents, folder)
    except OSError as error:
        raise SettingsError(
            f'The plan cannot be written to "{shorten(folder, 200)}": {error.strerror}. '
            "Choose a folder that you may write to with --out FOLDER."
        ) from error


def _require_tradable(advice: Advice) -> None:
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


def _write_all(contents: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Write every file beside its place, then move all into place."""
    written = {folder / f".{name}.{os.getpid()}.part": folder / name for name in contents}
    try:
        for (part, _), text in zip(written.items(), contents.values(), strict=True):
            with part.open("w", encoding="utf-8", newline="") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        for part, final in written.items():
            part.replace(final)
    finally:
        for part in written:
            part.unlink(missing_ok=True)
    return tuple(written.values())
