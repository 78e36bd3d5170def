"""The statements of the graph by subject and by object, as pages need them."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from myograph.explain import node_label
from myograph.names import Names
from myograph.terms import BASE, GRAPH, RDF_TYPE, is_derived, myo

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Node = ox.NamedNode | ox.BlankNode | ox.Triple


@dataclass(frozen=True)
class Fact:
    """One statement.

    Attributes:
        subject: what it is about.
        predicate: the property.
        value: the object.
        graph: the name of its graph, such as `inferred/crosses`.
    """

    subject: Node
    predicate: ox.NamedNode
    value: Term
    graph: str

    @property
    def derived(self) -> bool:
        """Whether a rule made it."""
        return is_derived(self.graph)

    @property
    def triple(self) -> ox.Triple:
        """The statement as a triple."""
        return ox.Triple(self.subject, self.predicate, self.value)


class Facts:
    """The statements of a graph.

    Args:
        quads: of the whole graph.
        names: of its records.
    """

    def __init__(self, quads: Iterable[ox.Quad], names: Names) -> None:
        self.names = names
        self._of: dict[Node, list[Fact]] = defaultdict(list)
        self._to: dict[Term, list[Fact]] = defaultdict(list)
        self._in: dict[str, list[Fact]] = defaultdict(list)
        for quad in quads:
            where = quad.graph_name
            name = where.value.removeprefix(GRAPH) if isinstance(where, ox.NamedNode) else ""
            fact = Fact(quad.subject, quad.predicate, quad.object, name)
            self._of[quad.subject].append(fact)
            self._in[name].append(fact)
            if not isinstance(quad.object, ox.Literal):
                self._to[quad.object].append(fact)
        self._iris = sorted(s.value for s in self._of if isinstance(s, ox.NamedNode))

    def knows(self, iri: ox.NamedNode) -> bool:
        """Return whether the graph says anything of a thing, or links to it."""
        return iri in self._of or iri in self._to

    def of(self, subject: Term) -> list[Fact]:
        """Return the statements about a thing."""
        return [] if isinstance(subject, ox.Literal) else self._of.get(subject, [])

    def to(self, value: Term) -> list[Fact]:
        """Return the statements that link to a thing."""
        return self._to.get(value, [])

    def in_graph(self, name: str) -> list[Fact]:
        """Return the statements of the named graph with this name."""
        return self._in.get(name, [])

    def values(self, subject: Term, name: str) -> list[Term]:
        """Return the values of one of our properties, or of one with this IRI."""
        wanted = ox.NamedNode(name) if ":" in name else myo(name)
        return [fact.value for fact in self.of(subject) if fact.predicate == wanted]

    def value(self, subject: Term, name: str) -> Term | None:
        """Return a value of a property, or None."""
        return next(iter(self.values(subject, name)), None)

    def text(self, subject: Term, name: str) -> str:
        """Return the text of a property's value, or nothing."""
        found = self.value(subject, name)
        return found.value if isinstance(found, ox.Literal) else ""

    def texts(self, subject: Term, name: str) -> list[str]:
        """Return the texts of a property's values."""
        return [v.value for v in self.values(subject, name) if isinstance(v, ox.Literal)]

    def subjects(self, name: str, value: Term) -> list[Node]:
        """Return what one of our properties links to a thing."""
        return [fact.subject for fact in self.to(value) if fact.predicate == myo(name)]

    def subjects_of_kind(self, kind: str) -> list[Node]:
        """Return the instances of one of our classes."""
        return [fact.subject for fact in self.to(myo(kind)) if fact.predicate == RDF_TYPE]

    def is_a(self, subject: Term, *kinds: str) -> bool:
        """Return whether a thing is an instance of one of our classes."""
        types = {
            f.value for f in self.of(subject) if f.predicate.value.endswith("22-rdf-syntax-ns#type")
        }
        return any(myo(kind) in types for kind in kinds)

    def below(self, iri: ox.NamedNode) -> Iterator[ox.NamedNode]:
        """Yield the reified facts whose IRIs lie below a thing's."""
        start = iri.value + "/"
        for i in range(bisect_left(self._iris, start), len(self._iris)):
            if not self._iris[i].startswith(start):
                return
            yield ox.NamedNode(self._iris[i])

    def label(self, term: Term) -> str:
        """Return what people call a thing."""
        if isinstance(term, ox.NamedNode):
            return node_label(term, self.names)
        return term.value if isinstance(term, ox.Literal) else "an expression"

    def description(self, iri: ox.NamedNode, most_links: int = 500) -> list[ox.Triple]:
        """Return what an RDF document about a thing holds.

        That is its statements, those of its reified facts and of the blank nodes they reach, and
        the authored statements that link to it, as many as there is room for.
        """
        found: dict[Fact, None] = {}
        waiting: list[Node] = [iri, *self.below(iri)]
        met: set[Node] = set(waiting)
        while waiting:
            for fact in self.of(waiting.pop()):
                found[fact] = None
                if isinstance(fact.value, ox.BlankNode) and fact.value not in met:
                    met.add(fact.value)
                    waiting.append(fact.value)
        links = [fact for fact in self.to(iri) if not fact.derived]
        found |= dict.fromkeys(links[:most_links])
        if iri.value.startswith(GRAPH):
            found |= dict.fromkeys(self.in_graph(iri.value.removeprefix(GRAPH)))
        order = sorted(
            found,
            key=lambda f: (
                str(f.subject) != str(iri),
                str(f.subject),
                str(f.predicate),
                str(f.value),
            ),
        )
        return list(dict.fromkeys(fact.triple for fact in order))


def is_ours(term: Term) -> bool:
    """Return whether a term is an IRI of ours."""
    return isinstance(term, ox.NamedNode) and term.value.startswith(BASE)
