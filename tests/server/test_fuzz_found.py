"""What fuzzing has found, a test for each cause."""

import logging
import time
from urllib.parse import quote

import pytest

from tests.server.fuzzing import FORM, Fronts, Sent, fronts, send

__all__ = ["fronts"]
ASK = "query=ASK%7B%7D"
DIRECT = "application/sparql-query"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        # Python's urljoin refuses such hosts.
        ("SELECT * FROM <http://[x> { ?s ?p ?o }", 403),
        ("BASE <http://[x> SELECT * FROM <a> { ?s ?p ?o }", 403),
        ("PREFIX e: <http://\u2100/> SELECT * FROM <a> { ?s ?p ?o }", 403),
        ("BASE <http://[x> SELECT * FROM graph:anatomy { ?s ?p ?o }", 400),
        # Half a surrogate pair cannot be written as UTF-8, not even in the error.
        (r"SELECT * FROM <http://a/\uD800> { ?s ?p ?o }", 403),
        (r"SELECT * FROM <http://a/\U0000DFFF> { ?s ?p ?o }", 403),
        (r'SELECT ("\uD800" AS ?x) {}', 400),
    ],
)
@pytest.mark.parametrize("accept", ["", "text/html"])
def test_iris_that_are_none(fronts: Fronts, query: str, status: int, accept: str) -> None:
    sent = Sent("/sparql", "query=" + quote(query), environ={"HTTP_ACCEPT": accept})
    assert fronts.check(sent).status == status


@pytest.mark.parametrize(
    "query",
    [
        "a." * 50_000,
        "a-" * 50_000,
        "\u00e9" * 100_000,
        "FROM " + "a." * 49_000,
        '"\\' * 50_000,
        '"""' + '\n\\"""' * 19_000,
        "_" * 99_999 + ":",
        "SELECT * {" + " ?a<b>" * 16_000,
    ],
    ids=["dots", "hyphens", "letters", "from", "quotes", "triple quotes", "underscores", "iris"],
)
def test_reading_a_query_takes_time_that_grows_with_its_length(fronts: Fronts, query: str) -> None:
    # A name or a string without an end was looked for anew at each place: minutes. It is this
    # process that reads; how busy the machine is does not count.
    started = time.process_time()
    sent = Sent("/sparql", method="POST", body=query.encode(), kind=DIRECT)
    assert fronts.check(sent).status in (400, 403)
    assert time.process_time() - started < 10


@pytest.mark.parametrize("path", ["/sparql", "/search", "/muscle/soleus", "/nothing", "/check"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bytes_in_an_address_that_nobody_escaped(fronts: Fronts, path: str, method: str) -> None:
    # werkzeug raises at the first look at such parameters, also while it answers the error.
    got = fronts.check(Sent(path, "q=\x80&query=\xff", method=method))
    assert got.status < 500


@pytest.mark.parametrize("path", ["/sparql", "/check"])
def test_a_body_that_ends_early(fronts: Fronts, path: str) -> None:
    sent = Sent(path, method="POST", body=b"ASK {}", kind=DIRECT, environ={"CONTENT_LENGTH": "99"})
    assert fronts.check(sent).status in (400, 415)


@pytest.mark.parametrize("path", ["/sparql", "/search"])
def test_the_body_of_a_get_means_nothing(fronts: Fronts, path: str) -> None:
    # It chose the format of the answer, which was then kept for those who sent none.
    query = ASK + "&q=a&poison"
    poison = b"format=csv" if path == "/search" else b"format=xml"
    first = send(fronts.keeping, Sent(path, query, body=poison, kind=FORM))
    assert first == send(fronts.plain, Sent(path, query)) == send(fronts.keeping, Sent(path, query))
    assert first.media.endswith("json")


@pytest.mark.parametrize("function", ["NOW()", "RAND ()", "STRUUID()", "uuid( )", "%4eow()"])
def test_what_changes_is_not_kept(fronts: Fronts, function: str) -> None:
    query = f"query=SELECT%20({function.replace(' ', '%20')}%20AS%20?x)%20%7B%7D"
    first, again = (send(fronts.keeping, Sent("/sparql", query)) for _ in range(2))
    assert (first.status, again.status) == (200, 200)
    assert first.body != again.body


@pytest.mark.parametrize("path", ["/health", "/search", "/sparql", "/static/site.css"])
@pytest.mark.parametrize(
    "condition",
    [
        {"HTTP_IF_MATCH": '"x"'},
        {"HTTP_IF_MATCH": "*"},
        {"HTTP_IF_NONE_MATCH": "*"},
        {"HTTP_IF_NONE_MATCH": 'W/"x", "'},
        {"HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 2099 00:00:00 GMT"},
        {"HTTP_RANGE": "bytes=0-1"},
        {"HTTP_RANGE": "bytes=9999999-"},
    ],
    ids=lambda condition: " ".join(condition.values()),
)
def test_conditions_hold_for_kept_answers(
    fronts: Fronts, path: str, condition: dict[str, str]
) -> None:
    # If-Match was answered by 412 with the whole answer, or, once that was kept, not at all.
    query = ASK + "&q=a"
    send(fronts.keeping, Sent(path, query))
    got = fronts.check(Sent(path, query, environ=condition))
    if condition == {"HTTP_IF_MATCH": '"x"'}:
        assert got.status == 412


@pytest.mark.parametrize("host", ["a b<>", "[::", "", "a:99999", "\xe9", "x/y"])
def test_hosts_that_are_none(fronts: Fronts, host: str) -> None:
    # Our descriptions had IRIs without a host.
    for path in ("/sparql", "/openapi.json", "/"):
        assert fronts.check(Sent(path, environ={"HTTP_HOST": host})).status == 400


@pytest.mark.parametrize(
    "limit", ["000001" + "0" * 5000, "00000100000", "0", "101", "%D9%A1", "1e1"]
)
def test_limits_of_a_search(fronts: Fronts, limit: str) -> None:
    # Six digits were looked at, and Python makes no number of more than 4,300.
    assert fronts.check(Sent("/search", "q=a&limit=" + limit)).status == 400


@pytest.mark.parametrize(
    "query",
    [
        "s=muscle:soleus&p=myo:a%20b&o=joint:hip",
        "s=muscle:soleus&p=crosses&o=%22a%22@%20",
        "s=muscle:soleus&p=crosses&o=%22a%22^^%3Ca%20b%3E",
    ],
)
def test_terms_to_explain_that_are_none(fronts: Fronts, query: str) -> None:
    assert fronts.check(Sent("/explain", query)).status == 400


@pytest.mark.parametrize("query", ["s=%3C%3E&p=%3C%3E&o=%22", "s=%00&p=%00&o=%00"])
def test_names_to_explain_that_nothing_has(fronts: Fronts, query: str) -> None:
    assert fronts.check(Sent("/explain", query)).status == 404


@pytest.mark.parametrize("path", ["/ask/exercises-for-muscle", "/explain", "/search", "/nothing"])
def test_names_longer_than_any(fronts: Fronts, path: str) -> None:
    # Comparing one with all of ours took a second.
    name = "a" * 200_000
    started = time.monotonic()
    query = f"s={name}&p={name}&o={name}&q={name}&muscle={name}"
    send(fronts.plain, Sent(path, query, environ={"HTTP_ACCEPT": "text/html"}))
    assert time.monotonic() - started < 2


def test_what_nobody_foresaw_in_a_query_is_a_problem_too(
    fronts: Fronts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("myograph_server.front.answer", broken)
    with caplog.at_level(logging.CRITICAL + 1):
        got = send(fronts.plain, Sent("/sparql", ASK))
    assert (got.status, got.media) == (500, "application/problem+json")
    assert b"secret" not in got.body
