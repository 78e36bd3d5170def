"""Reads links to other systems from SSSOM files.

The form is https://mapping-commons.github.io/sssom/: a YAML header in comment lines with
the `curie_map`, then tab-separated values. A link becomes one triple in `graph:mapping`;
an exact link to an OBO class also goes to `graph:bridge`, where it types our individual
with that class, so that a reasoner can refuse a muscle that is mapped to a bone. A row whose
object is `sssom:NoTermFound` says that `object_source` was searched on `mapping_date` and has no
such class; it becomes a `myo:TermSearch`, from which rules derive `myo:noClassIn`.
"""

import csv
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import curies
import yaml
from pyoxigraph import Literal, NamedNode, Quad

from myograph.errors import MappingError
from myograph.terms import LABEL, OWL_CLASS, RDF_TYPE, SKOS, SUBCLASS_OF, XSD, graph, myo

_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_NOTHING = "https://w3id.org/sssom/NoTermFound"
_OBO = "http://purl.obolibrary.org/obo/"


def read_mapping(path: Path, name: str) -> list[Quad]:
    """Read one SSSOM file.

    Args:
        path: the file.
        name: what to call it in messages.

    Raises:
        MappingError: the header or a line is not right; the message has the line's number.
    """
    lines = path.read_text("utf-8").splitlines()
    header = [line for line in lines if line.startswith("#")]
    converter = _converter(header, name)
    table = [(n, line) for n, line in enumerate(lines, 1) if line and not line.startswith("#")]
    reader = csv.DictReader((line for _, line in table), delimiter="\t")
    missing = [column for column in _REQUIRED if column not in (reader.fieldnames or ())]
    if missing:
        raise MappingError(
            f"{name}: the table has no column {', '.join(missing)}.",
            repair="Add it to the line of column names.",
        )
    quads: list[Quad] = []
    seen: set[NamedNode] = set()
    rows = list(reader)
    if len(rows) != len(table) - 1:
        raise MappingError(
            f"{name}: some rows run into each other.",
            repair="Close each quotation mark that begins a value, or drop it.",
        )
    for (number, _), row in zip(table[1:], rows, strict=True):
        quads += _row(row, converter, f"{name}, line {number}", seen)
    return quads


def _converter(header: list[str], name: str) -> curies.Converter:
    try:
        fields = yaml.safe_load("\n".join(line.removeprefix("#") for line in header)) or {}
        # A dictionary and nothing else: curies would take a string for a file or an address.
        curie_map = dict(fields["curie_map"].items())
        return curies.Converter.from_prefix_map(curie_map)
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise MappingError(
            f"{name}: the header has no curie_map that can be read ({type(error).__name__}).",
            repair="Begin the file with '#curie_map:' and a '#  prefix: IRI' line for each prefix.",
        ) from None


def _row(
    row: dict[str, str], converter: curies.Converter, where: str, seen: set[NamedNode]
) -> Iterator[Quad]:
    def expand(column: str) -> NamedNode:
        compact = row.get(column) or ""
        # Without a colon curies raises an error of its own.
        iri = converter.expand(compact) if ":" in compact else None
        try:
            return NamedNode(iri or "")
        except ValueError:
            raise MappingError(
                f"{where}: '{compact}' in {column} is no identifier of a prefix of the curie_map.",
                repair="Add the prefix to the curie_map, or correct the identifier.",
            ) from None

    subject, predicate, target = expand("subject_id"), expand("predicate_id"), expand("object_id")
    if target.value == _NOTHING:
        yield from _search(subject, row, expand, where)
        return
    yield Quad(subject, predicate, target, graph("mapping"))
    if row.get("object_label") and target not in seen:
        yield Quad(target, LABEL, Literal(row["object_label"], language="en"), graph("mapping"))
    exact = predicate.value == SKOS + "exactMatch"
    if exact and row.get("object_category") and target.value.startswith(_OBO):
        if target not in seen:
            yield Quad(target, RDF_TYPE, OWL_CLASS, graph("bridge"))
            yield Quad(target, SUBCLASS_OF, expand("object_category"), graph("bridge"))
        yield Quad(subject, RDF_TYPE, target, graph("bridge"))
    seen.add(target)


def _search(
    subject: NamedNode, row: dict[str, str], expand: Callable[[str], NamedNode], where: str
) -> Iterator[Quad]:
    """Say that a vocabulary was searched for a record, on a day, in vain."""
    if not row.get("object_source"):
        raise MappingError(
            f"{where}: nothing says which vocabulary has no class for <{subject.value}>.",
            repair="Name it in the column object_source, such as OBO:uberon.owl or OBO:fma.owl.",
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
