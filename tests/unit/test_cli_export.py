"""`myograph export`, as a person meets it: what it takes, what it writes and where."""

import csv
import io
import json
import zipfile
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.build import Built
from myograph.cli import main
from myograph.selection import entity, named_graph
from tests.helpers import iri, real_graph

pytestmark = pytest.mark.usefixtures("own_build_folder")


@cache
def part_of_the_graph() -> Built:
    """A record and a named graph: what a command has to look through before it writes."""
    quads = {*entity(real_graph(), iri("muscle:soleus")).quads}
    quads |= {*named_graph(real_graph(), "inferred/crosses").quads}
    store = ox.Store()
    store.extend(quads)
    return Built(list(quads), store, [], {}, "")


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("myograph.commands.give.load_or_build", lambda *_: part_of_the_graph())


@pytest.mark.usefixtures("_small")
def test_a_record_to_a_file_whose_ending_says_the_format(tmp_path: Path) -> None:
    assert main(["export", "posterior", "leg", "--output", "calf.jsonld"]) == 0
    found = json.loads((tmp_path / "calf.jsonld").read_text("utf-8"))
    assert found["id"] == "region:posterior-leg"


@pytest.mark.usefixtures("_small")
def test_a_named_graph_on_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["export", "--graph", "inferred/crosses", "--format", "nquads"]) == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert len(lines) > 100
    assert all(
        line.endswith("<https://w3id.org/myograph/graph/inferred/crosses> .") for line in lines
    )


@pytest.mark.parametrize("before", [True, False])
def test_the_answer_to_a_question(capfdbinary: pytest.CaptureFixture[bytes], before: bool) -> None:
    words, options = ["exercises-for-muscle", "--muscle", "soleus"], ["--format", "csv"]
    assert main(["export", *(options + words if before else words + options)]) == 0
    rows = list(csv.DictReader(io.StringIO(capfdbinary.readouterr().out.decode(), newline="")))
    assert any(row["exerciseLabel"] == "seated calf raise" for row in rows)


@pytest.mark.usefixtures("_small")
def test_the_answer_to_a_query(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    query = "CONSTRUCT { ?j a myo:Found } WHERE { muscle:soleus myo:crosses ?j }"
    assert main(["export", "--query", query]) == 0
    out = capfdbinary.readouterr().out.decode()
    assert "joint:ankle a myo:Found .\njoint:subtalar a myo:Found .\n" in out
    assert main(["export", "--query", query.replace("soleus", "nobody")]) == 1


@pytest.mark.usefixtures("_small")
def test_several_files_go_to_a_folder_or_an_archive(tmp_path: Path) -> None:
    assert main(["export", "soleus", "--format", "csv", "--output", "tables"]) == 0
    assert main(["export", "soleus", "--output", "tables.csv.zip"]) == 0
    archive = zipfile.ZipFile(tmp_path / "tables.csv.zip")
    assert "Muscle.csv" in archive.namelist()
    for name in archive.namelist():
        assert archive.read(name) == (tmp_path / "tables" / name).read_bytes()


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["soleus", "--graph", "anatomy"], "One thing is exported at a time."),
        (["soleus", "--muscle", "x"], "'--muscle' is no option."),
        (["exercises-for-muscle", "--format", "turtle"], "Rows cannot be written as 'turtle'."),
        (["soleus", "--format", "tsv"], "The graph cannot be written as 'tsv'."),
        (["--query", "ASK {}"], "A yes or a no is no export."),
        (["--graph", "anatmy"], "Did you mean"),
        (["sollleus"], "Did you mean soleus"),
        (["soleus", "--output", "no/such/folder.ttl"], "cannot be written"),
        (["soleus", "--format", "csv", "--output", "file/below"], "cannot be written"),
    ],
)
def test_what_cannot_be_exported(
    words: list[str], text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert main(["export", *words]) == 2
    assert text in " ".join(capsys.readouterr().err.split())
