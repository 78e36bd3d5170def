"""Read-only servers stand in for each other: benchmarks/replicas.py in small."""

import contextlib
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.replicas import Replica, balanced, change, copied, replicas
from benchmarks.visitors import Visitors

BALANCER = shutil.which("haproxy", path="/usr/bin:/usr/sbin:/usr/local/sbin")
PAGES = ("/muscle/soleus", "/muscle/soleus.ttl")
needs_balancer = pytest.mark.skipif(BALANCER is None, reason="HAProxy is not installed")


def test_a_rebuilt_graph_is_served_without_a_gap(tmp_path: Path) -> None:
    """Behind HAProxy one of two servers is killed before; without it there is one."""
    _watched(tmp_path, 2 if BALANCER else 1)


@pytest.mark.slow
@needs_balancer
def test_one_is_killed_one_is_ended_and_one_changes_the_graph(tmp_path: Path) -> None:
    _watched(tmp_path, 3)


def _watched(folder: Path, number: int) -> None:
    """Let things happen to servers, and insist that no answer fails or is of two versions."""
    copied(folder, few=True)
    with replicas(folder, number, linger=1.5) as made, _before(made) as address:
        visitors = Visitors(address, PAGES, 4, pause=0.02)
        time.sleep(0.5)
        last = made[-1]
        if number > 1:
            made[0].end(signal.SIGKILL)
            time.sleep(0.5)
        status = made[1].end(signal.SIGTERM) if number > 2 else 0
        before = last.version()
        change(folder)
        last.process.send_signal(signal.SIGHUP)
        after = last.wait(before)
        time.sleep(2)  # past the end of the old workers
        seen = visitors.stop()
    assert status == 0
    assert seen.failures == []
    assert seen.mixed == []
    assert seen.back == 0
    assert set(seen.answers) == {before, after}
    assert seen.unchanged > 0


@contextlib.contextmanager
def _before(made: list[Replica]) -> Iterator[tuple[str, int]]:
    """The address of HAProxy, or without it of the only server."""
    if len(made) == 1:
        yield "127.0.0.1", made[0].port
        return
    with balanced(made) as address:
        yield address
