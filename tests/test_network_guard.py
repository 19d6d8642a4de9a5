"""The guard of the test run itself."""

import re
import socket
import subprocess
import sys

import pytest
from curl_cffi import requests
from curl_cffi.requests.exceptions import ConnectionError as CurlConnectionError


def test_a_test_cannot_reach_another_machine() -> None:
    with socket.socket() as sock, pytest.raises(pytest.fail.Exception, match=r"'192\.0\.2\.1' over the network"):
        sock.connect(("192.0.2.1", 80))


def test_a_test_cannot_look_up_another_machine() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"'example\.org' over the network"):
        socket.getaddrinfo("example.org", 443)


REFUSED_BY_THE_PROXY = r"curl: \(7\) .*\b127\.0\.0\.1\b"


def test_a_library_in_c_cannot_reach_another_machine() -> None:
    with pytest.raises(CurlConnectionError, match=REFUSED_BY_THE_PROXY):
        requests.get("https://example.org", timeout=10)


def test_a_child_process_cannot_reach_another_machine() -> None:
    script = "from curl_cffi import requests; requests.get('https://example.org', timeout=10)"
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert child.returncode == 1
    assert re.search(REFUSED_BY_THE_PROXY, child.stderr)


def test_a_test_may_serve_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
