"""Replicas of the server over replicas of the store: one of each killed, and a new version.

    python -m benchmarks.tiers

Two servers behind HAProxy ask two Oxigraph servers behind another HAProxy, as docs/scaling.md has
it. A store is killed, a server is killed; then a fact is changed, a second pair of stores filled
and put behind an address of its own, and one server after the other goes over to it with the
sources that it was built from. Visitors look meanwhile, as in `benchmarks.replicas`.
"""

import contextlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.replicas import (
    CONFIGURATION,
    PAGES,
    Replica,
    balanced,
    behind,
    change,
    copied,
    environment,
    show,
    wait_for,
)
from benchmarks.servers import free_port, oxigraph_program
from benchmarks.visitors import Visitors
from myograph.console import OUT

_STORES = CONFIGURATION.with_name("haproxy-stores.cfg")
_ASK = "/query?query=ASK%7B%7D"


class Store:
    """One of Oxigraph's servers, which only reads.

    Args:
        location: its folder.
    """

    def __init__(self, location: Path) -> None:
        self.port = free_port()
        self._location = location
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers.

        Where it was killed with connections open it cannot take its port for a minute: it does
        not ask for one that the system still has in TIME_WAIT.
        """
        for _ in range(15):
            with contextlib.suppress(RuntimeError):
                self.process = _oxigraph("serve-read-only", self._location, self.port)
                return
            time.sleep(5)
        raise RuntimeError("a store did not come up")

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


def _oxigraph(command: str, location: Path, port: int) -> "subprocess.Popen[bytes]":
    program = oxigraph_program()
    if program is None:
        raise FileNotFoundError("oxigraph is not installed")
    bind = ["--location", str(location), "--bind", f"127.0.0.1:{port}", "--union-default-graph"]
    process = subprocess.Popen([program, command, *bind], stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}{_ASK}", process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


def fill(sources: Path, location: Path) -> None:
    """Publish the graph of a copy of our sources into a new store."""
    port = free_port()
    location.parent.mkdir(exist_ok=True)
    process = _oxigraph("serve", location, port)
    to = ["publish", "--to", f"http://127.0.0.1:{port}/store"]
    run = [sys.executable, "-m", "myograph", *to]
    try:
        subprocess.run(run, env=environment(sources), cwd=sources, check=True, capture_output=True)
    finally:
        process.terminate()
        process.wait(60)


@contextlib.contextmanager
def stores(sources: Path, folder: Path) -> Iterator[tuple[list[Store], str]]:
    """Run two stores that hold the graph of a copy of our sources, behind one address."""
    fill(sources, folder / "one")
    shutil.copytree(folder / "one", folder / "two")
    made = [Store(folder / name) for name in ("one", "two")]
    named = {
        f"MYOGRAPH_{name}": f"127.0.0.1:{store.port}"
        for name, store in zip(("ONE", "TWO"), made, strict=True)
    }
    try:
        with behind(_STORES, named, _ASK) as port:
            yield made, f"http://127.0.0.1:{port}/query"
    finally:
        for store in made:
            store.kill()


def main() -> None:
    """Run it all, and print what the visitors saw."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as held:
        folder = Path(name)
        copied(folder / "old")
        old, address = held.enter_context(stores(folder / "old", folder / "old-stores"))
        servers = [Replica(folder / "old", 5.0, address) for _ in range(2)]
        for server in servers:
            held.callback(server.kill)
            server.wait()
        front = held.enter_context(balanced(servers))
        visitors = Visitors(front, PAGES, 12, pause=0.02)
        started = time.monotonic()
        try:
            for event in _events(folder, old, servers, held):
                OUT.print(f"{time.monotonic() - started:6.1f} s  {event}")
        finally:
            seen = visitors.stop()
        show(seen, f"{time.monotonic() - started:.0f} s, two servers, two stores")


def _events(
    folder: Path, old: list[Store], servers: list[Replica], held: contextlib.ExitStack
) -> Iterator[str]:
    time.sleep(10)
    old[0].kill()
    yield "SIGKILL to the first store"
    time.sleep(10)
    old[0].start()
    yield "the first store is back"
    time.sleep(5)
    servers[0].end(signal.SIGKILL)
    yield "SIGKILL to the first server"
    time.sleep(5)
    servers[0].start_again()
    yield "the first server is back"
    before = servers[0].version()
    copied(folder / "new")
    change(folder / "new")
    _, address = held.enter_context(stores(folder / "new", folder / "new-stores"))
    yield "a fact is changed, the graph built and published to a second pair of stores"
    for server, named in zip(servers, ("first", "second"), strict=True):
        server.end(signal.SIGTERM)
        server.go_over(folder / "new", address)
        server.wait(before)
        # Until the load balancer has seen that it is well.
        time.sleep(5)
        yield f"the {named} server has gone over to them"
    time.sleep(5)


if __name__ == "__main__":
    main()
