"""Checks of a whole file: its own totals, its weights, its currencies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hedger.errors import HoldingsError
from hedger.portfolio.holdings import FileWarning
from hedger.portfolio.privacy import account_ending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.portfolio.drafts import Draft, Harvest

PRICE_TOLERANCE = 0.02
"""Share by which the prices of one instrument may differ between rows without a word."""

MOST_ALIKE = 100
"""Warnings of one kind that are listed one by one."""

WEIGHT_TOLERANCE = 0.02
"""Distance of the weights' sum from one that needs no word."""

MOST_FRACTION = 3.0
"""Largest sum of sizes that weights without per cent signs have as fractions: a book levered three times."""

LEAST_PER_CENT = 10.0
"""Smallest sum of sizes that weights without per cent signs have as per cent: a book with 90 % of it left out."""


def check_totals(harvest: Harvest) -> float | None:
    """Compare the totals that the file states with what was read, and return the total of the whole file.

    A total is the sum of the rows since the total before it, or of all rows above. Pending activity and the market
    value of unlisted futures belong to it; the notional of futures does not.
    """
    if not harvest.totals:
        return None
    drafts = harvest.drafts
    start, beside, grand = 0, 0.0, 0.0
    for total in harvest.totals:
        block = drafts[start : total.n_drafts]
        stated = total.value
        since = _sum(block) + total.beside - beside
        overall = (_sum(drafts[: total.n_drafts]) + total.beside, _sum(drafts) + harvest.beside)
        is_same = len({draft.currency for draft in block}) <= 1 and all(_value(draft) is not None for draft in block)
        is_sum = _matches(stated, since, block)
        is_grand = not is_sum and any(_matches(stated, added, drafts) for added in overall)
        if is_same and not is_sum and not is_grand:
            harvest.warn(
                "total_mismatch",
                total.line,
                f"Line {total.line}: the rows above add to {since:,.2f}, the file states {stated:,.2f}, "
                f"a difference of {stated - since:,.2f}. A row may be missing.",
            )
        grand = stated if is_grand else grand + stated
        start, beside = total.n_drafts, total.beside
    return grand


def _value(draft: Draft) -> float | None:
    return 0.0 if draft.instrument.asset_class == "future" else draft.value


def _sum(drafts: Sequence[Draft]) -> float:
    return sum(_value(draft) or 0.0 for draft in drafts)


def _matches(stated: float, added: float, block: Sequence[Draft]) -> bool:
    return abs(stated - added) <= 0.02 + 0.01 * len(block) + 1e-6 * abs(stated)


def to_fractions(harvest: Harvest) -> list[float | None]:
    """Return the weight of every draft as a fraction of the portfolio.

    Weights count only where the file states neither quantities nor values. Numbers without per cent signs are per cent
    when their sizes add to :data:`LEAST_PER_CENT` and fractions when they add to :data:`MOST_FRACTION` at most.

    Raises
    ------
    HoldingsError
        When the sum tells neither.
    """
    drafts = harvest.drafts
    weighed = [draft for draft in drafts if draft.weight is not None]
    if not weighed or any(draft.quantity is not None or draft.value is not None for draft in weighed):
        _compare_weights(harvest)
        return [None] * len(drafts)
    total = sum(draft.weight or 0.0 for draft in weighed)
    gross = sum(abs(draft.weight or 0.0) for draft in weighed)
    signs = {draft.has_percent_sign for draft in weighed}
    divisor = 1.0
    if signs == {True, False}:
        raise HoldingsError(
            "Some weights have a per cent sign and others have none. Write all of them in the same way."
        )
    if signs == {False}:
        divisor = 100.0 if gross >= LEAST_PER_CENT else 1.0
        if MOST_FRACTION < gross < LEAST_PER_CENT:
            raise HoldingsError(
                f"The weights add to {total:g}, so they are neither fractions (adding to 1) nor per cent "
                "(adding to 100). Write them with per cent signs."
            )
    total /= divisor
    stated = harvest.weight_total
    if stated is not None and min(abs(stated - total), abs(stated / 100.0 - total)) > WEIGHT_TOLERANCE:
        sentence = f"The weights add to {100 * total:g} %, the file's total row says otherwise. A row may be missing."
        harvest.warn("total_mismatch", None, sentence)
    if abs(total - 1.0) > WEIGHT_TOLERANCE:
        harvest.warn(
            "weights_sum",
            None,
            f"The weights add to {100 * total:g} %, not 100 %; they were used as they stand, the rest counts as "
            f"{'cash' if total < 1.0 else 'borrowed'}.",
        )
    return [None if draft.weight is None else draft.weight / divisor for draft in drafts]


def _compare_weights(harvest: Harvest) -> None:
    """Doubt a column of weights that contradicts the values beside it."""
    drafts = [d for d in harvest.drafts if d.weight is not None and d.value is not None and d.weight]
    total = sum(draft.value or 0.0 for draft in drafts)
    if len(drafts) != len(harvest.drafts) or total <= 0:
        return
    scale = 1.0 if any(d.has_percent_sign for d in drafts) or sum(d.weight or 0.0 for d in drafts) < 2.0 else 100.0
    for draft in drafts:
        implied, stated = (draft.value or 0.0) / total, (draft.weight or 0.0) / scale
        if abs(implied - stated) > 0.05:
            harvest.warn(
                "weight_conflict",
                draft.line,
                f"Line {draft.line}: quantity and price make {100 * implied:.1f} % of the file, its weight says "
                f"{100 * stated:.1f} %. The weight was not used.",
            )


def settle_currencies(harvest: Harvest) -> None:
    """Give rows without a currency that of the file, and say what is not in US dollars.

    The file's currency is the one it names; else the one that all listings in it share; else the US dollar.
    """
    base = harvest.base_currency
    if base is None:
        told = {draft.currency for draft in harvest.drafts if not draft.is_currency_assumed}
        n_assumed = sum(d.is_currency_assumed and d.instrument.asset_class != "cash" for d in harvest.drafts)
        base = told.pop() if len(told) == 1 and not n_assumed else "USD"
    if base != "USD":
        harvest.drafts = [d._replace(currency=base) if d.is_currency_assumed else d for d in harvest.drafts]
    for currency, count in Counter(draft.currency for draft in harvest.drafts).items():
        if currency != "USD":
            noun = "row is" if count == 1 else "rows are"
            harvest.warn(
                "foreign_currency",
                None,
                f"{count} {noun} in {currency}: prices and values there are in that currency, not in US dollars.",
            )


def note_prices(harvest: Harvest) -> None:
    """Doubt rows of one instrument whose prices differ: they may be what was paid for each lot."""
    lines: dict[tuple[str, str], dict[float, int]] = {}
    for draft in harvest.drafts:
        if draft.price and draft.instrument.asset_class != "cash":
            lines.setdefault((draft.instrument.symbol, draft.currency), {}).setdefault(draft.price, draft.line)
    for (symbol, currency), prices in lines.items():
        if len(prices) > 1 and max(prices) > (1.0 + PRICE_TOLERANCE) * min(prices):
            harvest.warn(
                "prices_differ",
                prices[max(prices)],
                f"The rows of {symbol} in {currency} state prices from {min(prices):,.2f} to {max(prices):,.2f}: "
                "they may be what was paid, not what the shares are worth.",
            )


def note_endings(harvest: Harvest) -> None:
    """Say when two accounts look the same, because only their last characters are shown."""
    endings = Counter(account_ending(account) for account in {d.account for d in harvest.drafts if d.account})
    for ending, count in endings.items():
        if count > 1:
            sentence = f'{count} accounts end in "{ending}"; their positions are listed apart under the same name.'
            harvest.warn("accounts_look_alike", None, sentence)


def condense(warnings: Sequence[FileWarning]) -> tuple[FileWarning, ...]:
    """Return warnings in the order of lines, at most :data:`MOST_ALIKE` of one kind and the number of the others."""
    counts: Counter[str] = Counter()
    kept = []
    for warning in sorted(warnings, key=lambda warning: warning.line or 0):
        counts[warning.code] += 1
        if counts[warning.code] <= MOST_ALIKE:
            kept.append(warning)
    for code, count in counts.items():
        if count > MOST_ALIKE:
            sentence = f"{count - MOST_ALIKE:,} more rows have the same doubt ({code.replace('_', ' ')})."
            kept.append(FileWarning(code=code, line=None, message=sentence))
    return tuple(kept)


def cash_in_usd(harvest: Harvest) -> float | None:
    """Return the sum of the cash rows in USD; ``None`` when there are none or their rate is not known."""
    cash = [draft for draft in harvest.drafts if draft.instrument.asset_class == "cash" and draft.value is not None]
    if harvest.cash_in_base is not None or not cash:
        return harvest.cash_in_base
    return sum(draft.value or 0.0 for draft in cash) if {draft.currency for draft in cash} == {"USD"} else None
