"""The page of a source, and the list of all of them: what the graph rests on."""

import pyoxigraph as ox

from myograph.terms import BASE, DCTERMS, myo
from myograph_server.facts import Facts
from myograph_server.kinds import group_of
from myograph_server.links import Shown, shown
from myograph_server.pages import SOURCE, Cell, Reader, Section

_GIVEN = (
    ("Author", "author"),
    ("Year", "year"),
    ("Kind", "sourceKind"),
    ("Evidence", "evidence"),
    ("Licence", f"{DCTERMS}license"),
)


def sections(reader: Reader) -> list[Section]:
    """Return the sections of the page: what the source is, and what rests on it."""
    facts = reader.facts
    rows = reader.pairs(_GIVEN)
    for name, start in (("url", ""), ("doi", "https://doi.org/"), ("isbn", "")):
        for text in facts.texts(reader.iri, name):
            address = start + text if (start + text).startswith(("https://", "http://")) else ""
            rows.append([[Shown(_NAMES[name])], [Shown(text, address, outside=bool(address))]])
    return [
        Section("What it is", rows=rows),
        _rests(facts, reader.iri),
        Section("Notes", lines=facts.texts(reader.iri, "note")),
    ]


_NAMES = {"url": "Address", "doi": "DOI", "isbn": "ISBN"}


def _rests(facts: Facts, iri: ox.NamedNode) -> Section:
    """Return the records that cite a source, themselves or in a fact of theirs, by kind."""
    found: dict[str, dict[Shown, int]] = {}
    for fact in facts.to(iri):
        if fact.predicate.value != SOURCE or not isinstance(fact.subject, ox.NamedNode):
            continue
        parts = fact.subject.value.removeprefix(BASE).split("/")
        owner = shown(ox.NamedNode(BASE + "/".join(parts[:2])), facts)
        records = found.setdefault(parts[0], {})
        records[owner] = records.get(owner, 0) + 1
    rows: list[list[Cell]] = [
        [[Shown(group_of(space))], sorted(records, key=lambda s: s.text.casefold())]
        for space, records in sorted(found.items())
    ]
    number = sum(sum(records.values()) for records in found.values())
    note = f"{number} {'fact cites' if number == 1 else 'facts cite'} it."
    return Section(
        "What rests on it",
        rows=rows,
        note=note if rows else "",
        absent="What rests on it: nothing.",
    )


def listed(facts: Facts) -> list[tuple[ox.NamedNode, str, str]]:
    """Return every source with its title and what is told about it, by title."""
    every = [iri for iri in facts.subjects_of_kind("Source") if isinstance(iri, ox.NamedNode)]
    titles, authors, years = (
        facts.texts_of(every, name)
        for name in (DCTERMS + "title", myo("author").value, myo("year").value)
    )
    found = []
    for iri in every:
        about = [authors.get(iri, ""), years.get(iri, "")]
        name = titles.get(iri, "") or iri.value.rsplit("/", 1)[-1]
        found.append((iri, name, ", ".join(part for part in about if part)))
    return sorted(found, key=lambda item: item[1].casefold())
