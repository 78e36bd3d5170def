"""Cards and counts: what a record shows to people, and how complete the records are."""

import pyoxigraph as ox

from myograph.build import Built
from myograph.card import card, source_label
from myograph.names import Names
from myograph.stats import statistics
from tests.helpers import (
    all_rules,
    derived,
    facts,
    iri,
    ontology,
    real_graph,
    real_names,
)

BODY = """
source:s a myo:Source ; dcterms:title "A book" ; myo:year 1918 ; myo:url <http://e/book> .
muscle:a a myo:Muscle ; rdfs:label "alpha"@en ; skos:prefLabel "musculus alpha"@la ;
    skos:definition "The first."@en ; myo:inRegion region:r ; myo:suppliedBy artery:x ;
    myo:hasOrigin [ myo:attachesTo bone:b ; dcterms:source source:s ] ; dcterms:source source:s .
muscle:b a myo:Muscle ; rdfs:label "beta"@en .
region:r a myo:Region ; rdfs:label "there"@en .
bone:b a myo:Bone ; rdfs:label "the bone"@en .
injury:i a myo:MuscleStrain ; rdfs:label "strain of alpha"@en ; myo:affects muscle:a ;
    myo:hasRedFlag redflag:f .
redflag:f a myo:RedFlag ; rdfs:label "a gap that can be felt"@en .
"""


def small() -> Built:
    rules = [rule for rule in all_rules() if not rule.finds_violations]
    store = derived(ontology() + facts(BODY), rules)
    return Built(list(store), store, rules, {}, "")


def test_a_card_has_title_kind_definition_and_sources() -> None:
    built = small()
    found = card(built, iri("muscle:a"), Names(built.quads))
    assert found.title == "alpha"
    assert found.kinds == ("muscle",)
    assert found.definition == "The first."
    assert found.sources == ("A book (1918), http://e/book",)


def test_a_card_tells_what_is_derived_from_what_is_authored() -> None:
    built = small()
    lines = {line.label: line for line in card(built, iri("muscle:a"), Names(built.quads)).lines}
    assert not lines["in region"].derived
    assert lines["lies in"].derived
    assert lines["in region"].values == ("there",)
    assert lines["has origin"].values == ("the bone",)
    assert "label" not in lines


def test_red_flags_come_first() -> None:
    built = small()
    found = card(built, iri("injury:i"), Names(built.quads))
    assert found.lines[0].label == "has red flag"
    assert found.lines[0].values == ("a gap that can be felt",)


def test_the_card_of_what_is_unknown_is_empty() -> None:
    built = small()
    found = card(built, iri("muscle:nobody"), Names(built.quads))
    assert (found.title, found.lines, found.sources) == ("nobody", (), ())


def test_every_record_of_the_real_graph_has_a_card_without_iris_in_it() -> None:
    built, names = real_graph(), real_names()
    bad = [
        (record.iri.value, line.label, value)
        for record in names.records.values()
        for line in card(built, record.iri, names).lines
        for value in line.values
        if "https://w3id.org/myograph/" in value or not value
    ]
    assert bad == []


def test_a_source_is_labelled_by_what_it_has() -> None:
    built = small()
    assert source_label(built, iri("source:s")) == "A book (1918), http://e/book"
    assert source_label(built, iri("source:unknown")) == "source/unknown"
    assert source_label(built, ox.Literal("somebody said")) == '"somebody said"'


# ---------------------------------------------------------------- counts


def test_statistics_count_each_triple_once_by_where_it_comes_from() -> None:
    found = statistics(real_graph(), real_names())
    assert found.triples == len(real_graph().quads)
    assert found.authored + found.derived + found.described == found.triples
    assert found.derived == sum(real_graph().made.values())
    assert found.rules == len(all_rules())


def test_completeness_is_the_share_of_records_with_every_part() -> None:
    built = small()
    rows = {row.label: row for row in statistics(built, Names(built.quads)).classes}
    muscles = rows["muscle"]
    assert muscles.count == 2
    assert muscles.complete == 0
    parts = dict(muscles.parts)
    assert parts["definition"] == 0.5
    assert parts["region"] == 0.5
    assert rows["region"].count == 1


COMPLETE = """
muscle:whole a myo:Muscle ; myo:layer myo:Deep ; myo:suppliedBy artery:a ; myo:inRegion region:r ;
    myo:hasInsertion [ myo:attachesTo bone:b ] ; skos:exactMatch obo:UBERON_0000001 ;
    myo:hasInnervation [ myo:nerve nerve:n ; myo:hasRoot root:S1 ] .
muscle:full a myo:MuscleHead ; myo:headOf muscle:whole ;
    skos:definition "A head." ; dcterms:source source:s ;
    myo:hasOrigin [ myo:attachesTo bone:b ] ; myo:hasEffect [ myo:key "e" ] ;
    skos:exactMatch <http://purl.org/sig/ont/fma/fma1> ;
    myo:hasTermSearch [ myo:searchedIn obo:uberon.owl ] .
muscle:bare a myo:MuscleHead ; myo:headOf muscle:whole .
"""


def test_a_leaf_has_the_parts_of_its_muscle_but_not_its_links() -> None:
    rules = [rule for rule in all_rules() if not rule.finds_violations]
    store = derived(ontology() + facts(COMPLETE), rules)
    built = Built(list(store), store, rules, {}, "")
    rows = {row.label: row for row in statistics(built, Names(built.quads)).classes}
    leaves = rows["leaf muscle"]
    assert leaves.count == 2
    # Architecture is told, but not every leaf has it.
    assert leaves.complete == 0.5
    parts = dict(leaves.parts)
    assert parts["architecture"] == 0
    assert {parts[name] for name in ("insertion", "nerve", "roots", "artery", "layer")} == {1}
    assert {parts[name] for name in ("origin", "action or effect", "UBERON", "FMA")} == {0.5}


def test_counts_go_down_and_leaves_are_the_one_derived_class() -> None:
    rows = statistics(real_graph(), real_names()).classes
    assert [row.count for row in rows] == sorted((row.count for row in rows), reverse=True)
    labels = {row.label for row in rows}
    assert "leaf muscle" in labels
    assert "anatomical structure" not in labels
