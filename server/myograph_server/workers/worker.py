"""What a worker does: one query after another, each answer complete before it is sent."""

import io
import itertools
import resource
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from myograph.results import write_triples, xml_document
from myograph_server.workers.wire import ClosedError, Job, Reply, receive_job, send_reply

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

ROWS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
TRIPLES = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/rdf+xml": "rdfxml",
    "application/ld+json": "jsonld",
}
_SHORTEST_TRIPLE = 12  # bytes: no triple takes fewer in any of our formats


class TooLargeError(Exception):
    """The answer has passed a limit."""


class _Bounded(io.BytesIO):
    """Keeps what is written, up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: "ReadableBuffer", /) -> int:
        written = super().write(data)
        if self.tell() > self._limit:
            raise TooLargeError(f"The answer has more than {self._limit:,} bytes.")
        return written


def limit_resources(memory: int, cpu_seconds: int = 0) -> None:
    """Give this process limits, so that a breach ends it and nothing else.

    Args:
        memory: bytes of address space beyond what the process has now.
        cpu_seconds: of processor time from now; 0 for no limit.
    """
    _limit_time(cpu_seconds)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    size = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    # A crash must not fill the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(channel: socket.socket, store: ox.Store, prefixes: Mapping[str, str]) -> None:
    """Answer jobs until the other end goes."""
    while True:
        try:
            job = receive_job(channel)
            _limit_time(job.cpu_seconds)
            send_reply(channel, answer(job, store, prefixes))
        except (ClosedError, BrokenPipeError, ConnectionResetError):
            return


def _limit_time(seconds: int) -> None:
    """End this process by SIGXCPU after so much processor time from now; 0 takes the limit away."""
    limit = resource.RLIM_INFINITY
    if seconds:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def answer(job: Job, store: ox.Store, prefixes: Mapping[str, str]) -> Reply:
    """Run one query and serialise its answer."""
    try:
        found = store.query(
            job.query,
            prefixes=_used(prefixes, job.query),
            base_iri=job.base,
            use_default_graph_as_union=job.union and job.default is None and job.named is None,
            default_graph=None if job.default is None else [ox.NamedNode(g) for g in job.default],
            named_graphs=None if job.named is None else [ox.NamedNode(g) for g in job.named],
        )
        if job.media not in (TRIPLES if isinstance(found, ox.QueryTriples) else ROWS):
            return Reply("media", f"This answer cannot be written as {job.media}.")
        return Reply("ok", body=_serialised(found, job, prefixes))
    except SyntaxError as error:
        return Reply("syntax", str(error))
    except TooLargeError as error:
        return Reply("too-large", str(error))
    except MemoryError:
        return Reply("memory", "The query needs more memory than a query may have.")
    except (RuntimeError, ValueError, OSError) as error:
        return Reply("engine", str(error))


def _used(prefixes: Mapping[str, str], query: str) -> dict[str, str]:
    """Return the prefixes that a query may use; the engine parses each that it is given."""
    if "\\" in query:
        # A letter may be written as an escape.
        return dict(prefixes)
    return {prefix: iri for prefix, iri in prefixes.items() if f"{prefix}:" in query}


def _serialised(found: object, job: Job, prefixes: Mapping[str, str]) -> bytes:
    if isinstance(found, ox.QueryTriples):
        most = job.max_bytes // _SHORTEST_TRIPLE
        triples = list(itertools.islice(found, most + 1))
        body = write_triples(triples, TRIPLES[job.media], prefixes).encode()
        if len(triples) > most or len(body) > job.max_bytes:
            raise TooLargeError(f"The answer has more than {job.max_bytes:,} bytes.")
        return body
    out = _Bounded(job.max_bytes)
    if isinstance(found, ox.QuerySolutions | ox.QueryBoolean):
        found.serialize(out, ROWS[job.media])
    body = out.getvalue()
    return xml_document(body) if job.media.endswith("+xml") else body
