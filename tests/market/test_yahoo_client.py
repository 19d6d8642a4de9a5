"""What runs in the asking process, as far as it needs no server."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import threading

import peewee
import pytest
from curl_cffi.requests import exceptions as curl_exceptions
from loopback_yahoo import REFUSED
from yfinance import cache as yfinance_cache
from yfinance import exceptions as yfinance_exceptions

from hedger.market.yahoo.foreign_errors import to_failure
from hedger.market.yahoo.session import AT_ONCE, MOST_REFUSALS, LimitedSession
from hedger.market.yahoo.turnstile import ATTEMPTS, Turnstile

KINDS = {
    "YFException": "failing",
    "YFDataException": "failing",
    "YFNotImplementedError": "stopped",
    "YFTickerMissingError": "unknown",
    "YFTzMissingError": "unknown",
    "YFPricesMissingError": "unknown",
    "YFEarningsDateMissing": "unknown",
    "YFInvalidPeriodError": "unusable",
    "YFRateLimitError": "refused",
}


def exceptions_of(module) -> list[type[BaseException]]:
    return [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Exception) and not issubclass(member, Warning) and member.__module__ == module.__name__
    ]


def make(cause: type[BaseException]) -> BaseException:
    return cause.__new__(cause)


def test_every_exception_of_yfinance_has_its_kind():
    assert {cause.__name__: to_failure(make(cause)).kind for cause in exceptions_of(yfinance_exceptions)} == KINDS


def test_every_exception_of_the_transport_is_the_network_s_or_the_answer_s():
    causes = exceptions_of(curl_exceptions)
    assert len(causes) >= 25
    kinds = {cause.__name__: to_failure(make(cause)).kind for cause in causes}
    assert set(kinds.values()) == {"unreachable", "unanswered", "untrusted", "garbled", "failing"}
    assert kinds["CertificateVerifyError"] == kinds["SSLError"] == "untrusted"
    assert kinds["ReadTimeout"] == kinds["ConnectTimeout"] == kinds["Timeout"] == "unanswered"
    assert kinds["JSONDecodeError"] == "garbled"
    assert kinds["DNSError"] == kinds["ProxyError"] == kinds["ConnectionError"] == "unreachable"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (peewee.DatabaseError("file is not a database"), "stopped"),
        (peewee.OperationalError("database is locked"), "stopped"),
        (json.JSONDecodeError("Expecting value", "<html>", 0), "garbled"),
        (KeyError("currency"), "garbled"),
        (TypeError("'NoneType' object is not subscriptable"), "garbled"),
        (AttributeError("no attribute 'date'"), "garbled"),
        (ConnectionResetError(), "unreachable"),
        (MemoryError(), "stopped"),
    ],
)
def test_plain_errors_have_a_kind_too(error, kind):
    assert to_failure(error).kind == kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, "unknown"), (None, "unknown"), (200, "empty"), (400, "empty"), (401, "failing"), (503, "failing")],
)
def test_only_a_status_of_404_makes_a_symbol_unknown(status, kind):
    error = yfinance_exceptions.YFTzMissingError("AAPL")
    assert "possibly delisted" in str(error), "whatever has happened"
    assert to_failure(error, status).kind == kind


def test_the_part_of_yfinance_that_learns_time_zones_beforehand_is_still_there(tmp_path):
    program = (
        "import sys\n"
        "from yfinance import Ticker, cache\n"
        "cache.set_cache_location(sys.argv[1])\n"
        "cache.get_tz_cache().store('AAPL', 'America/New_York')\n"
        "print(Ticker('AAPL')._get_ticker_tz(timeout=1))\n"
    )
    assert callable(yfinance_cache.get_tz_cache)
    command = [sys.executable, "-W", "ignore", "-c", program, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "America/New_York"


def refuse():
    raise yfinance_exceptions.YFRateLimitError


def test_a_question_refused_for_good_is_put_a_few_times_and_the_others_not_again():
    turnstile = Turnstile(first_pause=0.001, seconds=5.0)
    asked: list[str] = []

    def ask(name: str):
        asked.append(name)
        refuse()

    for name in ("first", "second"):
        with pytest.raises(yfinance_exceptions.YFRateLimitError, match="Too Many Requests"):
            turnstile.pass_through(lambda name=name: ask(name))
    assert asked == ["first"] * ATTEMPTS


def test_nobody_waits_longer_than_there_is_time():
    turnstile = Turnstile(first_pause=10.0, seconds=0.1)
    with pytest.raises(yfinance_exceptions.YFRateLimitError, match="Too Many Requests"):
        turnstile.pass_through(refuse)


def test_while_one_question_is_repeated_no_other_is_put():
    turnstile = Turnstile(first_pause=0.01, seconds=5.0)
    asked: list[str] = []
    repeated, other_came = threading.Event(), threading.Event()

    def ask_first() -> None:
        asked.append("first")
        if len(asked) == 1:
            refuse()
        repeated.set()
        assert other_came.wait(5.0)
        assert asked == ["first", "first"]

    def come_with_another() -> None:
        repeated.wait(5.0)
        other_came.set()
        turnstile.pass_through(lambda: asked.append("other"))

    thread = threading.Thread(target=come_with_another)
    thread.start()
    turnstile.pass_through(ask_first)
    thread.join()
    assert asked == ["first", "first", "other"]


def test_the_session_refuses_by_itself_after_the_last_refusal_that_is_allowed(yahoo):
    yahoo.faults["*"] = REFUSED
    session = LimitedSession()
    address = "https://query2.finance.yahoo.com/v8/finance/chart/AAPL"
    statuses = [session.get(address).status_code for _ in range(MOST_REFUSALS - AT_ONCE + 1)]
    assert set(statuses) == {429}
    assert session.status == 429
    with pytest.raises(yfinance_exceptions.YFRateLimitError, match="Too Many Requests"):
        session.get(address)
    assert yahoo.n_refused == MOST_REFUSALS - AT_ONCE + 1
    session.close()


def test_an_address_beside_the_prices_that_once_hung_is_not_asked_again(yahoo):
    yahoo.handshake_faults["fc.yahoo.com/"] = "hang"
    session = LimitedSession(longest_handshake=0.2)
    for said in (r"curl: \(28\) .* timed out", r"^https://fc\.yahoo\.com/ has not answered before"):
        with pytest.raises(curl_exceptions.Timeout, match=said):
            session.get("https://fc.yahoo.com/", timeout=30)
    assert yahoo.requests == ["fc.yahoo.com/"]
    session.close()


def test_plans_on_shipped_prices_import_nothing_of_this():
    program = (
        "import sys, hedger\n"
        "from hedger.market import SnapshotSource, open_source\n"
        "open_source('snapshot').fetch(['AAPL'], start=None, end=None)\n"
        "print([name for name in sys.modules if name.partition('.')[0] in\n"
        "       {'yfinance', 'pandas', 'tenacity', 'curl_cffi', 'platformdirs'} or 'yahoo' in name])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.strip() == "[]"
