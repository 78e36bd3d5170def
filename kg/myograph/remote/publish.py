"""Puts a built graph into somebody else's store, graph by graph, so that nobody reads half of it.

By the Graph Store Protocol, https://www.w3.org/TR/sparql11-http-rdf-update/, or by SPARQL Update,
https://www.w3.org/TR/sparql11-update/. What the store has already, by its digest, is not sent
again: a run that was interrupted goes on where it was.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import quote, urlencode

import pyoxigraph as ox

from myograph.build import Built
from myograph.errors import RemoteStoreError, StoreAnswerError
from myograph.metadata import DATASET
from myograph.remote.client import Client, Reply, Wish
from myograph.remote.publication import HOME, MARK, RECORD, Part, Publication, read, read_turtle

# Told of each piece that was sent: triples that are done, and what is going on.
Tell = Callable[[int, str], None]
_PIECE = 20_000  # triples that are sent at once
_TIMEOUT = 300.0  # seconds for each piece
_ROWS = "application/sparql-results+json"


class Target(Protocol):
    """A way to write to a store."""

    def published(self) -> Publication | None:
        """Return what the store says that it holds."""

    def put(self, iri: str, lines: list[str]) -> None:
        """Make a graph hold these triples, in N-Triples, and no others."""

    def add(self, iri: str, lines: list[str]) -> None:
        """Let a graph hold these triples as well."""

    def drop(self, iri: str) -> None:
        """Take a graph away, if it is there."""


@dataclass(frozen=True)
class GraphStore:
    """The Graph Store Protocol.

    Attributes:
        client: speaks with the address of the graph store.
    """

    client: Client

    def published(self) -> Publication | None:
        """See `Target`."""
        reply = self._send("GET", HOME.value, accept="text/turtle", fine=(200, 404))
        return read_turtle(reply.body) if reply.status == 200 else None

    def put(self, iri: str, lines: list[str]) -> None:
        """See `Target`."""
        self._send("PUT", iri, lines)

    def add(self, iri: str, lines: list[str]) -> None:
        """See `Target`."""
        self._send("POST", iri, lines)

    def drop(self, iri: str) -> None:
        """See `Target`."""
        self._send("DELETE", iri, fine=(200, 202, 204, 404))

    def _send(
        self,
        method: str,
        iri: str,
        lines: list[str] | None = None,
        *,
        accept: str = "*/*",
        fine: tuple[int, ...] = (200, 201, 202, 204),
    ) -> Reply:
        # N-Triples is Turtle, which is what every store takes.
        headers = {"Accept": accept} | ({"Content-Type": "text/turtle"} if lines else {})
        body = "".join(lines or ()).encode()
        wish = Wish(_TIMEOUT)
        query = f"graph={quote(iri, safe='')}"
        reply = self.client.send(method, wish, body=body, headers=headers, query=query)
        return _fine(reply, f"{method} of <{iri}>", fine)


@dataclass(frozen=True)
class Updates:
    """SPARQL Update, for stores that have no graph store.

    Attributes:
        client: speaks with the address that takes updates.
        asked: speaks with the address that takes queries.
    """

    client: Client
    asked: Client

    def published(self) -> Publication | None:
        """See `Target`."""
        text = (
            f"SELECT ?record ?mark WHERE {{ GRAPH {HOME} {{ {DATASET} {RECORD} ?record "
            f"OPTIONAL {{ {DATASET} {MARK} ?mark }} }} }}"
        )
        reply = self.asked.send(
            "POST",
            Wish(_TIMEOUT),
            body=urlencode({"query": text}).encode(),
            headers={"Accept": _ROWS, "Content-Type": "application/x-www-form-urlencoded"},
        )
        _fine(reply, "query", (200,))
        try:
            rows = list(ox.parse_query_results(reply.body, ox.QueryResultsFormat.JSON))  # type: ignore[arg-type]
        except (SyntaxError, ValueError):
            raise StoreAnswerError(
                "The answer of the store cannot be read.", "Give its address for queries."
            ) from None
        if not rows:
            return None
        record, mark = rows[0]["record"], rows[0]["mark"]
        return read(record.value, mark.value if mark else "")

    def put(self, iri: str, lines: list[str]) -> None:
        """See `Target`."""
        self._update(f"DROP SILENT GRAPH <{iri}> ; {_insert(iri, lines)}", iri)

    def add(self, iri: str, lines: list[str]) -> None:
        """See `Target`."""
        self._update(_insert(iri, lines), iri)

    def drop(self, iri: str) -> None:
        """See `Target`."""
        self._update(f"DROP SILENT GRAPH <{iri}>", iri)

    def _update(self, text: str, iri: str) -> None:
        reply = self.client.send(
            "POST",
            Wish(_TIMEOUT),
            body=urlencode({"update": text}).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        _fine(reply, f"update of <{iri}>", (200, 202, 204))


def publish(built: Built, sources: str, target: Target, tell: Tell, *, again: bool = False) -> int:
    """Publish a graph and return how many triples were sent.

    Args:
        built: the graph.
        sources: the fingerprint of its sources.
        target: where to.
        tell: is told of each piece.
        again: whether to send what the store says that it has, too.

    Raises:
        RemoteStoreError: the store is not there, or does not take something.
    """
    graphs = _by_graph(built)
    wanted = {iri: Part(len(lines), _digest(lines)) for iri, lines in graphs.items()}
    before = target.published()
    known = before.parts if before and not again else {}
    kept = {iri: part for iri, part in known.items() if wanted.get(iri) == part}
    state = Publication(built.fingerprint, sources, kept)
    if before and before.mark and kept == wanted and before == replace(state, mark=before.mark):
        tell(len(built.quads), "is there already")
        return 0
    # From here on the store is no whole version, until the mark is set.
    _record(target, state)
    tell(sum(part.triples for part in kept.values()), "is there already")
    sent = 0
    for iri in (before.parts if before else {}).keys() - wanted.keys():
        target.drop(iri)
    for iri, lines in graphs.items():
        if iri in kept:
            continue
        for place, piece in enumerate(_pieces(lines)):
            (target.add if place else target.put)(iri, piece)
            sent += len(piece)
            tell(len(piece), iri)
        state = replace(state, parts=state.parts | {iri: wanted[iri]})
        _record(target, state)
    _record(target, state.finished())
    return sent


def _record(target: Target, state: Publication) -> None:
    target.put(HOME.value, [f"{triple} .\n" for triple in state.triples()])


def _by_graph(built: Built) -> dict[str, list[str]]:
    """Return the lines of each graph, those with blank nodes first, which must not be parted."""
    found: dict[str, list[str]] = defaultdict(list)
    for quad in built.quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            triple = ox.Triple(quad.subject, quad.predicate, quad.object)
            found[quad.graph_name.value].append(f"{triple} .\n")
    return {
        iri: sorted(set(lines), key=lambda line: ("_:" not in line, line))
        for iri, lines in sorted(found.items())
    }


def _digest(lines: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode())
    return digest.hexdigest()[:32]


def _pieces(lines: list[str]) -> Iterator[list[str]]:
    first = max(_PIECE, sum("_:" in line for line in lines))
    yield lines[:first]
    for at in range(first, len(lines), _PIECE):
        yield lines[at : at + _PIECE]


def _insert(iri: str, lines: list[str]) -> str:
    return f"INSERT DATA {{ GRAPH <{iri}> {{ {''.join(lines)} }} }}"


def _fine(reply: Reply, what: str, statuses: tuple[int, ...]) -> Reply:
    if reply.status in (401, 403):
        raise RemoteStoreError(
            f"The store does not let us write (status {reply.status}).",
            "Set MYOGRAPH_STORE_USER and MYOGRAPH_STORE_PASSWORD, or MYOGRAPH_STORE_TOKEN.",
        )
    if reply.status not in statuses:
        raise StoreAnswerError(
            f"The store answered the {what} with status {reply.status}: {reply.told}",
            "Give the address of its graph store, or --update for that of SPARQL Update.",
        )
    return reply
