"""A rule bound to what it is asked for: the queries for its solutions, and what these stand for."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import pyoxigraph as ox
from rdflib.term import Identifier, URIRef, Variable
from rdflib.term import Literal as RdflibLiteral

from myograph.query import Term
from myograph.rules import Pattern, Rule

Key = tuple[Term, ox.NamedNode, Term]
Solution = dict[str, Term]
Made = dict[tuple[Term, str], list[Term]]
AT_ONCE = 200  # statements that one query asks for
_MINTED = re.compile(r"\bAS\s+\?(\w+)", re.IGNORECASE)
_BODY = re.compile(r"SELECT \* WHERE\s*\{")


def batched(keys: Iterable[Key], size: int) -> Iterator[list[Key]]:
    """Yield statements in lists of a size; Python has this from 3.12 on."""
    found = iter(keys)
    while some := list(islice(found, size)):
        yield some


def is_blank(key: Key) -> bool:
    """Return whether a statement has a blank node."""
    return any(isinstance(term, ox.BlankNode) for term in key)


def premises_of(rule: Rule, solution: Solution) -> list[Key]:
    """Return what may have held when a rule fired, branches not taken among it."""
    return [key for pattern in rule.premises if (key := filled(pattern, solution))]


def bound_queries(rule: Rule, keys: Sequence[Key], made: Made) -> Iterator[str]:
    """Yield queries for the solutions of a rule that make some statements.

    Args:
        rule: the rule.
        keys: the statements.
        made: what else the rule's graph says of the subjects, by subject and property.
    """
    minted = {Variable(name) for name in _MINTED.findall(rule.text)}
    for pattern in rule.template:
        places = [i for i in range(3) if isinstance(pattern[i], Variable)]
        fitting = [
            key
            for key in keys
            if all(i in places or _term(pattern[i], {}) == key[i] for i in range(3))
        ]
        for some in batched(fitting, AT_ONCE):
            rows = [{pattern[i]: key[i] for i in places} for key in some]
            # A name that the rule mints cannot be looked for; what the node links to can.
            known = [
                _known(rule, pattern, key, made) | row for key, row in zip(some, rows, strict=True)
            ]
            first = _values([{v: t for v, t in row.items() if v not in minted} for row in known])
            body = _BODY.search(rule.select)
            at = body.end() if body else 0
            yield f"{rule.select[:at]}{first}{rule.select[at:]}\n{_values(rows)}"


def _known(rule: Rule, pattern: Pattern, key: Key, made: Made) -> dict[Identifier, Term]:
    """Return what the variables of a rule are, as far as only one value for each is on record."""
    found: dict[Identifier, Term] = {}
    for subject, predicate, value in rule.template:
        if subject == pattern[0] and isinstance(value, Variable):
            values = made.get((key[0], str(predicate)), [])
            if len(values) == 1:
                found[value] = values[0]
    return found


def _values(rows: Sequence[Mapping[Identifier, Term]]) -> str:
    """Return a VALUES block; variables that a row lacks may be anything in it."""
    variables = list(dict.fromkeys(v for row in rows for v in row))
    if not variables:
        return ""
    listed = " ".join(
        f"({' '.join(str(row[v]) if v in row else 'UNDEF' for v in variables)})" for row in rows
    )
    return f" VALUES ({' '.join(f'?{v}' for v in variables)}) {{ {listed} }} "


def filled(pattern: Pattern, solution: dict[str, Term]) -> Key | None:
    """Return the statement that a pattern makes; None where a variable has no value."""
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
