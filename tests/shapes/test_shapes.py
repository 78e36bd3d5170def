"""Every shape lets its good example pass and reports its bad ones, and no shape is without."""

import re
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, Graph, URIRef
from rdflib.term import Node

from tests.shapes.example_files import (
    REPOSITORY,
    SH,
    SHAPE,
    Bad,
    as_built,
    bad_cases,
    good_files,
)

SHAPE_FILES = sorted((REPOSITORY / "shapes").glob("*.ttl"))
CASES = bad_cases()
# What SHACL lets a shape say besides constraints.
NO_CONSTRAINTS = {
    *("path", "message", "severity", "property", "targetClass", "targetNode", "flags"),
    *("targetSubjectsOf", "targetObjectsOf", "qualifiedValueShape"),
}
# A message says what to do in one of these words.
REPAIR = re.compile(
    r"\b(add|correct|give|keep|make|move|name|nest|remove|rename|say|state|swap|tag|use|write)\b",
    re.IGNORECASE,
)


@cache
def shapes(*names: str) -> Graph:
    graph = Graph(bind_namespaces="none")
    for path in SHAPE_FILES:
        if not names or path.stem in names:
            graph.parse(path)
    return graph


def named_shapes(graph: Graph) -> set[URIRef]:
    """The shapes that a result can name."""
    kinds = (SH.NodeShape, SH.PropertyShape)
    return {s for kind in kinds for s in graph.subjects(RDF.type, kind) if isinstance(s, URIRef)}


def constraints(graph: Graph) -> set[tuple[URIRef, str]]:
    """What each named shape demands: the shape and the name of the constraint."""
    return {
        (shape, f"sh:{name.removeprefix(SH)}")
        for shape in named_shapes(graph)
        for name in map(str, graph.predicates(shape))
        if name.startswith(SH) and name.removeprefix(SH) not in NO_CONSTRAINTS
    }


def component(constraint: str) -> URIRef:
    name = constraint.removeprefix("sh:")
    return SH[f"{name[0].upper()}{name[1:]}ConstraintComponent"]


def validate(data: Graph, against: Graph) -> tuple[bool, Graph]:
    conforms, report, text = pyshacl.validate(data, shacl_graph=against, inference="none")
    assert isinstance(report, Graph), text
    return bool(conforms), report


def reported(report: Graph, property_: URIRef) -> set[Node]:
    return {
        value
        for result in report.subjects(RDF.type, SH.ValidationResult)
        for value in report.objects(result, property_)
    }


@pytest.mark.parametrize("path", good_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_good_example_passes_all_shapes(path: Path) -> None:
    conforms, report = validate(as_built(path.read_text("utf-8")), shapes())
    assert conforms, report.serialize(format="turtle")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_example_is_reported_by_its_shape(case: Bad) -> None:
    conforms, report = validate(as_built(case.turtle), shapes(case.folder))
    assert not conforms
    assert reported(report, SH.sourceShape) == {case.shape, *case.also}
    [*results] = report.subjects(SH.sourceShape, case.shape)
    components = {c for r in results for c in report.objects(r, SH.sourceConstraintComponent)}
    assert component(case.constraint) in components
    for result in results:
        assert report.value(result, SH.focusNode) is not None
        assert REPAIR.search(str(report.value(result, SH.resultMessage)))


def test_every_constraint_has_a_bad_example() -> None:
    assert constraints(shapes()) - {(case.shape, case.constraint) for case in CASES} == set()


def test_no_bad_example_is_for_a_constraint_that_is_gone() -> None:
    assert {(case.shape, case.constraint) for case in CASES} - constraints(shapes()) == set()


@pytest.mark.parametrize("path", SHAPE_FILES, ids=lambda path: path.stem)
def test_every_shape_has_a_good_example(path: Path) -> None:
    """Each shape is put to the test by a good example of its file: something is its target."""
    graph = shapes(path.stem)
    examples = [as_built(p.read_text("utf-8")) for p in good_files() if p.parent.name == path.stem]
    assert examples
    idle = {
        shape
        for shape in named_shapes(graph)
        if (shape, RDF.type, SH.NodeShape) in graph
        and not any(_targets(graph, shape, example) for example in examples)
    }
    # A good graph holds no violation, so nothing can be the target of that shape.
    assert idle - {SHAPE.violation} == set()


def _targets(graph: Graph, shape: URIRef, data: Graph) -> bool:
    return (
        any((None, RDF.type, kind) in data for kind in graph.objects(shape, SH.targetClass))
        or any((n, None, None) in data for n in graph.objects(shape, SH.targetNode))
        or any(
            (None, predicate, None) in data
            for way in (SH.targetSubjectsOf, SH.targetObjectsOf)
            for predicate in graph.objects(shape, way)
        )
    )


@pytest.mark.parametrize("path", SHAPE_FILES, ids=lambda path: path.stem)
def test_shapes_are_well_made(path: Path) -> None:
    """Each shape has an IRI, and each that reports says what is wrong and what to do."""
    graph = shapes(path.stem)
    assert all(s.startswith(SHAPE) for s in named_shapes(graph))
    for shape, _ in constraints(graph):
        [message] = graph.objects(shape, SH.message)
        assert REPAIR.search(str(message)), f"{shape} names no repair: {message}"


def test_shapes_are_shapes_by_the_standard() -> None:
    """The shapes pass the shapes of SHACL for shapes."""
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=shapes(), meta_shacl=True)
    assert conforms, text


def test_a_nested_shape_has_no_target() -> None:
    """Only named shapes report, so only they have a target."""
    graph = shapes()
    ways = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    assert {s for way in ways for s in graph.subjects(way, None)} <= named_shapes(graph)


def test_a_rules_sentence_reaches_the_report() -> None:
    """What a rule derives to be wrong is the value of the result, whole."""
    turtle = """
        @prefix myo: <https://w3id.org/myograph/ontology/> .
        @prefix bone: <https://w3id.org/myograph/bone/> .
        bone:femur myo:violates "bone:femur is wrong. Correct it." ,
            "bone:femur is odd. Correct it." .
    """
    conforms, report = validate(as_built(turtle), shapes("violation"))
    assert not conforms
    told = {str(value) for value in reported(report, SH.value)}
    assert told == {"bone:femur is wrong. Correct it.", "bone:femur is odd. Correct it."}
