"""The page of a book without exposure: every part of it, without an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from page_states import advice_for, assert_shows, everything, go_to, open_page

from hedger.ui.page import PAGES
from hedger.ui.wording import escape

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"cancelling": "symbol,quantity\nSPY,100\nSPY,-100\n", "cash": "Symbol,Quantity,Value\nCash,,5000\n"}


@pytest.mark.parametrize("kind", FILES)
def test_a_book_without_exposure_has_a_page(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"{kind}.csv"
    file.write_text(FILES[kind])
    page, advice = open_page(opened_with=file), advice_for(file, hedge=1.0)
    assert not page.exception
    assert_shows(page, advice)
    (why,) = (note.message for note in advice.notes if note.code == "no_exposure")
    assert escape(why) in everything(page)
    for entry in PAGES[1:]:
        shown = go_to(page, entry.url_path)
        assert not shown.exception, entry.title
        assert "nan" not in everything(shown).split()
