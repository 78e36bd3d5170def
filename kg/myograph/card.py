"""A record as a readable card: what is authored of it and what follows, with its sources."""

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from myograph.build import Built
from myograph.explain import node_label
from myograph.names import Names
from myograph.terms import BASE, DEFINITION, LABEL, MYO, RDF_TYPE, SOURCE, is_derived, myo

# What rules only hand on to other rules, and what is shown elsewhere on the card.
_HIDDEN = {
    LABEL, DEFINITION, SOURCE, RDF_TYPE,
    *(myo(name) for name in (
        "hasFactsOf", "leafOf", "leafCount", "overlappedBy", "hasAttachment", "layName",
        "statesRoots", "eccentricIn", "movesGiven", "movesThere", "opposesThere",
        "trainsMostOf", "steadiedByMostOf", "stretchesMostOf",
        "hasTermSearch", "atlasPosition", "atlasOutline", "atlasCourse",
    )),
}  # fmt: skip
_PLAIN = {myo(name) for name in ("attachesTo", "ofMovement", "nerve", "riskFactor")}
_RED_FLAG = myo("hasRedFlag")


@dataclass(frozen=True)
class Line:
    """One property of a record with its values in words.

    Attributes:
        predicate: the property.
        label: its name in words.
        values: in words, sorted.
        derived: whether rules made all of them.
    """

    predicate: ox.NamedNode
    label: str
    values: tuple[str, ...]
    derived: bool


@dataclass(frozen=True)
class Card:
    """A record for people.

    Attributes:
        iri: of the record.
        title: its label.
        kinds: the labels of its own classes, the most specific first.
        definition: one sentence.
        lines: red flags first, then what is authored, then what is derived.
        sources: labels of the sources of its direct statements.
    """

    iri: ox.NamedNode
    title: str
    kinds: tuple[str, ...]
    definition: str
    lines: tuple[Line, ...]
    sources: tuple[str, ...]


def card(built: Built, iri: ox.NamedNode, names: Names) -> Card:
    """Make the card of a record."""
    quads = list(built.store.quads_for_pattern(iri, None, None, None))
    values: dict[ox.NamedNode, list[tuple[str, bool]]] = defaultdict(list)
    for quad in quads:
        if quad.predicate not in _HIDDEN:
            derived = is_derived(quad.graph_name)
            values[quad.predicate].append((_value(built, quad.object, names), derived))
    lines = [
        Line(
            predicate,
            names.label(predicate),
            tuple(sorted({text for text, _ in found if text})),
            all(derived for _, derived in found),
        )
        for predicate, found in values.items()
        if _shown(predicate, names)
    ]
    lines.sort(key=lambda line: (line.predicate != _RED_FLAG, line.derived, line.label))
    kinds = [q.object for q in quads if q.predicate == RDF_TYPE and not is_derived(q.graph_name)]
    definitions = [q.object for q in quads if q.predicate == DEFINITION]
    definition = next((d.value for d in definitions if isinstance(d, ox.Literal)), "")
    return Card(
        iri,
        names.label(iri),
        tuple(names.label(k) for k in kinds if isinstance(k, ox.NamedNode) and k in names.records),
        definition,
        tuple(lines),
        tuple(sorted(source_label(built, q.object) for q in quads if q.predicate == SOURCE)),
    )


def source_label(built: Built, source: object) -> str:
    """Return a source's title and year, with its address if it has one."""
    if not isinstance(source, ox.NamedNode):
        return str(source)
    found = {
        quad.predicate.value.rsplit("/", 1)[-1]: quad.object.value
        for quad in built.store.quads_for_pattern(source, None, None, None)
        if isinstance(quad.object, (ox.Literal, ox.NamedNode))
    }
    title = found.get("title", source.value.removeprefix(BASE))
    year = f" ({found['year']})" if "year" in found else ""
    where = found.get("doi") or found.get("url") or ""
    return f"{title}{year}{', ' + where if where else ''}"


def _shown(predicate: ox.NamedNode, names: Names) -> bool:
    return (
        predicate.value.startswith(MYO) or "skos" in predicate.value or predicate in names.records
    )


def _value(built: Built, term: object, names: Names) -> str:
    """Return a value in words; a reified fact becomes what it says, in one line."""
    if isinstance(term, ox.Literal):
        return (
            f"{term.value} ({term.language})" if term.language not in {None, "en"} else term.value
        )
    if not isinstance(term, ox.NamedNode):
        return ""
    if term in names.records or not term.value.startswith(BASE):
        return names.label(term)
    parts = []
    for quad in built.store.quads_for_pattern(term, None, None, None):
        # What rules derive of it, and what is only its name, is no part of what it says.
        if is_derived(quad.graph_name) or quad.predicate in {RDF_TYPE, SOURCE, myo("key")}:
            continue
        name = names.label(quad.predicate)
        inner = _value(built, quad.object, names)
        plain = quad.predicate in _PLAIN
        parts.append((not plain, inner if plain else f"{name} {inner}"))
    return ", ".join(text for _, text in sorted(parts)) or node_label(term, names)
