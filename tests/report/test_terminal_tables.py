"""Holdings, betas and contracts as tables: their numbers are those of the room they come from."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hedger.advice import Measurement, measure_account
from hedger.contracts import INDICES
from hedger.exposure import BetaOverride
from hedger.market import SnapshotSource
from hedger.portfolio import Portfolio, Position, read_portfolio
from hedger.report import list_contracts
from hedger.report.terminal_tables import betas_view, contracts_view, holdings_view
from hedger.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rich.console import RenderableType

    Draw = Callable[[RenderableType], list[str]]

DAY = date(2026, 8, 21)


@pytest.fixture
def draw(draw_view: Draw) -> Draw:
    def drawn(view: RenderableType) -> list[str]:
        lines = draw_view(view)
        assert max(map(len, lines)) <= 80
        return lines

    return drawn


def cells(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


def row(lines: list[str], label: str) -> list[str]:
    (found,) = [line for line in lines if re.match(rf"\s*{re.escape(label)}(\s|$)", line)]
    return cells(found.strip().removeprefix(label))


def measure(portfolio: Portfolio, *, as_of: date = DAY, settings: Settings | None = None) -> Measurement:
    return measure_account(portfolio, SnapshotSource(), settings or Settings(), as_of=as_of, today=DAY)


class TestHoldings:
    def test_every_position_is_a_row(self, draw: Draw, sample_folder: Path) -> None:
        portfolio = read_portfolio(sample_folder / "schwab_positions.csv", as_of=DAY)
        lines = draw(holdings_view(portfolio))
        assert lines[0] == f"schwab_positions: {len(portfolio.positions)} positions, read as {portfolio.layout}."
        assert row(lines, "MSFT") == ["stock", "123", "310", "483.24", "$149,804", "4"]
        assert "Cash $20,668.32. The file's own total is $911,994.63." in lines
        assert "- line 19: total row" in lines

    def test_columns_that_the_file_does_not_fill_are_not_shown(self, draw: Draw) -> None:
        lines = draw(holdings_view(read_portfolio(b"ticker,shares\nAAPL,12.5\n", as_of=DAY, name="mine")))
        assert lines[0].startswith("mine: 1 position, read as ")
        assert cells(lines[3]) == ["Symbol", "Kind", "Quantity", "Lines"]
        assert row(lines, "AAPL")[1:] == ["12.5", "2"]

    def test_weights_stand_in_a_file_of_weights(self, draw: Draw, sample_folder: Path) -> None:
        lines = draw(holdings_view(read_portfolio(sample_folder / "model_weights.csv", as_of=DAY)))
        assert "40.00%" in row(lines, "SPY")

    def test_doubts_name_their_line(self, draw: Draw) -> None:
        text = b"Symbol,Quantity,Price,Market Value\nAAPL,10,300,3000\nMSFT,10,400,9999\n"
        portfolio = read_portfolio(text, as_of=DAY)
        assert portfolio.warnings
        said = re.sub(r"\s+", " ", " ".join(draw(holdings_view(portfolio))))
        for warning in portfolio.warnings:
            assert (f"line {warning.line}: " if warning.line else "") + warning.message in said

    def test_foreign_money_keeps_its_name(self, draw: Draw) -> None:
        text = b"Symbol,Quantity,Price,Market Value,Currency\nSAP.DE,10,200,2000,EUR\nAAPL,10,300,3000,USD\n"
        lines = draw(holdings_view(read_portfolio(text, as_of=DAY)))
        assert "EUR 2,000" in row(lines, "SAP.DE")

    def test_a_long_name_wraps_and_no_figure_is_cut(self, draw: Draw) -> None:
        row = Position(
            symbol="AN-OPTION-WITH-A-LONG-DESCRIPTION-2026-12-18-C-7500",
            raw_symbol="as in the file",
            quantity=1234567.25,
            price=310.55,
            market_value=383394999.49,
            asset_class="option",
            lines=(2,),
        )
        portfolio = replace(read_portfolio(b"ticker,shares\nAAPL,1\n", as_of=DAY), positions=(row,))
        said = "".join(draw(holdings_view(portfolio)))
        assert "…" not in said
        assert "1,234,567.25" in said
        assert "$383,394,999" in said


class TestBetas:
    def test_every_holding_and_the_portfolio_have_a_row(self, draw: Draw, technology: Portfolio) -> None:
        measured = measure(technology)
        lines = draw(betas_view(measured))
        for symbol in ("NVDA", "CSCO"):
            betas = [each for each in measured.exposure.by_holding if each.symbol == symbol]
            share = betas[0].market_value / measured.exposure.book.beta_base
            assert row(lines, symbol) == [
                f"{share:.1%}",
                *(f"{each.beta:.2f} ± {each.high - each.beta:.2f}" for each in betas),
            ]
        by_index = measured.exposure.by_index
        assert row(lines, "portfolio") == [f"{each.beta:.2f} ± {each.high - each.beta:.2f}" for each in by_index]
        assert row(lines, "low") == [f"{each.low:.2f}" for each in by_index]
        assert row(lines, "high") == [f"{each.high:.2f}" for each in by_index]
        assert row(lines, "low, month") == [f"{each.low_21:.2f}" for each in by_index]
        assert row(lines, "high, month") == [f"{each.high_21:.2f}" for each in by_index]
        assert row(lines, "removes") == [f"{each.r_squared:.0%}" for each in by_index]

    def test_five_indices_fit_the_width(self, draw: Draw, adviser: Portfolio) -> None:
        measured = measure(adviser, as_of=date(2020, 3, 2))
        assert len(measured.exposure.indices) == 5
        lines = draw(betas_view(measured))
        assert cells(lines[3])[0].split() == ["share", "S&P", "500"] or "S&P 500" in lines[3]
        assert len(re.findall("±", next(line for line in lines if line.startswith("AAPL")))) == 5
        assert not any("…" in line for line in lines)

    def test_five_negative_betas_of_a_long_name_fit_the_width(self, draw: Draw, adviser: Portfolio) -> None:
        measured = measure(adviser, as_of=date(2020, 3, 2))
        exposure = measured.exposure
        below = tuple(
            replace(each, symbol="VWAGY.DE", beta=-1.25, high=-0.01, flags=("short_record",))
            for each in exposure.by_holding
            if each.symbol == "AAPL"
        )
        lines = draw(betas_view(replace(measured, exposure=replace(exposure, by_holding=below))))
        (shown,) = [line for line in lines if line.startswith("VWAGY.DE")]
        assert shown.split()[3:] == ["-1.25±1.24"] * 5

    def test_doubtful_betas_carry_a_mark_that_is_explained(self, draw: Draw, technology: Portfolio) -> None:
        settings = Settings(beta=(BetaOverride(symbol="NVDA", index=None, beta=1.9),))
        lines = draw(betas_view(measure(technology, settings=settings)))
        assert row(lines, "NVDA")[0] == "u"
        assert row(lines, "NVDA")[2:] == ["1.90"] * 4
        assert "- u: stated by you." in lines

    def test_thin_trading_and_young_listings_carry_marks(self, draw: Draw, technology: Portfolio) -> None:
        measured = measure(technology)
        flags = {"NVDA": ("short_record", "thinly_traded"), "CSCO": ("stale_closes",), "AMD": ("no_record",)}
        rows = tuple(replace(each, flags=flags.get(each.symbol, ())) for each in measured.exposure.by_holding)
        lines = draw(betas_view(replace(measured, exposure=replace(measured.exposure, by_holding=rows))))
        assert [row(lines, symbol)[0] for symbol in flags] == ["st", "c", "n"]
        legend = " ".join(line.strip() for line in lines)
        for words in ("- s: less than a year", "- t: seldom traded", "- c: closes that stood", "- n: no record"):
            assert words in legend

    def test_options_and_proxies_carry_marks_of_their_own(self, draw: Draw) -> None:
        text = b"Symbol,Quantity,Price\nAAPL270115C00250000,5,60\nOLDFD,10,100\nKO,100,60\n"
        measured = measure(read_portfolio(text, as_of=DAY), settings=Settings(proxy=(("OLDFD", "SPY"),)))
        lines = draw(betas_view(measured))
        assert row(lines, "AAPL270115C0025")[0] == "d"  # wrapped
        assert row(lines, "OLDFD")[0] == "p"
        legend = " ".join(line.strip() for line in lines)
        assert "- d: an option, counted as shares of its underlying by its delta; the beta is that of" in legend
        assert "- p: " in legend

    def test_what_has_no_beta_is_named(self, draw: Draw) -> None:
        portfolio = read_portfolio(b"ticker,shares\nAAPL,50\nZZZZ,10\n", as_of=DAY)
        said = re.sub(r"\s+", " ", " ".join(draw(betas_view(measure(portfolio)))))
        assert "Left out - ZZZZ: not in the shipped snapshot" in said

    def test_an_estimator_that_loses_says_so_once(self, draw: Draw, technology: Portfolio) -> None:
        settings = Settings(estimator="dimson")
        measured = measure_account(technology, SnapshotSource(), settings, as_of=DAY, today=date(2026, 11, 22))
        said = re.sub(r"\s+", " ", " ".join(draw(betas_view(measured))))
        assert said.count("The estimator dimson foretells a stock's beta of the next quarter with 1.09 times") == 1
        assert said.count("The prices (shipped snapshot) end on 2026-08-21, 93 days ago.") == 1

    def test_doubts_about_the_measurement_are_told(self, draw: Draw, adviser: Portfolio) -> None:
        measured = measure(adviser, as_of=date(2020, 3, 1))  # a Sunday
        said = re.sub(r"\s+", " ", " ".join(draw(betas_view(measured))))
        assert "2020-03-01 is not a session of the shipped snapshot" in said


class TestContracts:
    @pytest.fixture
    def on(self, draw: Draw) -> Callable[[date], list[str]]:
        prices = SnapshotSource().fetch([index.symbol for index in INDICES], start=None, end=None)
        return lambda day: draw(contracts_view(day, list_contracts(day, prices)))

    def test_three_sizes_of_2020_stand_under_each_other(self, on: Callable[[date], list[str]]) -> None:
        lines = on(date(2020, 3, 2))
        start = lines.index("S&P 500 (index at 3,090.23)")
        table = [line.split() for line in lines[start + 2 : start + 5]]
        # Notional: multiplier times the index' close of 2 March 2020. Margins: CME, ES 7,920 initial on that day.
        assert table == [
            ["SP", "SPH0", "standard", "250", "0.1", "$772,558", "$39,600", "2020-03-02", "2020-03-16"],
            ["ES", "ESH0", "e-mini", "50", "0.25", "$154,512", "$7,920", "2020-03-02", "2020-03-16"],
            ["MES", "MESH0", "micro", "5", "0.25", "$15,451", "$792", "2020-03-02", "2020-03-16"],
        ]

    def test_a_delisted_contract_stands_apart_with_its_last_day(self, on: Callable[[date], list[str]]) -> None:
        lines = on(date(2026, 8, 21))
        apart = lines.index("Delisted: only for plans of earlier days, or with --include-delisted")
        (standard,) = [position for position, line in enumerate(lines) if line.startswith("SP ")]
        assert standard > apart
        assert "delisted 2021-09-17" in lines[standard]

    def test_old_and_weak_margins_are_marked_and_explained(self, on: Callable[[date], list[str]]) -> None:
        lines = on(date(2026, 8, 21))
        (micro,) = [line for line in lines if line.startswith("MES ")]
        assert "2026-02-20!?" in micro
        said = re.sub(r"\s+", " ", " ".join(lines))
        assert "!: older than 90 days; a plan then assumes a share of notional." in said
        assert "?: a public copy that neither the exchange nor a broker vouches for." in said

    def test_fresh_margins_need_no_explanation(self, on: Callable[[date], list[str]]) -> None:
        assert not any(line.startswith("- ?") for line in on(date(2020, 3, 2)))

    def test_a_day_before_any_end_has_nothing_apart(self, on: Callable[[date], list[str]]) -> None:
        lines = on(date(1990, 1, 2))
        assert not any(line.startswith("Delisted") for line in lines)
        assert any(line.startswith("SP ") for line in lines)
