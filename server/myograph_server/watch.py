"""Counts and logs what the server does, for /metrics and for those who run it.

The metrics have the form of https://prometheus.io/docs/instrumenting/exposition_formats/, the
log is one JSON object a line.
"""

import json
import logging
from collections.abc import Callable, Iterable

from flask import Request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from myograph_server.workers.pool import Pool

LOG = logging.getLogger("myograph.query")
_LOGGED = 2000  # characters of a query; a log must not become a dump of what people send
_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)


class Watch:
    """What is counted, in a registry of its own: tests run several servers in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._queries = Counter(
            "myograph_queries", "Queries answered, by status.", ["status"], registry=self.registry
        )
        self._seconds = Histogram(
            "myograph_query_seconds",
            "Time from a query's arrival to its answer.",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._hits = Counter(
            "myograph_cache_hits", "Answers that were kept from before.", registry=self.registry
        )

    def hit(self) -> None:
        """Count an answer that was kept."""
        self._hits.inc()

    def query(self, request: Request, status: int, seconds: float) -> None:
        """Count and log a query."""
        self._queries.labels(str(status)).inc()
        self._seconds.observe(seconds)
        if LOG.isEnabledFor(logging.INFO):
            text = request.values.get("query") or request.get_data(as_text=True)
            line = {
                "client": request.remote_addr,
                "status": status,
                "seconds": round(seconds, 4),
                "query": text[:_LOGGED],
            }
            LOG.info("%s", json.dumps(line, ensure_ascii=False))

    def of_pool(self, pool: Callable[[], Pool]) -> None:
        """Show the kills of the pool of the moment as well; a reload begins them anew."""
        self.registry.register(_Kills(pool))

    def text(self) -> bytes:
        """Return the metrics as Prometheus reads them."""
        return generate_latest(self.registry)


class _Kills(Collector):
    def __init__(self, pool: Callable[[], Pool]) -> None:
        self._pool = pool

    def collect(self) -> Iterable[Metric]:
        kills = CounterMetricFamily(
            "myograph_workers_killed", "Workers ended, by reason.", labels=["reason"]
        )
        for reason in ("time", "memory", "crash", "gone"):
            kills.add_metric([reason], self._pool().counters.killed[reason])
        yield kills
