"""A server that is told to stop says so, goes on for a while, and finishes what it has begun."""

import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from myograph_server.serving import _server, listen
from myograph_server.site import EXTENSION, STOPPING
from myograph_server.stopping import turn_until

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# A server without a graph, which waits to be told before it answers more than a socket holds.
SLOW = """
import sys, threading
from waitress.server import create_server
from myograph_server.stopping import run_until_stopped

stopping = threading.Event()

def app(environ, start):
    if environ["PATH_INFO"] == "/state":
        start("503 Stopping" if stopping.is_set() else "200 OK", [])
        return [b""]
    print("begun", flush=True)
    sys.stdin.readline()
    start("200 OK", [("Content-Length", "20000000")])
    return [b"x" * 20_000_000]

server = create_server(app, host="127.0.0.1", port=0, outbuf_high_watermark=2**30)
print(server.effective_port, flush=True)
run_until_stopped(server, lambda: print("again", flush=True), stopping, LINGER, 10)
print("ended", flush=True)
"""


class Served:
    """Such a server, running."""

    def __init__(self, linger: float) -> None:
        command = [sys.executable, "-c", SLOW.replace("LINGER", str(linger))]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self.line())
        # Once it answers it also knows what the signals mean.
        assert self.status("/state") == 200

    def line(self) -> str:
        """Return the next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def may_answer(self) -> None:
        """Let it answer one request."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def refuses(self) -> bool:
        """Whether it lets nobody in."""
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except ConnectionRefusedError:
            return True
        return False

    def status(self, path: str) -> int:
        """Return the status of an answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=9) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    made = Served(request.param)
    yield made
    made.process.kill()
    made.process.wait()
    for pipe in (made.process.stdin, made.process.stdout):
        assert pipe is not None
        pipe.close()


@pytest.mark.parametrize("served", [0.0], indirect=True)
def test_who_has_asked_gets_the_answer_and_nobody_else_is_let_in(served: Served) -> None:
    sizes: list[int] = []

    def ask() -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/", timeout=20) as answer:
            sizes.append(len(answer.read()))

    asking = threading.Thread(target=ask)
    # One that has nothing to say is not waited for.
    with socket.create_connection(("127.0.0.1", served.port)) as idle:
        asking.start()
        assert served.line() == "begun"
        served.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 10
        while not served.refuses() and time.monotonic() < until:
            time.sleep(0.01)
        assert served.refuses()
        assert sizes == []
        served.may_answer()
        asking.join()
        assert idle.recv(1) == b""
    assert sizes == [20_000_000]
    assert served.line() == "ended"
    assert served.process.wait(10) == 0


@pytest.mark.parametrize("served", [1.5], indirect=True)
def test_it_goes_on_for_a_while_and_says_so(served: Served) -> None:
    served.process.send_signal(signal.SIGHUP)
    assert served.line() == "again"
    started = time.monotonic()
    served.process.send_signal(signal.SIGTERM)
    while served.status("/state") == 200:
        time.sleep(0.01)
    served.may_answer()
    assert served.status("/") == 200
    assert (served.line(), served.line()) == ("begun", "ended")
    assert time.monotonic() - started >= 1.5
    assert served.process.wait(10) == 0


@pytest.mark.parametrize("served", [60.0], indirect=True)
def test_a_second_signal_ends_it_at_once(served: Served) -> None:
    served.process.send_signal(signal.SIGINT)
    while served.status("/state") == 200:
        time.sleep(0.01)
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(10) == 1


@pytest.mark.parametrize(("proxy", "seen"), [("127.0.0.1", "192.0.2.7"), ("", "127.0.0.1")])
def test_for_whom_a_load_balancer_asks(app: Flask, proxy: str, seen: str) -> None:
    def front(environ: "WSGIEnvironment", start: "StartResponse") -> list[bytes]:
        start("200 OK", [])
        return [environ["REMOTE_ADDR"].encode()]

    shared = app.extensions[EXTENSION]
    shared = replace(shared, settings=shared.settings | {"proxy": proxy})
    with listen("127.0.0.1", 0) as listener:
        server = _server(front, listener, shared)  # type: ignore[arg-type]
        stopping = threading.Event()
        thread = threading.Thread(target=turn_until, args=(server, stopping.is_set))
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        asked = urllib.request.Request(address, headers={"X-Forwarded-For": "192.0.2.7"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.read().decode() == seen
        stopping.set()
        server.pull_trigger()
        thread.join()
        server.task_dispatcher.shutdown()
        server.close()


def test_the_health_of_a_server_that_stops(app: Flask) -> None:
    client, stopping = app.test_client(), app.extensions[STOPPING]
    assert client.get("/health").status_code == 200
    stopping.set()
    try:
        answer = client.get("/health")
    finally:
        stopping.clear()
    assert (answer.status_code, answer.get_json()["status"]) == (503, "stopping")
