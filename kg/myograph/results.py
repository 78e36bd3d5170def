"""Writes answers: rows in the result formats of SPARQL, triples in the serialisations of RDF."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from myograph.errors import UnknownFormatError
from myograph.jsonld import write_jsonld
from myograph.query import Rows
from myograph.terms import XSD

_STRING = XSD + "string"
# What XML 1.0 has no way to write, https://www.w3.org/TR/xml/#charsets.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TRIPLE_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}


def write_triples(triples: Iterable[ox.Triple], format_: str, prefixes: Mapping[str, str]) -> str:
    """Serialise triples.

    Args:
        triples: in the order in which they are to stand.
        format_: a key of `TRIPLE_FORMATS`.
        prefixes: that the document uses where the format has any.

    Raises:
        UnknownFormatError: there is no such format.
    """
    if format_ not in TRIPLE_FORMATS:
        raise UnknownFormatError(
            f"Triples cannot be written as '{format_}'.", f"Choose {', '.join(TRIPLE_FORMATS)}."
        )
    if format_ == "jsonld":
        return write_jsonld(triples, prefixes)
    written = ox.serialize(triples, format=TRIPLE_FORMATS[format_], prefixes=dict(prefixes))
    text = (written or b"").decode("utf-8")
    # The serialiser leaves them bare, and an XML parser would read them as line feeds.
    if format_ == "rdfxml":
        return text.replace("\r", "&#xD;")
    return tidy_turtle(text) if format_ == "turtle" else text


def tidy_turtle(document: str) -> str:
    """Return Turtle of the engine with only the prefixes that it uses, in order.

    The engine declares every prefix that it is given.
    """
    at = 0
    while document.startswith("@prefix ", at):
        at = document.index("\n", at) + 1
    body = document[at:]
    used = [line for line in document[:at].splitlines() if line.split(" ")[1] in body]
    return "".join(f"{line}\n" for line in sorted(used)) + body


def write_rows(rows: Rows, format_: str) -> str:
    """Serialise rows in a result format of SPARQL.

    Args:
        rows: the answer.
        format_: a key of `ROW_FORMATS`.
    """
    return ROW_FORMATS[format_](rows)


def _json(rows: Rows) -> str:
    """https://www.w3.org/TR/sparql11-results-json/."""
    bindings = [
        {column: _json_term(term) for column, term in row.items() if term is not None}
        for row in rows.dicts()
    ]
    answer = {"head": {"vars": list(rows.columns)}, "results": {"bindings": bindings}}
    return json.dumps(answer, ensure_ascii=False) + "\n"


def _json_term(term: object) -> dict[str, object]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Literal):
        found: dict[str, object] = {"type": "literal", "value": term.value}
        if term.language:
            found["xml:lang"] = term.language
        elif term.datatype.value != _STRING:
            found["datatype"] = term.datatype.value
        return found
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {k: _json_term(v) for k, v in parts.items()}}
    raise TypeError(f"no result term: {term!r}")


def _csv(rows: Rows) -> str:
    """https://www.w3.org/TR/sparql11-results-csv-tsv/, plain values."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(rows.columns)
    for row in rows.rows:
        writer.writerow([_plain(term) for term in row])
    return out.getvalue()


def _plain(term: object) -> str:
    if isinstance(term, (ox.NamedNode, ox.Literal)):
        return term.value
    return "" if term is None else str(term)


def _tsv(rows: Rows) -> str:
    """https://www.w3.org/TR/sparql11-results-csv-tsv/, terms as in Turtle."""
    lines = ["\t".join(f"?{column}" for column in rows.columns)]
    lines += ["\t".join("" if term is None else str(term) for term in row) for row in rows.rows]
    return "\n".join(lines) + "\n"


def _xml(rows: Rows) -> str:
    """https://www.w3.org/TR/rdf-sparql-XMLres/."""
    head = "".join(f"<variable name={quoteattr(column)}/>" for column in rows.columns)
    results = "".join(
        "<result>"
        + "".join(
            f"<binding name={quoteattr(column)}>{_xml_term(term)}</binding>"
            for column, term in row.items()
            if term is not None
        )
        + "</result>"
        for row in rows.dicts()
    )
    return (
        '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
        f"<head>{head}</head><results>{results}</results></sparql>"
    )


def _xml_term(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{_text(term.value)}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{_text(term.value)}</bnode>"
    if isinstance(term, ox.Literal):
        if term.language:
            return f"<literal xml:lang={quoteattr(term.language)}>{_text(term.value)}</literal>"
        if term.datatype.value == _STRING:
            return f"<literal>{_text(term.value)}</literal>"
        return f"<literal datatype={quoteattr(term.datatype.value)}>{_text(term.value)}</literal>"
    if isinstance(term, ox.Triple):
        return (
            f"<triple><subject>{_xml_term(term.subject)}</subject>"
            f"<predicate>{_xml_term(term.predicate)}</predicate>"
            f"<object>{_xml_term(term.object)}</object></triple>"
        )
    raise TypeError(f"no result term: {term!r}")


def xml_document(body: bytes) -> bytes:
    """Return an XML document of the engine without what an XML parser would refuse or change."""
    text = body.decode("utf-8")
    if _NOT_IN_XML.search(text):
        text = _NOT_IN_XML.sub("\ufffd", text)
    # A bare carriage return would come back from an XML parser as a line feed.
    return text.replace("\r", "&#xD;").encode("utf-8")


def _text(value: str) -> str:
    # A bare carriage return would come back from an XML parser as a line feed.
    return escape(_NOT_IN_XML.sub("\ufffd", value), {"\r": "&#xD;"})


ROW_FORMATS: dict[str, Callable[[Rows], str]] = {
    "json": _json,
    "csv": _csv,
    "tsv": _tsv,
    "xml": _xml,
}
