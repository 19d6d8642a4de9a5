"""The whole product for one account: holdings, prices and choices to advice.

:func:`advise` is two steps, because a person who moves a slider changes only the second: :func:`measure_account`
fetches prices and measures the exposure, :func:`decide` prices the contracts, solves the hedge and assesses it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hedger.contracts import INDICES, ContractQuote, list_doubts
from hedger.doubts import doubt_age, doubt_estimator, doubt_interest, doubt_levels
from hedger.errors import Note, PricesUnavailableError, StalePricesError
from hedger.exposure import ESTIMATORS, Exposure, measure_exposure, symbols_to_price
from hedger.fingerprint import fingerprint
from hedger.hedge import HedgePlan, solve_hedge
from hedger.market import SnapshotSource, dividend_yield_on, rate_on
from hedger.pricing import doubt_omissions, doubt_prices, quote_choices
from hedger.risk import Circumstances, Risk, assess_risk, load_episodes
from hedger.settings import Settings
from hedger.unused import doubt_unused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hedger.market import Prices, PriceSource
    from hedger.portfolio import Portfolio

OLDEST_CLOSES = 7
"""Calendar days that the newest prices may lie before a day that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measurement:
    """An account measured on a day, before anything is decided.

    Parameters
    ----------
    portfolio
        As read.
    prices
        All that was used, up to `as_of`.
    exposure
        What they say together.
    estimator
        Name of what estimated the betas.
    as_of
        Day the advice is for.
    today
        Day on which it is given, in New York.
    is_past
        Whether the price source goes on after `as_of`, so that closes are adjusted for later events.
    """

    portfolio: Portfolio
    prices: Prices
    exposure: Exposure
    estimator: str
    as_of: date
    today: date
    is_past: bool

    @property
    def age_days(self) -> int:
        """Calendar days from the newest session of the prices to today in New York."""
        return (self.today - self.prices.last_session).days

    @property
    def notes(self) -> tuple[Note, ...]:
        """Every doubt about what was read and measured, each once, the gravest first."""
        doubts = (
            *doubt_age(self.prices, age_days=self.age_days, is_past=self.is_past),
            *(Note(code=warning.code, message=warning.message) for warning in self.portfolio.warnings),
            *doubt_estimator(self.estimator),
            *doubt_interest(self.exposure.book, self.as_of),
            *self.exposure.notes,
        )
        return tuple(dict.fromkeys(doubts))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Advice:
    """A hedge for one account, with everything that a reader may ask of it.

    Parameters
    ----------
    inputs_hash
        SHA-256 of holdings, prices, settings, contract tables and days, hexadecimal.
    measurement
        What was measured.
    settings
        Every choice in force.
    quotes
        The contracts that the hedge could use, on that day.
    plan, risk
        What to do, and what that changes.
    quote_notes, level_notes
        Doubts about margins and prices of the contracts that the plan holds, and about index levels of long ago.
    """

    inputs_hash: str
    measurement: Measurement
    settings: Settings
    quotes: tuple[ContractQuote, ...]
    plan: HedgePlan
    risk: Risk
    quote_notes: tuple[Note, ...]
    level_notes: tuple[Note, ...]

    @property
    def as_of(self) -> date:
        """Day the advice is for."""
        return self.measurement.as_of

    @property
    def portfolio(self) -> Portfolio:
        """The portfolio as read."""
        return self.measurement.portfolio

    @property
    def exposure(self) -> Exposure:
        """How it moves with every index."""
        return self.measurement.exposure

    @property
    def is_tradable(self) -> bool:
        """Whether every order is in a contract that is listed on the day."""
        return all(order.quote.contract.is_listed(self.as_of) for order in self.plan.orders)

    @property
    def margin_share(self) -> float:
        """Initial margin as a share of the value that betas refer to."""
        return self.plan.initial_margin / self.exposure.book.beta_base

    @property
    def notes(self) -> tuple[Note, ...]:
        """Every doubt that did not stop the work, the gravest room first."""
        doubts = (
            *self.measurement.notes,
            *self.plan.notes,
            *self.risk.notes,
            *(self.risk.margin_call.notes if self.risk.margin_call is not None else ()),
            *self.quote_notes,
            *self.level_notes,
        )
        return tuple(dict.fromkeys(doubts))


def advise(
    portfolio: Portfolio,
    source: PriceSource | None = None,
    settings: Settings | None = None,
    *,
    as_of: date | None = None,
    today: date | None = None,
) -> Advice:
    """Return the best whole-contract hedge for one account, and all that is known about it.

    Parameters
    ----------
    portfolio
        From :func:`hedger.read_portfolio`.
    source
        Where prices come from; the shipped snapshot by default.
    settings
        Every choice; the defaults hedge all index exposure.
    as_of
        Day the advice is for; the newest session of the source by default.
    today
        Day on which it is given, from which the age of the prices counts; New York's date by default.

    Raises
    ------
    HedgerError
        When prices, settings or the book do not allow advice; the message says what to do.
    """
    chosen = settings or Settings()
    measurement = measure_account(
        portfolio, source or SnapshotSource(), chosen, as_of=as_of, today=today or today_in_new_york()
    )
    return decide(measurement, chosen)


def today_in_new_york(now: datetime | None = None) -> date:
    """Return the day in New York, where prices are made, at an instant with its time zone; at this one by default."""
    return (now or datetime.now(UTC)).astimezone(ZoneInfo("America/New_York")).date()


def measure_account(
    portfolio: Portfolio,
    source: PriceSource,
    settings: Settings,
    *,
    as_of: date | None = None,
    today: date,
) -> Measurement:
    """Fetch the prices of an account and measure its exposure: the part of advice that no hedge choice changes.

    Parameters
    ----------
    portfolio, source, settings, as_of
        As :func:`advise`; of the settings only `estimator`, `beta`, `proxy` and `portfolio_value` matter here.
    today
        Day on which it is measured.

    Raises
    ------
    HedgerError
        As :func:`advise`.
    """
    index_symbols = [index.symbol for index in INDICES]
    held = symbols_to_price(portfolio.positions)
    proxies = [proxy for _, proxy in settings.proxy]
    everything = source.fetch(list(dict.fromkeys([*index_symbols, *held, *proxies])), start=None, end=None)
    prices = everything if as_of is None else everything.until(as_of)
    prices = _up_to_newest_level(prices, index_symbols)
    day = prices.last_session if as_of is None else as_of
    if (day - prices.last_session).days > OLDEST_CLOSES:
        raise StalePricesError(
            f"The newest prices ({prices.source}) are of {prices.last_session}, "
            f"{(day - prices.last_session).days} days before {day}. "
            f"Choose --as-of {prices.last_session}, or bring newer prices with --prices.",
            prices.last_session,
        )
    exposure = measure_exposure(
        portfolio,
        prices,
        indices=[index for index in INDICES if index.is_level or _is_current(index.symbol, prices)],
        estimator=ESTIMATORS[settings.estimator],
        overrides=[replace(override, symbol=_as_held(override.symbol, portfolio)) for override in settings.beta],
        as_of=day,
        proxies={_as_held(name, portfolio): proxy for name, proxy in settings.proxy},
        portfolio_value=settings.portfolio_value,
        rate=rate.value if (rate := rate_on(day)) else 0.0,
    )
    return Measurement(
        portfolio=portfolio,
        prices=prices,
        exposure=exposure,
        estimator=settings.estimator,
        as_of=day,
        today=today,
        is_past=as_of is not None and everything.last_session > as_of,
    )


def _as_held(name: str, portfolio: Portfolio) -> str:
    """Return the name of a holding as the portfolio writes it, whatever capitals the user wrote."""
    held = (position.symbol for position in portfolio.positions)
    return next((symbol for symbol in held if symbol.casefold() == name.casefold()), name)


def _is_current(symbol: str, prices: Prices) -> bool:
    return symbol in prices.symbols and prices.last_session_of(symbol) == prices.last_session


def _up_to_newest_level(prices: Prices, index_symbols: Sequence[str]) -> Prices:
    """End the prices on the newest session on which any index has a close."""
    ends = [prices.last_session_of(symbol) for symbol in index_symbols if symbol in prices.symbols]
    if not ends:
        reasons = dict.fromkeys(reason for symbol, reason in prices.missing if symbol in index_symbols)
        raise PricesUnavailableError(
            f"The {prices.source} has no price of any index ({', '.join(index_symbols)}): "
            f"{'; '.join(reasons) or 'it does not know them'}. "
            "Add a column for at least one of them, or choose another source.",
            index_symbols,
        )
    return prices.until(max(ends))


def decide(measurement: Measurement, settings: Settings) -> Advice:
    """Price the contracts of the day, solve the hedge and assess it.

    Parameters
    ----------
    measurement
        From :func:`measure_account`, made with the same `estimator`, `beta`, `proxy` and `portfolio_value`.
    settings
        Every choice.

    Raises
    ------
    SettingsError
        When a contract or index that was asked for cannot be used on the day.
    InfeasibleHedgeError
        When the limits do not leave room for a single contract although one is needed.
    """
    exposure = measurement.exposure
    policy = settings.policy(exposure.book.futures_by_root)
    held = {root for root, quantity in policy.current if quantity}
    quotes, not_chosen = quote_choices(
        settings, exposure=exposure, prices=measurement.prices, as_of=measurement.as_of, held=held
    )
    world = _circumstances(measurement, settings)
    plan = solve_hedge(exposure, quotes, replace(policy, closing_only=not_chosen))
    used = tuple(order.quote for order in plan.positions)
    return Advice(
        inputs_hash=_inputs_hash(measurement, settings, quotes, world),
        measurement=measurement,
        settings=settings,
        quotes=quotes,
        plan=plan,
        risk=assess_risk(exposure, plan, world),
        quote_notes=(
            *list_doubts(used, as_of=measurement.as_of),
            *doubt_prices(used, exposure, last_session=measurement.prices.last_session, as_of=measurement.as_of),
            *doubt_omissions(quotes, settings, exposure, plan.reference_index),
            *doubt_unused(settings, measurement.portfolio, {quote.symbol for quote in used}),
        ),
        level_notes=tuple(doubt_levels(measurement.prices, world.levels or measurement.prices)),
    )


def _circumstances(measurement: Measurement, settings: Settings) -> Circumstances:
    """Gather what risk has to know of history, rates and the user's wishes."""
    yields = {index.name: dividend_yield_on(index.symbol, measurement.as_of) for index in INDICES}
    return Circumstances(
        prices=measurement.prices,
        levels=_long_levels(measurement.prices),
        episodes=load_episodes(),
        interest=rate_on(measurement.as_of),
        dividends=tuple((name, rate) for name, rate in yields.items() if rate is not None),
        buffer=settings.buffer,
        stated=settings.scenario,
        unrealised_gain=settings.unrealised_gain,
        long_term_rate=settings.long_term_tax,
        short_term_rate=settings.short_term_tax,
    )


def _long_levels(prices: Prices) -> Prices:
    """Return index levels that reach back to the first crisis: the source's own, or the shipped ones."""
    first = min(episode.start for episode in load_episodes())
    if prices.first_session <= first:
        return prices
    shipped = SnapshotSource().fetch([index.symbol for index in INDICES], start=None, end=None)
    return shipped.until(prices.last_session) if prices.last_session >= shipped.first_session else prices


def _inputs_hash(
    measurement: Measurement, settings: Settings, quotes: Sequence[ContractQuote], world: Circumstances
) -> str:
    """Return the fingerprint of everything that the advice depends on."""
    stated = {
        "positions": measurement.portfolio.positions,
        "settings": settings,
        "quotes": quotes,
        "rates": (world.interest, world.dividends),
        "episodes": world.episodes,
        "as_of": measurement.as_of,
        "today": measurement.today,
    }
    tables = [measurement.prices]
    if world.levels is not None and world.levels is not measurement.prices:
        tables.append(world.levels)
    return fingerprint(stated, tables)
