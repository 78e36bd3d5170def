"""The published JSON-LD context: a plain key for every property, and what its values are.

It is made of the ontology, the shapes and the graph, and kept as `ontology/context.jsonld`, since
programs rely on it: a change to it is seen. https://www.w3.org/TR/json-ld11/#the-context
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib.namespace import SH

from myograph.errors import ContextError
from myograph.jsonld import context as prefix_terms
from myograph.terms import BASE, DCTERMS, MYO, OWL, RDF, RDF_TYPE, RDFS, XSD, graph

FILE = "context.jsonld"
URL = BASE + FILE
KEYWORDS = {"id": "@id", "type": "@type", "included": "@included"}
# Where the last part of an IRI is one of our prefixes already, or says too little.
_NAMES = {
    DCTERMS + "source": "sources",
    MYO + "nerve": "ofNerve",
    "http://www.w3.org/2004/02/skos/core#prefLabel": "latinName",
}
_FIRST_WORD = re.compile(r"[A-Za-z0-9_]+")
_PROPERTIES = frozenset(
    OWL + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
)
_TEXT = XSD + "string"


def load_context(ontology: Path) -> dict[str, Any]:
    """Return the published context, without the key `@context` around it.

    Args:
        ontology: the folder that it is kept in.

    Raises:
        ContextError: it is not there, or is no JSON.
    """
    return dict(_loaded(ontology))


@cache
def _loaded(ontology: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((ontology / FILE).read_text("utf-8"))["@context"]
    except (OSError, ValueError, KeyError) as error:
        raise ContextError(
            f"The JSON-LD context {ontology / FILE} cannot be read: {error}.",
            f"Write it again: myograph export --format context --output {ontology / FILE}.",
        ) from None
    return found


def make_context(
    quads: Iterable[ox.Quad], prefixes: Mapping[str, str], shapes: rdflib.Graph
) -> dict[str, Any]:
    """Return the context of a graph: prefixes, then terms in the order of their names.

    A property takes one value if the ontology or a shape says so and the graph agrees, else a
    list. Its values are records, or literals of the datatype or language that most of them have.

    Raises:
        ContextError: two terms would have the same name.
    """
    seen = _Seen(quads)
    single = seen.functional | _at_most_one(shapes)
    terms: dict[str, Any] = {}

    def add(name: str, definition: object) -> None:
        if name in terms or name in prefixes or name in KEYWORDS:
            raise ContextError(
                f"The JSON-LD context has two terms called '{name}'.",
                "Give one of them a name of its own in kg/myograph/context.py.",
            )
        terms[name] = definition

    for iri in sorted(seen.named):
        if iri.startswith(MYO) and _FIRST_WORD.fullmatch(iri, len(MYO)):
            add(iri[len(MYO) :], _compact(iri, prefixes))
    taken = {iri.removeprefix(MYO) for iri in seen.properties if iri.startswith(MYO)}
    for iri in sorted(seen.properties, key=lambda iri: (not iri.startswith(MYO), iri)):
        values = seen.values[iri]
        kind = _kind(values) if values else seen.declared.get(iri, {})
        definition: dict[str, Any] = {"@id": _compact(iri, prefixes), **kind}
        if iri not in single or seen.most[iri] > 1:
            definition["@container"] = "@set"
        add(_name(iri, prefixes, taken), definition)
    ordered = dict(sorted(terms.items(), key=lambda item: item[0].casefold()))
    return {**prefix_terms(prefixes), **KEYWORDS, **ordered}


def context_document(terms: Mapping[str, Any]) -> str:
    """Return a context as a document of its own."""
    return '{"@context": {\n' + context_lines(terms) + "\n}}\n"


def context_lines(terms: Mapping[str, Any]) -> str:
    """Return the terms of a context as JSON, one a line, without the braces around them."""
    return ",\n".join(f"  {json.dumps(name)}: {json.dumps(said)}" for name, said in terms.items())


class _Seen:
    """What a graph says of properties and by them."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self.values: dict[str, Counter[str]] = defaultdict(Counter)
        self.functional: set[str] = set()
        self.properties: set[str] = set()
        self.named: set[str] = set()
        self.declared: dict[str, dict[str, str]] = {}
        self.most: dict[str, int] = defaultdict(int)
        per_subject: Counter[tuple[object, str]] = Counter()
        for quad in quads:
            predicate = quad.predicate.value
            if predicate == RDF_TYPE.value and isinstance(quad.subject, ox.NamedNode):
                self._declared(quad.subject.value, quad.object, quad.graph_name)
            if predicate == RDFS + "range" and isinstance(quad.object, ox.NamedNode):
                self._ranges(quad.subject, quad.object.value)
            if predicate.startswith(RDF):
                # Types have a keyword, and lists a form of their own.
                continue
            self.properties.add(predicate)
            self.values[predicate][_sort(quad.object)] += 1
            per_subject[quad.subject, predicate] += 1
        for (_, predicate), count in per_subject.items():
            self.most[predicate] = max(self.most[predicate], count)

    def _declared(self, subject: str, kind: object, where: object) -> None:
        if not isinstance(kind, ox.NamedNode) or where != graph("ontology"):
            return
        if kind.value in _PROPERTIES:
            self.properties.add(subject)
            if kind.value == OWL + "ObjectProperty":
                self.declared[subject] = {"@type": "@vocab"}
        elif kind.value == OWL + "FunctionalProperty":
            self.functional.add(subject)
        elif not kind.value.startswith(OWL) or kind.value == OWL + "Class":
            self.named.add(subject)

    def _ranges(self, subject: object, value: str) -> None:
        if isinstance(subject, ox.NamedNode) and value.startswith(XSD) and value != _TEXT:
            self.declared[subject.value] = {"@type": value.replace(XSD, "xsd:")}


def _sort(value: object) -> str:
    """Return what a value is: `@id`, `@en` or the IRI of a datatype."""
    if not isinstance(value, ox.Literal):
        return "@id"
    return f"@{value.language}" if value.language else value.datatype.value


def _kind(values: Counter[str]) -> dict[str, str]:
    most = max(sorted(values), key=lambda kind: values[kind])
    if most == "@id":
        # Names of terms are as good as IRIs there: "role": "PrimeMover".
        return {"@type": "@vocab"}
    if most.startswith("@"):
        return {"@language": most[1:]}
    return {} if most == _TEXT else {"@type": most.replace(XSD, "xsd:")}


def _at_most_one(shapes: rdflib.Graph) -> set[str]:
    """Return the properties of which some shape allows one value and no more."""
    return {
        str(path)
        for shape, path in shapes.subject_objects(SH.path)
        if isinstance(path, rdflib.URIRef) and str(shapes.value(shape, SH.maxCount)) == "1"
    }


def _compact(iri: str, prefixes: Mapping[str, str]) -> str:
    for name, start in sorted(prefixes.items(), key=lambda item: -len(item[1])):
        if iri.startswith(start):
            return f"{name}:{iri[len(start) :]}"
    return iri


def _name(iri: str, prefixes: Mapping[str, str], taken: set[str]) -> str:
    """Return the key of a property: the last part of its IRI, and its prefix where that is ours."""
    if iri in _NAMES:
        return _NAMES[iri]
    last = re.split("[/#]", iri)[-1]
    words = last.split("_")
    plain = words[0] + "".join(word.capitalize() for word in words[1:])
    own = iri.startswith((MYO, RDFS, DCTERMS, "http://www.w3.org/2004/02/skos/core#"))
    if iri.startswith(MYO) or (own and plain not in taken):
        return plain
    prefix = _compact(iri, prefixes).partition(":")[0]
    return prefix + plain[:1].upper() + plain[1:]


def domains(ontology: Iterable[ox.Quad]) -> dict[str, frozenset[str]]:
    """Return for each property the classes of which it is said, those of a union each.

    Args:
        ontology: the vocabulary.
    """
    said: dict[object, dict[str, object]] = defaultdict(dict)
    for quad in ontology:
        said[quad.subject][quad.predicate.value] = quad.object
    found: dict[str, frozenset[str]] = {}
    for subject, facts in said.items():
        domain = facts.get(RDFS + "domain")
        if domain is None or not isinstance(subject, ox.NamedNode):
            continue
        classes = [domain]
        rest = said.get(domain, {}).get(OWL + "unionOf")
        if rest is not None:
            classes = []
            while rest in said and RDF + "first" in said[rest]:
                classes.append(said[rest][RDF + "first"])
                rest = said[rest].get(RDF + "rest")
        found[subject.value] = frozenset(c.value for c in classes if isinstance(c, ox.NamedNode))
    return found
