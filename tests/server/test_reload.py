"""A rebuilt graph takes the place of the served one: nothing is dropped, no answer is of both."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
import pytest

from myograph.build import Ready, Version
from myograph.errors import NotBuiltError
from myograph.graphfile import replace_graph
from myograph.settings import settings
from myograph_server.serving import start_workers
from tests.helpers import SMALL_FACTS, facts, small_checkout, sources

QUERY = """SELECT (GROUP_CONCAT(?label) AS ?all) {
  VALUES ?m { muscle:soleus muscle:plantaris } ?m rdfs:label ?label }"""


def test_a_graph_that_was_exchanged_while_it_was_loaded_is_not_served_as_the_old(
    tmp_path: Path,
) -> None:
    told = {"fingerprint": "new", "engine": pyoxigraph.__version__, "made": {}}
    replace_graph(facts("muscle:a a myo:Muscle ."), tmp_path, told)
    chosen = settings()
    now = Ready(Version("new", {}), tmp_path, None)
    start_workers(now, sources(), chosen).close(0)
    # The report was read, and then a build put another graph there.
    before = Ready(Version("old", {}), tmp_path, None)
    with pytest.raises(NotBuiltError, match="Another graph took the place"):
        start_workers(before, sources(), chosen)


def test_a_rebuilt_graph_is_served_without_a_gap(tmp_path: Path) -> None:
    env = small_checkout(tmp_path)
    command = [sys.executable, "-m", "myograph", "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=env, cwd=tmp_path
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://[\d.]+:\d+/", process.stdout.readline())
            assert found
            _watch_a_reload(found[0], tmp_path, process)
        finally:
            process.terminate()
            process.wait(20)


def _watch_a_reload(address: str, folder: Path, process: "subprocess.Popen[str]") -> None:
    answers: list[str] = []
    failures: list[Exception] = []
    over = threading.Event()

    def ask() -> None:
        number = 0
        while not over.is_set():
            number += 1
            # A comment of its own, so that no answer is one that was kept.
            text = quote(f"# {number} {threading.get_ident()}\n{QUERY}")
            try:
                with urllib.request.urlopen(f"{address}sparql?query={text}", timeout=20) as found:
                    rows = json.load(found)["results"]["bindings"]
                    answers.append(rows[0]["all"]["value"])
            except Exception as error:  # noqa: BLE001 - whatever went wrong is what is looked for
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    before = _fingerprint(address)
    for name in ("soleus", "plantaris"):
        _rename(folder, name)
    process.send_signal(signal.SIGHUP)
    until = time.monotonic() + 60
    while _fingerprint(address) == before and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(2)  # past the end of the old workers
    over.set()
    for thread in threads:
        thread.join()
    assert failures == []
    kinds = {" ".join(sorted(answer.split())) for answer in answers}
    assert kinds == {"plantaris soleus", "renamed-plantaris renamed-soleus"}


def _rename(folder: Path, name: str) -> None:
    path = folder / "kg" / "data" / "muscles" / SMALL_FACTS
    text = path.read_text("utf-8")
    changed = text.replace(f'rdfs:label "{name}"@en', f'rdfs:label "renamed-{name}"@en')
    assert changed != text
    path.write_text(changed, "utf-8")


def _fingerprint(address: str) -> str:
    with urllib.request.urlopen(address + "health", timeout=20) as found:
        return str(json.load(found)["fingerprint"])
