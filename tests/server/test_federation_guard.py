"""Which services a query may name, and that the engine never asks another."""

import contextlib

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from myograph.errors import QueryError, QueryRefusedError, ServiceRefusedError
from myograph.settings import SettingError
from myograph_server.federation.allowed import Allowed, is_fit
from myograph_server.federation.calls import rewritten
from myograph_server.guard import Guard, Limits
from tests.server.hosts import Host, good, host
from tests.server.test_guard import GLUED, HARMFUL, HARMLESS

LIST = "example.org, data.example.org:8890 127.0.0.1:8001 [::1]:8002"
PREFIXES = {"": "http://example.org/", "ex": "http://example.org/"}
LIMITS = Limits(length=5000, nesting=50, operators=300)
GUARD = Guard((), PREFIXES, LIMITS, Allowed(LIST))


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/sparql",
        "https://example.org",
        "HTTPS://Example.ORG:443/a?b=c#d",
        "http://data.example.org:8890/sparql",
        "https://data.example.org:8890/sparql",
        "http://127.0.0.1:8001/",
        "http://[::1]:8002/",
    ],
)
def test_what_is_on_the_list(address: str) -> None:
    [call] = GUARD.admit(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}").services
    assert call.address.lower() == address.lower()
    assert not call.silent


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/",
        "http://www.example.org/",
        "http://example.org.evil.example/",
        "http://example.org:8890/",
        "http://data.example.org/",
        "http://127.0.0.1/",
        "http://127.0.0.1:8002/",
        "http://2130706433:8001/",
        "http://127.1:8001/",
        "http://localhost:8001/",
        "http://example.org@evil.example/",
        "http://example.org:80@evil.example/",
        "http://user@example.org/",
        "http://evil.example#@example.org/",
        "http://evil.example?@example.org/",
        r"http://evil.example\u005c@example.org/",
        r"http://example.org\u002eevil.example/",
        "http://example.org\u3002evil.example/",
        "http://ex\u0430mple.org/",
        "http://example.org:99999/",
        "http://example.org:/",
        "http://[::1/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "urn:example.org",
        "//evil.example/",
        "sparql",
    ],
)
def test_what_is_not(address: str) -> None:
    with pytest.raises(ServiceRefusedError):
        GUARD.admit(f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}")


def test_the_refusal_names_the_host_and_those_that_are_asked() -> None:
    with pytest.raises(ServiceRefusedError) as raised:
        GUARD.admit("SELECT * { SERVICE <https://query.example.com:1/> {} }")
    assert "query.example.com:1 is none of the hosts" in str(raised.value)
    assert "127.0.0.1:8001, [::1]:8002, data.example.org:8890, example.org" in str(raised.value)


@pytest.mark.parametrize("entry", ["http://example.org", "*.example.org", "a/b", "-", ":80", "::1"])
def test_a_list_that_is_none(entry: str) -> None:
    with pytest.raises(SettingError, match="services"):
        Allowed(f"example.org {entry}")


@pytest.mark.parametrize(
    ("address", "public", "own"),
    [
        ("8.8.8.8", True, True),
        ("2001:4860:4860::8888", True, True),
        ("127.0.0.1", False, True),
        ("127.8.9.1", False, True),
        ("::1", False, True),
        ("10.1.2.3", False, True),
        ("172.16.0.1", False, True),
        ("192.168.0.1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("::ffff:8.8.8.8", True, True),
        ("2002:7f00:1::", False, True),
        ("fec0::1", False, True),
        ("100.64.0.1", False, False),
        # Where clouds tell machines their secrets, and what no service can be.
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("fe80::1%lo", False, False),
        ("224.0.0.1", False, False),
        ("ff02::1", False, False),
        ("0.0.0.0", False, False),
        ("::", False, False),
        ("64:ff9b::7f00:1", False, False),
        ("localhost", False, False),
        ("", False, False),
    ],
)
def test_which_addresses_are_fit(address: str, public: bool, own: bool) -> None:
    assert is_fit(address, own=False) == public
    assert is_fit(address, own=True) == own


@pytest.mark.parametrize("query", HARMLESS)
def test_what_only_looks_like_a_service_is_let_through(query: str) -> None:
    assert GUARD.admit(query).services == ()


@pytest.mark.parametrize("query", [q for q in HARMFUL + GLUED if "ex:" not in q])
def test_what_was_refused_is_refused_still(query: str) -> None:
    with pytest.raises(QueryRefusedError):
        GUARD.admit(query)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("SELECT * { ?x ?y ?z SERVICE ?x { ?s ?p ?o } }", "SERVICE ?x: a variable"),
        ("SELECT * { SERVICE ex: { SERVICE ex: { ?s ?p ?o } } }", "inside another"),
        ("SELECT * { SERVICE ex: { { SELECT * { SERVICE ex: { ?s ?p ?o } } } } }", "inside"),
        ("SELECT * { SERVICE SILENT:x { ?s ?p ?o } }", "touches"),
        ("SELECT * { SERVICESILENT ex:x { ?s ?p ?o } }", "touches"),
        ("SELECT * { SERVICE", "not clear"),
        ("SELECT * { SERVICE SILENT", "not clear"),
        ("SELECT * { SERVICE 'x' SERVICE ex: {} } SERVICE", "not clear"),
        ("SELECT * { ?s ?p ?o FILTER(?o<?b)SERVICE?x#>\n{?s ?p ?o} }", "not clear"),
        ("SELECT * { " + "SERVICE ex: { ?s ?p ?o } " * 9 + "}", "9 times SERVICE; 8 are"),
    ],
)
def test_what_cannot_be_asked(query: str, text: str) -> None:
    with pytest.raises(ServiceRefusedError) as raised:
        GUARD.admit(query)
    assert text in raised.value.message


def test_each_call_is_found_where_it_stands() -> None:
    query = "SELECT * { SERVICE ex:a { ?s ?p '}' } SERVICE # c\n silent<http://example.org/b>{} }"
    admitted = GUARD.admit(query)
    found = [query[call.start : call.end] for call in admitted.services]
    assert found == ["ex:a", "<http://example.org/b>"]
    assert [call.silent for call in admitted.services] == [False, True]
    assert rewritten(query, admitted.services, ["http://g/0", "http://g/1"]) == (
        "SELECT * { SERVICE <http://g/0> { ?s ?p '}' } SERVICE # c\n silent<http://g/1>{} }"
    )


def test_a_query_that_would_ask_more_is_not_passed_on() -> None:
    query = "SELECT * { SERVICE ex:a {} SERVICE ex:b {} }"
    calls = GUARD.admit(query).services
    with pytest.raises(ServiceRefusedError):
        rewritten(query, calls[:1], ["http://g/0"])
    with pytest.raises(ServiceRefusedError):
        rewritten("SELECT * { SERVICE ex:a { ?s ?p ?o } }", (), [])


PARTS = st.sampled_from(
    [
        *("SERVICE", "service", "SILENT", ":x", "<GOOD>", "<EVIL>", "?u", "{}", "{?s ?p ?o}"),
        *("SERVICE <GOOD> {", "SERVICE SILENT :x {?s ?p ?o}", "}", "1", "a", "'s'", '"""', "#>"),
        *("#", "\n", "\r", " ", ".", "?s ?p ?o", "FILTER(?o<?u)", "<?b)", ">", ")", "(", "true"),
        *("BIND(<EVIL> AS ?u)", "OPTIONAL", "FILTER EXISTS", "service:x", "evil:x", "@en", "\\"),
    ]
)


@pytest.fixture(scope="module", name="two")
def _two():  # type: ignore[no-untyped-def]
    with host(good) as gateway, host(good) as evil:
        yield gateway, evil


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PARTS, min_size=1, max_size=9), st.sampled_from(["", " "]))
def test_the_engine_asks_the_gateway_and_nobody_else(
    two: tuple[Host, Host], parts: list[str], glue: str
) -> None:
    gateway, evil = two
    # A name of a host on the list; what is asked there in fact is the gateway.
    body = glue.join(parts).replace("GOOD", "http://example.org/").replace("EVIL", evil.at())
    query = f"PREFIX : <http://example.org/> PREFIX evil: <{evil.at()}> SELECT * {{ {body} }}"
    with contextlib.suppress(QueryError, QueryRefusedError, SyntaxError, RuntimeError, OSError):
        calls = GUARD.admit(query).services
        addresses = [gateway.at(str(number)) for number in range(len(calls))]
        text = rewritten(query, calls, addresses)
        answer = ox.Store().query(text, prefixes={"service": evil.at()})
        if isinstance(answer, ox.QuerySolutions):
            list(answer)
    assert evil.asked == []


def test_the_property_would_notice() -> None:
    with host(good) as other:
        with contextlib.suppress(OSError, RuntimeError):
            ox.Store().query(f"SELECT * {{ SERVICE <{other.at()}> {{}} }}")
        assert other.asked == [""]
