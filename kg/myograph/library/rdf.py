"""The graph as an rdflib graph that refuses to be changed."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib.plugins.stores.memory import SimpleMemory

from myograph.check import to_rdflib
from myograph.errors import ReadOnlyError


class FrozenStore(SimpleMemory):
    """A store of rdflib that, once `freeze` was called, takes and gives up nothing."""

    frozen = False

    def freeze(self) -> None:
        """Refuse every change from now on."""
        self.frozen = True

    def _insist(self) -> None:
        if self.frozen:
            raise ReadOnlyError(
                "This graph is a view of Myograph and cannot be changed.",
                "Make a copy and change that: graph.rdflib(…) + rdflib.Graph().",
            )

    def add(self, *args: Any, **named: Any) -> None:
        """Add a statement, unless frozen.

        Raises:
            ReadOnlyError: the store is frozen.
        """
        self._insist()
        super().add(*args, **named)

    def remove(self, *args: Any, **named: Any) -> None:
        """Remove statements, unless frozen.

        Raises:
            ReadOnlyError: the store is frozen.
        """
        self._insist()
        super().remove(*args, **named)


def frozen(quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> rdflib.Graph:
    """Return the union of some quads, each literal as it was written, for reading only."""
    store = FrozenStore()
    union = rdflib.Graph(store=store, bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        union.bind(prefix, namespace)
    to_rdflib(quads, union)
    store.freeze()
    return union
