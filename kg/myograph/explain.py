"""Says why a statement holds: the rule's sentence, the facts it used, and their sources.

The named graph that a derived triple lies in tells the rule. The rule is run once more as a
SELECT of all its variables; each solution that makes the triple gives the premises, which are
explained in turn until only authored statements are left.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import pyoxigraph as ox
from rdflib.term import Identifier, URIRef, Variable
from rdflib.term import Literal as RdflibLiteral

from myograph.build import Built
from myograph.errors import NotInGraphError, UnknownNameError
from myograph.names import Names
from myograph.rules import Pattern, Rule
from myograph.terms import BASE, GRAPH, RDF_TYPE, SOURCE, myo

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Key = tuple[Term, ox.NamedNode, Term]
Statement = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode]
_LABELLED = {RDF_TYPE: "is a"}


@dataclass(frozen=True)
class Explanation:
    """Why one statement holds.

    Attributes:
        statement: the triple.
        graph: the name of the graph that it lies in, such as `inferred/crosses`.
        text: the statement in words.
        rule: the rule that derived it; nothing for an authored statement.
        says: the rule's sentence with the names of what it was about.
        sources: for an authored statement, the IRIs of its sources.
        premises: for a derived statement, what the rule used.
    """

    statement: ox.Triple
    graph: str
    text: str
    rule: str = ""
    says: str = ""
    sources: tuple[ox.NamedNode, ...] = ()
    premises: tuple["Explanation", ...] = ()

    @property
    def derived(self) -> bool:
        """Whether a rule made the statement."""
        return bool(self.rule)

    def authored(self) -> Iterator["Explanation"]:
        """Yield the authored statements that it all rests on."""
        if not self.derived:
            yield self
        for premise in self.premises:
            yield from premise.authored()


class Explainer:
    """Explains statements of one graph; keeps what it has worked out.

    Args:
        built: the graph.
        names: its names, if they are there already.
    """

    def __init__(self, built: Built, names: Names | None = None) -> None:
        self._built = built
        self._names = names
        self._known: dict[Key, Explanation] = {}
        self._derivations: dict[str, dict[Key, list[dict[str, Term]]]] = {}

    @cached_property
    def names(self) -> Names:
        """The names of the records of the graph."""
        return self._names or Names(self._built.quads)

    def explain(
        self, subject: ox.NamedNode, predicate: ox.NamedNode, value: ox.NamedNode | ox.Literal
    ) -> Explanation:
        """Explain one statement.

        Raises:
            NotInGraphError: the graph does not say so.
        """
        found = self._explain((subject, predicate, value), frozenset())
        if found is None:
            raise NotInGraphError(
                f"The graph does not say: {self.words((subject, predicate, value))}.",
                "Look at what it says with: myograph show.",
            )
        return found

    def _explain(self, key: Key, above: frozenset[Key]) -> Explanation | None:
        if key in self._known:
            return self._known[key]
        quad = next(self._built.store.quads_for_pattern(*key, None), None)  # type: ignore[arg-type]
        if quad is None or not isinstance(quad.graph_name, ox.NamedNode):
            return None
        name = quad.graph_name.value.removeprefix(GRAPH)
        rules = [rule for rule in self._built.rules if rule.target == quad.graph_name]
        statement, text = ox.Triple(*key), self.words(key)  # type: ignore[arg-type]
        if not rules:
            sources = tuple(self._sources(key[0]))
            found: Explanation | None = Explanation(statement, name, text, sources=sources)
        else:
            found = self._derivation(key, rules, name, above | {key})
        if found:
            self._known[key] = found
        return found

    def _derivation(
        self, key: Key, rules: list[Rule], name: str, above: frozenset[Key]
    ) -> Explanation | None:
        for rule in rules:
            solutions = self._solutions(rule).get(key, [])
            for solution in solutions:
                # What was counted or summed rests on each piece of it.
                pieces = solutions if rule.counted else [solution]
                wanted = dict.fromkeys(p for each in pieces for p in self._premises(rule, each))
                # A premise that itself rests on this statement explains nothing: try the next.
                if any(premise in above for premise in wanted):
                    continue
                premises = [self._explain(premise, above) for premise in wanted]
                if all(premises):
                    return Explanation(
                        ox.Triple(*key),  # type: ignore[arg-type]
                        name,
                        self.words(key),
                        rule.name,
                        self._sentence(rule, solution),
                        premises=tuple(p for p in premises if p),
                    )
        return None

    def _solutions(self, rule: Rule) -> dict[Key, list[dict[str, Term]]]:
        """Return, for each triple that the rule makes, the solutions that make it."""
        if rule.name not in self._derivations:
            made: dict[Key, list[dict[str, Term]]] = defaultdict(list)
            for solution in self._ask(rule):
                for pattern in rule.template:
                    triple = _filled(pattern, solution)
                    if triple:
                        made[triple].append(solution)
            self._derivations[rule.name] = made
        return self._derivations[rule.name]

    def _ask(self, rule: Rule) -> Iterator[dict[str, Term]]:
        answer = self._built.store.query(rule.select, use_default_graph_as_union=True)
        if not isinstance(answer, ox.QuerySolutions):
            raise TypeError(f"{rule.name} is no SELECT")
        columns = [variable.value for variable in answer.variables]
        for solution in answer:
            pairs = zip(columns, solution, strict=True)
            yield {column: term for column, term in pairs if term is not None}

    def _premises(self, rule: Rule, solution: dict[str, Term]) -> list[Key]:
        """Return what held when the rule fired; branches not taken are left out."""
        filled = (_filled(pattern, solution) for pattern in rule.premises)
        store = self._built.store
        return [
            key
            for key in dict.fromkeys(filled)
            if key and next(store.quads_for_pattern(*key, None), None)  # type: ignore[arg-type]
        ]

    def _sources(self, subject: Term) -> list[ox.NamedNode]:
        """Return the sources of a record, or of the one that a reified fact hangs on."""
        iri = subject.value if isinstance(subject, ox.NamedNode) else ""
        while iri.startswith(BASE) and iri.count("/") > BASE.count("/"):
            quads = self._built.store.quads_for_pattern(ox.NamedNode(iri), SOURCE, None, None)
            found = [quad.object for quad in quads if isinstance(quad.object, ox.NamedNode)]
            if found:
                return sorted(found, key=lambda source: source.value)
            iri = iri.rsplit("/", 1)[0]
        return []

    def _sentence(self, rule: Rule, solution: dict[str, Term]) -> str:
        return re.sub(
            r"\{(\w+)\}",
            lambda match: self.label(solution[match[1]]) if match[1] in solution else "something",
            rule.says,
        )

    def words(self, key: Key) -> str:
        """Return a statement in words."""
        subject, predicate, value = key
        verb = _LABELLED.get(predicate) or self.label(predicate)
        return f"{self.label(subject)} {verb} {self.label(value)}"

    def label(self, term: Term) -> str:
        """Return what to call a term: a record's label, or the way to a reified fact."""
        if isinstance(term, ox.NamedNode):
            return node_label(term, self.names)
        return term.value if isinstance(term, ox.Literal) else "an expression"


def node_label(iri: ox.NamedNode, names: Names) -> str:
    """Return a record's label, or for a reified fact its owner's label and its path below it."""
    if iri in names.records or not iri.value.startswith(BASE):
        return names.label(iri)
    parts = iri.value.removeprefix(BASE).split("/")
    owner = ox.NamedNode(BASE + "/".join(parts[:2]))
    if len(parts) < 3 or owner not in names.records:
        return names.label(iri)
    # Segments come in pairs, kind and key: phase/raise/demand/ankle-plantarflexion.
    words = [part.replace("--", ", ").replace("-", " ") for part in parts[2:]]
    steps = [" ".join(words[at : at + 2]) for at in range(0, len(words), 2)]
    return f"{names.label(owner)} [{', '.join(steps)}]"


def explain(
    built: Built,
    subject: ox.NamedNode,
    predicate: ox.NamedNode,
    value: ox.NamedNode | ox.Literal,
) -> Explanation:
    """Explain one statement of a graph; for several, keep an `Explainer`.

    Raises:
        NotInGraphError: the graph does not say so.
    """
    return Explainer(built).explain(subject, predicate, value)


def predicate_of(text: str, names: Names) -> ox.NamedNode:
    """Return the property that somebody means by `crosses`, `myo:crosses`, `a` or an IRI.

    Raises:
        UnknownNameError: there is no such property.
    """
    if text == "a":
        return RDF_TYPE
    name = text.removeprefix("myo:")
    if name.isidentifier() and myo(name) in names.records:
        return myo(name)
    return names.find(text)


def statement_of(words: Sequence[str], names: Names, store: ox.Store) -> Statement:
    """Return the statement that somebody means: of those that the words may mean, one that holds.

    Args:
        words: subject, property and object; or all words of the sentence, where a name has
            several, as in `biceps femoris crosses knee`.
        names: of the graph.
        store: the graph.

    Raises:
        UnknownNameError: there is no such record or property.
    """
    if len(words) == 3:
        subject, value = names.find(words[0]), names.find(words[2])
        predicate = predicate_of(words[1], names)
        # A joint and the complex it is part of may share a name, and so may joint and region.
        for one, other in product(names.called(words[0]), names.called(words[2])):
            if next(store.quads_for_pattern(one, predicate, other, None), None):
                return one, predicate, other
        return subject, predicate, value
    for first in range(1, len(words) - 1):
        for last in range(first + 1, len(words)):
            parts = words[:first], words[first:last], words[last:]
            try:
                return statement_of([" ".join(part) for part in parts], names, store)
            except UnknownNameError:
                continue
    raise UnknownNameError(
        f"No statement can be read from '{' '.join(words)}'.",
        "Give it as subject, property and object, such as: soleus crosses ankle.",
    )


def _filled(pattern: Pattern, solution: dict[str, Term]) -> Key | None:
    terms = [_term(part, solution) for part in pattern]
    subject, predicate, value = terms
    if subject is None or value is None or not isinstance(predicate, ox.NamedNode):
        return None
    return subject, predicate, value


def _term(part: Identifier, solution: dict[str, Term]) -> Term | None:
    if isinstance(part, Variable):
        return solution.get(str(part))
    if isinstance(part, URIRef):
        return ox.NamedNode(str(part))
    if isinstance(part, RdflibLiteral):
        datatype = ox.NamedNode(str(part.datatype)) if part.datatype else None
        return ox.Literal(str(part), datatype=datatype, language=part.language)
    return None
