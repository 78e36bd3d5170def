"""What changed between two graphs is told by record and in words."""

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.build import GRAPH_FILE
from myograph.cli import main
from myograph.diff import Change, Fact, compare
from myograph.graphfile import replace_graph
from tests.helpers import SMALL_FACTS, facts, small_checkout

FACTS = """
muscle:a a myo:Muscle ; rdfs:label "alpha"@en ; myo:layer myo:Deep ; skos:altLabel "first"@en ;
    myo:hasOrigin [ myo:attachesTo landmark:l ] .
landmark:l rdfs:label "line"@en . myo:layer rdfs:label "layer"@en . muscle:b rdfs:label "beta"@en .
"""
LATER = (
    FACTS.replace("myo:Deep", "myo:Superficial")
    .replace("skos:altLabel", "myo:deepTo muscle:b ; skos:altLabel")
    .replace("myo:hasOrigin [ myo:attachesTo landmark:l ]", "myo:note 'gone'")
)


def document(quads: list[ox.Quad]) -> io.BytesIO:
    return io.BytesIO(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")


def changes(before: list[ox.Quad], after: list[ox.Quad]) -> list[Change]:
    return compare(document(before), document(after))


def test_the_same_facts_in_another_order_and_graph_have_not_changed() -> None:
    assert changes(facts(FACTS), facts(FACTS)[::-1]) == []
    assert changes(facts(FACTS), facts(FACTS, "exercise")) == []


def test_what_was_added_removed_and_changed_is_told_in_words() -> None:
    [found] = changes(facts(FACTS), facts(LATER))
    assert (found.iri.rpartition("/")[2], found.label) == ("a", "alpha")
    assert found.changed == [
        Fact("", "layer", "ontology/Superficial", before="ontology/Deep"),
    ]
    assert Fact("", "deepTo", "beta") in found.added
    assert Fact("", "note", '"gone"') in found.added
    assert Fact("origin l", "attachesTo", "line") in found.removed
    assert Fact("", "hasOrigin", "origin l") in found.removed
    assert (len(found.added), len(found.removed)) == (2, 2)
    # And the other way round.
    [back] = changes(facts(LATER), facts(FACTS))
    assert (back.added, back.removed) == (found.removed, found.added)


def test_what_is_derived_is_counted_by_property_and_after_what_is_authored() -> None:
    derived = facts("muscle:z myo:crosses joint:j , joint:k . muscle:y myo:moves joint:j .")
    made = facts("muscle:a myo:crosses joint:j .", "inferred/crosses")
    of_rules = facts("muscle:0 myo:crosses joint:k .", "inferred/crosses")
    found = changes(facts(FACTS) + made, facts(FACTS) + derived + of_rules)
    assert [change.iri.rpartition("/")[2] for change in found] == ["y", "z", "0", "a"]
    assert found[2].derived == {"crosses": (1, 0)}
    assert found[3].derived == {"crosses": (0, 1)}
    assert [change.authored for change in found] == [1, 2, 0, 0]


def test_the_description_of_the_dataset_which_counts_the_rest_is_no_change() -> None:
    told = facts("<dataset> myo:counts 7 .", "metadata")
    assert changes(facts(FACTS), facts(FACTS) + told) == []


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, str]:
    for name, text in (("one", FACTS), ("two", LATER)):
        replace_graph(facts(text), tmp_path / name, {})
    return str(tmp_path / "one"), str(tmp_path / "two")


def test_the_command_tells_people_and_programs(
    folders: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = folders
    assert main(["diff", one, one]) == 0
    assert capsys.readouterr().out == "Nothing changed.\n"
    assert main(["diff", one, str(Path(two) / GRAPH_FILE)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("1 record changed: 2 facts added, 2 removed, 1 changed.")
    assert "\nalpha muscle/a\n" in out
    assert "\n  + deepTo beta\n" in out
    assert "\n  - origin l: attachesTo line\n" in out
    assert main(["diff", one, two, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["records"][0]["label"] == "alpha"
    assert len(told["records"][0]["added"]) == 2


@pytest.mark.parametrize("name", ["nowhere", "no\\such^revision", "-x"])
def test_what_is_no_graph_is_told(
    name: str, folders: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "--", name, folders[0]]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_file_that_is_no_graph_is_told(
    folders: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.nq").write_bytes(b"\xff\x00 <a\n<b> <c> .\n")
    assert main(["diff", str(tmp_path / "no.nq"), folders[0]]) == 2
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.slow
def test_two_revisions_are_built_and_compared(tmp_path: Path) -> None:
    """Of a checkout of its own, with the facts of one file."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    env = small_checkout(tmp_path)

    def git(*args: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
        subprocess.run(["git", *who, *args], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    git("add", "kg", "ontology", "shapes", "pyproject.toml")
    git("commit", "-m", "one")
    path = next((tmp_path / "kg" / "data").rglob(SMALL_FACTS))
    text = path.read_text("utf-8")
    path.write_text(text.replace('"soleus"@en', '"sole"@en', 1), "utf-8")
    git("commit", "-a", "-m", "two")
    done = subprocess.run(
        [sys.executable, "-m", "myograph", "diff", "HEAD~1", "HEAD"],
        env=env, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert '~ label "soleus"@en → "sole"@en' in done.stdout
