"""A check in parts, on several processors, finds what a check in one finds."""

import os
from functools import partial

import pytest
import rdflib

from myograph.check import (
    Report,
    joined,
    seen_by,
    shapes_in_parts,
    side_by_side,
    to_rdflib,
    validate_shapes,
)
from myograph.read import parse_turtle

PREFIXES = {
    "sh": "http://www.w3.org/ns/shacl#",
    "": "http://e/",
    "s": "http://e/shape/",
}
SHAPES = """
s:a a sh:NodeShape ; sh:targetClass :A ; sh:property s:named .
s:b a sh:NodeShape ; sh:targetSubjectsOf :likes ; sh:property s:named , s:once .
s:c a sh:NodeShape ; sh:targetObjectsOf :likes ; sh:node s:a .
s:d a sh:NodeShape ; sh:targetNode :x ; sh:property s:once .
s:named a sh:PropertyShape ; sh:path :name ; sh:minCount 1 ; sh:message "Give it a name." .
s:once a sh:PropertyShape ; sh:path :likes ; sh:maxCount 1 ; sh:message "Keep one." .
"""
DATA = ":x a :A ; :likes :y , :z . :y a :A ; :name 'y' . :z :likes :x ; :name 'z' ."


def graph(turtle: str) -> rdflib.Graph:
    return to_rdflib(parse_turtle(turtle, "test", PREFIXES))


def found(report: Report) -> list[tuple[str, str, str]]:
    return sorted((f.focus, f.shape, f.message) for f in report.findings)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_parts_together_find_what_the_whole_finds(count: int) -> None:
    data, shapes = graph(DATA), graph(SHAPES)
    parts = shapes_in_parts(data, shapes, count)
    assert len(parts) == count
    reports = side_by_side([partial(validate_shapes, data, part) for part in parts])
    whole = validate_shapes(data, shapes)
    assert len(whole.findings) > 3
    assert found(joined(reports)) == found(whole)
    assert joined(reports).conforms is whole.conforms is False


def test_the_costly_shapes_go_to_different_parts() -> None:
    data = graph(" ".join(f":n{i} a :A ; :likes :m{i} ; :name '{i}' ." for i in range(50)))
    first, second = shapes_in_parts(data, graph(SHAPES), 2)
    aims = [set(part.objects(None, rdflib.SH.targetClass)) for part in (first, second)]
    assert sorted(map(len, aims)) == [0, 1]


def test_a_part_that_dies_is_no_part_that_found_nothing() -> None:
    sound = Report(True, [])

    def dies() -> Report:
        os._exit(3)

    report = joined(side_by_side([lambda: sound, dies]))
    assert not report.conforms
    assert "ended with 3" in report.findings[0].message


def test_what_no_shape_names_is_left_out_and_changes_no_finding() -> None:
    quads = parse_turtle(DATA + " :x :weight 3 . :A :note 'n' .", "test", PREFIXES)
    shapes = graph(SHAPES)
    seen = seen_by(shapes, quads)
    assert {quad.predicate.value for quad in quads} - {q.predicate.value for q in seen} == {
        "http://e/weight",
        "http://e/note",
    }
    assert found(validate_shapes(to_rdflib(seen), shapes)) == found(
        validate_shapes(to_rdflib(quads), shapes)
    )


@pytest.mark.parametrize("wide", ["sh:closed true", "sh:select 'SELECT $this {}'", "sh:ask ''"])
def test_a_shape_that_sees_every_property_is_refused(wide: str) -> None:
    with pytest.raises(ValueError, match="can see every property"):
        seen_by(graph(f"s:e a sh:NodeShape ; sh:targetClass :A ; {wide} ."), [])
