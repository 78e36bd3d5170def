"""Says why a statement holds: the rule's sentence, the facts it used, and their sources.

The named graph that a derived triple lies in tells the rule. The rule is run once more as a
SELECT of all its variables, bound to the triple; each solution that makes the triple gives the
premises, which are explained in turn until only authored statements are left.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import pyoxigraph as ox

from myograph.binding import (
    AT_ONCE,
    Key,
    Made,
    Solution,
    batched,
    bound_queries,
    filled,
    is_blank,
    premises_of,
)
from myograph.build import Built
from myograph.errors import NotInGraphError, UnknownNameError
from myograph.names import Names
from myograph.query import Rows, Term, select
from myograph.rules import Rule
from myograph.terms import BASE, GRAPH, RDF_TYPE, SOURCE, graph, myo

Ask = Callable[[str], Rows]
_VOCABULARY = graph("ontology").value
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
        ask: runs a SELECT over the graph.
        rules: that derived what was derived.
        names: of its records.
        whole: whether a rule is run once for all that it makes, which is the quicker where many
            statements are explained and their graph is in this process, or for what is asked.
    """

    def __init__(
        self, ask: Ask, rules: Sequence[Rule], names: Names, *, whole: bool = False
    ) -> None:
        self._ask, self._whole, self.names = ask, whole, names
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            self._rules[rule.target.value].append(rule)
        self._known: dict[Key, Explanation] = {}
        self._homes: dict[Key, str] = {}
        self._derivations: dict[str, dict[Key, list[Solution]]] = defaultdict(dict)
        self._run: set[str] = set()
        self._cited: dict[str, list[ox.NamedNode]] = {}

    def explain(
        self, subject: ox.NamedNode, predicate: ox.NamedNode, value: ox.NamedNode | ox.Literal
    ) -> Explanation:
        """Explain one statement.

        Raises:
            NotInGraphError: the graph does not say so.
        """
        key = (subject, predicate, value)
        self._prepare([key])
        found = self._explain(key, frozenset())
        if found is None:
            raise NotInGraphError(
                f"The graph does not say: {self.words(key)}.",
                "Look at what it says with: myograph show.",
            )
        return found

    def _explain(self, key: Key, above: frozenset[Key]) -> Explanation | None:
        if key in self._known:
            return self._known[key]
        home = self._homes[key]
        if not home:
            return None
        rules, name = self._rules.get(home, []), home.removeprefix(GRAPH)
        if not rules:
            sources = tuple(self._sources(key[0]))
            found: Explanation | None = Explanation(
                ox.Triple(*key),  # type: ignore[arg-type]
                name,
                self.words(key),
                sources=sources,
            )
        else:
            found = self._derivation(key, rules, name, above | {key})
        if found:
            self._known[key] = found
        return found

    def _derivation(
        self, key: Key, rules: list[Rule], name: str, above: frozenset[Key]
    ) -> Explanation | None:
        for rule in rules:
            solutions = _ordered(self._derivations[rule.name].get(key, []))
            for solution in solutions:
                # What was counted or summed rests on each piece of it.
                pieces = solutions if rule.counted else [solution]
                wanted = list(dict.fromkeys(p for each in pieces for p in premises_of(rule, each)))
                self._find(wanted)
                # Branches that were not taken do not hold.
                wanted = [premise for premise in wanted if self._homes[premise]]
                # A premise that itself rests on this statement explains nothing: try the next.
                if any(premise in above for premise in wanted):
                    continue
                self._prepare(wanted)
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

    def _prepare(self, keys: Sequence[Key]) -> None:
        """Ask at once for what explaining some statements takes, one step down."""
        self._find(keys)
        waiting: dict[str, list[Key]] = defaultdict(list)
        for key in keys:
            if key not in self._known and self._homes[key]:
                waiting[self._homes[key]].append(key)
        for home, found in waiting.items():
            for rule in self._rules.get(home, ()):
                self._solve(rule, found)

    def _find(self, keys: Sequence[Key]) -> None:
        """Ask in which graphs some statements lie; "" for one that lies in none."""
        fresh = [key for key in keys if key not in self._homes]
        for some in batched(fresh, AT_ONCE):
            # In another answer a blank node has another name, so it cannot be asked for. Ours are
            # parts of the vocabulary's expressions, which somebody wrote.
            self._homes |= {key: _VOCABULARY if is_blank(key) else "" for key in some}
            # By number: a store may write a literal otherwise than it was asked for.
            rows = " ".join(
                f"({place} {' '.join(map(str, key))})"
                for place, key in enumerate(some)
                if not is_blank(key)
            )
            text = f"VALUES (?i ?s ?p ?o) {{ {rows} }} GRAPH ?g {{ ?s ?p ?o }}"
            for place, home in self._ask(f"SELECT ?i ?g WHERE {{ {text} }}").rows if rows else ():
                if isinstance(place, ox.Literal) and isinstance(home, ox.NamedNode):
                    self._homes[some[int(place.value)]] = home.value

    def _solve(self, rule: Rule, keys: Sequence[Key]) -> None:
        """Ask for the solutions of a rule that make some statements, or for all."""
        known = self._derivations[rule.name]
        if rule.name in self._run:
            return
        if self._whole:
            self._run.add(rule.name)
            texts = [rule.select]
        else:
            fresh = [key for key in keys if key not in known]
            texts = list(bound_queries(rule, fresh, self._made(rule, fresh)))
            known |= {key: [] for key in fresh}
        for text in texts:
            for row in self._ask(text).dicts():
                solution = {column: term for column, term in row.items() if term is not None}
                for pattern in rule.template:
                    triple = filled(pattern, solution)
                    if triple and (self._whole or triple in known):
                        known.setdefault(triple, []).append(solution)

    def _made(self, rule: Rule, keys: Sequence[Key]) -> Made:
        """Ask what the graph of a rule says of the subjects of some statements."""
        found: Made = defaultdict(list)
        for some in batched(keys, AT_ONCE):
            listed = " ".join(dict.fromkeys(str(key[0]) for key in some if not is_blank(key)))
            text = f"VALUES ?s {{ {listed} }} GRAPH {rule.target} {{ ?s ?p ?o }}"
            for subject, predicate, value in self._ask(f"SELECT ?s ?p ?o WHERE {{ {text} }}").rows:
                if isinstance(predicate, ox.NamedNode) and subject and value:
                    found[subject, predicate.value].append(value)
        return found

    def _sources(self, subject: Term) -> list[ox.NamedNode]:
        """Return the sources of a record, or of the one that a reified fact hangs on."""
        above: list[str] = []
        iri = subject.value if isinstance(subject, ox.NamedNode) else ""
        while iri.startswith(BASE) and iri.count("/") > BASE.count("/"):
            above.append(iri)
            iri = iri.rsplit("/", 1)[0]
        if above and above[0] not in self._cited:
            listed = " ".join(f"<{one}>" for one in above)
            rows = self._ask(
                f"SELECT ?s ?o WHERE {{ VALUES ?s {{ {listed} }} ?s {SOURCE} ?o }}"
            ).rows
            cited: dict[str, list[ox.NamedNode]] = defaultdict(list)
            for one, source in rows:
                if isinstance(one, ox.NamedNode) and isinstance(source, ox.NamedNode):
                    cited[one.value].append(source)
            nearest = next((cited[one] for one in above if one in cited), [])
            self._cited[above[0]] = sorted(nearest, key=lambda source: source.value)
        return self._cited[above[0]] if above else []

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
    """Explain one statement of a graph; for several, keep an explainer.

    Raises:
        NotInGraphError: the graph does not say so.
    """
    return explainer_of(built).explain(subject, predicate, value)


def explainer_of(built: Built, names: Names | None = None) -> Explainer:
    """Return an explainer of a graph in this process, with its names if they are there already."""
    ask = partial(select, built.store)
    return Explainer(ask, built.rules, names or Names(built.quads), whole=True)


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


def _ordered(solutions: list[Solution]) -> list[Solution]:
    """Return solutions each once, in an order that every store agrees about."""
    if len(solutions) < 2:
        return solutions
    found = {repr(sorted((name, str(t)) for name, t in one.items())): one for one in solutions}
    return [one for _, one in sorted(found.items())]


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
