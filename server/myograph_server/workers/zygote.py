"""The process that holds one version of the graph and forks the workers.

A graph on disk it does not open: a store that is open has threads, which a fork leaves behind with
what they have locked. Each worker opens it for itself.

It has one thread and does three things: fork a worker round a socket that it is given, report a
worker that has ended, and end when the server closes the channel. Being the parent it alone
can say by which signal a worker died.
"""

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from myograph_server.workers.wire import ClosedError, receive, send
from myograph_server.workers.worker import limit_resources, serve

# Bytes of a store on disk that RocksDB may keep in memory: 32 MB as it comes, and the 128 that
# Oxigraph asks for to look up terms.
BLOCK_CACHE = 160 << 20


@dataclass(frozen=True)
class Setup:
    """What a zygote is told at its start.

    Attributes:
        graph: the N-Quads file of the graph, or the folder of its store.
        on_disk: which of them.
        prefixes: that a query may use without declaring them.
        memory: bytes that a worker may have beyond what it shares.
    """

    graph: str
    on_disk: bool
    prefixes: dict[str, str]
    memory: int


def main(descriptor: int) -> None:
    """Run the zygote.

    Args:
        descriptor: the file descriptor of the channel to the server.
    """
    channel = socket.socket(fileno=descriptor)
    setup = Setup(**receive(channel)[0])
    store = None
    if not setup.on_disk:
        store = ox.Store()
        store.bulk_load(path=Path(setup.graph), format=ox.RdfFormat.N_QUADS)
    # What is here now is shared with every worker: the collector must not touch it.
    gc.collect()
    gc.freeze()
    try:
        send(channel, {"event": "ready"})
    except ConnectionError:
        return  # The server has been stopped while the graph was loaded.
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: set[int] = set()
    with contextlib.suppress(ClosedError, ConnectionError):
        _loop(channel, woken, store, setup, children)
    # An idle worker ends with its socket; one at a long query would go on for nobody.
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _loop(
    channel: socket.socket,
    woken: socket.socket,
    store: ox.Store | None,
    setup: Setup,
    children: set[int],
) -> None:
    selector = selectors.DefaultSelector()
    selector.register(channel, selectors.EVENT_READ)
    selector.register(woken, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is woken:
                woken.recv(4096)
                _report_ended(channel, children)
            else:
                children.add(_fork_for(channel, woken, store, setup))


def _fork_for(
    channel: socket.socket, woken: socket.socket, store: ox.Store | None, setup: Setup
) -> int:
    """Take the socket that the server passes, fork a worker round it and return its number."""
    _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
    if not descriptors:
        raise ClosedError("the server has gone")
    pid = os.fork()
    if pid:
        os.close(descriptors[0])
        send(channel, {"event": "forked", "pid": pid})
        return pid
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        channel.close()
        woken.close()
        # A dying engine prints its stack; the server tells the client and counts it instead.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        # Before the limit: what it takes to have a store open is no query's.
        own_store = store or ox.Store.read_only(setup.graph)
        limit_resources(setup.memory if store else setup.memory + BLOCK_CACHE)
        with socket.socket(fileno=descriptors[0]) as own:
            serve(own, own_store, setup.prefixes)
        status = 0
    finally:
        # No exit handlers: they belong to the zygote.
        os._exit(status)


def _report_ended(channel: socket.socket, children: set[int]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        children.discard(pid)
        event: dict[str, Any] = {"event": "ended", "pid": pid}
        killed = os.WIFSIGNALED(status)
        event["signal"] = os.WTERMSIG(status) if killed else 0
        send(channel, event)


if __name__ == "__main__":
    main(int(sys.argv[1]))
