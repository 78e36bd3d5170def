"""Pairs of strength exercises that differ in one thing, and what the rules make of it.

Each pair is here because a list kept by hand tends to give both the same muscles.
"""

import pytest

from tests.helpers import objects, real_graph

LONG_HAMSTRINGS = ("biceps-femoris-long-head", "semitendinosus", "semimembranosus")


def muscles(exercise: str, predicate: str) -> set[str]:
    found = objects(real_graph().store, f"exercise:{exercise}", predicate)
    return {name.removeprefix("muscle:") for name in found}


def prime(exercise: str) -> set[str]:
    return muscles(exercise, "myo:trainsAsPrimeMover")


def trained(exercise: str) -> set[str]:
    return muscles(exercise, "myo:trains")


@pytest.mark.parametrize(
    ("leaf", "prime_in", "not_in"),
    [
        # the hip bent to 40 or to 90 degrees (Larsen 2024)
        ("rectus-femoris", "leaning-back-leg-extension", "seated-leg-extension"),
        # the hip follows the knee, or stays straight
        ("rectus-femoris", "reverse-nordic-curl", "squat"),
        # sitting, the bent knee has shortened them
        ("semitendinosus", "good-morning", "seated-good-morning"),
        ("semitendinosus", "long-lever-bridge", "glute-bridge"),
        ("semitendinosus", "prone-hip-extension", "donkey-kick"),
        # a lock-out of the hips alone, or knees and hips together to the top
        ("semitendinosus", "deadlift", "trap-bar-deadlift"),
        # the knee straight or bent at a right angle
        ("gracilis", "copenhagen-plank", "copenhagen-plank-short-lever"),
        # the straight limb is drawn in
        ("adductor-magnus-adductor-part", "lateral-lunge", "reverse-lunge"),
    ],
)
def test_one_difference_makes_a_prime_mover(leaf: str, prime_in: str, not_in: str) -> None:
    assert leaf in prime(prime_in)
    assert leaf not in prime(not_in)


@pytest.mark.parametrize("leaf", LONG_HAMSTRINGS)
@pytest.mark.parametrize(
    "exercise",
    ["stiff-leg-deadlift", "rack-pull", "kettlebell-swing", "back-extension", "slider-leg-curl"],
)
def test_hinges_and_curls_are_for_the_hamstrings(exercise: str, leaf: str) -> None:
    assert leaf in prime(exercise)


@pytest.mark.parametrize("exercise", ["tibialis-raise", "heel-walk", "band-dorsiflexion"])
def test_no_calf_muscle_draws_the_foot_up(exercise: str) -> None:
    assert "tibialis-anterior" in prime(exercise)
    assert not {"soleus", "gastrocnemius", "plantaris"} & trained(exercise)


def test_the_spine_is_held_in_a_squat_and_not_in_a_belt_squat() -> None:
    assert "erector-spinae" in muscles("squat", "myo:steadiedBy")
    assert "erector-spinae" not in muscles("belt-squat", "myo:steadiedBy")


def test_the_same_bench_trains_the_hips_or_the_spine() -> None:
    assert "erector-spinae" not in trained("back-extension")
    assert "erector-spinae" in prime("spinal-back-extension")
    assert "semitendinosus" not in trained("spinal-back-extension")


def test_standing_on_one_leg_is_steadied_by_the_side_of_the_hip() -> None:
    for exercise in ("single-leg-romanian-deadlift", "step-up", "single-leg-calf-raise"):
        assert "gluteus-minimus" in muscles(exercise, "myo:steadiedBy")
    assert "gluteus-minimus" not in muscles("romanian-deadlift", "myo:steadiedBy")
