"""Writes the links of a graph as SSSOM files, the way that `myograph.sssom` reads them."""

import json
from collections import defaultdict
from collections.abc import Iterable

import curies
from pyoxigraph import Literal, NamedNode, Quad

from myograph.files import Sources
from myograph.link.bridge import MATCHES
from myograph.prefixes import prefix_map
from myograph.sssom import (
    ANNOTATED,
    AXIOM,
    IN_SET,
    IRI_SLOTS,
    MAPPING_SET,
    ROW_SLOTS,
    SET_SLOTS,
    SSSOM,
)
from myograph.terms import BASE, RDF_TYPE, graph, myo

_COLUMNS = ("subject_id", "subject_label", "predicate_id", "object_id", *ROW_SLOTS[1:])
_QUOTED = frozenset({"sssom_version", "mapping_set_description", "object_source_version"})
_Said = dict[str, list[NamedNode | Literal]]


def mapping_converter(sources: Sources) -> curies.Converter:
    """Return the one prefix map of the links: that of other systems, and the kinds of our records.

    Raises:
        OSError: `kg/data/mappings/prefixes.json` is not there.
    """
    path = sources.data / "mappings" / "prefixes.json"
    prefixes: dict[str, str] = json.loads(path.read_text("utf-8"))
    ours = prefix_map(sources.ontology).items()
    prefixes |= {name: iri for name, iri in ours if iri.startswith(BASE)}
    return curies.Converter.from_prefix_map(prefixes)


def write_mappings(quads: Iterable[Quad], converter: curies.Converter) -> dict[str, str]:
    """Return the text of each mapping set in a graph, by the last part of its IRI.

    Args:
        quads: of the graph; those of `graph:mapping` are used.
        converter: turns IRIs into the CURIEs of the files.
    """
    said: dict[NamedNode, _Said] = defaultdict(lambda: defaultdict(list))
    searched: dict[NamedNode, NamedNode] = {}
    for quad in quads:
        if quad.graph_name != graph("mapping") or not isinstance(quad.subject, NamedNode):
            continue
        if quad.predicate == myo("hasTermSearch") and isinstance(quad.object, NamedNode):
            searched[quad.object] = quad.subject
        elif isinstance(quad.object, (NamedNode, Literal)):
            said[quad.subject][quad.predicate.value].append(quad.object)
    rows: dict[NamedNode, list[dict[str, str]]] = defaultdict(list)
    for node, facts in said.items():
        for owner in facts.get(IN_SET.value, []):
            assert isinstance(owner, NamedNode)
            rows[owner].append(_row(node, facts, searched, converter))
    sets = [node for node, facts in said.items() if MAPPING_SET in facts.get(RDF_TYPE.value, [])]
    return {
        node.value.rsplit("/", 1)[-1]: _text(node, said[node], rows[node], converter)
        for node in sorted(sets, key=lambda node: node.value)
    }


def _row(
    node: NamedNode, facts: _Said, searched: dict[NamedNode, NamedNode], converter: curies.Converter
) -> dict[str, str]:
    def one(name: str) -> str:
        values = facts.get(SSSOM + name, [])
        return _shown(values[0], name, converter) if values else ""

    row = {slot: one(slot) for slot in ROW_SLOTS}
    if AXIOM in facts.get(RDF_TYPE.value, []):
        parts = [facts[way.value][0].value for way in ANNOTATED]
        ids = [converter.compress(iri, strict=True) for iri in parts]
    else:
        ids = [converter.compress(searched[node].value, strict=True)]
        ids += ["skos:exactMatch", "sssom:NoTermFound"]
        row["mapping_date"] = facts[myo("searchedOn").value][0].value
    return row | dict(zip(("subject_id", "predicate_id", "object_id"), ids, strict=True))


def _text(
    node: NamedNode, facts: _Said, rows: list[dict[str, str]], converter: curies.Converter
) -> str:
    columns = [column for column in _COLUMNS if any(row[column] for row in rows)]
    header = []
    for slot in SET_SLOTS:
        values = [_shown(value, slot, converter) for value in facts.get(SSSOM + slot, [])]
        if slot.endswith("creator_label"):
            header += [f"{slot}:", *(f"- {value}" for value in values)]
        else:
            header += [f"{slot}: {json.dumps(v) if slot in _QUOTED else v}" for v in values]
        if slot == "sssom_version":
            header.append(f"mapping_set_id: {node.value}")
    header += ["curie_map:", *_curie_map(header, rows, converter)]
    lines = ["\t".join(row[column] for column in columns) for row in sorted(rows, key=_order)]
    return "\n".join([*(f"#{line}" for line in header), "\t".join(columns), *lines]) + "\n"


def _curie_map(
    header: list[str], rows: list[dict[str, str]], converter: curies.Converter
) -> list[str]:
    """Return a line for each prefix that the set uses."""
    columns = ("subject_id", "predicate_id", "object_id", "object_category")
    used = {row[column].partition(":")[0] for row in rows for column in columns}
    used |= {row["mapping_justification"].partition(":")[0] for row in rows}
    used |= {line.split()[1].partition(":")[0] for line in header if line.startswith("object_sou")}
    known = converter.bimap
    return [f"  {prefix}: {known[prefix]}" for prefix in sorted(used & known.keys())]


def _order(row: dict[str, str]) -> tuple[str, int, bool, str]:
    match = row["predicate_id"].removeprefix("skos:").removesuffix("Match")
    nothing = row["object_id"] == "sssom:NoTermFound"
    return row["subject_id"], MATCHES.index(match), nothing, row["object_id"]


def _shown(term: NamedNode | Literal, slot: str, converter: curies.Converter) -> str:
    compact = slot in IRI_SLOTS and converter.compress(term.value)
    return compact or term.value
