"""The ontology's terms are whole, and what rules derive is typed into no facts."""

import re
from collections import defaultdict
from functools import cache

import pyoxigraph as ox
import pytest

from myograph.terms import DEFINITION, LABEL, MYO, OWL, RDF_TYPE, RDFS, myo
from tests.data.authored import compact, stated
from tests.helpers import ontology, sources


@cache
def terms(*kinds: str) -> set[ox.NamedNode]:
    wanted = {ox.NamedNode(OWL + kind) for kind in kinds}
    return {
        quad.subject
        for quad in ontology()
        if quad.predicate == RDF_TYPE
        and quad.object in wanted
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(MYO)
    }


def having(predicate: ox.NamedNode) -> set[object]:
    return {quad.subject for quad in ontology() if quad.predicate == predicate}


PROPERTIES = ("ObjectProperty", "DatatypeProperty")
NAMING_KINDS = (*PROPERTIES, "Class", "AnnotationProperty")
KINDS = (*NAMING_KINDS, "NamedIndividual")


def test_every_term_has_a_label_and_a_definition_with_a_full_stop() -> None:
    every = terms(*KINDS)
    assert len(every) > 300
    wrong = [f"{t.value}: give it an rdfs:label" for t in every - having(LABEL)]
    wrong += [f"{t.value}: give it a skos:definition" for t in every - having(DEFINITION)]
    wrong += [
        f"{quad.subject}: end its definition with a full stop"
        for quad in ontology()
        if quad.predicate == DEFINITION
        and isinstance(quad.object, ox.Literal)
        and not quad.object.value.endswith(".")
    ]
    assert sorted(wrong) == []


@pytest.mark.parametrize("side", ["domain", "range"])
def test_every_property_declares_its_domain_and_range(side: str) -> None:
    declared = having(ox.NamedNode(RDFS + side))
    # A property may be about anything only if that is said: none is.
    inherited = {
        quad.subject
        for quad in ontology()
        if quad.predicate == ox.NamedNode(RDFS + "subPropertyOf") and quad.object in declared
    }
    wrong = [
        f"{t.value}: declare its rdfs:{side}" for t in terms(*PROPERTIES) - declared - inherited
    ]
    assert sorted(wrong) == []


def test_labels_and_definitions_of_terms_are_unique() -> None:
    # Two lists of values may well share a word, such as "intermediate".
    for predicate in (LABEL, DEFINITION):
        same = defaultdict(set)
        for quad in ontology():
            if quad.predicate == predicate and quad.subject in terms(*NAMING_KINDS):
                assert isinstance(quad.subject, ox.NamedNode)
                assert isinstance(quad.object, ox.Literal)
                kind = quad.subject.value.rsplit("/", 1)[-1][:1].isupper()
                same[kind, quad.object.value.casefold()].add(quad.subject.value)
        assert [sorted(names) for names in same.values() if len(names) > 1] == []


# ---------------------------------------------------------------- derived properties


def derived_properties() -> set[str]:
    """What only rules may say: see the comment that heads ontology/derived.ttl."""
    text = (sources().ontology / "derived.ttl").read_text("utf-8")
    before, _, after = text.partition("# ---- sources")
    derived_text = before + after[after.index("# ---- helpers of the rules") :]
    found = {myo(name).value for name in re.findall(r"^myo:([a-z]\w+) a owl:", derived_text, re.M)}
    inverse = ox.NamedNode(OWL + "inverseOf")
    # Stated one way, derived the other: the one with the axiom is the one that is written.
    found |= {
        quad.object.value
        for quad in ontology()
        if quad.predicate == inverse and isinstance(quad.object, ox.NamedNode)
    }
    chain = ox.NamedNode(OWL + "propertyChainAxiom")
    found |= {
        quad.subject.value
        for quad in ontology()
        if quad.predicate == chain and isinstance(quad.subject, ox.NamedNode)
    }
    return found | {myo("hasAttachment").value}


def test_no_derived_property_is_typed_into_the_facts() -> None:
    derived = derived_properties()
    assert {MYO + name for name in ("crosses", "produces", "hasHead", "superficialTo")} <= derived
    assert not {MYO + name for name in ("headOf", "hasMember", "partOf", "deepTo")} & derived
    wrong = [
        f"{quad.subject} in {name} states {compact(quad.predicate.value)}: rules derive it, drop it"
        for name, quad in stated()
        if quad.predicate.value in derived
    ]
    assert wrong == []
