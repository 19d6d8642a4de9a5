"""Who may see the page: everybody who can reach it, or who has logged in where a log-in is set up.

The log-in is Streamlit's OpenID Connect, set up in the section ``[auth]`` of ``.streamlit/secrets.toml``: a provider
such as Google or a company's own says who somebody is, and decides who has an account there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st


def has_log_in() -> bool:
    """Tell whether a log-in is set up."""
    return bool(_section())


def admit() -> bool:
    """Tell whether this visitor may see the page; who may not yet is asked to log in."""
    if not has_log_in():
        return True
    if st.user.is_logged_in:
        st.button("Log out", key="log_out", icon=":material/logout:", type="tertiary", on_click=st.logout)
        return True
    st.markdown("# hedger", anchors=False)
    st.markdown("Log in to see this page.")
    for name in _providers(_section()):
        st.button(
            "Log in" if name is None else f"Log in with {name.capitalize()}",
            key=f"log_in {name}",
            icon=":material/login:",
            type="primary",
            on_click=st.login,
            args=(name,),
        )
    return False


def _section() -> Mapping[str, Any]:
    # Asked first whether there is such a file: without one, the secrets complain on the page.
    section: Mapping[str, Any] = st.secrets.get("auth", {}) if st.secrets.load_if_toml_exists() else {}
    return section


def _providers(section: Mapping[str, Any]) -> list[str | None]:
    """Return the names of the providers, ``None`` for one without a name."""
    named = [name for name, value in section.items() if isinstance(value, Mapping)]
    return [*named] if named else [None]
