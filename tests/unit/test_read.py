"""Malformed input gets file, line, column and a repair; well-formed input its named graph."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.errors import MalformedTurtleError, MappingError
from myograph.naming import node_rules
from myograph.read import graph_of, parse_turtle, read_facts, read_ontology
from myograph.sssom import read_mapping
from myograph.terms import RDF_TYPE, graph
from tests.helpers import all_rules, derived, facts, holds, iri, ontology, sources

PREFIXES = "@prefix a: <http://a/> .\n"


@pytest.mark.parametrize(
    ("text", "line", "shown"),
    [
        (PREFIXES + "a:x a:y a:z\na:u a:v a:w .", 3, "a:u a:v a:w ."),
        (PREFIXES + 'a:x a:y "open .', 2, 'a:x a:y "open .'),
        (PREFIXES + "a:x a:y [ a:z a:w .", 2, "a:x a:y [ a:z a:w ."),
        (PREFIXES + "\n\na:x b:y a:z .", 4, "a:x b:y a:z ."),
        ("", 0, ""),
    ],
)
def test_malformed_turtle_is_named_by_file_and_line(text: str, line: int, shown: str) -> None:
    if not line:
        assert parse_turtle(text, "empty.ttl") == []
        return
    with pytest.raises(MalformedTurtleError) as caught:
        parse_turtle(text, "kg/data/own.ttl")
    assert f"kg/data/own.ttl, line {line}, column " in caught.value.message
    assert shown in caught.value.message
    assert caught.value.repair


def test_the_column_counts_from_the_line_that_people_see() -> None:
    known = {"muscle": "http://m/", "myo": "http://o/"}
    with pytest.raises(MalformedTurtleError) as caught:
        parse_turtle("muscle:x myo:y nope:z .", "one.ttl", known)
    assert "line 1, column 16" in caught.value.message
    with pytest.raises(MalformedTurtleError) as caught:
        parse_turtle("muscle:x myo:y\n  nope:z .", "two.ttl", known)
    assert "line 2, column 3" in caught.value.message


def test_a_missing_prefix_is_named() -> None:
    with pytest.raises(MalformedTurtleError, match="nope"):
        parse_turtle("nope:x nope:y nope:z .", "f.ttl")


def test_literals_stay_as_they_were_written() -> None:
    [quad] = parse_turtle("<http://a/x> <http://a/y> 1.50 .", "f.ttl")
    assert isinstance(quad.object, ox.Literal)
    assert quad.object.value == "1.50"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("muscles/gluteal.ttl", "anatomy"),
        ("bones.ttl", "anatomy"),
        ("exercises/squat.ttl", "exercise"),
        ("injuries/muscle.ttl", "injury"),
        ("sources.ttl", "source"),
        ("sources-leg.ttl", "source"),
        ("unheard-of/new.ttl", "anatomy"),
    ],
)
def test_a_files_place_decides_its_graph(path: str, name: str) -> None:
    assert graph_of(Path("kg/data") / path, Path("kg/data")) == name


def test_every_authored_file_is_read_into_the_graph_that_it_belongs_to() -> None:
    vocabulary = read_ontology(sources())
    assert {quad.graph_name for quad in vocabulary} == {graph("ontology"), graph("bridge")}
    quads = read_facts(sources(), node_rules(vocabulary))
    wanted = {graph(name) for name in ("anatomy", "exercise", "injury", "source")}
    assert {quad.graph_name for quad in quads} == wanted


def test_a_persons_own_file_may_use_our_prefixes_and_relative_names() -> None:
    [quad] = facts("<muscle/own> a myo:Muscle .")
    assert quad.subject == iri("muscle:own")
    assert quad.predicate == RDF_TYPE


# ---------------------------------------------------------------- SSSOM

HEADER = """#curie_map:
#  muscle: https://w3id.org/myograph/muscle/
#  skos: http://www.w3.org/2004/02/skos/core#
#  UBERON: http://purl.obolibrary.org/obo/UBERON_
#  FMA: http://purl.org/sig/ont/fma/fma
"""
COLUMNS = (
    "subject_id\tpredicate_id\tobject_id\tobject_label\tobject_category\tmapping_justification\n"
)
ROW = "muscle:a\tskos:exactMatch\tUBERON:0001389\tsoleus muscle\tUBERON:0001630\tsemapv:X\n"


def mapping(folder: Path, text: str) -> list[ox.Quad]:
    path = folder / "m.sssom.tsv"
    path.write_text(text, "utf-8")
    return read_mapping(path, "m.sssom.tsv")


def test_an_exact_link_to_a_class_also_types_our_record_in_the_bridge(tmp_path: Path) -> None:
    quads = mapping(tmp_path, HEADER + COLUMNS + ROW)
    in_bridge = [quad for quad in quads if quad.graph_name == graph("bridge")]
    typed = [q for q in in_bridge if q.subject == iri("muscle:a") and q.predicate == RDF_TYPE]
    assert [quad.object for quad in typed] == [iri("obo:UBERON_0001389")]
    assert len([quad for quad in quads if quad.graph_name == graph("mapping")]) == 2


@pytest.mark.parametrize(
    "row",
    [
        ROW.replace("exactMatch", "closeMatch"),
        ROW.replace("UBERON:0001389", "FMA:22542"),
    ],
)
def test_any_other_link_types_nothing(tmp_path: Path, row: str) -> None:
    quads = mapping(tmp_path, HEADER + COLUMNS + row)
    assert quads
    assert {quad.graph_name for quad in quads} == {graph("mapping")}


def nothing_found(source: str, day: str) -> str:
    columns = COLUMNS.replace("object_id", "object_id\tobject_source\tmapping_date")
    header = HEADER + "#  sssom: https://w3id.org/sssom/\n#  OBO: http://purl.obolibrary.org/obo/\n"
    row = f"muscle:a\tskos:exactMatch\tsssom:NoTermFound\t{source}\t{day}\t\t\tsemapv:X\n"
    return header + columns + row


def test_that_a_vocabulary_has_no_class_is_told_with_the_day_and_types_nothing(
    tmp_path: Path,
) -> None:
    quads = mapping(tmp_path, nothing_found("OBO:uberon.owl", "2026-11-25"))
    node = iri("muscle/a/term-search/uberon")
    day = ox.Literal("2026-11-25", datatype=iri("xsd:date"))
    assert [(q.subject, q.predicate, q.object) for q in quads] == [
        (iri("muscle:a"), iri("myo:hasTermSearch"), node),
        (node, iri("myo:searchedIn"), iri("obo:uberon.owl")),
        (node, iri("myo:searchedOn"), day),
    ]
    assert {quad.graph_name for quad in quads} == {graph("mapping")}
    assert holds(
        derived(quads + ontology(), all_rules()), "<muscle/a> myo:noClassIn obo:uberon.owl ."
    )


def test_a_class_that_two_records_map_to_is_labelled_once(tmp_path: Path) -> None:
    quads = mapping(tmp_path, HEADER + COLUMNS + ROW + ROW.replace("muscle:a", "muscle:b"))
    assert len(quads) == len(set(quads))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (COLUMNS + ROW, "curie_map"),
        ("#curie_map: [\n" + COLUMNS + ROW, "curie_map"),
        ("#curie_map: words\n" + COLUMNS + ROW, "curie_map"),
        (HEADER + "subject_id\tpredicate_id\n", "object_id, mapping_justification"),
        (HEADER + COLUMNS + ROW + ROW.replace("muscle:a", "nerve:a"), "line 8: 'nerve:a'"),
        (HEADER + COLUMNS + ROW.replace("UBERON:0001389", "0001389"), "line 7: '0001389'"),
        (HEADER + COLUMNS + "muscle:a\n", "line 7: '' in predicate_id"),
        (HEADER + COLUMNS + ROW.replace("0001389", "00 01389"), "line 7: 'UBERON:00 01389'"),
        (HEADER + COLUMNS + ROW.replace("soleus muscle", '"soleus muscle') + ROW, "each other"),
        (nothing_found("", "2026-11-25"), "line 9: nothing says which vocabulary"),
        (
            nothing_found("OWL:uberon.owl", "2026-11-25"),
            "line 9: 'OWL:uberon.owl' in object_source",
        ),
        (nothing_found("OBO:uberon.owl", ""), "line 9: '' in mapping_date"),
        (nothing_found("OBO:uberon.owl", "last week"), "line 9: 'last week' in mapping_date"),
    ],
)
def test_a_mapping_that_cannot_be_read_is_named_by_line(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(MappingError) as caught:
        mapping(tmp_path, text)
    assert message in caught.value.message
    assert "m.sssom.tsv" in caught.value.message
    assert caught.value.repair
