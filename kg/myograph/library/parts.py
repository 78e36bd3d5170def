"""Parts of the graph: what is said of one record, and what lies in one named graph."""

import pyoxigraph as ox

from myograph.errors import UnknownNameError
from myograph.terms import GRAPH, LABEL, graph


def named_graph(store: ox.Store, name: str) -> list[ox.Quad]:
    """Return the statements of a named graph.

    Args:
        store: the graph.
        name: such as `anatomy`, with or without our base.

    Raises:
        UnknownNameError: there is none of that name.
    """
    wanted = graph(name.removeprefix(GRAPH))
    found = list(store.quads_for_pattern(None, None, None, wanted))
    if not found:
        known = (g.value for g in store.named_graphs() if isinstance(g, ox.NamedNode))
        names = sorted(g.removeprefix(GRAPH) for g in known)
        plain = [g for g in names if "/" not in g]
        raise UnknownNameError(
            f"There is no named graph '{name}'.",
            f"There are {', '.join(plain)}, and inferred/… for each rule.",
        )
    return found


def neighbourhood(store: ox.Store, iri: ox.NamedNode) -> list[ox.Quad]:
    """Return what is said of a record and its reified facts, and the labels of what they name."""
    found: dict[ox.Quad, None] = {}
    waiting: list[ox.NamedNode | ox.BlankNode] = [iri]
    told = set(waiting)
    while waiting:
        for quad in store.quads_for_pattern(waiting.pop(), None, None, None):
            found[quad] = None
            value = quad.object
            if not isinstance(value, ox.NamedNode | ox.BlankNode) or value in told:
                continue
            told.add(value)
            if isinstance(value, ox.BlankNode) or value.value.startswith(f"{iri.value}/"):
                waiting.append(value)
            else:
                found |= dict.fromkeys(store.quads_for_pattern(value, LABEL, None, None))
    return list(found)
