"""An explanation as RDF says the same as the explanation: rule, premises, sources."""

import pyoxigraph as ox

from myograph.build import Built
from myograph.explain import Explanation, explain
from myograph.provenance import PROV, as_prov, prov_turtle, statement_iri
from tests.helpers import all_rules, derived, facts, iri, ontology

FACTS = """
landmark:l a myo:Landmark ; rdfs:label "line" ; myo:partOf landmark:m ; dcterms:source source:s .
landmark:m a myo:Landmark ; rdfs:label "more" ; myo:partOf bone:b ; dcterms:source source:t .
bone:b a myo:Bone ; rdfs:label "bone" .
"""


def explained() -> Explanation:
    rules = [rule for rule in all_rules() if not rule.finds_violations]
    store = derived(ontology() + facts(FACTS), rules)
    built = Built(list(store), store, rules, {}, "")
    return explain(built, iri("landmark:l"), iri("myo:partOf"), iri("bone:b"))


def said(triples: list[ox.Triple], subject: ox.NamedNode, name: str) -> set[object]:
    wanted = ox.NamedNode(PROV + name)
    return {t.object for t in triples if t.subject == subject and t.predicate == wanted}


def test_a_derived_statement_was_generated_by_a_rule_from_its_premises() -> None:
    found = explained()
    triples = as_prov(found)
    name = statement_iri(found.statement)
    premises = {statement_iri(premise.statement) for premise in found.premises}
    assert len(premises) == len(found.premises) >= 2
    assert said(triples, name, "wasDerivedFrom") == premises
    [activity] = said(triples, name, "wasGeneratedBy")
    assert isinstance(activity, ox.NamedNode)
    assert said(triples, activity, "used") == premises
    [association] = said(triples, activity, "qualifiedAssociation")
    assert isinstance(association, ox.NamedNode)
    assert said(triples, association, "hadPlan") == {iri("rule/owl-transitive")}
    assert not said(triples, name, "hadPrimarySource")


def test_an_authored_statement_has_its_sources_and_no_rule() -> None:
    triples = as_prov(explained())
    link = ox.Triple(iri("landmark:l"), iri("myo:partOf"), iri("landmark:m"))
    assert said(triples, statement_iri(link), "hadPrimarySource") == {iri("source:s")}
    assert not said(triples, statement_iri(link), "wasGeneratedBy")


def test_every_statement_is_told_once_and_down_to_what_was_authored() -> None:
    found = explained()
    triples = as_prov(found)
    assert len(triples) == len(set(triples))
    told = {t.subject for t in triples if t.predicate.value.endswith("#predicate")}
    assert {statement_iri(part.statement) for part in found.authored()} < told


def test_it_is_turtle_that_another_tool_reads() -> None:
    text = prov_turtle(explained(), {"myo": iri("myo:Muscle").value.removesuffix("Muscle")})
    read = set(ox.parse(text, format=ox.RdfFormat.TURTLE))
    assert len(read) == len(as_prov(explained()))
    assert "prov:wasDerivedFrom" in text
