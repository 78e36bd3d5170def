"""The server's side: a pool of workers over one zygote, with deadlines and a bounded queue."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from myograph.errors import MyographError
from myograph_server.workers.wire import (
    ClosedError,
    Job,
    Reply,
    receive,
    receive_reply,
    send,
    send_job,
)
from myograph_server.workers.zygote import Setup

_POLL = 0.05  # seconds between looks at whether the client is still there
_GRACE = 5.0  # seconds for the zygote to tell how a worker ended


class WorkerKilledError(MyographError):
    """A worker was stopped, or died, before it had an answer.

    Attributes:
        reason: `time`, `memory`, `crash` or `gone`.
    """

    def __init__(self, message: str, repair: str, reason: str = "crash") -> None:
        super().__init__(message, repair)
        self.reason = reason


class BusyError(MyographError):
    """All workers are busy and the queue is full, or one client has its share of them."""


@dataclass
class _Worker:
    pid: int
    channel: socket.socket


@dataclass(frozen=True)
class PoolLimits:
    """How much a pool may do.

    Attributes:
        workers: how many queries run at once.
        waiting: how many more may wait.
        memory: bytes that a worker may have beyond what it shares.
        patience: seconds that a query may wait for a worker.
    """

    workers: int = 2
    waiting: int = 64
    memory: int = 512_000_000
    patience: float = 10.0


@dataclass
class Counters:
    """What a pool has done: queries answered, and kills by reason."""

    answered: int = 0
    killed: Counter[str] = field(default_factory=Counter)


class Pool:
    """Runs jobs in killable workers.

    Args:
        graph: the N-Quads file of the graph.
        prefixes: that a query may use without declaring them.
        limits: how much it may do.

    Raises:
        WorkerKilledError: the zygote did not come up.
    """

    def __init__(self, graph: Path, prefixes: dict[str, str], limits: PoolLimits) -> None:
        self.counters = Counters()
        self._limits = limits
        self._lock = threading.Condition()
        self._idle: list[_Worker] = []
        self._running = 0
        self._waiting = 0
        self._share: Counter[str] = Counter()
        self._ended: dict[int, int] = {}
        self._forked: list[int] = []
        self._fork_lock = threading.Lock()
        self._closed = False
        ours, theirs = socket.socketpair()
        self._channel = ours
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "myograph_server.workers.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        try:
            send(ours, asdict(Setup(str(graph), prefixes, limits.memory, 0)))
            self.triples = int(receive(ours)[0]["triples"])
        except (ClosedError, OSError):
            self._zygote.kill()
            self._zygote.wait()
            ours.close()
            raise WorkerKilledError(
                "The process that holds the graph did not start.", "Build the graph again."
            ) from None
        threading.Thread(target=self._listen, name="zygote", daemon=True).start()

    def run(
        self,
        job: Job,
        deadline: float,
        client: str = "",
        is_gone: Callable[[], bool] = lambda: False,
    ) -> Reply:
        """Run a job.

        Args:
            job: what to do.
            deadline: seconds that it may run.
            client: the address that it is for; none gets more than half of the workers.
            is_gone: whether the client has left, in which case the worker is freed.

        Raises:
            BusyError: there is no worker for it in time.
            WorkerKilledError: it ran past its deadline, needed too much or crashed.
        """
        worker = self._take(client)
        try:
            reply = self._exchange(worker, job, deadline, is_gone)
        except WorkerKilledError as error:
            self.counters.killed[error.reason] += 1
            self._give_back(None, client)
            raise
        except BaseException:
            self._kill(worker)
            self._give_back(None, client)
            raise
        self.counters.answered += 1
        # After a failed allocation a process is not to be trusted with the next query.
        spent = reply.outcome == "memory"
        if spent:
            self._kill(worker)
        self._give_back(None if spent else worker, client)
        return reply

    def close(self) -> None:
        """End the workers and the zygote."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            self._lock.notify_all()
        for worker in idle:
            worker.channel.close()
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_RDWR)
        try:
            self._zygote.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._zygote.kill()
            self._zygote.wait()
        self._channel.close()

    def _exchange(
        self, worker: _Worker, job: Job, deadline: float, is_gone: Callable[[], bool]
    ) -> Reply:
        until = time.monotonic() + deadline
        try:
            send_job(worker.channel, job)
            while not select.select([worker.channel], [], [], _POLL)[0]:
                if time.monotonic() >= until:
                    self._kill(worker)
                    raise WorkerKilledError(
                        f"The query ran longer than {deadline:g} seconds and was stopped.",
                        "Ask for less: bind a variable earlier, add a LIMIT, avoid paths from "
                        "everything to everything.",
                        "time",
                    )
                if is_gone():
                    self._kill(worker)
                    raise WorkerKilledError("The client has left.", "", "gone")
            # What follows is memory to memory; a worker that is stopped meanwhile is killed below.
            worker.channel.settimeout(max(1.0, until - time.monotonic()))
            reply = receive_reply(worker.channel)
            worker.channel.settimeout(None)
            return reply
        except TimeoutError:
            self._kill(worker)
            raise WorkerKilledError(
                "The answer took too long to write.", "Ask for less.", "time"
            ) from None
        except (ClosedError, BrokenPipeError, ConnectionResetError):
            raise self._death_of(worker) from None

    def _death_of(self, worker: _Worker) -> WorkerKilledError:
        """Return the error for a worker that ended by itself."""
        worker.channel.close()
        with self._lock:
            self._lock.wait_for(lambda: worker.pid in self._ended, _GRACE)
            number = self._ended.pop(worker.pid, 0)
        if number in {signal.SIGABRT, signal.SIGKILL}:
            # The engine is in Rust, which aborts when an allocation fails.
            return WorkerKilledError(
                "The query needed more memory than a query may have.",
                "Ask for less: fewer rows, no cross product, a narrower pattern.",
                "memory",
            )
        name = signal.Signals(number).name if number else "an end without a signal"
        return WorkerKilledError(
            f"The query ended the process that ran it ({name}).",
            "Write it with less nesting; if it is an ordinary query, please report it.",
            "crash",
        )

    def _take(self, client: str) -> _Worker:
        until = time.monotonic() + self._limits.patience
        share = max(1, self._limits.workers // 2)
        with self._lock:
            if self._waiting >= self._limits.waiting:
                raise BusyError("Too many queries are waiting.", "Try again in a moment.")
            self._waiting += 1
            try:
                while self._running >= self._limits.workers or (
                    client and self._share[client] >= share
                ):
                    left = until - time.monotonic()
                    if self._closed or left <= 0:
                        raise BusyError("No worker was free in time.", "Try again in a moment.")
                    self._lock.wait(left)
            finally:
                self._waiting -= 1
            self._running += 1
            self._share[client] += 1
            if self._idle:
                return self._idle.pop()
        try:
            return self._fork()
        except BaseException:
            self._give_back(None, client)
            raise

    def _give_back(self, worker: _Worker | None, client: str) -> None:
        with self._lock:
            self._running -= 1
            self._share[client] -= 1
            if not self._share[client]:
                del self._share[client]
            if worker and self._closed:
                worker.channel.close()
            elif worker:
                self._idle.append(worker)
            self._lock.notify_all()

    def _fork(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with self._fork_lock:
            socket.send_fds(self._channel, [b"f"], [theirs.fileno()])
            theirs.close()
            with self._lock:
                if not self._lock.wait_for(lambda: bool(self._forked), _GRACE):
                    ours.close()
                    raise WorkerKilledError("No worker could be started.", "Try again.", "crash")
                return _Worker(self._forked.pop(), ours)

    def _kill(self, worker: _Worker) -> None:
        worker.channel.close()
        with self._lock:
            # Once reaped its number may belong to another process.
            if worker.pid not in self._ended:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGKILL)
            self._lock.wait_for(lambda: worker.pid in self._ended, _GRACE)
            self._ended.pop(worker.pid, None)

    def _listen(self) -> None:
        """Take the zygote's reports, in a thread of its own."""
        while True:
            try:
                event, _ = receive(self._channel)
            except (ClosedError, OSError):
                with self._lock:
                    self._closed = True
                    self._lock.notify_all()
                return
            with self._lock:
                if event["event"] == "forked":
                    self._forked.append(event["pid"])
                elif event["event"] == "ended":
                    self._ended[event["pid"]] = event["signal"]
                self._lock.notify_all()
