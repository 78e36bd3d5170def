"""Every question gets the same rows from another engine, over a part of the graph.

rdflib takes minutes and gigabytes over the whole graph; the part has every muscle and joint,
and of the exercises, activities and conditions those that a question names by itself. No question
is left out: what rdflib is slow at is in slow-in-rdflib.txt, with the reason, and runs with the
slow tests.
"""

import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType

import pyoxigraph as ox
import pytest
from _pytest.mark import ParameterSet
from pyoxigraph import Literal, NamedNode, RdfFormat
from rdflib import Dataset
from rdflib import Literal as RdflibLiteral

from myograph.files import find_sources
from myograph.query import Rows, run
from myograph.questions import Question, load_questions
from myograph.read import read_sources
from myograph.terms import BASE
from tests.helpers import all_rules, derived, sources

QUESTIONS = {question.name: question for question in load_questions(find_sources().queries)}
# Of these kinds there are too many for rdflib; each is known by its part of the address.
_MANY = ("exercise", "activity", "injury")
_KEPT_BESIDES = {"exercise/lying-leg-curl", "exercise/nordic-hamstring-curl", "exercise/lunge"}
# Seconds of processor time that rdflib gets for a question; who needs more is slow, and says why.
_PATIENCE, _PATIENCE_IF_SLOW = 30, 300


@cache
def kept() -> set[str]:
    """The records of those kinds that some question names."""
    texts = " ".join(question.text for question in QUESTIONS.values())
    named = re.findall(rf"\b({'|'.join(_MANY)}):([a-z0-9-]+)", texts)
    return {f"{kind}/{slug}" for kind, slug in named} | _KEPT_BESIDES


def belongs(quad: ox.Quad) -> bool:
    """Whether a quad is about a record of the part."""
    subject = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
    kind, _, rest = subject.removeprefix(BASE).partition("/")
    return kind not in _MANY or f"{kind}/{rest.split('/')[0]}" in kept()


@cache
def part() -> ox.Store:
    """The part of the graph with what the rules derive from it."""
    rules = [rule for rule in all_rules() if not rule.finds_violations]
    return derived([quad for quad in read_sources(sources()) if belongs(quad)], rules)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """The same quads in rdflib, literals in the form that the store has given them."""
    dumped = part().dump(format=RdfFormat.N_QUADS)
    return Dataset(default_union=True).parse(data=dumped, format="nquads")


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Raise TimeoutError when what is inside takes more processor time than that."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def slow() -> dict[str, str]:
    """The questions that rdflib takes long for, each with the reason."""
    lines = (Path(__file__).parent / "slow-in-rdflib.txt").read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def cases() -> Iterator[ParameterSet]:
    for name, question in QUESTIONS.items():
        marks = [pytest.mark.slow] if name in slow() else []
        yield pytest.param(question, id=name, marks=marks)


def test_what_is_slow_is_a_question_and_has_its_reason() -> None:
    assert slow().keys() <= QUESTIONS.keys()
    assert all(len(reason) > 20 for reason in slow().values())


def test_the_part_answers_most_questions() -> None:
    """Two engines that both find nothing agree on nothing."""
    answered = [name for name, question in QUESTIONS.items() if rows(question).rows]
    assert len(answered) > 0.8 * len(QUESTIONS)


@pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")  # rdflib's own
@pytest.mark.parametrize("question", list(cases()))
def test_rdflib_gives_the_same_rows(dataset: Dataset, question: Question) -> None:
    ours = rows(question)
    with patience(_PATIENCE_IF_SLOW if question.name in slow() else _PATIENCE):
        theirs = dataset.query(question.text)
        their_rows = Counter(tuple(text(cell) for cell in row) for row in theirs)  # type: ignore[union-attr]
    assert [str(variable) for variable in theirs.vars or ()] == list(ours.columns)
    assert their_rows == Counter(tuple(text(cell) for cell in row) for row in ours.rows)


def rows(question: Question) -> Rows:
    """Our rows for the defaults of a question."""
    answer = run(part(), question.text)
    assert isinstance(answer, Rows)
    return answer


def text(cell: object) -> str | None:
    """What a cell of either engine says."""
    if cell is None:
        return None
    if isinstance(cell, (NamedNode, Literal)):
        return cell.value
    assert isinstance(cell, (RdflibLiteral, str))
    return str(cell)
