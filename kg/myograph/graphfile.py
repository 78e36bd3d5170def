"""The file of a built graph, which is there whole or not at all.

`graph.nq` ends with a comment in which the build says of what sources it made the graph and by
which engine. So one file holds all that is needed to load it, and one `rename` puts another in its
place, https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html: whoever is ended at
whatever moment leaves the graph that was there, or the new one. A file that was cut has no such
end. `build.json` says the same for who looks, and names the version on disk if there is one.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from myograph.errors import BuildFolderError

GRAPH_FILE = "graph.nq"
REPORT_FILE = "build.json"
_LOCK_FILE = ".build-lock"
_NEW = ".new-"
_START = b"\n# build "
_LONGEST = 1_000_000  # bytes; the end of a graph of ours has some 10,000


def replace_graph(quads: Iterable[Quad], folder: Path, about: dict[str, Any]) -> None:
    """Put a graph into a build folder in place of the one that is there.

    One process writes at a time; others wait for it. Of what processes left that were ended while
    they wrote, nothing remains.

    Args:
        quads: of the graph, in order.
        folder: the build folder, which is made if need be.
        about: what the build says of the graph; its triples and graphs are counted here.

    Raises:
        BuildFolderError: the folder cannot be written to, or is full; the graph is as it was.
    """
    with as_error_of(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder), tempfile.TemporaryDirectory(prefix=_NEW, dir=folder) as new:
            graph, report = Path(new) / GRAPH_FILE, Path(new) / REPORT_FILE
            counts: Counter[str] = Counter()
            serialize(_counted(quads, counts), graph, RdfFormat.N_QUADS)
            told = {**about, "triples": counts.total(), "graphs": dict(sorted(counts.items()))}
            with graph.open("ab") as file:
                file.write(_START + json.dumps(told).encode() + b"\n")
                # Else the name may reach the disk before the bytes do.
                file.flush()
                os.fsync(file.fileno())
            report.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
            graph.replace(folder / GRAPH_FILE)
            report.replace(folder / REPORT_FILE)


def name_on_disk(folder: Path, name: str) -> None:
    """Keep in `build.json` which version on disk (`myograph.disk`) is that of the graph.

    Raises:
        BuildFolderError: the folder cannot be written to.
    """
    with as_error_of(folder):
        part = folder / f".{name}.json"
        told = {**(_told(folder) or {}), "disk": name}
        part.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
        part.replace(folder / REPORT_FILE)


def read_report(folder: Path) -> dict[str, Any] | None:
    """Return what a build said of the graph that it left in a folder, or None if there is none.

    Under `disk` is the name of its version on disk, if it has one.
    """
    told = _told(folder)
    try:
        listed: dict[str, Any] = json.loads((folder / REPORT_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return told
    # Another build's, if one was ended between the two files.
    return listed if {**listed, "disk": 0} == {**(told or {}), "disk": 0} else told


def _told(folder: Path) -> dict[str, Any] | None:
    """Return what the end of the graph's file says."""
    try:
        with (folder / GRAPH_FILE).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LONGEST))
            end = file.read()
    except OSError:
        return None
    told = end.rpartition(_START)[2] if _START in end else b""
    if not told.endswith(b"\n"):
        return None
    try:
        found: dict[str, Any] = json.loads(told)
    except ValueError:
        return None
    return found


@contextmanager
def as_error_of(folder: Path) -> Iterator[None]:
    """Tell what goes wrong in a build folder in our own words.

    Raises:
        BuildFolderError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise BuildFolderError(
            f"The graph cannot be written to {folder}: {reason}.",
            "Make room there or make it writable; the graph that was there is as it was.",
        ) from None


def _counted(quads: Iterable[Quad], counts: Counter[str]) -> Iterator[Quad]:
    for quad in quads:
        if isinstance(quad.graph_name, NamedNode):
            counts[quad.graph_name.value] += 1
        yield quad


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let no other process write meanwhile; the lock ends with the process, however that ends."""
    with (folder / _LOCK_FILE).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(f"{_NEW}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
