"""A server on this machine that plays Yahoo Finance to the unmodified yfinance, well or badly.

It is a proxy that ends TLS itself with a certificate of its own authority, so that the library asks the true
addresses. Bodies have the shape of Yahoo's chart answers of 2026.
"""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import struct
import threading
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock_time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTS = (
    "fc.yahoo.com",
    "guce.yahoo.com",
    "consent.yahoo.com",
    "finance.yahoo.com",
    "query1.finance.yahoo.com",
    "query2.finance.yahoo.com",
)
CHART = "/v8/finance/chart/"


@dataclass
class Listing:
    """One symbol as Yahoo has it."""

    symbol: str
    sessions: Any
    close: Any
    currency: str | None = "USD"
    timezone: str = "America/New_York"
    opens_at: clock_time = clock_time(9, 30)
    closes_at: clock_time = clock_time(16, 0)
    first_trade: date | None = None
    last_trade: date | None = None
    splits: dict[date, float] = field(default_factory=dict)

    def moment(self, day: Any, at: clock_time) -> int:
        return int(datetime.combine(_to_date(day), at, ZoneInfo(self.timezone)).timestamp())

    def body(self, first: int, last: int) -> dict[str, Any]:
        """Return the chart answer for a span in Unix seconds."""
        rows = [
            (self.moment(session, self.opens_at), close)
            for session, close in zip(self.sessions, np.asarray(self.close, dtype=float).tolist(), strict=True)
        ]
        rows = [(moment, close) for moment, close in rows if first <= moment < last]
        closes = [None if np.isnan(close) else close for _, close in rows]
        newest, oldest = _to_date(self.sessions[-1]), _to_date(self.sessions[0])
        regular = {
            "timezone": "EST",
            "gmtoffset": -18000,
            "start": self.moment(newest, self.opens_at),
            "end": self.moment(newest, self.closes_at),
        }
        result: dict[str, Any] = {
            "meta": {
                "currency": self.currency,
                "symbol": self.symbol,
                "exchangeName": "NMS",
                "fullExchangeName": "NasdaqGS",
                "instrumentType": "EQUITY",
                "firstTradeDate": self.moment(self.first_trade or oldest, self.opens_at),
                "regularMarketTime": self.moment(self.last_trade or newest, self.closes_at),
                "hasPrePostMarketData": True,
                "gmtoffset": -18000,
                "timezone": "EST",
                "exchangeTimezoneName": self.timezone,
                "priceHint": 2,
                "currentTradingPeriod": {"pre": dict(regular), "regular": dict(regular), "post": dict(regular)},
                "dataGranularity": "1d",
                "range": "",
                "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
            },
            "timestamp": [moment for moment, _ in rows],
            "indicators": {
                "quote": [
                    dict.fromkeys(("open", "high", "low", "close"), closes)
                    | {"volume": [None if close is None else 1000 for close in closes]}
                ],
                "adjclose": [{"adjclose": closes}],
            },
        }
        splits = {
            str(self.moment(day, self.opens_at)): {
                "date": self.moment(day, self.opens_at),
                "numerator": ratio,
                "denominator": 1.0,
                "splitRatio": f"{ratio:g}:1",
            }
            for day, ratio in self.splits.items()
            if first <= self.moment(day, self.opens_at) < last
        }
        if splits:
            result["events"] = {"splits": splits}
        if not rows:
            del result["timestamp"]
            result["indicators"] = {"quote": [{}], "adjclose": [{}]}
        return {"chart": {"result": [result], "error": None}}


def _to_date(day: Any) -> date:
    return day if isinstance(day, date) else np.datetime64(day, "D").item()


def trading_days(first: str, last: str) -> Any:
    """Return all weekdays of a span, both ends included."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return days[np.is_busday(days)]


def wander(n_sessions: int, seed: int, level: float = 100.0) -> Any:
    """Return made-up closes to the cent: a random walk of 1 % a day."""
    steps = np.random.default_rng(seed).normal(0.0, 0.01, n_sessions)
    return np.round(level * np.exp(np.cumsum(steps)), 2)


class FaultError(Exception):
    """An answer other than the right one."""

    def __init__(self, status: int, body: bytes = b"", *, kind: str = "application/json", **headers: str) -> None:
        self.status, self.body, self.kind, self.headers = status, body, kind, headers


def error_body(code: str, description: str) -> bytes:
    """Return what Yahoo says instead of a chart."""
    return json.dumps({"chart": {"result": None, "error": {"code": code, "description": description}}}).encode()


NOT_FOUND = FaultError(404, error_body("Not Found", "No data found, symbol may be delisted"))
SERVER_ERROR = FaultError(500, error_body("Internal Server Error", "Internal server error"))
BAD_REQUEST = FaultError(400, error_body("Bad Request", "Data doesn't exist for startDate = 1, endDate = 2"))
REFUSED = FaultError(429, b"Too Many Requests\r\n", kind="text/plain")
HTML = FaultError(200, b"<html><body>Will be back soon</body></html>", kind="text/html")
REDIRECT_LOOP = FaultError(302, Location="https://query2.finance.yahoo.com/v8/finance/chart/LOOP")


class LoopbackYahoo:
    """The server; a context manager.

    Attributes
    ----------
    listings
        What it knows, by symbol.
    faults
        By symbol, or ``"*"`` for all: a fault, or ``"hang"``, ``"cut"``, ``"reset"``, ``"slow"``, or a list of
        those and ``None`` of which each request takes the next; the last one stays.
    handshake_faults
        The same for the requests that are not charts, by host and path.
    requests
        Hosts and paths asked for so far, in order.
    spans
        First and last second of the charts asked for, by symbol.
    """

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.authority = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(self.context)
        self.listings: dict[str, Listing] = {}
        self.faults: dict[str, Any] = {}
        self.handshake_faults: dict[str, Any] = {}
        self.requests: list[str] = []
        self.spans: dict[str, list[tuple[int, int]]] = {}
        self.n_refused = 0
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self.released = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Connection)
        self._server.yahoo = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> LoopbackYahoo:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        """Environment that leads the library here."""
        proxy = f"http://127.0.0.1:{self._server.server_address[1]}"
        pem = str(self.authority)
        return {
            "HTTPS_PROXY": proxy,
            "https_proxy": proxy,
            "NO_PROXY": "",
            "no_proxy": "",
            "REQUESTS_CA_BUNDLE": pem,
            "CURL_CA_BUNDLE": pem,
            "SSL_CERT_FILE": pem,
        }

    def add(self, *listings: Listing) -> None:
        """List symbols."""
        self.listings.update({listing.symbol: listing for listing in listings})

    def forget(self) -> None:
        """Forget listings, faults and the requests so far, and let go of connections that hang."""
        self.released.set()
        self.released = threading.Event()
        self.listings.clear()
        self.requests.clear()
        self.spans.clear()
        self.faults.clear()
        self.handshake_faults.clear()
        self.n_refused = self.most_at_once = 0

    def charts(self, symbol: str | None = None) -> list[str]:
        """Return the requests for charts, of one symbol or of all."""
        charts = [path for path in self.requests if CHART in path]
        return charts if symbol is None else [path for path in charts if path.endswith(CHART + symbol)]

    def answer(self, host: str, target: str) -> bytes:
        """Return the body that a request gets; raise what else it gets."""
        parts = urlsplit(target)
        with self._lock:
            self.requests.append(host + unquote(parts.path))
            self._at_once += parts.path.startswith(CHART)
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if not parts.path.startswith(CHART):
                return self._handshake(host + parts.path)
            symbol = unquote(parts.path.removeprefix(CHART))
            query = parse_qs(parts.query)
            span = (int(query.get("period1", ["0"])[0]), int(query.get("period2", [str(2**40)])[0]))
            self.spans.setdefault(symbol, []).append(span)
            fault = self._misbehave(self.faults, symbol)
            if symbol not in self.listings:
                raise NOT_FOUND
            body = json.dumps(self.listings[symbol].body(*span)).encode()
            return body[: len(body) // 2] if fault == "cut" else body
        except FaultError as fault:
            self.n_refused += fault.status == 429
            raise
        finally:
            with self._lock:
                self._at_once -= parts.path.startswith(CHART)

    def _handshake(self, path: str) -> bytes:
        self._misbehave(self.handshake_faults, path)
        if path.startswith("fc.yahoo.com"):
            raise FaultError(
                404, b"", **{"Set-Cookie": "A3=d=loopback; Domain=.yahoo.com; Path=/; Max-Age=31557600; Secure"}
            )
        if path.endswith("/getcrumb"):
            return b"loopback.crumb"
        return b"<html></html>"

    def _next(self, faults: dict[str, Any], name: str) -> Any:
        with self._lock:
            fault = faults.get(name, faults.get("*"))
            if isinstance(fault, list):
                return fault[0] if len(fault) == 1 else fault.pop(0)
            return fault

    def _misbehave(self, faults: dict[str, Any], name: str) -> Any:
        fault = self._next(faults, name)
        if fault == "hang":
            self.released.wait(60.0)
            raise ConnectionAbortedError
        if fault == "reset":
            raise ConnectionResetError
        if fault == "slow":
            self.released.wait(0.3)
        if isinstance(fault, FaultError):
            raise fault
        return fault


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    yahoo: LoopbackYahoo

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that are killed break their connections."""


class _Connection(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Play the proxy, then the host behind it."""
        opening = b"".join(_until_blank_line(self.request)).decode()
        host = opening.split()[1].rpartition(":")[0]
        if self.server.yahoo.faults.get("CONNECT") == "hang":
            self.server.yahoo.released.wait(60.0)
            return
        self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with self.server.yahoo.context.wrap_socket(self.request, server_side=True) as stream:
            while lines := list(_until_blank_line(stream)):
                self._respond(stream, host, lines[0].decode().split()[1])

    def _respond(self, stream: ssl.SSLSocket, host: str, target: str) -> None:
        status, kind, headers = 200, "application/json", {}
        try:
            body = self.server.yahoo.answer(host, target)
        except FaultError as fault:
            status, body, kind, headers = fault.status, fault.body, fault.kind, fault.headers
        except ConnectionResetError:
            stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{")
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.close()
            raise
        lines = [f"HTTP/1.1 {status} Status", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        stream.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def _until_blank_line(stream: socket.socket) -> Iterator[bytes]:
    """Yield the lines of a request's head; nothing when the connection ended."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        received = stream.recv(1)
        if not received:
            return
        head += received
    yield from head.splitlines()
