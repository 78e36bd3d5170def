"""Every rule: what it says, why it holds, and what it derived here, for example."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import pyoxigraph as ox
from markupsafe import Markup, escape
from rdflib.term import URIRef

from myograph.errors import QueryFailedError, QueryTimedOutError, StoreTimedOutError
from myograph.explain import Explanation
from myograph.rules import Rule
from myograph_server.links import why
from myograph_server.site import Site

_TRIED = 6  # statements that a rule may have made
_MAKES = 30
_KNOWN = "soleus"  # of many examples the one that readers know by now
_Statement = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]


@dataclass(frozen=True)
class Told:
    """A rule as its page shows it.

    Attributes:
        rule: itself.
        because: the comment that begins its file: why it holds.
        query: its file without that.
        example: a statement that it made here; None where it made none.
        proof: the address of the whole explanation of the example.
    """

    rule: Rule
    because: str
    query: str
    example: Explanation | None = None
    proof: str = ""


def groups(rules: list[Rule]) -> list[tuple[str, list[Told]]]:
    """Return the rules in the order in which they run, without examples."""
    derive = [r for r in rules if not r.single_pass and not r.finds_violations]
    found: dict[int, list[Told]] = {}
    for rule in derive:
        found.setdefault(rule.stratum, []).append(_told(rule))
    return [
        *((f"Stratum {stratum}", told) for stratum, told in sorted(found.items())),
        ("From parts to the whole", [_told(r) for r in rules if r.single_pass]),
        ("What must not be", [_told(r) for r in rules if r.finds_violations]),
    ]


def told(rule: Rule, shared: Site) -> Told:
    """Return a rule with an example out of the graph, explained."""
    plain = _told(rule)
    if rule.finds_violations:
        return plain
    explainer = shared.explainer()
    for subject, predicate, value in chain(_made(rule, shared), _makes(rule, shared)):
        found = explainer.explain(subject, predicate, value)
        if found.rule == rule.name:
            return Told(rule, plain.because, plain.query, found, why(subject, predicate, value))
    return plain


def _told(rule: Rule) -> Told:
    lines = rule.text.splitlines()
    body = [line for line in lines if not line.startswith("#+")]
    comment: list[str] = []
    while body and body[0].startswith("#"):
        comment.append(body.pop(0).lstrip("# "))
    return Told(rule, " ".join(comment), "\n".join(body).strip())


def _made(rule: Rule, shared: Site) -> list[_Statement]:
    """Return some of what the rule may have made: several rules may share one graph."""
    predicates = {p for _, p, _ in rule.template if isinstance(p, URIRef)}
    wanted = f"VALUES ?p {{ {' '.join(p.n3() for p in sorted(predicates))} }}" if predicates else ""
    rows = shared.rows(
        f"SELECT ?s ?p ?o WHERE {{ {wanted} GRAPH {rule.target} {{ ?s ?p ?o }} FILTER(isIRI(?s)) "
        f'BIND(CONTAINS(CONCAT(STR(?s), STR(?o)), "{_KNOWN}") AS ?known) }} '
        f"ORDER BY DESC(?known) STRLEN(STR(?s)) ?s ?p ?o LIMIT {_TRIED}"
    ).rows
    return _told_of(rows)


def _makes(rule: Rule, shared: Site) -> Iterator[_Statement]:
    """Yield some of what the rule makes when it is run now: slower, and another rule's as well."""
    if rule.target.value in shared.version.graphs:
        # One that takes too long has a page all the same.
        with suppress(QueryFailedError, QueryTimedOutError, StoreTimedOutError):
            made = shared.triples(f"{rule.text}\nLIMIT {_MAKES}")
            yield from _told_of((t.subject, t.predicate, t.object) for t in made)


def _told_of(rows: Iterable[tuple[object, ...]]) -> list[_Statement]:
    return [
        (s, p, o)
        for s, p, o in rows
        if isinstance(s, ox.NamedNode)
        and isinstance(p, ox.NamedNode)
        and isinstance(o, ox.NamedNode | ox.Literal)
    ]


def in_words(says: str) -> Markup:
    """Return a rule's sentence with its variables emphasised, without braces."""
    parts = re.split(r"\{(\w+)\}", says)
    return Markup("").join(
        Markup("<em>{}</em>").format(part.replace("_", " ")) if odd % 2 else escape(part)
        for odd, part in enumerate(parts)
    )
