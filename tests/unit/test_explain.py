"""Whatever is derived can be explained, down to authored facts, without going round in circles."""

import random
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise, product

import pyoxigraph as ox
import pytest

from myograph.build import Built
from myograph.errors import NotInGraphError, UnknownNameError
from myograph.explain import Explainer, Explanation, explain, node_label, predicate_of
from myograph.terms import RDF_TYPE, is_derived
from tests.helpers import (
    all_rules,
    derived,
    facts,
    iri,
    ontology,
    real_explainer,
    real_graph,
    real_names,
)

CHAIN = """
landmark:l a myo:Landmark ; rdfs:label "line" ; myo:partOf landmark:m ; dcterms:source source:s .
landmark:m a myo:Landmark ; myo:partOf landmark:n .
landmark:n a myo:Landmark ; myo:partOf bone:b .
bone:b a myo:Bone .
muscle:a a myo:Muscle ; rdfs:label "alpha" ; dcterms:source source:t ;
    myo:hasOrigin [ myo:attachesTo landmark:l ; dcterms:source source:u ] .
"""


def small(turtle: str) -> Built:
    rules = [rule for rule in all_rules() if not rule.finds_violations]
    store = derived(ontology() + facts(turtle), rules)
    return Built(list(store), store, rules, {}, "")


def explained(built: Built, subject: str, predicate: str, value: str) -> Explanation:
    return explain(built, iri(subject), iri(predicate), iri(value))


def test_an_authored_statement_has_its_sources_and_no_rule() -> None:
    found = explained(small(CHAIN), "landmark:l", "myo:partOf", "landmark:m")
    assert not found.derived
    assert found.graph == "anatomy"
    assert found.sources == (iri("source:s"),)
    assert found.premises == ()


def test_a_nested_fact_has_its_own_sources_or_those_of_what_it_hangs_on() -> None:
    built = small(CHAIN + "exercise:e dcterms:source source:x ; myo:hasPhase [ myo:key 'p' ] .")
    origin = explained(built, "muscle/a/origin/l", "myo:attachesTo", "landmark:l")
    assert origin.sources == (iri("source:u"),)
    phase = explain(built, iri("exercise/e/phase/p"), iri("myo:key"), ox.Literal("p"))
    assert phase.sources == (iri("source:x"),)


def test_a_derived_statement_has_rule_sentence_and_premises() -> None:
    found = explained(small(CHAIN), "muscle:a", "myo:originatesFrom", "landmark:l")
    assert found.rule == "owl-chain"
    assert found.graph == "inferred/owl-chain"
    assert (
        found.says
        == "alpha originates from line: it has origin alpha [origin l], which attaches to line."
    )
    stated = {str(part.statement.predicate) for part in found.authored()}
    assert str(iri("myo:hasOrigin")) in stated
    assert str(iri("myo:attachesTo")) in stated


def test_transitive_facts_are_explained_step_by_step() -> None:
    found = explained(small(CHAIN), "landmark:l", "myo:partOf", "bone:b")
    assert found.rule == "owl-transitive"
    links = {
        (part.statement.subject, part.statement.object)
        for part in found.authored()
        if part.statement.predicate == iri("myo:partOf")
    }
    names = ["landmark:l", "landmark:m", "landmark:n", "bone:b"]
    assert links == {(iri(a), iri(b)) for a, b in pairwise(names)}


def test_a_cycle_in_the_facts_is_no_endless_explanation() -> None:
    built = small("landmark:l myo:partOf landmark:m . landmark:m myo:partOf landmark:l .")
    found = explained(built, "landmark:l", "myo:partOf", "landmark:l")
    assert found.derived
    check_grounded(found)


def test_in_a_ring_of_facts_each_link_rests_on_those_that_make_it() -> None:
    names = ["landmark:a", "landmark:b", "landmark:c", "landmark:d"]
    ring = zip(names, names[1:] + names[:1], strict=True)
    built = small(" ".join(f"{one} myo:partOf {next_} ." for one, next_ in ring))
    for one, other in product(names, repeat=2):
        found = explained(built, one, "myo:partOf", other)
        check_grounded(found)
        # Two links that meet make the third, and not one of them with itself.
        if found.derived:
            assert len(found.premises) == 3
            first, second = (part.statement for part in found.premises[1:])
            assert (first.subject, second.object) == (iri(one), iri(other))
            assert first.object == second.subject


def test_symmetric_facts_do_not_explain_each_other() -> None:
    built = small("movement:a myo:oppositeOf movement:b .")
    found = explained(built, "movement:b", "myo:oppositeOf", "movement:a")
    assert [part.statement.subject for part in found.premises if not part.derived][-1:] == [
        iri("movement:a")
    ]


@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        ("muscle:a", "myo:crosses", "joint:ankle"),
        ("muscle:nobody", "myo:crosses", "joint:ankle"),
    ],
)
def test_what_the_graph_does_not_say_is_an_error_in_words(
    subject: str, predicate: str, value: str
) -> None:
    with pytest.raises(NotInGraphError, match=r"The graph does not say: .* crosses "):
        explained(small(CHAIN), subject, predicate, value)


def test_a_predicate_may_be_named_in_several_ways() -> None:
    names = real_names()
    assert predicate_of("a", names) == RDF_TYPE
    for text in ("crosses", "myo:crosses", iri("myo:crosses").value):
        assert predicate_of(text, names) == iri("myo:crosses")
    with pytest.raises(UnknownNameError):
        predicate_of("teleports", names)


def test_a_nested_fact_is_called_by_its_owner_and_its_path() -> None:
    label = node_label(iri("muscle/soleus/origin/soleal-line"), real_names())
    assert label == "soleus [origin soleal line]"


# ---------------------------------------------------------------- the real graph


def check_grounded(found: Explanation) -> None:
    """Each branch ends in an authored statement and never meets its own statement again."""

    def walk(part: Explanation, above: frozenset[str]) -> None:
        key = str(part.statement)
        assert key not in above, f"{key} rests on itself"
        if part.derived:
            assert part.premises, f"{key} rests on nothing"
        for premise in part.premises:
            walk(premise, above | {key})

    walk(found, frozenset())


def derived_quads() -> list[ox.Quad]:
    return [quad for quad in real_graph().quads if is_derived(quad.graph_name)]


def sample(quads: list[ox.Quad]) -> list[ox.Quad]:
    """Some statements of each kind that each rule makes, others whenever the graph has changed."""
    of_kind: dict[str, list[ox.Quad]] = defaultdict(list)
    for quad in quads:
        of_kind[f"{quad.graph_name} {quad.predicate}"].append(quad)
    chance = random.Random(real_graph().fingerprint)
    kinds = [found for _, found in sorted(of_kind.items())]
    return [quad for found in kinds for quad in chance.sample(found, min(100, len(found)))]


@pytest.mark.parametrize(
    "chosen", [sample, pytest.param(list, marks=pytest.mark.slow, id="every one")]
)
def test_what_is_derived_in_the_real_graph_rests_on_authored_statements(
    chosen: Callable[[list[ox.Quad]], list[ox.Quad]],
) -> None:
    quads = derived_quads()
    explainer, depth = real_explainer(), {}
    for quad in chosen(quads):
        found = explain_quad(explainer, quad)
        assert found.derived
        assert "{" not in found.says
        depth[str(found.statement)] = height(found)
    assert len(depth) > 10_000
    # Deeper than any chain of rules: something would go round in a circle.
    assert max(depth.values()) < 60


HEIGHTS: dict[str, int] = {}


def height(found: Explanation) -> int:
    """How many steps lie between a statement and what is authored; fails on a circle."""
    key = str(found.statement)
    if key not in HEIGHTS:
        HEIGHTS[key] = 1_000_000
        below = [height(premise) for premise in found.premises]
        assert below or not found.derived, f"{key} rests on nothing"
        # Only the vocabulary is of our own making.
        assert below or found.sources or found.graph in ("ontology", "bridge"), f"{key}: no source"
        HEIGHTS[key] = 1 + max(below, default=0)
    return HEIGHTS[key]


def explain_quad(explainer: Explainer, quad: ox.Quad) -> Explanation:
    assert isinstance(quad.subject, ox.NamedNode)
    assert isinstance(quad.object, (ox.NamedNode, ox.Literal))
    return explainer.explain(quad.subject, quad.predicate, quad.object)


@pytest.mark.parametrize("text", ["http://[x", "a b<c", "nonsense"])
def test_what_is_no_property_is_told(text: str) -> None:
    with pytest.raises(UnknownNameError):
        predicate_of(text, real_names())
