"""The SPARQL editor comes from npm by a lock file that names no host, and travels in the wheel."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import hatch_build
from tests.unit.test_house import HOUSE, pins, read

LOCKED = Path(hatch_build.LOCKED)
LOCK: dict[str, Any] = json.loads((LOCKED / "package-lock.json").read_text())


def hosts(lock: dict[str, Any]) -> list[str]:
    """Return what a lock file says of where packages come from, and packages without a hash."""
    found = []
    for name, told in lock["packages"].items():
        if name and not re.fullmatch(r"sha512-[\w+/]{86}==", told.get("integrity", "")):
            found.append(f"{name}: no hash")
        if "resolved" in told:
            found.append(f"{name}: {told['resolved']}")
    return found


def test_the_lock_has_hashes_and_no_host() -> None:
    assert len(LOCK["packages"]) > 5
    assert hosts(LOCK) == []
    culprit = {"packages": {"node_modules/x": {"resolved": "https://example.org/x.tgz"}}}
    assert hosts(culprit) == [
        "node_modules/x: no hash",
        "node_modules/x: https://example.org/x.tgz",
    ]


def test_the_version_is_pinned_exactly() -> None:
    wanted = json.loads((LOCKED / "package.json").read_text())["dependencies"]
    assert wanted == {"@zazuko/yasqe": hatch_build.wanted()}
    assert re.fullmatch(r"\d+\.\d+\.\d+", hatch_build.wanted())


def test_packages_run_no_scripts_and_leave_no_host() -> None:
    settings = (LOCKED / ".npmrc").read_text().splitlines()
    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true"} <= set(settings)


def test_npm_from_python_is_pinned_alike() -> None:
    name, version = hatch_build.NODE.split("==")
    assert pins(read("requirements-node.lock")) == {name: version}
    assert HOUSE["dependency-groups"]["node"] == [hatch_build.NODE]


def test_what_was_fetched_travels_in_the_wheel() -> None:
    build = HOUSE["tool"]["hatch"]["build"]
    assert build["hooks"]["custom"]["path"] == "hatch_build.py"
    assert hatch_build.ROOT / build["artifacts"][0] == hatch_build.TARGET


def test_what_was_fetched_is_whole() -> None:
    if not hatch_build.fetched():
        pytest.skip("the editor was not fetched: `make editor`")
    for name in hatch_build.FILES:
        text = (hatch_build.TARGET / name).read_text()
        assert len(text) > 5_000
        assert "sourceMappingURL" not in text
    notices = (hatch_build.TARGET / "LICENSES.txt").read_text()
    for name in ("@zazuko/yasqe", "codemirror", "dompurify", "lodash-es"):
        assert re.search(rf"^{re.escape(name)} \d", notices, re.MULTILINE), name


def test_a_failed_fetch_stops_a_wheel_but_not_a_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hatch_build, "TARGET", tmp_path / "vendor")
    monkeypatch.setattr("shutil.which", lambda name: "/nowhere/npm")
    with pytest.raises(hatch_build.EditorError, match="could not be started"):
        hatch_build.fetch()
    warned: list[str] = []

    class App:
        def display_warning(self, text: str) -> None:
            warned.append(text)

    hook = hatch_build.EditorHook.__new__(hatch_build.EditorHook)
    monkeypatch.setattr(hatch_build.EditorHook, "app", App(), raising=False)
    with pytest.raises(hatch_build.EditorError):
        hook.initialize("standard", {})
    hook.initialize("editable", {})
    assert len(warned) == 1
    assert "plain field" in warned[0]
