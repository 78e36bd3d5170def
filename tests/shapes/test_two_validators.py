"""pyshacl and pyshacl-turbo, two implementations of SHACL, agree result by result."""

import pyshacl_turbo
import pytest
from rdflib import RDF, BNode, Graph

from myograph.check import load_shapes, seen_by, to_rdflib
from tests.helpers import facts, real_graph, sources
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
    """Of the graph as it is they find the same, and of one with a dozen faults each fault."""
    against = load_shapes(sources().shapes)
    faults = facts("""
        muscle:soleus myo:layer myo:Deep ; rdfs:label "second name"@en .
        muscle:nobody a myo:Muscle . bone:nothing a myo:Bone ; rdfs:label "bone"@de .
        injury:hamstring-strain myo:stagesInAll 7 ; myo:affects movement:knee-flexion .
        redflag:palpable-gap myo:urgency myo:SoonUrgency . landmark:idle a myo:Landmark .
        exercise:squat myo:difficulty myo:Advanced . source:nameless a myo:Source .
    """)
    for planted, least in (([], 0), (faults, 12)):
        data = to_rdflib(seen_by(against, [*real_graph().quads, *planted]))
        _, ours = validate(data, against)
        _, theirs, _ = pyshacl_turbo.validate(data, shacl_graph=against, inference="none")
        assert isinstance(theirs, Graph)
        assert results(theirs) == results(ours)
        assert len(results(ours)) >= least
