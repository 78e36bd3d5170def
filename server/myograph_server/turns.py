"""Whose query may run now, and who waits: no client gets more than half."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from myograph.errors import BusyError

_LATER = "Try again in a moment."


class Turns:
    """Lets so many queries run at once, and so many more wait.

    Args:
        at_once: how many run.
        waiting: how many more may wait.
        patience: seconds that one may wait.
    """

    def __init__(self, at_once: int, waiting: int, patience: float) -> None:
        self._at_once, self._waiting, self._patience = at_once, waiting, patience
        self._changed = threading.Condition()
        self._share: Counter[str] = Counter()
        self._queue: Counter[str] = Counter()
        self._closed = False

    @contextmanager
    def turn(self, client: str) -> Iterator[None]:
        """Wait for a turn, and have it.

        Args:
            client: the address that it is for; none gets more than half of the turns, nor of the
                places in the queue. Without one it is the server's own.

        Raises:
            BusyError: there is none for it in time.
        """
        until = time.monotonic() + self._patience
        with self._changed:
            if not self._may_wait(client):
                raise BusyError("Too many queries are waiting.", _LATER)
            with _counted(self._queue, client):
                while not self._may_run(client):
                    left = until - time.monotonic()
                    if self._closed or left <= 0:
                        raise BusyError("No worker was free in time.", _LATER)
                    self._changed.wait(left)
            self._share[client] += 1
        try:
            yield
        finally:
            with self._changed:
                _less(self._share, client)
                self._changed.notify_all()

    def close(self, patience: float = 0.0) -> None:
        """Let nobody wait any more, once nothing runs or after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: not self._share and not self._queue, patience)
            self._closed = True
            self._changed.notify_all()

    def _may_run(self, client: str) -> bool:
        if self._share.total() >= self._at_once:
            return False
        return not client or self._share[client] < max(1, self._at_once // 2)

    def _may_wait(self, client: str) -> bool:
        if self._may_run(client) and not self._queue:
            return True
        if self._queue.total() >= self._waiting:
            return False
        return not client or self._queue[client] < max(1, self._waiting // 2)


@contextmanager
def _counted(counts: Counter[str], name: str) -> Iterator[None]:
    counts[name] += 1
    try:
        yield
    finally:
        _less(counts, name)


def _less(counts: Counter[str], name: str) -> None:
    counts[name] -= 1
    if not counts[name]:
        del counts[name]
