"""Other reasoners over the same graph: owlrl and reasonable for the rules owl-*, HermiT for DL.

The small body below uses every kind of axiom that the rules owl-* read, and lies among facts of
real records. owlrl has the whole of OWL RL and is the oracle both ways. reasonable is an oracle one
way only: it ignores property chains, so it can confirm nothing that rests on one.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

import owlrl
import pyoxigraph as ox
import pytest
import reasonable

from myograph.check import to_rdflib
from myograph.read import read_sources
from myograph.reason import reason_dl
from myograph.terms import BASE, MYO, OWL_CLASS, RDF_TYPE, SUBCLASS_OF, graph, myo
from tests.helpers import all_rules, derived, facts, iri, ontology, real_graph, sources

BODY = """
bone:hip-bone a myo:Bone . bone:femur a myo:Bone . bone:tibia a myo:Bone .
bone:fibula a myo:Bone ; myo:movesWith bone:tibia .
landmark:ischial-tuberosity a myo:Landmark ; myo:partOf bone:hip-bone .
landmark:linea-aspera a myo:Landmark ; myo:partOf bone:femur .
landmark:lateral-lip a myo:Landmark ; myo:partOf landmark:linea-aspera .
tissue:biceps-tendon a myo:Tendon ; myo:distalAttachment bone:fibula .
joint:hip a myo:KinematicJoint ; myo:parentBone bone:hip-bone ; myo:childBone bone:femur .
joint:knee a myo:KinematicJoint ; myo:parentBone bone:femur ; myo:childBone bone:tibia .
movement:knee-flexion a myo:JointMovement ; myo:atJoint joint:knee ;
    myo:oppositeOf movement:knee-extension ; myo:normalRange [ myo:minAngle 0 ; myo:maxAngle 140 ] .
movement:knee-extension a myo:JointMovement ; myo:atJoint joint:knee .
movement:hip-extension a myo:JointMovement ; myo:atJoint joint:hip .
root:S1 a myo:NerveRoot .
nerve:sciatic a myo:Nerve ; myo:hasRoot root:S1 .
nerve:tibial a myo:Nerve ; myo:branchOf nerve:sciatic .
region:lower-limb a myo:Region .
region:thigh a myo:Region ; myo:partOf region:lower-limb .
region:posterior-thigh a myo:Region ; myo:partOf region:thigh .
region:posterior-compartment a myo:Compartment ; myo:partOf region:thigh .
region:back-of-leg a myo:LayRegion ; myo:comprises region:posterior-thigh .
muscle:hamstrings a myo:MuscleGroup ; myo:hasMember muscle:biceps-femoris .
muscle:biceps-femoris a myo:Muscle ; myo:inRegion region:posterior-thigh ;
    myo:inCompartment region:posterior-compartment ; myo:deepTo muscle:skin-slip ;
    myo:hasInsertion [ myo:attachesTo bone:fibula ; myo:via tissue:biceps-tendon ] ;
    myo:hasAction [ myo:ofMovement movement:knee-flexion ; myo:role myo:PrimeMover ] ;
    myo:hasInnervation [ myo:nerve nerve:tibial ; myo:hasRoot root:S1 ] .
muscle:skin-slip a myo:Muscle ;
    myo:hasAction [ myo:ofMovement movement:knee-flexion ; myo:role myo:Synergist ] .
muscle:long-head a myo:MuscleHead ; myo:headOf muscle:biceps-femoris ;
    myo:hasOrigin [ myo:attachesTo landmark:ischial-tuberosity ] ;
    myo:hasAction [ myo:ofMovement movement:hip-extension ; myo:role myo:PrimeMover ] .
muscle:short-head a myo:MuscleHead ; myo:headOf muscle:biceps-femoris ;
    myo:hasOrigin [ myo:attachesTo landmark:lateral-lip ] .
exercise:lying a myo:StrengthExercise ;
    myo:substituteFor exercise:seated ; myo:regressionOf exercise:nordic ;
    myo:hasPhase [ myo:key "curl" ; myo:order 1 ;
        myo:hasDemand [ myo:ofMovement movement:knee-flexion ; myo:contraction myo:Concentric ] ] .
exercise:seated a myo:StrengthExercise .
exercise:nordic a myo:StrengthExercise .
"""
Statement = tuple[str, str, str]


@cache
def authored() -> tuple[ox.Quad, ...]:
    """What was written by hand, without the links, which have no terms of ours."""
    return tuple(q for q in read_sources(sources()) if q.graph_name != graph("mapping"))


def record_of(term: object) -> str:
    """The record that a term of ours is or belongs to, as `muscle/soleus` is of its origins."""
    if not isinstance(term, ox.NamedNode) or not term.value.startswith(BASE):
        return ""
    kind, _, rest = term.value.removeprefix(BASE).partition("/")
    return "" if kind == "ontology" else f"{BASE}{kind}/{rest.partition('/')[0]}"


def of_real(*records: str) -> list[ox.Quad]:
    """What was authored of some records and of those that these name, and what all of them are."""
    about: dict[str, list[ox.Quad]] = defaultdict(list)
    for quad in authored():
        about[record_of(quad.subject)].append(quad)
    whole = {iri(name).value for name in records}
    whole |= {record_of(quad.object) for name in whole for quad in about[name]} - {""}
    named = {record_of(quad.object) for name in whole for quad in about[name]} - whole - {""}
    # Shapes demand a type of every record, and without it a range would say something new.
    types = [q for name in named for q in about[name] if q.predicate == RDF_TYPE]
    return [quad for name in whole for quad in about[name]] + types


@cache
def body() -> tuple[ox.Quad, ...]:
    """The vocabulary, the small body, and some 2,000 real facts."""
    real = of_real("muscle:soleus", "muscle:biceps-femoris", "exercise:squat", "joint:knee")
    return tuple({*ontology(), *facts(BODY), *real})


@cache
def by_our_rules() -> dict[Statement, str]:
    """What all rules derive of the body, with the graph each statement lies in."""
    rules = [rule for rule in all_rules() if not rule.finds_violations]
    return {
        statement: quad.graph_name.value.removeprefix(graph("").value)
        for quad in derived(body(), rules)
        if (statement := of_ours(quad.subject, quad.predicate, quad.object))
        and isinstance(quad.graph_name, ox.NamedNode)
    }


def of_ours(*terms: object) -> Statement | None:
    """A statement about our individuals with our terms, or nothing."""
    subject, predicate, value = (
        term.value if isinstance(term, (ox.NamedNode, ox.BlankNode, ox.Literal)) else str(term)
        for term in terms
    )
    individual = subject.startswith(BASE) and not subject.startswith(MYO)
    typing = predicate == RDF_TYPE.value and value.startswith(MYO)
    linking = predicate.startswith(MYO) and value.startswith(BASE)
    return (subject, predicate, value) if individual and (typing or linking) else None


@cache
def by_owlrl() -> frozenset[Statement]:
    closed = to_rdflib(list(body()))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closed)
    return frozenset(found for terms in closed if (found := of_ours(*terms)))


@cache
def by_reasonable() -> frozenset[Statement]:
    reasoner = reasonable.PyReasoner()
    reasoner.from_graph(to_rdflib(list(body())))
    return frozenset(found for terms in reasoner.reason() if (found := of_ours(*terms)))


def test_the_body_uses_every_owl_rule() -> None:
    made = set(by_our_rules().values())
    wanted = {f"inferred/{rule.name}" for rule in all_rules() if rule.name.startswith("owl-")}
    assert wanted <= made


def test_owlrl_agrees_with_all_that_the_owl_rules_derive() -> None:
    ours = {s for s, home in by_our_rules().items() if home.startswith("inferred/owl-")}
    assert sorted(ours - by_owlrl()) == []


def test_reasonable_agrees_with_what_needs_no_chain() -> None:
    # A statement may need one further up, so whatever rests on a chain is set aside by leaving
    # the rule out, not by its graph.
    unchained = [
        rule for rule in all_rules() if rule.name.startswith("owl-") and rule.name != "owl-chain"
    ]
    ours = {
        statement
        for quad in derived(body(), unchained)
        if (statement := of_ours(quad.subject, quad.predicate, quad.object))
    }
    assert sorted(ours - by_reasonable()) == []


def test_reasonable_says_nothing_of_chains() -> None:
    # When this fails it has learned them: compare everything then, as with owlrl.
    chained = {s for s, home in by_our_rules().items() if home == "inferred/owl-chain"}
    assert chained
    assert not chained & by_reasonable()


def test_the_rules_derive_all_that_owlrl_does() -> None:
    # Of individuals with terms of ours nothing is missing, because each record of the body has its
    # type, as shapes demand of every record: what owlrl concludes from domains and ranges is there
    # already. Outside of this lie owl:Thing, owl:sameAs, and the terms of other ontologies.
    assert sorted(by_owlrl() - by_our_rules().keys()) == []


# ---------------------------------------------------------------- all that was authored


def by_owl_rules(quads: Iterable[ox.Quad], *without: str) -> set[Statement]:
    """What the rules for OWL alone make of some quads, with what was there before."""
    wanted = [rule for rule in all_rules() if rule.name.startswith("owl-")]
    store = derived(quads, [rule for rule in wanted if rule.name not in without])
    return {s for q in store if (s := of_ours(q.subject, q.predicate, q.object))}


def closed_by_owlrl(quads: list[ox.Quad]) -> set[Statement]:
    closed = to_rdflib(quads)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closed)
    return {found for terms in closed if (found := of_ours(*terms))}


@pytest.mark.slow
def test_owlrl_concludes_the_same_of_all_that_was_authored() -> None:
    """74,000 triples: some 80 s of processor time and 850 MB."""
    ours, theirs = by_owl_rules(authored()), closed_by_owlrl(list(authored()))
    everything = {s for q in real_graph().quads if (s := of_ours(q.subject, q.predicate, q.object))}
    assert len(ours) > 50_000
    assert sorted(ours - theirs) == []
    # Classes that are defined by what a muscle does are a roll-up's to derive.
    assert sorted(theirs - everything) == []


@pytest.mark.slow
def test_reasonable_agrees_with_what_needs_no_chain_over_the_whole_graph() -> None:
    ours = by_owl_rules(authored(), "owl-chain")
    reasoner = reasonable.PyReasoner()
    reasoner.from_graph(to_rdflib(list(authored())))
    theirs = {found for terms in reasoner.reason() if (found := of_ours(*terms))}
    assert len(ours) > 50_000
    assert sorted(ours - theirs) == []


# ---------------------------------------------------------------- HermiT


def test_the_real_graph_is_consistent() -> None:
    verdict = reason_dl(real_graph().quads, classes=False)
    assert verdict.passes
    assert verdict.classes > 150
    assert verdict.individuals > 3000


def test_no_class_is_empty_by_definition() -> None:
    verdict = reason_dl(ontology())
    assert verdict.passes
    assert verdict.classes > 150


@pytest.mark.slow
def test_no_class_is_empty_by_definition_and_by_all_that_is_said() -> None:
    assert reason_dl(real_graph().quads).passes


def planted(*quads: ox.Quad) -> list[ox.Quad]:
    return [*ontology(), *facts("muscle:soleus a myo:Muscle ."), *quads]


def test_hermit_lets_the_small_graph_pass_and_a_muscle_mapped_to_a_muscle() -> None:
    good = ox.Quad(iri("muscle:soleus"), RDF_TYPE, iri("obo:UBERON_0001630"), graph("bridge"))
    assert reason_dl(planted(good)).passes


def test_hermit_refuses_a_muscle_that_is_mapped_to_a_bone() -> None:
    bad = ox.Quad(iri("muscle:soleus"), RDF_TYPE, iri("obo:UBERON_0001474"), graph("bridge"))
    verdict = reason_dl(planted(bad))
    assert not verdict.consistent
    assert not verdict.passes
    # And in the whole graph, where much more is said, by the question that is asked of it above.
    assert not reason_dl([*real_graph().quads, bad], classes=False).consistent


def test_hermit_names_a_class_that_nothing_can_be_of() -> None:
    impossible = myo("FleshBone")
    both = [
        ox.Quad(impossible, RDF_TYPE, OWL_CLASS, graph("ontology")),
        ox.Quad(impossible, SUBCLASS_OF, myo("Muscle"), graph("ontology")),
        ox.Quad(impossible, SUBCLASS_OF, myo("Bone"), graph("ontology")),
    ]
    assert reason_dl(planted(*both), classes=False).passes
    verdict = reason_dl(planted(*both))
    assert verdict.consistent
    assert verdict.unsatisfiable == [impossible.value]
    assert not verdict.passes
