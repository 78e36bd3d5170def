"""A store that is slow, dies, lies or answers by half is told as such, and never shown."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from myograph.build import Built
from myograph.errors import (
    BusyError,
    ClientGoneError,
    RemoteStoreError,
    StoreAnswerError,
    StoreTimedOutError,
    StoreVersionError,
)
from myograph.metadata import DATASET
from myograph.remote.client import Client, Wish
from myograph.remote.credentials import Credentials
from myograph.remote.publication import HOME, MARK, RECORD
from myograph_server.app import create_app
from myograph_server.engine import Caller
from myograph_server.guard import SafeQuery
from myograph_server.remote.engine import RemoteEngine
from tests.server.helpers import HTML, assert_problem, sparql
from tests.store.lies import (
    JSON,
    Answer,
    Handler,
    Lies,
    broken,
    busy,
    cut_short,
    dies,
    drips,
    endless,
    forbidden,
    halves,
    hangs,
    lying,
    malformed,
    named_otherwise,
    other_columns,
    other_kind,
    redirects,
    unframed,
)
from tests.store.stores import remote_engine


@dataclass(frozen=True)
class Told:
    """A server of ours over a store that lies."""

    client: FlaskClient
    engine: RemoteEngine
    lies: Lies
    store: ox.Store
    url: str


@pytest.fixture(scope="module")
def served(part: Built) -> Iterator[Told]:
    with lying(part) as (url, lies, store):
        engine = remote_engine(url, timeout=2.0)
        yield Told(create_app(engine).test_client(), engine, lies, store, url)
        engine.close()


@pytest.fixture
def told(served: Told) -> Iterator[Told]:
    served.lies.asked.clear()
    yield served
    served.lies.about, served.lies.instead = "", None


FAULTS: tuple[tuple[Answer, int, str], ...] = (
    (hangs, 504, "longer than 2 seconds"),
    (drips, 504, "longer than 2 seconds"),
    (dies, 502, "before it was whole"),
    (halves, 502, "before it was whole"),
    (named_otherwise, 502, "text/html"),
    (malformed, 502, "cannot be read"),
    (other_columns, 502, "columns x"),
    (other_kind, 502, "truth value"),
    (cut_short, 502, "cut its answer short"),
    (redirects, 502, "status 302"),
    (broken, 502, "out of cheese"),
    (endless, 422, "more than"),
    (busy, 503, "later"),
    (forbidden, 502, "does not let us ask"),
)


@pytest.mark.parametrize(
    ("fault", "status", "says"), FAULTS, ids=[fault.__name__ for fault, *_ in FAULTS]
)
def test_a_fault_is_an_error_and_no_page(told: Told, fault: Answer, status: int, says: str) -> None:
    told.lies.about, told.lies.instead = "muscle/soleus>", fault
    started = time.monotonic()
    assert_problem(
        told.client.get("/muscle/soleus", headers={"Accept": "text/turtle"}), status, says
    )
    page = told.client.get("/muscle/soleus", headers=HTML)
    assert page.status_code == status
    assert says in page.get_data(as_text=True)
    assert told.url not in page.get_data(as_text=True)
    query = "SELECT ?o { <https://w3id.org/myograph/muscle/soleus> rdfs:label ?o }"
    if fault is not endless:
        assert_problem(told.client.get(sparql(query)), status, says)
    assert time.monotonic() - started < 40
    told.lies.instead = None
    assert told.client.get("/muscle/soleus", headers=HTML).status_code == 200


def test_half_of_the_triples_is_no_graph(told: Told) -> None:
    told.lies.about, told.lies.instead = "CONSTRUCT", unframed
    query = "CONSTRUCT WHERE { <https://w3id.org/myograph/muscle/soleus> ?p ?o }"
    assert_problem(told.client.get(sparql(query)), 502, "cut its answer short")
    told.lies.instead = malformed
    assert_problem(told.client.get(sparql(query)), 502, "cannot be read")
    told.lies.instead = None
    assert told.client.get(sparql(query)).status_code == 200


def marked(told: Told) -> ox.Quad:
    return next(told.store.quads_for_pattern(DATASET, MARK, None, HOME))


def test_another_version_is_not_mixed_with_ours(told: Told) -> None:
    mark = marked(told)
    told.store.remove(mark)
    try:
        assert_problem(told.client.get("/muscle/soleus.ttl"), 503, "another version")
        told.store.add(ox.Quad(DATASET, MARK, ox.Literal("another"), HOME))
        answer = told.client.get("/muscle/soleus.ttl")
        assert_problem(answer, 503, "another version")
        assert answer.headers["Retry-After"]
        assert told.engine.changed.is_set()
    finally:
        told.store.remove(ox.Quad(DATASET, MARK, ox.Literal("another"), HOME))
        told.store.add(mark)
        told.engine.changed.clear()
    assert told.client.get("/muscle/soleus.ttl").status_code == 200


def test_a_version_that_comes_while_a_query_runs_is_noticed(told: Told) -> None:
    mark = marked(told)

    def published_meanwhile(handler: Handler, body: bytes, media: str) -> None:
        handler.store.remove(mark)
        handler.say(body, media)

    told.lies.about, told.lies.instead = "?label", published_meanwhile
    try:
        assert_problem(told.client.get(sparql("SELECT ?label { ?s rdfs:label ?label }")), 503)
    finally:
        told.store.add(mark)
        told.engine.changed.clear()


def test_a_store_is_refused_at_the_start(told: Told) -> None:
    with pytest.raises(StoreVersionError, match="other sources"):
        remote_engine(told.url, fingerprint="something else")
    label = next(told.store.quads_for_pattern(None, None, ox.Literal("soleus", language="en")))
    told.store.remove(label)
    with pytest.raises(StoreVersionError, match="were published"):
        remote_engine(told.url)
    told.store.add(label)
    mark = marked(told)
    told.store.remove(mark)
    with pytest.raises(StoreVersionError, match="not hold the whole"):
        remote_engine(told.url)
    record = next(told.store.quads_for_pattern(DATASET, RECORD, None, HOME))
    told.store.remove(record)
    with pytest.raises(StoreVersionError, match="no graph of ours"):
        remote_engine(told.url)
    told.store.extend([mark, record])
    remote_engine(told.url).close()


@pytest.mark.parametrize(
    "url", ["http://", "ftp://x/", "https://u:p@x/", "http://x:99999/", "http://127.0.0.1:1/"]
)
def test_an_address_without_a_store(url: str) -> None:
    with pytest.raises(RemoteStoreError, match=r"no address|no store"):
        remote_engine(url)


def test_a_page_is_not_a_store(told: Told) -> None:
    told.lies.instead = named_otherwise
    with pytest.raises(StoreAnswerError, match="text/html"):
        remote_engine(told.url)


def test_a_client_that_left_is_not_waited_for(told: Told) -> None:
    told.lies.about, told.lies.instead = "SELECT", hangs
    started = time.monotonic()
    with pytest.raises(ClientGoneError):
        told.engine.run(SafeQuery("SELECT * {}", "SELECT", None), JSON, Caller(gone=lambda: True))
    assert time.monotonic() - started < 1.9


SLOW = SafeQuery("SELECT ?slow {}", "SELECT", None)
QUICK = SafeQuery("ASK {}", "ASK", None)


@pytest.mark.parametrize(
    ("who", "refused", "let_in"), [("abcd", "e", ""), ("aa", "a", "b")], ids=["all", "half"]
)
def test_no_more_queries_at_once_than_allowed_and_half_of_them_for_one(
    told: Told, who: str, refused: str, let_in: str
) -> None:
    told.lies.about, told.lies.instead = "?slow", hangs
    engine = remote_engine(told.url, timeout=2.0, patience=0.2)
    threads = [threading.Thread(target=_quietly, args=(engine, name)) for name in who]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    with pytest.raises(BusyError):
        engine.run(QUICK, JSON, Caller(refused))
    if let_in:
        assert b"true" in engine.run(QUICK, JSON, Caller(let_in))
    for thread in threads:
        thread.join()
    engine.close()


def _quietly(engine: RemoteEngine, address: str) -> None:
    with pytest.raises(StoreTimedOutError):
        engine.run(SLOW, JSON, Caller(address))


def test_what_is_wrong_with_a_query_is_told_as_ever(told: Told) -> None:
    def refuses(handler: Handler, body: bytes, media: str) -> None:
        handler.say(b"I do not like this", "text/plain", 400)

    told.lies.about, told.lies.instead = "?liked", refuses
    problem = assert_problem(told.client.get(sparql("SELECT ?liked { ?s rdfs:label ?liked }")), 400)
    assert "do not like" in problem["detail"]


@pytest.mark.parametrize("name", ["MD5", "SHA-256"])
def test_digest(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in https://www.rfc-editor.org/rfc/rfc7616#section-3.9.1, whose answers these are."""
    who = Credentials("Mufasa", "Circle of Life")
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
    assert not Credentials().learn("Basic")
    challenge = (
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={name}, '
        f'nonce="{nonce}", opaque="{opaque}"'
    )
    assert who.learn(challenge)
    assert not who.learn(challenge)
    monkeypatch.setattr(
        secrets, "token_hex", lambda _: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    )
    header = who.header("GET", "/dir/index.html")["Authorization"]
    expected = {
        "MD5": "8ca523f5e9506fed4657c9700eebdbec",
        "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    }
    assert f'response="{expected[name]}"' in header
    assert "nc=00000001" in header


def test_a_password_is_shown_only_to_who_asks(told: Told) -> None:
    seen: list[str] = []

    def asks(handler: Handler, body: bytes, media: str) -> None:
        seen.append(handler.headers.get("Authorization", ""))
        if seen[-1]:
            handler.say(body, media)
        else:
            handler.say(b"", media, 401, WWW_Authenticate='Basic realm="x"')

    told.lies.instead = asks
    client = Client(told.url, Credentials("me", "secret"))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        reply = client.send("POST", Wish(5), body=b"query=ASK%20%7B%7D", headers=headers)
        assert json.loads(reply.body)["boolean"]
    assert seen == ["", "Basic bWU6c2VjcmV0", "Basic bWU6c2VjcmV0"]
    assert Credentials("me", "secret", "t").header("GET", "/") == {"Authorization": "Bearer t"}
    client.close()
