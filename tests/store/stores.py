"""Stores that answer for the graph, each started for the tests and stopped by them."""

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.build import Built
from myograph.disk import keep
from myograph.prefixes import prefix_map
from myograph.remote.client import Client
from myograph.remote.credentials import Credentials
from myograph.remote.publish import GraphStore, publish
from myograph_server.engine import Engine, WorkerEngine
from myograph_server.remote.engine import RemoteEngine, RemoteLimits
from myograph_server.workers.pool import Pool, PoolLimits
from tests.helpers import sources
from tests.server.helpers import engine_of

MOST = 64_000_000  # bytes of an answer
_PATIENCE = 60.0  # seconds for a store to start
# Seconds. It answers every other query within one; the rest run away.
_VIRTUOSO_MAY = 10.0
_VIRTUOSO = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql_port}
ServerThreads = 20
NumberOfBuffers = 40000
MaxDirtyBuffers = 30000
DirsAllowed = {folder}

[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 10

[SPARQL]
MaxQueryCostEstimationTime = 0
MaxQueryExecutionTime = 60
"""


def _nothing() -> None:
    """What a store needs after a query that it was not asked to finish, if it ended it itself."""


@dataclass(frozen=True)
class Held:
    """A store that holds a graph.

    Attributes:
        engine: asks it.
        timeout: seconds that a query may take there.
        restart: ends what still runs there after that.
    """

    engine: Engine
    timeout: float = 60.0
    restart: Callable[[], None] = _nothing


def remote_engine(
    url: str, timeout: float = 60.0, fingerprint: str = "", patience: float = 5.0
) -> RemoteEngine:
    """Return an engine that asks the store at an address."""
    limits = RemoteLimits(at_once=4, waiting=8, patience=patience, timeout=timeout, max_bytes=MOST)
    prefixes = prefix_map(sources().ontology)
    return RemoteEngine(Client(url), prefixes, limits, fingerprint or sources().fingerprint)


def send(built: Built, url: str, credentials: Credentials | None = None) -> int:
    """Publish a graph to a graph store and return how many triples were sent."""
    with contextlib.closing(Client(url, credentials)) as client:
        return publish(built, sources().fingerprint, GraphStore(client), lambda *_: None)


@contextlib.contextmanager
def memory(built: Built, folder: Path) -> Iterator[Held]:
    """The graph in this process: what the others are held against."""
    yield Held(engine_of(built, MOST))


@contextlib.contextmanager
def on_disk(built: Built, folder: Path) -> Iterator[Held]:
    """The graph on disk, read by workers."""
    path = folder / "graph.nq"
    ox.serialize(built.quads, path, ox.RdfFormat.N_QUADS)
    held = keep(path, folder, built.fingerprint)
    pool = Pool(held, prefix_map(sources().ontology), PoolLimits())
    engine = WorkerEngine(pool, MOST, 60.0, 60, built.version)
    yield Held(engine)
    engine.close()


@contextlib.contextmanager
def oxigraph_server(folder: Path, *options: str) -> Iterator[str]:
    """Oxigraph's server, empty, by its address."""
    program = shutil.which("oxigraph", path=Path(sys.executable).parent)
    if program is None:
        pytest.skip("Oxigraph's server (the package oxigraph) is not installed")
    port = free_port()
    command = [program, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    with running([*command, *options], port):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def oxigraph(built: Built, folder: Path) -> Iterator[Held]:
    """Oxigraph's server with the graph."""
    with oxigraph_server(folder / "store") as address:
        send(built, f"{address}/store")
        engine = remote_engine(f"{address}/query")
        yield Held(engine)
        engine.close()


@contextlib.contextmanager
def virtuoso(built: Built, folder: Path) -> Iterator[Held]:
    """Virtuoso with the graph: form POST only, and a graph store that wants Digest."""
    server = _Virtuoso(folder)
    try:
        # What is published there is for everybody to read.
        server.run(
            "GRANT SPARQL_UPDATE TO \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('nobody', 7);"
        )
        send(built, f"{server.address}/sparql-graph-crud-auth", Credentials("dba", "dba"))
        server.run("CHECKPOINT;")
        engine = remote_engine(f"{server.address}/sparql", timeout=_VIRTUOSO_MAY)
        yield Held(engine, _VIRTUOSO_MAY, server.restart)
        engine.close()
    finally:
        server.end()


class _Virtuoso:
    """Virtuoso's server in a folder.

    A query that runs away there minds neither MaxQueryExecutionTime nor that its client has gone,
    and all that are asked after it wait: only another start of the server ends it.
    """

    def __init__(self, folder: Path) -> None:
        programs = [shutil.which(name) for name in ("virtuoso-t", "isql-vt")]
        if None in programs:
            pytest.skip("Virtuoso (Debian's virtuoso-opensource) is not installed")
        self._folder, (self._program, self._client) = folder, map(str, programs)
        self._port, self._sql_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._settings = folder / "virtuoso.ini"
        text = _VIRTUOSO.format(folder=folder, port=self._port, sql_port=self._sql_port)
        self._settings.write_text(text, "ascii")
        self._held = contextlib.ExitStack()
        self._start()

    def _start(self) -> None:
        command = [self._program, "+foreground", "+configfile", str(self._settings), "+wait"]
        self._held.enter_context(running(command, self._port, self._sql_port, patience=2.0))

    def run(self, statements: str) -> None:
        """Run statements of its SQL."""
        subprocess.run(
            [self._client, f"127.0.0.1:{self._sql_port}", "dba", "dba", f"exec={statements}"],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip

    def end(self) -> None:
        """End it."""
        self._held.close()

    def restart(self) -> None:
        """End it with all that it runs, and start it with what it has stored."""
        self.end()
        (self._folder / "virtuoso.lck").unlink(missing_ok=True)
        self._start()


STORES: dict[str, Callable[[Built, Path], contextlib.AbstractContextManager[Held]]] = {
    "disk": on_disk,
    "oxigraph": oxigraph,
    "virtuoso": virtuoso,
}


@contextlib.contextmanager
def running(command: list[str], *ports: int, patience: float = 20.0) -> Iterator[None]:
    """Run a server until it has listened at its ports and is no more needed."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + _PATIENCE
            for port in ports:
                while not _listens(port):
                    if process.poll() is not None or time.monotonic() > until:
                        raise RuntimeError(f"{command[0]} did not start")
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
