"""Formats and the choice between them."""

import csv
import io
import json
from xml.etree import ElementTree

import pytest
import rdflib
from flask.testing import FlaskClient

from tests.server.helpers import HTML, assert_problem, sparql

TERMS = (
    "SELECT ?z ?iri ?none ?text ?tagged ?number WHERE { VALUES (?z ?iri ?text ?tagged ?number) { "
    '("a,\\"b\\"\\nc" <http://e/> "x\\ty\\rz" "é"@de 1.50) } }'
)
SR = "{http://www.w3.org/2005/sparql-results#}"
CONSTRUCT = "CONSTRUCT { <http://e/s> <http://e/p> 'a\\r\\nb' , 'é'@de , 1 } {}"
ROWS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
}
GRAPHS = {
    "turtle": "text/turtle; charset=utf-8",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
PARSERS = {"turtle": "turtle", "ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}


@pytest.mark.parametrize(("name", "media"), ROWS.items())
@pytest.mark.parametrize("way", ["format", "output", "Accept", "media"])
def test_select_in_every_format(client: FlaskClient, name: str, media: str, way: str) -> None:
    bare = media.split(";")[0]
    if way == "Accept":
        answer = client.get(sparql(TERMS), headers={"Accept": bare})
    else:
        answer = client.get(
            sparql(TERMS, **{way if way != "media" else "format": bare if way == "media" else name})
        )
    assert answer.status_code == 200
    assert answer.content_type == media


# rdflib's own JSON-LD parser still uses the class that rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize(("name", "media"), GRAPHS.items())
def test_construct_in_every_format(client: FlaskClient, name: str, media: str) -> None:
    answer = client.get(sparql(CONSTRUCT), headers={"Accept": media.split(";")[0]})
    assert answer.content_type == media
    assert client.get(sparql(CONSTRUCT, format=name)).get_data() == answer.get_data()
    found = rdflib.Graph().parse(data=answer.get_data(), format=PARSERS[name])
    assert {str(o) for o in found.objects()} == {"a\r\nb", "é", "1"}


def test_json_terms(client: FlaskClient) -> None:
    found = client.get(sparql(TERMS)).get_json(force=True)
    assert found["head"]["vars"] == ["z", "iri", "none", "text", "tagged", "number"]
    row = found["results"]["bindings"][0]
    assert "none" not in row
    assert row["iri"] == {"type": "uri", "value": "http://e/"}
    assert row["text"] == {"type": "literal", "value": "x\ty\rz"}
    assert row["tagged"] == {"type": "literal", "value": "é", "xml:lang": "de"}
    assert row["number"]["datatype"] == "http://www.w3.org/2001/XMLSchema#decimal"


def test_a_datatype_that_only_ends_in_string_is_kept(client: FlaskClient) -> None:
    query = "SELECT ('a'^^<http://e/other#string> AS ?x) {}"
    row = client.get(sparql(query)).get_json(force=True)["results"]["bindings"][0]
    assert row["x"]["datatype"] == "http://e/other#string"


def test_csv(client: FlaskClient) -> None:
    text = client.get(sparql(TERMS, format="csv")).get_data(as_text=True)
    assert text.startswith("z,iri,none,text,tagged,number\r\n")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1][:5] == ['a,"b"\nc', "http://e/", "", "x\ty\rz", "é"]
    assert text.endswith("\r\n")


def test_tsv(client: FlaskClient) -> None:
    lines = client.get(sparql(TERMS, format="tsv")).get_data(as_text=True).split("\n")
    assert lines[0] == "?z\t?iri\t?none\t?text\t?tagged\t?number"
    cells = lines[1].split("\t")
    assert cells[:5] == ['"a,\\"b\\"\\nc"', "<http://e/>", "", '"x\\ty\\rz"', '"é"@de']


def test_xml(client: FlaskClient) -> None:
    root = ElementTree.fromstring(client.get(sparql(TERMS, format="xml")).get_data())
    assert [v.get("name") for v in root.iter(f"{SR}variable")] == [
        *("z", "iri", "none", "text", "tagged", "number")
    ]
    texts = {b.get("name"): b[0].text for b in root.iter(f"{SR}binding")}
    assert texts == {
        "z": 'a,"b"\nc',
        "iri": "http://e/",
        "text": "x\ty\rz",
        "tagged": "é",
        "number": "1.5",
    }


def test_xml_holds_no_character_that_xml_forbids(client: FlaskClient) -> None:
    answer = client.get(sparql('SELECT ("a\\u0001b" AS ?x) {}', format="xml"))
    assert "a\ufffdb" in ElementTree.fromstring(answer.get_data()).itertext()


@pytest.mark.parametrize(
    ("query", "truth"), [("ASK {}", True), ("ASK { <http://e/> ?p ?o }", False)]
)
def test_ask(client: FlaskClient, query: str, truth: bool) -> None:
    assert client.get(sparql(query)).get_json(force=True) == {"head": {}, "boolean": truth}
    xml = ElementTree.fromstring(client.get(sparql(query, format="xml")).get_data())
    assert xml.findtext(f"{SR}boolean") == str(truth).lower()
    for media in ("text/csv", "text/tab-separated-values"):
        assert_problem(client.get(sparql(query), headers={"Accept": media}), 406, "sparql-results")


def test_triple_terms_are_written(client: FlaskClient) -> None:
    query = "SELECT (<<( <http://e/a> <http://e/b> 'c' )>> AS ?x) {}"
    row = client.get(sparql(query)).get_json(force=True)["results"]["bindings"][0]
    assert row["x"]["type"] == "triple"
    assert row["x"]["value"]["object"] == {"type": "literal", "value": "c"}
    for name in ("xml", "csv", "tsv"):
        assert client.get(sparql(query, format=name)).status_code == 200


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("text/csv;q=0.5, text/tab-separated-values;q=0.8", "text/tab-separated-values"),
        (
            "application/sparql-results+json;q=0.3, application/sparql-results+xml",
            "application/sparql-results+xml",
        ),
        ("*/*;q=0.1, text/csv", "text/csv"),
        ("text/*", "text/csv"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("text/html;q=0.4, text/csv", "text/csv"),
        (HTML["Accept"], "text/html"),
        ("text/html", "text/html"),
    ],
)
def test_accept_of_rows(client: FlaskClient, accept: str, media: str) -> None:
    headers = {"Accept": accept} if accept else {}
    assert client.get(sparql("SELECT * { ?s a myo:Muscle }"), headers=headers).mimetype == media


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "text/turtle"),
        ("", "text/turtle"),
        ("application/json", "application/ld+json"),
        ("application/xml", "application/rdf+xml"),
        ("text/plain", "application/n-triples"),
        ("text/turtle;q=0.5, application/n-triples;q=0.6", "application/n-triples"),
    ],
)
def test_accept_of_triples(client: FlaskClient, accept: str, media: str) -> None:
    headers = {"Accept": accept} if accept else {}
    for query in (CONSTRUCT, "DESCRIBE muscle:soleus"):
        assert client.get(sparql(query), headers=headers).mimetype == media


@pytest.mark.parametrize("query", ["SELECT * {}", "ASK {}", CONSTRUCT])
def test_not_acceptable_lists_what_there_is(client: FlaskClient, query: str) -> None:
    assert_problem(client.get(sparql(query), headers={"Accept": "image/png"}), 406, "Accept one of")


def test_what_cannot_be_written_is_not_worked_out(client: FlaskClient) -> None:
    heavy = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    assert_problem(client.get(sparql(heavy), headers={"Accept": "text/turtle"}), 406)


@pytest.mark.parametrize("name", ["format", "output"])
def test_an_unknown_format_is_an_error(client: FlaskClient, name: str) -> None:
    assert_problem(
        client.get(sparql("SELECT * {}", **{name: "yaml"})), 400, "yaml", "json, xml, csv, tsv"
    )
    assert_problem(client.get(sparql("ASK {}", **{name: "csv"})), 400, "json, xml")


def test_the_format_in_the_address_goes_before_accept(client: FlaskClient) -> None:
    answer = client.get(sparql("SELECT * {}", format="csv"), headers=HTML)
    assert answer.mimetype == "text/csv"


def test_every_answer_varies_by_accept(client: FlaskClient) -> None:
    assert "Accept" in client.get(sparql("SELECT * {}")).headers["Vary"]


def test_jsonld_has_our_prefixes(client: FlaskClient) -> None:
    found = json.loads(client.get(sparql("DESCRIBE muscle:soleus", format="jsonld")).get_data())
    assert found["@context"]["muscle"] == "https://w3id.org/myograph/muscle/"
