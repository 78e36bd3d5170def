"""Answers queries from a store elsewhere, any that speaks the SPARQL 1.1 Protocol.

https://www.w3.org/TR/sparql11-protocol/. Every answer is read whole and parsed before anybody sees
it, and after it the store is asked whether it still holds the version that it held at the start.
"""

import io
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import pyoxigraph as ox

from myograph.build import Version
from myograph.errors import (
    BusyError,
    QueryError,
    RemoteStoreError,
    StoreAnswerError,
    StoreTimedOutError,
    StoreVersionError,
)
from myograph.metadata import DATASET
from myograph.query import Rows
from myograph.remote.client import Client, Reply, Wish
from myograph.remote.publication import HOME, MARK, RECORD, Publication, read
from myograph.results import write_triples, xml_document
from myograph.terms import BASE, MYO, OWL, RDF_TYPE, graph
from myograph_server.engine import Caller
from myograph_server.guard import SafeQuery
from myograph_server.workers.worker import ROWS, TRIPLES

_JSON, _LINES = "application/sparql-results+json", "application/n-triples"
_PREFIX = re.compile(r"\bPREFIX\s+([\w-]*):", re.IGNORECASE)
# A SELECT of nothing but variables: the columns that the answer must have.
_COLUMNS = re.compile(
    r"^(?:\s|#[^\n]*\n|PREFIX\s+[\w-]*:\s*<[^>]*>)*SELECT\s+(?:DISTINCT\s+|REDUCED\s+)?"
    r"((?:\?\w+\s*)+)(?:WHERE\b|\{|FROM\b)",
    re.IGNORECASE,
)
# What Virtuoso says of an answer that it cut short.
_CUT = ("x-sparql-maxrows", "x-sql-state")
_VIRTUOSO_NODE = re.compile(rb'"nodeID://(\w+)"')
_BUSY = frozenset({429, 503})
_LATER = "Try again in a moment."
# Union by a parameter of the store's own, by the probe that finds it.
_UNIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("its default graph is the union", ()),
    ("the parameter union-default-graph", (("union-default-graph", "true"),)),
)
_START = 60.0  # seconds for each question at the start


@dataclass(frozen=True)
class RemoteLimits:
    """How much a store may be asked.

    Attributes:
        at_once: queries that run at once.
        patience: seconds that a query waits for its turn.
        timeout: seconds that it may take.
        max_bytes: of an answer.
    """

    at_once: int
    patience: float
    timeout: float
    max_bytes: int


class RemoteEngine:
    """Answers from a store elsewhere.

    Args:
        client: speaks with it.
        prefixes: that a query may use without declaring them.
        limits: how much it may be asked.
        sources: the fingerprint of our sources, which its graph must have been built from.

    Raises:
        StoreVersionError: the store holds no graph, not the whole of one, or that of other sources.
        RemoteStoreError: it does not answer as it should.
    """

    def __init__(
        self, client: Client, prefixes: Mapping[str, str], limits: RemoteLimits, sources: str
    ) -> None:
        self._client, self._prefixes, self._limits = client, prefixes, limits
        self._turns = threading.BoundedSemaphore(limits.at_once)
        self._ended: Counter[str] = Counter()
        # Set once the store holds something else than at the start.
        self.changed = threading.Event()
        self._published = self._publication(sources)
        self._dataset, self.union = self._way_to_the_union()
        self._insist_on_all()

    @property
    def version(self) -> Version:
        """See `Engine`."""
        return self._published.version

    @property
    def killed(self) -> Mapping[str, int]:
        """See `Engine`."""
        return self._ended

    def close(self, patience: float = 0.0) -> None:
        """See `Engine`."""
        self._client.close()

    def run(self, query: SafeQuery, media: str, caller: Caller) -> bytes:
        """See `Engine`.

        Raises:
            StoreTimedOutError: the store took too long.
            StoreAnswerError: its answer is not what was asked for, or not whole.
            StoreVersionError: it holds another version by now.
            RemoteStoreError: it is not there.
        """
        if not query.form:
            raise self._syntax_error(query.text, "It is no SELECT, ASK, CONSTRUCT or DESCRIBE.")
        wish = Wish(
            min(self._limits.timeout, caller.timeout or self._limits.timeout),
            self._limits.max_bytes,
            caller.gone,
        )
        with self._turn():
            try:
                reply = self._post(self._text(query), self._graphs(query), query.form, wish)
            except QueryError as error:
                raise self._syntax_error(query.text, error.message) from None
            body = self._written(reply, query, media)
            self._insist_on_the_mark(caller)
        return body

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._limits.patience):
            raise BusyError("Too many queries are waiting for the store.", _LATER)
        try:
            yield
        except StoreTimedOutError:
            self._ended["time"] += 1
            raise
        except RemoteStoreError:
            self._ended["store"] += 1
            raise
        finally:
            self._turns.release()

    def _text(self, query: SafeQuery) -> str:
        """Return the query with the declarations that it does without here, on its first line."""
        declared = set(_PREFIX.findall(query.text))
        wanted = (
            f"PREFIX {prefix}: <{iri}>"
            for prefix, iri in self._prefixes.items()
            if prefix not in declared and (f"{prefix}:" in query.text or "\\" in query.text)
        )
        return " ".join([f"BASE <{BASE}>", *wanted, query.text])

    def _graphs(self, query: SafeQuery) -> tuple[tuple[str, str], ...]:
        if query.dataset is None:
            return self._dataset
        return (
            *(("default-graph-uri", iri) for iri in query.dataset.default),
            *(("named-graph-uri", iri) for iri in query.dataset.named),
        )

    def _post(
        self, text: str, dataset: tuple[tuple[str, str], ...], form: str, wish: Wish
    ) -> Reply:
        """Ask the store; by POST of a form, which every store takes.

        Raises:
            QueryError: the store says that the query is no good.
        """
        rows = form in ("SELECT", "ASK")
        reply = self._client.send(
            "POST",
            wish,
            body=urlencode([("query", text), *dataset]).encode(),
            headers={
                "Accept": _JSON if rows else _LINES,
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        if reply.status == 400:
            raise QueryError(reply.told, "Repair the query.")
        if reply.status in _BUSY:
            raise BusyError(f"The store is busy: {reply.told}", _LATER)
        if reply.status in (401, 403):
            raise RemoteStoreError(
                f"The store does not let us ask (status {reply.status}).",
                "Set MYOGRAPH_STORE_USER and MYOGRAPH_STORE_PASSWORD, or MYOGRAPH_STORE_TOKEN, "
                "where the server is started.",
            )
        if reply.status != 200:
            raise StoreAnswerError(
                f"The store answered with status {reply.status}: {reply.told}",
                "Look at the log of the store.",
            )
        if reply.media != (_JSON if rows else _LINES):
            raise StoreAnswerError(
                f"The store answered with {reply.media or 'no media type'} where "
                f"{_JSON if rows else _LINES} was asked for.",
                "Give --store the address where the store answers SPARQL queries.",
            )
        if any(name in reply.headers for name in _CUT) or not (rows or reply.framed):
            raise StoreAnswerError(
                "The store cut its answer short.", "Let the store give more rows, or ask for less."
            )
        return reply

    def _syntax_error(self, text: str, told: str) -> QueryError:
        """Return what our own parser says of a query that the store refused, else its words."""
        try:
            # No query goes on like that: it is parsed and never run.
            ox.Store().query(f"{text}\n`", prefixes=dict(self._prefixes), base_iri=BASE)
        except SyntaxError as error:
            place = re.search(r"at (\d+):", str(error))
            if place and int(place[1]) <= text.count("\n") + 1:
                return QueryError(f"The query cannot be answered: {error}", "Repair the query.")
        return QueryError(f"The query cannot be answered: {told}", "Repair the query.")

    def _written(self, reply: Reply, query: SafeQuery, media: str) -> bytes:
        """Return the answer in the format that is wanted, parsed to its last byte.

        Raises:
            StoreAnswerError: it is not whole, or not what was asked for.
            QueryError: such an answer cannot be written so.
        """
        rows = query.form in ("SELECT", "ASK")
        if media not in (ROWS if rows else TRIPLES):
            raise QueryError(f"This answer cannot be written as {media}.", "Ask for another.")
        try:
            if not rows:
                found = [
                    ox.Triple(q.subject, q.predicate, q.object)
                    for q in ox.parse(reply.body, format=ox.RdfFormat.N_TRIPLES)
                ]
                return write_triples(found, TRIPLES[media], self._prefixes).encode()
            answer = _solutions(reply.body)
            if isinstance(answer, ox.QuerySolutions) != (query.form == "SELECT"):
                raise ValueError("rows for a truth value, or the other way round")
            if isinstance(answer, ox.QuerySolutions):
                _insist_on_columns(query.text, [v.value for v in answer.variables])
            out = io.BytesIO()
            answer.serialize(out, ROWS[media])
        except (SyntaxError, ValueError, OSError) as error:
            raise StoreAnswerError(
                f"The answer of the store cannot be read: {str(error)[:200]}.",
                "Look at the log of the store.",
            ) from None
        return xml_document(out.getvalue()) if media.endswith("+xml") else out.getvalue()

    def _insist_on_the_mark(self, caller: Caller) -> None:
        """Look whether the store holds what it held at the start.

        Raises:
            StoreVersionError: it does not; nothing that it answered may be shown.
        """
        mark = ox.Literal(self._published.mark)
        text = f"ASK {{ GRAPH {HOME} {{ {DATASET} {MARK} {mark} }} }}"
        wish = Wish(self._limits.timeout, 100_000, caller.gone)
        answer = _solutions(self._post(text, (), "ASK", wish).body)
        if not isinstance(answer, ox.QueryBoolean) or not bool(answer):
            self.changed.set()
            raise StoreVersionError(
                "The store is getting another version of the graph, or holds one already.",
                "Try again in a moment; the server takes the new version when it is whole.",
            )

    def _ask(self, text: str, dataset: tuple[tuple[str, str], ...] = ()) -> Rows | bool:
        """Ask at the start."""
        form = text.split(" ", 1)[0]
        wish = Wish(max(_START, self._limits.timeout), self._limits.max_bytes)
        try:
            answer = _solutions(self._post(text, dataset, form, wish).body)
            if isinstance(answer, ox.QuerySolutions):
                columns = tuple(v.value for v in answer.variables)
                return Rows(columns, [tuple(solution) for solution in answer])
            return bool(answer)
        except (SyntaxError, ValueError) as error:
            raise StoreAnswerError(
                f"The answer of the store cannot be read: {str(error)[:200]}.",
                "Give --store the address where the store answers SPARQL queries.",
            ) from None

    def _publication(self, sources: str) -> Publication:
        text = (
            f"SELECT ?record ?mark WHERE {{ GRAPH {HOME} {{ {DATASET} {RECORD} ?record "
            f"OPTIONAL {{ {DATASET} {MARK} ?mark }} }} }}"
        )
        found = self._ask(text)
        rows = found.dicts() if isinstance(found, Rows) else []
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

    def _way_to_the_union(self) -> tuple[tuple[tuple[str, str], ...], str]:
        """Find out how the store is asked for the union of our graphs, and no others.

        Raises:
            RemoteStoreError: there is no way to ask for it.
        """
        every = tuple(self._published.parts)
        listed = (
            *(("default-graph-uri", iri) for iri in every),
            *(("named-graph-uri", iri) for iri in every),
        )
        others = self._ask(
            f'ASK {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(!STRSTARTS(STR(?g), "{graph("").value}")) }}'
        )
        probe = (
            f"ASK {{ {ox.NamedNode(MYO + 'Muscle')} {RDF_TYPE} {ox.NamedNode(OWL + 'Class')} . "
            f"{DATASET} {RDF_TYPE} ?kind . GRAPH {graph('metadata')} {{ {DATASET} ?p ?o }} }}"
        )
        # Where there are other people's graphs as well, ours must be named.
        for way, parameters in () if others else _UNIONS:
            if self._ask(probe, parameters):
                return parameters, way
        if self._ask(probe, listed):
            return listed, "its graphs are named in each query"
        raise RemoteStoreError(
            "The store does not answer for all our graphs together.",
            "Let its default graph be the union of the named graphs; Oxigraph's server has "
            "--union-default-graph for that.",
        )

    def _insist_on_all(self) -> None:
        """Count what is there.

        Raises:
            StoreVersionError: a graph has more or fewer triples than were published.
        """
        found = self._ask(
            f"SELECT ?g (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ ?s ?p ?o }} "
            f'FILTER(STRSTARTS(STR(?g), "{graph("").value}")) }} GROUP BY ?g'
        )
        counts = {
            g.value: int(n.value)
            for g, n in (found.rows if isinstance(found, Rows) else ())
            if isinstance(g, ox.NamedNode) and isinstance(n, ox.Literal)
        }
        for iri, part in self._published.parts.items():
            if counts.get(iri, 0) != part.triples:
                raise StoreVersionError(
                    f"The store holds {counts.get(iri, 0):,} triples of <{iri}>, and "
                    f"{part.triples:,} were published.",
                    "Publish it again: myograph publish --again --to ADDRESS.",
                )


def _solutions(body: bytes) -> ox.QuerySolutions | ox.QueryBoolean:
    # Virtuoso names blank nodes as no other syntax could write them.
    plain = _VIRTUOSO_NODE.sub(rb'"\1"', body) if b"nodeID://" in body else body
    return ox.parse_query_results(plain, ox.QueryResultsFormat.JSON)


def _insist_on_columns(text: str, columns: list[str]) -> None:
    """Refuse an answer with other columns than those asked for, where that is easily told."""
    wanted = _COLUMNS.match(text)
    if wanted and sorted(columns) != sorted(set(wanted[1].replace("?", " ").split())):
        raise ValueError(f"it has the columns {', '.join(columns) or 'of nothing'}")
