"""Myograph from Python: what the library gives, and that it says what the commands say."""

import inspect
import json
import pydoc
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import RDFS

import myograph
from myograph.build import write
from myograph.cli import main
from myograph.errors import (
    InputFileError,
    MalformedTurtleError,
    MissingPackageError,
    NotInGraphError,
    OutputFileError,
    PictureError,
    QueryError,
    QuestionError,
    ReadOnlyError,
    StoreError,
    UnknownNameError,
)
from myograph.library import Graph
from myograph.library.answer import Answer, value_of
from myograph.library.owl import load_owl
from myograph.library.parts import neighbourhood
from myograph.query import Rows
from myograph.questions import load_questions
from myograph.terms import BASE, XSD
from tests.helpers import iri, ontology, real_graph, sources

pytestmark = pytest.mark.usefixtures("own_build_folder")


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph(real_graph(), sources())


def test_importing_it_loads_no_engine() -> None:
    seen = "import sys, myograph; print(myograph.__version__, 'rdflib' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [myograph.__version__, "False"]
    assert {"open", "Graph", "MyographError"} <= set(dir(myograph))
    assert issubclass(QuestionError, myograph.MyographError)
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        _ = myograph.opne  # type: ignore[attr-defined]


def test_it_opens_what_is_built() -> None:
    opened = myograph.open()
    assert len(opened.store) == len(real_graph().store)
    assert f"{len(opened.built.quads):,}" in repr(opened)


def test_it_opens_the_graph_of_a_folder(tmp_path: Path) -> None:
    folder, soleus = tmp_path / "other", iri("muscle:soleus")
    few = [quad for quad in real_graph().quads if quad.subject == soleus]
    write(replace(real_graph(), quads=few), folder)
    assert len(myograph.open(folder).built.quads) == len(few)
    assert myograph.open(str(folder)).query("ASK { muscle:soleus a myo:Muscle }") is True
    for wrong in (tmp_path / "nothing", "https://example.org/sparql"):
        with pytest.raises(StoreError):
            myograph.open(wrong)


# --- questions -----------------------------------------------------------------------------------


def test_a_question_gives_the_rows_of_the_command(
    graph: Graph, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = graph.ask.exercises_for_muscle(muscle="Musculus soleus")
    assert main(["ask", "exercises-for-muscle", "--muscle", "soleus", "--format", "json"]) == 0
    bindings = json.loads(capsys.readouterr().out)["results"]["bindings"]
    assert [row.exercise for row in answer] == [b["exercise"]["value"] for b in bindings]
    assert [row.role for row in answer] == [b["role"]["value"] for b in bindings]
    assert "seated calf raise" in {row.exerciseLabel for row in answer}


def test_a_value_may_be_an_iri_of_another_answer_and_several(graph: Graph) -> None:
    found = graph.find("squat")[0]
    rows = graph.ask.compare_exercises(exercise=[found.iri, "leg press"])
    assert rows[:2].to_dicts() == rows.to_dicts()[:2]
    assert rows.columns == graph.ask["compare-exercises"]().columns
    assert rows.to_dicts() != graph.ask.compare_exercises().to_dicts()


def test_help_shows_the_question_and_its_parameters(graph: Graph) -> None:
    assert set(dir(graph.ask)) == {
        q.name.replace("-", "_") for q in load_questions(sources().queries)
    }
    function = graph.ask.exercises_for_muscle
    told = pydoc.plain(pydoc.render_doc(function))
    assert "Which exercises train {muscle}" in told
    assert "muscle: a name or IRI of a MuscularStructure. Left out, it is soleus." in told
    assert list(inspect.signature(function).parameters)[:2] == ["muscle", "equipment"]
    assert "exercises_for_muscle: Which exercises" in repr(graph.ask)


def test_what_concerns_an_injury_says_what_it_is_not(graph: Graph) -> None:
    assert "not medical advice" in repr(graph.ask.when_to_seek_help()[:1])
    assert "not medical advice" in graph.ask.when_to_seek_help()._repr_html_()
    assert "not medical advice" not in repr(graph.ask.joints_crossed())


def test_a_wrong_question_parameter_or_name_says_what_was_meant(graph: Graph) -> None:
    with pytest.raises(QuestionError, match="exercises_for_muscle"):
        _ = graph.ask.excercises_for_muscle
    with pytest.raises(QuestionError, match="Did you mean muscle"):
        graph.ask.exercises_for_muscle(mussle="soleus")
    with pytest.raises(UnknownNameError, match="soleus"):
        graph.ask.exercises_for_muscle(muscle="soleuss")


# --- rows ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (ox.NamedNode(BASE + "muscle/soleus"), BASE + "muscle/soleus"),
        (ox.Literal("soleus", language="en"), "soleus"),
        (ox.Literal(3), 3),
        (ox.Literal("1.50", datatype=ox.NamedNode(XSD + "decimal")), 1.5),
        (ox.Literal(True), True),
        (ox.Literal("2026-11-26", datatype=ox.NamedNode(XSD + "date")), "2026-11-26"),
        (None, None),
    ],
)
def test_values_are_of_pythons_types(term: ox.Literal | None, value: object) -> None:
    assert value_of(term) == value
    assert type(value_of(term)) is type(value)
    assert not isinstance(value_of(term), Decimal)


def test_columns_that_python_keeps_for_itself_are_attributes_too() -> None:
    rows = Rows(("from", "_1", "n"), [(ox.Literal("a"), None, ox.Literal(2))])
    [row] = Answer.of(rows)
    assert (row.from_, row.n1, row.n) == ("a", None, 2)
    assert Answer.of(rows).to_dicts() == [{"from": "a", "_1": None, "n": 2}]


def test_an_answer_becomes_a_data_frame_or_says_what_is_missing(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = graph.query("SELECT ?m (2 AS ?n) WHERE { ?m myo:crosses joint:knee } ORDER BY ?m")
    assert isinstance(answer, Answer)
    frame = answer.to_pandas()
    assert list(frame.columns) == ["m", "n"]
    assert list(frame["m"]) == [row.m for row in answer]
    assert frame["n"].sum() == 2 * len(answer)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingPackageError, match="pip install pandas"):
        answer.to_pandas()


def test_an_answer_is_shown_without_the_iris_that_have_a_label(graph: Graph) -> None:
    answer = graph.ask.exercises_for_muscle()
    first = repr(answer).splitlines()
    assert first[0].startswith("exercise  role")
    assert f"… {len(answer)} rows in all" in first
    assert BASE not in repr(answer)
    html = Answer(("a",), [["<b>"]])._repr_html_()
    assert "<td>&lt;b&gt;</td>" in html


# --- SPARQL, names, reasons ----------------------------------------------------------------------


def test_a_query_gives_rows_a_truth_value_or_triples(graph: Graph) -> None:
    assert graph.query("ASK { muscle:soleus myo:crosses joint:ankle }") is True
    triples = graph.query("DESCRIBE muscle:soleus")
    assert isinstance(triples, list)
    assert {t.subject for t in triples} >= {iri("muscle:soleus")}
    with pytest.raises(QueryError):
        graph.query("SELECT")


def test_find_forgives(graph: Graph) -> None:
    assert graph.find("achiles tendn", limit=1)[0].label == "calcaneal tendon"
    assert graph.find("soleus")[0].kind == "muscle"
    assert graph.show("soleus").title == "soleus"


def test_a_reason_is_that_of_the_command(graph: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    why = graph.explain("soleus crosses ankle")
    assert main(["explain", "soleus", "crosses", "ankle", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == why.to_dict()
    assert why.rule == "crosses"
    assert "and inserts on calcaneus" in why.says
    assert any("page 483" in title for title in why.sources)
    assert "(rule distal-to)" in str(why)
    assert why.premises[0].text in str(why)


def test_of_things_with_one_name_that_is_meant_of_which_it_holds(graph: Graph) -> None:
    # "knee" is the whole joint before it is the one between femur and tibia.
    assert graph.names.find("knee") == iri("joint:knee-complex")
    assert graph.explain("biceps femoris crosses knee").text.endswith("crosses knee joint")
    assert graph.explain("biceps femoris", "crosses", "knee").rule
    with pytest.raises(NotInGraphError):
        graph.explain("soleus crosses hip")
    with pytest.raises(UnknownNameError, match="soleus crosses ankle"):
        graph.explain("nothing of the kind")


# --- checks and pictures -------------------------------------------------------------------------


def test_own_facts_that_cannot_be_read_are_told(graph: Graph, tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    for given in (path, str(path)):
        with pytest.raises(InputFileError):
            graph.check(given)
    with pytest.raises(MalformedTurtleError, match="the text"):
        graph.check("muscle:soleus myo:layer")
    path.write_text("muscle:soleus myo:layer", "utf-8")
    with pytest.raises(MalformedTurtleError, match=r"own\.ttl"):
        graph.check(path)


@pytest.mark.slow
def test_own_facts_are_checked(graph: Graph) -> None:
    report = graph.check("muscle:soleus myo:layer myo:Nonsense .")
    assert not report.conforms
    assert {finding.focus for finding in report.findings} == {BASE + "muscle/soleus"}


def test_a_picture_shows_itself_and_is_kept(graph: Graph, tmp_path: Path) -> None:
    picture = graph.picture("soleus", view="back", theme="dark")
    assert picture._repr_svg_() == str(picture)
    assert "<title>soleus</title>" in picture
    assert repr(picture).startswith("<Picture of")
    picture.save(tmp_path / "it.svg")
    assert (tmp_path / "it.svg").read_text("utf-8") == picture
    with pytest.raises(OutputFileError):
        picture.save(tmp_path / "no" / "it.svg")
    with pytest.raises(PictureError):
        graph.picture("soleus", view="inside")


# --- as rdflib and as OWL objects ----------------------------------------------------------------


def test_a_record_as_an_rdflib_graph_that_cannot_be_changed(graph: Graph) -> None:
    soleus = rdflib.URIRef(BASE + "muscle/soleus")
    part = graph.rdflib("soleus")
    labels = set(map(str, part.objects(soleus, RDFS.label)))
    assert labels == {"soleus"}
    origins = list(part.objects(soleus, rdflib.URIRef(BASE + "ontology/hasOrigin")))
    assert all((origin, None, None) in part for origin in origins)
    assert origins
    assert len(part.query("SELECT * { ?m myo:crosses ?j }")) == 2, "the prefixes are known"
    for change in (part.add, part.remove):
        with pytest.raises(ReadOnlyError):
            change((soleus, RDFS.label, rdflib.Literal("other")))
    copy = part + rdflib.Graph()
    copy.add((soleus, RDFS.label, rdflib.Literal("other")))
    assert len(copy) == len(part) + 1


def test_a_named_graph_as_rdflib(graph: Graph) -> None:
    crosses = graph.rdflib(graph="inferred/crosses")
    found = graph.query(f"SELECT * {{ GRAPH <{BASE}graph/inferred/crosses> {{ ?s ?p ?o }} }}")
    assert isinstance(found, Answer)
    assert len(crosses) == len(found) > 100
    with pytest.raises(UnknownNameError, match="anatomy"):
        graph.rdflib(graph="anatom")


@pytest.mark.slow
def test_the_whole_as_rdflib(graph: Graph) -> None:
    triples = {(q.subject, q.predicate, q.object) for q in graph.built.quads}
    assert len(graph.rdflib()) == len(triples)


def test_a_record_as_an_owl_object(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    quads = [*ontology(), *neighbourhood(graph.store, iri("muscle:soleus"))]
    onto = load_owl(quads, graph.names)
    assert [m.iri for m in onto.soleus.produces] == [BASE + "movement/ankle-plantarflexion"]
    assert onto.soleus in onto.Muscle.instances()
    assert "biceps_femoris" in dir(onto)
    with pytest.raises(UnknownNameError):
        _ = onto.soleuss_of_nobody
    monkeypatch.setitem(sys.modules, "owlready2", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'myograph\[dl\]'"):
        graph.owl()


@pytest.mark.slow
def test_the_whole_as_owl_objects(graph: Graph) -> None:
    onto = graph.owl()
    rows = graph.query("SELECT ?m { ?m a myo:Muscle }")
    assert isinstance(rows, Answer)
    assert {m.iri for m in onto.Muscle.instances()} == {row.m for row in rows}
    assert len(list(onto.ontology.individuals())) > 1000
