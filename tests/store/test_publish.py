"""What is published arrives whole, once, and nobody reads a half of it."""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.build import Built
from myograph.cli import main
from myograph.errors import RemoteStoreError, StoreAnswerError, StoreVersionError
from myograph.remote.client import Client
from myograph.remote.publication import HOME, Publication, read, read_turtle
from myograph.remote.publish import GraphStore, Target, Updates, publish
from myograph.terms import graph
from myograph_server.engine import Caller
from myograph_server.guard import SafeQuery
from tests.helpers import sources
from tests.store.stores import free_port, oxigraph_server, remote_engine, send


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with oxigraph_server(tmp_path_factory.mktemp("published") / "store") as address:
        yield address


@pytest.fixture(scope="module")
def few(part: Built) -> Built:
    """Two graphs, one with blank nodes, in more than one piece."""
    quads = [q for q in part.quads if str(q.graph_name).endswith(("/ontology>", "/metadata>"))]
    return replace(part, quads=quads)


class Breaks:
    """A way to a store that ends after some requests."""

    def __init__(self, target: Target, after: int) -> None:
        self._target, self._left = target, after

    def published(self) -> Publication | None:
        return self._target.published()

    def put(self, iri: str, lines: list[str]) -> None:
        self._count()
        self._target.put(iri, lines)

    def add(self, iri: str, lines: list[str]) -> None:
        self._count()
        self._target.add(iri, lines)

    def drop(self, iri: str) -> None:
        self._count()
        self._target.drop(iri)

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise RemoteStoreError("The line is dead.", "Try again.")


@pytest.fixture(scope="module")
def ways(store: str) -> Iterator[list[Target]]:
    clients = [Client(f"{store}/{path}") for path in ("store", "update", "query")]
    yield [GraphStore(clients[0]), Updates(clients[1], clients[2])]
    for client in clients:
        client.close()


@pytest.mark.parametrize("way", [0, 1], ids=["graph store", "updates"])
def test_what_is_interrupted_goes_on(store: str, ways: list[Target], few: Built, way: int) -> None:
    target, told = ways[way], list[str]()

    def send_some(after: int = 10**6, **more: bool) -> int:
        line = Breaks(target, after)
        return publish(few, sources().fingerprint, line, lambda _, what: told.append(what), **more)

    target.drop(HOME.value)
    for after in range(1, 4):
        with pytest.raises(RemoteStoreError, match="dead"):
            send_some(after)
        with pytest.raises(StoreVersionError, match=r"whole|no graph"):
            remote_engine(f"{store}/query")
    half = send_some()
    assert 0 < half < len(few.quads)
    assert "is there already" in told
    assert send_some() == 0
    engine = remote_engine(f"{store}/query")
    assert engine.version == few.version
    engine.close()
    assert send_some(again=True) == len(few.quads)
    for one in ways:
        assert one.published() == target.published()


def test_a_new_version_sends_what_is_new_and_takes_away_what_is_gone(
    store: str, ways: list[Target], few: Built
) -> None:
    send(few, f"{store}/store")
    engine = remote_engine(f"{store}/query")
    one = ox.NamedNode("http://e/one")
    fact = ox.Quad(one, one, one, graph("another"))
    kept = [q for q in few.quads if not str(q.graph_name).endswith("/ontology>")]
    new = replace(few, quads=[*kept, fact], fingerprint="another")
    assert send(new, f"{store}/store") == 1
    published = ways[0].published()
    assert published
    assert published.version == new.version
    assert published.mark != engine._published.mark
    with pytest.raises(StoreVersionError):
        engine.run(SafeQuery("ASK {}", "ASK", None), "text/csv", Caller())
    engine.close()
    assert send(few, f"{store}/store") == len(few.quads) - len(kept)


def test_what_a_store_says_of_itself_may_be_nonsense() -> None:
    assert read_turtle(b"") is None
    with pytest.raises(StoreVersionError, match="no Turtle"):
        read_turtle(b"<html>")
    for record in ("", "[]", '{"parts": {}}', '{"parts": {"x": {"y": 1}}}'):
        with pytest.raises(StoreVersionError, match="cannot be read"):
            read(record, "")


def test_an_address_that_is_no_graph_store(store: str, few: Built) -> None:
    with pytest.raises(StoreAnswerError, match="status"):
        send(few, f"{store}/nothing")
    with pytest.raises(StoreVersionError, match="no Turtle"):
        send(few, f"{store}/")


def test_the_commands(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["publish", "--to", "nowhere"]) == 2
    assert "no address" in capsys.readouterr().err
    assert main(["publish", "--to", f"http://127.0.0.1:{free_port()}/store"]) == 2
    assert "There is no store" in capsys.readouterr().err
    assert main(["serve", "--store", f"http://127.0.0.1:{free_port()}/query", "--port", "0"]) == 2
    assert "There is no store" in capsys.readouterr().err


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.slow
def test_a_server_over_a_store_takes_its_next_version(tmp_path: Path) -> None:
    """`publish`, `serve --store`, and a version that is published again while it serves."""
    with oxigraph_server(tmp_path / "store") as address:
        assert main(["publish", "--to", f"{address}/store"]) == 0
        command = [sys.executable, "-m", "myograph", "serve", "--port", "0"]
        env = os.environ | {"MYOGRAPH_STORE": f"{address}/query"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as server:
            try:
                assert server.stdout is not None
                found = re.search(r"http://[\d.]+:\d+/", server.stdout.readline())
                assert found
                ask = f"{found[0]}ask/joints-crossed?format=csv"
                with urllib.request.urlopen(ask, timeout=60) as answer:
                    before = answer.read()
                assert main(["publish", "--again", "--to", f"{address}/store"]) == 0
                statuses = [status(f"{found[0]}health")]
                until = time.monotonic() + 60
                while statuses[-1] != 200 or len(statuses) < 3:
                    assert time.monotonic() < until
                    statuses.append(status(f"{found[0]}search?q=soleus&n={len(statuses)}"))
                assert set(statuses) <= {200, 503}
                with urllib.request.urlopen(ask, timeout=60) as answer:
                    assert answer.read() == before
            finally:
                server.terminate()
                server.wait(20)
