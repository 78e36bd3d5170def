"""What the pages of records are made of: sections of tables, lists and notes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from myograph.terms import DCTERMS, RDF_TYPE, RDFS, SKOS
from myograph_server.facts import Fact, Facts, Term, is_ours
from myograph_server.links import Shown, href, shown, why

DEFINITION = SKOS + "definition"
COMMENT = RDFS + "comment"
SOURCE = DCTERMS + "source"
Cell = list[Shown]
_MATCHES = (
    ("The same", f"{SKOS}exactMatch"),
    ("Almost the same", f"{SKOS}closeMatch"),
    ("Wider", f"{SKOS}broadMatch"),
    ("Narrower", f"{SKOS}narrowMatch"),
    ("Related", f"{SKOS}relatedMatch"),
    ("Searched for in vain", "noClassIn"),
)


@dataclass(frozen=True)
class Section:
    """One part of a page.

    Attributes:
        title: its heading.
        headings: of the columns of a table; empty for a list of names and values.
        rows: of a table, or (name, values) pairs.
        lines: of text, where it is neither.
        note: a sentence below the heading.
        parts: smaller sections within it.
        ask: the address of the question that the rows answer, if one does.
        query: the address of the editor with that query.
        absent: what to say among what is not known, where the section is empty.
        steps: what a timeline shows, where the section is one.
        folded: whether it opens only when somebody wants it.
    """

    title: str
    headings: tuple[str, ...] = ()
    rows: list[list[Cell]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    note: str = ""
    parts: list["Section"] = field(default_factory=list)
    ask: str = ""
    query: str = ""
    absent: str = ""
    steps: list["Step"] = field(default_factory=list)
    folded: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows or self.lines or self.parts or self.steps)

    @property
    def columns(self) -> list[int]:
        """The columns of a table that hold anything."""
        return [i for i in range(len(self.headings)) if any(row[i] for row in self.rows)]

    @property
    def anchor(self) -> str:
        """What to call the section in addresses."""
        return "".join(c if c.isalnum() else "-" for c in self.title.lower()).strip("-")


@dataclass(frozen=True)
class Step:
    """One step of a timeline.

    Attributes:
        title: what to call it.
        rows: names and values.
    """

    title: str
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Cited:
    """A source as it shows at the end of a page."""

    title: str
    path: str
    about: str
    url: str


class Reader:
    """Reads what a page about one record shows.

    Args:
        facts: the statements of the graph.
        iri: the record.
    """

    def __init__(self, facts: Facts, iri: ox.NamedNode) -> None:
        self.facts, self.iri = facts, iri

    def shown(self, fact: Fact, *, backward: bool = False) -> Shown:
        """Return the far end of a statement, with the way to its reason if it was derived."""
        end = fact.subject if backward else fact.value
        plain = shown(end, self.facts)
        if not fact.derived:
            return plain
        return Shown(
            plain.text,
            plain.href,
            plain.language,
            why(fact.subject, fact.predicate, fact.value),
            plain.outside,
        )

    def links(self, name: str, subject: Term | None = None) -> Cell:
        """Return the values of a property, by label; what is authored goes before what is not."""
        wanted = _property(name)
        found = [
            fact for fact in self.facts.of(subject or self.iri) if fact.predicate.value == wanted
        ]
        return _ordered(self.shown(fact) for fact in found)

    def back(self, name: str) -> Cell:
        """Return what a property links to the record."""
        wanted = _property(name)
        found = [fact for fact in self.facts.to(self.iri) if fact.predicate.value == wanted]
        return _ordered(self.shown(fact, backward=True) for fact in found)

    def nodes(self, name: str, subject: Term | None = None) -> list[Term]:
        """Return the reified facts that a property links to, by their order if they have one."""
        found = self.facts.values(subject or self.iri, name)
        self.facts.look(found)
        return sorted(found, key=lambda n: (self.order(n), str(n)))

    def order(self, node: Term) -> int:
        """Return the place of a phase, stage or grade; those without one come last."""
        text = self.facts.text(node, "order")
        return int(text) if text.isdigit() else 999

    def one(self, node: Term, name: str) -> Cell:
        """Return a property's values of a reified fact."""
        return self.links(name, node)

    def pairs(self, names: Sequence[tuple[str, str]]) -> list[list[Cell]]:
        """Return a row for each property that the record has; `^name` reads it backwards."""
        rows: list[list[Cell]] = []
        for title, name in names:
            values = self.back(name[1:]) if name.startswith("^") else self.links(name)
            if values:
                rows.append([[Shown(title)], values])
        return rows

    def glance(
        self, title: str, names: Sequence[tuple[str, str]], note: str = "", absent: str = ""
    ) -> Section:
        """Return a section of names and values."""
        return Section(title, rows=self.pairs(names), note=note, absent=absent)

    def matches(self) -> Section:
        """Return the same thing in other systems, by how exactly it is the same."""
        return self.glance("In other systems", _MATCHES)

    def pointing(self) -> Section:
        """Return what somebody wrote down that links to the record, by property."""
        grouped: dict[ox.NamedNode, list[Fact]] = {}
        for fact in self.facts.to(self.iri):
            if is_ours(fact.subject) and not fact.derived and fact.predicate != RDF_TYPE:
                grouped.setdefault(fact.predicate, []).append(fact)
        rows = [
            [
                [Shown(f"Of which it is: {self.facts.label(predicate)}", href(predicate.value))],
                _ordered(self.shown(fact, backward=True) for fact in found),
            ]
            for predicate, found in sorted(grouped.items(), key=lambda item: item[0].value)
        ]
        return Section("Where it comes up", rows=rows)

    def variants(self) -> Section:
        """Return where people or sources differ, and how often."""
        lines = []
        for node in self.nodes("hasVariant"):
            how_often = self.facts.text(node, "frequency")
            text = self.facts.text(node, COMMENT)
            lines.append(f"{text} ({how_often})" if how_often else text)
        return Section("Where people or sources differ", lines=lines)

    def sources(self) -> list[Cited]:
        """Return the sources of the record and of its reified facts, each once."""
        wanted: dict[Term, None] = {}
        for subject in (self.iri, *self.facts.below(self.iri)):
            wanted |= dict.fromkeys(self.facts.values(subject, SOURCE))
        self.facts.look(wanted)
        return sorted((self._cited(source) for source in wanted), key=lambda c: c.title.casefold())

    def _cited(self, source: Term) -> Cited:
        facts = self.facts
        title = facts.text(source, DCTERMS + "title") or facts.label(source)
        kind = facts.value(source, "sourceKind")
        about = [
            facts.text(source, "author"),
            facts.text(source, "year"),
            facts.label(kind) if kind else "",
        ]
        doi = facts.text(source, "doi")
        url = facts.text(source, "url") or (f"https://doi.org/{doi}" if doi else "")
        path = href(source.value) if isinstance(source, ox.NamedNode) else ""
        safe = url if url.startswith(("http://", "https://")) else ""
        return Cited(title, path, ", ".join(part for part in about if part), safe)

    def statements(self) -> Section:
        """Return every statement about the record, and how many link to it."""
        grouped: dict[ox.NamedNode, list[Fact]] = {}
        for fact in self.facts.of(self.iri):
            grouped.setdefault(fact.predicate, []).append(fact)
        rows = [
            [[shown(predicate, self.facts)], _ordered(self.shown(fact) for fact in found)]
            for predicate, found in sorted(
                grouped.items(), key=lambda item: (item[0] != RDF_TYPE, item[0].value)
            )
        ]
        return Section("All statements", rows=rows)

    def linked_from(self, most: int = 200) -> Section:
        """Return what links to the record, by property."""
        grouped: dict[ox.NamedNode, list[Fact]] = {}
        for fact in self.facts.to(self.iri)[:most]:
            if is_ours(fact.subject):
                grouped.setdefault(fact.predicate, []).append(fact)
        rows = [
            [
                [shown(predicate, self.facts)],
                _ordered(self.shown(fact, backward=True) for fact in found),
            ]
            for predicate, found in sorted(grouped.items(), key=lambda item: item[0].value)
        ]
        return Section("Linked from", rows=rows)


def degrees(text: str) -> str:
    """Return `30°` for `30` or `30.0`."""
    return f"{float(text):g}°".replace("-", "\u2212") if text else ""


def _property(name: str) -> str:
    return name if ":" in name else f"https://w3id.org/myograph/ontology/{name}"


def _ordered(found: Iterable[Shown]) -> Cell:
    unique = list(dict.fromkeys(found))
    return sorted(unique, key=lambda s: (bool(s.why), s.text.casefold()))
