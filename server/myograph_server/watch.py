"""Counts and logs what the server does, for /metrics and for those who run it.

The metrics have the form of https://prometheus.io/docs/instrumenting/exposition_formats/, the
log is one JSON object a line.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

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

    def query(self, text: str, client: str, status: int, seconds: float) -> None:
        """Count and log a query.

        Args:
            text: the query, or what was sent as one.
            client: its address.
            status: of the answer.
            seconds: from the query's arrival to its answer.
        """
        self._queries.labels(str(status)).inc()
        self._seconds.observe(seconds)
        if LOG.isEnabledFor(logging.INFO):
            line = {
                "client": client,
                "status": status,
                "seconds": round(seconds, 4),
                "query": text[:_LOGGED],
            }
            LOG.info("%s", json.dumps(line, ensure_ascii=False))

    def of_kills(self, name: str, help_: str, killed: Callable[[], Mapping[str, int]]) -> None:
        """Show what was ended as well; a reload begins these counts anew.

        Args:
            name: of the metric.
            help_: what it counts, in a sentence.
            killed: returns the counts of the moment, by reason.
        """
        self.registry.register(_Kills(name, help_, killed))

    def text(self) -> bytes:
        """Return the metrics as Prometheus reads them."""
        return generate_latest(self.registry)


class _Kills(Collector):
    def __init__(self, name: str, help_: str, killed: Callable[[], Mapping[str, int]]) -> None:
        self._name, self._help, self._killed = name, help_, killed

    def collect(self) -> Iterable[Metric]:
        kills = CounterMetricFamily(self._name, self._help, labels=["reason"])
        found = self._killed()
        for reason in ("time", "memory", "crash", "gone"):
            kills.add_metric([reason], found.get(reason, 0))
        yield kills
