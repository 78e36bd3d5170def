"""What the tests of the commands share: the real graph, built once, where no command changes it."""

from pathlib import Path

import pytest

from myograph.build import GRAPH_FILE, REPORT_FILE
from myograph.files import Sources
from tests.helpers import real_graph, sources


@pytest.fixture(scope="session")
def build_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the real graph, so that no command builds into the checkout."""
    real_graph()
    folder = tmp_path_factory.mktemp("build")
    for name in (GRAPH_FILE, REPORT_FILE):
        # A build puts files in their places and writes through no link.
        (folder / name).symlink_to(sources().build_folder / name)
    return folder


@pytest.fixture
def own_build_folder(build_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands run in a folder of their own and find the graph built."""
    monkeypatch.setattr(Sources, "build_folder", property(lambda _: build_folder))
    # Loading is tested in test_cli; here once is enough.
    monkeypatch.setattr("myograph.build.load", lambda *_, **__: real_graph())
    monkeypatch.chdir(tmp_path)
