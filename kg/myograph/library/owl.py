"""The graph as owlready2 objects, https://owlready2.readthedocs.io/: `onto.soleus.produces`."""

import io
import warnings
from collections.abc import Collection
from typing import Any

import pyoxigraph as ox

from myograph.errors import MissingPackageError
from myograph.names import Names
from myograph.reason import document
from myograph.terms import BASE, DEFINITION, LABEL, MYO, ONTOLOGY, OWL, RDF_TYPE, is_derived

_INDIVIDUAL = ox.NamedNode(OWL + "NamedIndividual")


class Onto:
    """The records of a graph as attributes: `onto.soleus`, `onto.Muscle`, `onto.biceps_femoris`.

    Attributes:
        world: the owlready2 world, for `search`, `sparql` and reasoning.
        ontology: the owlready2 ontology that all of it was loaded into.
    """

    def __init__(self, world: Any, ontology: Any, names: Names) -> None:
        self.world = world
        self.ontology = ontology
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            # Python itself looks for these, to copy or to show an object.
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Any:
        """Return the owlready2 object of a record or a term, by what people call it.

        Raises:
            UnknownNameError: there is none.
        """
        term = self.world[MYO + name]
        return term or self.world[self._names.find(name.replace("_", " ")).value]

    def __dir__(self) -> list[str]:
        slugs = (r.slug.replace("-", "_") for r in self._names.records.values())
        return sorted({slug for slug in slugs if slug.isidentifier()})


def load_owl(quads: Collection[ox.Quad], names: Names) -> Onto:
    """Load what was authored and what was derived into a world of owlready2's.

    Args:
        quads: of the whole graph.
        names: of its records.

    Raises:
        MissingPackageError: owlready2 is not installed.
    """
    try:
        with warnings.catch_warnings():
            # Warns that its optional C speed-up is missing, which is no matter here.
            warnings.simplefilter("ignore")
            import owlready2
    except ImportError:
        raise MissingPackageError(
            "The graph as OWL objects needs owlready2, which is not installed.",
            "Run: pip install 'myograph[dl]'.",
        ) from None
    # owlready2 loads Turtle as nothing, silently; N-Triples it reads.
    triples = ox.serialize(_triples(quads), format=ox.RdfFormat.N_TRIPLES) or b""
    world = owlready2.World()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ontology = world.get_ontology(ONTOLOGY).load(fileobj=io.BytesIO(triples))
    return Onto(world, ontology, names)


def _triples(quads: Collection[ox.Quad]) -> list[ox.Triple]:
    found = dict.fromkeys(document(quads))
    for quad in quads:
        if is_derived(quad.graph_name) or quad.predicate in (LABEL, DEFINITION):
            found[ox.Triple(quad.subject, quad.predicate, quad.object)] = None
    for triple in list(found):
        subject = triple.subject
        # Without this declaration `individuals()` would not list it.
        if triple.predicate == RDF_TYPE and _is_record(subject):
            found[ox.Triple(subject, RDF_TYPE, _INDIVIDUAL)] = None
    return list(found)


def _is_record(term: object) -> bool:
    if not isinstance(term, ox.NamedNode):
        return False
    return term.value.startswith(BASE) and not term.value.startswith(MYO)
