"""Every nested fact gets the IRI that owner, kind and key make, or an error that says why not."""

import pytest

from myograph.errors import DuplicateFactError, UnnamedNodeError
from myograph.naming import NodeRule, node_rules
from myograph.terms import BASE, myo
from tests.helpers import facts, ontology


def named(turtle: str) -> set[str]:
    """The paths below our base of everything that a fact is about."""
    return {quad.subject.value.removeprefix(BASE) for quad in facts(turtle)}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("turtle", "path"),
    [
        (
            "muscle:a myo:hasOrigin [ myo:attachesTo bone:tibia ] .",
            "muscle/a/origin/tibia",
        ),
        (
            "muscle:a myo:hasAction [ myo:key 'flexes' ; myo:ofMovement movement:knee-flexion ] .",
            "muscle/a/action/flexes",
        ),
        (
            "movement:m myo:normalRange [ myo:maxAngle 90 ] .",
            "movement/m/normal-range",
        ),
        (
            "exercise:e myo:hasPhase "
            "[ myo:key 'p' ; myo:hasDemand [ myo:ofMovement movement:m ] ] .",
            "exercise/e/phase/p/demand/m",
        ),
        (
            "muscle:a myo:hasVariant [ myo:key 'Third Head (rare)' ] .",
            "muscle/a/variant/third-head-rare",
        ),
        (
            "muscle:a myo:hasAction [ myo:ofMovement movement:m ; "
            "myo:onlyWhen [ myo:ofMovement movement:n ; myo:minAngle 30 ] ] .",
            "muscle/a/action/m/only-when/n",
        ),
    ],
)
def test_a_fact_is_named_by_owner_kind_and_key(turtle: str, path: str) -> None:
    assert path in named(turtle)


def test_facts_with_one_key_are_told_apart_by_the_tie_break() -> None:
    assert {
        "muscle/a/insertion/fibula",
        "muscle/a/insertion/fibula--biceps-tendon",
    } <= named(
        "muscle:a myo:hasInsertion [ myo:attachesTo bone:fibula ] , "
        "[ myo:attachesTo bone:fibula ; myo:via tissue:biceps-tendon ] ."
    )


def test_a_tie_break_by_a_nested_condition_uses_what_the_condition_says() -> None:
    found = named(
        "muscle:a myo:hasAction [ myo:ofMovement movement:m ; myo:role myo:Synergist ] , "
        "[ myo:ofMovement movement:m ; myo:role myo:PrimeMover ; "
        "myo:onlyWhen [ myo:ofMovement movement:n ; myo:minAngle 30 ] ] ."
    )
    assert "muscle/a/action/m--Synergist" in found
    assert "muscle/a/action/m--30-n--PrimeMover" in found


def test_limbs_tell_demands_apart_but_a_single_one_keeps_the_short_name() -> None:
    assert "exercise/e/phase/p/demand/m" in named(
        "exercise:e myo:hasPhase [ myo:key 'p' ; "
        "myo:hasDemand [ myo:ofMovement movement:m ; myo:limb myo:LeadLimb ] ] ."
    )


def test_names_do_not_depend_on_the_order_of_writing() -> None:
    one = "[ myo:attachesTo bone:fibula ]"
    other = "[ myo:attachesTo bone:fibula ; myo:via tissue:t ]"
    assert named(f"muscle:a myo:hasInsertion {one} , {other} .") == named(
        f"muscle:a myo:hasInsertion {other} , {one} ."
    )


def test_two_facts_with_the_same_full_key_are_an_error_that_names_them() -> None:
    with pytest.raises(DuplicateFactError) as caught:
        facts(
            "muscle:a myo:hasOrigin [ myo:attachesTo bone:tibia ] , [ myo:attachesTo bone:tibia ] ."
        )
    assert "muscle/a/origin/tibia" in caught.value.message
    assert "myo:via" in caught.value.repair
    assert "myo:key" in caught.value.repair


def test_a_fact_without_its_key_is_an_error_that_says_which() -> None:
    with pytest.raises(UnnamedNodeError) as caught:
        facts("exercise:e myo:hasPhase [ myo:order 1 ] .")
    assert "exercise/e" in caught.value.message
    assert "myo:key" in caught.value.message


@pytest.mark.parametrize(
    "turtle",
    [
        "muscle:a myo:deepTo [ rdfs:label 'something' ] .",
        "[] rdfs:label 'nobody' .",
        "muscle:a myo:hasOrigin [ myo:attachesTo [ rdfs:label 'somewhere' ] ] .",
        "<< muscle:a myo:deepTo [] >> rdfs:label 'quoted' .",
    ],
)
def test_a_blank_node_that_is_no_reified_fact_is_an_error(turtle: str) -> None:
    with pytest.raises(UnnamedNodeError):
        facts(turtle)


def test_a_blank_node_that_hangs_on_itself_is_an_error_and_not_a_loop() -> None:
    with pytest.raises(UnnamedNodeError):
        facts("_:a myo:hasOrigin _:a .")


def test_no_blank_node_is_left_in_what_is_named() -> None:
    quads = facts("muscle:a myo:hasOrigin [ myo:attachesTo bone:tibia ] .")
    assert not [quad for quad in quads if "_:" in str(quad)]


def test_the_ontology_marks_every_property_of_reified_facts() -> None:
    rules = node_rules(ontology())
    assert rules[myo("hasOrigin")] == NodeRule(
        "origin", myo("attachesTo"), (myo("via"), myo("atLevelOf"))
    )
    assert rules[myo("normalRange")].key is None
    assert {myo(n) for n in ("hasPhase", "hasDemand", "hasStage", "onlyWhen")} <= rules.keys()
