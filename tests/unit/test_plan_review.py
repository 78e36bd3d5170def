"""What the check of a workout finds: by its definitions, and on the real graph."""

import json
from typing import Any

import pytest

from myograph.errors import WorkoutError
from myograph.plan.judge import IN_A_ROW, in_a_row, next_days, one_sided
from myograph.plan.report import Planned, Report, Thing, Trained
from myograph.plan.review import review
from myograph.query import select
from myograph.questions import load_questions
from tests.helpers import real_graph, real_names, sources
from tests.unit.test_plan import read_json


def checked(*exercises: object, **more: Any) -> Report:
    questions = {question.name: question for question in load_questions(sources().queries)}
    workout = read_json(exercises=list(exercises), **more)
    return review(workout, questions, real_names(), lambda text: select(real_graph().store, text))


def labels(things: list[Any]) -> set[str]:
    return {thing.muscle.label for thing in things}


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
    ("here", "there", "sided"),
    [(2, 0, True), (1, 0, False), (3, 2, False), (4, 2, True), (0, 2, True)],
)
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


def test_a_stage_that_the_injury_lacks_is_refused() -> None:
    with pytest.raises(WorkoutError, match="has no stage 9 on record") as caught:
        checked("squat", injury={"name": "hamstring strain", "stage": 9})
    assert "stages 1 to 3" in caught.value.repair
