"""The statements of one graph by subject, and which blank nodes can stand inside of others."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import pyoxigraph as ox

from myograph.terms import BASE, DCTERMS, DEFINITION, LABEL, PREF_LABEL, RDF, RDF_TYPE, SKOS

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Node = ox.NamedNode | ox.BlankNode | ox.Triple
_FIRST, _REST, NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))
# As people write a record: what it is, what it is called, …, and last who says so.
_PLACES = {RDF_TYPE.value: 0, LABEL.value: 1, PREF_LABEL.value: 2, DEFINITION.value: 4}
_PLACES |= {SKOS + "altLabel": 3, BASE + "ontology/layName": 3}
_PLACES |= {DCTERMS + "source": 9}
_MIDDLE = 5
# Writers go down by calling themselves, and a document may be a stranger's.
_DEEPEST = 100


class Nesting:
    """Statements by subject and property.

    Args:
        triples: in whatever order; one that comes twice counts once.
        shared: blank nodes that other graphs of the document speak of as well.

    Attributes:
        of: the values of each property of each subject, properties by IRI.
        inside: the blank nodes that one statement leads to, and that may be written there.
        linked: how many statements lead to each blank node.
        shared: the blank nodes that must have a name.
    """

    def __init__(self, triples: Iterable[ox.Triple], shared: Iterable[Term] = ()) -> None:
        self.of: dict[Node, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
        self.linked: Counter[Term] = Counter()
        for triple in triples:
            values = self.of[triple.subject][triple.predicate.value]
            if triple.object not in values:
                values.add(triple.object)
                if isinstance(triple.object, ox.BlankNode):
                    self.linked[triple.object] += 1
        self.shared = set(shared)
        once = {node for node, count in self.linked.items() if count == 1} - self.shared
        self.inside = self._reached(once)

    def _reached(self, once: set[Term]) -> set[Term]:
        """Return those nodes that lead back to themselves in no way, and are not too deep."""
        reached: set[Term] = set()
        level: list[Node] = [node for node in self.of if node not in once]
        for _ in range(_DEEPEST):
            found: list[Node] = []
            for node in level:
                for values in self.of.get(node, {}).values():
                    found += [v for v in values & once if isinstance(v, ox.BlankNode)]
            reached.update(found)
            level = found
        return reached

    def roots(self) -> list[Node]:
        """Return the subjects that stand on their own."""
        return [node for node in self.of if node not in self.inside]

    def items(self, node: ox.BlankNode) -> list[Term] | None:
        """Return the items of a list, or nothing where a node is no well-formed list."""
        items: list[Term] = []
        here: Term = node
        while here != NIL:
            said = self.of.get(here) if isinstance(here, ox.BlankNode) else None
            if here not in self.inside or not said or said.keys() != {_FIRST.value, _REST.value}:
                return None
            first, rest = said[_FIRST.value], said[_REST.value]
            if len(first) != 1 or len(rest) != 1:
                return None
            items += first
            [here] = rest
        return items


def shared(graphs: Iterable[Iterable[ox.Triple]]) -> set[Term]:
    """Return the blank nodes that several graphs speak of, which need a name in each."""
    seen: Counter[Term] = Counter()
    for triples in graphs:
        ends = {end for triple in triples for end in (triple.subject, triple.object)}
        seen.update(end for end in ends if isinstance(end, ox.BlankNode))
    return {node for node, count in seen.items() if count > 1}


def place_of_property(iri: str) -> tuple[int, str]:
    """Return where a property stands: what a thing is, what it is called, …, who says so."""
    return _PLACES.get(iri, _MIDDLE), iri


def place_of_subject(node: Node) -> tuple[int, list[str], str]:
    """Return where a subject stands: a header first, a record before its facts and the next."""
    if isinstance(node, ox.NamedNode):
        return int(node.value.rstrip("/") != BASE + "ontology"), node.value.split("/"), ""
    return 2, [], str(node)
