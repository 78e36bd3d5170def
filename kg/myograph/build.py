"""From sources to a graph that can be queried: read, derive, describe, write, load.

A build leaves `graph.nq` in the build folder (`myograph.graphfile`): every quad, literals as they
were written, and at its end of which sources it was made, by which engine. Other people's
ontologies that were added to the graph (`myograph.link`) are written after our own. A graph that is
too large for the memory is kept as a store on disk as well (`myograph.disk`).
"""

import gc
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from myograph.derive import derive
from myograph.disk import OnDisk, StoredQuads, hold, keep, not_ours, remove_unread
from myograph.errors import NotBuiltError, StoreError
from myograph.files import Sources
from myograph.graphfile import GRAPH_FILE as GRAPH_FILE
from myograph.graphfile import REPORT_FILE as REPORT_FILE
from myograph.graphfile import name_on_disk, read_report, replace_graph
from myograph.link.external import added, fingerprint_with, is_external, outside
from myograph.metadata import describe
from myograph.portion import portion
from myograph.questions import load_questions
from myograph.read import read_sources
from myograph.rules import Rule, load_rules
from myograph.settings import settings
from myograph.terms import is_derived

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Version:
    """Which graph somebody serves.

    Attributes:
        fingerprint: of the sources and the code that made it, and of the ontologies added to it.
        graphs: how many triples each named graph has, by IRI.
    """

    fingerprint: str
    graphs: dict[str, int]

    @property
    def triples(self) -> int:
        """How many there are in all."""
        return sum(self.graphs.values())

    @property
    def derived(self) -> int:
        """How many of them rules made."""
        return sum(n for iri, n in self.graphs.items() if is_derived(NamedNode(iri)))


@dataclass(frozen=True)
class Ready:
    """A built graph that was not loaded.

    Attributes:
        version: which it is.
        folder: the build folder that it lies in.
        disk: the same, held, where it is kept on disk.
    """

    version: Version
    folder: Path
    disk: OnDisk | None


@dataclass(frozen=True)
class Built:
    """A graph with what was authored and what was derived.

    Attributes:
        quads: every quad; authored literals are as they were written. Of a graph on disk they are
            read anew each time.
        store: the same, ready to be queried; on disk it cannot be added to.
        rules: the rules that were run.
        made: how many triples each rule made.
        fingerprint: of the sources and the code that made it, and of the ontologies added to it.
        disk: where it lies, if it is kept on disk.
    """

    quads: Collection[Quad]
    store: Store
    rules: list[Rule]
    made: dict[str, int]
    fingerprint: str
    disk: OnDisk | None = None

    @property
    def version(self) -> Version:
        """Which graph it is."""
        names = (q.graph_name.value for q in self.quads if isinstance(q.graph_name, NamedNode))
        return Version(self.fingerprint, dict(sorted(Counter(names).items())))


def build(
    sources: Sources,
    extra: list[Quad] | None = None,
    progress: Progress | None = None,
    *,
    whole: bool = True,
) -> Built:
    """Read the sources and derive what follows; nothing is checked and nothing is written.

    Args:
        sources: where to read from.
        extra: further authored quads, such as a person's own file.
        progress: is told each step.
        whole: whether all our facts are wanted, or those that the further ones can touch.

    Raises:
        MyographError: a source file or a rule is not right; the message names it.
    """
    tell = progress or (lambda _: None)
    tell("read")
    # Before they are read: who changes one meanwhile gets a graph that counts as older.
    fingerprint = sources.fingerprint
    with _no_collection():
        ours, own = read_sources(sources), extra or []
        authored = (ours if whole else portion(ours, own)) + own
        rules = load_rules(sources.rules)
        store = Store()
        store.extend(authored)
        made = derive(store, rules, lambda step: tell(f"derive {step}"))
        derived = [quad for quad in store if is_derived(quad.graph_name)]
        questions = load_questions(sources.queries)
        description = describe(authored + derived, questions, sources)
        store.extend(description)
        derived.sort(key=str)
    return Built(authored + derived + description, store, rules, made, fingerprint)


def write(
    built: Built, folder: Path, fingerprint: str | None = None, most: int | None = None
) -> OnDisk | None:
    """Write a built graph into a folder, which is made if need be, and what was added to it.

    Args:
        built: the graph; other people's ontologies in it are replaced by those of the folder.
        folder: the build folder.
        fingerprint: of the sources alone, where the graph was loaded together with what was added.
        most: triples above which it is kept on disk as well; by the setting if not given.

    The new graph takes the place of the old when it is whole; until then, and if anything goes
    wrong, the old one is there.

    Returns:
        The graph on disk, held, if it is kept there.

    Raises:
        BuildFolderError: the folder cannot be written to, or is full; the graph is as it was.
        StoreError: there is no room for the graph on disk.
    """
    own = own_quads(built)
    about = {
        "fingerprint": fingerprint or built.fingerprint,
        "engine": pyoxigraph.__version__,
        "made": built.made,
    }
    replace_graph(chain(own, outside(own, folder)), folder, about)
    held = on_disk(folder, most)
    remove_old(folder)
    return held


def own_quads(built: Built) -> list[Quad]:
    """Return the quads of a graph without other people's ontologies."""
    return [quad for quad in built.quads if not is_external(quad.graph_name)]


def load(sources: Sources, folder: Path | None = None, most: int | None = None) -> Built:
    """Load the graph that was built from these sources, or the one of another build folder.

    Args:
        sources: of the graph.
        folder: of a graph that may have been built from others.
        most: triples above which it is not loaded but opened on disk; by the setting if not given.

    Raises:
        NotBuiltError: there is none, or the sources have changed since.
        StoreError: the other folder has none, or the store on disk cannot be opened.
    """
    where = folder or sources.build_folder
    report = _of_folder(where) if folder else _of_sources(sources)
    rules, whole = load_rules(sources.rules), fingerprint_with(report["fingerprint"], where)
    if held := on_disk(where, most):
        quads = StoredQuads(held.graph, report["triples"])
        return Built(quads, held.open(), rules, report["made"], whole, held)
    with _no_collection():
        # Lenient: the IRIs were checked when they were read.
        listed = list(parse(path=where / GRAPH_FILE, format=RdfFormat.N_QUADS, lenient=True))
        if _report(where) != report:
            raise NotBuiltError("Another graph took its place meanwhile.", "Try again.")
        store = Store()
        store.bulk_extend(listed)
    return Built(listed, store, rules, report["made"], whole)


def ready(sources: Sources, folder: Path | None = None, most: int | None = None) -> Ready:
    """Return the graph that `load` would load.

    Raises:
        NotBuiltError, StoreError: as `load`.
    """
    where = folder or sources.build_folder
    report = _of_folder(where) if folder else _of_sources(sources)
    held = on_disk(where, most)
    if held:
        report = _report(where)
    whole = fingerprint_with(report["fingerprint"], where)
    return Ready(Version(whole, report["graphs"]), where, held)


def is_there(found: Ready) -> bool:
    """Return whether a graph is still the one of its folder, or is held on disk."""
    if found.disk:
        return True
    told = fingerprint_with(_report(found.folder)["fingerprint"], found.folder)
    return told == found.version.fingerprint


def on_disk(folder: Path, most: int | None = None) -> OnDisk | None:
    """Return the graph of a build folder as it lies on disk, held; put there if need be.

    Args:
        folder: the build folder.
        most: the triples that a graph may have to be kept in memory alone, in which case there
            is none; by the setting if not given.

    Raises:
        StoreError: there is no room for it.
    """
    if most is None:
        most = int(settings()["disk_above"])
    while True:
        report = _report(folder)
        if report["triples"] <= most:
            return None
        if held := hold(folder, report.get("disk")):
            return held
        held = keep(folder / GRAPH_FILE, folder, report["fingerprint"])
        # Somebody may have put another graph there meanwhile, or this one on disk as well.
        if _report(folder) == report:
            name_on_disk(folder, held.name)
            return held
        held.release()
        remove_old(folder)


def remove_old(folder: Path) -> None:
    """Remove from a build folder the versions on disk that nobody reads, save the newest."""
    remove_unread(folder, _report(folder).get("disk"))


def _report(folder: Path) -> dict[str, Any]:
    """Return what a build said of itself.

    Raises:
        NotBuiltError: there is none, or it was not finished.
    """
    found = read_report(folder)
    if found is None:
        raise NotBuiltError("The graph has not been built yet.", "Run: myograph build.")
    return found


def _of_sources(sources: Sources) -> dict[str, Any]:
    report, repair = _report(sources.build_folder), "Run: myograph build."
    if report.get("fingerprint") != sources.fingerprint:
        raise NotBuiltError("The built graph is older than its sources.", repair)
    if report.get("engine") != pyoxigraph.__version__:
        raise NotBuiltError("The built graph was derived by another engine.", repair)
    return report


def _of_folder(folder: Path) -> dict[str, Any]:
    """Return the report of a folder that somebody named."""
    if not folder.is_dir():
        raise StoreError(f"There is no folder {folder}.", "Give --store a folder that is there.")
    try:
        report = _report(folder)
        made_by = report["engine"]
        complete = {"fingerprint", "triples", "made"} <= report.keys()
    except (NotBuiltError, LookupError, TypeError):
        raise not_ours(folder) from None
    if made_by != pyoxigraph.__version__ or not complete:
        raise StoreError(
            f"The graph in {folder} was made by engine {made_by}, and this is "
            f"{pyoxigraph.__version__}.",
            "Build it again with this version of Myograph.",
        )
    return report


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let Python not look for cycles meanwhile: among a million quads there are none to find."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def load_or_build(
    sources: Sources, progress: Progress | None = None, most: int | None = None
) -> Built:
    """Load the built graph, or build and write it where there is none that is up to date.

    Args:
        sources: of the graph.
        progress: is told each step of a build.
        most: see `load`.

    Raises:
        MyographError: a source file or a rule is not right; the message names it.
    """
    try:
        return load(sources, most=most)
    except NotBuiltError:
        built = build(sources, progress=progress)
        held = write(built, sources.build_folder, most=most)
        return load(sources, most=most) if held or added(sources.build_folder) else built


def ready_or_build(
    sources: Sources, progress: Progress | None = None, most: int | None = None
) -> Ready:
    """Return the graph that `load_or_build` would load, built and written if need be.

    Raises:
        MyographError: a source file or a rule is not right; the message names it.
    """
    try:
        return ready(sources, most=most)
    except NotBuiltError:
        held = write(build(sources, progress=progress), sources.build_folder, most=most)
        if held:
            held.release()
        return ready(sources, most=most)
