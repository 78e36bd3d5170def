"""What issue 2 asks the rules to derive, on the graph as it is built: the facts and the reasons.

A statement alone could be right for the wrong reason, so the nodes that carry the reason are
asserted too: what an involvement is lowered or favoured by, and at which position or demand.
"""

import pytest

from tests.helpers import holds, iri, objects, real_explainer, real_graph

GASTROCNEMIUS = ("gastrocnemius-medial-head", "gastrocnemius-lateral-head")
GLUTEUS_MAXIMUS = ("gluteus-maximus-superior-part", "gluteus-maximus-inferior-part")
VASTI = ("vastus-medialis", "vastus-lateralis", "vastus-intermedius")
VASTI_LEAVES = ("vastus-medialis-longus", "vastus-medialis-obliquus", *VASTI[1:])
LONG_HAMSTRINGS = ("biceps-femoris-long-head", "semitendinosus", "semimembranosus")
SHORT_HEAD = "biceps-femoris-short-head"


def says(statement: str) -> bool:
    return holds(real_graph().store, statement)


def values(subject: str, predicate: str) -> set[str]:
    return objects(real_graph().store, subject, predicate)


def muscles(exercise: str, predicate: str) -> set[str]:
    """The slugs of the muscles that an exercise is linked to."""
    return {name.removeprefix("muscle:") for name in values(f"exercise:{exercise}", predicate)}


def involvement(exercise: str, phase: str, movement: str, leaf: str) -> str:
    return f"exercise/{exercise}/phase/{phase}/demand/{movement}/involvement/{leaf}"


def kinds(exercise: str, leaf: str, movement: str) -> dict[str, set[str]]:
    """By phase, the role that a leaf is left with when it answers a demand."""
    found = {}
    for phase in values(f"exercise:{exercise}", "myo:hasPhase"):
        key = phase.rsplit("/", 1)[-1]
        roles = values(involvement(exercise, key, movement, leaf), "myo:effectiveRole")
        if roles:
            found[key] = roles
    return found


# ---------------------------------------------------------------- calf raises and the jump


def test_seated_calf_raise_is_for_soleus_because_gastrocnemius_is_short_already() -> None:
    assert "soleus" in muscles("seated-calf-raise", "myo:trainsAsPrimeMover")
    for head in GASTROCNEMIUS:
        assert head in muscles("seated-calf-raise", "myo:trainsAsSynergist")
        assert head not in muscles("seated-calf-raise", "myo:trainsAsPrimeMover")
        node = involvement("seated-calf-raise", "raise", "ankle-plantarflexion", head)
        assert values(node, "myo:actionRole") == {"myo:PrimeMover"}
        assert values(node, "myo:effectiveRole") == {"myo:Synergist"}
        assert values(node, "myo:reducedBy") == {"myo:ActiveInsufficiency"}
        [position] = values(node, "myo:reducedAt")
        assert position.endswith("seated-calf-raise/phase/raise/position/knee-flexion")
    soleus = involvement("seated-calf-raise", "raise", "ankle-plantarflexion", "soleus")
    assert values(soleus, "myo:reducedBy") == set()


def test_gastrocnemius_as_a_whole_stands_below_soleus_in_the_seated_calf_raise() -> None:
    assert "gastrocnemius" in muscles("seated-calf-raise", "myo:trainsAsSynergist")
    assert "gastrocnemius" not in muscles("seated-calf-raise", "myo:trainsAsPrimeMover")


def test_standing_calf_raise_has_both_as_prime_movers() -> None:
    prime = muscles("standing-calf-raise", "myo:trainsAsPrimeMover")
    assert {"soleus", "gastrocnemius", *GASTROCNEMIUS} <= prime


@pytest.mark.parametrize("head", GASTROCNEMIUS)
def test_a_box_jumps_push_off_keeps_gastrocnemius_prime(head: str) -> None:
    roles = kinds("box-jump", head, "ankle-plantarflexion")
    assert roles["push-off"] == {"myo:PrimeMover"}
    # While the knee still straightens it is opposed there.
    assert roles["drive"] == {"myo:Synergist"}
    drive = involvement("box-jump", "drive", "ankle-plantarflexion", head)
    assert values(drive, "myo:reducedBy") == {"myo:Opposition"}
    assert head in muscles("box-jump", "myo:trainsAsPrimeMover")


# ---------------------------------------------------------------- curls and hinges


@pytest.mark.parametrize("exercise", ["leg-curl", "seated-leg-curl"])
def test_both_leg_curls_are_for_the_hamstrings_short_head_and_all(exercise: str) -> None:
    prime = muscles(exercise, "myo:trainsAsPrimeMover")
    assert {*LONG_HAMSTRINGS, SHORT_HEAD, "hamstrings", "biceps-femoris"} <= prime


def test_only_the_seated_leg_curl_works_at_long_length_and_only_what_crosses_the_hip() -> None:
    for leaf in (*LONG_HAMSTRINGS, SHORT_HEAD):
        seated = involvement("seated-leg-curl", "curl", "knee-flexion", leaf)
        lying = involvement("leg-curl", "curl", "knee-flexion", leaf)
        wanted = {"myo:LongLength"} if leaf in LONG_HAMSTRINGS else set()
        assert values(seated, "myo:favouredBy") == wanted
        assert values(lying, "myo:favouredBy") == set()
        # Long length never lowers a role.
        assert values(seated, "myo:effectiveRole") == {"myo:PrimeMover"}


def test_a_romanian_deadlift_trains_the_long_head_and_not_the_short_one() -> None:
    assert set(LONG_HAMSTRINGS) <= muscles("romanian-deadlift", "myo:trainsAsPrimeMover")
    assert SHORT_HEAD not in muscles("romanian-deadlift", "myo:trains")
    assert SHORT_HEAD not in muscles("romanian-deadlift", "myo:steadiedBy")


def test_a_deadlifts_lockout_keeps_the_hamstrings_prime() -> None:
    for leaf in LONG_HAMSTRINGS:
        roles = kinds("deadlift", leaf, "hip-extension")
        assert roles["lockout"] == {"myo:PrimeMover"}
        assert roles["pull"] == {"myo:Synergist"}


def test_the_back_steadies_a_deadlift_and_is_not_trained_by_it() -> None:
    for exercise in ("deadlift", "romanian-deadlift", "squat"):
        assert "erector-spinae" in muscles(exercise, "myo:steadiedBy")
        assert "erector-spinae" not in muscles(exercise, "myo:trains")


# ---------------------------------------------------------------- the squat


def test_a_squats_prime_movers_are_gluteus_maximus_vasti_and_soleus() -> None:
    leaves = {
        name
        for name in muscles("squat", "myo:trainsAsPrimeMover")
        if says(f"muscle:{name} a myo:LeafMuscle .")
    }
    assert leaves == {*GLUTEUS_MAXIMUS, "soleus", *VASTI_LEAVES}
    assert "gluteus-maximus" in muscles("squat", "myo:trainsAsPrimeMover")


@pytest.mark.parametrize(
    ("leaf", "movement", "against"),
    [
        *((leaf, "hip-extension", "knee-extension") for leaf in LONG_HAMSTRINGS),
        ("rectus-femoris", "knee-extension", "hip-extension"),
        *((leaf, "ankle-plantarflexion", "knee-extension") for leaf in GASTROCNEMIUS),
    ],
)
def test_what_crosses_two_joints_is_opposed_in_a_squat(
    leaf: str, movement: str, against: str
) -> None:
    assert leaf in muscles("squat", "myo:trainsAsSynergist")
    node = involvement("squat", "rise", movement, leaf)
    assert values(node, "myo:reducedBy") == {"myo:Opposition"}
    assert any(at.endswith(f"/demand/{against}") for at in values(node, "myo:reducedAt"))


# ---------------------------------------------------------------- stretches


def test_a_bent_knee_calf_stretch_reaches_soleus_and_not_gastrocnemius() -> None:
    reached = muscles("wall-calf-stretch-bent-knee", "myo:stretches")
    assert "soleus" in reached
    assert not reached & {"gastrocnemius", *GASTROCNEMIUS, "plantaris", "triceps-surae"}
    assert "triceps-surae" in muscles("wall-calf-stretch-bent-knee", "myo:stretchesPartOf")


def test_a_straight_knee_calf_stretch_reaches_the_whole_calf_and_no_hamstring() -> None:
    exercise = "wall-calf-stretch-straight-knee"
    reached = muscles(exercise, "myo:stretches")
    assert {"soleus", "gastrocnemius", *GASTROCNEMIUS, "triceps-surae"} <= reached
    hamstrings = {*LONG_HAMSTRINGS, SHORT_HEAD, "hamstrings", "biceps-femoris"}
    assert not (reached | muscles(exercise, "myo:stretchesPartOf")) & hamstrings


def test_a_forward_bend_reaches_the_three_long_hamstrings_and_not_the_short_head() -> None:
    reached = muscles("seated-forward-bend", "myo:stretches")
    assert set(LONG_HAMSTRINGS) <= reached
    assert not reached & {SHORT_HEAD, "hamstrings", "biceps-femoris"}
    part = muscles("seated-forward-bend", "myo:stretchesPartOf")
    assert {"hamstrings", "biceps-femoris"} <= part


def test_the_quadriceps_stretch_reaches_rectus_femoris_and_the_vasti() -> None:
    reached = muscles("standing-quadriceps-stretch", "myo:stretches")
    assert {"rectus-femoris", *VASTI} <= reached


# ---------------------------------------------------------------- injuries


@pytest.mark.parametrize("exercise", ["leg-curl", "seated-leg-curl"])
def test_leg_curls_load_a_strain_of_the_long_head(exercise: str) -> None:
    assert says(f"exercise:{exercise} myo:loads injury:biceps-femoris-long-head-strain .")
    node = f"exercise/{exercise}/phase/lower/loading/biceps-femoris-long-head-strain--eccentric"
    assert values(node, "myo:loadMode") == {"myo:Eccentric"}
    assert values(node, "myo:throughStructure") == {"muscle:biceps-femoris-long-head"}


def test_the_calf_raise_loads_the_achilles_tendon_through_what_pulls_on_it() -> None:
    assert says("exercise:standing-calf-raise myo:loads injury:achilles-tendinopathy .")
    leaves = values("injury:achilles-tendinopathy", "myo:affectsLeaf")
    wanted = {f"muscle:{name}" for name in ("soleus", *GASTROCNEMIUS)}
    assert wanted <= leaves
    assert not leaves & {"muscle:tibialis-posterior", "muscle:fibularis-longus"}
    node = "exercise/standing-calf-raise/phase/raise/loading/achilles-tendinopathy--concentric"
    assert wanted <= values(node, "myo:throughStructure")


def test_a_leg_curl_does_not_load_the_achilles_tendon_by_soleus() -> None:
    node = "exercise/leg-curl/phase/curl/loading/achilles-tendinopathy--concentric"
    assert "muscle:soleus" not in values(node, "myo:throughStructure")


# ---------------------------------------------------------------- anatomy


def test_nothing_is_its_own_antagonist_group_or_muscle() -> None:
    quads = list(real_graph().store.quads_for_pattern(None, iri("myo:antagonistOf"), None, None))
    assert quads
    assert [quad for quad in quads if quad.subject == quad.object] == []
    # Nor of what shares a leaf with it.
    leaves = {
        (quad.object, quad.subject)
        for quad in real_graph().store.quads_for_pattern(None, iri("myo:leafOf"), None, None)
    }
    below = {whole: {leaf for w, leaf in leaves if w == whole} for whole, _ in leaves}
    sharing = [q for q in quads if below[q.subject] & below[q.object]]
    assert sharing == []


def test_groups_oppose_each_other_and_sartorius_both_opposes_and_helps() -> None:
    assert says("muscle:hamstrings myo:antagonistOf muscle:quadriceps-femoris .")
    assert says("muscle:triceps-surae myo:antagonistOf muscle:tibialis-anterior .")
    assert says("muscle:sartorius myo:antagonistOf muscle:rectus-femoris .")
    assert says("muscle:sartorius myo:synergistWith muscle:rectus-femoris .")
    assert says(
        "<muscle/sartorius/antagonism/rectus-femoris--knee-flexion> "
        "myo:inMovement movement:knee-flexion ."
    )
    assert not says("<muscle/sartorius/antagonism/rectus-femoris--hip-flexion> a myo:Antagonism .")


def test_soleus_crosses_ankle_and_subtalar_joint_and_no_other() -> None:
    assert values("muscle:soleus", "myo:crosses") == {"joint:ankle", "joint:subtalar"}


def test_the_short_head_crosses_and_moves_the_knee_alone() -> None:
    assert values(f"muscle:{SHORT_HEAD}", "myo:crosses") == {"joint:knee"}
    assert not says(f"muscle:{SHORT_HEAD} myo:produces movement:hip-extension .")
    assert says("muscle:biceps-femoris myo:crosses joint:hip .")


def test_who_is_biarticular() -> None:
    for name in (*LONG_HAMSTRINGS, *GASTROCNEMIUS, "rectus-femoris", "gracilis", "sartorius"):
        assert says(f"muscle:{name} a myo:BiarticularMuscle ."), name
    one_joint = (SHORT_HEAD, "soleus", "gluteus-maximus", *GLUTEUS_MAXIMUS, "popliteus", *VASTI)
    for name in one_joint:
        assert not says(f"muscle:{name} a myo:BiarticularMuscle ."), name
    # It reaches the tibia by the tract all the same.
    assert says("muscle:gluteus-maximus myo:crosses joint:knee .")


def test_hamstrings_turn_the_tibia_only_when_the_knee_is_bent() -> None:
    movement = "movement:knee-lateral-rotation"
    assert says(f"muscle:biceps-femoris myo:produces {movement} .")
    assert not says(f"muscle:biceps-femoris myo:moves {movement} .")


def test_both_ways_of_speaking_of_the_back_of_the_leg_work() -> None:
    for region in ("region:back-of-leg", "region:posterior-leg", "region:calf"):
        assert says(f"muscle:soleus myo:liesIn {region} .")
    assert says("muscle:semitendinosus myo:liesIn region:back-of-leg .")
    assert not says("muscle:semitendinosus myo:liesIn region:calf .")
    assert not says("muscle:semitendinosus myo:liesIn region:leg .")


def test_no_rule_finds_a_violation() -> None:
    found = [
        f"{quad.subject}: {quad.object}"
        for quad in real_graph().quads
        if "/graph/violation/" in str(quad.graph_name)
    ]
    assert found == []


def test_the_reason_for_soleus_before_gastrocnemius_can_be_read() -> None:
    node = involvement("seated-calf-raise", "raise", "ankle-plantarflexion", GASTROCNEMIUS[0])
    found = real_explainer().explain(
        iri(node), iri("myo:reducedBy"), iri("myo:ActiveInsufficiency")
    )
    assert found.rule == "active-insufficiency"
    assert "medial head of gastrocnemius is actively insufficient" in found.says
    assert "knee flexion" in found.says
    assert all(part.sources or part.graph == "ontology" for part in found.authored())


# ---------------------------------------------------------------- the sole


def test_what_runs_between_two_rays_of_the_foot_passes_no_joint_of_the_tarsus() -> None:
    first = values("muscle:first-dorsal-interosseus-of-foot", "myo:crosses")
    assert "joint:metatarsophalangeal-2" in first
    assert values("muscle:adductor-hallucis-transverse-head", "myo:crosses") == {
        "joint:metatarsophalangeal-1"
    }
    for muscle in ("dorsal-interossei-of-foot", "plantar-interossei-of-foot"):
        crossed = values(f"muscle:{muscle}", "myo:crosses")
        assert not {joint for joint in crossed if "tars" in joint.replace("metatarso", "")}


def test_what_comes_from_the_tarsus_passes_its_joint_with_the_ray() -> None:
    for head in ("medial", "lateral"):
        crossed = values(f"muscle:flexor-hallucis-brevis-{head}-head", "myo:crosses")
        assert crossed == {"joint:tarsometatarsal-1", "joint:metatarsophalangeal-1"}
