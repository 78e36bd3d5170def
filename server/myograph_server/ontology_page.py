"""`/ontology`: the vocabulary as documentation, and the page of each of its terms."""

from dataclasses import dataclass

import pyoxigraph as ox
from flask import request

from myograph.rules import Rule
from myograph.terms import BASE, GRAPH, RDF_TYPE, RDFS
from myograph_server.facts import Facts, Term
from myograph_server.links import Shown, shown
from myograph_server.pages import DEFINITION, Cell, Reader, Section
from myograph_server.site import Site, site

OWL = "http://www.w3.org/2002/07/owl#"
_SPACE = f"{BASE}ontology/"
_SUB_CLASS, _SUB_PROPERTY = RDFS + "subClassOf", RDFS + "subPropertyOf"
_GIVEN = (
    ("Narrower than", _SUB_CLASS),
    ("Wider than", f"^{_SUB_CLASS}"),
    ("Narrower than", _SUB_PROPERTY),
    ("Wider than", f"^{_SUB_PROPERTY}"),
    ("From", RDFS + "domain"),
    ("To", RDFS + "range"),
    ("Inverse", OWL + "inverseOf"),
    ("Inverse", f"^{OWL}inverseOf"),
    ("Disjoint from", OWL + "disjointWith"),
    ("Properties from it", f"^{RDFS}domain"),
    ("Properties to it", f"^{RDFS}range"),
)
_MARKS = {
    "TransitiveProperty": "transitive",
    "SymmetricProperty": "symmetric",
    "FunctionalProperty": "one value at most",
    "InverseFunctionalProperty": "one subject at most",
}
_EXAMPLES = 12


@dataclass(frozen=True)
class Entry:
    """A term as the documentation lists it.

    Attributes:
        iri: of the term.
        name: its compact name, such as `myo:Muscle`.
        label: in words.
        definition: what it means.
        domain: what it links from.
        range: what it links to.
        count: of instances, or statements.
        rules: that derive it.
        depth: below the classes without a wider one of ours.
        marks: such as transitive.
    """

    iri: ox.NamedNode
    name: str
    label: str
    definition: str
    domain: Cell
    range: Cell
    count: int
    rules: tuple[str, ...]
    depth: int = 0
    marks: tuple[str, ...] = ()


def listed(shared: Site) -> dict[str, list[Entry]]:
    """Return every term of the vocabulary by its kind; classes follow what they narrow."""
    facts = shared.facts
    used = {name: sum(homes.values()) for name, homes in shared.uses.items()}
    kinds = {
        "Properties that link": "ObjectProperty",
        "Properties with a text or number": "DatatypeProperty",
    }
    facts.look(to=[ox.NamedNode(OWL + kind) for kind in ("Class", *kinds.values())])
    # Every term stands in it; what the pages say of them is asked for at once.
    facts.look(fact.subject for fact in facts.in_graph("ontology"))
    found = {"Classes": _classes(facts, _numbers(shared, "?s a ?it"))}
    for title, kind in kinds.items():
        entries = [_entry(facts, iri, used.get(iri, 0)) for iri in _of_kind(facts, kind)]
        found[title] = sorted(entries, key=lambda e: e.label.casefold())
    terms = {e.iri for entries in found.values() for e in entries}
    others = [
        iri
        for fact in facts.in_graph("ontology")
        if isinstance(iri := fact.subject, ox.NamedNode)
        and iri.value.startswith(_SPACE)
        and facts.text(iri, RDFS + "label")
    ]
    rest = [iri for iri in dict.fromkeys(others) if iri not in terms]
    numbers = _numbers(shared, f"VALUES ?it {{ {' '.join(map(str, rest))} }} ?s ?p ?it")
    found["Values"] = sorted((_entry(facts, i, numbers.get(i, 0)) for i in rest), key=_by_kind)
    return found


def _by_kind(entry: Entry) -> tuple[str, str]:
    return (", ".join(s.text for s in entry.domain), entry.label)


def _of_kind(facts: Facts, kind: str) -> list[ox.NamedNode]:
    return [
        fact.subject
        for fact in facts.to(ox.NamedNode(OWL + kind))
        if fact.predicate == RDF_TYPE
        and isinstance(fact.subject, ox.NamedNode)
        and fact.subject.value.startswith(_SPACE)
    ]


def _numbers(shared: Site, pattern: str) -> dict[Term | None, int]:
    """Return how many solutions a pattern has for each ?it."""
    rows = shared.rows(f"SELECT ?it (COUNT(*) AS ?n) WHERE {{ {pattern} }} GROUP BY ?it").rows
    return {it: int(n.value) for it, n in rows if isinstance(n, ox.Literal)}


def _classes(facts: Facts, numbers: dict[Term | None, int]) -> list[Entry]:
    """Return the classes as a tree, written down from the top."""
    every = set(_of_kind(facts, "Class"))
    below: dict[ox.NamedNode | None, list[ox.NamedNode]] = {}
    for iri in every:
        wider = [v for v in _wider(facts, iri) if v in every]
        parents: list[ox.NamedNode | None] = [*wider] or [None]
        for parent in parents:
            below.setdefault(parent, []).append(iri)
    found: list[Entry] = []

    def descend(parent: ox.NamedNode | None, depth: int) -> None:
        for iri in sorted(below.get(parent, []), key=lambda i: facts.label(i).casefold()):
            if iri not in {e.iri for e in found}:
                found.append(_entry(facts, iri, numbers.get(iri, 0), depth))
                descend(iri, depth + 1)

    descend(None, 0)
    return found


def _wider(facts: Facts, iri: ox.NamedNode) -> list[ox.NamedNode]:
    values = [f.value for f in facts.of(iri) if f.predicate.value == _SUB_CLASS and not f.derived]
    return [v for v in values if isinstance(v, ox.NamedNode)]


def _entry(facts: Facts, iri: ox.NamedNode, count: int, depth: int = 0) -> Entry:
    name = iri.value.removeprefix(_SPACE)
    types = [f.value for f in facts.of(iri) if f.predicate == RDF_TYPE]
    marks = tuple(
        _MARKS[end]
        for t in types
        if isinstance(t, ox.NamedNode) and (end := t.value.removeprefix(OWL)) in _MARKS
    )
    domain = _named(facts, facts.values(iri, RDFS + "domain"))
    if not domain and name[:1].isupper():
        domain = _named(facts, [t for t in types if str(t).startswith(f"<{_SPACE}")])
    return Entry(
        iri,
        f"myo:{name}",
        facts.label(iri),
        facts.text(iri, DEFINITION),
        domain,
        _named(facts, facts.values(iri, RDFS + "range")),
        count,
        tuple(sorted(rule.name for rule in rules_of(iri))),
        depth,
        marks,
    )


def _named(facts: Facts, terms: list[Term]) -> Cell:
    return [shown(t, facts) for t in dict.fromkeys(terms) if isinstance(t, ox.NamedNode)]


def rules_of(iri: ox.NamedNode) -> list[Rule]:
    """Return the rules that derive statements with a property."""
    return site().rules_by_property.get(iri, [])


def sections(reader: Reader) -> list[Section]:
    """Return the sections of the page of a term."""
    facts, iri = reader.facts, reader.iri
    rows = [row for row in reader.pairs(_GIVEN) if row[1]]
    rules: list[list[Cell]] = [
        [[Shown(rule.name, f"{request.script_root}/docs/rules/{rule.name}")], [Shown(rule.says)]]
        for rule in rules_of(iri)
    ]
    return [
        Section("In the vocabulary", rows=rows),
        Section(
            "Derived by",
            ("Rule", "What it says"),
            rules,
            note="Words in braces stand for what the rule finds.",
        ),
        _instances(facts, iri),
        _statements(facts, iri),
        Section("Notes", lines=facts.texts(iri, "note")),
    ]


def _instances(facts: Facts, iri: ox.NamedNode) -> Section:
    members = [f.subject for f in facts.to(iri) if f.predicate == RDF_TYPE]
    named = [m for m in dict.fromkeys(members) if isinstance(m, ox.NamedNode)]
    if not named:
        return Section("Instances")
    cells = sorted((shown(m, facts) for m in named), key=lambda s: s.text.casefold())
    return Section("Instances", rows=[[[Shown(f"{len(named):,} of them")], cells[:400]]])


def _statements(facts: Facts, iri: ox.NamedNode) -> Section:
    """Return some statements with a property, written down ones first."""
    found = site().rows(
        f"SELECT ?s ?o WHERE {{ GRAPH ?g {{ ?s {iri} ?o }} "
        f'BIND(REGEX(STR(?g), "^{GRAPH}(inferred/|violation/|rolled-up$)") AS ?derived) }} '
        f"ORDER BY ?derived ?s ?o LIMIT {_EXAMPLES}"
    )
    rows: list[list[Cell]] = [
        [[shown(subject, facts)], [shown(value, facts)]]
        for subject, value in found.rows
        if subject is not None and value is not None
    ]
    return Section(
        "For example", ("Of", "Value"), rows, note="Some of the statements with it." if rows else ""
    )
