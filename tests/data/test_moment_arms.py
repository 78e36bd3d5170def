"""Actions and joints of the graph agree with the moment arms of published leg models."""

from dataclasses import replace

import pytest

from benchmarks.moments import (
    DISPUTED,
    Stated,
    compare,
    crossing_faults,
    leaves_of,
    passages,
    stated_in,
)
from benchmarks.paths import (
    FREEDOMS,
    Freedom,
    Model,
    MusclePath,
    Vector,
    moment_arm,
    read_models,
    straightened,
)
from myograph.build import Built
from tests.helpers import REPOSITORY

TABLE = REPOSITORY / "../shared/reference/muscle_paths.tsv"
CENTRES: dict[str, Vector] = {
    "hip": (0, 0.9, 0.08),
    "knee": (0, 0.5, 0.08),
    "ankle": (0, 0.1, 0.08),
    "subtalar": (0, 0.1, 0.08),
    "mtp": (0.1, 0, 0.08),
    "back": (0, 1.0, 0),
}
# A muscle that runs straight down, 5 cm from the hip's centre, from pelvis to femur.
IN_FRONT = ((0.05, 1.0, 0.08), (0.05, 0.7, 0.08))
BEHIND = ((-0.05, 1.0, 0.08), (-0.05, 0.7, 0.08))


def models(*paths: MusclePath) -> list[Model]:
    return [Model(name, CENTRES, tuple(replace(p, model=name) for p in paths)) for name in "ab"]


def path(muscle: str, *points: Vector) -> MusclePath:
    return MusclePath("a", "unit", muscle, "", points)


def freedom(movement: str) -> Freedom:
    return next(f for f in FREEDOMS if f"{f.joint}-{f.positive}" == movement)


# ---------------------------------------------------------------- geometry


@pytest.mark.parametrize(
    ("movement", "points"),
    [
        ("hip-flexion", IN_FRONT),
        ("hip-adduction", ((0, 1.0, 0.03), (0, 0.7, 0.03))),
        ("hip-medial-rotation", ((0.05, 0.9, -0.2), (0.05, 0.9, 0.1))),
        ("knee-extension", ((0.05, 0.7, 0.08), (0.05, 0.4, 0.08))),
        ("back-extension", ((-0.05, 0.9, 0), (-0.05, 1.1, 0))),
        ("back-ipsilateral-flexion", ((0, 0.9, 0.05), (0, 1.1, 0.05))),
        ("back-contralateral-rotation", ((0.05, 1.0, -0.1), (0.05, 1.0, 0.1))),
        ("mtp-extension", ((0, 0.05, 0.08), (0.2, 0.05, 0.08))),
    ],
)
def test_a_straight_path_pulls_by_its_distance(
    movement: str, points: tuple[Vector, Vector]
) -> None:
    toward = freedom(movement)
    assert moment_arm(path("x", *points), toward, CENTRES) == pytest.approx(0.05)
    # Tied the other way round, it pulls the other way.
    assert moment_arm(path("x", *reversed(points)), toward, CENTRES) == pytest.approx(-0.05)


def test_where_two_pieces_are_as_near_and_pull_opposite_ways_nothing_is_said() -> None:
    bent = path("x", (0.05, 1.0, 0.08), (-0.05, 0.9, 0.08), (0.05, 0.8, 0.08))
    assert moment_arm(bent, freedom("hip-flexion"), CENTRES) < 0
    round_it = path("x", (-0.1, 0.9, 0.08), (0, 1.0, 0.08), (0.1, 0.9, 0.08), (0, 0.8, 0.08))
    assert moment_arm(round_it, freedom("hip-adduction"), CENTRES) == 0


def test_a_point_of_another_pose_is_left_out() -> None:
    a, b, c = (0.0, 0.9, 0.0), (0.0, 0.4, 0.0), (0.0, 0.5, 0.0)
    assert straightened([(a, False), (b, True), (c, False)]) == (a, c)
    # One that lies on the way stays, and a fixed point always does.
    assert straightened([(a, False), (c, True), (b, False)]) == (a, c, b)
    assert straightened([(a, False), (b, False), (c, False)]) == (a, b, c)


# ---------------------------------------------------------------- comparison


def verdicts(stated: Stated, *points: Vector) -> dict[str, str]:
    rows = compare(models(path("iliacus", *points)), {"iliacus": stated})
    return {row.movement: row.verdict for row in rows if row.movement}


def test_an_action_that_the_path_makes_agrees() -> None:
    assert verdicts(Stated({"hip"}, {"hip-flexion": False}), *IN_FRONT) == {"hip-flexion": "agrees"}


def test_an_action_on_the_wrong_side_is_a_contradiction_and_leaves_a_gap() -> None:
    found = verdicts(Stated({"hip"}, {"hip-flexion": False}), *BEHIND)
    assert found == {"hip-flexion": "contradiction", "hip-extension": "gap"}


def test_an_action_of_a_posture_or_without_a_lever_is_no_contradiction() -> None:
    assert verdicts(Stated({"hip"}, {"hip-extension": True}), *IN_FRONT) == {
        "hip-extension": "in a posture",
        "hip-flexion": "gap",
    }
    through = ((0.001, 1.0, 0.08), (0.001, 0.7, 0.08))
    assert verdicts(Stated({"hip"}, {"hip-flexion": False}), *through) == {
        "hip-flexion": "no lever"
    }


def test_a_variant_about_the_movement_fills_a_gap() -> None:
    assert verdicts(Stated({"hip"}), *IN_FRONT) == {"hip-flexion": "gap"}
    told = Stated({"hip"}, {}, {"hip-flexion"})
    assert verdicts(told, *IN_FRONT) == {"hip-flexion": "variant"}


def test_a_model_that_differs_leaves_it_open() -> None:
    front, behind = path("iliacus", *IN_FRONT), path("iliacus", *BEHIND)
    both = [Model("a", CENTRES, (front,)), Model("b", CENTRES, (behind,))]
    rows = compare(both, {"iliacus": Stated({"hip"}, {"hip-flexion": False})})
    assert {row.verdict for row in rows} == {"agrees", "near the axis"}


def test_joints_crossed_are_compared() -> None:
    made = models(path("iliacus", *IN_FRONT))
    assert crossing_faults(made, {"iliacus": Stated({"hip"})}) == []
    [one] = crossing_faults(made, {"iliacus": Stated({"hip", "knee"})})
    assert one == "iliacus: only the graph says that it crosses the joint 'knee'"
    [other] = crossing_faults(made, {"iliacus": Stated()})
    assert other == "iliacus: only the models say that it crosses the joint 'hip'"


def test_passages_are_those_that_the_graph_lacks() -> None:
    made = models(path("iliacus", *IN_FRONT))
    graph = {"iliacus": Stated({"hip"}, {"hip-flexion": False})}
    assert passages(compare(made, graph), graph) == [("iliacus", "hip", "AnteriorSide", "")]
    graph["iliacus"].actions.clear()
    [(*_, missing)] = passages(compare(made, graph), graph)
    assert missing == "hip-flexion"
    graph["iliacus"].passages.add("hip")
    assert passages(compare(made, graph), graph) == []


def test_a_path_stands_for_the_leaves_that_the_graph_has() -> None:
    whole = path("vastus medialis")
    assert leaves_of(whole, ["vastus-medialis"]) == ("vastus-medialis",)
    parts = ["vastus-medialis-longus", "vastus-medialis-obliquus"]
    assert list(leaves_of(whole, parts)) == parts
    assert leaves_of(whole, ["soleus"]) == ()


# ---------------------------------------------------------------- the graph against the models


@pytest.fixture(scope="module")
def published() -> list[Model]:
    if not TABLE.is_file():
        pytest.skip("the reference tables are not beside this checkout")
    return read_models(TABLE)


def test_no_action_is_against_the_models(published: list[Model], built: Built) -> None:
    compared = compare(published, stated_in(built.store))
    assert sum(row.verdict == "agrees" for row in compared) > 60
    wrong = {(row.leaf, row.movement): row for row in compared if row.verdict == "contradiction"}
    assert wrong.keys() == DISPUTED.keys(), "correct the action, or say in DISPUTED why it stands"
    assert all(DISPUTED.values())


def test_the_graph_and_the_models_cross_the_same_joints(
    published: list[Model], built: Built
) -> None:
    assert crossing_faults(published, stated_in(built.store)) == []
