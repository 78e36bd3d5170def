"""Runs a query that the guard has let through: the one place that knows where queries run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph as ox
from flask import has_request_context, request

from myograph.errors import AnswerTooLargeError, QueryError, QueryFailedError
from myograph.query import Rows
from myograph.terms import BASE
from myograph_server.guard import SafeQuery
from myograph_server.workers.pool import Pool
from myograph_server.workers.wire import Job, Reply
from myograph_server.workers.worker import answer as answer_here

Answer = Rows | bool | list[ox.Triple]
_ROWS, _TRIPLES = "application/sparql-results+json", "application/n-triples"


class Engine(Protocol):
    """What answers queries, in this process or in others."""

    def run(self, query: SafeQuery, media: str, timeout: float | None = None) -> bytes:
        """Return the answer, serialised.

        Args:
            query: what is asked.
            media: the media type of the answer, one that fits the query's form.
            timeout: seconds that it may run, where that is less than the engine's own.

        Raises:
            QueryError: the query does not parse, or needs a function that there is not.
            AnswerTooLargeError: the answer is larger than answers may be.
            QueryFailedError: it took too long or too much, or ended its process.
            BusyError: no worker is free.
        """


@dataclass(frozen=True)
class InProcessEngine:
    """Answers in the thread that asks: for tests, and for one's own machine.

    Attributes:
        store: the graph.
        prefixes: that a query may use without declaring them.
        max_bytes: the longest answer.
    """

    store: ox.Store
    prefixes: Mapping[str, str]
    max_bytes: int

    def run(self, query: SafeQuery, media: str, timeout: float | None = None) -> bytes:
        """See `Engine`; the time is not limited here."""
        return body_of(answer_here(job_of(query, media, self.max_bytes), self.store, self.prefixes))


@dataclass(frozen=True)
class WorkerEngine:
    """Answers in processes that can be killed.

    Attributes:
        pool: of workers.
        max_bytes: the longest answer.
        timeout: seconds that a query may run.
    """

    pool: Pool
    max_bytes: int
    timeout: float

    def run(self, query: SafeQuery, media: str, timeout: float | None = None) -> bytes:
        """See `Engine`."""
        job = job_of(query, media, self.max_bytes)
        deadline = min(self.timeout, timeout or self.timeout)
        if not has_request_context():
            return body_of(self.pool.run(job, deadline))
        # waitress tells by this whether the client is still there.
        gone = request.environ.get("waitress.client_disconnected", lambda: False)
        return body_of(self.pool.run(job, deadline, request.remote_addr or "", gone))


def job_of(query: SafeQuery, media: str, max_bytes: int) -> Job:
    """Return the job for a query."""
    dataset = query.dataset
    return Job(
        query.text,
        media,
        None if dataset is None else list(dataset.default),
        None if dataset is None else list(dataset.named),
        base=BASE,
        max_bytes=max_bytes,
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


def answer_of(engine: Engine, query: SafeQuery) -> Answer:
    """Return the answer to a query as Python objects, for a page.

    Raises:
        MyographError: as `Engine.run`.
    """
    if query.form in ("CONSTRUCT", "DESCRIBE"):
        body = engine.run(query, _TRIPLES)
        return [
            ox.Triple(q.subject, q.predicate, q.object)
            for q in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
        ]
    found = ox.parse_query_results(engine.run(query, _ROWS), ox.QueryResultsFormat.JSON)
    if isinstance(found, ox.QuerySolutions):
        columns = tuple(variable.value for variable in found.variables)
        return Rows(columns, [tuple(solution) for solution in found])
    return bool(found)
