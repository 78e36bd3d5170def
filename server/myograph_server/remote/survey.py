"""What is found out about a store before anybody is answered from it."""

import contextlib
from dataclasses import dataclass

import pyoxigraph as ox

from myograph.errors import QueryError, RemoteStoreError, StoreAnswerError, StoreVersionError
from myograph.metadata import DATASET
from myograph.remote.client import Wish
from myograph.remote.publication import HOME, MARK, RECORD, Publication, read
from myograph.terms import MYO, OWL, RDF_TYPE, graph
from myograph_server.remote.endpoint import Endpoint, Parameters

_WISH = Wish(60.0)


@dataclass(frozen=True)
class Way:
    """A way to ask a store for the union of our graphs.

    Attributes:
        name: in words.
        parameters: that go with each query.
        prologue: that goes before it.
    """

    name: str
    parameters: Parameters = ()
    prologue: str = ""


_UNIONS = (
    Way("its default graph is the union"),
    # Oxigraph's server, without --union-default-graph.
    Way("the parameter union-default-graph", (("union-default-graph", "true"),)),
)


def publication(endpoint: Endpoint, sources: str) -> Publication:
    """Return what was published to a store.

    Args:
        endpoint: where it answers.
        sources: the fingerprint of our sources, which its graph must have been built from.

    Raises:
        StoreVersionError: it holds no graph, not the whole of one, or that of other sources.
    """
    text = (
        f"SELECT ?record ?mark WHERE {{ GRAPH {HOME} {{ {DATASET} {RECORD} ?record "
        f"OPTIONAL {{ {DATASET} {MARK} ?mark }} }} }}"
    )
    found = endpoint.rows(text, _WISH)
    rows = found.dicts()
    if not rows or not isinstance(record := rows[0].get("record"), ox.Literal):
        raise StoreVersionError(
            "The store holds no graph of ours.",
            "Publish it: myograph publish --to ADDRESS.",
        )
    mark = rows[0].get("mark")
    if len(rows) > 1 or not isinstance(mark, ox.Literal):
        raise StoreVersionError(
            "The store does not hold the whole of one version.",
            "Wait for who is publishing, or publish again: myograph publish --to ADDRESS.",
        )
    published = read(record.value, mark.value)
    if published.sources != sources:
        raise StoreVersionError(
            f"The graph in the store was built from other sources ({published.sources}) than "
            f"this server has ({sources}).",
            "Publish the graph of these sources: myograph publish --to ADDRESS.",
        )
    return published


def way_to_the_union(endpoint: Endpoint, published: Publication) -> Way:
    """Find out how the store is asked for the union of our graphs, and no others.

    Raises:
        RemoteStoreError: there is no way to ask for it.
    """
    start = graph("").value
    elsewhere = f'ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(!STRSTARTS(STR(?g), "{start}")) }}'
    others = endpoint.truth(elsewhere, _WISH)
    probe = (
        f"ASK {{ {ox.NamedNode(MYO + 'Muscle')} {RDF_TYPE} {ox.NamedNode(OWL + 'Class')} . "
        f"{DATASET} {RDF_TYPE} ?kind . GRAPH {graph('metadata')} {{ {DATASET} ?p ?o }} }}"
    )
    # Where there are other people's graphs as well, ours must be named.
    ways: tuple[Way, ...] = (*(() if others else _UNIONS), *_named(tuple(published.parts)))
    for way in ways:
        with contextlib.suppress(QueryError, StoreAnswerError):
            if endpoint.truth(f"{way.prologue}{probe}", _WISH, way.parameters):
                return way
    raise RemoteStoreError(
        "The store does not answer for all our graphs together.",
        "Let its default graph be the union of the named graphs; Oxigraph's server has "
        "--union-default-graph for that.",
    )


def insist_on_all(endpoint: Endpoint, published: Publication) -> None:
    """Count what is there.

    Raises:
        StoreVersionError: a graph has more or fewer triples than were published.
    """
    found = endpoint.rows(
        f"SELECT ?g (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ ?s ?p ?o }} "
        f'FILTER(STRSTARTS(STR(?g), "{graph("").value}")) }} GROUP BY ?g',
        _WISH,
    )
    counts = {
        g.value: int(n.value)
        for g, n in found.rows
        if isinstance(g, ox.NamedNode) and isinstance(n, ox.Literal)
    }
    for iri, part in published.parts.items():
        if counts.get(iri, 0) != part.triples:
            raise StoreVersionError(
                f"The store holds {counts.get(iri, 0):,} triples of <{iri}>, and "
                f"{part.triples:,} were published.",
                "Publish it again: myograph publish --again --to ADDRESS.",
            )


def _named(graphs: tuple[str, ...]) -> tuple[Way, ...]:
    """Return the ways to name graphs: as the protocol has it, and as Virtuoso does."""
    parameters = [(f"{kind}-graph-uri", iri) for kind in ("default", "named") for iri in graphs]
    # Virtuoso says the protocol's parameters again in the headers of its answer, more than Python
    # reads; it takes this as well, https://docs.openlinksw.com/virtuoso/rdfdefaultgraph/.
    defined = "".join(f"DEFINE input:{name} <{iri}> " for name, iri in parameters)
    return (
        Way("its graphs are named with each query", tuple(parameters)),
        Way("its graphs are named in each query", (), defined),
    )
