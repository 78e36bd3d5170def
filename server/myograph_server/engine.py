"""Runs a query that the guard has let through: the one place that knows where queries run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyoxigraph as ox

from myograph.build import Version
from myograph.errors import AnswerTooLargeError, QueryError, QueryFailedError
from myograph.query import Rows
from myograph.terms import BASE
from myograph_server.guard import SafeQuery
from myograph_server.workers.pool import Pool
from myograph_server.workers.wire import Job, Reply
from myograph_server.workers.worker import answer as answer_here

Answer = Rows | bool | list[ox.Triple]
_START = 600.0  # seconds
_ROWS, _TRIPLES = "application/sparql-results+json", "application/n-triples"


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        address: of the client.
        gone: whether the client has left.
        timeout: seconds that the client gives its query, if it says.
        starting: whether it is the server itself, which reads names and figures before it answers
            anybody; what that takes grows with the graph.
    """

    address: str = ""
    gone: Callable[[], bool] = lambda: False
    timeout: float | None = None
    starting: bool = False

    def within(self, limit: float) -> float:
        """Return the seconds that its query may take where those of readers may take `limit`."""
        return _START if self.starting else min(limit, self.timeout or limit)

    @classmethod
    def of(cls, environ: Mapping[str, Any], timeout: float | None = None) -> "Caller":
        """Return the caller of a WSGI request."""
        # waitress tells by this whether the client is still there.
        gone = environ.get("waitress.client_disconnected", cls.gone)
        return cls(environ.get("REMOTE_ADDR", ""), gone, timeout)


class Engine(Protocol):
    """What answers queries, in this process, in others or elsewhere.

    Attributes:
        version: the graph that it answers from.
        stored: the file that this graph was loaded from, if it lies on disk here.
    """

    @property
    def version(self) -> Version:
        """Which graph every answer is from."""

    @property
    def stored(self) -> Path | None:
        """The N-Quads file of this graph, if it lies on disk here and stays as it is."""

    def run(self, query: SafeQuery, media: str, caller: Caller) -> bytes:
        """Return the answer, serialised.

        Args:
            query: what is asked.
            media: the media type of the answer, one that fits the query's form.
            caller: who asks; a timeout counts where it is less than the engine's own.

        Raises:
            QueryError: the query does not parse, or needs a function that there is not.
            AnswerTooLargeError: the answer is larger than answers may be.
            QueryFailedError: it took too long or too much, or ended its process.
            BusyError: no worker is free.
        """

    @property
    def killed(self) -> Mapping[str, int]:
        """How many queries were ended, by reason."""

    def close(self, patience: float = 0.0) -> None:
        """Let go of what it holds, once nothing runs, but after so many seconds at the latest."""


@dataclass(frozen=True)
class InProcessEngine:
    """Answers in the thread that asks: for tests, and for one's own machine.

    Attributes:
        store: the graph.
        prefixes: that a query may use without declaring them.
        max_bytes: the longest answer.
        version: of the graph.
        stored: see `Engine`.
    """

    store: ox.Store
    prefixes: Mapping[str, str]
    max_bytes: int
    version: Version
    stored: Path | None = None

    def run(self, query: SafeQuery, media: str, caller: Caller) -> bytes:
        """See `Engine`; the time is not limited here."""
        return body_of(answer_here(job_of(query, media, self.max_bytes), self.store, self.prefixes))

    @property
    def killed(self) -> Mapping[str, int]:
        """See `Engine`; nothing is ended here."""
        return {}

    def close(self, patience: float = 0.0) -> None:
        """See `Engine`; it holds nothing that somebody else does not."""


@dataclass(frozen=True)
class WorkerEngine:
    """Answers in processes that can be killed.

    Attributes:
        pool: of workers.
        max_bytes: the longest answer.
        timeout: seconds that a query may run.
        cpu_seconds: of processor time that a query may use.
        version: of the graph.
        stored: see `Engine`.
    """

    pool: Pool
    max_bytes: int
    timeout: float
    cpu_seconds: int
    version: Version
    stored: Path | None = None

    def run(self, query: SafeQuery, media: str, caller: Caller) -> bytes:
        """See `Engine`."""
        cpu_seconds = int(_START) if caller.starting else self.cpu_seconds
        job = job_of(query, media, self.max_bytes, cpu_seconds)
        deadline = caller.within(self.timeout)
        return body_of(self.pool.run(job, deadline, caller.address, caller.gone))

    @property
    def killed(self) -> Mapping[str, int]:
        """See `Engine`."""
        return self.pool.counters.killed

    def close(self, patience: float = 0.0) -> None:
        """See `Engine`."""
        self.pool.drain(patience)


def job_of(query: SafeQuery, media: str, max_bytes: int, cpu_seconds: int = 0) -> Job:
    """Return the job for a query."""
    dataset = query.dataset
    return Job(
        query.text,
        media,
        None if dataset is None else list(dataset.default),
        None if dataset is None else list(dataset.named),
        base=BASE,
        max_bytes=max_bytes,
        cpu_seconds=cpu_seconds,
    )


def body_of(reply: Reply) -> bytes:
    """Return the body of a good reply.

    Raises:
        QueryError, AnswerTooLargeError, QueryFailedError: it is no good one.
    """
    if reply.outcome == "ok":
        return reply.body
    if reply.outcome == "too-large":
        raise AnswerTooLargeError(
            reply.detail,
            "Ask for a part with LIMIT and OFFSET, or take the whole from /dump.",
        )
    if reply.outcome == "memory":
        raise QueryFailedError(reply.detail, "Ask for less: fewer rows, no cross product.")
    raise QueryError(f"The query cannot be answered: {reply.detail}", "Repair the query.")


def answer_of(engine: Engine, query: SafeQuery, caller: Caller) -> Answer:
    """Return the answer to a query as Python objects, for a page.

    Raises:
        MyographError: as `Engine.run`.
    """
    if query.form in ("CONSTRUCT", "DESCRIBE"):
        body = engine.run(query, _TRIPLES, caller)
        return [
            ox.Triple(q.subject, q.predicate, q.object)
            for q in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
        ]
    found = ox.parse_query_results(engine.run(query, _ROWS, caller), ox.QueryResultsFormat.JSON)
    if isinstance(found, ox.QuerySolutions):
        columns = tuple(variable.value for variable in found.variables)
        return Rows(columns, [tuple(solution) for solution in found])
    return bool(found)
