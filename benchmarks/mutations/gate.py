"""Says whether a change to the facts would be refused: the whole graph is derived and checked.

Changes to different records are judged in one go, each refusal laid to the change whose records it
is about. A refusal about none of them has the changes judged apart.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import pyshacl_turbo
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store
from rdflib import Graph
from rdflib.namespace import SH

from benchmarks.mutations.facts import Change, Facts, Term
from myograph.check import load_shapes, seen_by
from myograph.derive import derive
from myograph.naming import name_facts, node_rules
from myograph.picture.faults import faults
from myograph.query import select
from myograph.read import graph_of, read_ontology
from myograph.rules import Pattern, Rule, load_rules
from myograph.sssom import read_mapping
from myograph.terms import BASE, graph, myo

# What other records are placed by, so that a refusal may be about any of them.
_FRAME = frozenset(
    ("bone", "landmark", "joint", "movement", "region", "nerve", "root", "artery", "vein", "tissue")
)
_NAMED = re.compile(r"\b([a-z]+)[:/]([A-Za-z0-9-]+)")


@dataclass(frozen=True)
class Refusal:
    """Why a change would be refused.

    Attributes:
        by: the rule, the shape or the step that refuses.
        says: its message.
        about: the record that it refuses.
    """

    by: str
    says: str
    about: str = ""

    @cached_property
    def mentions(self) -> set[str]:
        """The records that the message names."""
        return {f"{kind}/{slug}" for kind, slug in _NAMED.findall(self.says)}


@dataclass(frozen=True)
class Delta:
    """What a change takes from the named quads and adds to them."""

    gone: tuple[Quad, ...]
    came: tuple[Quad, ...]

    @property
    def quads(self) -> tuple[Quad, ...]:
        """All of them."""
        return self.gone + self.came

    @cached_property
    def subjects(self) -> set[str]:
        """The records that the change is in."""
        return {record_of(quad.subject) for quad in self.quads} - {""}

    @cached_property
    def records(self) -> set[str]:
        """Those and what they name, leaving aside what everything names."""
        named = {record_of(quad.object) for quad in self.quads} - {""}
        return self.subjects | {r for r in named if _kind(r) not in (*_FRAME, "source", "ontology")}

    @property
    def in_frame(self) -> bool:
        """Whether it is in what other records are placed by."""
        return any(_kind(record) in _FRAME for record in self.subjects)

    def concerns(self, refusal: Refusal) -> bool:
        """Whether a refusal is about the change."""
        return refusal.about in self.subjects or bool(self.subjects & refusal.mentions)


class Gate:
    """What a change has to pass.

    Args:
        facts: as they are.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.ontology = read_ontology(facts.sources)
        self.nodes = node_rules(self.ontology)
        self.rules = needed(load_rules(facts.sources.rules), load_shapes(facts.sources.shapes))
        self.shapes = load_shapes(facts.sources.shapes)
        self.compiled = pyshacl_turbo.CompiledShapes(self.shapes)  # type: ignore[no-untyped-call]
        self.named = {name: self._named(name, quads) for name, quads in facts.files.items()}
        for name, text in facts.tables.items():
            self.named[name] = self._linked(name, text)

    # ------------------------------------------------------------ what the change does to the quads

    def _sides(self, change: Change) -> tuple[list[Quad], list[Quad]]:
        """Return what the records that a change is in say before and after it, facts named."""
        if change.text:
            return self.named[change.file], self._linked(change.file, change.text)
        hangs = {q.object: q.subject for q in change.added if isinstance(q.object, BlankNode)}
        owners = set()
        for quad in (*change.removed, *change.added):
            term: Term = quad.subject
            while isinstance(term, BlankNode) and term in hangs:
                term = hangs[term]
            owners.add(self.facts.owner(term))
        before = [q for owner in owners for q in self.facts.of_owner[change.file, owner]]
        gone = set(change.removed)
        after = [quad for quad in before if quad not in gone] + list(change.added)
        return self._named(change.file, before), self._named(change.file, after)

    def _named(self, name: str, quads: list[Quad]) -> list[Quad]:
        target = graph(graph_of(self.facts.sources.root / name, self.facts.sources.data))
        named = name_facts(quads, self.nodes, name)
        return [Quad(q.subject, q.predicate, q.object, target) for q in named]

    def _linked(self, name: str, text: str) -> list[Quad]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / Path(name).name
            path.write_text(text, "utf-8")
            return read_mapping(path, name)

    def delta(self, change: Change) -> Delta:
        """Return what a change takes from the graph and adds to it.

        Raises:
            MyographError: the file is not right any more.
            ValueError: nothing is changed.
        """
        before, after = map(Counter, self._sides(change))
        found = Delta(tuple((before - after).elements()), tuple((after - before).elements()))
        if not found.quads:
            raise ValueError(f"nothing is changed: {change.told}")
        return found

    # ------------------------------------------------------------ the verdicts

    def verdicts(self, deltas: list[Delta]) -> list[list[Refusal]]:
        """Return why each of some changes, of different records, would be refused."""
        if not deltas:
            return []
        gone = {quad for delta in deltas for quad in delta.gone}
        everything = [q for quads in self.named.values() for q in quads if q not in gone]
        everything += [quad for delta in deltas for quad in delta.came]
        found = self.judge(self.ontology + everything, deltas)
        if len(deltas) == 1:
            return [found]
        shares = [[r for r in found if delta.concerns(r)] for delta in deltas]
        if all(any(delta.concerns(r) for delta in deltas) for r in found):
            return shares
        # Something is wrong of which no record tells: are those to blame that no other tells of?
        open_ = [at for at, refused in enumerate(shares) if not refused]
        half = len(open_) if len(open_) < len(deltas) else (len(open_) + 1) // 2
        for part in (open_[:half], open_[half:]):
            apart = self.verdicts([deltas[at] for at in part])
            for at, refused in zip(part, apart, strict=True):
                shares[at] = refused
        return shares

    def judge(self, authored: list[Quad], deltas: list[Delta]) -> list[Refusal]:
        """Return what rules have against a graph, and shapes and figures where that is not enough.

        Args:
            authored: what is stated in it.
            deltas: the changes; where the rules refuse them all, nothing else is asked.
        """
        twice = [quad for quad, times in Counter(authored).items() if times > 1]
        found = [
            Refusal("one-graph-each", f"stated twice: {quad}", record_of(quad.subject))
            for quad in twice
        ]
        store = Store()
        store.extend(authored)
        derive(store, self.rules)
        quads = list(store)
        found += [
            Refusal(_name(quad.graph_name), quad.object.value, record_of(quad.subject))
            for quad in quads
            if quad.predicate == myo("violates") and isinstance(quad.object, Literal)
        ]
        if deltas and all(any(delta.concerns(why) for why in found) for delta in deltas):
            return found
        return found + self._by_shapes(quads) + _by_figures(store)

    def _by_shapes(self, quads: list[Quad]) -> list[Refusal]:
        seen = [q for q in seen_by(self.shapes, quads) if q.predicate != myo("violates")]
        data = Store()
        data.extend(Quad(q.subject, q.predicate, q.object) for q in seen)
        conforms, report, text = self.compiled.validate(data, allow_warnings=True)  # type: ignore[no-untyped-call]
        if not isinstance(report, Graph):
            return [Refusal("shacl", text)]
        return [] if conforms else list(_results(report))

    @cached_property
    def clean(self) -> list[Refusal]:
        """What the facts as they are have against them; nothing, or no figure means anything."""
        return self.judge(self.ontology + [q for quads in self.named.values() for q in quads], [])


def _by_figures(store: Store) -> list[Refusal]:
    """Return what is drawn where it does not belong."""
    return [
        Refusal("figures", fault.message, record_of(NamedNode(fault.iri)))
        for fault in faults(partial(select, store))
    ]


def _results(report: Graph) -> Iterable[Refusal]:
    for result in report.subjects(rdflib.RDF.type, SH.ValidationResult):
        if report.value(result, SH.resultSeverity) == SH.Violation:
            shape = str(report.value(result, SH.sourceShape)).rsplit("/", 1)[-1]
            focus = report.value(result, SH.focusNode)
            says = f"{focus}: {report.value(result, SH.resultMessage)}"
            yield Refusal(f"shape:{shape}", says, record_of(NamedNode(str(focus))))


def _name(graph_name: object) -> str:
    name = graph_name.value if isinstance(graph_name, NamedNode) else str(graph_name)
    return name.rsplit("/", 1)[-1]


def record_of(term: object) -> str:
    """Return the record that a term is or hangs on, as `muscle/soleus`, or nothing."""
    if not isinstance(term, NamedNode) or not term.value.startswith(BASE):
        return ""
    return "/".join(term.value.removeprefix(BASE).split("/")[:2])


def _kind(record: str) -> str:
    return record.partition("/")[0]


# ---------------------------------------------------------------- which rules


def needed(rules: list[Rule], shapes: Graph) -> list[Rule]:
    """Return the rules on which a contradiction or a shape can depend."""
    asked = {str(term) for triple in shapes for term in triple if isinstance(term, rdflib.URIRef)}
    variable = rdflib.term.Variable

    def seen(rule: Rule) -> bool:
        for _, predicate, value in rule.template:
            if isinstance(predicate, variable):
                return True
            if predicate == rdflib.RDF.type:
                if isinstance(value, variable) or str(value) in asked:
                    return True
            elif str(predicate) in asked:
                return True
        return False

    kept = {rule.name: rule for rule in rules if rule.finds_violations or seen(rule)}
    waiting = list(kept.values())
    while waiting:
        rule = waiting.pop()
        read = [p for p in (*rule.premises, *rule.negated) if not isinstance(p[1], variable)]
        for maker in rules:
            if maker.name not in kept and any(_feeds(t, p) for t in maker.template for p in read):
                kept[maker.name] = maker
                waiting.append(maker)
    return [rule for rule in rules if rule.name in kept]


def _feeds(made: Pattern, read: Pattern) -> bool:
    """Whether a triple that a rule makes may match a pattern that another reads."""
    pairs = zip(made, read, strict=True)
    return all(
        any(isinstance(term, rdflib.term.Variable) for term in pair) or pair[0] == pair[1]
        for pair in pairs
    )
