"""Read-only servers stand in for each other: benchmarks/replicas.py in small."""

import shutil
import signal
import time
from pathlib import Path

import pytest

from benchmarks.replicas import balanced, change, copied, replicas
from benchmarks.visitors import Visitors

pytestmark = pytest.mark.skipif(
    shutil.which("haproxy", path="/usr/bin:/usr/sbin:/usr/local/sbin") is None,
    reason="HAProxy is not installed",
)
PAGES = ("/muscle/soleus", "/muscle/soleus.ttl")


def test_one_is_killed_and_the_other_changes_the_graph(tmp_path: Path) -> None:
    _watched(tmp_path, 2)


@pytest.mark.slow
def test_one_is_killed_one_is_ended_and_one_changes_the_graph(tmp_path: Path) -> None:
    _watched(tmp_path, 3)


def _watched(folder: Path, number: int) -> None:
    """Let things happen to servers, and insist that no answer fails or is of two versions."""
    copied(folder, few=True)
    with replicas(folder, number, linger=1.5) as made, balanced(made) as address:
        visitors = Visitors(address, PAGES, 4, pause=0.02)
        time.sleep(0.5)
        made[0].end(signal.SIGKILL)
        time.sleep(0.5)
        status = made[1].end(signal.SIGTERM) if number > 2 else 0
        last = made[-1]
        before = last.version()
        change(folder)
        last.process.send_signal(signal.SIGHUP)
        after = last.wait(before)
        time.sleep(0.5)
        seen = visitors.stop()
    assert status == 0
    assert seen.failures == []
    assert seen.mixed == []
    assert seen.back == 0
    assert set(seen.answers) == {before, after}
    assert seen.unchanged > 0
