"""A checkout wins over a wheel, and the fingerprint changes exactly when it should."""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from myograph import files
from myograph.errors import MyographError, SourcesNotFoundError
from myograph.files import SOURCE_FOLDERS, Sources, find_sources

REPOSITORY = Path(__file__).resolve().parents[2]


def make_tree(root: Path) -> None:
    for name in SOURCE_FOLDERS:
        (root / name).mkdir(parents=True)
        (root / name / "one.ttl").write_text(f"# {name}\n")


def make_checkout(root: Path) -> Path:
    make_tree(root)
    (root / "pyproject.toml").touch()
    package = root / "kg" / "myograph"
    package.mkdir()
    (package / "derive.py").write_text("RULES = 1\n")
    return package


def make_wheel(site: Path) -> Path:
    package = site / "myograph"
    make_tree(package / "_files")
    (package / "derive.py").write_text("RULES = 1\n")
    return package


def test_the_running_package_finds_this_checkout() -> None:
    sources = find_sources()
    assert sources.in_checkout
    assert sources.root == REPOSITORY
    assert sources.build_folder == REPOSITORY / "build"
    assert sources.ontology / "prefixes.ttl" in sources.files()


def test_a_checkout_wins_over_copies_beside_the_package(tmp_path: Path) -> None:
    package = make_checkout(tmp_path)
    make_tree(package / "_files")
    assert find_sources(package).root == tmp_path


def test_a_wheel_finds_its_own_files_whatever_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY)
    package = make_wheel(tmp_path / "site-packages")
    sources = find_sources(package)
    assert not sources.in_checkout
    assert sources.root == package / "_files"
    assert [sources.ontology, sources.shapes, sources.data, sources.rules, sources.queries] == [
        sources.root / name for name in SOURCE_FOLDERS
    ]


def test_a_wheel_builds_into_the_users_cache_by_fingerprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"

    def cache_of(name: str) -> Path:
        return cache / name

    monkeypatch.setattr(files, "user_cache_path", cache_of)
    package = make_wheel(tmp_path)
    before = find_sources(package)
    assert before.build_folder == cache / "myograph" / "graph" / before.fingerprint
    (before.data / "two.ttl").touch()
    assert find_sources(package).build_folder != before.build_folder


def test_no_sources_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourcesNotFoundError, match="pip install") as caught:
        find_sources(tmp_path)
    assert str(tmp_path) in caught.value.message


def test_an_error_keeps_its_repair_between_processes() -> None:
    error = pickle.loads(pickle.dumps(SourcesNotFoundError("No sources.", repair="Find them.")))
    assert isinstance(error, SourcesNotFoundError)
    assert isinstance(error, MyographError)
    assert (error.message, error.repair) == ("No sources.", "Find them.")
    assert str(error) == "No sources. Find them."


def test_a_checkout_and_its_wheel_have_one_fingerprint(tmp_path: Path) -> None:
    checkout = find_sources(make_checkout(tmp_path / "checkout"))
    wheel = find_sources(make_wheel(tmp_path / "site-packages"))
    assert checkout.fingerprint == wheel.fingerprint
    assert len(checkout.fingerprint) == 16


def edit(sources: Sources) -> None:
    (sources.rules / "one.ttl").write_text("# changed\n")


def add(sources: Sources) -> None:
    (sources.data / "muscles").mkdir()
    (sources.data / "muscles" / "new.ttl").touch()


def rename(sources: Sources) -> None:
    (sources.shapes / "one.ttl").rename(sources.shapes / "other.ttl")


def remove(sources: Sources) -> None:
    (sources.queries / "one.ttl").unlink()


def change_the_code(sources: Sources) -> None:
    (sources.package / "derive.py").write_text("RULES = 2\n")


@pytest.mark.parametrize("change", [edit, add, rename, remove, change_the_code])
def test_a_change_of_a_source_changes_the_fingerprint(
    tmp_path: Path, change: Callable[[Sources], None]
) -> None:
    package = make_checkout(tmp_path)
    before = find_sources(package)
    first = before.fingerprint
    change(before)
    assert find_sources(package).fingerprint != first


def test_hidden_files_and_backups_are_no_sources(tmp_path: Path) -> None:
    package = make_checkout(tmp_path)
    before = find_sources(package)
    first, listed = before.fingerprint, before.files()
    (before.data / ".one.ttl.swp").touch()
    (before.data / "one.ttl~").touch()
    (before.rules / ".cache").mkdir()
    (before.rules / ".cache" / "x.rq").touch()
    (tmp_path / "README.md").touch()
    assert before.files() == listed
    assert find_sources(package).fingerprint == first


def test_files_come_in_one_order_and_a_missing_folder_has_none(tmp_path: Path) -> None:
    sources = find_sources(make_checkout(tmp_path))
    for path in sources.queries.iterdir():
        path.unlink()
    sources.queries.rmdir()
    names = [path.relative_to(tmp_path).as_posix() for path in sources.files()]
    assert names == ["kg/data/one.ttl", "kg/rules/one.ttl", "ontology/one.ttl", "shapes/one.ttl"]
