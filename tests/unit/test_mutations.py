"""The changes that measure the gates: many kinds, repeatable, judged by the whole graph."""

from functools import cache

import pytest
from pyoxigraph import Literal

from benchmarks.mutate import KINDS, Order, batches, draw, prepared
from benchmarks.mutations import authored
from benchmarks.mutations.facts import Change, Facts, Kind, swap
from benchmarks.mutations.gate import Gate
from benchmarks.mutations.report import Outcome, written
from myograph.terms import DEFINITION, LABEL
from tests.data import test_links
from tests.helpers import iri, sources

NAMES = {kind.name: kind for kind in KINDS}


@cache
def real() -> Facts:
    return Facts(sources())


@cache
def gate() -> Gate:
    return Gate(real())


def test_there_are_kinds_enough_and_safety_is_among_them() -> None:
    wrong = [kind for kind in KINDS if not kind.innocent]
    assert len(wrong) >= 30
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert sum(kind.safety for kind in wrong) >= 10
    assert sum(kind.innocent for kind in KINDS) >= 5


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_makes_changes_and_the_same_ones_for_one_seed(kind: Kind) -> None:
    found = draw(real(), kind, Order(3, 7))
    assert len(found) >= 2
    assert [c.told for c in draw(real(), kind, Order(3, 7))] == [c.told for c in found]
    for change in found:
        task = prepared(gate(), kind, change, 0)
        assert task.refused or (task.delta and task.delta.quads)


def action_of(muscle: str, movement: str, to: str) -> Change:
    facts = real()
    [quad] = [
        quad
        for node in facts.values(iri(muscle), "hasAction")
        for quad in facts.with_property(node, "ofMovement")
        if quad.object == iri(movement)
    ]
    return swap(facts, quad, f"{muscle} {to}", iri(to))


def better(record: str) -> Change:
    """Return a better definition of a record."""
    facts = real()
    [quad] = [q for q in facts.about[iri(record)] if q.predicate == DEFINITION]
    assert isinstance(quad.object, Literal)
    return swap(facts, quad, "", Literal(f"{quad.object.value} It is common.", language="en"))


def test_each_refusal_is_laid_to_the_change_that_it_is_about_and_none_to_what_is_right() -> None:
    wrong = action_of("muscle:soleus", "movement:ankle-plantarflexion", "movement:hip-flexion")
    other = action_of("muscle:popliteus", "movement:knee-flexion", "movement:hip-flexion")
    assert real().values(iri("injury:hamstring-strain"), "hasGrade")
    changes = (wrong, better("muscle:sartorius"), other, better("injury:hamstring-strain"))
    deltas = [gate().delta(change) for change in changes]
    one, none, two, nothing = gate().verdicts(deltas)
    assert "action-at-uncrossed-joint" in {refusal.by for refusal in one}
    assert "action-at-uncrossed-joint" in {refusal.by for refusal in two}
    assert none == nothing == []


def test_changes_to_one_record_are_not_judged_together() -> None:
    kind = NAMES["action at a joint that is not crossed"]
    wrong = action_of("muscle:soleus", "movement:ankle-plantarflexion", "movement:hip-flexion")
    tasks = [prepared(gate(), kind, wrong, at) for at in range(3)]
    assert [len(group) for group in batches(tasks)] == [1, 1, 1]


def test_the_tests_of_the_files_see_a_change() -> None:
    facts = real()
    one, two = facts.of_class("Nerve")[:2]
    label = next(q for q in facts.about[one] if q.predicate == LABEL)
    assert authored.refusals(facts, swap(facts, label, "", label.object)) == []
    theirs = next(q.object for q in facts.about[two] if q.predicate == LABEL)
    found = authored.refusals(facts, swap(facts, label, "", theirs))
    assert "test:labels_are_unique_within_a_namespace" in {refusal.by for refusal in found}


def test_the_tests_of_the_files_see_a_link_that_is_off_by_a_digit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    test = test_links.test_the_register_says_what_the_links_say
    monkeypatch.setattr(authored, "_TESTS", [test])
    change = draw(real(), NAMES["identifier off by one digit"], Order(1, 7))[0]
    found = authored.refusals(real(), change)
    assert [refusal.by for refusal in found] == ["test:the_register_says_what_the_links_say"]


def test_a_report_tells_shares_survivors_and_false_alarms() -> None:
    kinds = [NAMES["root lost"], NAMES["red flag dropped"], NAMES["a note more"]]
    found = [
        Outcome(kinds[0], "one", ("rule",)),
        Outcome(kinds[0], "two", ()),
        Outcome(kinds[1], "three", ("tally",), agrees=True),
        Outcome(kinds[2], "four", ("rule",)),
    ]
    text = written(found, "command")
    assert "Refused: 66.7%" in text
    assert "100.0% of 1" in text
    assert "- root lost: two" in text
    assert "- a note more: four (rule)" in text
    assert "1 of 1 in a sample" in text
