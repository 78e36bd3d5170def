"""How a server ends: it says that it will, goes on for a while, then finishes what it has begun.

A load balancer learns from /health that it is to send no more, while what it still sends is
answered. Then nobody is let in any more, and who was in gets the answer.
"""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_until_stopped(
    server: BaseWSGIServer,
    again: Callable[[], None],
    stopping: threading.Event,
    linger: float,
    patience: float,
) -> None:
    """Run a server until SIGTERM or SIGINT; a second one ends it at once.

    Args:
        server: that listens already.
        again: done at SIGHUP, in a thread of its own.
        stopping: set at the first signal.
        linger: seconds to go on after it.
        patience: most seconds, after these, for what has begun.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            raise SystemExit(1)
        stopping.set()
        server.pull_trigger()

    def begin(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=again, name="reload").start()

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        signal.signal(number, begin if number == signal.SIGHUP else stop)
    try:
        turn_until(server, stopping.is_set)
        until = time.monotonic() + linger
        while time.monotonic() < until:
            _turn(server, until - time.monotonic())
        _finish(server, time.monotonic() + patience)
    finally:
        server.task_dispatcher.shutdown()
        for number, handler in before.items():
            signal.signal(number, handler)


def turn_until(server: BaseWSGIServer, is_over: Callable[[], bool]) -> None:
    """Run a server until something holds, which is looked at at least once a second.

    Args:
        server: that listens.
        is_over: whether it holds; `server.pull_trigger` lets this be asked at once.
    """
    while not is_over():
        _turn(server)


def _turn(server: BaseWSGIServer, seconds: float = 1.0) -> None:
    """Do what the sockets are ready for, or wait for them."""
    wasyncore.loop(
        timeout=max(0.0, min(1.0, seconds)),
        map=vars(server)["_map"],
        use_poll=server.adj.asyncore_use_poll,
        count=1,
    )


def _finish(server: BaseWSGIServer, until: float) -> None:
    """Let nobody in, and wait for the answers to those who are."""
    wasyncore.dispatcher.close(server)
    channels: dict[int, HTTPChannel] = vars(server)["active_channels"]
    while channels and time.monotonic() < until:
        for channel in list(channels.values()):
            if not (channel.requests or channel.total_outbufs_len):
                channel.will_close = True
        _turn(server, 0.1)
