"""Every serialisation parses back to the same triples, and the same graph gives the same bytes."""

import random
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from myograph.build import Built
from myograph.canonical import canonical
from myograph.check import to_rdflib
from myograph.errors import UnknownFormatError
from myograph.export import FORMATS, export, export_part, export_to
from myograph.prefixes import prefix_map
from myograph.read import parse_turtle
from myograph.selection import Selection, entity, named_graph, whole
from tests.helpers import facts, iri, real_graph, sources

DATASETS = ("nquads", "trig")
AWKWARD = """
muscle:a rdfs:label "alpha"@en , "ü ✓" ;
    skos:altLabel "tab\\there, line\\nthere, return\\rthere, quote\\" and \\\\"@en ;
    myo:maxIsometricForce 1.50 , "007"^^xsd:integer , "1"^^xsd:int ;
    myo:url <http://e/a?b=c&d=%20(e)> .
muscle:b myo:statesRoots true .
muscle:d myo:statesRoots "1"^^xsd:boolean .
"""


def small() -> Built:
    quads = facts(AWKWARD) + facts("muscle:c rdfs:label 'gamma' .", "exercise")
    store = ox.Store()
    store.extend(quads)
    return Built(quads, store, [], {}, "")


def parsed(document: bytes, format_: str) -> set[ox.Triple]:
    return {
        ox.Triple(quad.subject, quad.predicate, quad.object)
        for quad in ox.parse(document, format=FORMATS[format_])
    }


def triples(built: Built) -> set[ox.Triple]:
    return {ox.Triple(quad.subject, quad.predicate, quad.object) for quad in built.quads}


@pytest.mark.parametrize("format_", FORMATS)
def test_each_format_parses_back_to_the_same_triples(format_: str) -> None:
    found = parsed(export(small(), format_, sources()), format_)
    assert found == triples(small())


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_graph_gives_the_same_bytes_in_whatever_order(format_: str) -> None:
    built = small()
    document = export(built, format_, sources())
    for seed in range(5):
        shuffled = list(built.quads)
        random.Random(seed).shuffle(shuffled)
        assert export(replace(built, quads=shuffled), format_, sources()) == document


@pytest.mark.parametrize("format_", ["turtle", "ntriples", "jsonld", "nquads", "trig", "rdfxml"])
def test_literals_are_as_they_were_written(format_: str) -> None:
    text = export(small(), format_, sources()).decode("utf-8")
    assert "1.50" in text
    assert "007" in text


@pytest.mark.parametrize("format_", DATASETS)
def test_formats_for_datasets_keep_the_named_graphs(format_: str) -> None:
    document = export(small(), format_, sources())
    assert set(ox.parse(document, format=FORMATS[format_])) == set(small().quads)


def test_a_triple_of_two_graphs_is_written_once() -> None:
    built = small()
    twice = [*built.quads, *facts("muscle:c rdfs:label 'gamma' .", "anatomy")]
    document = export(replace(built, quads=twice), "ntriples", sources())
    assert len(document.splitlines()) == len(triples(built))


def test_turtle_has_our_prefixes() -> None:
    text = export(small(), "turtle", sources()).decode("utf-8")
    assert "@prefix muscle: <https://w3id.org/myograph/muscle/> ." in text
    assert '\nmuscle:a\n    rdfs:label "alpha"@en , "ü ✓" ;\n' in text


def test_an_unknown_format_is_an_error_that_lists_those_there_are() -> None:
    with pytest.raises(UnknownFormatError, match="docx") as caught:
        export(small(), "docx", sources())
    assert all(name in caught.value.repair for name in FORMATS)


def test_export_writes_a_file_and_says_how_long_it_is(tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    assert export_to(small(), "turtle", sources(), path) == path.stat().st_size


@cache
def sample() -> Selection:
    """A record with what is next to it, and the vocabulary with its lists and expressions."""
    soleus = entity(real_graph(), iri("muscle:soleus"))
    vocabulary = named_graph(real_graph(), "ontology")
    return replace(soleus, quads=canonical({*soleus.quads, *vocabulary.quads}), about=None)


def unnamed(quads: Iterable[ox.Quad], *, graphs: bool) -> set[ox.Quad]:
    """The statements with canonical blank nodes, so that two readings can be compared."""
    bare = (ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    return set(canonical(quads if graphs else bare))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_part_of_the_real_graph_survives_each_format(format_: str) -> None:
    survives(sample(), format_)


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
def test_the_real_graph_survives_each_format(format_: str) -> None:
    survives(whole(real_graph()), format_)


def survives(part: Selection, format_: str) -> None:
    document = export_part(part, format_, sources())
    graphs = format_ in DATASETS
    found = unnamed(ox.parse(document, format=FORMATS[format_]), graphs=graphs)
    assert found == unnamed(part.quads, graphs=graphs)
    assert any(isinstance(quad.subject, ox.BlankNode) for quad in found)


@pytest.mark.parametrize("format_", ["turtle", "trig", "jsonld", "rdfxml"])
def test_blank_nodes_have_the_same_names_each_time(format_: str) -> None:
    axioms = """
        myo:A a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty myo:p ;
            owl:someValuesFrom [ a owl:Class ; owl:unionOf ( myo:B myo:C ) ] ] .
        [] a owl:AllDifferent ; owl:distinctMembers ( myo:x myo:y ) .
        _:loop myo:p _:loop . _:one myo:p _:two . _:two myo:p _:one .
        myo:D myo:p _:both . myo:E myo:p _:both .
    """
    documents = set()
    for _ in range(3):
        quads = parse_turtle(axioms, "test", prefix_map(sources().ontology))
        part = Selection(canonical(quads), "axioms")
        documents.add(export_part(part, format_, sources()))
        survives(part, format_)
    assert len(documents) == 1


def test_another_parser_reads_the_same_from_turtle() -> None:
    built = small()
    read = rdflib.Graph().parse(data=export(built, "turtle", sources()), format="turtle")
    assert len(read) == len(to_rdflib(built.quads))
    assert (rdflib.URIRef(iri("muscle:c").value), rdflib.RDFS.label, None) in read


def test_another_parser_reads_carriage_returns_from_rdf_xml() -> None:
    read = rdflib.Graph().parse(data=export(small(), "rdfxml", sources()), format="xml")
    texts = {str(value) for value in read.objects() if isinstance(value, rdflib.Literal)}
    assert any("return\rthere" in text for text in texts)
