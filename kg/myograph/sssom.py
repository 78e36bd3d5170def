"""Reads links to other systems from SSSOM files, and writes them again.

The form is https://mapping-commons.github.io/sssom/: a YAML header in comment lines with the
slots of the set and its `curie_map`, then tab-separated values. A link becomes one triple in
`graph:mapping`, and what its row says besides becomes an `owl:Axiom` about that triple, as in
SSSOM's own RDF; an exact link to an OBO class also goes to `graph:bridge`, where it types our
individual with that class, so that a reasoner can refuse a muscle that is mapped to a bone. A row
whose object is `sssom:NoTermFound` says that `object_source` was searched on `mapping_date` and has
no such class; it becomes a `myo:TermSearch`, from which rules derive `myo:noClassIn`.
"""

import csv
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import curies
import yaml
from pyoxigraph import Literal, NamedNode, Quad

from myograph.errors import MappingError
from myograph.sourcefile import read_source
from myograph.terms import (
    DCTERMS,
    LABEL,
    OBO,
    OWL,
    OWL_CLASS,
    RDF_TYPE,
    SKOS,
    SUBCLASS_OF,
    XSD,
    graph,
    myo,
)

SSSOM = "https://w3id.org/sssom/"
MAPPING_SET = NamedNode(SSSOM + "MappingSet")
AXIOM = NamedNode(OWL + "Axiom")
IN_SET = NamedNode(DCTERMS + "isPartOf")
ANNOTATED = tuple(NamedNode(OWL + "annotated" + name) for name in ("Source", "Property", "Target"))
# The slots of a set, in the order in which a header has them; the curie_map comes last.
SET_SLOTS = (
    "sssom_version",
    "mapping_set_title",
    "mapping_set_description",
    "license",
    "creator_label",
    "subject_source",
    "subject_type",
    "object_source",
    "object_type",
    "object_source_version",
)
# What a row may say beyond subject, predicate and object; `object_source` is for a search.
ROW_SLOTS = (
    "subject_label",
    "object_label",
    "object_category",
    "mapping_justification",
    "author_label",
    "mapping_date",
    "confidence",
    "comment",
)
IRI_SLOTS = frozenset({"object_category", "mapping_justification", "license", "object_source"})
_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_NOTHING = SSSOM + "NoTermFound"
_TYPES = {"confidence": "decimal", "mapping_date": "date"}


@dataclass
class _File:
    """One file while it is read.

    Attributes:
        name: what to call it in messages.
        slots: the slots of its header.
        converter: of its `curie_map`.
        set_iri: of the mapping set, where the header names it.
        labelled: the objects that have their label and class already.
    """

    name: str
    slots: dict[str, Any]
    converter: curies.Converter
    set_iri: NamedNode | None
    labelled: set[NamedNode] = field(default_factory=set)


def read_mapping(path: Path, name: str) -> list[Quad]:
    """Read one SSSOM file.

    Args:
        path: the file.
        name: what to call it in messages.

    Raises:
        MappingError: the header or a line is not right; the message has the line's number.
    """
    header = [line for line in read_source(path).splitlines() if line.startswith("#")]
    file = _header(header, name)
    quads = list(_set(file))
    for number, row in read_rows(path, name):
        quads += _row(row, file, f"{name}, line {number}")
    return quads


def read_rows(path: Path, name: str) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of an SSSOM file as they stand, each with the number of its line.

    Args:
        path: the file.
        name: what to call it in messages.

    Raises:
        MappingError: a column is missing, or rows run into each other.
    """
    lines = read_source(path).splitlines()
    table = [(n, line) for n, line in enumerate(lines, 1) if line and not line.startswith("#")]
    reader = csv.DictReader((line for _, line in table), delimiter="\t")
    missing = [column for column in _REQUIRED if column not in (reader.fieldnames or ())]
    if missing:
        raise MappingError(
            f"{name}: the table has no column {', '.join(missing)}.",
            repair="Add it to the line of column names.",
        )
    rows = list(reader)
    if len(rows) != len(table) - 1:
        raise MappingError(
            f"{name}: some rows run into each other.",
            repair="Close each quotation mark that begins a value, or drop it.",
        )
    return [(number, row) for (number, _), row in zip(table[1:], rows, strict=True)]


def _header(header: list[str], name: str) -> _File:
    try:
        slots = yaml.safe_load("\n".join(line.removeprefix("#") for line in header)) or {}
        # A dictionary and nothing else: curies would take a string for a file or an address.
        converter = curies.Converter.from_prefix_map(dict(slots["curie_map"].items()))
        named = slots.get("mapping_set_id")
        return _File(name, slots, converter, NamedNode(named) if named else None)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise MappingError(
            f"{name}: the header has no curie_map that can be read ({type(error).__name__}).",
            repair="Begin the file with '#curie_map:' and a '#  prefix: IRI' line for each prefix.",
        ) from None


def _set(file: _File) -> Iterator[Quad]:
    """Say what the header says of the set."""
    if file.set_iri is None:
        return
    yield Quad(file.set_iri, RDF_TYPE, MAPPING_SET, graph("mapping"))
    for slot in SET_SLOTS:
        given = file.slots.get(slot)
        for value in given if isinstance(given, list) else [given]:
            if value is not None:
                term = _iri(str(value), file) if slot in IRI_SLOTS else Literal(str(value))
                yield Quad(file.set_iri, NamedNode(SSSOM + slot), term, graph("mapping"))


def _iri(text: str, file: _File) -> NamedNode:
    """Return what a header names by a CURIE or by its IRI."""
    try:
        return NamedNode((file.converter.expand(text) if ":" in text else None) or text)
    except ValueError:
        raise MappingError(
            f"{file.name}: '{text}' in the header is no IRI and no CURIE of its curie_map.",
            repair="Add the prefix to the curie_map, or correct the identifier.",
        ) from None


def _row(row: dict[str, str], file: _File, where: str) -> Iterator[Quad]:
    def expand(column: str) -> NamedNode:
        compact = row.get(column) or str(file.slots.get(column) or "")
        # Without a colon curies raises an error of its own.
        iri = file.converter.expand(compact) if ":" in compact else None
        try:
            return NamedNode(iri or "")
        except ValueError:
            raise MappingError(
                f"{where}: '{compact}' in {column} is no identifier of a prefix of the curie_map.",
                repair="Add the prefix to the curie_map, or correct the identifier.",
            ) from None

    subject, predicate, target = expand("subject_id"), expand("predicate_id"), expand("object_id")
    if target.value == _NOTHING:
        node = yield from _search(subject, row, file, expand, where)
        yield from _said(node, row, expand, file, ("mapping_date",))
        return
    yield Quad(subject, predicate, target, graph("mapping"))
    if row.get("object_label") and target not in file.labelled:
        yield Quad(target, LABEL, Literal(row["object_label"], language="en"), graph("mapping"))
    if predicate.value == SKOS + "exactMatch" and target.value.startswith(OBO):
        yield from _bridge(subject, target, row, file, expand)
    file.labelled.add(target)
    if file.set_iri is not None:
        kind, _, slug = row["subject_id"].partition(":")
        place = f"{kind}/{slug}/{row['predicate_id'].partition(':')[2]}"
        node = NamedNode(f"{file.set_iri.value}/{place}/{row['object_id'].replace(':', '-')}")
        yield Quad(node, RDF_TYPE, AXIOM, graph("mapping"))
        for way, term in zip(ANNOTATED, (subject, predicate, target), strict=True):
            yield Quad(node, way, term, graph("mapping"))
        yield from _said(node, row, expand, file, ())


def _bridge(
    subject: NamedNode,
    target: NamedNode,
    row: dict[str, str],
    file: _File,
    expand: Callable[[str], NamedNode],
) -> Iterator[Quad]:
    """Type our individual with the class that it is an instance of."""
    if target not in file.labelled:
        yield Quad(target, RDF_TYPE, OWL_CLASS, graph("bridge"))
        if row.get("object_category"):
            yield Quad(target, SUBCLASS_OF, expand("object_category"), graph("bridge"))
    yield Quad(subject, RDF_TYPE, target, graph("bridge"))


def _said(
    node: NamedNode,
    row: dict[str, str],
    expand: Callable[[str], NamedNode],
    file: _File,
    but: tuple[str, ...],
) -> Iterator[Quad]:
    """Say what else a row says, so that the file can be written again from the graph."""
    if file.set_iri is None:
        return
    yield Quad(node, IN_SET, file.set_iri, graph("mapping"))
    for slot in ROW_SLOTS:
        if slot in but or not row.get(slot):
            continue
        kind = NamedNode(XSD + _TYPES.get(slot, "string"))
        term = expand(slot) if slot in IRI_SLOTS else Literal(row[slot], datatype=kind)
        yield Quad(node, NamedNode(SSSOM + slot), term, graph("mapping"))


def _search(
    subject: NamedNode,
    row: dict[str, str],
    file: _File,
    expand: Callable[[str], NamedNode],
    where: str,
) -> Generator[Quad, None, NamedNode]:
    """Say that a vocabulary was searched for a record, on a day, in vain; return the search."""
    if not row.get("object_source") and not file.slots.get("object_source"):
        raise MappingError(
            f"{where}: nothing says which vocabulary has no class for <{subject.value}>.",
            repair="Name it as object_source of the set, such as OBO:uberon.owl or OBO:fma.owl.",
        )
    day = row.get("mapping_date") or ""
    try:
        date.fromisoformat(day)
    except ValueError:
        raise MappingError(
            f"{where}: '{day}' in mapping_date is no day on which the vocabulary was searched.",
            repair="Give the day in the column mapping_date, in the form 2026-11-25.",
        ) from None
    system = expand("object_source")
    slug = system.value.rsplit("/", 1)[-1].removesuffix(".owl")
    node = NamedNode(f"{subject.value}/term-search/{slug}")
    looked = Literal(day, datatype=NamedNode(XSD + "date"))
    yield Quad(subject, myo("hasTermSearch"), node, graph("mapping"))
    yield Quad(node, myo("searchedIn"), system, graph("mapping"))
    yield Quad(node, myo("searchedOn"), looked, graph("mapping"))
    return node
