"""Lets documents be checked in processes of their own, within limits: the server's side."""

import json
import logging
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from tempfile import TemporaryFile

from myograph import errors
from myograph.check import Finding, Report
from myograph.errors import (
    BusyError,
    CheckFailedError,
    CheckTimedOutError,
    ClientGoneError,
    MyographError,
)
from myograph.files import Sources
from myograph_server.checking import SMALLER, Task, out_of_memory
from myograph_server.engine import Caller

LOG = logging.getLogger("myograph.server")
# Without the working directory on the path: what lies there is not ours.
_COMMAND = [sys.executable, "-P", "-m", "myograph_server.checking"]
_POLL = 0.05  # seconds between looks at whether the client is still there
# What Python, Rust and the bridge between them say when an allocation fails.
_FULL = (
    *(b"MemoryError", b"memory allocation", b"PyObject pointer is null", b"returned NULL"),
    # A text that pyoxigraph has no memory to copy, it takes for a file instead.
    b"'str' object has no attribute 'read'",
)
_LOGGED = 2000  # characters of what a process said as it ended


@dataclass(frozen=True)
class CheckLimits:
    """How much checks may take.

    Attributes:
        at_once: how many run at once.
        timeout: seconds that one may run.
        memory: bytes that one may take beyond the code.
        max_bytes: the longest report.
    """

    at_once: int
    timeout: float
    memory: int
    max_bytes: int


class Checker:
    """Checks documents together with the graph.

    Args:
        sources: of the graph.
        limits: how much checks may take.
    """

    def __init__(self, sources: Sources, limits: CheckLimits) -> None:
        self._sources, self._limits = sources, limits
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        # Checks that were ended or ended by themselves, by reason; the metrics show them.
        self.killed: Counter[str] = Counter()

    def check(self, text: str, syntax: str, caller: Caller) -> Report:
        """Check a document; the process that does it has ended when this returns or raises.

        Args:
            text: the document.
            syntax: `turtle` or `jsonld`.
            caller: who asks; no address gets more than half of the places, and who leaves
                frees theirs.

        Raises:
            MalformedTurtleError, UnnamedNodeError, DuplicateFactError: it cannot be read.
            CheckTimedOutError: it took longer than a check may.
            CheckFailedError: it took more memory than a check may, or ended the process.
            AnswerTooLargeError: the report is longer than reports may be.
            BusyError: as much is being checked as may be at once.
            ClientGoneError: the client has left.
        """
        with self._place(caller.address):
            return self._answer(self._task(text, syntax), caller)

    @contextmanager
    def _place(self, address: str) -> Iterator[None]:
        most = self._limits.at_once
        with self._lock:
            full = self._running.total() >= most
            if full or (address and self._running[address] >= max(1, most // 2)):
                raise BusyError(
                    "Other documents are being checked." if full else "Your last check still runs.",
                    "Try again in some seconds.",
                )
            self._running[address] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[address] -= 1
                if not self._running[address]:
                    del self._running[address]

    def _task(self, text: str, syntax: str) -> Task:
        return Task(
            text,
            syntax,
            str(self._sources.root),
            str(self._sources.package),
            self._sources.in_checkout,
            self._limits.memory,
            # For the case that nobody is there to stop it by the clock.
            math.ceil(2 * self._limits.timeout),
            self._limits.max_bytes,
        )

    def _answer(self, task: Task, caller: Caller) -> Report:
        with _started(task) as process:
            try:
                out, said = self._exchange(process, caller)
            finally:
                process.kill()
        try:
            found = json.loads(out)
        except ValueError:
            raise self._death_of(process, said) from None
        if "error" in found:
            raise _error_of(*found["error"])
        report = found["report"]
        return Report(report["conforms"], [Finding(**each) for each in report["findings"]])

    def _exchange(self, process: subprocess.Popen[bytes], caller: Caller) -> tuple[bytes, bytes]:
        """Return what the process wrote and what it said beside."""
        until = time.monotonic() + self._limits.timeout
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.communicate(timeout=_POLL)
            if time.monotonic() >= until:
                self.killed["time"] += 1
                raise CheckTimedOutError(
                    f"The check ran longer than {self._limits.timeout:g} seconds and was stopped.",
                    SMALLER,
                )
            if caller.gone():
                self.killed["gone"] += 1
                raise ClientGoneError("The client has left.", "Nobody will read this.")

    def _death_of(self, process: subprocess.Popen[bytes], said: bytes) -> CheckFailedError:
        """Return the error for a process that ended without a reply."""
        # The system kills when there is no memory left.
        if any(words in said for words in _FULL) or process.returncode == -signal.SIGKILL:
            self.killed["memory"] += 1
            return out_of_memory(self._limits.memory)
        self.killed["crash"] += 1
        words = said.decode(errors="replace")[-_LOGGED:]
        LOG.error("a check ended with %d: %s", process.returncode, words)
        return CheckFailedError(
            "The document ended the process that checked it.",
            "If it is an ordinary document, please report it.",
        )


def _started(task: Task) -> subprocess.Popen[bytes]:
    """Start a process with its task.

    Raises:
        BusyError: the system has no room for it.
    """
    pipe = subprocess.PIPE
    # Where an allocation has failed, Rust hangs at writing the stack.
    own = os.environ | {"RUST_BACKTRACE": "0"}
    try:
        # A file and no pipe: the task may be longer than a pipe holds, and is never waited for.
        with TemporaryFile() as given:
            given.write(json.dumps(asdict(task)).encode())
            given.seek(0)
            return subprocess.Popen(_COMMAND, stdin=given, stdout=pipe, stderr=pipe, env=own)
    except OSError as error:
        LOG.error("no process for a check: %s", error)
        raise BusyError("No process could be started.", "Try again in some seconds.") from None


def _error_of(name: str, message: str, repair: str) -> MyographError:
    kind = vars(errors)[name]
    if not (isinstance(kind, type) and issubclass(kind, MyographError)):
        raise TypeError(f"{name} is no error of ours")
    return kind(message, repair)
