"""Pairs that differ in one thing, with the reason that the rules have on record for it.

A role alone could be right for the wrong reason. So each pair asks for the node that carries
the reason: what lowers an involvement and at which position or demand, what limits a stretch,
how a stretch is graded, in which phase a leaf lengthens under load.
"""

import pyoxigraph as ox
import pytest

from myograph.terms import BASE
from tests.data.test_derivation import (
    GASTROCNEMIUS,
    LONG_HAMSTRINGS,
    SHORT_HEAD,
    VASTI_LEAVES,
    involvement,
    muscles,
    values,
)
from tests.helpers import iri, real_explainer, real_graph


def where(term: object) -> str:
    """The IRI of a record, without our base."""
    assert isinstance(term, ox.NamedNode)
    return term.value.removeprefix(BASE)


def figures(subject: str, predicate: str) -> set[str]:
    """The literal values of a property."""
    found = real_graph().store.quads_for_pattern(iri(subject), iri(predicate), None, None)
    return {quad.object.value for quad in found if isinstance(quad.object, ox.Literal)}


def reasons(exercise: str, movement: str, leaf: str) -> set[str]:
    """What lowers a leaf in a movement, in any phase of an exercise."""
    nodes = real_graph().store.quads_for_pattern(
        None, iri("myo:ofActivity"), iri(f"exercise:{exercise}"), None
    )
    wanted = f"/demand/{movement}"
    return {
        reason
        for node in nodes
        if wanted in where(node.subject) and where(node.subject).endswith(f"/{leaf}")
        for reason in values(where(node.subject), "myo:reducedBy")
    }


def eccentric(phase: str) -> set[str]:
    """The leaves that lengthen under load in a phase."""
    found = real_graph().store.quads_for_pattern(None, iri("myo:eccentricIn"), iri(phase), None)
    return {where(quad.subject).rsplit("/", 1)[-1] for quad in found}


# ---------------------------------------------------------------- active insufficiency


@pytest.mark.parametrize(
    ("leaves", "movement", "lowered_in", "whole_in"),
    [
        (GASTROCNEMIUS, "ankle-plantarflexion", "seated-calf-raise", "standing-calf-raise"),
        (
            ("rectus-femoris",),
            "knee-extension",
            "seated-leg-extension",
            "leaning-back-leg-extension",
        ),
        (LONG_HAMSTRINGS, "hip-extension", "glute-bridge", "long-lever-bridge"),
        (("gracilis",), "hip-adduction", "copenhagen-plank-short-lever", "copenhagen-plank"),
    ],
)
def test_what_another_joint_has_shortened_is_lowered_for_that_reason(
    leaves: tuple[str, ...], movement: str, lowered_in: str, whole_in: str
) -> None:
    for leaf in leaves:
        assert reasons(lowered_in, movement, leaf) == {"myo:ActiveInsufficiency"}
        assert reasons(whole_in, movement, leaf) == set()
        assert leaf in muscles(whole_in, "myo:trainsAsPrimeMover")


def test_the_posture_of_the_joint_at_work_makes_nothing_insufficient() -> None:
    """Sitting bends the hip; what closes the legs or turns them inward keeps its role."""
    prime = muscles("hip-adduction-machine", "myo:trainsAsPrimeMover")
    assert {"adductor-longus", "adductor-magnus-adductor-part"} <= prime
    assert reasons("hip-adduction-machine", "hip-adduction", "adductor-longus") == set()
    inward = muscles("seated-band-hip-internal-rotation", "myo:trainsAsPrimeMover")
    assert {"gluteus-minimus-anterior-part", "gluteus-medius-anterior-part"} <= inward


# ---------------------------------------------------------------- long length


def test_long_length_names_the_position() -> None:
    for leaf in LONG_HAMSTRINGS:
        node = involvement("seated-leg-curl", "curl", "knee-flexion", leaf)
        assert values(node, "myo:favouredBy") == {"myo:LongLength"}
        [at] = values(node, "myo:favouredAt")
        assert at.endswith("seated-leg-curl/phase/curl/position/hip-flexion")
        lying = involvement("leg-curl", "curl", "knee-flexion", leaf)
        assert values(lying, "myo:favouredBy") == set()


# ---------------------------------------------------------------- opposition


@pytest.mark.parametrize("exercise", ["squat", "leg-press"])
def test_two_joint_muscles_are_opposed_where_hip_and_knee_straighten_together(
    exercise: str,
) -> None:
    for leaf in LONG_HAMSTRINGS:
        assert reasons(exercise, "hip-extension", leaf) == {"myo:Opposition"}
        assert leaf in muscles(exercise, "myo:trainsAsSynergist")
    assert "myo:Opposition" in reasons(exercise, "knee-extension", "rectus-femoris")
    for leaf in VASTI_LEAVES:
        assert reasons(exercise, "knee-extension", leaf) == set()


def test_stairs_oppose_as_a_squat_does() -> None:
    pull_up = "activity/stair-climbing/phase/pull-up/demand"
    for leaf in LONG_HAMSTRINGS:
        found = [
            quad
            for quad in real_graph().store.quads_for_pattern(
                None, iri("myo:reducedBy"), iri("myo:Opposition"), None
            )
            if f"{pull_up}/hip-extension" in where(quad.subject)
            and where(quad.subject).endswith(f"/{leaf}")
        ]
        assert found, leaf


# ---------------------------------------------------------------- actions that posture decides


def test_a_clamshell_and_seated_turns_name_the_rotators_of_their_posture() -> None:
    # Bent by 45 degrees piriformis still turns outward, bent by 90 it turns inward.
    assert "piriformis" in muscles("clamshell", "myo:trainsAsPrimeMover")
    outward = muscles("seated-band-hip-external-rotation", "myo:trains")
    assert {"obturator-internus", "quadratus-femoris", "obturator-externus"} <= outward
    assert "piriformis" not in outward
    inward = muscles("seated-band-hip-internal-rotation", "myo:trains")
    assert {"piriformis", "gluteus-minimus-anterior-part", "tensor-fasciae-latae"} <= inward
    assert "obturator-internus" not in inward


@pytest.mark.parametrize(
    "exercise", ["supine-figure-four-stretch", "seated-figure-four-stretch", "pigeon-pose"]
)
def test_the_bent_and_outward_turned_hip_stretches_piriformis(exercise: str) -> None:
    reached = muscles(exercise, "myo:stretches")
    assert "piriformis" in reached
    # What turns the bent thigh outward is slack there.
    assert not reached & {"obturator-internus", "quadratus-femoris"}


def test_an_antagonism_that_needs_a_posture_says_so() -> None:
    node = "muscle/piriformis/antagonism/quadratus-femoris--hip-medial-rotation"
    [condition] = values(node, "myo:underCondition")
    assert figures(condition, "myo:minAngle") == {"60"}
    # Outward in the straighter hip, inward in the bent one: the two never meet.
    never = "muscle/piriformis/antagonism/gluteus-medius-posterior-part--hip-lateral-rotation"
    assert values(never, "myo:agonist") == set()


# ---------------------------------------------------------------- passive insufficiency


@pytest.mark.parametrize(
    ("position", "leaves", "elsewhere"),
    [
        (
            "exercise/seated-forward-bend/phase/hold/position/hip-flexion",
            LONG_HAMSTRINGS,
            "position/knee-flexion",
        ),
        (
            "exercise/wall-calf-stretch-straight-knee/phase/hold/position/ankle-dorsiflexion",
            GASTROCNEMIUS,
            "position/knee-flexion--TrailLimb",
        ),
        (
            "exercise/standing-quadriceps-stretch/phase/hold/position/knee-flexion--WorkingLimb",
            ("rectus-femoris",),
            "position/hip-extension",
        ),
    ],
)
def test_what_crosses_two_joints_limits_one_when_the_other_has_its_length(
    position: str, leaves: tuple[str, ...], elsewhere: str
) -> None:
    for leaf in leaves:
        node = f"{position}/limitation/{leaf}"
        assert values(node, "myo:limitedBy") == {f"muscle:{leaf}"}
        assert values(node, "myo:because") == {"myo:PassiveInsufficiency"}
        assert any(at.endswith(elsewhere) for at in values(node, "myo:limitedAt"))


def test_a_bent_knee_or_a_single_joint_limits_nothing() -> None:
    bent = "exercise/wall-calf-stretch-bent-knee/phase/hold/position/ankle-dorsiflexion"
    straight = "exercise/wall-calf-stretch-straight-knee/phase/hold/position/ankle-dorsiflexion"
    for leaf in GASTROCNEMIUS:
        assert values(f"{bent}/limitation/{leaf}", "myo:limits") == set()
    assert values(f"{straight}/limitation/soleus", "myo:limits") == set()


def test_the_reason_for_a_limit_can_be_read() -> None:
    position = "exercise/seated-forward-bend/phase/hold/position/hip-flexion"
    found = real_explainer().explain(
        iri(f"{position}/limitation/semitendinosus"), iri("myo:limits"), iri(position)
    )
    assert found.rule == "passive-insufficiency"
    assert "semitendinosus limits" in found.says
    assert all(part.sources or part.graph == "ontology" for part in found.authored())


# ---------------------------------------------------------------- stretches by grade


def grade(phase: str, leaf: str) -> tuple[str, str, float]:
    """Joints taken, joints served and the mean share of range of a stretch."""
    node = f"{phase}/stretch/{leaf}"
    [taken], [served] = figures(node, "myo:jointsTaken"), figures(node, "myo:jointsServed")
    [share] = figures(node, "myo:meanShare")
    return taken, served, float(share)


def test_stretches_are_graded_by_joints_and_range() -> None:
    bend = "exercise/seated-forward-bend/phase/hold"
    assert grade(bend, "semitendinosus") == ("2", "2", 0.896)
    assert grade(bend, "gluteus-maximus-inferior-part")[:2] == ("1", "1")
    straight = "exercise/wall-calf-stretch-straight-knee/phase/hold"
    assert grade(straight, f"{GASTROCNEMIUS[0]}--traillimb") == ("2", "2", 0.95)
    assert grade(straight, "soleus--traillimb") == ("1", "1", 0.9)


def test_a_couch_stretch_takes_rectus_femoris_farther_than_a_standing_one() -> None:
    standing = grade(
        "exercise/standing-quadriceps-stretch/phase/hold", "rectus-femoris--workinglimb"
    )
    couch = grade("exercise/couch-stretch/phase/hold", "rectus-femoris--traillimb")
    assert standing[:2] == couch[:2] == ("2", "2")
    assert couch[2] > standing[2]


# ---------------------------------------------------------------- eccentric, isometric, steadying


def test_the_nordic_curl_is_eccentric_for_the_hamstrings_and_a_leg_curl_is_not() -> None:
    emphasised = muscles("nordic-hamstring-curl", "myo:eccentricEmphasisOn")
    assert {*LONG_HAMSTRINGS, SHORT_HEAD, "hamstrings", "biceps-femoris"} <= emphasised
    assert {*LONG_HAMSTRINGS, SHORT_HEAD} <= muscles("leg-curl", "myo:trainsEccentrically")
    assert muscles("leg-curl", "myo:eccentricEmphasisOn") == set()


def test_late_swing_of_a_sprint_lengthens_the_working_hamstrings() -> None:
    assert {*LONG_HAMSTRINGS, SHORT_HEAD} <= eccentric("activity/sprinting/phase/late-swing")
    assert not eccentric("activity/sprinting/phase/drive") & {*LONG_HAMSTRINGS}


def test_a_squats_way_down_lengthens_the_vasti_and_no_muscle_of_two_joints() -> None:
    lower = eccentric("exercise/squat/phase/lower")
    assert {*VASTI_LEAVES, "soleus"} <= lower
    assert not lower & {*LONG_HAMSTRINGS, *GASTROCNEMIUS, "rectus-femoris"}


def test_a_hold_trains_isometrically_and_what_a_lift_holds_is_steadied() -> None:
    held = muscles("isometric-knee-flexion-hold", "myo:trainsIsometrically")
    assert {*LONG_HAMSTRINGS, SHORT_HEAD} <= held
    for exercise in ("deadlift", "romanian-deadlift", "squat"):
        assert muscles(exercise, "myo:trainsIsometrically") == set()
        assert "erector-spinae" in muscles(exercise, "myo:steadiedBy")


# ---------------------------------------------------------------- share of the force


def share(muscle: str, movement: str, model: str = "delp-1990") -> float:
    [found] = figures(f"muscle/{muscle}/force-share/{movement}--{model}", "myo:share")
    return float(found)


def test_soleus_holds_more_of_the_force_for_plantarflexion_than_gastrocnemius() -> None:
    movement = "ankle-plantarflexion"
    assert share("soleus", movement) > share("gastrocnemius", movement) > 0.2
    whole = share("triceps-surae", movement)
    assert whole == pytest.approx(
        share("soleus", movement) + share("gastrocnemius", movement), abs=0.002
    )


def test_a_total_says_what_it_lacks() -> None:
    total = "movement/hip-lateral-rotation/force-total/delp-1990"
    assert values(total, "myo:ofModel") == {"source:delp-1990"}
    assert figures(total, "myo:leavesWithoutFigures") != {"0"}
    # The two gemelli share one figure: it is theirs together, of neither alone.
    assert share("gemelli", "hip-lateral-rotation") > 0
    assert (
        figures("muscle/superior-gemellus/force-share/hip-lateral-rotation--delp-1990", "myo:share")
        == set()
    )


@pytest.mark.parametrize("model", ["delp-1990", "rajagopal-2016"])
def test_the_shares_of_the_leaves_do_not_exceed_the_whole(model: str) -> None:
    store = real_graph().store
    for quad in store.quads_for_pattern(None, iri("myo:ofModel"), iri(f"source:{model}"), None):
        parts = [
            float(figures(where(part.subject), "myo:share").pop())
            for part in store.quads_for_pattern(None, iri("myo:ofTotal"), quad.subject, None)
            if "/rolled-up" not in str(part.graph_name)
        ]
        assert sum(parts) <= 1.01, quad.subject


# ---------------------------------------------------------------- turns of the trunk


@pytest.mark.parametrize("exercise", ["russian-twist", "cable-torso-rotation", "pallof-press"])
def test_a_turn_of_the_trunk_opposes_neither_oblique(exercise: str) -> None:
    """Each side has its own oblique for it, and the record tells the turn for both."""
    trained = muscles(exercise, "myo:trains")
    assert {"external-oblique", "internal-oblique"} <= trained
    for leaf, movement in (
        ("external-oblique", "lumbar-contralateral-rotation"),
        ("internal-oblique", "lumbar-ipsilateral-rotation"),
    ):
        assert reasons(exercise, movement, leaf) == set()
