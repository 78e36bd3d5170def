"""Writes JSON-LD with our prefixes as its context, https://www.w3.org/TR/json-ld11/.

The engine's serialiser writes the expanded form, which people and most applications find hard
to read. Literals other than plain strings keep their datatype and the form they were written in.
"""

import json
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from myograph.terms import RDF_TYPE, XSD

_STRING = XSD + "string"
# A prefix that ends in none of these must say that it is one: #prefix-name-in-… of the standard.
_DELIMITERS = (":", "/", "?", "#", "[", "]", "@")


def context(prefixes: Mapping[str, str]) -> dict[str, object]:
    """Return the prefixes as a JSON-LD context."""
    return {
        name: iri if iri.endswith(_DELIMITERS) else {"@id": iri, "@prefix": True}
        for name, iri in prefixes.items()
    }


def prefix_of(iri: str, prefixes: Iterable[tuple[str, str]]) -> tuple[str, str]:
    """Return the prefix that shortens an IRI and what it stands for, both empty if none does.

    Args:
        iri: in full.
        prefixes: each with what it stands for, the longest first.
    """
    for name, start in prefixes:
        # What begins with // after the colon would be read as an IRI with that scheme.
        if iri.startswith(start) and not iri.startswith("//", len(start)):
            return name, start
    return "", ""


def write_jsonld(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> str:
    """Serialise triples as one flat graph; properties of a node in the order they come."""
    writer = _Writer(prefixes)
    nodes: dict[str, dict[str, object]] = {}
    for triple in triples:
        subject = writer.name(triple.subject)
        node = nodes.setdefault(subject, {"@id": subject})
        if triple.predicate == RDF_TYPE and not isinstance(triple.object, ox.Literal):
            key, value = "@type", writer.name(triple.object)
        else:
            key, value = writer.iri(triple.predicate.value), writer.value(triple.object)  # type: ignore[assignment]
        known = node.setdefault(key, [])
        if isinstance(known, list):
            known.append(value)
    for node in nodes.values():
        for key, values in node.items():
            if isinstance(values, list) and len(values) == 1:
                node[key] = values[0]
    document = {"@context": context(writer.used()), "@graph": list(nodes.values())}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


class _Writer:
    """Shortens IRIs, and remembers by which prefixes."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        # The longest first: myo: before a prefix of the whole.
        self._prefixes = sorted(prefixes.items(), key=lambda item: -len(item[1]))
        self._names: dict[str, str] = {}
        self._used: dict[str, str] = {}

    def used(self) -> dict[str, str]:
        return dict(sorted(self._used.items()))

    def iri(self, iri: str) -> str:
        if iri not in self._names:
            self._names[iri] = self._shortened(iri)
        return self._names[iri]

    def _shortened(self, iri: str) -> str:
        name, start = prefix_of(iri, self._prefixes)
        if not name:
            return iri
        self._used[name] = start
        return f"{name}:{iri[len(start) :]}"

    def name(self, term: ox.NamedNode | ox.BlankNode | ox.Triple | ox.Literal) -> str:
        if isinstance(term, ox.NamedNode):
            return self.iri(term.value)
        if isinstance(term, ox.BlankNode):
            return str(term)
        raise TypeError(f"JSON-LD 1.1 has no place for {term!r}")

    def value(self, term: ox.NamedNode | ox.BlankNode | ox.Triple | ox.Literal) -> object:
        if not isinstance(term, ox.Literal):
            return {"@id": self.name(term)}
        if term.language:
            return {"@value": term.value, "@language": term.language}
        if term.datatype.value == _STRING:
            return term.value
        return {"@value": term.value, "@type": self.iri(term.datatype.value)}
