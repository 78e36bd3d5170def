"""Myograph: a knowledge graph of how the human body moves.

The steps are plain functions from graph to graph or report, each in a module
of its own: read, derive, check, store, serve.
"""

__version__ = "0.1.0"
