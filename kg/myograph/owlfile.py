"""Writes statements as an OWL 2 DL ontology of one file, which Protégé and reasoners open.

It has one header and imports nothing. In it is what was authored, with the types that the ontology
gives to it, and no more of what the rules derive: a reasoner draws its own conclusions, and the
rules' are not all in DL. https://www.w3.org/TR/owl2-mapping-to-rdf/
"""

from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox

from myograph import __version__
from myograph.canonical import canonical
from myograph.files import Sources
from myograph.naming import Term
from myograph.read import read_ontology
from myograph.selection import Selection
from myograph.terms import (
    BASE,
    DCTERMS,
    LABEL,
    MYO,
    ONTOLOGY,
    OWL,
    OWL_CLASS,
    RDF,
    RDF_TYPE,
    RDFS,
    SKOS,
    graph,
)

_AUTHORED = {
    graph(name) for name in ("ontology", "anatomy", "exercise", "injury", "source", "bridge", "own")
}
_TYPED = graph("inferred/owl-range")
_MATCHES = frozenset(
    f"{SKOS}{name}Match" for name in ("exact", "close", "broad", "narrow", "related")
)
_LICENCE = ox.NamedNode("https://creativecommons.org/licenses/by/4.0/")
_INDIVIDUAL = ox.NamedNode(OWL + "NamedIndividual")
_HEADER = ox.NamedNode(OWL + "Ontology")
# Terms of the language itself need no declaration.
_BUILT_IN = (OWL, RDF, RDFS)


def owl_triples(selection: Selection, sources: Sources) -> list[ox.Triple]:
    """Return the statements of an OWL 2 DL ontology.

    Args:
        selection: what it is to say.
        sources: where the vocabulary is; the terms that are used are declared from it.
    """
    kept = [quad for quad in selection.quads if _belongs(quad)]
    vocabulary = canonical(read_ontology(sources))
    declared = _declarations(vocabulary)
    header = ox.NamedNode(ONTOLOGY)
    own_header = not selection.whole and any(quad.subject == header for quad in kept)
    triples = {quad.triple for quad in kept if own_header or quad.subject != header}
    if not own_header:
        triples |= set(_header(selection.name))
    triples |= {t for quad in kept for t in _used(quad, declared)}
    first = header if own_header else _iri(selection.name)
    return sorted(triples, key=lambda triple: (triple.subject != first, str(triple)))


def _belongs(quad: ox.Quad) -> bool:
    if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple):
        return False
    # Prefixes are declared for SPARQL, in words that OWL does not know.
    if str(quad.subject).startswith(f"<{BASE}ontology/prefix/"):
        return False
    if quad.graph_name in _AUTHORED:
        return True
    if quad.graph_name == graph("mapping"):
        return quad.predicate.value in _MATCHES
    return quad.graph_name == _TYPED and quad.predicate == RDF_TYPE


def _declarations(vocabulary: Iterable[ox.Quad]) -> dict[Term, set[ox.Triple]]:
    """Return how each class and property of the vocabulary, and of the bridge, is declared."""
    found: dict[Term, set[ox.Triple]] = defaultdict(set)
    for quad in vocabulary:
        if quad.predicate == RDF_TYPE and isinstance(quad.object, ox.NamedNode):
            if quad.object.value.startswith(OWL) and quad.object != _HEADER:
                found[quad.subject].add(quad.triple)
        elif quad.predicate == LABEL:
            found[quad.subject].add(quad.triple)
    return found


def _used(quad: ox.Quad, declared: dict[Term, set[ox.Triple]]) -> Iterable[ox.Triple]:
    for term in (quad.predicate, quad.object):
        yield from declared.get(term, ())
    if quad.graph_name != graph("ontology") and _is_individual(quad.subject):
        yield ox.Triple(quad.subject, RDF_TYPE, _INDIVIDUAL)
    kind = quad.object if quad.predicate == RDF_TYPE else None
    if isinstance(kind, ox.NamedNode) and not kind.value.startswith((BASE, *_BUILT_IN)):
        # A class of another system is declared where it is named.
        yield ox.Triple(kind, RDF_TYPE, OWL_CLASS)


def _is_individual(subject: Term) -> bool:
    return (
        isinstance(subject, ox.NamedNode)
        and subject.value.startswith(BASE)
        and (not subject.value.startswith(MYO))
    )


def _iri(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BASE}dump/{name}.owl")


def _header(name: str) -> Iterable[ox.Triple]:
    node = _iri(name)
    title = "Myograph" if name == "myograph" else f"Myograph: {name}"
    yield ox.Triple(node, RDF_TYPE, _HEADER)
    for prop, value in (
        (RDFS + "label", ox.Literal(title, language="en")),
        (DCTERMS + "title", ox.Literal(title, language="en")),
        (DCTERMS + "creator", ox.Literal("The Myograph authors")),
        (DCTERMS + "license", _LICENCE),
        (OWL + "versionInfo", ox.Literal(__version__)),
    ):
        yield ox.Triple(node, ox.NamedNode(prop), value)
    for prop in ("title", "creator", "license"):
        declaration = ox.NamedNode(OWL + "AnnotationProperty")
        yield ox.Triple(ox.NamedNode(DCTERMS + prop), RDF_TYPE, declaration)
