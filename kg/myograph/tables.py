"""Records as tables: a file for each class, a row for each record, a column for each property.

Columns are the keys of the published JSON-LD context, cells hold compact names and literals as
they were written; several values stand in one cell with a bar between them. What the columns mean
is in `datapackage.json`, by https://datapackage.org/standard/data-package/, and is enough to get
the statements back.
"""

import csv
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from myograph import __version__
from myograph.framing import Frame
from myograph.nesting import Term, place_of_property
from myograph.terms import (
    BASE,
    DEFINITION,
    GRAPH,
    LABEL,
    MYO,
    RDF_TYPE,
    SUBCLASS_OF,
    XSD,
    is_derived,
)

BAR = "|"
_TYPES = {
    "xsd:integer": "integer", "xsd:decimal": "number", "xsd:double": "number",
    "xsd:boolean": "boolean", "xsd:date": "date",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: its heading.
        property: the IRI of the property, or "" of the record's own IRI.
        language: of its texts, or "".
        datatype: the IRI of its literals' datatype; "" if its values are names.
        several: whether a cell may hold several values.
    """

    name: str
    property: str
    language: str = ""
    datatype: str = ""
    several: bool = False


@dataclass(frozen=True)
class Table:
    """The records of one class.

    Attributes:
        name: of the class, without a prefix.
        iri: of the class.
        columns: the first is that of the records' own names.
        rows: a list of texts for each cell, in the order of the records' IRIs.
    """

    name: str
    iri: str
    columns: list[Column]
    rows: list[list[list[str]]]


def tables(quads: Iterable[ox.Quad], frame: Frame) -> list[Table]:
    """Return a table for each class of ours that has records, in the order of their names.

    A record goes to the table of the narrowest of the classes that it was given. What it was found
    to be, such as a `myo:KneeFlexor`, is in its column of types. The vocabulary is in no table.
    """
    said: dict[ox.NamedNode, dict[str, set[Term]]] = defaultdict(lambda: defaultdict(set))
    given: dict[ox.NamedNode, set[Term]] = defaultdict(set)
    for quad in quads:
        subject, value = quad.subject, quad.object
        if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(BASE):
            continue
        if not subject.value.startswith(MYO):
            said[subject][quad.predicate.value].add(value)
            if quad.predicate == RDF_TYPE and _is_given(quad.graph_name):
                given[subject].add(value)
    kinds = _Kinds(frame.vocabulary)
    members: dict[str, list[ox.NamedNode]] = defaultdict(list)
    for subject, facts in said.items():
        found = kinds.narrowest(given[subject])
        if kind := found or kinds.narrowest(facts.get(RDF_TYPE.value, set())):
            members[kind].append(subject)
    return [
        _table(kind, sorted(subjects, key=lambda s: s.value), said, frame)
        for kind, subjects in sorted(members.items())
    ]


def _is_given(graph_name: object) -> bool:
    """Return whether a type was written down, or is what the ontology says of a property."""
    name = graph_name.value if isinstance(graph_name, ox.NamedNode) else ""
    return not is_derived(name) or name.startswith(GRAPH + "inferred/owl-")


class _Kinds:
    """The classes of ours, and which are above which."""

    def __init__(self, vocabulary: Iterable[ox.Quad]) -> None:
        self._above: dict[str, set[str]] = defaultdict(set)
        for quad in vocabulary:
            lower, upper = quad.subject, quad.object
            if quad.predicate != SUBCLASS_OF:
                continue
            if isinstance(lower, ox.NamedNode) and isinstance(upper, ox.NamedNode):
                self._above[lower.value].add(upper.value)

    def narrowest(self, types: set[Term]) -> str | None:
        """Return the class that none of the others is below; of several the first by name."""
        named = {t.value for t in types if isinstance(t, ox.NamedNode)}
        ours = {iri for iri in named if iri.startswith(MYO)}
        wider = {upper for kind in ours for upper in self._all_above(kind)}
        return min(ours - wider, key=lambda kind: (-len(self._all_above(kind)), kind), default=None)

    def _all_above(self, kind: str) -> set[str]:
        found: set[str] = set()
        waiting = [kind]
        while waiting:
            for upper in self._above.get(waiting.pop(), ()):
                if upper not in found and upper != kind:
                    found.add(upper)
                    waiting.append(upper)
        return found


def _table(
    kind: str,
    subjects: list[ox.NamedNode],
    said: Mapping[ox.NamedNode, Mapping[str, set[Term]]],
    frame: Frame,
) -> Table:
    cells: dict[tuple[str, str, str], dict[ox.NamedNode, list[str]]] = defaultdict(dict)
    for subject in subjects:
        for prop, values in said[subject].items():
            for value in sorted(values, key=str):
                if isinstance(value, (ox.NamedNode, ox.Literal)):
                    found = cells[prop, *_form(value)]
                    found.setdefault(subject, []).append(_cell(value, frame))
    main = {
        prop: max((key for key in cells if key[0] == prop), key=lambda key: (len(cells[key]), key))
        for prop, _, _ in cells
    }
    columns = [Column("id", "")]
    keys = sorted(cells, key=lambda key: (place_of_property(key[0]), key != main[key[0]], key))
    for key in keys:
        prop, language, datatype = key
        name = "type" if prop == RDF_TYPE.value else frame.term(prop)
        if key != main[prop]:
            # A property whose values are of two forms has a column for each.
            name += "_" + (language or datatype.rsplit("#", 1)[-1] or "id")
        most = max(len(values) for values in cells[key].values())
        several = most > 1 or name == "type" or frame.several(name)
        columns.append(Column(name, prop, language, datatype, several))
    rows = [
        [[frame.compact(subject.value)], *(cells[key].get(subject, []) for key in keys)]
        for subject in subjects
    ]
    return Table(kind.removeprefix(MYO), kind, columns, rows)


def _form(value: ox.NamedNode | ox.Literal) -> tuple[str, str]:
    if isinstance(value, ox.NamedNode):
        return "", ""
    return (value.language, "") if value.language else ("", value.datatype.value)


def _cell(value: ox.NamedNode | ox.Literal, frame: Frame) -> str:
    return frame.term(value.value) if isinstance(value, ox.NamedNode) else value.value


def write_tables(quads: Iterable[ox.Quad], frame: Frame) -> dict[str, bytes]:
    """Return the CSV files of some statements, and the `datapackage.json` that describes them.

    The form is https://www.rfc-editor.org/rfc/rfc4180.
    """
    words = _words(frame.vocabulary)
    files: dict[str, bytes] = {}
    resources = []
    for table in tables(quads, frame):
        name = f"{table.name}.csv"
        files[name] = _csv(table)
        resources.append(_resource(table, name, files[name], words))
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "myograph",
        "title": "Myograph: a knowledge graph of how the human body moves",
        "description": "Education, not medical advice.",
        "version": __version__,
        "homepage": BASE,
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "Creative Commons Attribution 4.0",
            }
        ],
        "resources": resources,
    }
    files["datapackage.json"] = (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()
    return files


def _csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow(
            [
                joined(cell) if column.several else "".join(cell)
                for column, cell in zip(table.columns, row, strict=True)
            ]
        )
    return out.getvalue().encode()


def joined(values: Iterable[str]) -> str:
    """Return several values as one cell; a bar or backslash of their own gets a backslash."""
    return BAR.join(v.replace("\\", "\\\\").replace(BAR, "\\" + BAR) for v in values)


def _words(quads: Iterable[ox.Quad]) -> dict[str, dict[str, str]]:
    """Return the labels and definitions of the vocabulary."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        if (
            isinstance(quad.subject, ox.NamedNode)
            and isinstance(quad.object, ox.Literal)
            and quad.subject.value.startswith(MYO)
        ):
            if quad.predicate == LABEL:
                found[quad.subject.value]["title"] = quad.object.value
            elif quad.predicate == DEFINITION:
                found[quad.subject.value]["description"] = quad.object.value
    return found


def _resource(
    table: Table, path: str, content: bytes, words: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    return {
        "name": table.name.lower(),
        "path": path,
        "type": "table",
        **words.get(table.iri, {}),
        "rdfType": table.iri,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "primaryKey": ["id"],
            "fields": [_field(column, words) for column in table.columns],
        },
    }


def _field(column: Column, words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    kind = _TYPES.get(column.datatype.replace(XSD, "xsd:"), "string")
    found: dict[str, Any] = {"name": column.name, **words.get(column.property, {})}
    found |= {"type": "list", "delimiter": BAR, "itemType": kind} if column.several else {
        "type": kind
    }  # fmt: skip
    # Of our own: a field may have other properties than the standard's.
    own = ("property", "language", "datatype")
    return found | {name: getattr(column, name) for name in own if getattr(column, name)}
