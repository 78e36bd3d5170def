"""From sources to a graph that can be queried: read, derive, describe, write, load.

What a build leaves in the build folder is `graph.nq` (`myograph.graphfile`), every quad with its literals
as they were written, and at its end of which sources it was made, by which engine. Other people's
ontologies that were added to the graph (`myograph.link`) are written after our own.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import Quad, RdfFormat, Store, parse

from myograph.derive import derive
from myograph.errors import NotBuiltError
from myograph.files import Sources
from myograph.graphfile import GRAPH_FILE as GRAPH_FILE
from myograph.graphfile import REPORT_FILE as REPORT_FILE
from myograph.graphfile import read_report, replace_graph
from myograph.link.external import added, fingerprint_with, is_external, outside
from myograph.metadata import describe
from myograph.portion import portion
from myograph.questions import load_questions
from myograph.read import read_sources
from myograph.rules import Rule, load_rules
from myograph.terms import is_derived

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """A graph with what was authored and what was derived.

    Attributes:
        quads: every quad; authored literals are as they were written.
        store: the same, ready to be queried.
        rules: the rules that were run.
        made: how many triples each rule made.
        fingerprint: of the sources and the code that made it, and of the ontologies added to it.
    """

    quads: list[Quad]
    store: Store
    rules: list[Rule]
    made: dict[str, int]
    fingerprint: str


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


def write(built: Built, folder: Path, fingerprint: str | None = None) -> None:
    """Write a built graph into a folder, which is made if need be, and what was added to it.

    Args:
        built: the graph; other people's ontologies in it are replaced by those of the folder.
        folder: the build folder.
        fingerprint: of the sources alone, where the graph was loaded together with what was added.

    The new graph takes the place of the old when it is whole; until then, and if anything goes
    wrong, the old one is there.

    Raises:
        BuildFolderError: the folder cannot be written to.
    """
    own = own_quads(built)
    about = {
        "fingerprint": fingerprint or built.fingerprint,
        "engine": pyoxigraph.__version__,
        "made": built.made,
    }
    replace_graph(chain(own, outside(own, folder)), folder, about)


def own_quads(built: Built) -> list[Quad]:
    """Return the quads of a graph without other people's ontologies."""
    return [quad for quad in built.quads if not is_external(quad.graph_name)]


def load(sources: Sources) -> Built:
    """Load the graph that was built from these sources.

    Raises:
        NotBuiltError: there is none, or the sources have changed since.
    """
    folder = sources.build_folder
    report = _report(sources)
    with _no_collection():
        # Lenient: the IRIs were checked when they were read.
        found = parse(path=folder / GRAPH_FILE, format=RdfFormat.N_QUADS, lenient=True)
        quads = list(found)
        if _report(sources) != report:
            raise NotBuiltError("Another graph took its place meanwhile.", "Run it again.")
        store = Store()
        store.bulk_extend(quads)
    whole = fingerprint_with(report["fingerprint"], folder)
    return Built(quads, store, load_rules(sources.rules), report["made"], whole)


def _report(sources: Sources) -> dict[str, Any]:
    """Return what the build said of the graph, if it was made of these sources as they are."""
    report, repair = read_report(sources.build_folder), "Run: myograph build."
    if report is None:
        raise NotBuiltError("The graph has not been built yet.", repair)
    if report.get("fingerprint") != sources.fingerprint:
        raise NotBuiltError("The built graph is older than its sources.", repair)
    if report.get("engine") != pyoxigraph.__version__:
        raise NotBuiltError("The built graph was derived by another engine.", repair)
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


def load_or_build(sources: Sources, progress: Progress | None = None) -> Built:
    """Load the built graph, or build and write it where there is none that is up to date.

    Raises:
        MyographError: a source file or a rule is not right; the message names it.
    """
    try:
        return load(sources)
    except NotBuiltError:
        built = build(sources, progress=progress)
        write(built, sources.build_folder)
        return load(sources) if added(sources.build_folder) else built
