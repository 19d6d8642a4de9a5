"""Every exception that yfinance lets out becomes a kind of failure; imported in the asking process only."""

from __future__ import annotations

import json

import peewee
from curl_cffi import requests
from yfinance import exceptions

from hedger.market.yahoo.failures import Failure, FailureKind

_KINDS: tuple[tuple[type[BaseException], FailureKind], ...] = (
    (exceptions.YFRateLimitError, "refused"),
    (exceptions.YFTickerMissingError, "unknown"),
    (exceptions.YFInvalidPeriodError, "unusable"),
    (exceptions.YFDataException, "failing"),
    (exceptions.YFException, "failing"),
    (exceptions.YFNotImplementedError, "stopped"),
    (peewee.DatabaseError, "stopped"),
    (requests.exceptions.Timeout, "unanswered"),
    (requests.exceptions.SSLError, "untrusted"),
    (requests.exceptions.InvalidJSONError, "garbled"),
    (requests.exceptions.ContentDecodingError, "garbled"),
    (requests.exceptions.TooManyRedirects, "failing"),
    (requests.exceptions.RequestException, "unreachable"),
    (json.JSONDecodeError, "garbled"),
    (LookupError, "garbled"),
    (TypeError, "garbled"),
    (ValueError, "garbled"),
    (AttributeError, "garbled"),
    (OSError, "unreachable"),
)
"""The first that fits counts. Answers of another form than Yahoo's end in the plain errors of Python."""

_DETAILS: tuple[tuple[type[BaseException], str], ...] = (
    (requests.exceptions.DNSError, "its address is not found; is this machine online?"),
    (requests.exceptions.ProxyError, "the proxy refuses the connection"),
    (requests.exceptions.ConnectionError, "the connection fails or breaks"),
)
_DENIED, _NOT_FOUND, _SERVER_ERROR = (401, 403), 404, 500


def to_failure(error: BaseException, status: int | None = None) -> Failure:
    """Convert whatever yfinance raised to a kind of failure.

    Parameters
    ----------
    error
        Anything; what is not in the table is a failure of the program.
    status
        HTTP status of the last answer about the symbol, which tells more than the exception: yfinance calls a
        symbol "possibly delisted" when the server is down.
    """
    kind: FailureKind = next((kind for cause, kind in _KINDS if isinstance(error, cause)), "stopped")
    if kind == "unknown" and status is not None and status != _NOT_FOUND:
        if status >= _SERVER_ERROR or status in _DENIED:
            return Failure(kind="failing", detail=f"status {status}")
        return Failure(kind="empty")
    if kind not in {"stopped", "unreachable"}:
        return Failure(kind=kind)
    return Failure(
        kind=kind,
        detail=next((words for cause, words in _DETAILS if isinstance(error, cause)), type(error).__name__),
    )
