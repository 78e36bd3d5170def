"""`build` and `check`: from the sources to a graph that one may trust."""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from pyoxigraph import Quad
from rich.markup import escape
from rich.table import Table

from myograph.build import GRAPH_FILE, build, load_or_build, write
from myograph.check import Finding, Report, check
from myograph.commands.diff import show_changes
from myograph.commands.inputs import read_text
from myograph.commands.outputs import tell_of_disk
from myograph.commands.parser import subcommand
from myograph.console import OUT, progress
from myograph.diff import Change, compare
from myograph.files import Sources, find_sources
from myograph.read import own_document
from myograph.terms import BASE

_SHOWN = 60
_CHANGES = 20  # records whose changes a build shows; `diff` shows all


def add_build(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `build`."""
    parser = subcommand(
        subparsers,
        "build",
        _build,
        "Read the sources, derive what follows and write the graph.",
        "myograph build",
    )
    parser.add_argument(
        "--disk-above",
        type=int,
        metavar="N",
        help="triples above which the graph is kept on disk; default: the setting disk_above",
    )
    return parser


def add_check(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `check`."""
    parser = subcommand(
        subparsers,
        "check",
        _check,
        "Hold the graph, or your own Turtle files together with it, against the shapes.",
        "myograph check my-muscles.ttl",
    )
    parser.add_argument("files", nargs="*", type=Path, help="Turtle files of your own")
    return parser


def _build(args: argparse.Namespace) -> int:
    sources = find_sources()
    started = time.perf_counter()
    with progress("Building the graph") as tell:
        built = build(sources, progress=tell)
        tell("write")
        with last_graph(sources.build_folder) as before:
            held = write(built, sources.build_folder, most=args.disk_above)
            changes = changes_since(before, sources.build_folder)
    derived = sum(built.made.values())
    seconds = time.perf_counter() - started
    OUT.print(
        f"Built {len(built.quads):,} triples, {derived:,} of them derived by {len(built.rules)} "
        f"rules, in {seconds:.1f} s."
    )
    tell_of_disk(held)
    if changes is not None:
        OUT.print("Since the last build: ", end="")
        show_changes(changes, _CHANGES)
    return 0


@contextmanager
def last_graph(folder: Path) -> Iterator[BinaryIO | None]:
    """Open the graph of a build folder, which can be read when another has taken its place."""
    try:
        file = (folder / GRAPH_FILE).open("rb")
    except OSError:
        yield None
        return
    with file:
        yield file


def changes_since(before: BinaryIO | None, folder: Path) -> list[Change] | None:
    """Return what changed since a graph, or None if there was none, or none that can be read."""
    if before is None:
        return None
    with (folder / GRAPH_FILE).open("rb") as after:
        try:
            return compare(before, after)
        except SyntaxError:
            return None


def _check(args: argparse.Namespace) -> int:
    sources = find_sources()
    with progress("Checking the graph") as tell:
        if args.files:
            extra = [quad for path in args.files for quad in read_own(path, sources)]
            built = build(sources, extra, tell)
        else:
            built = load_or_build(sources, tell)
        tell("shapes")
        report = check(built, sources)
    show_report(report)
    return 0 if report.conforms else 1


def read_own(path: Path, sources: Sources) -> list[Quad]:
    """Read a person's own Turtle file as if it were one of ours, in a graph of its own.

    Raises:
        InputFileError: the file cannot be read as UTF-8 text.
        MalformedTurtleError, UnnamedNodeError, DuplicateFactError: it is not right.
    """
    return own_document(read_text(path), str(path), sources)


def show_report(report: Report) -> None:
    """Print what a check found: one block a record, the repair in it."""
    violations = [f for f in report.findings if f.severity == "violation"]
    warnings = len(report.findings) - len(violations)
    if report.conforms:
        OUT.print(f"[green]The graph conforms.[/] {warnings} warnings.")
    else:
        OUT.print(f"[red]{len(violations)} violations[/], {warnings} warnings.")
    table = Table(show_header=bool(report.findings), box=None, pad_edge=False)
    table.add_column("record", overflow="fold")
    table.add_column("what is wrong, and the repair", overflow="fold")
    for finding in report.findings[:_SHOWN]:
        table.add_row(escape(_short(finding.focus)), escape(_told(finding)))
    if report.findings:
        OUT.print(table)
    if len(report.findings) > _SHOWN:
        OUT.print(f"… and {len(report.findings) - _SHOWN} more.")


def _told(finding: Finding) -> str:
    where = f" [{_short(finding.path)}]" if finding.path else ""
    value = (
        f" Found: {_short(finding.value)}"
        if finding.value and finding.value not in finding.message
        else ""
    )
    warned = "(warning) " if finding.severity == "warning" else ""
    return f"{warned}{finding.message}{where}{value}"


def _short(iri: str) -> str:
    return iri.removeprefix(BASE)
