"""Gives every reified fact a stable IRI.

In the data files a fact such as an origin is a nested `[ … ]`. Its IRI is made of the
owner's IRI, a segment that the property's `myo:nodeSegment` names, and a key: an authored
`myo:key`, else the value of the property that `myo:nodeKey` names. Where two facts of one
owner would share that IRI, the properties in `myo:nodeTieBreak` tell them apart.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from myograph.errors import DuplicateFactError, UnnamedNodeError
from myograph.terms import BASE, MYO, myo

Term = NamedNode | BlankNode | Literal | Triple
Subject = NamedNode | BlankNode | Triple
KEY = myo("key")
# Of a name, in characters, and of what it is made of; ours have 200 at most, and 3.
_LONGEST, _DEEPEST = 2000, 50


@dataclass(frozen=True)
class NodeRule:
    """How the values of one property are named.

    Attributes:
        segment: the path segment between the owner's IRI and the key.
        key: the property whose value is the key, or None where the segment is enough.
        tie_break: the properties that tell two facts with one key apart, in order of use.
    """

    segment: str
    key: NamedNode | None = None
    tie_break: tuple[NamedNode, ...] = ()


def node_rules(ontology: Iterable[Quad]) -> dict[NamedNode, NodeRule]:
    """Return the naming rule of each property that the ontology marks with `myo:nodeSegment`."""
    found: dict[NamedNode, dict[str, str]] = defaultdict(dict)
    for quad in ontology:
        name = quad.predicate.value.removeprefix(MYO)
        marks = name in {"nodeSegment", "nodeKey", "nodeTieBreak"}
        if marks and isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            found[quad.subject][name] = quad.object.value
    return {
        prop: NodeRule(
            segment=marks["nodeSegment"],
            key=myo(marks["nodeKey"]) if "nodeKey" in marks else None,
            tie_break=tuple(myo(name) for name in marks.get("nodeTieBreak", "").split()),
        )
        for prop, marks in found.items()
        if "nodeSegment" in marks
    }


@dataclass
class _File:
    """The nested facts of one file while they are being named."""

    name: str
    rules: dict[NamedNode, NodeRule]
    values: dict[BlankNode, list[tuple[NamedNode, Term]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    owned: dict[Term, list[tuple[NamedNode, BlankNode]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    named: dict[BlankNode, NamedNode] = field(default_factory=dict)
    slugs: dict[BlankNode, str] = field(default_factory=dict)

    def name_all_of(self, owner: Term, iri: str) -> None:
        """Name the facts that hang on `owner`, and then those that hang on them."""
        self._refuse_endless(iri)
        by_key: dict[str, list[tuple[NodeRule, BlankNode]]] = defaultdict(list)
        for prop, node in self.owned.get(owner, ()):
            rule = self.rules[prop]
            by_key[self._path(rule, node, iri)].append((rule, node))
        for path, facts in by_key.items():
            for suffix, node in self._told_apart(facts, f"{iri}/{path}"):
                self.named[node] = NamedNode(f"{iri}/{path}{suffix}")
                self.name_all_of(node, f"{iri}/{path}{suffix}")

    def _path(self, rule: NodeRule, node: BlankNode, owner: str) -> str:
        key = self._slug(node, KEY) or (self._slug(node, rule.key) if rule.key else "")
        if rule.key and not key:
            wanted = rule.key.value.removeprefix(MYO)
            raise UnnamedNodeError(
                f"{self.name}: a nested fact '{rule.segment}' of <{owner}> has no myo:{wanted}.",
                repair=f"Give it one: its IRI is made of it, as {owner}/{rule.segment}/….",
            )
        return f"{rule.segment}/{key}" if key else rule.segment

    def _told_apart(
        self, facts: list[tuple[NodeRule, BlankNode]], iri: str
    ) -> list[tuple[str, BlankNode]]:
        if len(facts) == 1:
            return [("", facts[0][1])]
        taken: dict[str, BlankNode] = {}
        for rule, node in facts:
            slugs = (self._slug(node, prop) for prop in rule.tie_break)
            suffix = "".join(f"--{slug}" for slug in slugs if slug)
            if suffix in taken:
                names = " or ".join(
                    f"myo:{prop.value.removeprefix(MYO)}" for prop in rule.tie_break
                )
                raise DuplicateFactError(
                    f"{self.name}: <{iri}> is stated twice.",
                    repair="Drop one of the two, or tell them apart"
                    + (f" by {names} or a myo:key." if names else " by a myo:key."),
                )
            taken[suffix] = node
        return list(taken.items())

    def _slug(self, node: BlankNode, prop: NamedNode) -> str:
        parts = sorted(self._slug_of(value) for p, value in self.values[node] if p == prop)
        return "-".join(parts)

    def _slug_of(self, value: Term, depth: int = 0) -> str:
        if isinstance(value, NamedNode):
            return re.split(r"[/#]", value.value)[-1]
        if isinstance(value, BlankNode):
            if value not in self.slugs:
                self._refuse_endless("", depth)
                # A node that hangs on itself adds nothing to its own name.
                self.slugs[value] = ""
                inner = [self._slug_of(v, depth + 1) for _, v in self.values[value]]
                self.slugs[value] = "-".join(sorted(inner))
                self._refuse_endless(self.slugs[value])
            return self.slugs[value]
        text = value.value if isinstance(value, Literal) else ""
        return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")

    def _refuse_endless(self, name: str, depth: int = 0) -> None:
        """Refuse what would be named after all that hangs on it, where that is without end."""
        if len(name) > _LONGEST or depth > _DEEPEST:
            raise UnnamedNodeError(
                f"{self.name}: a nested fact would be named after facts nested more than "
                f"{_DEEPEST} deep, or by more than {_LONGEST} characters: {name[:100]}….",
                repair="Let no nested fact hang on itself, and nest fewer in one another.",
            )


def name_facts(quads: list[Quad], rules: dict[NamedNode, NodeRule], file: str) -> list[Quad]:
    """Replace every nested fact in the quads of one file by its IRI.

    Args:
        quads: what the file says, blank nodes and all.
        rules: how the values of each reifying property are named, from `node_rules`.
        file: the file's name, for messages.

    Raises:
        UnnamedNodeError: a blank node hangs on no reifying property, or lacks its key.
        DuplicateFactError: two facts would get the same IRI.
    """
    facts = _File(file, rules)
    for quad in quads:
        if isinstance(quad.subject, BlankNode):
            facts.values[quad.subject].append((quad.predicate, quad.object))
        if isinstance(quad.object, BlankNode) and quad.predicate in rules:
            facts.owned[quad.subject].append((quad.predicate, quad.object))
    owners = sorted({o for o in facts.owned if isinstance(o, NamedNode)}, key=lambda o: o.value)
    for owner in owners:
        facts.name_all_of(owner, owner.value)
    return [
        Quad(
            _subject(quad, facts),
            quad.predicate,
            _iri(quad.object, quad, facts),
            quad.graph_name,
        )
        for quad in quads
    ]


def _subject(quad: Quad, facts: _File) -> Subject:
    named = _iri(quad.subject, quad, facts)
    return quad.subject if isinstance(named, Literal) else named


def _iri(term: Term, quad: Quad, facts: _File) -> Term:
    if not isinstance(term, BlankNode):
        return term
    if term in facts.named:
        return facts.named[term]
    where = f"<{quad.subject.value}>" if isinstance(quad.subject, NamedNode) else "a nested fact"
    raise UnnamedNodeError(
        f"{facts.name}: {where} has a blank node with {quad.predicate.value.removeprefix(BASE)}"
        " that the graph has no name for.",
        repair="Write it as a record with an IRI of its own, or hang it on one of the properties "
        "that the ontology marks with myo:nodeSegment.",
    )
