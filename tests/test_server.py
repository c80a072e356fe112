"""Server: a connection does not wait for an acknowledgement."""

from __future__ import annotations

import socket
import sys

import pytest

from kazatlas.web.serve import send_at_once

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux lists a process's open files")


def sends_at_once(connection: socket.socket) -> bool:
    return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


def test_open_and_later_connections_send_at_once() -> None:
    # As Streamlit makes it: without the protocol, so that asyncio leaves Nagle's algorithm on.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with socket.create_connection(listening.getsockname()) as early, listening.accept()[0] as first:
            assert not sends_at_once(first)
            assert send_at_once() >= 3
            assert sends_at_once(early)
            assert sends_at_once(first)
            with socket.create_connection(listening.getsockname()), listening.accept()[0] as second:
                assert sends_at_once(second)


def test_a_socket_of_another_kind_is_left_alone() -> None:
    one, other = socket.socketpair()
    with one, other:
        send_at_once()
        one.sendall(b"x")
        assert other.recv(1) == b"x"
