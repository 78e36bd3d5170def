"""The statements that a page needs, asked for in few queries and kept while the page is made."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter

import pyoxigraph as ox

from myograph.errors import AnswerTooLargeError
from myograph.explain import node_label
from myograph.names import Names
from myograph.query import Rows
from myograph.terms import BASE, GRAPH, RDF_TYPE, is_derived, myo

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Node = ox.NamedNode | ox.BlankNode | ox.Triple
Ask = Callable[[str], Rows]
_FINEST = 3  # hex digits: an answer is asked for in 4,096 parts at most


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
    """The statements of a graph, as far as somebody has asked.

    Args:
        ask: runs a SELECT over the graph.
        names: of its records.
    """

    def __init__(self, ask: Ask, names: Names) -> None:
        self.names = names
        self._ask = ask
        self._of: dict[Node, list[Fact]] = {}
        self._to: dict[Term, list[Fact]] = {}
        self._in: dict[str, list[Fact]] = {}
        self._below: dict[ox.NamedNode, list[ox.NamedNode]] = {}
        self._answers = 0

    def look(self, of: Iterable[Term] = (), to: Iterable[Term] = ()) -> None:
        """Ask at once for what is said of some things, and for what links to some.

        Raises:
            MyographError: as `Engine.run`.
        """
        subjects = {t: None for t in of if isinstance(t, ox.NamedNode) and t not in self._of}
        values = {t: None for t in to if isinstance(t, ox.NamedNode) and t not in self._to}
        parts = [
            f"{{ VALUES ?{name} {{ {' '.join(map(str, terms))} }} GRAPH ?g {{ ?s ?p ?o }} }}"
            for name, terms in (("s", subjects), ("o", values))
            if terms
        ]
        if not parts:
            return
        found = self._facts(" UNION ".join(parts))
        self._of |= {term: [] for term in subjects}
        self._to |= {term: [] for term in values}
        for fact in found:
            if fact.subject in subjects:
                self._of[fact.subject].append(fact)
            if fact.value in values:
                self._to[fact.value].append(fact)

    def open(self, *records: ox.NamedNode) -> None:
        """Ask for all that pages tell of some records: of them, to them, and of what lies below.

        What lies below a record is linked with it, or with something else below it, in one
        direction or the other; a test insists on that.

        Raises:
            MyographError: as `Engine.run`.
        """
        wanted = [record for record in dict.fromkeys(records) if record not in self._below]
        self.look(wanted, wanted)
        starts = tuple(f"{record.value}/" for record in wanted)
        found = {fact: None for r in wanted for fact in (*self.of(r), *self.to(r))}
        nested: dict[ox.NamedNode, None] = {}
        while fresh := _new_below(found, starts, nested):
            nested |= dict.fromkeys(fresh)
            found = dict.fromkeys(self._around(fresh, starts))
        for record, start in zip(wanted, starts, strict=True):
            inside = (node for node in nested if node.value.startswith(start) and self._of[node])
            self._below[record] = sorted(inside, key=lambda node: node.value)

    def _around(self, nodes: list[ox.NamedNode], starts: tuple[str, ...]) -> list[Fact]:
        """Ask for the statements of some things, and for what below some records links to them."""
        listed = " ".join(map(str, nodes))
        inside = " || ".join(f'STRSTARTS(STR(?s), "{start}")' for start in starts)
        facts = self._facts(
            f"{{ VALUES ?s {{ {listed} }} GRAPH ?g {{ ?s ?p ?o }} }} UNION "
            f"{{ VALUES ?o {{ {listed} }} GRAPH ?g {{ ?s ?p ?o }} FILTER({inside}) }}"
        )
        of: dict[Node, list[Fact]] = {node: [] for node in nodes}
        for fact in facts:
            if fact.subject in of:
                of[fact.subject].append(fact)
        self._of |= of
        return facts

    def _facts(self, pattern: str) -> list[Fact]:
        """Return the statements that a pattern finds as ?s ?p ?o in ?g, each once, in order."""
        self._answers += 1
        found: list[tuple[tuple[bool, str, str, str], Fact]] = []
        names: dict[Term | None, str] = {}
        for row in dict.fromkeys(sliced(self._ask, "?s ?p ?o ?g", pattern, "?s")):
            subject, predicate, value, home = row
            name = names.get(home)
            if name is None:
                name = names[home] = str(home).strip("<>").removeprefix(GRAPH)
            if isinstance(subject, ox.BlankNode) or isinstance(value, ox.BlankNode):
                subject, value = self._scoped(subject), self._scoped(value)
            fact = Fact(subject, predicate, value, name)  # type: ignore[arg-type]
            place = (is_derived(name), str(subject), str(predicate), str(value))
            found.append((place, fact))
        return [fact for _, fact in sorted(found, key=itemgetter(0))]

    def _scoped(self, term: Term | None) -> Term | None:
        """Return a term so that a blank node of another answer is another one."""
        if isinstance(term, ox.BlankNode):
            return ox.BlankNode(f"a{self._answers}x{term.value}")
        return term

    def knows(self, iri: ox.NamedNode) -> bool:
        """Return whether the graph says anything of a thing, or links to it."""
        self.look([iri], [iri])
        return bool(self._of[iri] or self._to[iri])

    def of(self, subject: Term) -> list[Fact]:
        """Return the statements about a thing."""
        if isinstance(subject, ox.Literal):
            return []
        self.look([subject])
        return self._of.get(subject, [])

    def to(self, value: Term) -> list[Fact]:
        """Return the statements that link to a thing."""
        self.look(to=[value])
        return self._to.get(value, [])

    def in_graph(self, name: str) -> list[Fact]:
        """Return the statements of the named graph with this name."""
        if name not in self._in:
            home = ox.NamedNode(GRAPH + name)
            self._in[name] = self._facts(f"VALUES ?g {{ {home} }} GRAPH ?g {{ ?s ?p ?o }}")
        return self._in[name]

    def texts_of(self, subjects: Iterable[ox.NamedNode], name: str) -> dict[ox.NamedNode, str]:
        """Return a text of one property, given by IRI, for each of many things that has one."""
        listed = " ".join(map(str, subjects))
        pattern = f"VALUES ?s {{ {listed} }} ?s {ox.NamedNode(name)} ?o"
        rows = sliced(self._ask, "?s ?o", pattern, "?s") if listed else ()
        found: dict[ox.NamedNode, str] = {}
        for subject, value in sorted(rows, key=str, reverse=True):
            if isinstance(subject, ox.NamedNode) and isinstance(value, ox.Literal):
                found[subject] = value.value
        return found

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

    def below(self, iri: ox.NamedNode) -> list[ox.NamedNode]:
        """Return the reified facts whose IRIs lie below a thing's."""
        self.open(iri)
        return self._below[iri]

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
        below = self.below(iri)
        found = dict.fromkeys(fact for node in (iri, *below) for fact in self.of(node))
        links = [fact for fact in self.to(iri) if not fact.derived]
        blank = [f for f in found if isinstance(f.value, ox.BlankNode)]
        blank += [f for f in links if isinstance(f.subject, ox.BlankNode)]
        if blank:
            found, more = self._with_blank(iri, below, {fact.graph for fact in blank})
            links = [f for f in links if not isinstance(f.subject, ox.BlankNode)] + more
        found |= dict.fromkeys(links[:most_links])
        if iri.value.startswith(GRAPH):
            found |= dict.fromkeys(self.in_graph(iri.value.removeprefix(GRAPH)))
        triples = _named_by_content([fact.triple for fact in found])
        return sorted(
            dict.fromkeys(triples),
            key=lambda t: (t.subject != iri, str(t.subject), str(t.predicate), str(t.object)),
        )

    def _with_blank(
        self, iri: ox.NamedNode, below: list[ox.NamedNode], homes: set[str]
    ) -> tuple[dict[Fact, None], list[Fact]]:
        """Return the statements of a thing, of what lies below it and of the blank nodes reached.

        Also those that link blank nodes to it; all in one query, since in another answer a blank
        node has another name.
        """
        nodes = [iri, *below]
        graphs = " ".join(str(ox.NamedNode(GRAPH + name)) for name in sorted(homes))
        of: dict[Node, list[Fact]] = {}
        for fact in self._facts(
            f"{{ VALUES ?s {{ {' '.join(map(str, nodes))} }} GRAPH ?g {{ ?s ?p ?o }} }} UNION "
            f"{{ VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }} FILTER(ISBLANK(?s)) }}"
        ):
            of.setdefault(fact.subject, []).append(fact)
        found: dict[Fact, None] = {}
        waiting: list[Node] = [*nodes]
        met = set(waiting)
        while waiting:
            for fact in of.get(waiting.pop(), ()):
                found[fact] = None
                if isinstance(fact.value, ox.BlankNode) and fact.value not in met:
                    met.add(fact.value)
                    waiting.append(fact.value)
        links = [
            fact
            for node, facts in of.items()
            if isinstance(node, ox.BlankNode)
            for fact in facts
            if fact.value == iri
        ]
        return found, links


def _named_by_content(triples: list[ox.Triple]) -> list[ox.Triple]:
    """Return triples with blank nodes named by what is said of them, alike whatever the store."""
    said: dict[Term, list[ox.Triple]] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.BlankNode):
            said.setdefault(triple.subject, []).append(triple)
    known: dict[Term, str] = {}

    def content(node: Term) -> str:
        if not isinstance(node, ox.BlankNode):
            return str(node)
        if node not in known:
            known[node] = ""  # in a circle, which ours do not run in, it ends here
            parts = sorted(f"{t.predicate} {content(t.object)}" for t in said.get(node, ()))
            known[node] = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return known[node]

    for triple in triples:
        content(triple.subject)
        content(triple.object)
    order = sorted(known, key=lambda node: known[node])
    names = {node: ox.BlankNode(f"b{place}") for place, node in enumerate(order, 1)}
    return [
        ox.Triple(names.get(t.subject, t.subject), t.predicate, names.get(t.object, t.object))
        for t in triples
    ]


def _new_below(
    facts: Iterable[Fact], starts: tuple[str, ...], known: Mapping[ox.NamedNode, None]
) -> list[ox.NamedNode]:
    """Return what at the ends of some statements lies below some records and is not known yet."""
    ends = {
        end: None
        for fact in facts
        for end in (fact.subject, fact.value)
        if isinstance(end, ox.NamedNode) and end.value.startswith(starts)
    }
    return [end for end in ends if end not in known]


def sliced(
    ask: Ask, columns: str, pattern: str, by: str, digits: str = ""
) -> Iterator[tuple[Term | None, ...]]:
    """Yield the rows of a SELECT, asked for in parts where they are more than one answer may hold.

    Args:
        ask: runs a SELECT.
        columns: its variables.
        pattern: its WHERE clause without the braces.
        by: the variable by whose value the rows are shared out.
        digits: with which the hash of that value begins.

    Raises:
        AnswerTooLargeError: the smallest part is too large.
        MyographError: as `ask`.
    """
    chosen = f'STRSTARTS(MD5(STR({by})), "{digits}")'
    if not digits.strip("0"):
        # A blank node has no text.
        chosen = f"ISBLANK({by}) || {chosen}"
    part = f"{{ {pattern} }} FILTER({chosen})" if digits else pattern
    try:
        rows = ask(f"SELECT {columns} WHERE {{ {part} }}").rows
    except AnswerTooLargeError:
        if len(digits) == _FINEST:
            raise
        for digit in "0123456789abcdef":
            yield from sliced(ask, columns, pattern, by, digits + digit)
        return
    yield from rows


def is_ours(term: Term) -> bool:
    """Return whether a term is an IRI of ours."""
    return isinstance(term, ox.NamedNode) and term.value.startswith(BASE)
