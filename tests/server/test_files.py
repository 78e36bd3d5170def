"""Downloads, descriptions, and one's own facts held against the shapes."""

import io
import json
import zipfile
from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from myograph import __version__
from myograph.build import Built
from myograph.terms import graph
from myograph_server.site import EXTENSION
from tests.server.helpers import HTML, assert_problem
from tests.server.test_pages import page, plain

DUMPS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "nq": ("application/n-quads", ox.RdfFormat.N_QUADS),
}


def held(quads: Iterable[ox.Quad]) -> set[tuple[str, str]]:
    """What statements say, but for blank nodes, whose names are others in each document."""
    return {
        (q.predicate.value, str(q.object)) for q in quads if not isinstance(q.object, ox.BlankNode)
    }


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "kind"), DUMPS.items())
def test_dumps_hold_the_whole_graph(
    client: FlaskClient, built: Built, ending: str, kind: tuple[str, ox.RdfFormat]
) -> None:
    answer = client.get(f"/dump/myograph.{ending}")
    assert (answer.status_code, answer.mimetype) == (200, kind[0])
    assert held(ox.parse(answer.get_data(), format=kind[1])) == held(built.quads)


@pytest.mark.parametrize(("ending", "kind"), DUMPS.items())
def test_dumps_hold_a_named_graph(
    client: FlaskClient, built: Built, ending: str, kind: tuple[str, ox.RdfFormat]
) -> None:
    answer = client.get(f"/dump/inferred/crosses.{ending}")
    assert (answer.status_code, answer.mimetype) == (200, kind[0])
    own = [q for q in built.quads if q.graph_name == graph("inferred/crosses")]
    found = list(ox.parse(answer.get_data(), format=kind[1]))
    assert held(found) == held(own)
    assert len(found) == len(own)
    assert client.get(f"/dump/inferred/crosses.{ending}").get_data() == answer.get_data()
    link = answer.headers["Link"]
    assert '</.well-known/void>; rel="describedby"; type="text/turtle"' in link
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in link


@pytest.mark.parametrize("ending", ["csv.zip", "sssom.zip", "owl"])
def test_dumps_of_other_formats(client: FlaskClient, ending: str) -> None:
    answer = client.get(f"/dump/mapping.{ending}")
    assert answer.status_code == 200
    if ending == "owl":
        assert b"owl:Ontology" in answer.get_data() or b"owl#Ontology" in answer.get_data()
        return
    assert answer.headers["Content-Disposition"] == f'attachment; filename="mapping.{ending}"'
    names = zipfile.ZipFile(io.BytesIO(answer.get_data())).namelist()
    assert ("datapackage.json" in names) == (ending == "csv.zip")
    assert ("uberon.sssom.tsv" in names) == (ending == "sssom.zip")


@pytest.mark.parametrize(
    ("file", "text"), [("nowhere.ttl", "Did you mean"), ("myograph.docx", "myograph.csv.zip")]
)
def test_what_cannot_be_dumped(client: FlaskClient, file: str, text: str) -> None:
    assert_problem(client.get(f"/dump/{file}"), 404, text)


@pytest.mark.slow
def test_the_dump_with_graphs_has_them(client: FlaskClient, built: Built) -> None:
    quads = ox.parse(client.get("/dump/myograph.nq").get_data(), format=ox.RdfFormat.N_QUADS)
    assert {q.graph_name for q in quads} == {q.graph_name for q in built.quads}


def test_a_record_as_json_is_an_object_with_plain_keys(client: FlaskClient) -> None:
    found = json.loads(client.get("/muscle/soleus.jsonld").get_data())
    published = client.get("/context.jsonld").get_json(force=True)["@context"]
    assert found["@context"].items() <= published.items()
    assert found["id"] == "muscle:soleus"
    assert found["label"] == "soleus"
    assert found["hasAction"][0]["role"] == "PrimeMover"
    labels = {node["id"]: node.get("label") for node in found["included"]}
    assert labels["nerve:tibial"] == "tibial nerve"


def test_a_dump_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/dump/anatomy.nt").headers["ETag"]
    assert client.get("/dump/anatomy.nt", headers={"If-None-Match": tag}).status_code == 304


def test_health(client: FlaskClient, built: Built) -> None:
    assert client.get("/health").get_json(force=True) == {
        "status": "ok",
        "version": __version__,
        "triples": len(built.quads),
        "fingerprint": built.fingerprint,
    }


def test_void(client: FlaskClient) -> None:
    answer = client.get("/.well-known/void")
    assert answer.mimetype == "text/turtle"
    assert "void:Dataset" in answer.get_data(as_text=True)


def test_the_context_is_the_published_one(client: FlaskClient, app: Flask) -> None:
    found = client.get("/context.jsonld")
    assert found.mimetype == "application/ld+json"
    context = found.get_json(force=True)["@context"]
    shared = app.extensions[EXTENSION]
    assert context.keys() > shared.prefixes.keys()
    assert found.get_data() == (shared.sources.ontology / "context.jsonld").read_bytes()
    assert context["fma"] == {"@id": "http://purl.org/sig/ont/fma/fma", "@prefix": True}


def test_openapi_lists_every_question(client: FlaskClient, app: Flask) -> None:
    found = client.get("/openapi.json").get_json(force=True)
    assert found["openapi"].startswith("3.1")
    for question in app.extensions[EXTENSION].questions.values():
        operation = found["paths"][f"/ask/{question.name}"]["get"]
        names = [p["name"] for p in operation["parameters"]]
        assert names == [*(p.name for p in question.params), "format"]


GOOD = """@prefix myo: <https://w3id.org/myograph/ontology/> .
@prefix equipment: <https://w3id.org/myograph/equipment/> .
@prefix source: <https://w3id.org/myograph/source/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
equipment:test-sled a myo:Equipment ; rdfs:label "test sled"@en ;
  skos:definition "A sled that is pushed."@en ; dcterms:source source:article-back-of-leg .
"""


def test_own_facts_with_a_fault(checking: FlaskClient) -> None:
    bad = GOOD.replace('rdfs:label "test sled"@en ;', "")
    answer = checking.post("/check", data=bad, content_type="text/turtle")
    assert answer.status_code == 200
    report = answer.get_json(force=True)
    assert report["conforms"] is False
    assert any("test-sled" in finding["focus"] for finding in report["findings"])


def test_own_facts_that_are_right(checking: FlaskClient) -> None:
    report = checking.post("/check", data=GOOD, content_type="text/turtle").get_json(force=True)
    assert not [f for f in report["findings"] if "test-sled" in f["focus"]]


def test_own_facts_as_jsonld(checking: FlaskClient) -> None:
    document = {
        "@context": {"rdfs": "http://www.w3.org/2000/01/rdf-schema#"},
        "@id": "https://w3id.org/myograph/equipment/test-sled",
        "@type": "https://w3id.org/myograph/ontology/Equipment",
    }
    answer = checking.post("/check", data=json.dumps(document), content_type="application/ld+json")
    found = answer.get_json(force=True)["findings"]
    assert any("test-sled" in finding["focus"] for finding in found)


def test_own_facts_on_the_page(checking: FlaskClient) -> None:
    data = {"data": GOOD.replace('rdfs:label "test sled"@en ;', ""), "syntax": "turtle"}
    answer = checking.post("/check", data=data, headers=HTML)
    assert answer.mimetype == "text/html"
    assert "does not conform" in plain(answer.get_data(as_text=True))
    assert "test-sled" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("body", "media", "status", "text"),
    [
        ("muscle:x a myo:Muscle ;;; .\n nonsense", "text/turtle", 400, "line 2"),
        ("{", "application/ld+json", 400, "JSON-LD"),
        (
            '{"@context": "https://example.org/c", "@id": "x"}',
            "application/ld+json",
            400,
            "context",
        ),
        ("muscle:x myo:note [ ] .", "text/turtle", 400, "blank node"),
        ("", "text/turtle", 400, "nothing to check"),
        ("x", "image/png", 415, "text/turtle"),
    ],
)
def test_own_facts_that_cannot_be_read(
    client: FlaskClient, body: str, media: str, status: int, text: str
) -> None:
    assert_problem(client.post("/check", data=body, content_type=media), status, text)


def test_the_check_page_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/check", data={"data": "my typing <b>", "syntax": "turtle"}, headers=HTML)
    assert answer.status_code == 400
    assert "my typing &lt;b&gt;" in answer.get_data(as_text=True)
    assert "textarea" in page(client, "/check")
