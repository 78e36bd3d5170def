"""One of our servers asks another by SERVICE, with its queries in workers."""

import contextlib
import json
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.serving import make_server
from werkzeug.test import Client

from myograph.build import Built
from myograph.prefixes import prefix_map
from myograph_server.app import create_app
from myograph_server.engine import WorkerEngine
from myograph_server.federation.engine import FederatingEngine
from myograph_server.front import Front
from myograph_server.site import EXTENSION, WATCH
from myograph_server.workers.pool import Pool, PoolLimits
from tests.helpers import sources
from tests.server.helpers import HTML, assert_problem, sparql
from tests.server.hosts import Handler, Host, good, host

FACTS = """<https://w3id.org/myograph/muscle/soleus> <http://e/seen> "twice" <http://e/g> .
<https://w3id.org/myograph/muscle/plantaris> <http://e/seen> "once" <http://e/g> .
"""


@pytest.fixture(scope="module")
def other(app: Flask) -> Iterator[str]:
    """Host and port of a server of ours with the whole graph."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def hangs(handler: Handler) -> None:
    handler.host.over.wait(20)


@pytest.fixture(scope="module")
def slow() -> Iterator[Host]:
    with host(hangs) as made:
        yield made


@pytest.fixture(scope="module")
def told() -> Iterator[Host]:
    with host(good) as made:
        yield made


@pytest.fixture(scope="module")
def gone() -> str:
    with host(good) as ended:
        return ended.name


@pytest.fixture(scope="module")
def ours(
    built: Built,
    tmp_path_factory: pytest.TempPathFactory,
    other: str,
    slow: Host,
    told: Host,
    gone: str,
) -> Iterator[Client]:
    """A server of ours whose queries know two facts and may ask these hosts."""
    path = tmp_path_factory.mktemp("few") / "few.nq"
    path.write_text(FACTS, "utf-8")
    pool = Pool(path, prefix_map(sources().ontology), PoolLimits(workers=4))
    services = ",".join((other, slow.name, told.name, gone))
    config = {"services": services, "service_timeout": 3.0}
    app = create_app(WorkerEngine(pool, 10**6, 10.0, 9, built.version), config)
    yield Client(Front(app, app.extensions[WATCH], 1_000_000))
    shared = app.extensions[EXTENSION]
    assert isinstance(shared.engine, FederatingEngine)
    shared.engine.close()


LABELS = "?m rdfs:label ?label VALUES ?m { muscle:soleus muscle:plantaris muscle:gracilis }"


def asks(name: str, text: str = LABELS) -> str:
    service = f"SERVICE <http://{name}/sparql> {{ {text} }}"
    return f"SELECT ?label ?times {{ ?m <http://e/seen> ?times {service} }} ORDER BY ?label"


def test_one_server_asks_another(ours: Client, other: str) -> None:
    answer = ours.get(sparql(asks(other), format="csv"))
    assert answer.get_data(as_text=True).split() == [
        *("label,times", "plantaris,once", "soleus,twice")
    ]
    crossing = asks(other, "?m myo:crosses joint:knee . ?m rdfs:label ?label")
    posted = ours.post("/sparql", data={"query": crossing})
    rows = json.loads(posted.get_data())["results"]["bindings"]
    assert [row["label"]["value"] for row in rows] == ["plantaris"]
    graph = asks(other).replace("SELECT ?label ?times", "CONSTRUCT { ?m rdfs:label ?label }")
    assert '"soleus"@en' in ours.get(sparql(graph)).get_data(as_text=True)
    # A query that the other refuses is an error of the other.
    wrong = asks(other, "?m rdfs:label ?label FILTER(<http://e/f>(?m))")
    assert_problem(ours.get(sparql(wrong)), 502, other, "400 BAD REQUEST")


def test_what_goes_wrong_is_told(ours: Client, slow: Host, gone: str) -> None:
    refused = assert_problem(ours.get(sparql(asks("example.org"))), 403, "example.org")
    assert refused["type"].endswith("#problem-service-refused")
    failed = assert_problem(ours.get(sparql(asks(gone))), 502, gone, "no connection")
    assert failed["type"].endswith("#problem-service-failed")
    late = assert_problem(ours.get(sparql(asks(slow.name))), 504, slow.name, "in 3 seconds")
    assert late["type"].endswith("#problem-service-timed-out")
    short = ours.get(sparql(asks(slow.name), timeout="1.5"))
    assert_problem(short, 504, slow.name, "the query's own time")
    assert_problem(ours.get(sparql(asks(gone) + "}")), 400, "closes nothing")
    page = ours.get(sparql(asks(gone)), headers=HTML)
    assert page.status_code == 502
    assert "no connection" in page.get_data(as_text=True)
    silent = asks(gone).replace("SERVICE", "SERVICE SILENT")
    assert len(json.loads(ours.get(sparql(silent)).get_data())["results"]["bindings"]) == 2


def test_what_others_say_is_asked_anew(ours: Client, told: Host) -> None:
    for headers in ({}, HTML):
        before = len(told.asked)
        for _ in range(2):
            answer = ours.get(sparql(asks(told.name, "?x ?y ?z")), headers=headers)
            assert answer.status_code == 200
        assert len(told.asked) == before + 2
    # What only we say is kept.
    address = sparql("SELECT ?o { muscle:soleus <http://e/seen> ?o }")
    assert ours.get(address).get_data() == ours.get(address).get_data()
    assert "myograph_cache_hits_total 1.0" in ours.get("/metrics").get_data(as_text=True)


def test_pages_and_description_say_whom_it_asks(ours: Client, app: Flask, told: Host) -> None:
    off = app.test_client()
    for address, beside in (("/sparql", ""), ("/docs/server", "SERVICE is refused")):
        for client, asks_others in ((ours, True), (off, False)):
            page = client.get(address, headers=HTML).get_data(as_text=True)
            assert ("SERVICE asks" in page and told.name in page) == asks_others
            assert not beside or (beside in page) != asks_others
    assert "BasicFederatedQuery" in ours.get("/sparql").get_data(as_text=True)
    assert "BasicFederatedQuery" not in off.get("/sparql").get_data(as_text=True)


def test_off_unless_configured(app: Flask, told: Host) -> None:
    before = len(told.asked)
    for silent in ("", "SILENT"):
        query = asks(told.name).replace("SERVICE", f"SERVICE {silent}")
        assert_problem(app.test_client().get(sparql(query)), 403, "SERVICE is refused")
    assert len(told.asked) == before


@pytest.mark.slow
@pytest.mark.usefixtures("built")
def test_two_processes() -> None:
    with _served() as one, _served("--services", one) as two:
        query = f"""SELECT ?muscle ?there {{
            ?muscle myo:crosses joint:knee
            SERVICE <http://{one}/sparql> {{ ?muscle myo:crosses joint:knee ; rdfs:label ?there }}
        }}"""
        with urllib.request.urlopen(f"http://{two}/sparql?query={quote(query)}") as answer:
            rows = json.load(answer)["results"]["bindings"]
        assert len(rows) > 10
        assert {"plantaris", "gracilis"} <= {row["there"]["value"] for row in rows}


@contextlib.contextmanager
def _served(*options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "myograph", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://([\d.]+:\d+)/", process.stdout.readline())
            assert found
            yield found[1]
        finally:
            process.terminate()
            process.wait(20)
