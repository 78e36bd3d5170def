"""`ask` with filters, and `plan`: exit codes, what is printed where, errors with their place."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from myograph.cli import main
from tests.unit.test_cli import piped, refused

WORKOUT = """{
  "name": "Short and even",
  "exercises": [
    { "exercise": "squat", "sets": 3 },
    { "exercise": "leg curl", "sets": 3 }
  ]
}
"""
HELD_BACK = WORKOUT.replace("]\n", '],\n  "injury": { "name": "hamstring strain", "stage": 1 }\n')


@pytest.fixture(autouse=True)
def _files(own_build_folder: None, tmp_path: Path) -> None:
    for name, text in (
        ("my-workout.json", WORKOUT),
        ("held-back.json", HELD_BACK),
        ("wrong.json", WORKOUT.replace("leg curl", "leg crul")),
        ("broken.json", WORKOUT.replace("3 },", "3 }")),
        ("none.ttl", "exercise:squat rdfs:label 'squat' ."),
        ("broken.ttl", "<#mine> a myo:Workout ;\n  myo:sets 1 1 ."),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "binary.ttl").write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["ask", "exercises-for-muscle", "soleus"], 2),
        (["ask", "exercises-for-muscle", "--muscle", "soleus", "--muscle", "psoas major"], 2),
        (["ask", "compare-exercises", "--exercise", "squat", "--exercise", "leg press"], 0),
        (["ask", "muscles-in-gait-phase", "--phase", "push off"], 0),
        (["ask", "muscles-in-gait-phase", "--phase", "xyzzy"], 2),
        (["plan", "check", "my-workout.json"], 0),
        (["plan", "check", "held-back.json"], 1),
        (["plan", "check", "wrong.json"], 2),
        (["plan", "check", "broken.json"], 2),
        (["plan", "check", "missing.json"], 2),
        (["plan", "check", "binary.ttl"], 2),
        (["plan", "check", "none.ttl"], 2),
        (["plan", "dance"], 2),
        (["plan", "schema"], 0),
    ],
)
def test_the_exit_code_says_yes_no_or_not_right(argv: list[str], code: int) -> None:
    assert refused(argv) == code


# ---------------------------------------------------------------- questions with filters


def exercises(capsys: pytest.CaptureFixture[str], *given: str) -> set[str]:
    main(["ask", "exercises-for-muscle", "--muscle", "hamstrings", *given, "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["results"]["bindings"]
    return {row["exerciseLabel"]["value"] for row in rows}


def test_filters_narrow_a_question_and_several_values_widen_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    every = exercises(capsys)
    assert {"leg curl", "Romanian deadlift"} <= every
    machine = exercises(capsys, "--equipment", "lying leg curl machine")
    assert machine == {"leg curl"}
    both = exercises(capsys, "--equipment", "lying leg curl machine", "--equipment", "barbell")
    assert machine < both < every
    bare = exercises(capsys, "--equipment=none")
    assert bare
    assert not bare & both
    assert "leg curl" in exercises(capsys, "--position", "prone")
    assert "leg curl" not in exercises(capsys, "--position", "standing")
    assert exercises(capsys, "--difficulty", "advanced") < every
    assert exercises(capsys, "--contraction", "isometric") < every


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["ask", "exercises-of-muscle"], ["no question 'exercises-of-muscle'", "exercises-for-mu"]),
        (["ask", "deep-to", "--muscles", "x"], ["no parameter 'muscles'", "Did you mean muscle?"]),
        (["ask", "deep-to", "soleus"], ["no parameter 'soleus'"]),
        (
            ["ask", "exercises-for-muscle", "--muscle", "soleus", "--muscle", "psoas major"],
            ["'muscle' takes one value, and 2 are given"],
        ),
        (
            ["ask", "exercises-for-muscle", "--equipment", "barbel"],
            ["no equipment or its absence called 'barbel'", "barbell (barbell)"],
        ),
        (
            ["ask", "exercises-for-muscle", "--difficulty", "xyzzy"],
            ["no difficulty called 'xyzzy'", "advanced, beginner, intermediate"],
        ),
        (
            ["ask", "exercises-for-muscle", "--muscle", "leg curl"],
            ["called 'leg curl'; that names exercise:leg-curl"],
        ),
        (["ask", "muscles-in-gait-phase", "--phase", "pushoff"], ["no phase", "push-off"]),
    ],
)
def test_what_is_wrong_with_a_question_is_named_with_what_is_near(
    argv: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    told = capsys.readouterr().err
    for word in words:
        assert word in told


# ---------------------------------------------------------------- workouts


def test_a_workout_is_told_on_a_card(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "check", "held-back.json"]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "\x1b" not in captured.out
    for words in (
        "Short and even  2 exercises, 1 day",
        "hamstrings (3 of 3)",
        "Misses of lower limb",
        "Held back with hamstring strain, stage 1",
        "leg curl: eccentric load on",
        "not medical advice",
    ):
        assert words in captured.out
    assert "Overloads" not in captured.out


def test_a_workout_as_json_is_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "check", "held-back.json", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert [held["exercise"]["label"] for held in found["held_back"]] == ["squat", "leg curl"]
    assert main(["plan", "check", "my-workout.json", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_the_card_of_a_workout_fits_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("myograph.commands.plan.OUT", Console(width=80, highlight=False))
    assert main(["plan", "check", "held-back.json"]) == 1
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wrong.json", ["wrong.json, line 5, exercises, entry 2", "Did you mean leg curl"]),
        ("broken.json", ["broken.json, line 5, column 5"]),
        ("none.ttl", ["holds 0 workouts", "myo:includesExercise"]),
        ("broken.ttl", ["broken.ttl, line 2, column"]),
    ],
)
def test_a_workout_that_is_not_right_is_told_by_its_place(
    name: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "check", name]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    for word in words:
        assert word in captured.err


def test_the_schema_of_a_workout_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Workout"


def test_a_workout_can_come_on_standard_input(build_folder: Path) -> None:
    done = piped(build_folder, "plan", "check", "-", given=WORKOUT)
    assert (done.returncode, done.stderr) == (0, "")
    turtle = "<#mine> a myo:Workout ; myo:includesExercise exercise:squat ."
    assert piped(build_folder, "plan", "check", given=turtle).returncode == 0
