"""Keeps other people's ontologies in the built graph, each in named graphs of its own.

An ontology that was added lies in `links/<name>.nt` of the build folder, with what is known of it
in `links/<name>.json`. Whenever the graph is written it goes into `graph:external/<name>`, and what
it means for our records into `graph:external/<name>/bridge`, worked out anew. What our own graph
says already is left out there, so that each triple still lies in one graph.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse, serialize

from myograph.errors import OntologyConflictError, OntologyFileError, UnknownOntologyError
from myograph.link.bridge import exact_links, materialise, module
from myograph.link.conflicts import conflicts
from myograph.link.index import Index, index
from myograph.link.reading import OntologyFile
from myograph.reason import reason_dl
from myograph.terms import GRAPH

Progress = Callable[[str], None]
_EXTERNAL = GRAPH + "external/"


@dataclass(frozen=True)
class External:
    """What is known of an ontology that was added.

    Attributes:
        name: by which it is removed.
        iri: of the ontology, as it states it.
        version: as it states it.
        file: the name of the file that it was read from.
        added: the day, such as 2026-11-25.
        triples: how many it has.
        classes: how many it declares.
        linked: how many of its classes a record of ours is the same as.
        missing: the addresses of imports that were not there.
        digest: of what was read.
    """

    name: str
    iri: str
    version: str
    file: str
    added: str
    triples: int
    classes: int
    linked: int
    missing: tuple[str, ...]
    digest: str


def is_external(graph_name: object) -> bool:
    """Return whether what lies in a graph is another's ontology, or follows from one."""
    return isinstance(graph_name, NamedNode) and graph_name.value.startswith(_EXTERNAL)


def prepare(
    path: Path,
    name: str,
    quads: Collection[Quad],
    folder: Path,
    progress: Progress | None = None,
    *,
    dl: bool = False,
) -> External:
    """Read an ontology, hold it against our graph, and keep it for the next writing.

    Nothing is kept unless all went well.

    Args:
        path: the file.
        name: what to call it.
        quads: of our graph, without other ontologies.
        folder: the build folder.
        progress: is told how far the reading has come.
        dl: whether HermiT is to look for contradictions as well.

    Raises:
        OntologyFileError: the file cannot be read, or has no class in it.
        OntologyConflictError: it and our graph cannot both be true.
        ReasonerError: HermiT was asked for and is not there.
    """
    tell = progress or (lambda _: None)
    kept = folder / "links"
    kept.mkdir(parents=True, exist_ok=True)
    part = kept / f"{name}.nt.part"
    source = OntologyFile(path, tell)
    try:
        # Straight to disk: the largest ontology never lies in memory as a whole.
        serialize(source.triples(), part, RdfFormat.N_TRIPLES)
        tell("classes")
        theirs = index(_stored(part))
        _refuse(path, theirs, quads, tell, dl)
        linked = set().union(*exact_links(quads).values()) & theirs.classes
        found = External(
            name, theirs.iri, theirs.version, path.name, date.today().isoformat(), theirs.count,
            len(theirs.classes), len(linked), tuple(source.missing), _digest(part),
        )  # fmt: skip
        _keep(found, part, kept)
    finally:
        part.unlink(missing_ok=True)
    return found


def _keep(found: External, part: Path, kept: Path) -> None:
    known = kept / f"{found.name}.json.part"
    known.write_text(json.dumps(asdict(found), indent=2) + "\n", "utf-8")
    # What is known of it goes last: without that it does not count as added.
    part.replace(kept / f"{found.name}.nt")
    known.replace(kept / f"{found.name}.json")


def _refuse(path: Path, theirs: Index, quads: Collection[Quad], tell: Progress, dl: bool) -> None:
    if not theirs.classes:
        raise OntologyFileError(
            f"{path} declares no class.", "Give the file of an ontology, not of its metadata."
        )
    tell("contradictions")
    found = conflicts(quads, theirs)
    if dl and not found:
        tell("HermiT")
        verdict = reason_dl([*quads, *module(quads, theirs)])
        if not verdict.consistent:
            found = ["HermiT finds them inconsistent"]
        found += [f"HermiT: nothing can be of the class {iri}" for iri in verdict.unsatisfiable]
    if found:
        listed = "".join(f"\n  {one}." for one in found)
        raise OntologyConflictError(
            f"{path.name} and our graph cannot both be true:{listed}",
            "Correct the link in kg/data/mappings, or the ontology; the graph is as it was.",
        )


def added(folder: Path) -> list[External]:
    """Return the ontologies that were added, by name."""
    found = []
    for path in sorted((folder / "links").glob("*.json")):
        fields = json.loads(path.read_text("utf-8"))
        found.append(External(**{**fields, "missing": tuple(fields["missing"])}))
    return found


def remove(name: str, folder: Path) -> External:
    """Forget an ontology; it is gone from the graph at the next writing.

    Raises:
        UnknownOntologyError: none of that name was added.
    """
    known = {one.name: one for one in added(folder)}
    if name not in known:
        names = ", ".join(known) or "none"
        raise UnknownOntologyError(
            f"No ontology called '{name}' was added.", f"There are: {names}."
        )
    for ending in ("json", "nt"):
        (folder / "links" / f"{name}.{ending}").unlink(missing_ok=True)
    return known[name]


def read_index(name: str, folder: Path) -> Index:
    """Return what an ontology that was added says of its classes."""
    return index(_stored(folder / "links" / f"{name}.nt"))


def outside(quads: Collection[Quad], folder: Path) -> Iterator[Quad]:
    """Yield what the added ontologies say and mean, each triple that no graph has yet.

    Args:
        quads: of our graph, without other ontologies.
        folder: the build folder.
    """
    ours = {Triple(quad.subject, quad.predicate, quad.object) for quad in quads}
    seen: set[int] = set()
    for external in added(folder):
        target = NamedNode(_EXTERNAL + external.name)
        for triple in _stored(folder / "links" / f"{external.name}.nt"):
            # Of theirs only the hashes are kept: millions of triples would fill the memory.
            if triple not in ours and hash(triple) not in seen:
                seen.add(hash(triple))
                yield Quad(triple.subject, triple.predicate, triple.object, target)
        target = NamedNode(f"{_EXTERNAL}{external.name}/bridge")
        for triple in sorted(materialise(quads, read_index(external.name, folder)), key=str):
            if triple not in ours and hash(triple) not in seen:
                seen.add(hash(triple))
                yield Quad(triple.subject, triple.predicate, triple.object, target)


def fingerprint_with(own: str, folder: Path) -> str:
    """Return what tells a graph from others: of its sources, and of what was added to it."""
    others = [f"{one.name} {one.digest}" for one in added(folder)]
    return hashlib.sha256("\n".join([own, *others]).encode()).hexdigest()[:16] if others else own


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _stored(path: Path) -> Iterator[Triple]:
    for quad in parse(path=path, format=RdfFormat.N_TRIPLES):
        yield Triple(quad.subject, quad.predicate, quad.object)
