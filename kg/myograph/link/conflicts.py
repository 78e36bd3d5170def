"""Finds out whether another's ontology and our graph can both be true.

Each record, and each class of theirs, is held with every class above it against the pairs of
classes that either side declares disjoint. That is quick on the largest ontology and whatever it
finds is wrong; a contradiction that needs more reasoning is left to HermiT.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from pyoxigraph import NamedNode, Quad

from myograph.link.bridge import closure, exact_links, hierarchy
from myograph.link.index import Index
from myograph.terms import BASE, OWL, RDF, RDF_TYPE


def conflicts(quads: Collection[Quad], theirs: Index, most: int = 20) -> list[str]:
    """Return a sentence for each record, or class of theirs, that could not exist.

    Args:
        quads: of our graph, without other ontologies.
        theirs: the ontology.
        most: how many to return.
    """
    parents = hierarchy(quads, theirs)
    pairs = theirs.disjoint | _disjoint(quads)
    against: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        if len(pair) == 2:
            one, other = pair
            against[one].add(other)
            against[other].add(one)
    known: dict[str, set[str]] = {}
    found: list[str] = []

    def clash(classes: Iterable[str]) -> tuple[str, str] | None:
        above = {a for one in classes for a in closure(parents, one, known)}
        for one in sorted(above & against.keys()):
            for other in sorted(against[one] & above):
                return one, other
        return None

    types: dict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate == RDF_TYPE and isinstance(quad.object, NamedNode):
            types[quad.subject.value].add(quad.object.value)  # type: ignore[union-attr]
    for record, terms in sorted(exact_links(quads).items()):
        same = terms & theirs.classes
        wrong = clash(types[record] | same) if same else None
        if wrong:
            names = ", ".join(theirs.labels.get(t, t) for t in sorted(same))
            found.append(
                f"{short(record)} is linked to {names}, and would then be both "
                f"{_named(wrong[0], theirs)} and {_named(wrong[1], theirs)}, which are disjoint"
            )
    for iri in sorted(theirs.classes - theirs.obsolete):
        wrong = clash([iri]) if len(found) < most else None
        if wrong:
            found.append(
                f"{_named(iri, theirs)} lies below both {_named(wrong[0], theirs)} and "
                f"{_named(wrong[1], theirs)}, which are disjoint"
            )
    return found[:most]


def short(iri: str) -> str:
    """Return the IRI of a record as people write it, such as `muscle:soleus`."""
    return iri.removeprefix(BASE).replace("/", ":", 1) if iri.startswith(BASE) else iri


def _named(iri: str, theirs: Index) -> str:
    local = iri.rsplit("/", 1)[-1]
    if iri in theirs.labels:
        return f"'{theirs.labels[iri]}' ({local})"
    return f"myo:{local}" if iri.startswith(BASE) else local


def _disjoint(quads: Collection[Quad]) -> set[frozenset[str]]:
    """Return the pairs of classes that our own ontology declares disjoint."""
    said: dict[str, dict[object, object]] = {
        OWL + "members": {}, RDF + "first": {}, RDF + "rest": {}
    }  # fmt: skip
    pairs: set[frozenset[str]] = set()
    for quad in quads:
        if quad.predicate.value in said:
            said[quad.predicate.value][quad.subject] = quad.object
        elif quad.predicate.value == OWL + "disjointWith":
            pairs.add(frozenset((quad.subject.value, quad.object.value)))  # type: ignore[union-attr]
    first, rest = said[RDF + "first"], said[RDF + "rest"]
    for start in said[OWL + "members"].values():
        members: list[str] = []
        while start in first:
            member = first[start]
            if isinstance(member, NamedNode):
                members.append(member.value)
            start = rest.get(start)
        pairs |= {frozenset((a, b)) for a in members for b in members if a != b}
    return pairs
