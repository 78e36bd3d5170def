"""Questions with filters and several values, and what they answer about whole workouts."""

import pytest

from myograph.build import Built
from myograph.names import folded
from myograph.query import choices_of
from myograph.questions import Question
from tests.data.test_questions import (
    HAMSTRINGS,
    Asker,
    column,
    every_question,
    instances,
    parts,
    select,
    values,
)


def filtered(built: Built, question: Question) -> list[str]:
    """Return the question once for each of its filters, bound to one value or to two."""
    texts = []
    for param in question.params:
        if param.optional and not param.is_literal:
            iris = instances(built, param.kind)
            texts.append(question.bind({param.name: iris[: 1 + param.several]}))
    return texts


@every_question
def test_a_filter_takes_rows_away_and_adds_none(built: Built, question: Question) -> None:
    every = {tuple(values(row)[:2]) for row in select(built, question.text).rows}
    for text in filtered(built, question):
        assert {tuple(values(row)[:2]) for row in select(built, text).rows} <= every


@every_question
def test_the_choices_of_a_parameter_all_have_an_answer(built: Built, question: Question) -> None:
    for param in question.params:
        if param.choices:
            found = choices_of(param, lambda text: select(built, text))
            assert len(found) > 1
            assert len(found) == len({folded(choice) for choice in found})


@pytest.fixture(scope="module")
def asked(built: Built) -> Asker:
    return Asker(built)


def exercises(asked: Asker, **given: str | list[str]) -> set[str]:
    return column(asked("exercises-for-muscle", **given), "exerciseLabel")


def test_filters_of_equipment_posture_difficulty_and_contraction(asked: Asker) -> None:
    every = exercises(asked, muscle="hamstrings")
    assert exercises(asked, muscle="hamstrings", position="prone") >= {"leg curl"}
    assert "leg curl" not in exercises(asked, muscle="hamstrings", position="standing")
    bare = exercises(asked, muscle="hamstrings", equipment="none")
    with_barbell = exercises(asked, muscle="hamstrings", equipment="barbell")
    assert "Romanian deadlift" in with_barbell
    assert not bare & with_barbell
    either = exercises(asked, muscle="hamstrings", equipment=["barbell", "bodyweight"])
    assert either == bare | with_barbell
    assert either < every
    held = asked("exercises-for-muscle", muscle="hamstrings", contraction="isometric")
    assert held
    assert all("isometric" in row["phases"] for row in held)
    assert all("concentric" not in row["phases"] for row in held)


def test_a_substitute_has_the_movements_and_other_equipment(asked: Asker) -> None:
    rows = asked("substitutes-for-exercise", exercise="leg curl")
    found = column(rows, "substituteLabel")
    assert "seated leg curl" in found
    assert not {"leg curl", "standing calf raise"} & found
    calf = {
        row["substituteLabel"]: row["loses"]
        for row in asked("substitutes-for-exercise", exercise="standing calf raise")
    }
    assert "gastrocnemius" in calf["seated calf raise"], "the bent knee costs it"
    ball = asked("substitutes-for-exercise", exercise="leg curl", equipment="Swiss ball")
    assert ball
    assert all("exercise ball" in row["equipmentUsed"] for row in ball)


def test_progression_runs_both_ways_and_agrees(asked: Asker) -> None:
    easier = column(asked("progression-from", exercise="squat"), "variantLabel", direction="easier")
    assert easier
    for name in easier:
        harder = asked("progression-from", exercise=name)
        assert "squat" in column(harder, "variantLabel", direction="harder")


def test_each_phase_of_gait_has_its_muscles(asked: Asker) -> None:
    walking = asked("muscles-in-gait-phase")
    calf = {"phase": "push-off", "movementLabel": "ankle plantarflexion", "role": "prime mover"}
    assert column(walking, "muscleLabel", **calf) == {"gastrocnemius", "soleus"}
    late = asked("muscles-in-gait-phase", activity="sprinting", phase="late swing")
    assert column(late, "phase") == {"late-swing"}
    assert column(late, "muscleLabel", contractionLabel="eccentric") >= HAMSTRINGS


def test_what_two_exercises_share_and_where_they_differ(asked: Asker) -> None:
    rows = asked("compare-exercises", exercise=["leg curl", "seated leg curl", "leg press"])
    by_muscle = {row["muscleLabel"]: row for row in rows}
    assert by_muscle["semitendinosus"]["found"] == "3"
    assert by_muscle["semitendinosus"]["comparison"] == "different roles"
    assert by_muscle["vastus lateralis"]["comparison"] == "one of them only"
    assert "long length" in by_muscle["semitendinosus"]["work"]


def test_balance_counts_each_exercise_once_for_a_movement(asked: Asker) -> None:
    given = ["squat", "leg press", "leg extension", "leg curl"]
    (knee,) = [
        row for row in asked("balance-of-workout", exercise=given)
        if row["jointLabel"] == "knee joint" and "flexion" in row["oppositeLabel"]
    ]  # fmt: skip
    assert (knee["count"], knee["oppositeCount"], knee["balance"]) == ("3", "1", "3 : 1")
    assert parts([knee], "oppositeExercises") == {"leg curl"}


def test_what_a_workout_trains_and_what_it_misses_are_apart(asked: Asker) -> None:
    given = ["squat", "leg curl", "standing calf raise"]
    works = {"prime mover", "synergist"}
    trained = {
        row["muscleLabel"]
        for row in asked("muscles-of-workout", exercise=given)
        if row["kind"] == "muscle" and row["role"] in works
    }
    missed = column(
        asked("what-does-this-workout-miss", exercise=given, region=["whole leg"]), "muscleLabel"
    )
    region = column(asked("muscles-of-region", region="whole leg"), "muscleLabel")
    assert not trained & missed
    assert region <= trained | missed
