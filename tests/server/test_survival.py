"""The server as a whole, over real HTTP: what is thrown at it, and that it goes on."""

import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from myograph.build import Built

JSON = "application/sparql-results+json"
LABEL = "SELECT ?label WHERE { muscle:soleus rdfs:label ?label }"
# By the time that it may take, this needs little memory, however large the graph is.
CROSS = "SELECT (COUNT(*) AS ?n) WHERE { ?a a ?b . ?c a ?d . ?e a ?f . ?g a ?h . ?i a ?j }"
DOUBLING = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
HOSTILE = {
    "cartesian product": (CROSS, None),
    "cartesian product in order": (
        "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
        None,
    ),
    "everything from everything": ("SELECT * WHERE { ?a (rdf:type|!rdf:type)* ?b }", None),
    "huge graph": ("CONSTRUCT { ?a ?b ?f } WHERE { ?a ?b ?c . ?d ?e ?f }", None),
    "doubling": (f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("aaaaaaaa" AS ?x0) {DOUBLING} }}', None),
    "group of everything": (
        "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d))) AS ?all) { ?a ?b ?c . ?d ?e ?f }",
        None,
    ),
    "regular expression": (
        'SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f)), "(a+)+(b+)+$")) }',
        504,
    ),
    "nested braces": ("SELECT * " + "{" * 5000 + "}" * 5000, 400),
    "nested parentheses": ("SELECT (" + "(" * 20_000 + "1" + ")" * 20_000 + " AS ?x) {}", 400),
    "service": ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403),
    "file": ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", 403),
}


@pytest.fixture(scope="module")
def address(built: Built) -> Iterator[tuple[str, int]]:
    options = ["--port", "0", "--timeout", "1.5", "--workers", "2", "--max-memory", "300000000"]
    command = [sys.executable, "-m", "myograph", "serve", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://([\d.]+):(\d+)/", process.stdout.readline())
            assert found
            yield found[1], int(found[2])
        finally:
            process.terminate()
            process.wait(20)


def post(address: tuple[str, int], query: str, **more: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*address, timeout=30)
    body = urlencode({"query": query, **more})
    kind = "application/x-www-form-urlencoded"
    connection.request("POST", "/sparql", body, {"Content-Type": kind})
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def alive(address: tuple[str, int]) -> None:
    status, body = post(address, LABEL)
    assert status == 200, body
    assert b"soleus" in body


@pytest.mark.parametrize(("query", "status"), HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_query_is_answered_and_survived(
    address: tuple[str, int], query: str, status: int | None
) -> None:
    started = time.monotonic()
    got, body = post(address, query)
    assert time.monotonic() - started < 8
    # Time or memory may run out first; either way it is an error that says so, and no answer.
    assert got == status if status else got in (422, 504), body[:300]
    problem = json.loads(body)
    assert problem["status"] == got
    assert problem["repair"]
    alive(address)


def test_a_request_may_ask_for_less_time(address: tuple[str, int]) -> None:
    started = time.monotonic()
    status, body = post(address, CROSS, timeout="0.2")
    assert (status, time.monotonic() - started < 1.2) == (504, True)
    assert b"0.2 seconds" in body


def test_a_request_may_not_ask_for_more_time(address: tuple[str, int]) -> None:
    assert b"1.5 seconds" in post(address, CROSS, timeout="100")[1]


def test_half_sent_bodies_hold_nobody_up(address: tuple[str, int]) -> None:
    slow = [socket.create_connection(address) for _ in range(40)]
    try:
        for connection in slow:
            connection.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
                b"Content-Length: 1000\r\n\r\nSELECT"
            )
        started = time.monotonic()
        alive(address)
        assert time.monotonic() - started < 2
    finally:
        for connection in slow:
            connection.close()


def test_answers_that_nobody_reads_hold_nobody_up(address: tuple[str, int]) -> None:
    query = urlencode({"query": "SELECT * { ?s ?p ?o } LIMIT 40000"})
    lazy = [socket.create_connection(address) for _ in range(20)]
    try:
        for connection in lazy:
            connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(2)
        # Their queries may still run, but none of them waits for a reader.
        until = time.monotonic() + 20
        while post(address, LABEL)[0] == 503 and time.monotonic() < until:
            time.sleep(0.5)
        alive(address)
    finally:
        for connection in lazy:
            connection.close()


def test_a_client_that_leaves_frees_its_worker(address: tuple[str, int]) -> None:
    query = urlencode({"query": CROSS})
    for _ in range(4):
        with socket.create_connection(address) as leaving:
            leaving.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(0.05)
    time.sleep(0.4)  # far below the four deadlines that they would have taken
    started = time.monotonic()
    alive(address)
    assert time.monotonic() - started < 1


def test_one_client_cannot_take_every_worker(address: tuple[str, int]) -> None:
    query = urlencode({"query": CROSS})
    greedy = [socket.create_connection(address, source_address=("127.0.0.2", 0)) for _ in range(6)]
    try:
        for connection in greedy:
            connection.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.2)
        started = time.monotonic()
        alive(address)
        assert time.monotonic() - started < 1
    finally:
        for connection in greedy:
            connection.close()
