"""What pages know of the graph, asked for in few queries, whatever the store."""

from functools import partial

import pyoxigraph as ox
import pytest

from myograph.build import Built
from myograph.errors import AnswerTooLargeError
from myograph.names import Names
from myograph.query import Rows, select
from myograph.terms import BASE, myo
from myograph_server.facts import Facts, sliced
from tests.helpers import facts, iri, ontology, real_graph, real_names

MUSCLE = """
muscle:a a myo:Muscle ; rdfs:label "alpha" ; myo:hasOrigin [ myo:attachesTo bone:b ] .
exercise:e myo:hasPhase [ myo:key "p" ; myo:hasDemand [ myo:ofMovement movement:m ] ] .
<exercise/e/phase/p/made> myo:inPhase <exercise/e/phase/p> .
muscle:other myo:antagonistOf muscle:a .
"""


class Asked:
    """Counts the queries that a store gets, and refuses answers of too many rows."""

    def __init__(self, store: ox.Store, most: int = 10**9) -> None:
        self.texts: list[str] = []
        self._store, self._most = store, most

    def __call__(self, text: str) -> Rows:
        self.texts.append(text)
        rows = select(self._store, text)
        if len(rows.rows) > self._most:
            raise AnswerTooLargeError("Too much.", "Ask for less.")
        return rows


def small(turtle: str = MUSCLE, most: int = 10**9) -> tuple[Facts, Asked]:
    store = ox.Store()
    store.extend(ontology() + facts(turtle))
    asked = Asked(store, most)
    return Facts(asked, Names(facts(turtle))), asked


def test_what_is_said_of_a_thing_and_links_to_it_takes_one_query() -> None:
    found, asked = small()
    assert found.knows(iri("muscle:a"))
    assert {f.predicate for f in found.to(iri("muscle:a"))} == {iri("myo:antagonistOf")}
    assert found.text(iri("muscle:a"), "http://www.w3.org/2000/01/rdf-schema#label") == "alpha"
    assert len(asked.texts) == 1
    assert not found.knows(iri("muscle:none"))


def test_what_lies_below_is_found_in_both_directions() -> None:
    found, asked = small()
    below = [node.value.removeprefix(BASE) for node in found.below(iri("exercise:e"))]
    assert below == [
        "exercise/e/phase/p",
        "exercise/e/phase/p/demand/m",
        "exercise/e/phase/p/made",
    ]
    found.look(to=[iri("exercise/e/phase/p")])
    assert found.subjects("inPhase", iri("exercise/e/phase/p")) == [iri("exercise/e/phase/p/made")]
    assert len(asked.texts) == 4  # the record, the phase, what is linked with it, links to it


def test_all_that_lies_below_any_record_is_found() -> None:
    """A reified fact is linked with its record, or with another fact of it."""
    owners = {
        q.subject.value: q.subject.value.removeprefix(BASE).split("/")[:2]
        for q in real_graph().quads
        if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(BASE)
    }
    nested = {
        node: BASE + "/".join(owner)
        for node, owner in owners.items()
        if node.removeprefix(BASE).count("/") > 1 and owner[0] not in ("graph", "ontology")
    }
    assert len(nested) > 30_000
    reached = set(nested.values())
    links: dict[str, set[str]] = {}
    for quad in real_graph().quads:
        one, other = quad.subject, quad.object
        if not isinstance(one, ox.NamedNode) or not isinstance(other, ox.NamedNode):
            continue
        homes = {nested.get(one.value, one.value), nested.get(other.value, other.value)}
        if len(homes) == 1:
            links.setdefault(one.value, set()).add(other.value)
            links.setdefault(other.value, set()).add(one.value)
    waiting = list(reached)
    while waiting:
        fresh = links.get(waiting.pop(), set()) - reached
        reached |= fresh
        waiting += fresh
    assert sorted(nested.keys() - reached) == []


@pytest.mark.parametrize("name", ["muscle:soleus", "exercise:squat", "injury:hamstring-strain"])
def test_below_is_what_the_addresses_say(name: str) -> None:
    found = Facts(partial(select, real_graph().store), real_names())
    start = iri(name).value + "/"
    expected = {
        q.subject.value
        for q in real_graph().quads
        if isinstance(q.subject, ox.NamedNode) and q.subject.value.startswith(start)
    }
    assert {node.value for node in found.below(iri(name))} == expected


def test_an_expression_is_told_whole_and_another_answer_is_not_mixed_in() -> None:
    found, _ = small()
    triples = found.description(myo("KneeFlexor"))
    said = {t.subject for t in triples if isinstance(t.subject, ox.BlankNode)}
    reached = {t.object for t in triples if isinstance(t.object, ox.BlankNode)}
    assert said
    assert said == reached


def test_an_answer_that_is_too_large_is_asked_for_in_parts() -> None:
    found, asked = small(most=1500)
    every = found.in_graph("ontology")
    assert len(every) == sum(q.graph_name == iri("graph:ontology") for q in ontology())
    assert any(isinstance(f.subject, ox.BlankNode) for f in every)
    assert 16 < len(asked.texts) < 300


def test_what_is_too_large_in_its_smallest_part_is_refused(built: Built) -> None:
    asked = Asked(built.store, most=0)
    with pytest.raises(AnswerTooLargeError):
        list(sliced(asked, "?s", "?s ?p ?o", "?s"))


def test_a_text_of_many_things_takes_one_query() -> None:
    found, asked = small()
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    assert found.texts_of([iri("muscle:a"), iri("bone:b")], label) == {iri("muscle:a"): "alpha"}
    assert found.texts_of([], label) == {}
    assert len(asked.texts) == 1
