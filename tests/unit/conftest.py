"""What the tests of the commands share: the real graph, built once, where no command changes it."""

import tempfile
from functools import cache
from pathlib import Path

import pytest

from myograph.build import Built, load, write
from myograph.files import Sources
from tests.helpers import real_graph, sources


@pytest.fixture(scope="session")
def build_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the real graph, so that no command builds into the checkout."""
    folder = tmp_path_factory.mktemp("build")
    write(real_graph(), folder)
    return folder


@cache
def loaded() -> Built:
    """What a command would load, read from a file once."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sources, "build_folder", property(lambda _: Path(folder)))
        write(real_graph(), Path(folder))
        return load(sources())


@pytest.fixture
def own_build_folder(build_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands run in a folder of their own and find the graph built."""
    monkeypatch.setattr(Sources, "build_folder", property(lambda _: build_folder))
    # Loading is tested in test_cli; here once is enough.
    monkeypatch.setattr("myograph.build.load", lambda _: loaded())
    monkeypatch.chdir(tmp_path)
