"""The session through which yfinance talks, with limits of our own; imported in the asking process only."""

from __future__ import annotations

import threading
from typing import Any

from curl_cffi import requests
from yfinance import exceptions

AT_ONCE = 4
"""Requests under way at the same time."""
MOST_REFUSALS = 30
"""Refused requests in one run."""
LONGEST_CHART, LONGEST_HANDSHAKE = 10.0, 4.0
"""Seconds for a request for prices, and for one of those around it; yfinance would give these 30 each."""
MOST_REDIRECTS = 5
"""Redirects that one request follows; the consent page of Europe takes two or three."""

_CHART = "/v8/finance/chart/"
_TOO_MANY = 429


class LimitedSession(requests.Session[Any]):
    """The session of yfinance with limits: on the time of each request, on redirects, on the number of refusals.

    An address beside the prices that has not answered once (cookies are on the lists of privacy filters) is not
    asked again: yfinance does without, but would wait for it before every symbol.

    Parameters
    ----------
    longest_handshake
        Seconds for a request that is not for prices.
    """

    def __init__(self, *, longest_handshake: float = LONGEST_HANDSHAKE) -> None:
        super().__init__(impersonate="chrome", max_redirects=MOST_REDIRECTS)
        self._longest_handshake = longest_handshake
        self._lock = threading.Lock()
        self._silent: set[str] = set()
        self._last = threading.local()
        self._refusals = 0

    @property
    def status(self) -> int | None:
        """HTTP status of the last answer to a question of this thread."""
        return getattr(self._last, "status", None)

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
        """Send a request as the base class does, or refuse it like Yahoo when it has refused too many."""
        self._last.status = None
        address = url.partition("?")[0]
        is_chart = _CHART in address
        with self._lock:
            if self._refusals > MOST_REFUSALS - AT_ONCE:
                raise exceptions.YFRateLimitError
            if address in self._silent:
                raise requests.exceptions.Timeout(f"{address} has not answered before")
        longest = LONGEST_CHART if is_chart else self._longest_handshake
        options["timeout"] = min(options.get("timeout") or longest, longest)
        try:
            response = super().request(method, url, *args, **options)
        except requests.exceptions.Timeout:
            if not is_chart:
                with self._lock:
                    self._silent.add(address)
            raise
        self._last.status = response.status_code
        with self._lock:
            self._refusals += response.status_code == _TOO_MANY
        return response
