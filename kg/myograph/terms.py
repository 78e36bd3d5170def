"""The namespaces of the graph and a few terms that the code itself speaks of."""

from pyoxigraph import NamedNode

BASE = "https://w3id.org/myograph/"
ONTOLOGY = "https://w3id.org/myograph/ontology"
MYO = BASE + "ontology/"
GRAPH = BASE + "graph/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SH = "http://www.w3.org/ns/shacl#"
OWL = "http://www.w3.org/2002/07/owl#"
DCTERMS = "http://purl.org/dc/terms/"
OBO = "http://purl.obolibrary.org/obo/"
OIO = "http://www.geneontology.org/formats/oboInOwl#"
XSD = "http://www.w3.org/2001/XMLSchema#"

RDF_TYPE = NamedNode(RDF + "type")
LABEL = NamedNode(RDFS + "label")
ALT_LABEL = NamedNode(SKOS + "altLabel")
PREF_LABEL = NamedNode(SKOS + "prefLabel")
DEFINITION = NamedNode(SKOS + "definition")
SOURCE = NamedNode(DCTERMS + "source")
SUBCLASS_OF = NamedNode(RDFS + "subClassOf")
OWL_CLASS = NamedNode(OWL + "Class")


def myo(name: str) -> NamedNode:
    """Return the term of our ontology with this local name, such as `Muscle`."""
    return NamedNode(MYO + name)


def graph(name: str) -> NamedNode:
    """Return the IRI of our named graph with this name, such as `inferred/crosses`."""
    return NamedNode(GRAPH + name)


def is_derived(graph_name: object) -> bool:
    """Return whether a rule made what lies in a graph, roll-ups and violations included.

    Args:
        graph_name: the graph's IRI as a term, or its name without our base.
    """
    name = graph_name.value if isinstance(graph_name, NamedNode) else str(graph_name)
    name = name.removeprefix(GRAPH)
    return name.startswith(("inferred/", "violation/")) or name == "rolled-up"
