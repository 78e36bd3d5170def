"""JSON-LD that needs no knowledge of RDF: plain keys, one shape a kind, and the same statements."""

import json
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

from myograph.canonical import canonical
from myograph.check import load_shapes
from myograph.context import context_document, load_context, make_context
from myograph.errors import ContextError
from myograph.export import export_part
from myograph.framing import frame_of, write_framed
from myograph.prefixes import prefix_map
from myograph.read import parse_turtle
from myograph.selection import Selection, entity, whole
from tests.helpers import facts, iri, real_graph, sources

# rdflib's own JSON-LD parser still uses the class that rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
SOLEUS = """
muscle:soleus a myo:Muscle ; rdfs:label "soleus"@en , "Schollenmuskel"@de ;
    myo:hasOrigin [ myo:attachesTo landmark:soleal-line ; dcterms:source source:a ; myo:order 7 ] ;
    myo:hasArchitecture [ myo:key "x" ; myo:maxIsometricForce 1.50 ; myo:tendonSlackLength 2 ] ;
    myo:hasAction [ myo:ofMovement movement:a ; myo:role myo:PrimeMover ] ;
    skos:exactMatch <http://e/a?b=c> ; myo:url "http://e/" ; <http://e/own> "value" .
landmark:soleal-line rdfs:label "soleal line"@en .
"""


def framed(turtle: str, about: str = "muscle:soleus") -> Any:
    triples = [quad.triple for quad in facts(turtle)]
    text = write_framed(triples, frame_of(sources()), iri(about))
    back = ox.parse(text, format=ox.RdfFormat.JSON_LD)
    assert {quad.triple for quad in back} == set(triples)
    return json.loads(text)


def test_a_record_is_an_object_with_its_facts_in_it() -> None:
    found = framed(SOLEUS)
    assert found["id"] == "muscle:soleus"
    assert found["type"] == ["Muscle"]
    assert found["label"] == [{"@value": "Schollenmuskel", "@language": "de"}, "soleus"]
    [origin] = found["hasOrigin"]
    assert origin["id"] == "muscle:soleus/origin/soleal-line"
    assert (origin["attachesTo"], origin["sources"]) == ("landmark:soleal-line", ["source:a"])
    assert found["hasAction"][0]["role"] == "PrimeMover"
    assert found["exactMatch"] == ["http://e/a?b=c"]
    assert found["http://e/own"] == ["value"]
    [line] = found["included"]
    assert line == {"id": "landmark:soleal-line", "label": "soleal line"}


def test_numbers_are_as_they_were_written() -> None:
    found = framed(SOLEUS)
    assert found["hasOrigin"][0]["order"] == 7
    [model] = found["hasArchitecture"]
    assert model["maxIsometricForce"] == "1.50"
    assert model["tendonSlackLength"] == {"@value": "2", "@type": "xsd:integer"}


def test_what_a_record_lacks_is_empty_and_says_nothing() -> None:
    found = framed("muscle:a a myo:Muscle .", "muscle:a")
    assert found["altLabel"] == []
    assert found["definition"] is None


def test_another_parser_reads_the_same() -> None:
    triples = [quad.triple for quad in facts(SOLEUS)]
    text = write_framed(triples, frame_of(sources()), iri("muscle:soleus"))
    read = rdflib.Graph().parse(data=text, format="json-ld")
    assert len(read) == len(triples)
    [force] = read.objects(None, rdflib.URIRef(iri("myo:maxIsometricForce").value))
    assert isinstance(force, rdflib.Literal)
    assert force.toPython() == Decimal("1.50")


def keys_of(kind: str, records: list[Any]) -> set[frozenset[str]]:
    return {frozenset(r) - {"included"} for r in records if kind in r.get("type", [])}


def test_two_muscles_have_the_same_keys() -> None:
    records = []
    for name in ("soleus", "obturator-internus", "psoas-major"):
        part = entity(real_graph(), iri(f"muscle:{name}"))
        record = json.loads(export_part(part, "jsonld", sources()))
        del record["@context"]
        records.append(record)
    [keys] = keys_of("Muscle", records)
    assert keys >= {"id", "type", "label", "latinName", "hasOrigin", "hasAction", "antagonistOf"}


@pytest.mark.slow
def test_all_records_of_a_kind_have_the_same_keys() -> None:
    document = json.loads(export_part(whole(real_graph()), "jsonld", sources()))
    kinds = ("Muscle", "MuscleHead", "Bone", "Joint", "Nerve", "StrengthExercise", "Injury")
    assert [len(keys_of(kind, document["@graph"])) for kind in kinds] == [1] * len(kinds)


# --- the published context ---------------------------------------------------------------------


def test_the_published_context_is_that_of_the_graph() -> None:
    known = prefix_map(sources().ontology)
    made = make_context(real_graph().quads, known, load_shapes(sources().shapes))
    repair = "myograph export --format context --output ontology/context.jsonld"
    published = (sources().ontology / "context.jsonld").read_text("utf-8")
    assert published == context_document(made), repair


def test_two_terms_of_one_name_are_refused() -> None:
    known = prefix_map(sources().ontology)
    clash = facts("myo:muscle a owl:ObjectProperty .", "ontology")
    with pytest.raises(ContextError, match="two terms called 'muscle'"):
        make_context(clash, known, rdflib.Graph())


def test_a_property_takes_one_value_where_a_shape_says_so_and_the_graph_agrees() -> None:
    known = prefix_map(sources().ontology)
    shapes = rdflib.Graph().parse(
        data="@prefix sh: <http://www.w3.org/ns/shacl#> . "
        "@prefix m: <https://w3id.org/myograph/ontology/> . "
        "m:S sh:property [ sh:path m:one ; sh:maxCount 1 ] , [ sh:path m:two ; sh:maxCount 1 ] .",
    )
    quads = facts("muscle:a myo:one 1 ; myo:two 1 , 2 ; myo:three true .")
    made = make_context(quads, known, shapes)
    assert made["one"] == {"@id": "myo:one", "@type": "xsd:integer"}
    assert made["two"]["@container"] == made["three"]["@container"] == "@set"


def test_a_missing_context_says_how_to_make_it(tmp_path: Any) -> None:
    with pytest.raises(ContextError, match="cannot be read") as caught:
        load_context(tmp_path)
    assert "myograph export --format context" in caught.value.repair


def test_lists_are_lists() -> None:
    text = "myo:A a owl:Class ; owl:unionOf ( myo:B muscle:c [ a owl:Class ] ) ."
    quads = canonical(parse_turtle(text, "test", prefix_map(sources().ontology)))
    document = export_part(Selection(quads, "x"), "jsonld", sources())
    [node] = json.loads(document)["@graph"]
    assert node["owlUnionOf"] == [{"@list": ["myo:B", "muscle:c", {"type": ["owl:Class"]}]}]
