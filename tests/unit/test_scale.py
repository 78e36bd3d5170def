"""What the benchmark of scale rests on: many bodies as one graph, a written ontology, growth."""

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from benchmarks.bodies import multiply
from benchmarks.foreign import write_obo
from benchmarks.repeated import repeat
from benchmarks.scale import Measured, differing, exponent, less
from myograph.build import GRAPH_FILE, build, write
from myograph.link.index import index
from myograph.link.reading import OntologyFile
from tests.helpers import sources

BASE = "https://w3id.org/myograph/"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
EXACT = "<http://www.w3.org/2004/02/skos/core#exactMatch>"
TERM = "http://purl.obolibrary.org/obo/UBERON_0001389"
ATTACHES = f"<{BASE}ontology/attachesTo>"
ONE = f"""<{BASE}muscle/soleus> {LABEL} "soleus"@en <{BASE}graph/anatomy> .
<{BASE}muscle/soleus/origin/a> {ATTACHES} <{BASE}landmark/a> <{BASE}graph/anatomy> .
<{BASE}muscle/soleus> {EXACT} <{TERM}> <{BASE}graph/mapping> .
<{BASE}root/S1> {LABEL} "S1"@en <{BASE}graph/anatomy> .
<{BASE}ontology/Muscle> {LABEL} "muscle"@en <{BASE}graph/ontology> .
"""


def counts(path: Path) -> Counter[str]:
    quads = ox.parse(path=path, format=ox.RdfFormat.N_QUADS)
    return Counter(q.graph_name.value for q in quads if isinstance(q.graph_name, ox.NamedNode))


def test_each_body_has_names_of_its_own_and_shares_the_rest(tmp_path: Path) -> None:
    (tmp_path / "one.nq").write_text(ONE, "utf-8")
    assert multiply(tmp_path / "one.nq", 6, tmp_path / "two.nq") == 8
    text = (tmp_path / "two.nq").read_text("utf-8")
    assert set(ONE.splitlines()) <= set(text.splitlines())
    assert (
        f'<{BASE}muscle/soleus-r1> <http://www.w3.org/2000/01/rdf-schema#label> "soleus 1"@en'
        in text
    )
    assert (
        f"<{BASE}muscle/soleus-r1/origin/a> <{BASE}ontology/attachesTo> <{BASE}landmark/a-r1>"
        in text
    )
    assert "UBERON_0001389001>" in text
    assert text.count("root/S1") == text.count("ontology/Muscle>") == 1
    assert sum(counts(tmp_path / "two.nq").values()) == 8


@pytest.mark.slow
def test_two_bodies_are_nearly_what_a_build_of_two_makes(tmp_path: Path) -> None:
    anatomy = less(sources(), tmp_path / "anatomy", ("exercises", "injuries"))
    write(build(anatomy), tmp_path / "one")
    size = sum(counts(tmp_path / "one" / GRAPH_FILE).values())
    multiply(tmp_path / "one" / GRAPH_FILE, size + 1, tmp_path / "two.nq")
    write(build(repeat(anatomy, 2, tmp_path / "twice")), tmp_path / "both")
    built, made = counts(tmp_path / "both" / GRAPH_FILE), counts(tmp_path / "two.nq")
    # Which terms of other systems two bodies share differs a little, and so what follows from it.
    assert sum(made.values()) == pytest.approx(sum(built.values()), rel=0.03)
    for name in ("anatomy", "inferred/crosses", "inferred/antagonism", "rolled-up"):
        graph = f"{BASE}graph/{name}"
        assert made[graph] == pytest.approx(built[graph], rel=0.03), name


def test_a_written_ontology_is_read_and_has_the_terms_that_are_linked(tmp_path: Path) -> None:
    write_obo(tmp_path / "generated.obo", 50, ["UBERON:0001389"])
    found = index(OntologyFile(tmp_path / "generated.obo", lambda _: None).triples())
    assert len(found.classes) == 50
    assert TERM in found.classes
    assert 9 * 50 < found.count < 18 * 50


def test_growth_is_the_exponent_of_the_triples() -> None:
    assert exponent((100, 1.0), (1000, 10.0)) == pytest.approx(1)
    assert exponent((100, 1.0), (1000, 100.0)) == pytest.approx(2)
    assert exponent((100, 3.0), (1000, 3.0)) == pytest.approx(0)


def test_answers_that_differ_between_engines_are_named() -> None:
    same, other = {"cpu": 1.0, "digest": "a"}, {"cpu": 1.0, "digest": "b"}
    found = Measured("small", 10)
    found.questions = {"memory": {"q": same, "r": same}, "disk": {"q": same, "r": other}}
    assert differing([found]) == ["small: r"]
