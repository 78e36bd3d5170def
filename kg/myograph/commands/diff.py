"""`diff`: what changed between two graphs, record by record."""

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from rich.markup import escape

from myograph.build import load_or_build
from myograph.commands.parser import subcommand
from myograph.console import OUT, Tell, progress
from myograph.diff import Change, Fact, compare
from myograph.errors import InputFileError, VersionError
from myograph.files import Sources, find_sources
from myograph.graphfile import GRAPH_FILE
from myograph.terms import BASE

_VALUE = 120  # characters of a value that are shown


def add_diff(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `diff`."""
    parser = subcommand(
        subparsers, "diff", _diff,
        "Say what changed between two graphs, record by record. Exit code 1 if anything did.",
        "myograph diff HEAD",
    )  # fmt: skip
    what = "a build folder, an N-Quads file of one, or a git revision of this checkout"
    parser.add_argument("before", help=what)
    parser.add_argument("after", nargs="?", help="the same; the graph as it is now if not given")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser


def _diff(args: argparse.Namespace) -> int:
    sources = find_sources()
    with progress("Comparing") as tell, ExitStack() as stack:
        before = stack.enter_context(_opened(args.before, sources, tell))
        after = stack.enter_context(_opened(args.after, sources, tell))
        tell("records")
        try:
            changes = compare(before, after)
        except SyntaxError as error:
            raise InputFileError(
                f"A graph cannot be read: {error}.", "Give what `myograph build` left."
            ) from None
    if args.format == "json":
        OUT.print_json(json.dumps(as_json(changes)))
    else:
        show_changes(changes)
    return 1 if changes else 0


def as_json(changes: list[Change]) -> dict[str, Any]:
    """Return changes as plain values."""
    records = [
        asdict(change)
        | {"derived": {k: {"added": a, "removed": r} for k, (a, r) in change.derived.items()}}
        for change in changes
    ]
    return {"summary": summary(changes), "records": records}


def show_changes(changes: list[Change], most: int | None = None) -> None:
    """Print changes, a block a record; of those that only consequences changed of, how many.

    Args:
        changes: by record, those with authored ones first.
        most: how many records; all if not given.
    """
    OUT.print(escape(summary(changes)))
    own = [change for change in changes if change.authored]
    for change in own[:most]:
        added, removed = change.consequences
        derived = f"  ({added} derived added, {removed} removed)" if added or removed else ""
        name = change.iri.removeprefix(BASE)
        OUT.print(f"[bold]{escape(change.label)}[/] [dim]{escape(name)}[/]{derived}")
        for sign, facts in (("-", change.removed), ("+", change.added), ("~", change.changed)):
            for fact in facts:
                OUT.print(f"  {sign} {escape(told(fact))}")
    if most is not None and len(own) > most:
        OUT.print(f"… and {len(own) - most} more records.")


def told(fact: Fact) -> str:
    """Return a fact in words, on one line."""
    about = f"{fact.subject}: " if fact.subject else ""
    before = f"{_short(fact.before)} → " if fact.before else ""
    return f"{about}{fact.property} {before}{_short(fact.value)}"


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _VALUE else f"{line[:_VALUE]}…"


def summary(changes: list[Change]) -> str:
    """Return in one sentence how much changed."""
    if not changes:
        return "Nothing changed."
    own = [change for change in changes if change.authored]
    new, gone, altered = (
        sum(len(getattr(change, name)) for change in own)
        for name in ("added", "removed", "changed")
    )
    added, removed = (sum(change.consequences[side] for change in changes) for side in (0, 1))
    of = sum(1 for change in changes if any(change.consequences))
    return (
        f"{_count(own, 'record')} changed: {new} facts added, {gone} removed, {altered} changed. "
        f"What follows: {added} derived facts added, {removed} removed, in {of} records."
    )


def _count(found: list[Change], name: str) -> str:
    return f"{len(found)} {name}{'' if len(found) == 1 else 's'}"


@contextmanager
def _opened(name: str | None, sources: Sources, tell: Tell) -> Iterator[BinaryIO]:
    """Open the graph that somebody named.

    Raises:
        InputFileError: there is no such graph.
        VersionError: the revision cannot be built.
    """
    with ExitStack() as stack:
        path = Path(name) if name else sources.build_folder
        if name is None:
            load_or_build(sources, tell)
        elif not path.exists() and is_revision(name, sources):
            path = stack.enter_context(built_from(name, sources, tell))
        if path.is_dir():
            path = path / GRAPH_FILE
        try:
            file = stack.enter_context(path.open("rb"))
        except OSError as error:
            raise InputFileError(
                f"{path} cannot be read: {error.strerror}.",
                "Give a build folder, an N-Quads file or a git revision.",
            ) from None
        yield file


def is_revision(name: str, sources: Sources) -> bool:
    """Return whether a name is a git revision of the checkout that the sources lie in."""
    if not sources.in_checkout or name.startswith("-"):
        return False
    return _git(sources, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").returncode == 0


@contextmanager
def built_from(revision: str, sources: Sources, tell: Tell) -> Iterator[Path]:
    """Build a revision in a folder of its own, by its own code, and yield its build folder.

    Raises:
        VersionError: it cannot be built.
    """
    archive = _git(sources, "archive", revision)
    with tempfile.TemporaryDirectory(prefix="myograph-") as name:
        folder = Path(name)
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
            tar.extractall(folder, filter="data")
        tell(f"build {revision}")
        done = subprocess.run(
            [sys.executable, "-m", "myograph", "build"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder / "kg")])},
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["it said nothing"]
            raise VersionError(
                f"{revision} cannot be built: {lines[0]}",
                "Choose a revision that this environment can build.",
            )
        yield folder / "build"


def _git(sources: Sources, *args: str) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(
            ["git", "-C", str(sources.root), *args], capture_output=True, check=False
        )
    except OSError:
        return subprocess.CompletedProcess(args, 127, b"", b"")
