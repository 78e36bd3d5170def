"""SERVICE asks the hosts on the list, takes only good answers from them, and says why not."""

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyoxigraph as ox
import pytest

from myograph.build import Version
from myograph.errors import (
    BusyError,
    MyographError,
    QueryError,
    QueryRefusedError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimedOutError,
)
from myograph.settings import SettingError, settings
from myograph_server.engine import Caller, InProcessEngine
from myograph_server.federation.allowed import Allowed
from myograph_server.federation.asking import Asker, AskLimits, Resolver, addresses_of
from myograph_server.federation.engine import FederatingEngine, federating
from myograph_server.federation.gateway import Gateway
from myograph_server.guard import Guard, Limits
from myograph_server.problems import problem_of
from myograph_server.remote.engine import RemoteEngine
from tests.server.bad_hosts import BAD, hangs, says
from tests.server.hosts import JSON, Handler, good, host, rows

PREFIXES = {"e": "http://e/"}
QUICK = AskLimits(timeout=0.4, length=20_000, connections=2)
# A good host may take its time, on a busy machine.
USUAL = AskLimits(timeout=15, length=20_000, connections=2)


def store() -> ox.Store:
    made = ox.Store()
    for name in "ab":
        quad = (ox.NamedNode(f"http://e/{name}"), ox.NamedNode("http://e/p"), ox.Literal(name))
        made.add(ox.Quad(*quad, ox.NamedNode("http://e/g")))
    return made


class Asking:
    """An engine with a list of hosts."""

    def __init__(self, services: str, limits: AskLimits, resolver: Resolver) -> None:
        allowed = Allowed(services)
        self.guard = Guard((), PREFIXES, Limits(5000, 50, 300), allowed)
        inner = InProcessEngine(store(), PREFIXES, 1_000_000, Version("few", {}))
        self.engine = FederatingEngine(inner, Gateway(Asker(allowed, limits, resolver)))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query gives, as values."""
        body = self.engine.run(self.guard.admit(query), JSON, Caller())
        found = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
        assert isinstance(found, ox.QuerySolutions)
        return sorted(tuple(term and term.value for term in row) for row in found)


@contextlib.contextmanager
def asking(
    services: str, limits: AskLimits = USUAL, resolver: Resolver = addresses_of
) -> Iterator[Asking]:
    made = Asking(services, limits, resolver)
    try:
        yield made
    finally:
        made.engine.close()


def joined(address: str, silent: str = "") -> str:
    return f"SELECT ?x ?n {{ ?x e:p ?n SERVICE {silent} <{address}> {{ ?x e:q ?z }} }}"


def test_rows_of_another_endpoint_are_joined_with_ours() -> None:
    with host(good) as other, asking(other.name) as ours:
        assert ours.rows(joined(other.at())) == [("http://e/a", "a")]
        assert other.asked == ["BASE <https://w3id.org/myograph/>\nSELECT * WHERE "
                               "{ ?x <http://e/q> ?z . }"]  # fmt: skip


def test_names_stand_for_addresses_too() -> None:
    with host(good) as other, asking(other.name) as ours:
        prefix = f"PREFIX : <{other.at('')}> BASE <{other.at('')}> "
        for name in (":sparql", "<sparql>", r"<\u0073parql>"):
            query = f"{prefix} SELECT ?x {{ SERVICE {name} {{ ?x e:q ?z }} }}"
            assert ours.rows(query) == [("http://e/a",)]


def test_what_is_asked_for_each_row_is_asked_once() -> None:
    with host(good) as other, asking(other.name) as ours:
        query = (
            f"SELECT ?x {{ ?x e:p ?n FILTER EXISTS {{ SERVICE <{other.at()}> {{ ?x ?y ?z }} }} }}"
        )
        assert ours.rows(query) == [("http://e/a",)]
        assert len(other.asked) == 1


def test_blank_nodes_of_two_answers_are_never_the_same() -> None:
    def behaviour(handler: Handler) -> None:
        handler.say(rows({"type": "bnode", "value": "b 0"}))

    with host(behaviour) as other, asking(other.name) as ours:
        one, two = (f"SERVICE <{other.at(path)}> {{ ?x e:q ?z }}" for path in ("1", "2"))
        assert ours.rows(f"SELECT ?x {{ {one} {two} }}") == []
        assert len(ours.rows(f"SELECT ?x {{ {one} {one} }}")) == 1


# --- hosts that do not behave ------------------------------------------------------------------


def resolver(name: str, port: int) -> list[str]:
    return {"inside.example": ["10.1.2.3"], "both.example": ["192.88.98.1", "::1"]}.get(
        name, [name]
    )


@pytest.mark.parametrize("name", BAD)
def test_a_host_that_does_not_behave_is_told_by_name(name: str) -> None:
    behaviour, kind, text = BAD[name]
    limits = QUICK if kind is ServiceTimedOutError else USUAL
    services = "{}, inside.example"
    with host(behaviour) as other, asking(services.format(other.name), limits, resolver) as us:
        started = time.monotonic()
        with pytest.raises(kind) as raised:
            us.rows(joined(other.at()))
        assert time.monotonic() - started < 5
        assert text in raised.value.message
        if "inside" not in text:
            assert other.name in raised.value.message
        # Silent, the query goes on as if the host had said one row that binds nothing.
        assert us.rows(joined(other.at(), "SILENT")) == [("http://e/a", "a"), ("http://e/b", "b")]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (ServiceRefusedError, 403),
        (ServiceFailedError, 502),
        (ServiceTimedOutError, 504),
        (BusyError, 503),
    ],
)
def test_each_has_its_status(kind: type[MyographError], status: int) -> None:
    assert problem_of(kind("", ""))[0] == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_to_a_host_on_the_list_is_followed(status: int) -> None:
    with host(good) as end:
        behaviour = says(b"", status=status, Location=end.at("there"))
        with host(behaviour) as start, asking(f"{start.name} {end.name}") as ours:
            assert ours.rows(joined(start.at())) == [("http://e/a", "a")]
            # See other: what is there is the answer, and is fetched without asking again.
            assert end.asked == ["" if status == 303 else start.asked[0]]


def test_nothing_listens_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        name = f"127.0.0.1:{taken.getsockname()[1]}"
    with asking(name) as ours, pytest.raises(ServiceFailedError, match="no connection"):
        ours.rows(joined(f"http://{name}/"))


# --- names and addresses -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["inside.example", "both.example"])
def test_a_name_that_stands_for_a_private_address_is_refused(name: str) -> None:
    with asking(name, resolver=resolver) as ours:
        with pytest.raises(ServiceRefusedError, match="not on the public internet") as raised:
            ours.rows(joined(f"http://{name}/"))
        assert name in raised.value.message


def test_the_address_that_was_looked_at_is_the_one_that_is_asked() -> None:
    answers = iter([["127.0.0.1"], ["10.1.2.3"], ["10.1.2.3"]])
    with host(good) as other:
        name = f"rebound.invalid:{other.port}"
        with asking(name, resolver=lambda *_: next(answers)) as ours:
            assert ours.rows(joined(f"http://{name}/")) == [("http://e/a", "a")]
            assert len(list(answers)) == 2, "looked up once, then connected"


def test_a_name_that_nobody_answers_for() -> None:
    over = threading.Event()

    def hang(name: str, port: int) -> list[str]:
        over.wait(10)
        return []

    with asking("slow.example", QUICK, hang) as ours:
        with pytest.raises(ServiceTimedOutError, match=r"slow\.example was asked"):
            ours.rows(joined("http://slow.example/"))
        over.set()
    with (
        asking("none.example", resolver=lambda *_: []) as ours,
        pytest.raises(ServiceFailedError, match="no host of that name"),
    ):
        ours.rows(joined("http://none.example/"))


def test_a_certificate_that_nobody_vouches_for() -> None:
    with host(good) as other, asking(other.name) as ours:
        # It does not even speak TLS; what matters is that nothing is sent in the clear.
        with pytest.raises(ServiceFailedError, match="no safe connection"):
            ours.rows(joined(f"https://{other.name}/"))
        assert other.asked == []
        asker = ours.engine.gateway._asker
        assert asker._trust.verify_mode is ssl.CERT_REQUIRED
        assert asker._trust.check_hostname


# --- how many at once --------------------------------------------------------------------------


def test_no_more_ask_at_once_than_may() -> None:
    limits = AskLimits(timeout=5, connections=2)
    with host(hangs) as other, asking(other.name, limits) as ours:
        ended: list[Exception] = []

        def ask() -> None:
            try:
                ours.rows(joined(other.at()))
            except MyographError as error:
                ended.append(error)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        _until(lambda: len(other.asked) == 2)
        with pytest.raises(BusyError, match="2 queries"):
            ours.rows(joined(other.at()))
        assert ours.rows("SELECT ?n { e:a e:p ?n }") == [("a",)]
        other.over.set()
        for thread in threads:
            thread.join()
        assert [type(error) for error in ended] == [ServiceFailedError] * 2
        assert len(other.asked) == 2
        # Their places are free again.
        with pytest.raises(ServiceFailedError):
            ours.rows(joined(other.at()))


def test_a_query_that_has_ended_hangs_up() -> None:
    ended = threading.Event()

    def waits(handler: Handler) -> None:
        handler.connection.settimeout(10)
        if handler.rfile.read(1) == b"":
            ended.set()

    with host(waits) as other, asking(other.name, AskLimits(timeout=30)) as ours:
        calls = ours.guard.admit(joined(other.at())).services
        failures: list[MyographError] = []

        def ask() -> None:
            try:
                ticket.answer(0, "ASK {}")
            except MyographError as error:
                failures.append(error)

        with ours.engine.gateway.opened(calls) as ticket:
            thread = threading.Thread(target=ask)
            thread.start()
            _until(lambda: other.asked == ["ASK {}"])
        assert ended.wait(10)
        thread.join()
        assert len(failures) == 1


def test_only_what_is_not_silent_ends_the_query() -> None:
    with host(says(b"", status=500)) as other, asking(other.name) as ours:
        for silent in ("", "SILENT"):
            calls = ours.guard.admit(joined(other.at(), silent)).services
            with ours.engine.gateway.opened(calls) as ticket:
                with pytest.raises(ServiceFailedError):
                    ticket.answer(0, "ASK {}")
                assert (ticket.failure is None) == bool(silent)


def test_what_is_asked_is_logged_by_host(caplog: pytest.LogCaptureFixture) -> None:
    with (
        host(good) as other,
        asking(f"{other.name} none.example", resolver=resolver) as ours,
        caplog.at_level("INFO", "myograph.service"),
    ):
        ours.rows(joined(other.at()))
        ours.rows(joined("http://none.example/", "SILENT"))
    lines = [json.loads(record.message) for record in caplog.records]
    assert [line["asked"] for line in lines] == [other.name, "none.example"]
    assert lines[0]["outcome"] == "ok"
    assert "not on the public internet" in lines[1]["outcome"]


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    assert holds()


# --- what the engine says ----------------------------------------------------------------------


def test_a_syntax_error_has_its_place_in_the_query_as_it_was_sent() -> None:
    with asking("example.org") as ours:
        one = "SERVICE <http://example.org/> { ?s ?p ?o }"
        for query in (
            f"SELECT * {{ {one} ?s ?p }}",
            f"SELECT * {{\n {one} {one} ?s ?p }}",
            f"SELECT * {{ ?s ?p }}\n {one}",
        ):
            with pytest.raises(SyntaxError) as wanted:
                ox.Store().query(query)
            with pytest.raises(QueryError) as raised:
                ours.rows(query)
            assert str(wanted.value) in raised.value.message


def test_the_gateway_answers_nobody_else() -> None:
    with asking("example.org") as ours:
        port = ours.engine.gateway._server.server_port
        for path in ("/", "/x", "/x/0", "/x/0/0", "//0"):
            with socket.create_connection(("127.0.0.1", port), 5) as caller:
                caller.sendall(f"POST {path} HTTP/1.1\r\nContent-Length: 0\r\n\r\n".encode())
                assert caller.recv(100).startswith(b"HTTP/1.1 404 ")


def test_a_store_elsewhere_would_ask_by_itself() -> None:
    engine = object.__new__(RemoteEngine)
    assert federating(engine, settings({})) is engine
    with pytest.raises(SettingError, match="on this machine"):
        federating(engine, settings({"services": "example.org"}))


def test_without_a_list_nothing_is_asked() -> None:
    with host(good) as other, asking("") as ours:
        with pytest.raises(QueryRefusedError, match="sends no requests"):
            ours.rows(joined(other.at()))
        assert other.asked == []
