"""What rests on which source."""

import json

import pytest

from myograph.backing import support
from myograph.build import Built
from myograph.cli import main
from myograph.names import Names
from tests.helpers import all_rules, derived, facts, iri, ontology

FACTS = """
source:book a myo:Source ; dcterms:title "A book" ; myo:sourceKind myo:Textbook ;
    myo:evidence myo:ReferenceEvidence .
source:page a myo:Source ; dcterms:title "A page" ; myo:sourceKind myo:WebPage ;
    myo:evidence myo:LayEvidence .
source:idle a myo:Source ; dcterms:title "Read and not used" .
muscle:a a myo:Muscle ; rdfs:label "alpha"@en ; dcterms:source source:book , source:page ;
    myo:hasOrigin [ myo:attachesTo bone:b ; dcterms:source source:page ] .
bone:b a myo:Bone ; rdfs:label "beta"@en ; dcterms:source source:book .
"""


@pytest.fixture(scope="module")
def small() -> Built:
    rules = [rule for rule in all_rules() if not rule.finds_violations]
    store = derived(ontology() + facts(FACTS), rules)
    return Built(list(store), store, rules, {}, "")


def test_each_source_has_what_rests_on_it_and_on_it_alone(small: Built) -> None:
    found = support(small, Names(small.quads))
    rows = {row.source: row for row in found.sources}
    book, page = rows[iri("source:book")], rows[iri("source:page")]
    assert (book.title, book.kind, book.evidence, book.facts) == (
        *("A book", "textbook", "reference work"),
        2,
    )
    assert book.alone == (iri("bone:b"),)
    assert page.alone == (iri("muscle/a/origin/b"),)
    assert dict(page.by_kind) == {"muscle": 2}
    assert found.cited == 3


def test_what_is_weak_and_what_is_idle_is_told(small: Built) -> None:
    found = support(small, Names(small.quads))
    assert found.weakest == (iri("muscle/a/origin/b"),)
    assert found.uncited == (iri("source:idle"),)
    assert set(found.alone) == {iri("bone:b"), iri("muscle/a/origin/b")}


def test_the_command_tells_of_the_real_graph(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["uncited"] == []
    assert sum(row["facts"] for row in told["sources"]) > told["cited"] > 5_000
    assert {fact for row in told["sources"] for fact in row["alone"]} == set(told["alone"])
    assert len(told["weakest"]) < 0.1 * told["cited"]
