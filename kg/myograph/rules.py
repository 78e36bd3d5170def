"""The inference rules: one SPARQL CONSTRUCT a file, with its stratum and its sentence.

A rule's file begins with header lines::

    #+ stratum: 4
    #+ says: {leaf} crosses {joint}, since …

`says` is the sentence that `explain` prints, with the variables of the rule in braces.
`#+ graph:` names the graph that the results go to where it is not `inferred/<name>`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

from pyoxigraph import NamedNode
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Identifier, URIRef, Variable

from myograph.errors import RuleError
from myograph.headers import headers
from myograph.sourcefile import files_below, read_source
from myograph.terms import graph

_CONSTRUCT = re.compile(r"CONSTRUCT\s*\{(?P<template>[^{}]*)\}\s*WHERE", re.IGNORECASE)
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_NAME = re.compile(r"(?<=:)[\w-]+|(?<=[/#])[\w-]+(?=>)")
_SELECT = re.compile(r"\bSELECT\b[^{]*|\b(GROUP|ORDER)\s+BY\b[^}]*", re.IGNORECASE)
# Two variables in a row, one after a semicolon, or one after `a`.
_ANY_PROPERTY = re.compile(r"\?\w+\s+\?\w+\s|;\s*\?\w+\s|\sa\s+\?")
Pattern = tuple[Identifier, Identifier, Identifier]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: the file's name without its ending.
        stratum: all rules of one stratum run together to their fixpoint, the lowest first.
        says: the sentence, with the rule's variables in braces.
        target: the named graph of the results.
        text: the CONSTRUCT query.
    """

    name: str
    stratum: int
    says: str
    target: NamedNode
    text: str

    @property
    def select(self) -> str:
        """The same rule as a SELECT of all its variables, to see what it used."""
        return _CONSTRUCT.sub("SELECT * WHERE", self.text, count=1)

    @property
    def single_pass(self) -> bool:
        """Whether the rule runs once, on what was there before: roll-ups feed no one."""
        return self.target == graph("rolled-up")

    @property
    def finds_violations(self) -> bool:
        """Whether what the rule makes is a contradiction that a shape forbids."""
        return self.target.value.startswith(graph("violation/").value)

    @cached_property
    def template(self) -> list[Pattern]:
        """The triples that the rule makes, once for each value that a VALUES block lists."""
        return self._spelt_out(self._algebra["template"] or ())

    @cached_property
    def premises(self) -> list[Pattern]:
        """The triple patterns of the rule that must hold, negated ones left out."""
        return list(_patterns(self._algebra["p"], negated=False))

    @cached_property
    def negated(self) -> list[Pattern]:
        """The triple patterns that the rule wants absent."""
        return self._spelt_out(_patterns(self._algebra["p"], negated=True))

    @cached_property
    def counted(self) -> list[Pattern]:
        """The triple patterns over which the rule counts, sums or lists."""
        groups = _nodes(self._algebra["p"], "Group")
        return self._spelt_out(p for group in groups for p in _patterns(group, negated=False))

    def may_read(self, names: Iterable[str]) -> bool:
        """Whether the rule may look for one of these properties or classes, by local name.

        Told from the text, since parsing every rule would take longer than running it; a rule
        with a variable for a property or a class may look for anything.
        """
        return self._open or not self._names.isdisjoint(names)

    @cached_property
    def _where(self) -> str:
        return _COMMENT.sub("", _CONSTRUCT.split(self.text, maxsplit=1)[-1])

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(_NAME.findall(self._where))

    @cached_property
    def _open(self) -> bool:
        return bool(_ANY_PROPERTY.search(_SELECT.sub("", self._where)))

    def _spelt_out(self, patterns: Iterable[Pattern]) -> list[Pattern]:
        """Return each pattern once for each value that a VALUES block lists."""
        listed = _listed(self._algebra["p"])
        return [
            (subject, predicate, value)
            for pattern in patterns
            for subject, predicate, value in product(*(listed.get(p, [p]) for p in pattern))
        ]

    @cached_property
    def _algebra(self) -> CompValue:
        return prepareQuery(self.text).algebra


def load_rules(folder: Path) -> list[Rule]:
    """Read every `*.rq` file of a folder, the lowest stratum first.

    Raises:
        RuleError: a file is no rule; the message names it.
    """
    rules = [read_rule(path) for path in files_below(folder, ".rq")]
    return sorted(rules, key=lambda rule: (rule.stratum, rule.name))


def read_rule(path: Path) -> Rule:
    """Read one rule.

    Raises:
        RuleError: the header or the query is not of the form that rules have.
    """
    text = read_source(path)
    found = headers(text)
    if not _CONSTRUCT.search(text):
        raise RuleError(
            f"{path.name} is no CONSTRUCT with a flat template.",
            repair="Write CONSTRUCT { triples } WHERE { … }, no braces within the template.",
        )
    try:
        stratum, says = int(found["stratum"][0]), found["says"][0]
    except (KeyError, ValueError):
        raise RuleError(
            f"{path.name} lacks its stratum or its sentence.",
            repair="Begin it with '#+ stratum: <number>' and '#+ says: <sentence>'.",
        ) from None
    target = graph(found.get("graph", [f"inferred/{path.stem}"])[0])
    return Rule(path.stem, stratum, says, target, text)


def stratification_faults(rules: list[Rule]) -> list[str]:
    """Return, as sentences, where the strata of the rules do not hold.

    A rule must not negate, nor count, what its own or a higher stratum makes: its results would
    depend on the order in which rules run. And what is rolled up to muscles and groups is read
    by no rule but those that look for violations, so roll-ups come after all the others.
    """
    leaf_rules = [rule for rule in rules if not rule.single_pass]
    faults = []
    for rule in rules:
        makers = {
            (other.name, other.stratum): (verb, pattern)
            for verb, patterns in (("negates", rule.negated), ("counts", rule.counted))
            for pattern in patterns
            for other in leaf_rules
            if other.stratum >= rule.stratum and any(_may_match(t, pattern) for t in other.template)
        }
        faults += [
            f"{rule.name} (stratum {rule.stratum}) {verb} {_shown(pattern)}, which {name} "
            f"(stratum {stratum}) makes: put {rule.name} above stratum {stratum}."
            for (name, stratum), (verb, pattern) in makers.items()
        ]
    last = max((rule.stratum for rule in leaf_rules if not rule.finds_violations), default=0)
    faults += [
        f"{rule.name} rolls up in stratum {rule.stratum}, but leaves are reasoned about up to "
        f"stratum {last}: put it above."
        for rule in rules
        if rule.single_pass and rule.stratum <= last
    ]
    return faults


def _patterns(node: object, negated: bool, inside: bool = False) -> list[Pattern]:
    """Collect triple patterns, either those under a negation or those that are not."""
    found: list[Pattern] = []
    if isinstance(node, CompValue):
        if node.name == "Minus":
            found += _patterns(node["p1"], negated, inside)
            return found + _patterns(node["p2"], negated, inside=True)
        inside = inside or node.name == "Builtin_NOTEXISTS"
        if inside == negated and isinstance(node.get("triples"), list):
            found += [pattern for triple in node["triples"] for pattern in _steps(list(triple))]
        for name, value in node.items():
            if name not in {"triples", "_vars"}:
                found += _patterns(value, negated, inside)
    elif isinstance(node, (list, tuple)):
        for value in node:
            found += _patterns(value, negated, inside)
    return found


def _steps(terms: list[Identifier | PropertyPath | CompValue]) -> Iterator[Pattern]:
    """Yield the patterns of a block; a property path gives a pattern for each property in it.

    Within a negation in a negation rdflib leaves several triples in one list.
    """
    for at in range(0, len(terms), 3):
        step = tuple(term for term in terms[at : at + 3] if isinstance(term, Identifier))
        if len(step) == 3:
            yield step
        else:
            for iri in _properties(terms[at + 1]):
                yield Variable("_from"), iri, Variable("_to")


def _properties(path: object) -> list[URIRef]:
    """Return the properties that a path is made of, in either form that rdflib has of one."""
    if isinstance(path, URIRef):
        return [path]
    if isinstance(path, PropertyPath):
        parts: Iterable[object] = vars(path).values()
    elif isinstance(path, CompValue):
        parts = path.values()
    else:
        parts = path if isinstance(path, (list, tuple)) else ()
    return [iri for part in parts for iri in _properties(part)]


def _nodes(node: object, name: str) -> list[CompValue]:
    """Return the parts of a query's algebra that have a name, the outermost of each nest."""
    if isinstance(node, CompValue):
        if node.name == name:
            return [node]
        return [found for value in node.values() for found in _nodes(value, name)]
    if isinstance(node, (list, tuple)):
        return [found for value in node for found in _nodes(value, name)]
    return []


def _listed(node: object) -> dict[Identifier, list[Identifier]]:
    """Return the values of each variable that a VALUES block lists."""
    found: dict[Identifier, list[Identifier]] = defaultdict(list)
    if isinstance(node, CompValue):
        if node.name == "values":
            for row in node["res"]:
                for variable, value in row.items():
                    found[variable].append(value)
        for name, value in node.items():
            if name not in {"triples", "_vars"}:
                for variable, values in _listed(value).items():
                    found[variable] += values
    elif isinstance(node, (list, tuple)):
        for value in node:
            for variable, values in _listed(value).items():
                found[variable] += values
    return found


def _may_match(made: Pattern, wanted: Pattern) -> bool:
    return all(
        isinstance(a, Variable) or isinstance(b, Variable) or a == b
        for a, b in zip(made, wanted, strict=True)
    )


def _shown(pattern: Pattern) -> str:
    return " ".join(term.n3() for term in pattern)
