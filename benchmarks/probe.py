"""One graph in one engine: what loading it takes, and then each question.

`python -m benchmarks.probe ENGINE PATH` runs by itself, so that its peak of memory is that of this
engine alone, and writes one JSON object a line: first of the loading, then of each question. A
question runs in a process of its own, which is ended when it has taken too long. Seconds are of
processor time, of all threads: what others do on the machine meanwhile counts for little. Of a
server they are of the clock.
"""

import argparse
import hashlib
import json
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pyoxigraph as ox
import rdflib

from benchmarks.servers import oxigraph_over
from myograph.disk import keep
from myograph.files import find_sources
from myograph.query import Rows, run
from myograph.questions import load_questions

_ENOUGH = 1.0  # seconds after which a question is not asked once more
_RUNS = 5
Ask = Callable[[str], list[str]]


@dataclass
class Engine:
    """An engine with its graph.

    Attributes:
        open: what the process that asks does first; returns what gives the rows of an answer, as
            text.
        spent: seconds that it has used until now.
    """

    open: Callable[[], Ask]
    spent: Callable[[], float] = time.process_time


def _of_store(store: ox.Store) -> Ask:
    def ask(text: str) -> list[str]:
        found = run(store, text)
        assert isinstance(found, Rows)
        return ["\t".join("" if t is None else str(t) for t in row) for row in found.rows]

    return ask


@contextmanager
def memory(path: Path) -> Iterator[Engine]:
    """Our engine with the graph in memory, from an N-Quads file."""
    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS, lenient=True)
    yield Engine(lambda: _of_store(store))


@contextmanager
def disk(path: Path) -> Iterator[Engine]:
    """Our engine with the graph on disk; as in the server, who asks opens it."""
    yield Engine(lambda: _of_store(ox.Store.read_only(str(path))))


@contextmanager
def in_rdflib(path: Path) -> Iterator[Engine]:
    """rdflib, given the union of the graphs as one: the faster way for it."""
    graph = rdflib.Graph()
    for quad in ox.parse(path=path, format=ox.RdfFormat.N_QUADS, lenient=True):
        graph.add(tuple(_to_rdflib(t) for t in quad.triple))  # type: ignore[arg-type]

    def ask(text: str) -> list[str]:
        rows: Any = graph.query(text)
        return ["\t".join("" if t is None else t.n3() for t in row) for row in rows]

    yield Engine(lambda: ask)


def _to_rdflib(term: Any) -> rdflib.term.Identifier:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    plain = term.datatype.value.endswith("#string")
    return rdflib.Literal(term.value, datatype=None if plain else term.datatype.value)


@contextmanager
def server(path: Path) -> Iterator[Engine]:
    """Oxigraph's own server, over HTTP, on a store of its own that is there."""
    with oxigraph_over(path) as running:
        if running is None:
            raise SystemExit("The program `oxigraph` is not installed.")
        address = f"http://127.0.0.1:{running.address[1]}{running.path}"

        def ask(text: str) -> list[str]:
            body = urlencode({"query": text}).encode()
            accept = {"Accept": "application/sparql-results+json"}
            with urlopen(Request(address, body, accept), timeout=600) as found:
                rows = ox.parse_query_results(found.read(), ox.QueryResultsFormat.JSON)
            assert isinstance(rows, ox.QuerySolutions)
            return ["\t".join("" if t is None else str(t) for t in row) for row in rows]

        # What its threads have used shows only in hundredths of a second: the clock counts.
        yield Engine(lambda: ask, time.perf_counter)


def load(path: Path, target: Path) -> int:
    """Load an N-Quads file into a store on disk as a build does, and return its bytes."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        held = keep(path, Path(folder), "measured")
        held.store.rename(target)
        held.release()
    return sum(file.stat().st_size for file in target.iterdir())


ENGINES = {"memory": memory, "disk": disk, "rdflib": in_rdflib, "server": server}


def measure(text: str, engine: Engine) -> dict[str, Any]:
    """Ask one question several times, and return what it took and gave."""
    ask = engine.open()
    times: list[tuple[float, float]] = []
    started = time.monotonic()
    rows: list[str] = []
    while len(times) < _RUNS and (not times or time.monotonic() - started < _ENOUGH):
        before, wall = engine.spent(), time.perf_counter()
        rows = ask(text)
        times.append((engine.spent() - before, time.perf_counter() - wall))
    digest = hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()[:12]
    return {
        "cpu": min(cpu for cpu, _ in times),
        "first": times[0][1],
        "wall": min(wall for _, wall in times),
        "rows": len(rows),
        "digest": digest,
    }


def apart(text: str, engine: Engine, limit: int) -> dict[str, Any]:
    """Ask in a process of its own, which is ended after so many seconds."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            signal.alarm(limit)
            found = measure(text, engine)
        except Exception as error:  # noqa: BLE001 - an engine that cannot answer is a result
            found = {"failed": f"{type(error).__name__}: {error}"[:200]}
        found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(write, json.dumps(found).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        body = pipe.read()
    _, status = os.waitpid(pid, 0)
    if not body:
        by = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else str(status)
        return {"failed": f"more than {limit} s" if by == "SIGALRM" else by}
    found = json.loads(body)
    assert isinstance(found, dict)
    return found


def main(argv: list[str] | None = None) -> None:
    """Measure one engine and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=[*ENGINES, "load"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--limit", type=int, default=60, help="seconds that a question may take")
    parser.add_argument("--memory", type=int, default=8000, help="megabytes that it may take")
    parser.add_argument("--target", type=Path, help="load: the folder of the store to make")
    parser.add_argument("--only", nargs="*", help="names of questions")
    args = parser.parse_args(argv)
    most = args.memory * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    started, wall = time.process_time(), time.perf_counter()

    def loaded() -> dict[str, float]:
        return {
            "cpu": time.process_time() - started,
            "wall": time.perf_counter() - wall,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }

    if args.engine == "load":
        size = load(args.path, args.target)
        print(json.dumps(loaded() | {"size": size}), flush=True)
        return
    with ENGINES[args.engine](args.path) as engine:
        print(json.dumps(loaded()), flush=True)
        for question in load_questions(find_sources().queries):
            if not args.only or question.name in args.only:
                found = apart(question.text, engine, args.limit)
                print(json.dumps({"name": question.name} | found), flush=True)


if __name__ == "__main__":
    main()
