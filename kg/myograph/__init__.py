"""Myograph: a knowledge graph of how the human body moves.

`myograph.open()` gives the graph to Python::

    graph = myograph.open()
    for row in graph.ask.exercises_for_muscle(muscle="soleus"):
        print(row.exerciseLabel, row.role)

The steps that make it are plain functions from graph to graph or report, each in a module
of its own: read, derive, check, store, serve.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from myograph.errors import MyographError
    from myograph.library import Graph, open

__version__ = "0.1.0"
__all__ = ["Graph", "MyographError", "__version__", "open"]

# Imported when they are asked for: whoever wants the version alone loads no engine.
_PLACES = {"Graph": "library", "MyographError": "errors", "open": "library"}


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name in _PLACES:
            return getattr(import_module(f"myograph.{_PLACES[name]}"), name)
        raise AttributeError(f"module 'myograph' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})
