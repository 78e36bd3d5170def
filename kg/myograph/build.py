"""From sources to a graph that can be queried: read, derive, describe, write, load.

What a build leaves in the build folder is `graph.nq`, every quad with literals as they were
written, and `build.json`, which says of which sources it was made, by which engine. Other people's
ontologies that were added to the graph (`myograph.link`) are written after our own.
"""

import gc
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse, serialize

from myograph.derive import derive
from myograph.errors import NotBuiltError
from myograph.files import Sources
from myograph.link.external import added, fingerprint_with, is_external, outside
from myograph.metadata import describe
from myograph.portion import portion
from myograph.questions import load_questions
from myograph.read import read_sources
from myograph.rules import Rule, load_rules
from myograph.terms import is_derived

Progress = Callable[[str], None]
GRAPH_FILE = "graph.nq"
REPORT_FILE = "build.json"


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
    return Built(authored + derived + description, store, rules, made, sources.fingerprint)


def write(built: Built, folder: Path, fingerprint: str | None = None) -> None:
    """Write a built graph into a folder, which is made if need be, and what was added to it.

    Args:
        built: the graph; other people's ontologies in it are replaced by those of the folder.
        folder: the build folder.
        fingerprint: of the sources alone, where the graph was loaded together with what was added.

    Each file takes its place when it is whole, so that whoever reads at that moment, or writes
    the same graph, is not disturbed.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()

    def counted() -> Iterator[Quad]:
        own = own_quads(built)
        for quads in (own, outside(own, folder)):
            for quad in quads:
                if isinstance(quad.graph_name, NamedNode):
                    counts[quad.graph_name.value] += 1
                yield quad

    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as new:
        graph, about = Path(new) / GRAPH_FILE, Path(new) / REPORT_FILE
        serialize(counted(), graph, RdfFormat.N_QUADS)
        report = {
            "fingerprint": fingerprint or built.fingerprint,
            "engine": pyoxigraph.__version__,
            "triples": counts.total(),
            "graphs": dict(sorted(counts.items())),
            "made": built.made,
        }
        about.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
        # The report goes last: without it the graph does not count as built.
        (folder / REPORT_FILE).unlink(missing_ok=True)
        graph.replace(folder / GRAPH_FILE)
        about.replace(folder / REPORT_FILE)


def own_quads(built: Built) -> list[Quad]:
    """Return the quads of a graph without other people's ontologies."""
    return [quad for quad in built.quads if not is_external(quad.graph_name)]


def load(sources: Sources) -> Built:
    """Load the graph that was built from these sources.

    Raises:
        NotBuiltError: there is none, or the sources have changed since.
    """
    folder = sources.build_folder
    repair = "Run: myograph build."
    try:
        report = json.loads((folder / REPORT_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        raise NotBuiltError("The graph has not been built yet.", repair) from None
    if report.get("fingerprint") != sources.fingerprint:
        raise NotBuiltError("The built graph is older than its sources.", repair)
    if report.get("engine") != pyoxigraph.__version__:
        raise NotBuiltError("The built graph was derived by another engine.", repair)
    with _no_collection():
        # Lenient: the IRIs were checked when they were read.
        found = parse(path=folder / GRAPH_FILE, format=RdfFormat.N_QUADS, lenient=True)
        quads = list(found)
        store = Store()
        store.bulk_extend(quads)
    whole = fingerprint_with(report["fingerprint"], folder)
    return Built(quads, store, load_rules(sources.rules), report["made"], whole)


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
