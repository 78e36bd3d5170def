"""Chooses what is handed on: the whole graph, one of its named graphs, or one record."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox
from rapidfuzz import process

from myograph.build import Built
from myograph.canonical import canonical
from myograph.errors import UnknownGraphError
from myograph.sssom import IN_SET
from myograph.terms import GRAPH, LABEL, OWL, graph, is_derived, myo

WHOLE = "myograph"


@dataclass(frozen=True)
class Selection:
    """Statements that are handed on together.

    Attributes:
        quads: the statements, their blank nodes with canonical names.
        name: what a file of them is called, without an ending.
        about: the one record that they are about, or None.
        whole: whether all that the graph says of each record is there.
        mappings: what `graph:mapping` holds about these records, for SSSOM.
    """

    quads: list[ox.Quad]
    name: str
    about: ox.NamedNode | None = None
    whole: bool = False
    mappings: list[ox.Quad] = field(default_factory=list)


def whole(built: Built) -> Selection:
    """Return all that a graph says."""
    quads = canonical(built.quads)
    return Selection(quads, WHOLE, whole=True, mappings=_in_graph(quads, "mapping"))


def named_graph(built: Built, name: str) -> Selection:
    """Return what one named graph says.

    Args:
        built: the graph.
        name: of the named graph, such as `anatomy` or `inferred/crosses`, or its IRI.

    Raises:
        UnknownGraphError: there is no such named graph; the message has near ones.
    """
    short = name.removeprefix("graph:").removeprefix(GRAPH)
    quads = _in_graph(built.quads, short)
    if not quads:
        places = (quad.graph_name for quad in built.quads)
        known = {p.value.removeprefix(GRAPH) for p in places if isinstance(p, ox.NamedNode)}
        raise unknown_graph(name, known)
    found = canonical(quads)
    return Selection(found, short.replace("/", "-"), mappings=_in_graph(found, "mapping"))


def unknown_graph(name: str, known: Iterable[str]) -> UnknownGraphError:
    """Return the error for a name that no named graph has, with those of like names."""
    near = [found for found, *_ in process.extract(name, sorted(known), limit=3)]
    return UnknownGraphError(
        f"There is no named graph '{name}'.", f"Did you mean {', '.join(near)}?"
    )


def _in_graph(quads: Iterable[ox.Quad], name: str) -> list[ox.Quad]:
    return [quad for quad in quads if quad.graph_name == graph(name)]


def entity(built: Built, iri: ox.NamedNode) -> Selection:
    """Return what a graph says of a record, and of what is next to it.

    That is its statements, those of its reified facts and of the blank nodes they reach, the
    authored statements that link to it, and the labels of all that is mentioned.
    """
    start = iri.value + "/"
    blank: dict[object, list[ox.Quad]] = {}
    found: dict[ox.Quad, None] = {}
    for quad in built.quads:
        subject = quad.subject
        if isinstance(subject, ox.BlankNode):
            blank.setdefault(subject, []).append(quad)
        elif (
            isinstance(subject, ox.NamedNode)
            and (subject == iri or subject.value.startswith(start))
        ) or (quad.object == iri and not is_derived(quad.graph_name)):
            found[quad] = None
    waiting = list(found)
    while waiting:
        more = blank.pop(waiting.pop().object, [])
        found |= dict.fromkeys(more)
        waiting += more
    own = {quad.subject for quad in found if str(quad.subject).startswith((f"<{start}", str(iri)))}
    named = {end for quad in found for end in (quad.subject, quad.object)} | {iri}
    labels = [q for q in built.quads if q.predicate == LABEL and q.subject in named]
    quads = canonical(dict.fromkeys([*found, *labels]))
    name = iri.value.rstrip("/").rsplit("/", 1)[-1]
    return Selection(quads, name, about=iri, mappings=_mappings_of(built.quads, own))


def _mappings_of(quads: Iterable[ox.Quad], subjects: Iterable[object]) -> list[ox.Quad]:
    """Return the rows about some records, with the sets that they are in."""
    mapping = _in_graph(quads, "mapping")
    wanted = set(subjects)
    about = ox.NamedNode(OWL + "annotatedSource")
    rows: set[object] = {q.subject for q in mapping if q.predicate == about and q.object in wanted}
    searches = [q for q in mapping if q.predicate == myo("hasTermSearch") and q.subject in wanted]
    rows |= {quad.object for quad in searches}
    rows |= {q.object for q in mapping if q.predicate == IN_SET and q.subject in rows}
    return [quad for quad in mapping if quad.subject in rows] + searches
