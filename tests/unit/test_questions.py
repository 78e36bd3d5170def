"""A value that somebody gives becomes a term in the query, never text."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myograph.errors import QueryError, QuestionError, UnknownNameError
from myograph.names import Names
from myograph.query import Rows, ask, run, select, value_of
from myograph.questions import Parameter, Question, load_questions, read_question
from myograph.terms import XSD, myo
from tests.helpers import facts, iri

TEXT = """#+ question: What is {muscle} called, or {word}?
#+ param: muscle myo:Muscle
#+ param: word xsd:string
#+ param: most xsd:integer
#+ expect: alpha, one
#+ absent: beta
#+ tags: name, test
PREFIX myo: <https://w3id.org/myograph/ontology/>
PREFIX muscle: <https://w3id.org/myograph/muscle/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?muscle ?word ?most ?label WHERE {
  VALUES ?muscle { muscle:a }
  VALUES ?word { "plain" }
  VALUES ?most { 3 }
  ?muscle rdfs:label ?label
}
"""
BODY = facts(
    'muscle:a a myo:Muscle ; rdfs:label "alpha" . muscle:b a myo:Muscle ; rdfs:label "beta" .'
)


def store() -> ox.Store:
    made = ox.Store()
    made.extend(BODY)
    return made


def question(folder: Path, text: str = TEXT) -> Question:
    path = folder / "names.rq"
    path.write_text(text, "utf-8")
    return read_question(path)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Question:
    return question(tmp_path_factory.mktemp("questions"))


def test_a_question_is_read_with_its_parameters_and_expectations(asked: Question) -> None:
    assert asked.name == "names"
    assert [param.name for param in asked.params] == ["muscle", "word", "most"]
    assert asked.params[0].kind == myo("Muscle")
    assert asked.params[0].defaults == (iri("muscle:a"),)
    assert not asked.params[0].is_literal
    assert asked.params[1].defaults == (ox.Literal("plain"),)
    assert asked.params[2].defaults == (ox.Literal(3),)
    assert asked.params[2].is_literal
    assert asked.expect == (("alpha", "one"),)
    assert asked.absent == (("beta",),)
    assert asked.tags == ("name", "test")


def test_defaults_run_as_they_stand_and_given_values_take_their_place(asked: Question) -> None:
    names = Names(BODY)
    [row] = ask(store(), asked, names, {}).dicts()
    assert row["label"] == ox.Literal("alpha")
    [row] = ask(store(), asked, names, {"muscle": "Beta", "most": "7"}).dicts()
    assert row["label"] == ox.Literal("beta")
    assert row["most"] == ox.Literal(7)
    assert row["word"] == ox.Literal("plain")


ATTACKS = [
    '" } ?s ?p ?o . VALUES ?x { "',
    '"',
    "\\",
    '\\"',
    "' } DROP ALL #",
    "line\nbreak\r\ttab",
    "} VALUES ?muscle { muscle:b",
    'VALUES ?most { } "',
    "VALUES ?muscle { muscle:b }",
    "\\u0022 }",
    "\\1 \\g<0>",
    "\x00",
    "$1",
    "muscle:b",
    "Ünïcode ✓ \U0001d518",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_never_reaches_the_query(asked: Question, attack: str) -> None:
    rows = ask(store(), asked, Names(BODY), {"word": attack, "most": "5", "muscle": "alpha"})
    [row] = rows.dicts()
    assert row["word"] == ox.Literal(attack)
    assert row["most"] == ox.Literal(5)
    assert row["label"] == ox.Literal("alpha")


@settings(deadline=None)
@given(word=st.text())
def test_any_text_comes_back_as_it_was(asked: Question, word: str) -> None:
    bound = asked.bind({"word": ox.Literal(word), "most": ox.Literal(1)})
    answer = run(store(), bound)
    assert isinstance(answer, Rows)
    [row] = answer.dicts()
    assert row["word"] == ox.Literal(word)
    assert row["label"] == ox.Literal("alpha")


@pytest.mark.parametrize("attack", [*ATTACKS, "<http://e/x> } #", "muscle:a }", "https://e/ x"])
def test_a_record_is_found_by_name_or_refused(asked: Question, attack: str) -> None:
    if attack == "muscle:b":
        return
    with pytest.raises(UnknownNameError):
        ask(store(), asked, Names(BODY), {"muscle": attack})


@pytest.mark.parametrize("text", ["seven", "1 } #", "", "٣x"])
def test_a_number_that_is_none_is_refused(asked: Question, text: str) -> None:
    with pytest.raises(QueryError, match="no number"):
        ask(store(), asked, Names(BODY), {"most": text})


@pytest.mark.parametrize("text", ["nan", "inf", "1e3", "1_000", "1.5"])
def test_what_python_takes_for_a_number_and_an_integer_is_not_is_refused(
    asked: Question, text: str
) -> None:
    with pytest.raises(QueryError, match="no number"):
        value_of(asked.params[2], text, Names(BODY))


def test_a_decimal_may_have_a_fraction() -> None:
    param = Parameter("angle", ox.NamedNode(XSD + "decimal"), (ox.Literal("1.0"),))
    assert value_of(param, " -1.50 ", Names([])) == ox.Literal("-1.50", datatype=param.kind)


def test_a_parameter_that_the_question_lacks_is_named(asked: Question) -> None:
    with pytest.raises(QuestionError, match="no parameter 'limb'") as caught:
        ask(store(), asked, Names(BODY), {"limb": "x"})
    assert "muscle, word, most" in caught.value.repair


FILTERED = (
    TEXT.replace("muscle myo:Muscle", "muscle myo:Muscle several")
    .replace(
        """#+ param: word xsd:string
#+ param: most xsd:integer
""",
        """#+ param: word xsd:string optional several
#+ choices: word [] rdfs:label ?word
""",
    )
    .replace("  VALUES ?most { 3 }\n", "")
    .replace('"plain"', "UNDEF")
    .replace("muscle:a }", "muscle:a muscle:b }")
)


def test_a_filter_that_is_left_out_lets_all_pass_and_several_values_are_any_of_them(
    tmp_path: Path,
) -> None:
    asked = question(
        tmp_path, FILTERED.replace("?label\n}", "?label FILTER(!BOUND(?word) || ?word = ?label) }")
    )
    muscle, word = asked.params
    assert (muscle.optional, muscle.several, len(muscle.defaults)) == (False, True, 2)
    assert (word.optional, word.several, word.defaults) == (True, True, ())

    def labels(**given: str | list[str]) -> list[str]:
        rows = ask(store(), asked, Names(BODY), given).dicts()
        return sorted(row["label"].value for row in rows if isinstance(row["label"], ox.Literal))

    assert labels() == ["alpha", "beta"]
    assert labels(word=[]) == ["alpha", "beta"]
    assert labels(word="Alpha") == ["alpha"]
    assert labels(word=["beta", "alpha", "beta"]) == ["alpha", "beta"]
    assert labels(word=["alpha"], muscle=["beta"]) == []
    with pytest.raises(UnknownNameError, match="no word called 'alfa'") as caught:
        labels(word="alfa")
    assert "Did you mean alpha" in caught.value.repair


def test_several_values_for_a_parameter_that_takes_one_are_refused(asked: Question) -> None:
    with pytest.raises(QuestionError, match="'muscle' takes one value, and 2 are given"):
        ask(store(), asked, Names(BODY), {"muscle": ["alpha", "beta"]})
    # The same twice is one.
    assert ask(store(), asked, Names(BODY), {"muscle": ["alpha", "muscle:a"]}).rows


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_never_reaches_a_query_that_takes_several(tmp_path: Path, attack: str) -> None:
    free = FILTERED.replace("#+ choices: word [] rdfs:label ?word\n", "")
    found = ask(store(), question(tmp_path, free), Names(BODY), {"word": [attack, "other"]})
    texts = {row["word"].value for row in found.dicts() if isinstance(row["word"], ox.Literal)}
    assert texts == {attack, "other"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("optional several", "optional maybe", "not 'maybe'"),
        ("optional several", "several", "no filter, and its block holds UNDEF"),
        ("UNDEF", '"plain"', "a filter, and its block holds"),
        ("muscle myo:Muscle several", "muscle myo:Muscle", "muscle has 2 defaults"),
        ("muscle:a muscle:b", "", "muscle has 0 defaults"),
        ("choices: word", "choices: nothing", "nothing, which is no parameter"),
    ],
)
def test_a_filter_that_is_written_wrongly_is_named(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in FILTERED
    with pytest.raises(QuestionError, match=message) as caught:
        question(tmp_path, FILTERED.replace(old, new))
    assert "names.rq" in caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#+ question: What is {muscle} called, or {word}?\n", "", "asks nothing"),
        ("VALUES ?muscle { muscle:a }\n", "", "0 VALUES blocks for \\?muscle"),
        ("VALUES ?word", "VALUES ?muscle { muscle:b } VALUES ?word", "2 VALUES blocks"),
        ("{ muscle:a }", "{ unknown:a }", "unknown:a"),
        ("{ muscle:a }", "{ soleus }", "soleus"),
        ("param: muscle myo:Muscle", "param: muscle Muscle", "Muscle"),
    ],
)
def test_a_file_that_is_no_question_is_named(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in TEXT
    with pytest.raises(QuestionError, match=message) as caught:
        question(tmp_path, TEXT.replace(old, new))
    assert "names.rq" in caught.value.message
    assert caught.value.repair


def test_questions_come_by_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.rq").write_text(TEXT, "utf-8")
    assert [found.name for found in load_questions(tmp_path)] == ["a", "b"]


# ---------------------------------------------------------------- queries


def test_each_form_of_query_has_its_kind_of_answer() -> None:
    assert run(store(), "ASK { ?s a myo:Muscle }", {"myo": "https://w3id.org/myograph/ontology/"})
    assert run(store(), "ASK { ?s ?p 'nothing' }") is False
    triples = run(store(), "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    assert isinstance(triples, list)
    assert len(triples) == len(BODY)


@pytest.mark.parametrize("text", ["SELECT", "SELECT * WHERE { ?s e:p ?o }", "DROP ALL", ""])
def test_a_query_that_cannot_be_answered_is_an_error_of_ours(text: str) -> None:
    with pytest.raises(QueryError):
        run(store(), text)


def test_a_select_of_our_own_takes_bindings() -> None:
    rows = select(store(), "SELECT ?s ?o WHERE { ?s ?p ?o }", {"o": ox.Literal("beta")})
    assert [row["s"] for row in rows.dicts()] == [iri("muscle:b")]
    with pytest.raises(QueryError):
        select(store(), "ASK { ?s ?p ?o }")
