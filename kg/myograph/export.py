"""Writes the graph, or a part of it, in the formats that others read.

The literals are those of the sources: a store would turn `1.50` into `1.5`. Formats for one
graph get the union of the named graphs, formats for datasets keep them apart. The same statements
always give the same bytes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from myograph.archive import zipped
from myograph.build import Built
from myograph.errors import UnknownFormatError
from myograph.files import Sources
from myograph.framing import frame_of, write_framed
from myograph.owlfile import owl_triples
from myograph.parquet import write_parquet
from myograph.prefixes import prefix_map
from myograph.selection import Selection, whole
from myograph.sssom_write import mapping_converter, write_mappings
from myograph.tables import write_tables
from myograph.turtle import write_trig, write_turtle

FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
}


@dataclass(frozen=True)
class Kind:
    """One format, as files have it.

    Attributes:
        ending: of a file in it.
        media: its media type.
        files: whether it is several files, which travel as one archive.
    """

    ending: str
    media: str
    files: bool = False


KINDS = {
    "turtle": Kind("ttl", "text/turtle"),
    "jsonld": Kind("jsonld", "application/ld+json"),
    "ntriples": Kind("nt", "application/n-triples"),
    "rdfxml": Kind("rdf", "application/rdf+xml"),
    "nquads": Kind("nq", "application/n-quads"),
    "trig": Kind("trig", "application/trig"),
    "owl": Kind("owl", "application/rdf+xml"),
    "csv": Kind("csv.zip", "application/zip", True),
    "parquet": Kind("parquet.zip", "application/zip", True),
    "sssom": Kind("sssom.zip", "application/zip", True),
}


def export(built: Built, format_: str, sources: Sources) -> bytes:
    """Serialise the whole graph.

    Args:
        built: the graph.
        format_: a key of `KINDS`.
        sources: where the prefixes and the context are.

    Raises:
        UnknownFormatError: there is no such format.
        MissingPackageError: it is written by a package that is not installed.
    """
    return export_part(whole(built), format_, sources)


def export_part(part: Selection, format_: str, sources: Sources) -> bytes:
    """Serialise a part of the graph; where that is several files, as a ZIP archive.

    Raises:
        UnknownFormatError, MissingPackageError: as `export`.
    """
    if format_ in _DOCUMENTS:
        return _DOCUMENTS[format_](part, sources)
    return zipped(export_files(part, format_, sources))


def export_files(part: Selection, format_: str, sources: Sources) -> dict[str, bytes]:
    """Return a part of the graph as files by their names.

    Raises:
        UnknownFormatError, MissingPackageError: as `export`.
    """
    if format_ in _FILES:
        return _FILES[format_](part, sources)
    if format_ not in _DOCUMENTS:
        raise UnknownFormatError(
            f"The graph cannot be written as '{format_}'.", f"Choose {', '.join(KINDS)}."
        )
    return {f"{part.name}.{KINDS[format_].ending}": _DOCUMENTS[format_](part, sources)}


def export_to(built: Built, format_: str, sources: Sources, path: Path) -> int:
    """Write the whole graph to a file and return its size in bytes.

    Raises:
        UnknownFormatError: there is no such format.
        OSError: the file cannot be written.
    """
    return path.write_bytes(export(built, format_, sources))


def _union(part: Selection) -> set[ox.Triple]:
    return {quad.triple for quad in part.quads}


def _turtle(part: Selection, sources: Sources) -> bytes:
    return write_turtle(_union(part), prefix_map(sources.ontology), part.about).encode()


def _trig(part: Selection, sources: Sources) -> bytes:
    return write_trig(part.quads, prefix_map(sources.ontology)).encode()


def _jsonld(part: Selection, sources: Sources) -> bytes:
    frame = frame_of(sources)
    return write_framed(_union(part), frame, part.about, complete=part.whole).encode()


def _ntriples(part: Selection, sources: Sources) -> bytes:
    return _lines(_union(part))


def _nquads(part: Selection, sources: Sources) -> bytes:
    return _lines(part.quads)


def _lines(statements: Iterable[ox.Triple | ox.Quad]) -> bytes:
    return "".join(sorted(f"{statement} .\n" for statement in statements)).encode()


def _rdfxml(part: Selection, sources: Sources) -> bytes:
    return write_rdfxml(sorted(_union(part), key=_order), sources)


def _owl(part: Selection, sources: Sources) -> bytes:
    return write_rdfxml(owl_triples(part, sources), sources)


def write_rdfxml(triples: Iterable[ox.Triple], sources: Sources) -> bytes:
    """Return RDF/XML, https://www.w3.org/TR/rdf-syntax-grammar/, in the order of the triples."""
    known = prefix_map(sources.ontology)
    document = ox.serialize(triples, format=ox.RdfFormat.RDF_XML, prefixes=known) or b""
    # The serialiser leaves them bare, and an XML parser would read them as line feeds.
    return document.replace(b"\r", b"&#xD;")


def _csv(part: Selection, sources: Sources) -> dict[str, bytes]:
    return write_tables(part.quads, frame_of(sources))


def _parquet(part: Selection, sources: Sources) -> dict[str, bytes]:
    return write_parquet(part.quads, frame_of(sources))


def _sssom(part: Selection, sources: Sources) -> dict[str, bytes]:
    written = write_mappings(part.mappings, mapping_converter(sources))
    return {f"{name}.sssom.tsv": text.encode() for name, text in written.items()}


_DOCUMENTS: dict[str, Callable[[Selection, Sources], bytes]] = {
    "turtle": _turtle,
    "jsonld": _jsonld,
    "ntriples": _ntriples,
    "rdfxml": _rdfxml,
    "nquads": _nquads,
    "trig": _trig,
    "owl": _owl,
}
_FILES: dict[str, Callable[[Selection, Sources], dict[str, bytes]]] = {
    "csv": _csv,
    "parquet": _parquet,
    "sssom": _sssom,
}


def _order(triple: ox.Triple) -> tuple[str, str, str, str]:
    # Types first, as people write them.
    predicate = triple.predicate.value
    first = "" if predicate.endswith("#type") else predicate
    return str(triple.subject), first, predicate, str(triple.object)
