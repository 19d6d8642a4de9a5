"""Where a log-in is set up, nobody sees anything of the page before it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
import streamlit as st
from page_states import TODAY, headings, page_script
from streamlit.testing.v1 import AppTest
from streamlit.web import cli

from hedger.errors import SettingsError
from hedger.ui import launch

if TYPE_CHECKING:
    from collections.abc import Mapping
PROVIDER = {"client_id": "x", "client_secret": "y", "server_metadata_url": "https://example.com/openid"}
COMMON = {"redirect_uri": "http://localhost:8501/oauth2callback", "cookie_secret": "z" * 32}


def open_page(secrets: Mapping[str, Any], *, is_logged_in: bool | None = None) -> AppTest:
    page = AppTest.from_function(page_script, kwargs={"today": TODAY, "opened_with": None}, default_timeout=60)
    page.secrets.update(secrets)
    if is_logged_in is not None:
        page.user["is_logged_in"] = is_logged_in
    return page.run()


def test_without_a_log_in_everybody_sees_the_page() -> None:
    page = open_page({})
    assert headings(page)[0] == "# Technology"
    assert not [each for each in page.button if each.key == "log_out"]


@pytest.mark.parametrize(
    ("section", "labels"),
    [
        pytest.param(COMMON | PROVIDER, ["Log in"], id="one provider"),
        pytest.param(
            COMMON | {"google": PROVIDER, "acme": PROVIDER}, ["Log in with Google", "Log in with Acme"], id="two"
        ),
    ],
)
def test_a_stranger_is_asked_to_log_in_and_sees_nothing_else(section: dict[str, Any], labels: list[str]) -> None:
    page = open_page({"auth": section}, is_logged_in=False)
    assert not page.exception
    assert [each.label for each in page.button] == labels
    assert headings(page) == ["# hedger"]
    assert not page.selectbox
    assert not page.slider


def test_who_has_logged_in_sees_the_page_and_can_leave() -> None:
    page = open_page({"auth": COMMON | PROVIDER}, is_logged_in=True)
    assert headings(page)[0] == "# Technology"
    assert page.button(key="log_out").label == "Log out"


class FileOfSecrets(dict[str, Any]):
    """What Streamlit makes of a ``secrets.toml``."""

    def load_if_toml_exists(self) -> bool:
        return True


def test_an_open_address_may_be_used_where_a_log_in_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(cli, "main", lambda arguments, **_: started.append(arguments))
    monkeypatch.setattr(st, "secrets", FileOfSecrets(auth=COMMON | PROVIDER))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    launch(None, host="0.0.0.0", port=port)
    assert "--server.address=0.0.0.0" in started[0]


def test_secrets_without_a_log_in_protect_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "secrets", FileOfSecrets(password="x"))
    with pytest.raises(SettingsError, match=r"set up a log-in in the section \[auth\]"):
        launch(None, host="0.0.0.0")
