"""Sends whatever it is given to the server's front, and insists on an answer of sense."""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_plus
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from werkzeug.test import create_environ, run_wsgi_app

from myograph.build import Built
from myograph.files import find_sources
from myograph.prefixes import prefix_map
from myograph_server.app import create_app
from myograph_server.engine import WorkerEngine
from myograph_server.front import Front
from myograph_server.site import WATCH
from myograph_server.workers.pool import Pool, PoolLimits
from tests.server.helpers import MEMBERS

FORM = "application/x-www-form-urlencoded"
LABEL = "query=SELECT%20?l%20%7B%20muscle:soleus%20rdfs:label%20?l%20%7D"
# The same query may say something else, or the same in another order.
VARYING = re.compile(r"now|rand|uuid|bnode|group|distinct|construct|describe|count|\[|_:", re.I)
RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
BASE = "http://e/"


@dataclass
class Sent:
    """A request, its texts as WSGI has them: a character a byte."""

    path: str
    query: str = ""
    method: str = "GET"
    body: bytes = b""
    kind: str = ""
    environ: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Got:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").split(";")[0]


@dataclass(frozen=True)
class Fronts:
    """The server twice: one keeps answers, one does not."""

    keeping: Front
    plain: Front

    def check(self, sent: Sent) -> Got:
        """Insist that a request is answered as it should be, however often it comes."""
        first = send(self.plain, sent)
        assert_sense(first)
        if sent.method == "GET":
            self._check_again(sent, first)
        alive = send(self.keeping, Sent("/sparql", LABEL))
        assert (alive.status, b"soleus" in alive.body) == (200, True)
        return first

    def _check_again(self, sent: Sent, first: Got) -> None:
        missed, kept = send(self.keeping, sent), send(self.keeping, sent)
        heads = [send(front, sent, "HEAD") for front in (self.plain, self.keeping)]
        assert not any(head.body for head in heads)
        answers = [first, missed, kept, *heads]
        if any(answer.status in (503, 504) for answer in answers) or sent.path == "/metrics":
            # Out of time at one of them, which may be in time for the next.
            return
        assert len({(answer.status, answer.media) for answer in answers}) == 1, [
            a.status for a in answers
        ]
        if not VARYING.search(unquote_plus(sent.query)):
            assert kept.body == missed.body == first.body
            assert all(answer.headers == first.headers for answer in answers), answers


def send(front: Front, sent: Sent, method: str = "") -> Got:
    environ = create_environ("/")
    environ.update(
        PATH_INFO=sent.path, QUERY_STRING=sent.query, REQUEST_METHOD=method or sent.method
    )
    environ["wsgi.input"] = io.BytesIO(sent.body)
    if sent.body:
        environ |= {"CONTENT_LENGTH": str(len(sent.body)), "CONTENT_TYPE": sent.kind}
    environ |= sent.environ
    parts, status, headers = run_wsgi_app(front, environ, buffered=True)
    # The date is when an answer was made, and a kept one was made before.
    found = {name.lower(): value for name, value in headers if name.lower() != "date"}
    return Got(int(status.split()[0]), found, b"".join(parts))


def assert_sense(got: Got) -> None:
    """Insist that an answer is what it says, and that an error tells what to do."""
    assert got.status < 500 or got.status in (503, 504), got
    if got.status >= 400:
        assert_problem(got)
    elif got.status in (200, 206):
        packed = got.headers.get("content-encoding") == "gzip"
        assert_parses(got.media, gzip.decompress(got.body) if packed else got.body)


def assert_problem(got: Got) -> None:
    if got.media == "text/html":
        # The page of the problem, or the page that was asked for with the problem on it.
        assert b"<h1" in got.body, got
        return
    assert got.media == "application/problem+json", got
    problem = json.loads(got.body)
    assert problem.keys() >= MEMBERS
    assert problem["status"] == got.status
    assert problem["detail"]
    assert problem["repair"]


def assert_parses(media: str, body: bytes) -> None:
    """Insist that a body is of its media type."""
    if media in RDF:
        list(ox.parse(body, format=RDF[media], base_iri=BASE))
    elif media.endswith(("json", "xml")):
        _ = json.loads(body) if media.endswith("json") else ElementTree.fromstring(body)
        if media.startswith("application/sparql-results"):
            answer = ox.parse_query_results(body, ox.QueryResultsFormat.from_media_type(media))
            _ = answer if isinstance(answer, ox.QueryBoolean) else list(answer)
    elif media == "text/csv":
        rows = list(csv.reader(io.StringIO(body.decode(), newline=""), strict=True))
        assert len({len(row) for row in rows if row}) <= 1
    elif media == "text/tab-separated-values":
        assert len({line.count("\t") for line in body.decode().splitlines() if line}) <= 1
    elif media == "text/html":
        assert not body or body.decode().startswith("<!doctype html>")
    else:
        body.decode()


@pytest.fixture(scope="module")
def fronts(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fronts]:
    path: Path = tmp_path_factory.mktemp("fuzz") / "graph.nq"
    built.store.dump(str(path), format=ox.RdfFormat.N_QUADS)
    limits = PoolLimits(workers=2, memory=300_000_000, patience=5.0)
    pool = Pool(path, prefix_map(find_sources().ontology), limits)
    app = create_app(WorkerEngine(pool, 500_000, 0.5, 2, built.version))
    watch = app.extensions[WATCH]
    yield Fronts(Front(app, watch, 8_000_000), Front(app, watch, 0))
    pool.close()
