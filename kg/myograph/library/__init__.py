"""Myograph from Python: `myograph.open()` and what hangs on it.

Everything here rests on the functions that the commands use, and raises the same errors:
subclasses of `myograph.MyographError`, with a message and a repair.
"""

from myograph.library.answer import Answer
from myograph.library.graph import Graph, open
from myograph.library.picture import Picture
from myograph.library.why import Why

__all__ = ["Answer", "Graph", "Picture", "Why", "open"]
