"""What is loaded is what was announced; test_replicas.py watches a reload from outside."""

from pathlib import Path

import pyoxigraph
import pytest

from myograph.build import Ready, Version
from myograph.errors import NotBuiltError
from myograph.graphfile import replace_graph
from myograph.settings import settings
from myograph_server.serving import start_workers
from tests.helpers import facts, sources


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
