"""Answers queries from a store elsewhere, any that speaks the SPARQL 1.1 Protocol.

https://www.w3.org/TR/sparql11-protocol/. Every answer is read whole and parsed before anybody sees
it, and after it the store is asked whether it still holds the version that it held at the start.
"""

import contextlib
import io
import logging
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from myograph.build import Version
from myograph.errors import (
    QueryError,
    RemoteStoreError,
    StoreTimedOutError,
    StoreVersionError,
)
from myograph.metadata import DATASET
from myograph.remote.client import Client, Reply, Wish
from myograph.remote.publication import HOME, MARK
from myograph.results import write_triples, xml_document
from myograph.terms import BASE
from myograph_server.engine import Caller
from myograph_server.guard import SafeQuery
from myograph_server.remote.endpoint import Endpoint, Parameters, solutions, unreadable
from myograph_server.remote.survey import insist_on_all, publication, way_to_the_union
from myograph_server.turns import Turns
from myograph_server.workers.worker import ROWS, TRIPLES

LOG = logging.getLogger("myograph.server")
_PREFIX = re.compile(r"\bPREFIX\s+([\w-]*):", re.IGNORECASE)
# A SELECT of nothing but variables: the columns that the answer must have.
_COLUMNS = re.compile(
    r"^(?:\s|#[^\n]*\n|PREFIX\s+[\w-]*:\s*<[^>]*>)*SELECT\s+(?:DISTINCT\s+|REDUCED\s+)?"
    r"((?:\?\w+\s*)+)(?:WHERE\b|\{|FROM\b)",
    re.IGNORECASE,
)
_SMALL = 100_000  # bytes of an answer about the store itself


@dataclass(frozen=True)
class RemoteLimits:
    """How much a store may be asked.

    Attributes:
        at_once: queries that run at once.
        waiting: how many more may wait.
        patience: seconds that a query waits for its turn.
        timeout: seconds that it may take.
        max_bytes: of an answer.
    """

    at_once: int
    waiting: int
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
        self._endpoint, self._prefixes, self._limits = Endpoint(client), prefixes, limits
        self._url = client.url
        self._turns = Turns(limits.at_once, limits.waiting, limits.patience)
        self._ended: Counter[str] = Counter()
        # Set once the store holds something else than at the start.
        self.changed = threading.Event()
        try:
            self._published = publication(self._endpoint, sources)
            self.way = way_to_the_union(self._endpoint, self._published)
            insist_on_all(self._endpoint, self._published)
        except BaseException:
            self.close()
            raise

    @property
    def version(self) -> Version:
        """See `Engine`."""
        return self._published.version

    @property
    def stored(self) -> None:
        """See `Engine`: the graph lies elsewhere."""

    @property
    def killed(self) -> Mapping[str, int]:
        """See `Engine`."""
        return self._ended

    def close(self, patience: float = 0.0) -> None:
        """See `Engine`."""
        self._turns.close(patience)
        self._endpoint.close()

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
            caller.within(self._limits.timeout),
            self._limits.max_bytes,
            caller.gone,
        )
        with self._turns.turn(caller.address), self._counted():
            try:
                reply = self._endpoint.post(
                    self._text(query), query.form, wish, self._graphs(query)
                )
            except QueryError as error:
                raise self._syntax_error(query.text, error.message) from None
            body = self._written(reply, query, media)
            self._insist_on_the_mark(caller)
        return body

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except RemoteStoreError as error:
            self._ended["time" if isinstance(error, StoreTimedOutError) else "store"] += 1
            LOG.warning("%s", error)
            # Where the store is, is for who runs the server.
            told = error.message.replace(f" at {self._url}", "")
            raise type(error)(told, error.repair) from None

    def _text(self, query: SafeQuery) -> str:
        """Return the query with the declarations that it does without here, on its first line."""
        declared = set(_PREFIX.findall(query.text))
        wanted = (
            f"PREFIX {prefix}: <{iri}>"
            for prefix, iri in self._prefixes.items()
            if prefix not in declared and (f"{prefix}:" in query.text or "\\" in query.text)
        )
        union = "" if query.dataset else self.way.prologue
        return " ".join([union, f"BASE <{BASE}>", *wanted, query.text])

    def _graphs(self, query: SafeQuery) -> Parameters:
        if query.dataset is None:
            return self.way.parameters
        return (
            *(("default-graph-uri", iri) for iri in query.dataset.default),
            *(("named-graph-uri", iri) for iri in query.dataset.named),
        )

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
            answer = solutions(reply)
            if isinstance(answer, ox.QuerySolutions) != (query.form == "SELECT"):
                raise ValueError("rows for a truth value, or the other way round")
            if isinstance(answer, ox.QuerySolutions):
                _insist_on_columns(query.text, [v.value for v in answer.variables])
            out = io.BytesIO()
            answer.serialize(out, ROWS[media])
        except (SyntaxError, ValueError, OSError) as error:
            raise unreadable(error) from None
        return xml_document(out.getvalue()) if media.endswith("+xml") else out.getvalue()

    def _insist_on_the_mark(self, caller: Caller) -> None:
        """Look whether the store holds what it held at the start.

        Raises:
            StoreVersionError: it does not; nothing that it answered may be shown.
        """
        text = f"SELECT ?mark WHERE {{ GRAPH {HOME} {{ {DATASET} {MARK} ?mark }} }}"
        wish = Wish(self._limits.timeout, _SMALL, caller.gone)
        found = self._endpoint.rows(text, wish)
        marks = [row[0].value for row in found.rows if isinstance(row[0], ox.Literal)]
        if marks != [self._published.mark]:
            self.changed.set()
            raise StoreVersionError(
                "The store is getting another version of the graph, or holds one already.",
                "Try again in a moment; the server takes the new version when it is whole.",
            )


def _insist_on_columns(text: str, columns: list[str]) -> None:
    """Refuse an answer with other columns than those asked for, where that is easily told."""
    wanted = _COLUMNS.match(text)
    if wanted and sorted(columns) != sorted(set(wanted[1].replace("?", " ").split())):
        raise ValueError(f"it has the columns {', '.join(columns) or 'of nothing'}")
