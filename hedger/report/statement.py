"""A plan in words, for the files that people read: what and why, what it rests on, where its figures come from.

Everything here is said of the plan's document, so that the PDF and the workbook say the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hedger.report.words import to_beta, to_dollars, to_percent
from hedger.wording import capitalise, join_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    Document = dict[str, Any]

DISCLAIMER = (
    "This plan is the output of a computer program. It is general information, no investment, tax or legal advice and "
    "no recommendation to trade. Futures can lose more than the money that was posted for them. Past prices do not "
    "tell future ones. Check contracts, margins, fees and prices with your broker before any order."
)
METHODS = {
    "Beta": (
        "Measured on daily closes with the estimator named here; the interval is for the beta that the next quarter "
        "(63 sessions) will show, and holds 19 times out of 20."
    ),
    "Contracts": (
        "The whole numbers of contracts that leave the least yearly tracking risk within the limits, found by a search "
        "that proves it."
    ),
    "Volatility and losses": (
        "What today's holdings would have gained on past days, scaled to today's volatility (filtered historical "
        "simulation), without and with the futures."
    ),
    "Index moves": (
        "The portfolio moves by its beta; other indices follow at their conditional expectation. That is a straight "
        "line: a real fall can be worse."
    ),
    "Margin calls": (
        "First-passage formula for daily closes (Kolb, Gay and Hunter 1985; Broadie, Glasserman and Kou 1997), and "
        "beside it the share of past windows."
    ),
}
"""Subject and sentence of each method."""
REASONS, OBJECTIVE = ("index_choice", "leg_choice"), "objective"
"""Codes of the notes that say why these indices, and what was made least: :func:`explain` says them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a figure comes from.

    Parameters
    ----------
    figure
        What it is.
    as_of
        Its day, or what its source says of it; empty where nothing is known.
    origin
        Who says so.
    """

    figure: str
    as_of: str
    origin: str


def to_plain(message: str) -> str:
    """Return a note without the sentences that name options of the command line, which a client has no use for."""
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z])", message)
    return " ".join(each for each in sentences if " --" not in each) or message


def index_title(document: Document, name: str | None = None) -> str:
    """Return the name for people of an index, by default of the one that the plan refers to."""
    chosen = name or document["exposure"]["reference_index"]
    return next(str(each["title"]) for each in document["exposure"]["by_index"] if each["index"] == chosen)


def explain(document: Document) -> tuple[str, ...]:
    """Say in a few paragraphs what the plan does, why in this index, and what it does not do."""
    plan = document["plan"]
    paragraphs = [_exposure_words(document)]
    if plan["positions"]:
        paragraphs.append(_hedge_words(document))
    paragraphs += [to_plain(note["message"]) for note in document["notes"] if note["code"] == OBJECTIVE]
    paragraphs.append(_limits_words(document))
    return tuple(paragraphs)


def _exposure_words(document: Document) -> str:
    title, portfolio, plan = index_title(document), document["portfolio"], document["plan"]
    why = [note["message"] for note in document["notes"] if note["code"] in REASONS]
    return (
        f"The portfolio is worth {to_dollars(portfolio['market_value'])} and moves by about {plan['beta_before']:.2f}% "
        f"when the {title} moves by 1%: its beta is {to_beta(plan['beta_before'])}, and its exposure to the index "
        f"{to_dollars(plan['beta_dollars'])}." + "".join(f" {to_plain(reason)}" for reason in why)
    )


def _hedge_words(document: Document) -> str:
    title, plan = index_title(document), document["plan"]
    held = [index_title(document, each["index"]) for each in plan["positions"] if each["quantity"]]
    if not held:
        return "After the orders the account holds no futures."
    notional, indices = plan["hedge_notional"], [f"the {name}" for name in dict.fromkeys(held)]
    it_loses, it_gains = ("it loses", "it gains") if len(indices) == 1 else ("these lose", "these gain")
    if notional < 0:
        side, effect = "short", f"They gain what {it_loses} on that amount and lose what {it_gains}"
    else:
        side, effect = "long", f"They gain what {it_gains} on that amount and lose what {it_loses}"
    words = (
        f"After the orders the account is {side} {to_dollars(abs(notional))} of futures on {join_words(indices)}. "
        f"{effect}, so that the beta of portfolio and futures together is {to_beta(plan['beta_after'])}"
    )
    if plan["achieved_hedge_fraction"] is not None:
        words += f"; {to_percent(plan['achieved_hedge_fraction'])} of the exposure to the {title} is removed"
    return f"{words}. The holdings stay as they are: nothing is sold, and no gain is realised on them."


def _limits_words(document: Document) -> str:
    risk = document["risk"]
    own = to_percent(risk["unhedgeable_share"])
    words = (
        "A hedge gives up gains as well as losses: when the index rises, the futures lose. It covers what the holdings "
        f"share with the index and not what is their own, {own} of the ups and downs of this portfolio"
    )
    top = [each["symbol"] for each in risk["top_unhedgeable"][:3]]
    return f"{words} (most of it in {join_words(top)})." if top else f"{words}."


def list_assumptions(document: Document) -> tuple[tuple[str, str], ...]:
    """Return the choices in force that shape the plan, as subject and sentence."""
    return tuple(_choices(document["policy"], document))


def _choices(policy: Document, document: Document) -> Iterator[tuple[str, str]]:
    if policy["target_beta"] is None:
        yield "Aim", f"remove {to_percent(policy['hedge'])} of the index exposure"
    else:
        yield "Aim", f"a beta of {to_beta(policy['target_beta'])}"
    indices = [each for each in policy["index"] if each != "auto"]
    yield "Indices", ", ".join(index_title(document, each) for each in indices) if indices else "chosen by fit"
    contracts = policy["contracts"] or policy["sizes"]
    yield "Contracts", ", ".join(contracts)
    for subject, amount in (("Margin budget", policy["margin_budget"]), ("Buffer stated", policy["buffer"])):
        yield subject, "none" if amount is None else to_dollars(amount)
    yield "Most contracts", "no limit" if policy["max_contracts"] is None else f"{policy['max_contracts']:,}"
    yield "Tolerance", f"{to_percent(policy['tolerance'], places=1)} of the risk being hedged"
    if policy["current"]:
        yield "Futures already held", ", ".join(f"{number:+,} {root}" for root, number in policy["current"].items())
    if policy["objective"] != "variance":
        yield "Objective", "least expected shortfall over past sessions"
    yield "Estimator of betas", policy["estimator"]
    if policy["beta"]:
        given = [f"{each['symbol']} {to_beta(each['beta'])}" for each in policy["beta"]]
        yield "Betas given by hand", ", ".join(given)
    if policy["proxy"]:
        yield "Stand-ins", ", ".join(f"{proxy} for {symbol}" for symbol, proxy in policy["proxy"].items())


def list_sources(document: Document) -> tuple[Source, ...]:
    """Return where the figures come from, with their days; figures of one source and day stand together."""
    figures: dict[tuple[str, str], list[str]] = {}
    for source in _sources(document):
        names = figures.setdefault((source.as_of, source.origin), [])
        if source.figure not in names:
            names.append(source.figure)
    return tuple(
        Source(figure=capitalise("; ".join(names)), as_of=as_of, origin=origin)
        for (as_of, origin), names in figures.items()
    )


def _sources(document: Document) -> Iterator[Source]:
    prices, orders = document["prices"], document["plan"]["orders"]
    span = f"{prices['first_session']} to {prices['last_session']}"
    yield Source(figure="closes of holdings and indices", as_of=span, origin=prices["source"])
    last = str(prices["last_session"])
    for order in orders:
        yield Source(figure=f"futures price of {order['symbol']}", as_of=last, origin=order["price_source"])
    for order in orders:
        day, origin = str(order["margin_as_of"]), order["margin_source"]
        yield Source(figure=f"margin of {order['symbol']}", as_of=day, origin=origin)
    for item in document["costs"]["items"]:
        yield Source(figure=item["name"], as_of=item["as_of"], origin=item["source"])
