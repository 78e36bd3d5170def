"""The short way that a program's query takes gives what the long way gives."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from myograph.build import Built, ready
from myograph.files import find_sources
from myograph.settings import settings
from myograph_server.app import create_app
from myograph_server.front import Front
from myograph_server.serving import count_kills, start_workers
from myograph_server.site import EXTENSION, WATCH
from tests.server.helpers import HTML, assert_problem, sparql

ROWS = sparql("SELECT ?s ?p WHERE { ?s ?p ?o } LIMIT 40")
# Nothing that was ever changed is older, so the condition is met and changes nothing.
CONDITION = {"If-Unmodified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}


@pytest.fixture
def front(app: Flask) -> Client:
    return Client(Front(app, app.extensions[WATCH], 1_000_000))


@pytest.fixture
def forgetful(app: Flask) -> Client:
    return Client(Front(app, app.extensions[WATCH], 0))


def said(response: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    # The HTTP server dates every answer; werkzeug dates some before it.
    headers = sorted(header for header in response.headers if header[0] != "Date")
    return response.status_code, response.get_data(), headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept-Encoding": "identity"},
        {"Accept-Encoding": "gzip, br"},
        {"Accept-Encoding": "gzip;q=0"},
        {"Accept": "text/csv"},
        {"Accept": "application/sparql-results+xml;q=0.4, text/tab-separated-values;q=0.5"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_short_way_answers_as_the_long_way(
    forgetful: Client, method: str, headers: dict[str, str]
) -> None:
    short = forgetful.open(ROWS, method=method, headers=headers)
    long = forgetful.open(ROWS, method=method, headers=headers | CONDITION)
    assert short.status_code == 200
    assert said(short) == said(long)


def test_an_entity_tag_is_answered_by_304_before_and_after_an_answer_is_kept(
    front: Client, forgetful: Client
) -> None:
    tag = {"If-None-Match": front.get(ROWS).headers["ETag"]}
    for client in (front, forgetful):
        again = client.get(ROWS, headers=tag)
        assert (again.status_code, again.get_data()) == (304, b"")
        assert "Content-Type" not in again.headers


@pytest.mark.parametrize("text", ["SELECT (NOW() AS ?x) {}", "SELECT (RAND() AS ?x) {}"])
def test_what_changes_by_itself_is_not_kept(front: Client, text: str) -> None:
    answers = {front.get(sparql(text)).get_data() for _ in range(3)}
    assert len(answers) == 3


def test_the_errors_of_the_short_way(front: Client) -> None:
    assert_problem(front.get(sparql("SELECT * { ?s ?p ?o }") + "&query=ASK{}"), 400, "2 queries")
    assert_problem(front.get("/sparql?query=%FF"), 400, "UTF-8")
    assert_problem(front.get(ROWS, headers={"Accept": "image/png"}), 406, "image/png")
    assert_problem(front.get(ROWS + "&timeout=soon"), 400, "soon")


@pytest.mark.parametrize("address", [ROWS, ROWS + "&query=ASK{}", "/sparql?query=%FF"])
def test_who_wants_a_page_gets_one(front: Client, address: str) -> None:
    assert front.get(address, headers=HTML).mimetype == "text/html"
    assert front.get(ROWS + "&format=html").mimetype == "text/html"
    assert front.get(ROWS + "&format=json", headers=HTML).content_type.endswith("+json")


@pytest.fixture
def served(built: Built) -> Iterator[Client]:
    sources = find_sources()
    chosen = settings({"workers": 2, "timeout": 0.3})
    app = create_app(start_workers(ready(sources), sources, chosen), chosen, sources)
    count_kills(app)
    yield Client(Front(app, app.extensions[WATCH], 1_000_000))
    app.extensions[EXTENSION].engine.close()


def test_the_metrics_show_queries_hits_and_what_was_ended(served: Client) -> None:
    assert served.get(ROWS).status_code == 200
    assert served.get(ROWS).status_code == 200
    endless = sparql("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    assert_problem(served.get(endless), 504, "0.3 seconds")
    text = served.get("/metrics").get_data(as_text=True)
    for line in (
        'myograph_queries_total{status="200"} 1.0',
        'myograph_queries_total{status="504"} 1.0',
        "myograph_cache_hits_total 1.0",
        'myograph_workers_killed_total{reason="time"} 1.0',
        'myograph_checks_killed_total{reason="time"} 0.0',
    ):
        assert line in text.splitlines()
