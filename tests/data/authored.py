"""Reads the authored files one by one, for the tests that hold them against each other."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from myograph.read import parse_turtle
from myograph.terms import BASE, RDF_TYPE
from tests.helpers import REPOSITORY, sources

NAMES = ("ontology", "shapes", "kg")


def files(ending: str) -> list[Path]:
    found = [path for name in NAMES for path in (REPOSITORY / name).rglob(f"*.{ending}")]
    return sorted(path for path in found if "site-packages" not in path.parts)


def short(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def data() -> dict[str, list[ox.Quad]]:
    """What each Turtle file of facts says, by its name."""
    return {
        short(path): parse_turtle(path.read_text("utf-8"), short(path))
        for path in sorted(sources().data.rglob("*.ttl"))
    }


def stated() -> Iterator[tuple[str, ox.Quad]]:
    for name, quads in data().items():
        for quad in quads:
            yield name, quad


@cache
def records() -> dict[str, str]:
    """The file of every record of ours that is given a type in the facts."""
    return {
        quad.subject.value: name
        for name, quad in stated()
        if quad.predicate == RDF_TYPE and isinstance(quad.subject, ox.NamedNode)
    }


def compact(iri: str) -> str:
    return re.sub(r"^([a-z]+)/", r"\1:", iri.removeprefix(BASE))


def described(predicate: ox.NamedNode) -> dict[str, set[str]]:
    found = defaultdict(set)
    for _, quad in stated():
        if quad.predicate == predicate and isinstance(quad.subject, ox.NamedNode):
            value = quad.object
            assert isinstance(value, (ox.NamedNode, ox.Literal))
            found[quad.subject.value].add(value.value)
    return found
