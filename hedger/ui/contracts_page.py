"""The page "Contracts": the index futures of any day since 1982, and how many of one a stop allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from hedger.contracts import INDICES, load_contracts
from hedger.market import SnapshotSource
from hedger.pricing import quote_fair
from hedger.report import ListedContract, list_contracts, to_day, to_dollars, to_index_title
from hedger.risk import size_position
from hedger.ui.refusals import attempt
from hedger.ui.tables import show_metric
from hedger.ui.wording import escape
from hedger.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hedger.market import Prices

_EXAMPLE = {"equity": 50_000.0, "risk": 1.0, "stop": 20.0, "contract": "MES"}
"""What the calculator begins with."""


def show_contracts(today: date) -> None:
    """Show the catalogue of a day that the visitor chooses, and the calculator of position sizes.

    Parameters
    ----------
    today
        Last day that can be chosen.
    """
    st.markdown("# Index futures", anchors=False)
    levels = SnapshotSource().fetch([index.symbol for index in INDICES], start=None, end=None)
    choosing, searching = st.columns([1, 2])
    with choosing:
        day = st.date_input(
            "Day",
            value=min(today, levels.last_session),
            min_value=min(contract.listed for contract in load_contracts()),
            max_value=today,
            key="contracts_day",
            persist_state="session",
            help="The contracts that were listed that day, with the newest margins known by then.",
        )
    with searching:
        wanted = st.text_input(
            "Search",
            key="contracts_search",
            persist_state="session",
            placeholder="Nasdaq micro",
            help="Words that a row must contain: a root, an index, a size, an exchange.",
        )
    rows = attempt(lambda: list_contracts(day, levels))
    if rows is not None:
        _show_table(day, _matching(rows, wanted or ""))
        _show_calculator(rows, levels, day)


def _matching(rows: Sequence[ListedContract], wanted: str) -> list[ListedContract]:
    """Return the rows that contain every word, in any letter case."""
    words = wanted.casefold().split()
    return [row for row in rows if all(word in _searchable(row) for word in words)]


def _searchable(row: ListedContract) -> str:
    contract = row.contract
    parts = (contract.symbol, contract.name, to_index_title(contract.index), contract.size, contract.exchange, row.code)
    return " ".join(str(part) for part in parts if part is not None).casefold()


def _show_table(day: date, rows: Sequence[ListedContract]) -> None:
    if not rows:
        st.info("No contract matches. Search for fewer words, or choose another day.", icon=":material/search_off:")
        return
    st.dataframe(
        [_cells(row) for row in sorted(rows, key=lambda row: not row.is_listed)],
        hide_index=True,
        key="contracts_table",
        placeholder="",
        height="content",
        alt="Contracts of the day, one a row.",
        column_config={
            "$ a point": st.column_config.NumberColumn(help="Multiplier: value of one index point, USD.", format="%g"),
            "Tick": st.column_config.NumberColumn(help="Smallest move, index points.", format="%g"),
            "Tick value": st.column_config.NumberColumn(help="Value of one tick, USD.", format="$%.2f"),
            "Value": st.column_config.NumberColumn(
                help="Notional of one contract at the index level of the day, USD.", format="$%,.0f"
            ),
            "Initial margin": st.column_config.NumberColumn(
                help="What the clearing house asks to be posted for one contract, USD; your broker may ask more.",
                format="$%,.0f",
            ),
            "Margin of": st.column_config.DateColumn(help="Day of the margin figure."),
            "Last trading day": st.column_config.DateColumn(help="Of the front expiry."),
            "Roll": st.column_config.DateColumn(help="Day on which trading moves to the next expiry."),
            "Source": st.column_config.TextColumn(help="Where the row of the catalogue comes from."),
        },
    )
    n_gone = sum(not row.is_listed for row in rows)
    words = [plural(len(rows) - n_gone, "contract"), f"listed on {to_day(day)}"]
    if n_gone:
        words.append(f"and {n_gone} that no longer traded")
    old = [row.contract.symbol for row in rows if row.is_listed and row.has_old_margin]
    st.caption(" ".join(words) + ".")
    if old:
        st.caption(
            escape(
                f"The margins of {', '.join(dict.fromkeys(old))} are too old on that day for a plan, which then "
                "assumes one and says so. Your broker's own figures can be entered on the page Margin and cost."
            )
        )


def _cells(row: ListedContract) -> dict[str, Any]:
    contract = row.contract
    return {
        "Root": contract.symbol,
        "Front": row.code,
        "Index": to_index_title(contract.index),
        "Size": contract.size,
        "$ a point": contract.multiplier,
        "Tick": contract.tick_size,
        "Tick value": contract.tick_value,
        "Value": row.notional,
        "Initial margin": None if row.margin is None else row.margin.initial,
        "Margin of": None if row.margin is None else row.margin.as_of,
        "Last trading day": None if row.expiry is None else row.expiry.last_trading_day,
        "Roll": None if row.expiry is None else row.expiry.roll_date,
        "Listed": contract.listed,
        "Delisted": contract.delisted,
        "Exchange": contract.exchange,
        "Name": contract.name,
        "Source": contract.source,
    }


@st.fragment
def _show_calculator(rows: Sequence[ListedContract], levels: Prices, day: date) -> None:
    """Show how many contracts a stop allows, their margin, and what points and ticks are worth."""
    roots = tuple(dict.fromkeys(row.contract.symbol for row in rows if row.is_listed))
    st.markdown("## Position size", anchors=False)
    st.caption("How many contracts a trade may have, so that its stop costs no more than a share of the account.")
    for name, value in _EXAMPLE.items():
        st.session_state.setdefault(f"size_{name}", value)
    if st.session_state.size_contract not in roots:
        st.session_state.size_contract = roots[0]
    asked = st.columns(4)
    with asked[0]:
        root = st.selectbox("Contract", roots, key="size_contract", persist_state="session")
    with asked[1]:
        equity = st.number_input(
            "Account, USD", min_value=0.0, step=1000.0, format="%.0f", key="size_equity", persist_state="session"
        )
    with asked[2]:
        percent = st.number_input(
            "Risk, %",
            min_value=0.0,
            max_value=100.0,
            step=0.25,
            key="size_risk",
            persist_state="session",
            help="Share of the account that the stop may cost.",
        )
    with asked[3]:
        stop = st.number_input(
            "Stop, points",
            min_value=0.0,
            step=0.25,
            key="size_stop",
            persist_state="session",
            help="Distance from entry to stop, in index points.",
        )
    contract = next(row.contract for row in rows if row.contract.symbol == root and row.is_listed)
    quote = quote_fair(contract, levels, day)
    sized = attempt(lambda: size_position(contract, equity=equity, risk=percent / 100.0, stop=stop, quote=quote))
    if sized is None:
        return
    with st.container(horizontal=True, gap="small"):
        show_metric("Contracts", f"{sized.n_contracts:,}", tip="Whole contracts, rounded down.")
        show_metric("Loss at the stop", to_dollars(sized.loss_at_stop, places=2))
        show_metric("May cost", to_dollars(sized.risk_budget, places=2))
        show_metric("One contract loses", to_dollars(sized.loss_per_contract, places=2))
        show_metric(
            "Initial margin",
            to_dollars(sized.initial_margin),
            tip="Of all these contracts; an assumption where no recent figure is known, as in the table above.",
        )
        show_metric(
            "Position value",
            to_dollars(sized.notional),
            tip="Of all these contracts (notional), at fair value by the newest index level known that day.",
        )
        show_metric("One point", to_dollars(contract.multiplier, places=2))
        show_metric("One tick", to_dollars(contract.tick_value, places=2))
    if sized.n_contracts == 0:
        st.warning(
            escape(
                f"One {root} loses {to_dollars(sized.loss_per_contract, places=2)} at this stop, more than the "
                f"{to_dollars(sized.risk_budget, places=2)} that may be lost. A smaller contract or a closer stop fits."
            ),
            icon=":material/warning:",
        )
    for note in sized.notes:
        st.warning(escape(note.message), icon=":material/warning:")
    st.caption("A stop can be filled at a worse price: overnight gaps and fast markets are not in these numbers.")
