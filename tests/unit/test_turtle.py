"""Turtle as a person reads it: order, prefixes, facts below their record, brackets and lists."""

from itertools import pairwise

import pyoxigraph as ox
import pytest

from myograph.canonical import canonical
from myograph.nesting import Nesting
from myograph.prefixes import prefix_map
from myograph.read import parse_turtle
from myograph.turtle import write_trig, write_turtle
from tests.helpers import facts, iri, sources

SOLEUS = """
muscle:soleus myo:hasOrigin [ myo:attachesTo landmark:soleal-line ; dcterms:source source:a ] ;
    dcterms:source source:b ; rdfs:label "soleus"@en ; a myo:Muscle ; myo:deepTo muscle:plantaris .
muscle:plantaris rdfs:label "plantaris"@en .
muscle:soleus-x rdfs:label "x"@en .
"""
WRITTEN = """@base <https://w3id.org/myograph/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix landmark: <https://w3id.org/myograph/landmark/> .
@prefix muscle: <https://w3id.org/myograph/muscle/> .
@prefix myo: <https://w3id.org/myograph/ontology/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix source: <https://w3id.org/myograph/source/> .

muscle:soleus a myo:Muscle ;
    rdfs:label "soleus"@en ;
    myo:deepTo muscle:plantaris ;
    myo:hasOrigin <muscle/soleus/origin/soleal-line> ;
    dcterms:source source:b .
    <muscle/soleus/origin/soleal-line>
        myo:attachesTo landmark:soleal-line ;
        dcterms:source source:a .

muscle:plantaris rdfs:label "plantaris"@en .
muscle:soleus-x rdfs:label "x"@en .
"""


def written(turtle: str) -> str:
    quads = parse_turtle(turtle, "test", prefix_map(sources().ontology))
    return write_turtle((q.triple for q in canonical(quads)), prefix_map(sources().ontology))


def test_a_record_comes_first_with_its_facts_set_in_below_it() -> None:
    triples = [quad.triple for quad in facts(SOLEUS)]
    known = prefix_map(sources().ontology)
    assert write_turtle(triples, known, iri("muscle:soleus")) == WRITTEN
    assert write_turtle(reversed(triples), known, iri("muscle:soleus")) == WRITTEN


def test_expressions_and_lists_stand_in_their_brackets() -> None:
    text = written(
        "myo:A a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty myo:p ; "
        "owl:allValuesFrom [ a owl:Class ; owl:unionOf ( myo:C myo:B ( ) ) ] ] ."
    )
    assert "_:" not in text
    assert "rdfs:subClassOf [\n        a owl:Restriction ;\n        owl:allValuesFrom [" in text
    assert "owl:unionOf ( myo:C myo:B rdf:nil )" in text


def test_what_two_things_or_a_circle_lead_to_keeps_a_label() -> None:
    text = written(
        "myo:A myo:p _:x . myo:B myo:p _:x . _:x myo:q 1 . "
        "_:one myo:p _:two . _:two myo:p _:one . [] myo:p 2 ."
    )
    assert text.count("_:c14n") >= 6
    assert "\n[] myo:p 2 .\n" in text


def test_a_broken_list_is_not_written_as_one() -> None:
    text = written("myo:A myo:p [ rdf:first 1 , 2 ; rdf:rest () ] .")
    assert "rdf:first 1 , 2" in text


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ('"1.50"^^xsd:decimal', "1.50"),
        ('"+07"^^xsd:integer', "+07"),
        ('"1."^^xsd:decimal', '"1."^^xsd:decimal'),
        ('"1"^^xsd:int', '"1"^^xsd:int'),
        ('"1"^^xsd:boolean', '"1"^^xsd:boolean'),
        ("true", "true"),
        ('"a\\nb\\"\\"\\"c\\\\"', '"""a\nb\\"\\"\\"c\\\\"""'),
        ('"a\\rb\\tc\\u0001"@en', '"a\\rb\\tc\\u0001"@en'),
        ("<https://w3id.org/myograph/muscle/a.>", "<https://w3id.org/myograph/muscle/a.>"),
        ("<http://e/a?b=(c)>", "<http://e/a?b=(c)>"),
        ("myo:0.1.0", "myo:0.1.0"),
    ],
)
def test_terms(term: str, text: str) -> None:
    assert f"myo:p {text} .\n" in written(f"myo:A myo:p {term} .")


def test_long_lists_of_values_are_filled_into_lines() -> None:
    names = " , ".join(f"muscle:number-{n:02}" for n in range(30))
    lines = written(f"muscle:a a myo:Muscle ; myo:deepTo {names} .").splitlines()
    assert max(map(len, lines)) <= 102
    assert len(lines) < 20


def test_a_chain_deeper_than_python_can_follow_is_written_all_the_same() -> None:
    node = [ox.BlankNode(f"n{n}") for n in range(3000)]
    p = ox.NamedNode("http://e/p")
    chain = [ox.Triple(a, p, b) for a, b in pairwise(node)]
    chain.append(ox.Triple(ox.NamedNode("http://e/start"), p, node[0]))
    text = write_turtle(chain, {})
    assert len(list(ox.parse(text, format=ox.RdfFormat.TURTLE))) == len(chain)
    assert Nesting(chain).inside < set(node)


def test_trig_names_in_each_graph_the_blank_nodes_that_two_speak_of() -> None:
    x, p = ox.BlankNode("x"), ox.NamedNode("http://e/p")
    one, two = ox.NamedNode("http://e/g1"), ox.NamedNode("http://e/g2")
    quads = [
        ox.Quad(ox.NamedNode("http://e/a"), p, x, one),
        ox.Quad(x, p, ox.Literal("v"), two),
        ox.Quad(p, p, p),
    ]
    text = write_trig(quads, {})
    read = list(ox.parse(text, format=ox.RdfFormat.TRIG))
    [node] = [quad.object for quad in read if quad.graph_name == one]
    assert [quad.subject for quad in read if quad.graph_name == two] == [node]
    assert len(read) == 3
