"""Three read-only servers behind HAProxy: one is killed, one is ended, one takes up a new graph.

    python -m benchmarks.replicas [source|roundrobin]

Meanwhile visitors look whether an answer fails, or is not of the one version that it names. The
configuration that is run is docs/examples/haproxy.cfg, which needs HAProxy 2.6 or newer; with
`roundrobin` no client stays with one server.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

from benchmarks.servers import free_port
from benchmarks.visitors import Seen, Visitors
from myograph.console import OUT

ROOT = Path(__file__).parent.parent
CONFIGURATION = ROOT / "docs" / "examples" / "haproxy.cfg"
FACTS = "leg-posterior.ttl"
PAGES = ("/muscle/soleus", "/muscle/soleus.ttl", "/muscle/soleus.svg")
_COPIED = ("kg", "server", "ontology", "shapes")
_START = 300.0  # seconds


class Replica:
    """One server, from a copy of the sources.

    Args:
        folder: the copy.
        linger: seconds between the signal to stop and the end.
        store: the address of a store that it asks; without one it has the graph itself.
    """

    def __init__(self, folder: Path, linger: float, store: str = "") -> None:
        self.port = free_port()
        self._options = ["--proxy", "127.0.0.1", "--linger", str(linger), "--port", str(self.port)]
        self.go_over(folder, store)

    def go_over(self, folder: Path, store: str) -> None:
        """Start it with other sources and another store."""
        self._folder, self._store = folder, ["--store", store] if store else []
        self.environment = environment(folder)
        self.process = self._started()

    def start_again(self) -> None:
        """Start it anew, with the graph as it is built then."""
        self.process = self._started()
        self.wait()

    def wait(self, other_than: str = "") -> str:
        """Wait until it answers, with another version of the graph than this; return its version.

        Raises:
            RuntimeError: it does not.
        """
        until = time.monotonic() + _START
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError, KeyError):
                version = self.version()
                if version != other_than:
                    return version
            time.sleep(0.1)
        raise RuntimeError("a server did not come up")

    def version(self) -> str:
        """Return the version of its graph.

        Raises:
            OSError: it does not answer, or not well.
        """
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=20) as answer:
            return str(json.load(answer)["fingerprint"])

    def end(self, how: signal.Signals) -> int:
        """End it by a signal, and return its exit status."""
        self.process.send_signal(how)
        return self.process.wait(60)

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        self.process.kill()
        self.process.wait()

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "myograph", "serve", *self._options, *self._store],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment,
            cwd=self._folder,
        )


def environment(folder: Path) -> dict[str, str]:
    """Return the environment in which commands are those of a copy."""
    path = os.pathsep.join(str(folder / name) for name in ("kg", "server"))
    return os.environ | {"PYTHONPATH": path}


def copied(folder: Path, *, few: bool = False) -> None:
    """Copy our sources.

    Args:
        folder: where to.
        few: leave out all facts but those of one file.
    """
    for name in _COPIED:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    if few:
        for path in (folder / "kg" / "data").rglob("*.*"):
            if path.name != FACTS:
                path.unlink()
    elif (ROOT / "build").is_dir():
        shutil.copytree(ROOT / "build", folder / "build")


def change(folder: Path) -> None:
    """Change one fact in a copy of our sources."""
    path = folder / "kg" / "data" / "muscles" / FACTS
    before = path.read_text("utf-8")
    after = before.replace('rdfs:label "soleus"@en', 'rdfs:label "renamed-soleus"@en')
    if after == before:
        raise ValueError(f"{FACTS} has no label of the soleus")
    path.write_text(after, "utf-8")


@contextlib.contextmanager
def replicas(folder: Path, number: int, linger: float) -> Iterator[list[Replica]]:
    """Run servers from a copy of the sources, the first of which builds the graph."""
    made: list[Replica] = []
    try:
        for _ in range(number):
            made.append(Replica(folder, linger))
            if len(made) == 1:
                made[0].wait()
        for replica in made:
            replica.wait()
        yield made
    finally:
        for replica in made:
            replica.kill()


@contextlib.contextmanager
def balanced(made: list[Replica], how: str = "source") -> Iterator[tuple[str, int]]:
    """Run HAProxy before servers, and return its address.

    Args:
        made: three servers at most; the places of those that lack are held by nobody.
        how: it shares the clients out.

    Raises:
        FileNotFoundError: HAProxy is not installed.
    """
    named = {"MYOGRAPH_BALANCE": how}
    for i, name in enumerate(("ONE", "TWO", "THREE")):
        place = made[i].port if i < len(made) else free_port()
        named[f"MYOGRAPH_{name}"] = f"127.0.0.1:{place}"
    with behind(CONFIGURATION, named, "/health") as port:
        yield "127.0.0.1", port


@contextlib.contextmanager
def behind(configuration: Path, named: dict[str, str], page: str) -> Iterator[int]:
    """Run HAProxy, and return the port where it answers.

    Args:
        configuration: its file.
        named: what this reads from the environment, but the address that it binds.
        page: which it can answer once it is up.

    Raises:
        FileNotFoundError: HAProxy is not installed.
    """
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if program is None:
        raise FileNotFoundError("haproxy is not installed")
    port = free_port()
    with subprocess.Popen(
        [program, "-db", "-f", str(configuration)],
        env=os.environ | named | {"MYOGRAPH_BIND": f"127.0.0.1:{port}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}{page}", process)
            yield port
        finally:
            process.terminate()


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a process answers well at an address.

    Raises:
        RuntimeError: it does not, or has ended.
    """
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"nothing came up at {address}")


def main() -> None:
    """Run the three servers, let things happen to them, and print what the visitors saw."""
    how = sys.argv[1] if len(sys.argv) > 1 else "source"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied(folder)
        with replicas(folder, 3, linger=5.0) as made, balanced(made, how) as address:
            visitors = Visitors(address, PAGES, 12, pause=0.02)
            started = time.monotonic()
            for event in _events(folder, made):
                OUT.print(f"{time.monotonic() - started:6.1f} s  {event}")
            show(visitors.stop(), f"{time.monotonic() - started:.0f} s, balance {how}")


def _events(folder: Path, made: list[Replica]) -> Iterator[str]:
    one, two, three = made
    time.sleep(10)
    yield "SIGKILL to the first"
    one.end(signal.SIGKILL)
    time.sleep(10)
    one.start_again()
    yield "the first is back"
    time.sleep(5)
    yield "SIGTERM to the second"
    yield f"the second has ended with {two.end(signal.SIGTERM)}"
    time.sleep(5)
    two.start_again()
    yield "the second is back"
    before = three.version()
    change(folder)
    build = [sys.executable, "-m", "myograph", "build"]
    subprocess.run(build, env=three.environment, cwd=folder, check=True, capture_output=True)
    three.process.send_signal(signal.SIGHUP)
    yield "a fact is changed and the graph built, SIGHUP to the third"
    three.wait(before)
    yield "the third has the new graph"
    time.sleep(10)
    for replica in (one, two):
        replica.process.send_signal(signal.SIGHUP)
        replica.wait(before)
    yield "so have the others"
    time.sleep(5)


def show(seen: Seen, title: str) -> None:
    """Print what twelve visitors saw."""
    table = Table(title=f"12 visitors, {title}")
    for heading in ("", "number"):
        table.add_column(heading, justify="right")
    rows = {
        "answers": sum(seen.answers.values()),
        "of the old version and of the new": " and ".join(map(str, seen.answers.values())),
        "said to be unchanged (304)": seen.unchanged,
        "failed": len(seen.failures),
        "not of the version that they name": len(seen.mixed),
        "older than what the visitor had seen": seen.back,
        "visits of two versions": seen.torn,
        "p50, p99, longest, ms": ", ".join(f"{seen.quantile(q):.0f}" for q in (0.5, 0.99, 1.0)),
    }
    for name, value in rows.items():
        table.add_row(name, str(value))
    OUT.print(table)
    for line in (*seen.failures[:20], *seen.mixed[:20]):
        OUT.print(line, markup=False)


if __name__ == "__main__":
    main()
