"""One suite for every store: whatever answers, the pages say the same."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from myograph.build import Built
from myograph.questions import load_questions
from myograph_server.app import create_app
from tests.helpers import real_graph, sources
from tests.server.helpers import HTML
from tests.store.stores import STORES, memory

KNOWN = Path(__file__).parent
PAGES = (
    *("/", "/ontology", "/muscle", "/source", "/muscle/soleus", "/muscle/gastrocnemius"),
    *("/exercise/squat", "/activity/walking", "/injury/hamstring-strain", "/joint/knee"),
    *("/movement/knee-flexion", "/nerve/tibial", "/root/S1", "/artery/posterior-tibial"),
    *("/bone/tibia", "/landmark/soleal-line", "/tissue/calcaneal-tendon", "/region/posterior-leg"),
    *("/ontology/Muscle", "/ontology/crosses", "/graph/ontology", "/muscle/soleus.svg"),
    *("/muscle/soleus/origin/soleal-line", "/muscle/soleus.nt", "/ontology/KneeFlexor.nt"),
    *("/muscle/none", "/health", "/.well-known/void"),
)
SEARCHES = tuple(f"/search?q={quote(text)}" for text in ("soleus", "achiles", "hamstrings"))
EXPLAINED = tuple(
    f"/explain?s={s}&p={p}&o={o}"
    for s, p, o in (
        ("muscle:soleus", "crosses", "joint:ankle"),
        ("muscle:soleus", "rdfs:label", quote('"soleus"@en')),
        ("muscle:soleus", "myo:moves", "movement:ankle-plantarflexion"),
        ("muscle:soleus", "crosses", "joint:knee"),
    )
)
QUERIES = tuple(
    f"/sparql?query={quote(text)}"
    for text in (
        "SELECT * { muscle:soleus ?p ?o } ORDER BY ?p ?o",
        "SELECT ?l FROM graph:anatomy { muscle:soleus rdfs:label ?l }",
        "SELECT ?l FROM graph:injury { muscle:soleus rdfs:label ?l }",
        "SELECT (COUNT(*) AS ?n) FROM NAMED graph:anatomy { GRAPH ?g { ?s a myo:Muscle } }",
        "ASK { muscle:soleus a myo:Muscle }",
        "ASK { muscle:soleus a myo:Bone }",
        "CONSTRUCT WHERE { muscle:soleus rdfs:label ?l }",
        "SELECT ?g { GRAPH ?g { muscle:soleus a myo:Muscle } }",
        "SELECT * { muscle:soleus rdfs:label }",
        "SELECT * { unknown:soleus rdfs:label ?l }",
    )
)
ASKED = tuple(f"/ask/{question.name}" for question in load_questions(sources().queries))


# Each store has a part of the graph; those that answer quickly have the whole of it as well. A
# store on disk is the engine in memory but for where it reads: of that a sample does by default.
CASES = (
    pytest.param(("disk", "sample")),
    pytest.param(("oxigraph", "part")),
    pytest.param(("virtuoso", "part"), marks=pytest.mark.slow),
    pytest.param(("disk", "whole"), marks=pytest.mark.slow),
    pytest.param(("oxigraph", "whole"), marks=pytest.mark.slow),
)


@dataclass(frozen=True)
class Pair:
    """A server over the graph in memory, and one over a store with the same."""

    name: str
    size: str
    ours: FlaskClient
    theirs: FlaskClient
    restart: Callable[[], None]


@pytest.fixture(params=CASES, ids="-".join)
def pair(request: pytest.FixtureRequest, part: Built, tmp_path: Path) -> Iterator[Pair]:
    name, size = request.param
    graph = real_graph() if size == "whole" else part
    with memory(graph, tmp_path) as one, STORES[name](graph, tmp_path) as other:
        apps = [create_app(held.engine, {"timeout": held.timeout}) for held in (one, other)]
        ours, theirs = (app.test_client() for app in apps)
        yield Pair(name, size, ours, theirs, other.restart)


def test_every_address_answers_alike(pair: Pair) -> None:
    name, known = pair.name, known_failures(pair.name)
    found: dict[str, str] = {}
    every = list(addresses())
    for address, accept in every[::3] if pair.size == "sample" else every:
        difference = compared(pair.ours, pair.theirs, address, accept)
        if difference:
            found[address] = difference
        if difference.startswith("504"):
            pair.restart()
    news = {address: text for address, text in found.items() if address not in known}
    assert news == {}, f"{name} answers otherwise; mend it, or say why in {name}-known-failures.txt"
    assert sorted(known.keys() - found.keys()) == [], "these are right now: take them off the list"


def addresses() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every address that is looked at, with what it is asked for."""
    for address in PAGES:
        yield address, HTML
    for address in (*SEARCHES, *EXPLAINED):
        yield address, {"Accept": "application/json"}
    for address in QUERIES:
        yield address, {}
    for address in ASKED:
        yield address, {"Accept": "application/sparql-results+json"}


def compared(ours: FlaskClient, client: FlaskClient, address: str, accept: dict[str, str]) -> str:
    """Return how an answer differs from ours, or nothing."""
    one, other = ours.get(address, headers=accept), client.get(address, headers=accept)
    if one.status_code != other.status_code:
        return f"{other.status_code}: {other.get_data(as_text=True)[:300]}"
    left, right = one.get_data(as_text=True), other.get_data(as_text=True)
    if left == right:
        return ""
    if "json" in one.content_type and plain(left) == plain(right):
        return ""
    pairs = zip(left.splitlines(), right.splitlines(), strict=False)
    first = next(((a, b) for a, b in pairs if a != b), (left[-200:], right[-200:]))
    at = next((i for i, (a, b) in enumerate(zip(*first, strict=False)) if a != b), 0)
    return f"{first[0][max(0, at - 40) : at + 80]!r} became {first[1][max(0, at - 40) : at + 80]!r}"


def plain(text: str) -> Any:
    """Return an answer so that rows of the same rank may come in any order."""
    found = json.loads(text)
    if isinstance(found, dict) and "results" in found and "bindings" in found["results"]:
        rows = found["results"]["bindings"]
        columns = sorted(found["head"]["vars"])
        return columns, sorted(json.dumps(row, sort_keys=True) for row in rows)
    return found


def known_failures(name: str) -> dict[str, str]:
    """Return what a store is known to answer otherwise, with the cause."""
    path = KNOWN / f"{name}-known-failures.txt"
    if not path.exists():
        return {}
    lines = [line for line in path.read_text("utf-8").splitlines() if line[:1] not in ("", "#")]
    found = dict(line.split("  ", 1) for line in lines)
    assert all(cause.strip() for cause in found.values()), "each failure has its cause"
    return found
