"""`/dump/myograph.*`: the whole graph in a file, written once and kept beside the graph."""

import os
import threading
from contextlib import suppress

import pyoxigraph as ox
from flask import Blueprint, Response

from myograph.build import Built, load
from myograph.errors import NoSuchPageError, NotBuiltError
from myograph.export import export
from myograph_server.facts import sliced
from myograph_server.site import Site, site

blueprint = Blueprint("dumps", __name__)
FILES = {
    "ttl": ("turtle", "text/turtle; charset=utf-8"),
    "jsonld": ("jsonld", "application/ld+json"),
    "nt": ("ntriples", "application/n-triples"),
    "nq": ("nquads", "application/n-quads"),
}


@blueprint.get("/dump/myograph.<ending>")
def dump(ending: str) -> Response:
    """Give the whole graph."""
    if ending not in FILES:
        raise NoSuchPageError(
            f"There is no dump 'myograph.{ending}'.",
            f"Take one of: {', '.join(f'myograph.{e}' for e in FILES)}.",
        )
    format_, content_type = FILES[ending]
    return Response(_written(site(), format_, ending), content_type=content_type)


def _written(shared: Site, format_: str, ending: str) -> bytes:
    """Return the dump, from the file where it has been written before."""
    folder = shared.sources.build_folder / "dump"
    path = folder / f"{shared.version.fingerprint}.{ending}"
    with suppress(OSError):
        return path.read_bytes()
    data = export(_whole(shared), format_, shared.sources)
    # A folder that cannot be written to costs time, not the answer.
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob(f"*.{ending}"):
            old.unlink(missing_ok=True)
        # A name of its own: another server of this checkout may write the same dump now.
        part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        part.write_bytes(data)
        part.replace(path)
    return data


def _whole(shared: Site) -> Built:
    """Return the graph that is served: from its file, where it was built here, else by asking.

    The file has the literals as they were written; a store may have `1.5` for `1.50`.
    """
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
