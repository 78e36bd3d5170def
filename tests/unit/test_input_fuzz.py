"""Whatever is in a file that a person may give or write, it is read or it is refused in words.

A good document has a few things done to it, and goes through all that reads it. What this has found
is below, each with its cause.
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from myograph.errors import MyographError, QuestionError
from myograph.plan.document import read_document
from myograph.prefixes import prefix_map
from myograph.questions import read_question
from myograph.read import own_facts, parse_turtle
from myograph.rules import read_rule
from myograph.sourcefile import read_source
from myograph.sssom import read_mapping
from myograph.terms import BASE
from tests.helpers import REPOSITORY, sources

THOROUGH = settings.get_current_profile_name() == "thorough"
# The same examples each time, since a build must not fail for what nobody changed.
tries = settings(
    max_examples=1000 if THOROUGH else 60,
    derandomize=not THOROUGH,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Pieces that a lexer, a parser or a decoder may stumble over.
STRANGE: dict[str, tuple[bytes, ...]] = {
    "all": (
        *(b"\0", b"\r", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf"),
        "\u2028é\U0001d518".encode(),
        *(b"{", b"}", b"[", b"]", b"(", b")", b"<", b">", b'"', b"'", b'"""', b"\\", b"#", b":"),
        *(b"\n", b"\t", b" ", b"-1", b"9" * 400, b"1e999", b"\\u0000", b"\\uD800", b"%", b"a" * 99),
    ),
    "turtle": (
        *(b"_:a", b"[]", b"()", b"( 1 2 )", b"<a b>", b"<http://[x>", b"<<", b">>", b"@prefix"),
        *(b"myo:hasOrigin", b"myo:key", b"a", b"@en", b"@EN-us--ltr", b"^^", b"^^<x>", b".", b";"),
        *(b"BASE <x>", b"PREFIX : <x>", b"true", b"nope:y", b"muscle:", b"myo:ofMovement _:a"),
    ),
    "sssom": (
        *(b"#curie_map:", b"#  x: y", b"#- ", b"#  muscle: [", b"#curie_map: 1", b"#!!python/x y"),
        *(b"skos:exactMatch", b"sssom:NoTermFound", b"nope:1", b"a:b:c", b"|", b"\n#", b"\n\n"),
        *(b"#&a [*a,*a]", b"#mapping_set_id: a b", b"#license: {", b"2026-99-99"),
    ),
    "json": (
        *(b"null", b"NaN", b"-Infinity", b"{}", b"[]", b"1e9", b"true", b'"squat"', b'"":', b","),
        *(b"[" * 99, b'{"a":' * 99, b'"title"', b'"exercise"', b"0x1", b"-0", b"1.5", b'"\\ud800"'),
    ),
    "query": (
        *(b"#+ param: x", b"#+ param: x y z", b"#+ question:", b"#+ choices: muscle {", b"#+"),
        *(b"#+ expect:", b"#+ stratum: x", b"#+ says: {", b"#+ graph: a b", b"VALUES ?muscle {"),
        *(b"VALUES", b"CONSTRUCT", b"SELECT", b"WHERE", b"?", b"UNDEF", b"PREFIX x: <"),
    ),
}


def pieces(document: bytes) -> list[bytes]:
    """The words of a document and what lies between them."""
    parts, word = [], b""
    for number in range(len(document)):
        byte = document[number : number + 1]
        if word and byte.isalnum() != word[-1:].isalnum():
            parts.append(word)
            word = b""
        word += byte
    return [*parts, word]


@st.composite
def half_valid(draw: st.DrawFn, documents: Sequence[bytes], kind: str) -> bytes:
    """Return a good document to which a few things have been done."""
    parts = pieces(draw(st.sampled_from(documents)))
    strange = st.sampled_from(STRANGE["all"] + STRANGE[kind]) | st.binary(max_size=4)
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(parts)))
        change = draw(st.sampled_from(("delete", "insert", "double", "swap", "replace")))
        if change == "insert":
            parts.insert(place, draw(strange))
        elif change == "double":
            parts[place:place] = parts[place : place + draw(st.integers(1, 20))]
        elif change == "swap":
            parts[place : place + 2] = parts[place : place + 2][::-1]
        elif change == "replace":
            parts[place : place + 1] = [draw(strange)]
        else:
            del parts[place : place + draw(st.integers(1, 5))]
    return b"".join(parts)


@cache
def start_of(path: str, lines: int) -> bytes:
    """The first lines of one of our files."""
    text = (REPOSITORY / path).read_text("utf-8")
    return "".join(text.splitlines(keepends=True)[:lines]).encode()


TURTLE = (start_of("kg/data/muscles/leg-posterior.ttl", 40), start_of("kg/data/movements.ttl", 25))
SSSOM = (start_of("kg/data/mappings/uberon.sssom.tsv", 40),)
QUESTIONS = tuple(
    start_of(f"kg/queries/{name}.rq", 99)
    for name in ("actions-of-muscle", "exercises-for-muscle", "compare-exercises")
)
RULES = tuple(start_of(f"kg/rules/{name}.rq", 99) for name in ("crosses", "owl-chain", "moves"))
WORKOUTS = tuple(
    path.read_bytes() for path in sorted((REPOSITORY / "docs" / "examples").glob("*.json"))
)
WORKOUTS_IN_TURTLE = tuple(
    path.read_bytes() for path in sorted((REPOSITORY / "docs" / "examples").glob("*.ttl"))
)


def survives(read: Callable[[Path], object], content: bytes, path: Path) -> None:
    """Insist that a file is read, or refused with a message and a repair of sensible length."""
    path.write_bytes(content)
    refused: MyographError | None = None
    try:
        read(path)
    except MyographError as error:
        refused = error
    if refused:
        assert refused.message
        assert refused.repair
        assert len(refused.message) < 5_000


def turtle(path: Path) -> None:
    text = read_source(path)
    own_facts(parse_turtle(text, path.name, prefix_map(sources().ontology), BASE), "f", sources())


def workout(path: Path) -> None:
    syntax = "json" if path.suffix == ".json" else "turtle"
    read_document(read_source(path), syntax, path.name, prefix_map(sources().ontology))


@given(half_valid(TURTLE, "turtle"))
@tries
def test_facts(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    survives(turtle, content, tmp_path_factory.getbasetemp() / "fuzz.ttl")


@given(half_valid(SSSOM, "sssom"))
@tries
def test_links(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.sssom.tsv"
    survives(lambda path: read_mapping(path, path.name), content, path)


@given(half_valid(WORKOUTS, "json"))
@tries
def test_workouts(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    survives(workout, content, tmp_path_factory.getbasetemp() / "fuzz.json")


@given(half_valid(WORKOUTS_IN_TURTLE or TURTLE, "turtle"))
@tries
def test_workouts_in_turtle(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    survives(workout, content, tmp_path_factory.getbasetemp() / "workout.ttl")


@given(half_valid(QUESTIONS, "query"))
@tries
def test_questions(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    survives(read_question, content, tmp_path_factory.getbasetemp() / "fuzz.rq")


@given(half_valid(RULES, "query"))
@tries
def test_rules(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    survives(read_rule, content, tmp_path_factory.getbasetemp() / "rule.rq")


# ---------------------------------------------------------------- what this has found


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        # pyoxigraph's ValueError for what is no IRI went through.
        (b"<https://w3id.org/myograph/muscle/>", b"<https://w3id.org/a b/>"),
        (b"{ muscle:soleus }", b"{ <a|b> }"),
        # Python makes no number of more than 4,300 digits, and Oxigraph none of more than 18.
        (b"{ muscle:soleus }", b"{ " + b"9" * 5000 + b" }"),
    ],
)
def test_a_default_that_is_no_term_is_told(tmp_path: Path, good: bytes, bad: bytes) -> None:
    question = start_of("kg/queries/exercises-for-muscle.rq", 99)
    assert good in question
    (tmp_path / "q.rq").write_bytes(question.replace(good, bad))
    with pytest.raises(QuestionError) as caught:
        read_question(tmp_path / "q.rq")
    assert len(caught.value.message) < 600
