"""The broker's own margins and fees, entered on the page "Margin and cost" and kept for the visit.

They are kept as the text of the file that ``--margins`` and ``--fees`` read, and go through the same reader: what the
page counts with, what it lets one download and what the command line makes of that file cannot differ.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from hedger.contracts import DEFAULT_FEE_SCHEDULE, load_fee_schedules, read_fees, read_margins
from hedger.ui.refusals import attempt
from hedger.ui.wording import escape
from hedger.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hedger.advice import Advice

    Cells = dict[str, Any]


class NamedText(io.StringIO):
    """Text with the name of the file that it is, for sentences about it."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureTable:
    """A table of the broker's own figures.

    Parameters
    ----------
    name
        Of its file, which is also its key in the session.
    columns
        Of its file, the root of the contract first.
    read
        Its reader.
    """

    name: str
    columns: tuple[str, ...]
    read: Callable[[io.TextIOBase], tuple[Any, ...]]

    def kept(self) -> tuple[Any, ...]:
        """Return the figures of the visit, as :class:`hedger.settings.Settings` holds them."""
        text: str = st.session_state.get(self.name, "")
        return self.read(NamedText(text, self.name)) if text else ()

    def keep(self, text: str) -> int:
        """Keep the text of a file for the visit, and return how many contracts it is for.

        Raises
        ------
        SettingsError
            When it is no such table.
        """
        figures = self.read(NamedText(text, self.name))
        st.session_state[self.name] = text
        self._mount_anew()
        return len(figures)

    def forget(self) -> None:
        """Go back to the shipped figures."""
        st.session_state.pop(self.name, None)
        self._mount_anew()

    @property
    def editor_key(self) -> str:
        """Key of the editor; a new one after its edits were taken over, which they would otherwise be again."""
        return f"{self.name} editor {st.session_state.get(self._version, 0)}"

    @property
    def _version(self) -> str:
        return f"{self.name} version"

    def _mount_anew(self) -> None:
        st.session_state[self._version] = st.session_state.get(self._version, 0) + 1

    def take_over(self, shown: Sequence[Cells], edits: Mapping[int, Cells], defaults: Cells) -> int:
        """Keep edited rows beside those that are kept already, and return how many contracts are kept.

        Parameters
        ----------
        shown
            Rows of the editor.
        edits
            Changed cells by position of the row.
        defaults
            Cells of an edited row that hold unless they were edited themselves.

        Raises
        ------
        SettingsError
            When a row makes no sense.
        """
        rows = {row["symbol"]: row for row in csv.DictReader(io.StringIO(st.session_state.get(self.name, "")))}
        for position, cells in edits.items():
            row = {**shown[int(position)], **defaults, **cells}
            rows[row["symbol"]] = {column: _to_cell(row[column]) for column in self.columns}
        written = io.StringIO(newline="")
        writer = csv.DictWriter(written, self.columns, lineterminator="\n", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows.values())
        return self.keep(written.getvalue())


MARGINS = FigureTable(name="margins.csv", columns=("symbol", "initial", "maintenance", "as_of"), read=read_margins)
FEES = FigureTable(name="fees.csv", columns=("symbol", "commission", "exchange_fee", "regulatory_fee"), read=read_fees)


def kept_figures() -> dict[str, Any]:
    """Return margins, fees and schedule of the visit by field of :class:`hedger.settings.Settings`."""
    return {
        "margins": MARGINS.kept(),
        "fees": FEES.kept(),
        "fee_schedule": st.session_state.get("fee_schedule", DEFAULT_FEE_SCHEDULE),
    }


def ask_margins(advice: Advice) -> None:
    """Show the margins of the contracts that the hedge may use, to be corrected in place."""
    st.markdown("### Margins", anchors=False)
    shown = [
        {
            "symbol": quote.symbol,
            "initial": round(quote.margin.initial, 2),
            "maintenance": round(quote.margin.maintenance, 2),
            "as_of": quote.margin.as_of,
            "source": quote.margin.source,
        }
        for quote in advice.quotes
    ]
    _ask(
        MARGINS,
        shown,
        title="Margins",
        words="USD per contract. Type your broker's figures over those shown; a row without a new date gets today's. "
        "A micro follows its E-mini, and the other way round.",
        columns={
            "symbol": st.column_config.TextColumn("Contract", disabled=True, pinned=True),
            "initial": _amounts("Initial", "dollar", "Posted to open one contract."),
            "maintenance": _amounts("Maintenance", "dollar", "Below it the broker calls for cash."),
            "as_of": st.column_config.DateColumn("As of", help="Day of the figure."),
            "source": st.column_config.TextColumn("Source", disabled=True, width="large"),
        },
        defaults={"as_of": advice.measurement.today},
    )


def ask_fees(advice: Advice) -> None:
    """Show the schedule of fees and the fees of the contracts that the hedge may use, to be corrected in place."""
    st.markdown("### Fees", anchors=False)
    titles = {schedule.name: schedule.title for schedule in load_fee_schedules()}
    st.selectbox(
        "Broker's fee schedule",
        list(titles),
        key="fee_schedule",
        persist_state="session",
        format_func=lambda name: titles[name],
        help="Commissions at the lowest volume. Fees of your own below win over it.",
    )
    shown = [
        {
            "symbol": quote.symbol,
            "commission": quote.fees.commission,
            "exchange_fee": quote.fees.exchange_fee,
            "regulatory_fee": quote.fees.regulatory_fee,
            "as_of": quote.fees.as_of,
            "source": quote.fees.source,
        }
        for quote in advice.quotes
    ]
    _ask(
        FEES,
        shown,
        title="Fees",
        words="USD per contract and side.",
        columns={
            "symbol": st.column_config.TextColumn("Contract", disabled=True, pinned=True),
            "commission": _amounts("Commission", "$%.3f", "Your broker's."),
            "exchange_fee": _amounts("Exchange", "$%.3f", "The exchange's fee."),
            "regulatory_fee": _amounts("Regulatory", "$%.3f", "Of the National Futures Association."),
            "as_of": st.column_config.TextColumn("As of", disabled=True),
            "source": st.column_config.TextColumn("Source", disabled=True, width="large"),
        },
        defaults={},
    )


def _ask(
    table: FigureTable, shown: list[Cells], *, title: str, words: str, columns: Mapping[str, Any], defaults: Cells
) -> None:
    with st.form(f"{table.name} form", border=False):
        st.caption(words)
        key = table.editor_key
        st.data_editor(
            shown, column_config=dict(columns), hide_index=True, key=key, alt=f"{title} of the contracts, to be edited"
        )
        is_sent = st.form_submit_button(
            f"Count with these {title.lower()}", key=f"{table.name} send", icon=":material/check:"
        )
    if is_sent:
        edits = st.session_state[key]["edited_rows"]
        if edits and attempt(lambda: table.take_over(shown, edits, defaults)) is not None:
            st.rerun()
    _offer_file(table)


def _offer_file(table: FigureTable) -> None:
    """Offer the figures of the visit as a file, the way back, and a file of an earlier visit."""
    kept: str = st.session_state.get(table.name, "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            table.name,
            kept,
            file_name=table.name,
            mime="text/csv",
            key=f"{table.name} download",
            on_click="ignore",
            icon=":material/download:",
            disabled=not kept,
            help=f"Your own figures, for --{table.name.removesuffix('.csv')} on the command line or a later visit.",
        )
        st.button(
            "Back to the shipped figures",
            key=f"{table.name} forget",
            icon=":material/undo:",
            on_click=table.forget,
            disabled=not kept,
        )
        brought = st.file_uploader(
            f"Bring your {table.name}",
            type="csv",
            max_upload_size=1,
            key=f"{table.name} upload",
            help=f"A table with the columns {', '.join(table.columns)}.",
        )
    seen = f"{table.name} seen"
    if brought is not None and st.session_state.get(seen) != brought.file_id:
        text = brought.getvalue().decode("utf-8-sig", errors="replace")
        if attempt(lambda: table.keep(text)) is not None:
            st.session_state[seen] = brought.file_id
            st.rerun()
    rows = table.kept()
    if rows:
        symbols = ", ".join(row.symbol for row in rows)
        st.caption(escape(f"Your own figures count for {plural(len(rows), 'contract')}: {symbols}."))


def _amounts(title: str, amount_format: str, words: str) -> Any:
    return st.column_config.NumberColumn(title, help=words, min_value=0.0, format=amount_format)


def _to_cell(value: object) -> str:
    """Write a cell of the file: numbers without zeros at their end, days as ``YYYY-MM-DD``."""
    if value is None:
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float | int) else str(value)
