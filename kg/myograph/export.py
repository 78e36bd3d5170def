"""Writes the whole graph in the serialisations of RDF.

The literals are those of the sources: a store would turn `1.50` into `1.5`. Formats for one
graph get the union of the named graphs, formats for datasets keep them apart.
"""

from pathlib import Path

import pyoxigraph as ox

from myograph.build import Built
from myograph.errors import UnknownFormatError
from myograph.files import Sources
from myograph.jsonld import write_jsonld
from myograph.prefixes import prefix_map
from myograph.results import tidy_turtle

FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
}


def export(built: Built, format_: str, sources: Sources) -> bytes:
    """Serialise the whole graph; the same graph always gives the same bytes.

    Args:
        built: the graph.
        format_: a key of `FORMATS`.
        sources: where the prefixes are.

    Raises:
        UnknownFormatError: there is no such format.
    """
    if format_ not in FORMATS:
        raise UnknownFormatError(
            f"The graph cannot be written as '{format_}'.", f"Choose {', '.join(FORMATS)}."
        )
    chosen = FORMATS[format_]
    prefixes = prefix_map(sources.ontology)
    if chosen.supports_datasets and format_ != "jsonld":
        quads = sorted(built.quads, key=lambda q: (str(q.graph_name), *_order(q)))
        document = ox.serialize(quads, format=chosen, prefixes=prefixes) or b""
        return tidy_turtle(document.decode()).encode() if format_ == "trig" else document
    union = {ox.Triple(q.subject, q.predicate, q.object) for q in built.quads}
    if format_ == "jsonld":
        return write_jsonld(sorted(union, key=_order), prefixes).encode()
    document = ox.serialize(sorted(union, key=_order), format=chosen, prefixes=prefixes) or b""
    if format_ == "turtle":
        return tidy_turtle(document.decode()).encode()
    # The serialiser leaves them bare, and an XML parser would read them as line feeds.
    return document.replace(b"\r", b"&#xD;") if format_ == "rdfxml" else document


def export_to(built: Built, format_: str, sources: Sources, path: Path) -> int:
    """Write the whole graph to a file and return its size in bytes.

    Raises:
        UnknownFormatError: there is no such format.
        OSError: the file cannot be written.
    """
    return path.write_bytes(export(built, format_, sources))


def _order(triple: ox.Triple | ox.Quad) -> tuple[str, str, str, str]:
    # Types first, as people write them.
    predicate = triple.predicate.value
    first = "" if predicate.endswith("#type") else predicate
    return str(triple.subject), first, predicate, str(triple.object)
