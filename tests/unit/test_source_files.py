"""What is wrong with a file is told by its name, before it can do harm."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from myograph.commands.inputs import read_text
from myograph.commands.make import read_own
from myograph.errors import (
    InputFileError,
    MalformedTurtleError,
    MyographError,
    SourceFileError,
    UnnamedNodeError,
)
from myograph.files import Sources
from myograph.read import parse_turtle, read_sources
from myograph.sourcefile import files_below, read_source
from tests.helpers import facts, sources
from tests.unit.in_processes import as_nobody

GOOD = "@prefix myo: <https://w3id.org/myograph/ontology/> .\nmyo:a myo:b myo:c .\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Sources:
    """A checkout with one file of facts and one of each other kind."""
    for name in ("ontology/o.ttl", "kg/data/f.ttl", "shapes/s.ttl"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(GOOD, "utf-8")
    return Sources(tmp_path / "in", tmp_path / "no-code", in_checkout=True)


def reading(checkout: Sources) -> Callable[[], None]:
    """What every build and every load of a graph does first."""

    def read() -> None:
        _ = Sources(checkout.root, checkout.package, checkout.in_checkout).fingerprint
        read_sources(checkout)

    return read


def refuses(checkout: Sources, match: str) -> Callable[[], None]:
    def refused() -> None:
        with pytest.raises(SourceFileError, match=match) as caught:
            reading(checkout)()
        assert "f.ttl" in caught.value.message
        assert caught.value.repair

    return refused


def test_a_good_checkout_is_read(checkout: Sources) -> None:
    reading(checkout)()


@pytest.mark.parametrize("where", ["f.ttl", "g/f.ttl"])
def test_a_link_out_of_the_tree_is_refused(checkout: Sources, tmp_path: Path, where: str) -> None:
    (tmp_path / "elsewhere.ttl").write_text(GOOD, "utf-8")
    link = checkout.data / where
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(tmp_path / "elsewhere.ttl")
    refuses(checkout, r"leads out of the sources, to .*elsewhere\.ttl")()


def test_a_link_to_a_folder_is_refused_and_not_left_out(checkout: Sources, tmp_path: Path) -> None:
    (checkout.data / "f.ttl").unlink()
    (checkout.data / "f.ttl.d").symlink_to(tmp_path)
    refuses(checkout, "leads out of the sources")()


def test_a_link_within_the_tree_and_what_editors_leave_do_no_harm(checkout: Sources) -> None:
    (checkout.data / "g.ttl").symlink_to(checkout.data / "f.ttl")
    # An editor's lock is a link that leads nowhere.
    (checkout.data / ".#f.ttl").symlink_to("somebody@somewhere.123")
    (checkout.data / "f.ttl~").write_text("half", "utf-8")
    reading(checkout)()
    assert [path.name for path in files_below(checkout.data)] == ["f.ttl", "g.ttl"]


def test_a_link_that_leads_nowhere_is_refused(checkout: Sources) -> None:
    (checkout.data / "f.ttl").unlink()
    (checkout.data / "f.ttl").symlink_to(checkout.data / "gone.ttl")
    refuses(checkout, "No such file")()


def test_a_pipe_is_refused_and_not_waited_for(checkout: Sources) -> None:
    (checkout.data / "f.ttl").unlink()
    os.mkfifo(checkout.data / "f.ttl")
    refuses(checkout, "is no file")()


def test_an_unreadable_file_is_told(checkout: Sources) -> None:
    path = checkout.data / "f.ttl"
    path.chmod(0)
    assert as_nobody(refuses(checkout, "Permission denied"), path) == 0


def test_a_file_that_is_too_large_is_told_with_the_setting(
    checkout: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MYOGRAPH_MAX_SOURCE_LENGTH", "100")
    reading(checkout)()
    (checkout.data / "f.ttl").write_text(GOOD + "#" * 100, "utf-8")
    refuses(checkout, r"more than 100 bytes\.")()
    with pytest.raises(InputFileError, match="more than 100 bytes"):
        read_text(checkout.data / "f.ttl")


@pytest.mark.parametrize("ending", ["ttl", "rq", "sssom.tsv"])
@pytest.mark.parametrize(
    ("content", "place"),
    [
        (GOOD.encode() + b"# caf\xe9\n", r"line 3: the byte 0xe9 is not UTF-8"),
        (GOOD.encode("utf-16"), "line 1: the byte 0xff is not UTF-8"),
    ],
    ids=["Latin 1", "UTF-16"],
)
def test_another_encoding_is_told_with_the_line(
    checkout: Sources, content: bytes, place: str, ending: str
) -> None:
    path = checkout.data / f"f.{ending}"
    path.write_bytes(content)
    with pytest.raises(SourceFileError, match=place) as caught:
        read_source(path)
    assert str(path) in caught.value.message
    if ending == "ttl":
        refuses(checkout, place)()


def test_line_ends_of_windows_are_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "f.ttl").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert read_source(tmp_path / "f.ttl") == GOOD


# ---------------------------------------------------------------- bombs

DEEP = 300_000
BOMBS = {
    "brackets": "muscle:x myo:p " + "[ myo:p " * DEEP + "1" + " ]" * DEEP + " .",
    "brackets that stay open": "muscle:x myo:p " + "[ myo:p " * DEEP,
    "lists": "muscle:x myo:p " + "(" * DEEP + ")" * DEEP + " .",
    "triples": "<<" * DEEP,
    "a string": 'muscle:x myo:p """' + "a" * 3_000_000 + '""" .',
    "a string that stays open": 'muscle:x myo:p """' + "a" * 3_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_it_is_read(bomb: str) -> None:
    started = time.process_time()
    with pytest.raises(MalformedTurtleError, match=r"bomb\.ttl, line 1: .* more than ") as caught:
        parse_turtle(BOMBS[bomb], "bomb.ttl")
    assert time.process_time() - started < 2
    assert len(str(caught.value)) < 500


def test_brackets_in_strings_and_comments_are_none() -> None:
    text = "(" * 200
    facts(f'muscle:x myo:note "{text}" , """{text}"{text}""" . # {text}\n')
    facts("muscle:x myo:note '''" + text + "\\'''' .")
    facts("muscle:x myo:note 1 . " * 300)


@pytest.mark.parametrize(
    "turtle",
    [
        # Facts that hang on one another in a ring.
        "muscle:x myo:hasAction _:a . _:a myo:key 'a' ; myo:hasAction _:a .",
        "muscle:x myo:hasAction _:a . _:a myo:key 'a' ; myo:hasAction _:b . "
        "_:b myo:key 'b' ; myo:hasAction _:a .",
        # A name that doubles with each step, and one whose making never ends.
        "muscle:x myo:hasAction [ myo:ofMovement _:a0 ] . "
        + "".join(f"_:a{n} myo:p _:a{n + 1} ; myo:q _:a{n + 1} . " for n in range(40)),
        "muscle:x myo:hasAction [ myo:ofMovement _:a0 ] . "
        + "".join(f"_:a{n} myo:p _:a{n + 1} . " for n in range(5000)),
    ],
    ids=["a ring", "a ring of two", "doubling", "a chain"],
)
def test_facts_that_hang_on_themselves_are_refused(turtle: str) -> None:
    started = time.process_time()
    with pytest.raises(UnnamedNodeError) as caught:
        facts(turtle)
    assert time.process_time() - started < 2
    assert len(str(caught.value)) < 2_000


def test_a_message_shows_a_long_line_only_in_part(tmp_path: Path) -> None:
    path = tmp_path / "long.ttl"
    path.write_text("muscle:x myo:p " + "1 , " * 50_000 + "nope:y .", "utf-8")
    with pytest.raises(MyographError) as caught:
        read_own(path, sources())
    assert "nope:y" in caught.value.message
    assert len(caught.value.message) < 600
