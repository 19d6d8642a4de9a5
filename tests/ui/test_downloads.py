"""What the page gives to take away is what the command line writes."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from page_states import advice_for

from hedger.errors import SettingsError
from hedger.report import PLAN_FILES, plan_file, write_plan_folder
from hedger.ui.downloads import ORDER_FILES, plan_archive

if TYPE_CHECKING:
    from pathlib import Path


def test_the_archive_holds_the_folder_that_the_command_line_writes(tmp_path: Path) -> None:
    advice = advice_for(hedge=0.5)
    write_plan_folder(advice, tmp_path / "plan")
    with zipfile.ZipFile(io.BytesIO(plan_archive(advice))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: (tmp_path / "plan" / name).read_bytes() for name in PLAN_FILES
        }


def test_the_same_advice_gives_the_same_archive() -> None:
    assert plan_archive(advice_for(hedge=0.5)) == plan_archive(advice_for(hedge=0.5))
    assert plan_archive(advice_for(hedge=0.5)) != plan_archive(advice_for(hedge=0.7))


def test_exactly_the_files_of_orders_are_refused_for_a_what_if() -> None:
    advice = advice_for(index=("sp500",), sizes=("standard",), include_delisted=True)
    refused = []
    for name in PLAN_FILES:
        try:
            plan_file(advice, name)
        except SettingsError:
            refused.append(name)
    assert tuple(refused) == ORDER_FILES
    with pytest.raises(SettingsError, match="SP"):
        plan_archive(advice)
