"""Whatever happens to a build, the graph that was there is there, or the new one is."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest

from myograph.build import GRAPH_FILE, Built, load, write
from myograph.errors import BuildFolderError
from myograph.export import FORMATS
from myograph.graphfile import read_report, replace_graph
from tests.helpers import small_checkout, sources
from tests.unit.in_processes import as_nobody, run_apart

FEW = 300  # quads, which take some kilobytes


def graph_of(word: str) -> Built:
    """A graph of a few quads, all of which say the same word."""
    quads = [
        ox.Quad(
            ox.NamedNode(f"http://a/{number}"),
            ox.NamedNode("http://a/says"),
            ox.Literal(word),
            ox.NamedNode("http://a/g"),
        )
        for number in range(FEW)
    ]
    return Built(quads, ox.Store(), [], {}, word)


def words(folder: Path) -> set[str]:
    """What the graph of a folder says; it has to load, and to be whole."""
    found = load(sources(), folder)
    assert len(found.quads) == FEW
    said = {quad.object.value for quad in found.quads if isinstance(quad.object, ox.Literal)}
    assert said == {found.fingerprint}
    return said


# Where a write is ended: a name in `myograph.graphfile`, and which call of it.
MOMENTS = {
    "before anything": ("serialize", 0),
    "after the quads": ("json.dumps", 0),
    "before they are on disk": ("os.fsync", 0),
    "before the graph is in its place": ("Path.replace", 0),
    "before the report is": ("Path.replace", 1),
    "at the end": ("tempfile.TemporaryDirectory.cleanup", 0),
}


@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_build_that_is_ended_leaves_a_graph_that_loads(
    tmp_path: Path, moment: str, how: str
) -> None:
    write(graph_of("old"), tmp_path)
    name, call = MOMENTS[moment]

    def ended() -> None:
        stop_at(name, call, getattr(signal, how))
        write(graph_of("new"), tmp_path)

    assert run_apart(ended) != 0
    assert words(tmp_path) == ({"new"} if moment in list(MOMENTS)[-2:] else {"old"})
    # The next one finds no hindrance, and leaves nothing of the one that was ended.
    write(graph_of("next"), tmp_path)
    assert words(tmp_path) == {"next"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".build-lock",
        "build.json",
        GRAPH_FILE,
    ]
    report = read_report(tmp_path)
    assert report is not None
    assert report["triples"] == FEW


def stop_at(name: str, call: int, number: int) -> None:
    """Let this process be sent a signal when a function is called for the so-and-so-many time."""
    from myograph import graphfile

    *owner, last = name.split(".")
    holder: object = graphfile
    for part in owner:
        holder = getattr(holder, part)
    real, calls = getattr(holder, last), iter(range(100))

    def stopping(*args: object, **kwargs: object) -> object:
        if next(calls) == call:
            os.kill(os.getpid(), number)
            time.sleep(1)
        return real(*args, **kwargs)

    setattr(holder, last, stopping)


def test_two_that_write_at_once_end_with_one_good_graph(tmp_path: Path) -> None:
    write(graph_of("one"), tmp_path)

    def writes(word: str) -> Callable[[], None]:
        def often() -> None:
            for _ in range(40):
                write(graph_of(word), tmp_path)

        return often

    context = multiprocessing.get_context("fork")
    both = [context.Process(target=writes(word)) for word in ("one", "two")]
    for process in both:
        process.start()
    seen: set[str] = set()
    while any(process.is_alive() for process in both):
        report = read_report(tmp_path)
        assert report is not None, "there was a moment without a graph"
        seen.add(report["fingerprint"])
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert seen == {"one", "two"}
    assert len(words(tmp_path)) == 1


# ---------------------------------------------------------------- a folder that does not take it


@contextmanager
def still_old(folder: Path) -> Iterator[None]:
    """Insist on a clear error, and on the old graph after it."""
    write(graph_of("old"), folder)
    yield
    assert words(folder) == {"old"}
    assert not list(folder.glob(".new-*"))


def insists(folder: Path, match: str) -> Callable[[], None]:
    def write_in_vain() -> None:
        with pytest.raises(BuildFolderError, match=match) as caught:
            write(graph_of("new" * 100), folder)
        assert str(folder) in caught.value.message
        assert "is as it was" in caught.value.repair

    return write_in_vain


def test_a_full_disk_is_told_and_the_old_graph_stays(tmp_path: Path) -> None:
    def full() -> None:
        # The system refuses to let any file grow beyond this, as it does on a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        insists(tmp_path, "File too large")()

    with still_old(tmp_path):
        assert run_apart(full) == 0


def test_a_full_file_system_is_told_and_the_old_graph_stays(tmp_path: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no file system of a given size: {mounted.stderr.strip()}")
    try:
        with still_old(tmp_path):
            insists(tmp_path, "No space left on device")()
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_folder_that_may_not_be_written_to_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "build"
    folder.mkdir()
    with still_old(folder):
        folder.chmod(0o555)
        assert as_nobody(insists(folder, "Permission denied"), folder) == 0
        folder.chmod(0o755)


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("", "utf-8")
    insists(tmp_path / "build", "File exists|Not a directory")()


def test_a_graph_that_was_cut_does_not_count(tmp_path: Path) -> None:
    replace_graph(graph_of("old").quads, tmp_path, {"fingerprint": "old"})
    path = tmp_path / GRAPH_FILE
    whole = path.read_bytes()
    for length in (0, 1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert read_report(tmp_path) is None
    path.write_bytes(whole)
    assert read_report(tmp_path) is not None


# ---------------------------------------------------------------- the command


def test_the_command_is_interruptible_and_the_clock_does_not_matter(tmp_path: Path) -> None:
    """Of the real command, over the facts of one file."""
    env = small_checkout(tmp_path)
    assert command(env, tmp_path, "build").returncode == 0
    before = (tmp_path / "build" / GRAPH_FILE).read_bytes()
    facts = next((tmp_path / "kg" / "data").rglob("*.ttl"))
    text = facts.read_text("utf-8")
    facts.write_text(text.replace('"soleus"@en', '"sole"@en', 1), "utf-8")
    # Older than the graph by its time: what counts is what is in it.
    os.utime(facts, (0, 0))
    for seconds, number in ((0.3, signal.SIGINT), (0.5, signal.SIGKILL)):
        with subprocess.Popen(
            [sys.executable, "-m", "myograph", "build"],
            env=env, cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=heed_control_c,
        ) as process:  # fmt: skip
            time.sleep(seconds)
            process.send_signal(number)
            _, said = process.communicate(timeout=60)
        assert process.returncode != 0
        assert "Traceback" not in said or number == signal.SIGINT, said
        assert (tmp_path / "build" / GRAPH_FILE).read_bytes() == before
    clock = "import time; time.time = lambda: 0.0\n"
    (tmp_path / "kg" / "sitecustomize.py").write_text(clock, "utf-8")
    done = command(env, tmp_path, "build")
    assert done.returncode == 0, done.stderr
    assert "Since the last build: 1 record changed" in done.stdout
    assert '~ label "soleus"@en → "sole"@en' in done.stdout


def heed_control_c() -> None:
    """What a shell runs in its background ignores SIGINT, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command(env: dict[str, str], folder: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "myograph", *args],
        env=env, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


MAKE_ALL = """
from pathlib import Path
from myograph.build import build, write
from myograph.export import FORMATS, export
from myograph.files import find_sources
sources = find_sources()
built = build(sources)
write(built, Path("{folder}"))
for name in FORMATS:
    Path("{folder}", name).write_bytes(export(built, name, sources))
"""


@pytest.mark.parametrize(
    "whole", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["one file", "the whole"]
)
def test_two_builds_and_their_exports_are_the_same_to_the_byte(tmp_path: Path, whole: bool) -> None:
    env = os.environ | {} if whole else small_checkout(tmp_path)
    made = []
    for seed in ("1", "2"):
        folder = tmp_path / f"made-{seed}"
        folder.mkdir()
        subprocess.run(
            [sys.executable, "-c", MAKE_ALL.format(folder=folder)],
            # Python's sets and dictionaries of terms are in another order with another seed.
            env={**env, "PYTHONHASHSEED": seed}, check=True,
        )  # fmt: skip
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0].keys() == made[1].keys() >= FORMATS.keys()
    assert [name for name in made[0] if made[0][name] != made[1][name]] == []
