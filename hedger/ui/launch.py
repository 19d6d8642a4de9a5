"""Start the web page on this machine."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

from hedger.errors import SettingsError
from hedger.wording import shorten

PAGE = Path(__file__).parent / "script" / "hedger_page.py"
"""Beside it lies the configuration of server and theme, ``.streamlit/config.toml``."""


def launch(
    portfolio: Path | None,
    *,
    host: str = "127.0.0.1",
    port: int = 8501,
    is_open_on_purpose: bool = False,
    is_headless: bool = False,
) -> int:
    """Serve the page from this process until it is stopped, and return the exit status.

    Parameters
    ----------
    portfolio
        Holdings file that the page begins with; ``None`` for a sample.
    host
        Address to listen on.
    port
        Port to listen on.
    is_open_on_purpose
        Whether an address that other machines can reach is meant although no log-in is set up.
    is_headless
        Whether no browser is to be opened.

    Raises
    ------
    SettingsError
        When the address can be reached from other machines, no log-in is set up and that is not said to be meant, when
        it cannot be listened on, or when there is no such holdings file.
    """
    if not is_open_on_purpose and not _is_loopback(host) and not _has_log_in():
        raise SettingsError(
            f'The page asks nobody for a password, and on the address "{shorten(host)}" other machines could reach '
            "it. Use --host 127.0.0.1, set up a log-in in the section [auth] of .streamlit/secrets.toml, or say that "
            "you mean it with --i-know-it-is-open."
        )
    if portfolio is not None and not portfolio.is_file():
        raise SettingsError(f'There is no file "{shorten(portfolio)}" to open the page with.')
    _require_free(host, port)
    # Half a second each, and only for the page.
    from streamlit.web.cli import main as run_streamlit  # noqa: PLC0415

    from hedger.ui.warm_up import warm_up  # noqa: PLC0415

    warm_up()
    arguments = ["run", str(PAGE), *_server_options(host, port, is_headless)]
    if portfolio is not None:
        arguments += ["--", str(portfolio.resolve())]
    status: int | None = run_streamlit(arguments, prog_name="streamlit", standalone_mode=False)
    return status or 0


def _require_free(host: str, port: int) -> None:
    """Refuse an address that is taken before Streamlit does, which would not say what to do."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise SettingsError(
            f"The page cannot listen on port {port} of {shorten(host)}: {error.strerror}. Choose another --port."
        ) from error


def _has_log_in() -> bool:
    from hedger.ui.access import has_log_in  # noqa: PLC0415 - streamlit takes half a second to import

    return has_log_in()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _server_options(host: str, port: int, is_headless: bool) -> list[str]:
    """Return what must hold whatever the user's own Streamlit configuration says."""
    options: dict[str, str] = {
        "server.address": host,
        "server.port": str(port),
        "server.enableXsrfProtection": "true",
        "server.enableCORS": "true",
        "server.maxUploadSize": "50",
        "server.showEmailPrompt": "false",
        "server.fileWatcherType": "none",
        "browser.serverAddress": host,
        "browser.gatherUsageStats": "false",
    }
    if is_headless:
        options["server.headless"] = "true"
    return [f"--{name}={value}" for name, value in options.items()]
