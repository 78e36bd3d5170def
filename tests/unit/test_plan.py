"""A workout is read from JSON or Turtle, and what is wrong with it has its place and a repair."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from myograph.errors import MyographError, WorkoutError
from myograph.plan.document import MOST_CHARACTERS, MOST_FAULTS, read_document, schema
from myograph.plan.workout import Workout, workout_of
from myograph.prefixes import prefix_map
from tests.helpers import REPOSITORY, iri, real_names, sources

EXAMPLES = REPOSITORY / "docs" / "examples"


def read(text: str, syntax: str = "json") -> Workout:
    prefixes = prefix_map(sources().ontology)
    return workout_of(read_document(text, syntax, "legs", prefixes), real_names())


def read_json(**content: Any) -> Workout:
    return read(json.dumps(content))


def refused(text: str, syntax: str = "json") -> WorkoutError:
    with pytest.raises(WorkoutError) as caught:
        read(text, syntax)
    assert caught.value.repair
    return caught.value


def told(text: str, syntax: str) -> None:
    """Read a text that may be anything: nothing but our errors comes of it."""
    error: MyographError | None = None
    try:
        assert read(text, syntax).entries
    except MyographError as found:
        error = found
    if error:
        assert error.message
        assert error.repair
        str(error).encode()


# ---------------------------------------------------------------- reading


def test_the_schema_is_one_and_its_examples_fit_it() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["$id"] == "https://w3id.org/myograph/schema/workout.json"
    for example in schema()["examples"]:
        assert read(json.dumps(example)).entries


def test_names_of_every_kind_are_found() -> None:
    workout = read_json(
        name="Legs",
        exercises=["Squat", "leg-curl", "exercise:box-jump", iri("exercise:squat").value],
        equipment=["hand weight", "none"],
        regions=["calf"],
        injury="pulled hamstring",
    )
    assert [e.exercise for e in workout.entries] == [
        iri(f"exercise:{slug}") for slug in ("squat", "leg-curl", "box-jump", "squat")
    ]
    assert workout.exercises == [e.exercise for e in workout.entries[:3]]
    assert workout.equipment == (iri("equipment:dumbbell"), iri("myo:NoEquipment"))
    assert workout.regions == (iri("region:calf"),)
    assert (workout.injury, workout.stage) == (iri("injury:hamstring-strain"), None)


def test_entries_come_by_day_and_within_a_day_in_their_order() -> None:
    workout = read_json(
        exercises=[{"exercise": "squat", "day": 3, "sets": 5}, "leg curl", "box jump"]
    )
    found = [(e.exercise.value.rsplit("/", 1)[1], e.day, e.sets) for e in workout.entries]
    assert found == [("leg-curl", 1, None), ("box-jump", 1, None), ("squat", 3, 5)]


TURTLE = """
<#mine> a myo:Workout ; rdfs:label "Legs"@en ;
    myo:plannedWith injury:hamstring-strain ; myo:atStage 2 ;
    myo:aimsAt region:lower-limb ; myo:hasAtHand equipment:barbell ;
    myo:includesExercise exercise:box-jump ;
    myo:hasEntry [ myo:entryNumber 2 ; myo:entryExercise exercise:leg-curl ; myo:onDay 1 ] ,
                 [ myo:entryNumber 1 ; myo:entryExercise exercise:squat ; myo:sets 3 ] .
"""


def test_turtle_says_the_same_as_json() -> None:
    assert read(TURTLE, "turtle") == read_json(
        name="Legs",
        exercises=[{"exercise": "squat", "sets": 3}, "leg curl", "box jump"],
        equipment=["barbell"],
        regions=["lower limb"],
        injury={"name": "hamstring strain", "stage": 2},
    )


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("workout.*")), ids=lambda path: path.name)
def test_the_examples_of_the_documentation_are_right(path: Any) -> None:
    workout = read(path.read_text("utf-8"), "turtle" if path.suffix == ".ttl" else "json")
    assert len(workout.entries) > 2
    assert path.name in (REPOSITORY / "docs" / "plan.md").read_text("utf-8")


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"exercises": ["squat",]}', "legs, line 1, column 24: "),
        ('{\n "exercises": [\n  "squat"\n  "lunge"]}', "legs, line 4, column 3: "),
        ("{'exercises': []}", "line 1, column 2"),
        ("", "legs is empty"),
        ("   \n", "legs is empty"),
        ("[]", "a list, not an object"),
        ("null", "null, not an object"),
        ('"squat"', '"squat" (a text), not an object'),
        ("[" * 100_000, "100,000 characters"),
        ("[" * 60_000, "nested too deeply"),
        ('{"exercises": [1e999]}', "exercises, entry 1"),
        ('{"exercises": [NaN]}', "NaN is no number"),
        (f'{{"exercises": ["squat"], "name": {"9" * 5000}}}', "legs: "),
        ('{"exercises": ["squat"], "exercises": []}', "the name 'exercises' twice"),
        ('{"exercises": ["\\ud800"]}', "half a character"),
        ("{}", "'exercises' is missing"),
        ('{"exercises": []}', "line 1, exercises: the list has 0 entries"),
        ('{"exercises": "squat"}', '"squat" (a text) stands where a list belongs'),
        ('{"exercises": [true]}', "true (true or false) stands where a text or an object"),
        ('{"exercises": [""]}', "exercises, entry 1: the text is empty"),
        ('{"exercises": [" "]}', "exercises, entry 1: the text is empty"),
        ('{"exercises": [{"sets": 3}]}', "exercises, entry 1: 'exercise' is missing"),
        ('{"exercises": [{"exercise": "squat", "sets": 0}]}', "entry 1, sets: 0 is less than 1"),
        ('{"exercises": [{"exercise": "squat", "day": 400}]}', "day: 400 is more than 366"),
        ('{"exercises": [{"exercise": "squat", "sets": "3"}]}', '"3" (a text) stands where a wh'),
        ('{"exercises": [{"exercise": "squat", "set": 3}]}', "no 'set' here. Did you mean 'sets'"),
        ('{"exercises": ["squat"], "colour": 1}', "no 'colour' here. There are: $schema, name"),
        (f'{{"exercises": ["{"x" * 201}"]}}', "the text has 201 characters"),
        ('{"exercises": ["squat"], "injury": {"stage": 1}}', "injury: 'name' is missing"),
        ('{"exercises": ["squat"], "equipment": "barbell"}', "equipment: "),
    ],
)
def test_what_is_wrong_with_the_form_has_its_place(text: str, told: str) -> None:
    assert told in refused(text).message


def test_an_unknown_name_has_its_line_and_near_names() -> None:
    text = '{\n\t"exercises": [\n\t\t"squat",\n\t\t{ "exercise": "leg crul" }\n\t]\n}'
    error = refused(text)
    place = "legs, line 4, exercises, entry 2, exercise"
    assert error.message == f"{place}: There is no physical activity called 'leg crul'."
    assert "leg curl (leg-curl)" in error.repair
    (fault,) = error.faults
    assert (fault.line, fault.place) == (4, "exercises, entry 2, exercise")


def test_a_name_of_another_kind_is_told_apart_from_a_mistyped_one() -> None:
    error = refused('{"exercises": ["soleus"]}')
    assert "that names muscle:soleus" in error.message


def test_all_names_that_are_wrong_are_told_at_once() -> None:
    error = refused('{"exercises": ["sqat", "squat", "lege curl"],\n"injury": "hamstrng strain"}')
    assert [fault.place for fault in error.faults] == [
        "exercises, entry 1", "exercises, entry 3", "injury",
    ]  # fmt: skip
    assert error.message.count("Did you mean") == 3
    assert "legs has 3 errors:" in error.message


def test_of_very_many_errors_some_are_told() -> None:
    error = refused(json.dumps({"exercises": [f"nothing {n}" for n in range(200)]}))
    assert len(error.faults) == MOST_FAULTS
    error = refused(json.dumps({"exercises": [n for n in range(200)]}))
    assert f"… and {99 - MOST_FAULTS} more." in error.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("exercise:squat a myo:Exercise .", "holds 0 workouts"),
        ("<#a> a myo:Workout . <#b> a myo:Workout .", "holds 2 workouts"),
        ("<#a> a myo:Workout .", "exercises: the list has 0 entries"),
        ("<#a> a myo:Workout ; myo:includes exercise:squat .", "has no myo:includes"),
        ("<#a> a myo:Workout ; myo:hasEntry [ myo:set 3 ] .", "has no myo:set."),
        ("<#a> a myo:Workout ; myo:hasEntry [ myo:sets 3 ] .", "'exercise' is missing"),
        ("<#a> a myo:Workout ; myo:hasEntry [ myo:sets 3 , 4 ] .", "myo:sets is stated 2 times"),
        ("<#a> a myo:Workout ; myo:includesExercise exercise:sqat .", "no physical activity"),
        ("<#a> a myo:Workout ; myo:includesExercise [ ] .", "a blank node"),
        ("<#a> a myo:Workout ; myo:includesExercise <<( <b> <c> <d> )>> .", "a blank node"),
        (
            "<#a> a myo:Workout ; myo:includesExercise exercise:squat ; myo:atStage 1 .",
            "the text is empty",
        ),
    ],
)
def test_what_is_wrong_with_turtle_is_told(text: str, told: str) -> None:
    error = refused(text, "turtle")
    assert told in error.message
    if "sqat" in text:
        assert "Did you mean squat (squat)" in error.repair


def test_malformed_turtle_has_line_and_column() -> None:
    with pytest.raises(MyographError, match="legs, line 2, column "):
        read("<#a> a myo:Workout ;\n  nonsense", "turtle")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["squat", "exercises", "leg curl", "hamstring strain", "barbell"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["exercise", "exercises", "sets", "day", "name", "stage", "injury"])
        | st.text(max_size=4),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(content=st.dictionaries(st.sampled_from(list(schema()["properties"])), VALUES))
def test_any_json_is_a_workout_or_an_error_of_ours(content: dict[str, Any]) -> None:
    told(json.dumps(content), "json")


WORDS = """
"exercises" "squat" "sets" 3 -1 1e5 true null <#a> a myo:Workout myo:includesExercise exercise:squat
myo:hasEntry _:b @prefix { } [ ] ( , : ; . \\ " ' & * ! %
"""
PIECES = st.sampled_from([*WORDS.split(), "\n", "\t"])


@settings(deadline=None, max_examples=300)
@given(text=st.lists(PIECES | st.text(max_size=3), max_size=25).map(" ".join))
@pytest.mark.parametrize("syntax", ["json", "turtle"])
def test_any_text_is_a_workout_or_an_error_of_ours(syntax: str, text: str) -> None:
    told(text, syntax)


def test_a_text_as_long_as_may_be_is_read() -> None:
    text = '{"exercises": ["squat"]}'
    assert read(text + " " * (MOST_CHARACTERS - len(text))).entries
    assert "characters" in refused(text + " " * MOST_CHARACTERS).message
