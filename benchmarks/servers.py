"""The servers that are compared, each on a free loopback port and stopped afterwards."""

import contextlib
import importlib.util
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from myograph.build import GRAPH_FILE
from myograph.files import find_sources

HELLO = """
from flask import Flask
from waitress import serve
app = Flask(__name__)
@app.get("/sparql")
def hello():
    return "hello"
serve(app, host="127.0.0.1", port={port}, threads=4)
"""
RDFLIB = """
import rdflib, uvicorn
from rdflib_endpoint import SparqlEndpoint
data = rdflib.Dataset(default_union=True)
data.parse({graph!r}, format="nquads")
app = SparqlEndpoint(graph=data, path="/sparql")
uvicorn.run(app, host="127.0.0.1", port={port}, log_level="error")
"""
VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
NumberOfBuffers = 85000
MaxDirtyBuffers = 65000
ServerThreads = 80
MaxClientConnections = 80
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 80
MaxClientConnections = 80
MaxKeepAlives = 80
KeepAliveTimeout = 10
[Client]
[SPARQL]
ResultSetMaxRows = 100000
"""


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        name: for the table.
        address: where it listens.
        path: of its endpoint.
        pid: of its first process.
    """

    name: str
    address: tuple[str, int]
    path: str
    pid: int

    def memory(self) -> float:
        """Memory of it and its children, shared pages counted once, in megabytes."""
        return sum(_pss(pid) for pid in _family(self.pid)) / 1024


@contextlib.contextmanager
def ours(*options: str) -> Iterator[Server]:
    """Run our server."""
    port = free_port()
    command = [sys.executable, "-m", "myograph", "serve", "--port", str(port), *options]
    with _running("ours", command, port, "/sparql") as server:
        yield server


@contextlib.contextmanager
def hello() -> Iterator[Server]:
    """Run Flask with one constant answer, under the HTTP server that ours runs under."""
    port = free_port()
    command = [sys.executable, "-c", HELLO.format(port=port)]
    with _running("bare Flask", command, port, "/sparql") as server:
        yield server


@contextlib.contextmanager
def rdflib_endpoint() -> Iterator[Server | None]:
    """Run rdflib-endpoint, or give nothing where it is not installed."""
    if importlib.util.find_spec("rdflib_endpoint") is None:
        yield None
        return
    port, graph = free_port(), str(find_sources().build_folder / GRAPH_FILE)
    command = [sys.executable, "-c", textwrap.dedent(RDFLIB.format(port=port, graph=graph))]
    with _running("rdflib-endpoint", command, port, "/sparql") as server:
        yield server


@contextlib.contextmanager
def oxigraph() -> Iterator[Server | None]:
    """Run Oxigraph's own server, or give nothing where it is not installed."""
    program, graph = oxigraph_program(), find_sources().build_folder / GRAPH_FILE
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        load = [program, "load", "--location", folder, "--file", str(graph)]
        subprocess.run(load, check=True, capture_output=True)
        with oxigraph_over(Path(folder)) as server:
            yield server


@contextlib.contextmanager
def oxigraph_over(store: Path) -> Iterator[Server | None]:
    """Run Oxigraph's own server over a store of its own that nobody writes to."""
    program, port = oxigraph_program(), free_port()
    if program is None:
        yield None
        return
    command = [program, "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}"]
    with _running("Oxigraph", [*command, "--union-default-graph"], port, "/query") as server:
        yield server


def oxigraph_program() -> str | None:
    """Return the path of Oxigraph's own program, or None where it is not installed."""
    return shutil.which("oxigraph") or shutil.which("oxigraph", path=Path(sys.executable).parent)


@contextlib.contextmanager
def virtuoso() -> Iterator[Server | None]:
    """Run Virtuoso, or give nothing where it is not installed."""
    program, client = (shutil.which(name) for name in ("virtuoso-t", "isql-vt"))
    if program is None or client is None:
        yield None
        return
    port, sql_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "virtuoso.ini"
        settings.write_text(
            VIRTUOSO.format(folder=folder, port=port, sql_port=sql_port), encoding="ascii"
        )
        shutil.copy(find_sources().build_folder / GRAPH_FILE, Path(folder) / "graph.nq")
        command = [program, "+foreground", "+configfile", str(settings), "+wait"]
        with _running("Virtuoso", command, port, "/sparql") as server:
            load = f"ld_dir('{folder}', 'graph.nq', 'urn:graph'); rdf_loader_run();"
            subprocess.run(
                [client, f"127.0.0.1:{sql_port}", "dba", "dba", f"exec={load}"],
                check=True,
                capture_output=True,
            )
            yield server


@contextlib.contextmanager
def _running(name: str, command: list[str], port: int, path: str) -> Iterator[Server]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Server(name, ("127.0.0.1", port), path, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            time.sleep(1)  # it listens; let it finish what it does at its start
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [pid]
    # A child may belong to any thread.
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [c for child in tasks.read_text("ascii").split() for c in _family(int(child))]
    return found if children.exists() else [pid]


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
