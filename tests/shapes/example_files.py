"""Reads the examples beside this file: what a shape lets pass and what it must report.

`examples/world.ttl` is a small sound body. `examples/<shapes file>/good-*.ttl` adds records to it,
and `bad-<shape>.ttl` lists every way to break one shape, as small changes to a good example::

    # expect: shape:action-role
    # base: good-in-posture.ttl
    # ---- sh:minCount
    # replace: myo:role myo:Synergist ;
    # by:

A case is named by the constraint that it breaks. Its Turtle, if any, is added to the base;
`also:` names a shape that cannot help reporting the same. Text of several lines is quoted as
in Python.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rdflib import RDF, RDFS, BNode, Graph, Namespace, URIRef
from rdflib.term import Node

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = Path(__file__).parent / "examples"
MYO = Namespace("https://w3id.org/myograph/ontology/")
SHAPE = Namespace("https://w3id.org/myograph/shapes/")
SH = Namespace("http://www.w3.org/ns/shacl#")
OURS = "https://w3id.org/myograph/"


@dataclass(frozen=True)
class Bad:
    """One way to break one shape."""

    folder: str
    shape: URIRef
    constraint: str
    also: frozenset[URIRef]
    turtle: str

    @property
    def name(self) -> str:
        return f"{self.folder}/{self.shape.removeprefix(SHAPE)} {self.constraint}"


def good_files() -> list[Path]:
    """Every good example of a shape."""
    return sorted(EXAMPLES.glob("*/good-*.ttl"))


def bad_cases() -> list[Bad]:
    """Every case of every bad example of a shape."""
    return [case for path in sorted(EXAMPLES.glob("*/bad-*.ttl")) for case in _cases(path)]


def _cases(path: Path) -> Iterator[Bad]:
    head, *sections = re.split(r"^# ---- ", path.read_text("utf-8"), flags=re.MULTILINE)
    [shape], [base] = header(head, "expect"), header(head, "base")
    prefixes = "\n".join(re.findall(r"^@prefix .*", head, re.MULTILINE))
    for section in sections:
        constraint, _, rest = section.partition("\n")
        turtle = (path.parent / base).read_text("utf-8")
        old, new = header(rest, "replace"), header(rest, "by")
        for before, after in zip(map(_unquoted, old), map(_unquoted, new), strict=True):
            assert before in turtle, f"{path.name}: {base} holds no '{before}' to replace"
            turtle = turtle.replace(before, after)
        also = frozenset(SHAPE[name.removeprefix("shape:")] for name in header(rest, "also"))
        yield Bad(
            path.parent.name,
            SHAPE[shape.removeprefix("shape:")],
            constraint.strip(),
            also,
            f"{prefixes}\n{turtle}\n{rest}",
        )


def _unquoted(text: str) -> str:
    return str(ast.literal_eval(text)) if text.startswith("'") else text


def header(text: str, name: str) -> list[str]:
    """The values of `# name: value` comment lines."""
    return [v.strip() for v in re.findall(rf"^# {name}:(.*)$", text, re.MULTILINE)]


@cache
def ontology() -> Graph:
    """Return the terms, read once."""
    graph = Graph(bind_namespaces="none")
    for path in sorted((REPOSITORY / "ontology").glob("*.ttl")):
        graph.parse(path)
    return graph


@cache
def _world() -> Graph:
    """Return what every example builds on: the small body and the lists of values."""
    graph = Graph(bind_namespaces="none")
    graph.parse(EXAMPLES / "world.ttl")
    terms = ontology()
    closed = {MYO.Professional, MYO.TermSystem}
    for value in _values(terms) | {v for kind in closed for v in terms.subjects(RDF.type, kind)}:
        for kind in terms.objects(value, RDF.type):
            graph.add((value, RDF.type, kind))
    return graph


@cache
def as_built(turtle: str) -> Graph:
    """Read an example as the build leaves it: nested facts have IRIs, and all types are there."""
    graph = Graph(bind_namespaces="none")
    graph.parse(data=turtle, format="turtle")
    terms = ontology()
    segments = dict(terms.subject_objects(MYO.nodeSegment))
    graph = _named(graph + _world(), segments)
    for property_ in segments:
        kind = next(terms.objects(property_, RDFS.range))
        for _, fact in graph.subject_objects(URIRef(str(property_))):
            if isinstance(fact, URIRef) and (fact, RDF.type, None) not in graph:
                graph.add((fact, RDF.type, kind))
    for node, kind in list(graph.subject_objects(RDF.type)):
        for wider in terms.transitive_objects(kind, RDFS.subClassOf):
            if isinstance(wider, URIRef):
                graph.add((node, RDF.type, wider))
    return graph


def _values(terms: Graph) -> set[Node]:
    return {
        individual
        for kind in terms.transitive_subjects(RDFS.subClassOf, MYO.ValuePartition)
        for individual in terms.subjects(RDF.type, kind)
    }


def _named(graph: Graph, segments: dict[Node, Node]) -> Graph:
    """Give nested facts an IRI below their owner's, as the build does."""
    names: dict[Node, Node] = {}

    def name(node: Node, depth: int = 0) -> Node:
        if not isinstance(node, BNode) or depth > 5:
            return node
        if node not in names:
            owners = sorted(graph.subject_predicates(node), key=str)
            owner, property_ = next(((o, p) for o, p in owners if p in segments), (None, None))
            if owner is None or property_ is None:
                return node
            number = len(names)
            names[node] = URIRef(f"{name(owner, depth + 1)}/{segments[property_]}/n{number}")
        return names[node]

    renamed = Graph(bind_namespaces="none")
    for subject, predicate, value in graph:
        renamed.add((name(subject), predicate, name(value)))
    return renamed
