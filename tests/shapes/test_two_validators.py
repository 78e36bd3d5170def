"""pyshacl and pyshacl-turbo, two implementations of SHACL, agree result by result."""

import pyshacl_turbo
import pytest
from rdflib import RDF, BNode, Graph

from myograph.build import own_quads
from myograph.check import load_shapes, seen_by, to_rdflib
from tests.helpers import real_graph, sources
from tests.shapes.example_files import SH, as_built, good_files
from tests.shapes.test_shapes import CASES, shapes, validate


def results(report: Graph) -> list[tuple[str, ...]]:
    """Each result in the terms in which two validators can be compared, in order."""
    told = (SH.focusNode, SH.resultPath, SH.value, SH.sourceShape, SH.sourceConstraintComponent)
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        values = [report.value(result, name) for name in (*told, SH.resultSeverity)]
        # A path of several properties is a blank node, and each validator has its own.
        found.append(tuple("" if isinstance(v, BNode) or v is None else v.n3() for v in values))
    return sorted(found)


def test_another_validator_agrees_result_by_result() -> None:
    """A second implementation of SHACL reports the same of each example as the first."""
    for path in good_files():
        data = as_built(path.read_text("utf-8"))
        assert pyshacl_turbo.validate(data, shacl_graph=shapes())[0], path
    compared = 0
    for case in CASES:
        data, against = as_built(case.turtle), shapes(case.folder)
        _, ours = validate(data, against)
        conforms, theirs, _ = pyshacl_turbo.validate(data, shacl_graph=against)
        assert not conforms, case.name
        assert isinstance(theirs, Graph)
        assert results(theirs) == results(ours), case.name
        compared += len(results(ours))
    assert compared > len(CASES)


@pytest.mark.slow
def test_two_validators_agree_on_the_whole_graph_and_on_what_is_planted_in_it() -> None:
    """Of the graph as it is they find the same; with every bad example in it, each fault."""
    against = load_shapes(sources().shapes)
    data = to_rdflib(seen_by(against, own_quads(real_graph())))
    found = compare(data, against)
    assert found == []
    for case in CASES:
        data += as_built(case.turtle)
    found = compare(data, against)
    assert len(found) > len(CASES)
    # What one example lacks another may have, now that they are all together: of most shapes alone.
    planted = {case.shape.n3() for case in CASES}
    seen = {result[3] for result in found} & planted
    assert len(seen) > 0.8 * len(planted)


def compare(data: Graph, against: Graph) -> list[tuple[str, ...]]:
    """What both validators find in a graph, which has to be the same."""
    _, ours = validate(data, against)
    _, theirs, _ = pyshacl_turbo.validate(data, shacl_graph=against, inference="none")
    assert isinstance(theirs, Graph)
    assert results(theirs) == results(ours)
    return results(ours)
