"""The prefix map: read once from `ontology/prefixes.ttl`, used everywhere."""

from functools import cache
from pathlib import Path

import curies
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from myograph.terms import SH


@cache
def prefix_map(ontology: Path) -> dict[str, str]:
    """Return every prefix and its namespace IRI.

    Args:
        ontology: the folder with `prefixes.ttl`, as `find_sources().ontology` gives it.
    """
    names: dict[object, str] = {}
    namespaces: dict[object, str] = {}
    for quad in parse(path=ontology / "prefixes.ttl", format=RdfFormat.TURTLE):
        if isinstance(quad.object, Literal):
            if quad.predicate == NamedNode(SH + "prefix"):
                names[quad.subject] = quad.object.value
            elif quad.predicate == NamedNode(SH + "namespace"):
                namespaces[quad.subject] = quad.object.value
    return {
        name: namespaces[subject] for subject, name in sorted(names.items(), key=lambda n: n[1])
    }


@cache
def converter(ontology: Path) -> curies.Converter:
    """Return the converter between IRIs and compact names such as `muscle:soleus`."""
    return curies.Converter.from_prefix_map(prefix_map(ontology))


def prefix_lines(ontology: Path, query: str) -> str:
    """Return the SPARQL `PREFIX` lines of the prefixes that a query uses."""
    known = prefix_map(ontology).items()
    return "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in known if f"{name}:" in query)
