"""The guard of the test run itself."""

import socket

import pytest


def test_a_test_cannot_reach_another_machine() -> None:
    with socket.socket() as sock, pytest.raises(pytest.fail.Exception, match=r"'192\.0\.2\.1' over the network"):
        sock.connect(("192.0.2.1", 80))


def test_a_test_cannot_look_up_another_machine() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"'example\.org' over the network"):
        socket.getaddrinfo("example.org", 443)


def test_a_test_may_serve_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
