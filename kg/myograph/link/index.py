"""What an ontology says of its classes: names, what is above them, how they are related."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from myograph.terms import LABEL, OIO, OWL, OWL_CLASS, RDF, RDF_TYPE, SUBCLASS_OF

_SYNONYMS = {OIO + f"has{scope}Synonym" for scope in ("Exact", "Narrow", "Broad", "Related")}
_SOURCE = NamedNode(OIO + "source")
_Term = NamedNode | BlankNode | Literal


@dataclass(frozen=True)
class Relation:
    """That each instance of a class has a relation to some instance of another.

    Attributes:
        property: the IRI of the relation.
        target: the IRI of the other class.
        sources: what the ontology cites for it, such as `dbpedia`.
    """

    property: str
    target: str
    sources: tuple[str, ...] = ()


@dataclass
class Index:
    """The classes of an ontology.

    Attributes:
        iri: of the ontology, or "".
        version: as the ontology states it, or "".
        labels: by IRI.
        synonyms: by IRI.
        obsolete: the IRIs of classes that were withdrawn.
        classes: the IRIs of the classes that it declares.
        parents: the named classes directly above each.
        relations: of each class, as stated of it.
        disjoint: pairs of classes that can have no common instance.
        count: how many triples were read.
    """

    iri: str = ""
    version: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    synonyms: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    obsolete: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    parents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    relations: dict[str, list[Relation]] = field(default_factory=lambda: defaultdict(list))
    disjoint: set[frozenset[str]] = field(default_factory=set)
    count: int = 0

    def above(self, iri: str) -> set[str]:
        """Return every class above one, itself left out."""
        found: set[str] = set()
        waiting = [iri]
        while waiting:
            fresh = self.parents.get(waiting.pop(), set()) - found
            found |= fresh
            waiting += fresh
        return found - {iri}


def index(triples: Iterable[Triple]) -> Index:
    """Read what an ontology says of its classes.

    Args:
        triples: of the ontology, https://www.w3.org/TR/owl2-mapping-to-rdf/.
    """
    kept = _Kept()
    found = Index()
    for triple in triples:
        found.count += 1
        _words(triple, found)
        kept.add(triple)
    for subject, target in kept.of("subClassOf"):
        _place(subject, target, kept, found)
    for subject, target in kept.of("equivalentClass"):
        _place(subject, target, kept, found)
        if isinstance(subject, NamedNode) and isinstance(target, NamedNode):
            found.parents[target.value].add(subject.value)
    _disjoint(kept, found)
    return found


class _Kept:
    """The statements that only make sense together with others."""

    _NAMES = (
        "subClassOf", "equivalentClass", "intersectionOf", "first", "rest", "onProperty",
        "someValuesFrom", "hasValue", "disjointWith", "members", "disjointUnionOf",
        "annotatedSource", "annotatedTarget", "source",
    )  # fmt: skip

    def __init__(self) -> None:
        self._said: dict[str, dict[object, list[_Term]]] = {
            name: defaultdict(list) for name in self._NAMES
        }
        self._cited: dict[object, set[str]] | None = None

    def add(self, triple: Triple) -> None:
        name = triple.predicate.value.rsplit("#", 1)[-1]
        known = triple.predicate == _SOURCE or triple.predicate.value.startswith((OWL, RDF))
        if name in self._said and (known or triple.predicate == SUBCLASS_OF):
            self._said[name][triple.subject].append(triple.object)  # type: ignore[arg-type]

    def of(self, name: str) -> Iterator[tuple[object, _Term]]:
        for subject, values in self._said[name].items():
            for value in values:
                yield subject, value

    def get(self, name: str, subject: object) -> list[_Term]:
        return self._said[name].get(subject, [])

    def listed(self, node: _Term) -> Iterator[_Term]:
        """Yield the members of an RDF list."""
        while values := self.get("first", node):
            yield values[0]
            node = next(iter(self.get("rest", node)), Literal(""))

    def sources(self, target: _Term) -> tuple[str, ...]:
        """Return what is cited for a statement that ends in an expression."""
        if self._cited is None:
            self._cited = defaultdict(set)
            for axiom, end in self.of("annotatedTarget"):
                self._cited[end] |= {s.value for s in self.get("source", axiom)}
        return tuple(sorted(self._cited.get(target, ())))


def _words(triple: Triple, found: Index) -> None:
    if not isinstance(triple.subject, NamedNode):
        return
    subject, predicate, value = triple.subject.value, triple.predicate, triple.object
    if predicate == RDF_TYPE and value == OWL_CLASS:
        found.classes.add(subject)
    elif predicate == RDF_TYPE and value == NamedNode(OWL + "Ontology") and not found.iri:
        found.iri = subject
    elif predicate == LABEL and isinstance(value, Literal):
        if value.language in (None, "en") or subject not in found.labels:
            found.labels[subject] = value.value
    elif predicate.value in _SYNONYMS and isinstance(value, Literal):
        found.synonyms[subject].add(value.value)
    elif predicate.value == OWL + "deprecated" and isinstance(value, Literal):
        if value.value == "true":
            found.obsolete.add(subject)
    elif predicate.value in (OWL + "versionInfo", OWL + "versionIRI") and not found.version:
        found.version = value.value  # type: ignore[union-attr]


def _place(subject: object, target: _Term, kept: _Kept, found: Index) -> None:
    """Note what a class expression that is above a class says of it."""
    if not isinstance(subject, NamedNode):
        return
    if isinstance(target, NamedNode):
        if target != subject:
            found.parents[subject.value].add(target.value)
        return
    for operands in kept.get("intersectionOf", target):
        for operand in kept.listed(operands):
            _place(subject, operand, kept, found)
    for way in kept.get("onProperty", target):
        for end in kept.get("someValuesFrom", target):
            if isinstance(way, NamedNode) and isinstance(end, NamedNode):
                relation = Relation(way.value, end.value, kept.sources(target))
                found.relations[subject.value].append(relation)


def _disjoint(kept: _Kept, found: Index) -> None:
    for subject, other in kept.of("disjointWith"):
        if isinstance(subject, NamedNode) and isinstance(other, NamedNode):
            found.disjoint.add(frozenset((subject.value, other.value)))
    for name in ("members", "disjointUnionOf"):
        for _, start in kept.of(name):
            members = [m.value for m in kept.listed(start) if isinstance(m, NamedNode)]
            found.disjoint |= {frozenset((a, b)) for a in members for b in members if a != b}
