"""Runs a query that the guard has let through: the one place that knows where queries run."""

from dataclasses import dataclass
from typing import Protocol

import pyoxigraph as ox

from myograph.query import Rows, run
from myograph.terms import BASE
from myograph_server.guard import SafeQuery

Answer = Rows | bool | list[ox.Triple]


class Engine(Protocol):
    """What answers queries, in this process or in others."""

    def answer(self, query: SafeQuery) -> Answer:
        """Return rows for SELECT, a truth value for ASK, triples for the other two.

        Raises:
            QueryError: the query does not parse, or needs a function that there is not.
            AnswerTooLargeError: the answer is larger than answers may be.
        """


@dataclass(frozen=True)
class InProcessEngine:
    """Answers in the thread that asks.

    Attributes:
        store: the graph.
        prefixes: that a query may use without declaring them.
        max_rows: the most rows or triples of an answer.
    """

    store: ox.Store
    prefixes: dict[str, str]
    max_rows: int

    def answer(self, query: SafeQuery) -> Answer:
        """See `Engine`."""
        dataset = query.dataset
        return run(
            self.store,
            query.text,
            self.prefixes,
            base=BASE,
            dataset=None if dataset is None else (dataset.default, dataset.named),
            limit=self.max_rows,
        )
