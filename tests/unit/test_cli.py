"""The commands as a person and a script meet them: examples, exit codes, what is printed where."""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pyoxigraph
import pytest
from rich.console import Console

from myograph import commands
from myograph.build import GRAPH_FILE, Built, build, load, write
from myograph.cli import main
from myograph.errors import NotBuiltError
from myograph.files import Sources
from myograph.reason import Verdict
from tests.helpers import REPOSITORY, real_graph, sources

GOOD = """
exercise:my-calf-raise a myo:StrengthExercise ; rdfs:label "my calf raise"@en ;
    skos:definition "Rising onto the toes as I do it, with straight knees, on the stairs."@en ;
    myo:bodyPosition myo:Standing ; myo:kineticChain myo:ClosedChain ;
    myo:laterality myo:Bilateral ;
    myo:difficulty myo:Beginner ; myo:instruction "Stand on the stairs. Rise and lower slowly."@en ;
    myo:hasPhase [ myo:key "raise" ; myo:order 1 ;
        myo:hasDemand [ myo:ofMovement movement:ankle-plantarflexion ;
                        myo:contraction myo:Concentric ] ;
        myo:hasPosition [ myo:ofMovement movement:knee-flexion ; myo:angle 0 ] ] ;
    dcterms:source source:article-back-of-leg .
"""
BAD = """
muscle:soleus myo:hasAction [ myo:ofMovement movement:hip-flexion ; myo:role myo:PrimeMover ;
    dcterms:source source:article-back-of-leg ] .
"""
MALFORMED = (
    "exercise:mine a myo:StrengthExercise ;\n    rdfs:label 'mine'@en ;\n    myo:order 1 1 .\n"
)


@pytest.fixture(autouse=True)
def _files(own_build_folder: None, tmp_path: Path) -> None:
    for name, text in (
        ("my-muscles.ttl", GOOD),
        ("bad.ttl", BAD),
        ("broken.ttl", MALFORMED),
        ("my-workout.json", '{"exercises": ["squat", "leg curl"]}'),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    for name in ("binary.ttl", "binary.rq"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00")


def parsers() -> dict[str, argparse.ArgumentParser]:
    top = argparse.ArgumentParser()
    subparsers = top.add_subparsers()
    return {add.__name__.removeprefix("add_"): add(subparsers) for add in commands.ALL}


def arguments(example: str) -> list[str]:
    """The words of an example, as a shell would part them."""
    words = [a or b for a, b in re.findall(r"'([^']*)'|(\S+)", example)]
    assert words[0] == "myograph"
    return words[1:]


def refused(argv: list[str]) -> int:
    """The exit code of a command line, however it ends."""
    try:
        return main(argv)
    except SystemExit as end:
        return int(end.code or 0)


def _built_before(sources: Sources, extra: object = None, progress: object = None) -> Built:
    """Build, unless all is as it was."""
    return build(sources, extra, progress) if extra else real_graph()  # type: ignore[arg-type]


# ---------------------------------------------------------------- examples


@pytest.mark.parametrize("name", list(parsers()))
def test_every_commands_help_has_an_example_of_itself(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"Example: myograph {name}" in out


@contextmanager
def _folder_of(revision: str, of: Sources, tell: object) -> Iterator[Path]:
    yield of.build_folder


# Both need a server: test_serve and tests/store run them.
@pytest.mark.parametrize("name", [name for name in parsers() if name not in ("serve", "publish")])
def test_every_example_runs(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # HermiT itself has tests of its own, and takes its time; `build` is run in a pipe below.
    monkeypatch.setattr("myograph.commands.give.reason_dl", lambda _: Verdict(True, [], 9, 9))
    monkeypatch.setattr("myograph.commands.make.build", _built_before)
    # A revision is built in test_diff.
    monkeypatch.setattr("myograph.commands.diff.is_revision", lambda *_: True)
    monkeypatch.setattr("myograph.commands.diff.built_from", _folder_of)
    example = parsers()[name].get_default("example")
    assert main(arguments(example)) == 0
    captured = capsys.readouterr()
    assert captured.out.strip()
    assert captured.err == ""
    assert "\x1b" not in captured.out
    if name == "check":  # its example is a sound file of one's own
        assert "The graph conforms." in captured.out


def test_help_lists_every_command_and_says_what_this_is_no_substitute_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert refused(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(re.search(rf"^    {name} ", out, re.MULTILINE) for name in parsers())
    assert "not medical advice" in out


# ---------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["query", "ASK { muscle:soleus myo:crosses joint:ankle }"], 0),
        (["query", "ASK { muscle:soleus myo:crosses joint:hip }"], 1),
        (["query", "SELECT ?m WHERE { ?m myo:crosses joint:hip }"], 0),
        (["query", "SELECT ?m WHERE { ?m myo:crosses joint:nowhere }"], 1),
        (["query", "CONSTRUCT { ?m a ?c } WHERE { ?m a ?c . FILTER(?m = muscle:soleus) }"], 0),
        (["query", "CONSTRUCT { ?m a ?c } WHERE { ?m a ?c . FILTER(?m = muscle:nobody) }"], 1),
        (["query", "SELECT ?m WHERE { ?m myo:crosses"], 2),
        (["query", "SELECT ?m WHERE { ?m a myo:Muscle }", "--format", "docx"], 2),
        (["query", "missing.rq"], 2),
        (["query", "binary.rq"], 2),
        (["check", "binary.ttl"], 2),
        (["ask"], 0),
        (["ask", "no-such-question"], 2),
        (["ask", "exercises-for-muscle", "--muscle", "xyzzy"], 2),
        (["ask", "exercises-for-muscle", "--colour", "red"], 2),
        (["show", "xyzzy"], 2),
        (["explain", "soleus", "crosses", "xyzzy"], 2),
        (["explain", "soleus", "teleports", "ankle"], 2),
        (["export", "--format", "docx"], 2),
        (["export", "--output", "no/such/folder/file.ttl"], 2),
        (["check", "missing.ttl"], 2),
        (["check", "broken.ttl"], 2),
        (["stats", "--nonsense"], 2),
        (["dance"], 2),
        ([], 2),
    ],
)
def test_the_exit_code_says_yes_no_or_not_right(argv: list[str], code: int) -> None:
    assert refused(argv) == code


def test_explaining_what_the_graph_does_not_say_is_no_success(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "soleus", "crosses", "hip joint"]) != 0
    captured = capsys.readouterr()
    assert "The graph does not say: soleus crosses" in captured.err
    assert captured.out == ""


def test_an_error_goes_where_errors_go_with_its_repair(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "soelus"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Error: There is no record called 'soelus'." in captured.err
    assert "Did you mean soleus" in captured.err


def test_what_the_reasoner_finds_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = [
        Verdict(False, [], 3, 4),
        Verdict(True, ["https://w3id.org/myograph/ontology/FleshBone"], 3, 4),
    ]
    monkeypatch.setattr("myograph.commands.give.reason_dl", lambda _: verdicts.pop(0))
    assert main(["reason", "--dl"]) == 1
    assert "Inconsistent: the facts contradict each other" in capsys.readouterr().out
    assert main(["reason"]) == 1
    assert "Unsatisfiable: ontology/FleshBone" in capsys.readouterr().out


# ---------------------------------------------------------------- a person's own file


def test_a_malformed_file_is_named_by_line_and_column(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "broken.ttl"]) == 2
    captured = capsys.readouterr()
    assert re.search(r"broken\.ttl, line 3, column \d+: ", captured.err)
    assert "myo:order 1 1 ." in captured.err
    assert captured.out == ""


def test_a_bad_file_gets_a_report_that_people_can_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The example of `check` is held together with all our facts; this with those it can touch.
    monkeypatch.setattr("myograph.commands.make.build", partial(build, whole=False))
    assert main(["check", "bad.ttl"]) == 1
    out = capsys.readouterr().out
    assert re.search(r"[1-9]\d* violations, \d+ warnings", out)
    assert "soleus" in out
    assert "hip" in out
    assert "Traceback" not in out


def test_a_file_that_is_no_text_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "binary.ttl"]) == 2
    assert "not UTF-8 text" in capsys.readouterr().err


# ---------------------------------------------------------------- formats and pipes


def test_query_writes_formats_that_programs_read(capsys: pytest.CaptureFixture[str]) -> None:
    text = "SELECT ?m WHERE { ?m myo:crosses joint:ankle } ORDER BY ?m"
    assert main(["query", text, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    found = [row["m"]["value"] for row in answer["results"]["bindings"]]
    assert "https://w3id.org/myograph/muscle/soleus" in found
    assert main(["query", text, "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines() == ["m", *found]


def test_explain_writes_json_with_nested_premises(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "soleus", "crosses", "ankle", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rule"] == "crosses"
    assert found["premises"]


def test_query_reads_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "mine.rq").write_text("ASK { muscle:soleus a myo:Muscle }", "utf-8")
    assert main(["query", "mine.rq"]) == 0
    assert capsys.readouterr().out == "yes\n"


SCRIPT = """
import sys
from pathlib import Path
from myograph.files import Sources
Sources.build_folder = property(lambda _: Path(sys.argv[1]))
from myograph.cli import main
sys.exit(main(sys.argv[2:]))
"""


def piped(folder: Path, *argv: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), *argv],
        input=given, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def assert_plain(done: subprocess.CompletedProcess[str], error: str = "") -> None:
    """Insist that there is no progress and no colour, and an error only where there is one."""
    assert done.stderr.startswith(error) if error else done.stderr == ""
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout


@pytest.mark.parametrize("argv", [["stats"], ["show", "soleus"], ["show", "xyzzy"]])
def test_in_a_pipe_there_is_no_progress_and_no_colour(argv: list[str], build_folder: Path) -> None:
    assert_plain(piped(build_folder, *argv), "Error: " if argv[-1] == "xyzzy" else "")


def test_a_build_in_a_pipe_makes_the_graph_that_the_tests_share_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = piped(tmp_path / "new", "build")
    assert done.stdout.startswith("Built ")
    assert_plain(done)
    # The graph that the other tests share was made at another time, perhaps in another run.
    monkeypatch.setattr(Sources, "build_folder", property(lambda _: tmp_path / "new"))
    made, shared = load(sources()), real_graph()
    assert (made.made, made.fingerprint) == (shared.made, shared.fingerprint)
    # Blank nodes have a new name each time.
    assert len(made.quads) == len(shared.quads)
    assert {q for q in made.quads if named(q)} == {q for q in shared.quads if named(q)}


def named(quad: pyoxigraph.Quad) -> bool:
    """Whether a quad has no blank node."""
    return not any(isinstance(x, pyoxigraph.BlankNode) for x in (quad.subject, quad.object))


def test_statistics_fit_a_narrow_terminal_and_are_one_line_a_class_in_a_pipe(
    build_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = piped(build_folder, "stats").stdout.splitlines()
    [leaves] = [line for line in lines if line.startswith("leaf muscle")]
    for part in ("origin", "action or effect", "roots", "layer", "architecture", "UBERON", "FMA"):
        assert re.search(rf"\b{part} \d+", leaves)
    monkeypatch.setattr("myograph.commands.look.OUT", Console(width=80, highlight=False))
    assert main(["stats"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_a_query_can_come_on_standard_input(build_folder: Path) -> None:
    done = piped(build_folder, "query", given="ASK { muscle:soleus a myo:Muscle }")
    assert (done.returncode, done.stdout) == (0, "yes\n")


def test_python_m_myograph_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "myograph", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "usage: myograph" in done.stdout


# ---------------------------------------------------------------- the built graph


def test_a_built_graph_loads_as_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sources, "build_folder", property(lambda _: tmp_path))
    write(real_graph(), tmp_path)
    found = load(sources())
    assert set(found.quads) == set(real_graph().quads)
    assert found.fingerprint == real_graph().fingerprint
    # What the build said of the graph stands at the end of the file.
    path = tmp_path / GRAPH_FILE
    whole = path.read_bytes()
    told = whole.rindex(b"\n# build ")
    for said, instead, match in (
        (pyoxigraph.__version__, "0.0.1", "another engine"),
        (found.fingerprint, "0" * 16, "older than its sources"),
    ):
        end = whole[told:].replace(f'"{said}"'.encode(), f'"{instead}"'.encode())
        with path.open("r+b") as file:
            file.seek(told)
            file.write(end)
            file.truncate()
        with pytest.raises(NotBuiltError, match=match):
            load(sources())


def test_a_half_written_build_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sources, "build_folder", property(lambda _: tmp_path))
    (tmp_path / GRAPH_FILE).write_text("half", "utf-8")
    with pytest.raises(NotBuiltError, match="not been built"):
        load(sources())


def test_no_test_leaves_anything_in_the_checkout() -> None:
    assert not (REPOSITORY / "myograph.ttl").exists()
