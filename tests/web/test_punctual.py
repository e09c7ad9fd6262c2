"""The server itself: headers that don't come are cut, and hold nobody up."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from app.main import create_app
from app.settings import Settings
from app.web import punctual
from app.web.punctual import LATE, PunctualProtocol
from tests.studies import House


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """No database is asked here."""
    return str(request.param)


@pytest.fixture
def port(house: House, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(punctual, "HEADER_SECONDS", 1.0)
    monkeypatch.setattr(punctual, "BODY_SECONDS", 1.0)
    monkeypatch.setattr(punctual, "MOST_UNFINISHED", 20)
    config = uvicorn.Config(
        create_app(settings), port=0, http=PunctualProtocol, log_level="critical", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def opened(port: int, sent: bytes) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", port), timeout=5)
    one.sendall(sent)
    return one


def ending(one: socket.socket) -> bytes:
    """All that comes until the server hangs up."""
    received = b""
    try:
        while piece := one.recv(4096):
            received += piece
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nX-Slow: a",
        b"GET /heal",
        b"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nname=",
    ],
)
def test_what_does_not_come_whole_is_cut_with_a_word(port: int, sent: bytes) -> None:
    began = time.monotonic()
    with opened(port, sent) as one:
        said = ending(one)
    assert 0.8 < time.monotonic() - began < 4
    assert said == b"" or said.startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_says_nothing_is_cut(port: int) -> None:
    with opened(port, b"") as one:
        assert ending(one) == b""


def test_slow_ones_are_cut_for_those_who_come_after_them(port: int) -> None:
    slow = [opened(port, b"GET / HTTP/1.1\r\nX-Slow: ") for _ in range(60)]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    began = time.monotonic()
    connection.request("GET", "/sign-in")
    assert connection.getresponse().status == 200
    assert time.monotonic() - began < 2
    # The oldest are gone at once, before their time is over.
    assert ending(slow[0]) in (b"", LATE)
    assert time.monotonic() - began < 2
    for one in slow:
        one.close()


def test_a_kept_connection_serves_one_request_after_another(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    for _ in range(3):
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        time.sleep(0.5)
