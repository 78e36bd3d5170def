"""`/dump/…`: the whole graph or one of its named graphs in a file, written once and kept.

A graph above the setting `disk_above` is not: its lines are handed on as they are read.
"""

import os
import threading
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import pyoxigraph as ox
from flask import Blueprint, Response

from myograph.build import Built, load
from myograph.disk import StoredQuads
from myograph.errors import AnswerTooLargeError, NoSuchPageError, NotBuiltError
from myograph.export import KINDS, export_part
from myograph.selection import WHOLE, named_graph, unknown_graph, whole
from myograph.terms import GRAPH
from myograph_server.facts import sliced
from myograph_server.signposts import dump_links
from myograph_server.site import Site, site

blueprint = Blueprint("dumps", __name__)
FORMATS = {kind.ending: name for name, kind in KINDS.items()}
_PIECE = 1_000_000  # bytes that are read at once
# Two who ask at once wait for one writing.
_WRITING = threading.Lock()


@blueprint.get("/dump/<path:file>")
def dump(file: str) -> Response:
    """Give the whole graph, or one named graph: `/dump/anatomy.ttl`."""
    ending = next((e for e in FORMATS if file.endswith(f".{e}")), "")
    if not ending:
        raise NoSuchPageError(
            f"There is no dump '{file}'.",
            f"Take one of: {', '.join(f'{WHOLE}.{e}' for e in FORMATS)}, or a named graph such "
            "as anatomy.ttl.",
        )
    kind = KINDS[FORMATS[ending]]
    name = file.removesuffix(f".{ending}")
    media = f"{kind.media}; charset=utf-8" if kind.media.startswith("text/") else kind.media
    shared = site()
    if _count(shared, name) > shared.number("disk_above"):
        # Opened now: it may be gone by its name when the first piece is wanted.
        graph = _stored(shared, name, ending).open("rb")
        response = Response(_pieces(graph, name, ending == "nt"), content_type=media)
        response.call_on_close(graph.close)
        # Else Werkzeug would put the pieces together to count them.
        response.implicit_sequence_conversion = False
        response.set_etag(f"{shared.version.fingerprint}.{_flat(file)}")
    else:
        response = Response(_written(shared, name, ending), content_type=media)
    response.headers["Link"] = dump_links(kind.media)
    if kind.files:
        response.headers["Content-Disposition"] = f'attachment; filename="{_flat(file)}"'
    return response


def _flat(name: str) -> str:
    return name.replace("/", "-")


def _count(shared: Site, name: str) -> int:
    """Return how many triples a dump has.

    Raises:
        UnknownGraphError: there is no such named graph.
    """
    if name == WHOLE:
        return shared.version.triples
    known = {iri.removeprefix(GRAPH): count for iri, count in shared.version.graphs.items()}
    if name not in known:
        raise unknown_graph(name, known)
    return known[name]


def _stored(shared: Site, name: str, ending: str) -> Path:
    """Return the file whose lines make a large dump.

    Raises:
        AnswerTooLargeError: there is none, or they do not.
    """
    stored = shared.engine.stored
    if stored is None or ending not in ("nt", "nq"):
        raise AnswerTooLargeError(
            f"{name} has {_count(shared, name):,} triples, too many for {ending}"
            f"{'' if stored else ' from a store elsewhere'}.",
            f"Take /dump/{name}.nt or /dump/{name}.nq, which are handed on line by line."
            if stored
            else "Take them from that store.",
        )
    return stored


def _pieces(file: IO[bytes], name: str, triples: bool) -> Iterator[bytes]:
    # Every line of ours ends with its graph; the comment behind them does not.
    end = b"> .\n" if name == WHOLE else f"<{GRAPH}{name}> .\n".encode()
    with file:
        while lines := file.readlines(_PIECE):
            found = [line for line in lines if line.endswith(end) and not line.startswith(b"#")]
            if triples:
                found = [line[: line.rindex(b" <")] + b" .\n" for line in found]
            if found:
                yield b"".join(found)


def _written(shared: Site, name: str, ending: str) -> bytes:
    """Return a dump, from the file where it has been written before.

    Raises:
        MissingPackageError: what writes it is not installed.
    """
    folder = shared.sources.build_folder / "dump"
    path = folder / f"{shared.version.fingerprint}.{_flat(name)}.{ending}"
    with suppress(OSError):
        return path.read_bytes()
    with _WRITING:
        with suppress(OSError):
            return path.read_bytes()
        built = _whole(shared)
        part = whole(built) if name == WHOLE else named_graph(built, name)
        data = export_part(part, FORMATS[ending], shared.sources)
        # A folder that cannot be written to costs time, not the answer.
        with suppress(OSError):
            _keep(data, path, f"*.{_flat(name)}.{ending}")
    return data


def _keep(data: bytes, path: Path, others: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(others):
        old.unlink(missing_ok=True)
    # A name of its own: another server of this checkout may write the same dump now.
    part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    part.write_bytes(data)
    part.replace(path)


def _whole(shared: Site) -> Built:
    """Return the graph that is served: from its file, where it was built here, else by asking.

    The file has the literals as they were written; a store may have `1.5` for `1.50`.
    """
    if stored := shared.engine.stored:
        quads: Collection[ox.Quad] = StoredQuads(stored, shared.version.triples)
        return Built(quads, ox.Store(), [], {}, shared.version.fingerprint)
    with suppress(NotBuiltError):
        built = load(shared.sources)
        if built.fingerprint == shared.version.fingerprint:
            return built
    quads = [
        ox.Quad(subject, predicate, value, ox.NamedNode(iri))
        for iri in shared.version.graphs
        for subject, predicate, value in sliced(
            shared.rows, "?s ?p ?o", f"GRAPH <{iri}> {{ ?s ?p ?o }}", "?s"
        )
        if isinstance(subject, ox.NamedNode | ox.BlankNode)
        and isinstance(predicate, ox.NamedNode)
        and value is not None
    ]
    return Built(quads, ox.Store(), [], {}, shared.version.fingerprint)
