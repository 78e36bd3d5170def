"""A workout is read from JSON or Turtle, and what is wrong with it has its place and a repair."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from myograph.errors import MyographError, WorkoutError
from myograph.plan.document import MOST_CHARACTERS, MOST_FAULTS, read_document, schema
from myograph.plan.judge import IN_A_ROW, in_a_row, next_days, one_sided
from myograph.plan.report import Planned, Report, Thing, Trained
from myograph.plan.review import review
from myograph.plan.workout import Workout, workout_of
from myograph.prefixes import prefix_map
from myograph.query import select
from myograph.questions import load_questions
from tests.helpers import REPOSITORY, iri, real_graph, real_names, sources

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


def checked(*exercises: object, **more: Any) -> Report:
    questions = {question.name: question for question in load_questions(sources().queries)}
    workout = read_json(exercises=list(exercises), **more)
    return review(workout, questions, real_names(), lambda text: select(real_graph().store, text))


def labels(things: list[Any]) -> set[str]:
    return {thing.muscle.label for thing in things}


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


def test_a_stage_that_the_injury_lacks_is_refused() -> None:
    with pytest.raises(WorkoutError, match="has no stage 9 on record") as caught:
        checked("squat", injury={"name": "hamstring strain", "stage": 9})
    assert "stages 1 to 3" in caught.value.repair


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
    try:
        workout = read(json.dumps(content))
    except WorkoutError as error:
        assert error.repair
        str(error).encode()
    else:
        assert workout.entries


PIECES = st.sampled_from(
    '{ } [ ] , : "exercises" "squat" "sets" 3 -1 1e5 true null \n \t \\ " \' & * ! % <#a> a ; . '
    "myo:Workout myo:includesExercise exercise:squat myo:hasEntry _:b @prefix (".split(" ")
)


@settings(deadline=None, max_examples=300)
@given(text=st.lists(PIECES | st.text(max_size=3), max_size=25).map(" ".join))
@pytest.mark.parametrize("syntax", ["json", "turtle"])
def test_any_text_is_a_workout_or_an_error_of_ours(syntax: str, text: str) -> None:
    try:
        read(text, syntax)
    except MyographError as error:
        assert error.message
        assert error.repair


def test_a_text_as_long_as_may_be_is_read() -> None:
    text = '{"exercises": ["squat"]}'
    assert read(text + " " * (MOST_CHARACTERS - len(text))).entries
    assert "characters" in refused(text + " " * MOST_CHARACTERS).message


# ---------------------------------------------------------------- judging


def planned(*entries: str | tuple[str, int]) -> list[Planned]:
    """Entries by label, `-` before those that do not load, each with its day."""
    pairs = [(entry, 1) if isinstance(entry, str) else entry for entry in entries]
    return [
        Planned(Thing(name, name.strip("-")), "", not name.startswith("-"), day, None)
        for name, day in pairs
    ]


def muscle(*primes: str) -> list[Trained]:
    parts = {"prime mover": list(primes)}
    return [Trained(Thing("m", "m"), "muscle", "prime mover", parts, None, [], 1, 1)]


def test_many_exercises_in_a_row_overload_a_muscle_and_others_between_do_not() -> None:
    names = [f"e{n}" for n in range(IN_A_ROW)]
    (found,) = in_a_row(planned("x", *names, "y"), muscle(*names))
    assert (found.rule, found.exercises, found.days) == ("in a row", names, [1])
    assert f"in {IN_A_ROW} exercises in a row on day 1" in found.says
    assert in_a_row(planned(*names[:-1]), muscle(*names)) == []
    assert in_a_row(planned(*names[:2], "x", *names[2:]), muscle(*names)) == []
    assert in_a_row(planned(*names[:2], "-stretch", *names[2:]), muscle(*names, "stretch")) == []
    assert in_a_row(planned(*names[:2], *((n, 2) for n in names[2:])), muscle(*names)) == []


def test_the_same_exercise_again_and_again_is_a_row_too() -> None:
    (found,) = in_a_row(planned(*["e"] * IN_A_ROW), muscle("e"))
    assert found.exercises == ["e"] * IN_A_ROW


def test_days_that_follow_each_other_overload_a_muscle_and_a_day_between_does_not() -> None:
    (found,) = next_days(planned(("a", 2), ("b", 3), ("a", 5)), muscle("a", "b"))
    assert (found.rule, found.days, found.exercises) == ("day after day", [2, 3], ["a", "b"])
    assert next_days(planned(("a", 1), ("a", 3)), muscle("a")) == []
    assert next_days(planned(("-a", 1), ("-a", 2)), muscle("a")) == []


@pytest.mark.parametrize(
    ("here", "there", "sided"), [(2, 0, True), (1, 0, False), (3, 2, False), (4, 2, True), (0, 2, True)]
)  # fmt: skip
def test_one_sided_is_twice_as_many_and_two_more(here: int, there: int, sided: bool) -> None:
    row = {
        "joint": "j", "jointLabel": "knee", "movement": "f", "movementLabel": "flexion",
        "count": str(here), "exercises": "; ".join("abcd"[:here]), "opposite": "e",
        "oppositeLabel": "extension", "oppositeCount": str(there),
        "oppositeExercises": "; ".join("wxyz"[:there]),
    }  # fmt: skip
    found = one_sided([row])
    assert bool(found) is sided
    if sided:
        (one,) = found
        assert len(one.exercises) == max(here, there)
        assert one.movement.label == ("flexion" if here > there else "extension")


# ---------------------------------------------------------------- the real graph


def test_a_squat_and_a_leg_curl() -> None:
    report = checked({"exercise": "squat", "sets": 3}, {"exercise": "leg curl", "sets": 2})
    by_name = {each.muscle.label: each for each in report.trained}
    hamstrings = by_name["hamstrings"]
    assert hamstrings.kind == "group"
    assert hamstrings.parts == {"prime mover": ["leg curl"], "synergist": ["squat"]}
    assert (hamstrings.as_prime_mover, hamstrings.muscles, hamstrings.sets) == (3, 3, 2)
    assert by_name["rectus femoris"].role == "synergist"
    assert by_name["vastus lateralis"].groups == ["quadriceps femoris"]
    assert "tibialis anterior" in labels(report.missed)
    assert not {"soleus", "semitendinosus"} & labels(report.missed)
    assert [region.label for region in report.regions] == ["lower limb"]
    assert report.remarks == 0
    assert report.plain()["ok"] is True
    assert json.dumps(report.plain())


def test_sets_that_are_not_all_said_are_not_counted() -> None:
    report = checked({"exercise": "squat", "sets": 3}, "leg press")
    by_name = {each.muscle.label: each for each in report.trained}
    assert by_name["vastus lateralis"].sets is None


def test_four_squats_in_a_row_overload_what_they_share() -> None:
    report = checked("squat", "leg press", "hack squat", "front squat", "leg curl")
    (found,) = report.overloads
    assert {"vastus lateralis", "gluteus maximus"} <= {thing.label for thing in found.muscles}
    assert "semitendinosus" not in {thing.label for thing in found.muscles}
    assert any(one.movement.label == "knee extension" for one in report.one_sided)
    assert report.plain()["ok"] is False


def test_an_injury_holds_exercises_back_and_says_why() -> None:
    injury = {"name": "hamstring strain", "stage": 1}
    report = checked("leg curl", "standing calf raise", injury=injury)
    (held,) = report.held_back
    assert held.exercise.label == "leg curl"
    assert any("eccentric load on" in why and "in lower" in why for why in held.reasons)
    assert report.injury.startswith("hamstring strain, stage 1")
    assert "isometric knee flexion hold" in report.stage_exercises
    stages = {held.stage for held in checked("nordic curl", injury="hamstring strain").held_back}
    assert len(stages) > 1


def test_equipment_that_is_not_at_hand_is_named() -> None:
    assert checked("squat").needed == []
    report = checked("squat", "leg curl", "forward lunge", equipment=["barbell"])
    assert [(n.exercise.label, n.equipment) for n in report.needed] == [
        ("leg curl", ["lying leg curl machine"])
    ]


def test_a_workout_is_looked_at_in_the_regions_that_it_names() -> None:
    report = checked("squat", regions=["calf"])
    assert [region.label for region in report.regions] == ["calf"]
    assert labels(report.missed) <= {"popliteus", "plantaris", "gastrocnemius"}


def test_a_workout_of_activities_and_stretches_is_one_too() -> None:
    report = checked("walking", "seated forward bend")
    assert [entry.loads for entry in report.exercises] == [False, False]
    assert report.exercises[0].kind == "activity"
    assert report.overloads == []
