"""What the commands print, and how: tables for people, plain text for pipes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape

from myograph.errors import MyographError

# In a pipe no line is folded or cut: what reads it decides about width.
_PIPE_WIDTH = 10_000
OUT = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
ERR = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _PIPE_WIDTH)


class Tell(Protocol):
    """Takes a line about how far long work has come."""

    def __call__(self, step: str) -> None:
        """Show the step in place of the one before."""


@contextmanager
def progress(title: str) -> Iterator[Tell]:
    """Show a title and the step of a long piece of work, on a terminal only."""
    if not ERR.is_terminal:
        yield lambda step: None
        return
    with ERR.status(title) as status:
        yield lambda step: status.update(f"{escape(title)} · {escape(step[:100])}")


def complain(error: MyographError) -> None:
    """Print an error and its repair where errors go."""
    ERR.print(f"[red bold]Error:[/] {escape(error.message)}")
    if error.repair:
        ERR.print(f"[green]{escape(error.repair)}[/]")
