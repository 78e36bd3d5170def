"""docs/fair.md, point by point: what is met is shown here, what is not has a reason there."""

import re
from collections.abc import Callable
from functools import cache

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from myograph import __version__
from myograph.terms import BASE, DCTERMS, DEFINITION, LABEL, MYO, ONTOLOGY, OWL, RDF_TYPE
from tests.helpers import REPOSITORY, real_graph
from tests.server.helpers import HTML

VANN = "http://purl.org/vocab/vann/"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CHECKS: dict[str, Callable[[FlaskClient], None]] = {}
PLACE = re.compile(r"^\| (\S+) \| ([^|]+) \| (yes|no) \| ([^|]+) \|$", re.MULTILINE)
# The names of the tests in the folder doc/test of FOOPS!, read on 2026-11-26.
FOOPS = (
    *("CN1", "DOC1", "FIND1", "FIND2", "FIND3", "FIND_3_BIS", "HTTP1", "OM1", "OM2", "OM3"),
    *("OM4.1", "OM4.2", "OM5.1", "OM5.2", "PURL1", "RDF1", "URI1", "URI2", "VER1", "VER2"),
    *("VOC1", "VOC2", "VOC3", "VOC4"),
)


def shows(point: str) -> Callable[[Callable[[FlaskClient], None]], Callable[[FlaskClient], None]]:
    def keep(check: Callable[[FlaskClient], None]) -> Callable[[FlaskClient], None]:
        CHECKS[point] = check
        return check

    return keep


def table() -> dict[str, tuple[str, str]]:
    """Whether each point is met, and what is said of it."""
    text = (REPOSITORY / "docs" / "fair.md").read_text("utf-8")
    return {point: (met, how.strip()) for point, _, met, how in PLACE.findall(text)}


@cache
def vocabulary() -> list[ox.Quad]:
    graph = ox.NamedNode(BASE + "graph/ontology")
    return [quad for quad in real_graph().quads if quad.graph_name == graph]


def header(prop: str) -> list[str]:
    found = [
        quad.object.value
        for quad in vocabulary()
        if quad.subject == ox.NamedNode(ONTOLOGY)
        and quad.predicate.value == prop
        and isinstance(quad.object, (ox.NamedNode, ox.Literal))
    ]
    assert found, f"the ontology states no {prop}"
    return found


def terms() -> set[ox.NamedNode]:
    """The classes and properties of the vocabulary."""
    kinds = {OWL + k for k in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
    return {
        quad.subject
        for quad in vocabulary()
        if quad.predicate == RDF_TYPE
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value in kinds
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(MYO)
    }


def rdf(client: FlaskClient, path: str) -> list[ox.Quad]:
    answer = client.get(path, headers={"Accept": "text/turtle"})
    assert (answer.status_code, answer.mimetype) == (200, "text/turtle")
    return list(ox.parse(answer.get_data(), format=ox.RdfFormat.TURTLE))


@shows("PURL1")
def purl1(client: FlaskClient) -> None:
    assert ONTOLOGY.startswith("https://w3id.org/")


@shows("URI1")
def uri1(client: FlaskClient) -> None:
    assert len(rdf(client, "/ontology")) > len(terms())


@shows("URI2")
def uri2(client: FlaskClient) -> None:
    kind = ox.NamedNode(OWL + "Ontology")
    found = [q.subject for q in rdf(client, "/ontology") if q.object == kind]
    assert found == [ox.NamedNode(ONTOLOGY)]


@shows("VER1")
def ver1(client: FlaskClient) -> None:
    assert header(OWL + "versionIRI") == [f"{ONTOLOGY}/{__version__}"]
    assert header(OWL + "versionInfo") == [__version__]


@shows("VER2")
def ver2(client: FlaskClient) -> None:
    path = "/" + header(OWL + "versionIRI")[0].removeprefix(BASE)
    assert len(rdf(client, path)) == len(rdf(client, "/ontology"))
    assert client.get(path, headers=HTML).status_code == 200
    assert client.get("/ontology/99.0.0").status_code == 404


@shows("OM1")
def om1(client: FlaskClient) -> None:
    for prop in ("title", "description", "license", "creator"):
        assert header(DCTERMS + prop)
    assert header(OWL + "versionIRI")
    assert header(VANN + "preferredNamespaceUri") == [MYO]


@shows("OM2")
def om2(client: FlaskClient) -> None:
    assert header(VANN + "preferredNamespacePrefix") == ["myo"]
    assert header(OWL + "versionInfo")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", header(DCTERMS + "created")[0])
    assert BASE in header(DCTERMS + "bibliographicCitation")[0]


@shows("OM4.1")
@shows("OM4.2")
def om4_2(client: FlaskClient) -> None:
    assert header(DCTERMS + "license") == [LICENCE]


@shows("OM5.1")
def om5_1(client: FlaskClient) -> None:
    assert header(DCTERMS + "creator")
    assert header(DCTERMS + "created")


@shows("DOC1")
def doc1(client: FlaskClient) -> None:
    page = client.get("/ontology", headers=HTML).get_data(as_text=True)
    assert all(f"/ontology/{term.value.removeprefix(MYO)}" in page for term in terms())


@shows("CN1")
@shows("HTTP1")
@shows("RDF1")
def rdf1(client: FlaskClient) -> None:
    for media in ("text/turtle", "application/ld+json", "application/rdf+xml", "text/html"):
        answer = client.get("/ontology/Muscle", headers={"Accept": media})
        assert (answer.status_code, answer.mimetype) == (200, media)
        assert "WWW-Authenticate" not in answer.headers
    assert rdf(client, "/ontology/Muscle")


@shows("FIND1")
def find1(client: FlaskClient) -> None:
    assert header(VANN + "preferredNamespacePrefix")


@shows("VOC1")
def voc1(client: FlaskClient) -> None:
    used = {q.predicate.value for q in vocabulary() if q.subject == ox.NamedNode(ONTOLOGY)}
    for start in (DCTERMS, VANN, OWL):
        assert any(prop.startswith(start) for prop in used)


@shows("VOC2")
def voc2(client: FlaskClient) -> None:
    bridge = ox.NamedNode(BASE + "graph/bridge")
    theirs = {
        quad.object.value
        for quad in real_graph().quads
        if quad.graph_name == bridge
        and quad.subject in terms()
        and isinstance(quad.object, ox.NamedNode)
    }
    assert any("/obo/UBERON_" in iri for iri in theirs)
    assert any("/obo/RO_" in iri for iri in theirs)


@shows("VOC3")
def voc3(client: FlaskClient) -> None:
    assert terms() == {q.subject for q in vocabulary() if q.predicate == LABEL} & terms()


@shows("VOC4")
def voc4(client: FlaskClient) -> None:
    assert terms() == {q.subject for q in vocabulary() if q.predicate == DEFINITION} & terms()


@shows("data-iri")
def data_iri(client: FlaskClient) -> None:
    for path in (
        "/muscle/soleus",
        "/muscle/soleus/origin/soleal-line",
        "/graph/anatomy",
        "/source/delp-1990",
    ):
        assert rdf(client, path)


@shows("data-304")
def data_304(client: FlaskClient) -> None:
    tag = client.get("/muscle/soleus").headers["ETag"]
    assert not tag.startswith("W/")
    assert client.get("/muscle/soleus", headers={"If-None-Match": tag}).status_code == 304


@shows("data-link")
def data_link(client: FlaskClient) -> None:
    link = client.get("/muscle/soleus", headers=HTML).headers["Link"]
    for target, relation in (
        (f"{BASE}muscle/soleus", "cite-as"),
        ("/muscle/soleus.ttl", "describedby"),
        ("/muscle/soleus.jsonld", "alternate"),
        (LICENCE, "license"),
        (f"{MYO}Muscle", "type"),
    ):
        assert f'<{target}>; rel="{relation}"' in link
    first = client.get("/", headers=HTML).headers["Link"]
    for target, relation in (
        ("/.well-known/void", "describedby"),
        ("/openapi.json", "service-desc"),
        ("/docs", "service-doc"),
    ):
        assert f'<{target}>; rel="{relation}"' in first


@shows("data-void")
def data_void(client: FlaskClient) -> None:
    said = rdf(client, "/.well-known/void")
    dataset = ox.NamedNode(BASE + "dataset")
    about = {q.predicate.value.split("/")[-1].split("#")[-1] for q in said if q.subject == dataset}
    assert about >= {
        "license",
        "creator",
        "title",
        "description",
        "distribution",
        "exampleResource",
    }
    files = {q.object for q in said if q.predicate.value.endswith("#distribution")}
    typed = {q.subject for q in said if q.predicate.value.endswith("#mediaType")}
    assert files == typed


@shows("data-source")
def data_source(client: FlaskClient) -> None:
    shapes = "".join(path.read_text("utf-8") for path in (REPOSITORY / "shapes").glob("*.ttl"))
    assert re.search(r"sh:path dcterms:source ;\s+sh:minCount 1", shapes)


@shows("data-proof")
def data_proof(client: FlaskClient) -> None:
    answer = client.get("/explain?s=muscle:soleus&p=crosses&o=joint:ankle")
    assert answer.status_code == 200
    assert answer.get_json(force=True)


@shows("data-303")
def data_303(client: FlaskClient) -> None:
    for media, ending in (("text/turtle", "ttl"), ("text/html", "html")):
        answer = client.get("/muscle/soleus", headers={"Accept": media})
        assert answer.status_code == 200
        assert answer.headers["Content-Location"] == f"/muscle/soleus.{ending}"
        assert f'<{BASE}muscle/soleus>; rel="describes"' in answer.headers["Link"]


def test_every_point_is_in_the_table() -> None:
    assert table().keys() >= set(FOOPS)
    assert {point for point, (met, _) in table().items() if met == "yes"} == CHECKS.keys()
    reasons = [how for met, how in table().values() if met == "no"]
    assert all(len(reason.split()) >= 2 for reason in reasons)


@pytest.mark.parametrize("point", CHECKS)
def test_a_point_that_is_met(client: FlaskClient, point: str) -> None:
    CHECKS[point](client)
