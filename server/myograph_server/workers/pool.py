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

from myograph.disk import OnDisk
from myograph.errors import (
    ClientGoneError,
    MyographError,
    QueryFailedError,
    QueryTimedOutError,
)
from myograph_server.turns import Turns
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
_LONG = 0.2  # seconds after which a query makes way for others
_NICE = 15


@dataclass
class _Worker:
    pid: int
    channel: socket.socket
    # A process can be made less urgent, not more: such a one is not used again.
    spent: bool = False


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
        graph: the N-Quads file of the graph, or the graph on disk, which this then releases.
        prefixes: that a query may use without declaring them.
        limits: how much it may do.

    Raises:
        QueryFailedError: the process that holds the graph did not come up.
    """

    def __init__(self, graph: Path | OnDisk, prefixes: dict[str, str], limits: PoolLimits) -> None:
        self.counters = Counters()
        self._limits = limits
        self._lock = threading.Condition()
        self._idle: list[_Worker] = []
        self._turns = Turns(limits.workers, limits.waiting, limits.patience)
        self._ended: dict[int, int] = {}
        self._forked: list[int] = []
        self._fork_lock = threading.Lock()
        self._closed = False
        self._disk = graph if isinstance(graph, OnDisk) else None
        ours, theirs = socket.socketpair()
        self._channel = ours
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "myograph_server.workers.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            # A terminal's Ctrl-C is for the server, which then closes the channel.
            process_group=0,
        )
        theirs.close()
        try:
            where = graph.store if isinstance(graph, OnDisk) else graph
            on_disk = self._disk is not None
            send(ours, asdict(Setup(str(where), on_disk, prefixes, limits.memory)))
            receive(ours)
        except (ClosedError, OSError):
            self._zygote.kill()
            self._zygote.wait()
            ours.close()
            raise QueryFailedError(
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
            client: the address that it is for; none gets more than half of the workers, nor of the
                places in the queue.
            is_gone: whether the client has left, in which case the worker is freed.

        Raises:
            BusyError: there is no worker for it in time.
            QueryTimedOutError: it ran past its deadline.
            QueryFailedError: it needed too much memory, or ended its process.
            ClientGoneError: the client has left.
        """
        with self._turns.turn(client):
            worker = self._take()
            try:
                reply = self._exchange(worker, job, deadline, is_gone)
            except BaseException:
                self._kill(worker)
                raise
            self.counters.answered += 1
            # After a failed allocation a process is not to be trusted with the next query.
            if worker.spent or reply.outcome == "memory":
                self._kill(worker)
            else:
                self._give_back(worker)
            return reply

    def drain(self, patience: float) -> None:
        """Wait until nothing runs or waits here, but no longer than so many seconds; then close."""
        self._turns.close(patience)
        self.close()

    def close(self) -> None:
        """End the workers and the zygote."""
        self._turns.close()
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
        if self._disk:
            self._disk.release()

    def _exchange(
        self, worker: _Worker, job: Job, deadline: float, is_gone: Callable[[], bool]
    ) -> Reply:
        started = time.monotonic()
        try:
            send_job(worker.channel, job)
            while not select.select([worker.channel], [], [], _POLL)[0]:
                taken = time.monotonic() - started
                if taken >= deadline:
                    raise TimeoutError
                if is_gone():
                    self.counters.killed["gone"] += 1
                    raise ClientGoneError("The client has left.", "Nobody will read this.")
                if taken >= _LONG and not worker.spent:
                    worker.spent = True
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)
            # What follows is memory to memory, unless the worker dies meanwhile.
            worker.channel.settimeout(max(1.0, deadline - (time.monotonic() - started)))
            reply = receive_reply(worker.channel)
            worker.channel.settimeout(None)
            return reply
        except TimeoutError:
            self.counters.killed["time"] += 1
            raise QueryTimedOutError(
                f"The query ran longer than {deadline:g} seconds and was stopped.",
                "Ask for less: bind a variable earlier, add a LIMIT, avoid paths from everything "
                "to everything.",
            ) from None
        except (ClosedError, BrokenPipeError, ConnectionResetError):
            raise self._death_of(worker, job) from None

    def _death_of(self, worker: _Worker, job: Job) -> MyographError:
        """Return the error for a worker that ended by itself."""
        with self._lock:
            self._lock.wait_for(lambda: worker.pid in self._ended or self._closed, _GRACE)
            number = self._ended.get(worker.pid, 0)
        if number == signal.SIGXCPU:
            self.counters.killed["time"] += 1
            return QueryTimedOutError(
                f"The query used more than {job.cpu_seconds} seconds of processor time.",
                "Ask for less: bind a variable earlier, add a LIMIT.",
            )
        if number in {signal.SIGABRT, signal.SIGKILL}:
            # The engine is in Rust, which aborts when an allocation fails.
            self.counters.killed["memory"] += 1
            return QueryFailedError(
                f"The query needed more than {self._limits.memory:,} bytes of memory.",
                "Ask for less: fewer rows, no cross product, a narrower pattern.",
            )
        self.counters.killed["crash"] += 1
        name = signal.Signals(number).name if number else "an end without a signal"
        return QueryFailedError(
            f"The query ended the process that ran it ({name}).",
            "Write it with less nesting; if it is an ordinary query, please report it.",
        )

    def _take(self) -> _Worker:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._fork()

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            if self._closed:
                worker.channel.close()
            else:
                self._idle.append(worker)

    def _fork(self) -> _Worker:
        ours, theirs = socket.socketpair()
        with self._fork_lock:
            socket.send_fds(self._channel, [b"f"], [theirs.fileno()])
            theirs.close()
            with self._lock:
                if not self._lock.wait_for(lambda: bool(self._forked), _GRACE):
                    ours.close()
                    raise QueryFailedError("No worker could be started.", "Try again.")
                return _Worker(self._forked.pop(), ours)

    def _kill(self, worker: _Worker) -> None:
        worker.channel.close()
        with self._lock:
            # Once reaped its number may belong to another process.
            if worker.pid not in self._ended:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker.pid, signal.SIGKILL)
            self._lock.wait_for(lambda: worker.pid in self._ended or self._closed, _GRACE)
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
