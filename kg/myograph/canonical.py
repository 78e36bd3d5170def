"""Gives blank nodes names that depend on nothing but what is said of them.

Parsers name blank nodes at random, so without this two builds of the same sources would not be
exported as the same bytes. The algorithm is RDFC-1.0, https://www.w3.org/TR/rdf-canon/.
"""

from collections.abc import Iterable

import pyoxigraph as ox


def canonical(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Return quads with canonical blank nodes; those that have none are the same objects."""
    named: list[ox.Quad] = []
    blank: list[ox.Quad] = []
    for quad in quads:
        (blank if _has_blank(quad) else named).append(quad)
    if blank:
        # A node's name depends only on the quads that it is in.
        dataset = ox.Dataset(blank)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        named += dataset
    return named


def _has_blank(quad: ox.Quad) -> bool:
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
