"""Works out what another's ontology means for our records.

Our individuals are typed with every class above those that they are linked to exactly, and what we
say of them by properties that the alignment places below theirs is said by theirs too. A query can
then use both vocabularies at once: the muscles of UBERON's `muscle of leg`, and what ours trains.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from pyoxigraph import NamedNode, Quad, Triple

from myograph.link.index import Index
from myograph.terms import BASE, MYO, OWL, OWL_CLASS, RDF_TYPE, RDFS, SKOS, SUBCLASS_OF, graph

_SUBPROPERTY = NamedNode(RDFS + "subPropertyOf")
_EQUIVALENT = NamedNode(OWL + "equivalentClass")
_THING = OWL + "Thing"
MATCHES = ("exact", "close", "narrow", "broad", "related")


def exact_links(quads: Iterable[Quad]) -> dict[str, set[str]]:
    """Return the terms of other systems that each record of ours is the same as."""
    return _links(quads, ("exactMatch",))


def near_links(quads: Iterable[Quad]) -> dict[str, set[str]]:
    """Return the terms that each record is the same as, or as good as the same."""
    return _links(quads, ("exactMatch", "closeMatch"))


def all_links(quads: Iterable[Quad]) -> dict[str, set[str]]:
    """Return every term of other systems that each record is linked to, however loosely."""
    return _links(quads, tuple(f"{way}Match" for way in MATCHES))


def _links(quads: Iterable[Quad], names: tuple[str, ...]) -> dict[str, set[str]]:
    wanted = {NamedNode(SKOS + name) for name in names}
    found: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate in wanted and quad.graph_name == graph("mapping"):
            found[quad.subject.value].add(quad.object.value)  # type: ignore[union-attr]
    return found


def hierarchy(quads: Iterable[Quad], theirs: Index) -> dict[str, set[str]]:
    """Return the classes directly above each class, theirs and ours, through the alignment."""
    parents: dict[str, set[str]] = defaultdict(set)
    for iri, above in theirs.parents.items():
        parents[iri] |= above
    for quad in quads:
        if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
            continue
        if quad.predicate == SUBCLASS_OF:
            parents[quad.subject.value].add(quad.object.value)
        elif quad.predicate == _EQUIVALENT:
            parents[quad.subject.value].add(quad.object.value)
            parents[quad.object.value].add(quad.subject.value)
    return parents


def closure(parents: dict[str, set[str]], iri: str, known: dict[str, set[str]]) -> set[str]:
    """Return a class and everything above it.

    Args:
        parents: the classes directly above each.
        iri: of the class.
        known: what was worked out before; it is added to.
    """
    if iri not in known:
        found, waiting = {iri}, [iri]
        while waiting:
            for parent in parents.get(waiting.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        known[iri] = found
    return known[iri]


def materialise(quads: Collection[Quad], theirs: Index) -> set[Triple]:
    """Return what the ontology adds to what we say of our own records.

    Args:
        quads: of our graph, without other ontologies.
        theirs: the ontology.
    """
    parents = hierarchy(quads, theirs)
    known: dict[str, set[str]] = {}
    added: set[Triple] = set()
    for record, terms in exact_links(quads).items():
        for term in terms & theirs.classes:
            for above in closure(parents, term, known) - {_THING}:
                if not above.startswith(MYO):
                    added.add(Triple(NamedNode(record), RDF_TYPE, NamedNode(above)))
    below = {q.subject: q.object for q in quads if q.predicate == _SUBPROPERTY}
    for quad in quads:
        aligned = below.get(quad.predicate)
        if isinstance(aligned, NamedNode) and not aligned.value.startswith(BASE):
            added.add(Triple(quad.subject, aligned, quad.object))
    return added


def module(quads: Collection[Quad], theirs: Index) -> list[Quad]:
    """Return what of an ontology bears on our records, as quads that a reasoner takes.

    That is what is above the classes that records of ours are the same as, with its disjointness.
    The whole of a large ontology would keep a reasoner busy for hours.
    """
    wanted = {term for terms in exact_links(quads).values() for term in terms & theirs.classes}
    wanted |= {above for term in list(wanted) for above in theirs.above(term)}
    where = graph("bridge")
    said = {Triple(NamedNode(iri), RDF_TYPE, OWL_CLASS) for iri in wanted}
    said |= {
        Triple(NamedNode(iri), SUBCLASS_OF, NamedNode(parent))
        for iri in wanted
        for parent in theirs.parents.get(iri, ())
    }
    said |= {
        Triple(NamedNode(min(pair)), NamedNode(OWL + "disjointWith"), NamedNode(max(pair)))
        for pair in theirs.disjoint
        if pair <= wanted
    }
    return [Quad(t.subject, t.predicate, t.object, where) for t in sorted(said, key=str)]
