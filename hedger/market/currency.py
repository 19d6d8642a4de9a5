"""What amounts are counted in: a currency or a part of one, and the symbol of its value in USD."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hedger.shipped import load_table


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyUnit:
    """What an amount is counted in.

    Parameters
    ----------
    currency
        ISO 4217 code.
    units
        Units of the amount in one unit of the currency: 100 for pence.
    """

    currency: str
    units: float

    @property
    def rate_symbol(self) -> str | None:
        """Yahoo symbol of its value in USD; ``None`` for the dollar itself."""
        return None if self.currency == "USD" else f"{self.currency}USD=X"


def to_unit(code: str) -> CurrencyUnit:
    """Return what a currency code of Yahoo or of a broker stands for: ``GBp`` is a hundredth of GBP."""
    return load_units().get(code, CurrencyUnit(currency=code, units=1.0))


@cache
def load_units() -> dict[str, CurrencyUnit]:
    """Read the table of codes that are parts of a currency."""
    return {
        row["code"]: CurrencyUnit(currency=row["currency"], units=float(row["units"]))
        for row in load_table("currency_units.csv")
    }
