"""Every question runs as it stands, and its answers are true.

The first half holds each file to the form that pages, commands and the endpoint rely on;
the second pins answers beyond the defaults, as anatomy and the seed article have them.
"""

import re

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from myograph.build import Built
from myograph.files import find_sources
from myograph.names import Names
from myograph.prefixes import prefix_map
from myograph.query import Rows, ask, run
from myograph.questions import Question, load_questions
from myograph.terms import RDF_TYPE
from tests.helpers import derived, facts, iri, ontology

SOURCES = find_sources()
QUESTIONS = {question.name: question for question in load_questions(SOURCES.queries)}
ASKED_FOR = """
    muscles-of-region members-of-group muscles-for-movement actions-of-muscle attachments-of-muscle
    joints-crossed biarticular-muscles deep-to antagonists-of-muscle innervation-of-muscle
    muscles-by-nerve blood-supply exercises-for-muscle muscles-of-exercise stretches-for-muscle
    muscles-of-activity muscles-in-gait-phase substitutes-for-exercise progression-from
    compare-exercises balance-of-workout what-does-this-workout-miss muscles-of-workout
    needs-of-workout key-functions injuries-of-muscle injury-card exercises-to-avoid-with-injury
    rehabilitation-by-stage prevention-of-injury when-to-seek-help external-ids is-this-safe-with
    what-can-i-still-do-with return-to-sport-criteria injuries-by-symptom injuries-by-activity
    prevention-for-sport differential-of codes-of-injury weakness-and-injury
"""
every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


def select(built: Built, text: str) -> Rows:
    answer = run(built.store, text)
    assert isinstance(answer, Rows), "a question is a SELECT"
    return answer


def values(row: tuple[object, ...]) -> list[str]:
    """Return what a row says: the text of literals, the IRI of the rest."""
    return [cell.value for cell in row if isinstance(cell, (NamedNode, Literal))]


def holds(row: tuple[object, ...], texts: tuple[str, ...]) -> bool:
    said = [value.casefold() for value in values(row)]
    return all(any(text.casefold() in value for value in said) for text in texts)


def instances(built: Built, kind: NamedNode) -> list[NamedNode]:
    found = built.store.quads_for_pattern(None, RDF_TYPE, kind, None)
    iris = {quad.subject for quad in found if isinstance(quad.subject, NamedNode)}
    return sorted(iris, key=lambda iri: iri.value)


def other_bindings(built: Built, question: Question) -> list[str]:
    """Return the question bound to two other values than its defaults."""
    texts = []
    for pick in (0, -1):
        given = {}
        for param in question.params:
            others = [iri for iri in instances(built, param.kind) if iri not in param.defaults]
            if not param.optional:
                given[param.name] = others[pick]
        texts.append(question.bind(given))
    return texts


# --- form ---------------------------------------------------------------------------------------


def test_the_questions_that_were_asked_for_are_there() -> None:
    assert set(ASKED_FOR.split()) <= QUESTIONS.keys()


@every_question
def test_the_header_is_complete(question: Question) -> None:
    assert question.question.endswith("?")
    assert question.tags
    assert question.expect
    assert all(question.expect)
    assert all(question.absent)
    named = set(re.findall(r"\{(\w+)\}", question.question))
    wanted = {param.name for param in question.params if not param.optional}
    assert wanted <= named <= {param.name for param in question.params}


@every_question
def test_columns_are_named_and_the_prefixes_are_ours(question: Question) -> None:
    query = "\n".join(li for li in question.text.splitlines() if not li.lstrip().startswith("#"))
    assert "SELECT *" not in query
    assert "GRAPH" not in query, "it asks the union of the graphs"
    declared = re.findall(r"PREFIX ([\w-]+): <([^>]+)>", query)
    known = prefix_map(SOURCES.ontology)
    for prefix, space in declared:
        assert known.get(prefix) == space
        body = query.split("SELECT", 1)[1]
        assert f"{prefix}:" in body, f"the prefix {prefix} is declared and not used"


@every_question
def test_the_default_answer_is_as_expected(built: Built, question: Question) -> None:
    rows = select(built, question.text).rows
    assert rows
    assert len(rows) == len(set(rows)), "a row comes twice"
    missing = [texts for texts in question.expect if not any(holds(row, texts) for row in rows)]
    wrong = [(texts, values(r)) for texts in question.absent for r in rows if holds(r, texts)]
    assert missing == []
    assert wrong == []


@every_question
def test_every_iri_has_its_label_beside_it(built: Built, question: Question) -> None:
    for text in (question.text, *other_bindings(built, question)):
        answer = select(built, text)
        for row in answer.dicts():
            for column, cell in row.items():
                assert not isinstance(cell, BlankNode)
                if isinstance(cell, NamedNode):
                    label = row.get(f"{column}Label")
                    assert isinstance(label, Literal), f"{column} has no label: {cell}"
                    assert label.value
                if isinstance(cell, Literal):
                    assert cell.language in (None, "en")


def _text(cell: object) -> str | None:
    return cell.value if isinstance(cell, (NamedNode, Literal)) else None


# --- true answers -------------------------------------------------------------------------------


class Asker:
    """Asks as a person does: by name."""

    def __init__(self, built: Built) -> None:
        self._built = built
        self._names = Names(built.quads)

    def __call__(self, question: str, **given: str | list[str]) -> list[dict[str, str]]:
        answer = ask(self._built.store, QUESTIONS[question], self._names, given)
        return [
            {c: _text(cell) or "" for c, cell in zip(answer.columns, row, strict=True)}
            for row in answer.rows
        ]


@pytest.fixture(scope="session")
def asked(built: Built) -> Asker:
    return Asker(built)


def column(rows: list[dict[str, str]], name: str, **where: str) -> set[str]:
    """Return a column's values in the rows whose other columns are as given."""
    return {row[name] for row in rows if all(row[k] == v for k, v in where.items())}


def parts(rows: list[dict[str, str]], name: str = "parts", **where: str) -> set[str]:
    return {part for text in column(rows, name, **where) for part in text.split(", ")}


LONG_HAMSTRINGS = {"long head of biceps femoris", "semitendinosus", "semimembranosus"}
SHORT_HEAD = "short head of biceps femoris"
GASTROCNEMIUS = {"lateral head of gastrocnemius", "medial head of gastrocnemius"}
CALF = {"gastrocnemius", "soleus"}
HAMSTRINGS = {"biceps femoris", "semitendinosus", "semimembranosus"}


def test_the_leg_of_anatomy_is_not_the_leg_of_everyday_speech(asked: Asker) -> None:
    regions = {
        name: column(asked("muscles-of-region", region=name), "muscleLabel")
        for name in ("leg", "calf", "posterior-thigh", "whole-leg", "back of your leg")
    }
    assert regions["leg"] >= CALF
    assert not HAMSTRINGS & regions["leg"]
    assert CALF <= regions["calf"] < regions["leg"]
    assert regions["posterior-thigh"] == HAMSTRINGS
    assert regions["whole-leg"] >= CALF | HAMSTRINGS
    assert regions["back of your leg"] == regions["calf"] | HAMSTRINGS


def test_gastrocnemius_crosses_two_joints_and_soleus_one(asked: Asker) -> None:
    both = column(asked("biarticular-muscles", region="whole-leg"), "muscleLabel")
    assert "gastrocnemius" in both
    assert "rectus femoris" in both
    assert not {"soleus", "gluteus maximus", "vastus lateralis"} & both
    assert column(asked("joints-crossed", muscle="gastrocnemius"), "complexLabel") >= {"knee"}
    assert "knee" not in column(asked("joints-crossed", muscle="soleus"), "complexLabel")


def test_facts_of_a_muscle_show_for_its_heads_and_the_other_way_round(asked: Asker) -> None:
    head = asked("actions-of-muscle", muscle="gastrocnemius-medial-head")
    assert "ankle plantarflexion" in column(head, "movementLabel", statedOfLabel="gastrocnemius")
    short = column(asked("actions-of-muscle", muscle=SHORT_HEAD), "movementLabel")
    assert "knee flexion" in short
    assert "hip extension" not in short
    assert "hip extension" in column(
        asked("actions-of-muscle", muscle="hamstrings"), "movementLabel"
    )
    origins = asked("attachments-of-muscle", muscle="biceps femoris")
    assert column(origins, "bones", kind="origin") == {"femur", "hip bone", "coccyx, sacrum"}


def test_the_seated_calf_raise_is_for_soleus(asked: Asker) -> None:
    rows = asked("muscles-of-exercise", exercise="seated calf raise")
    assert column(rows, "muscleLabel", role="prime mover") == {"soleus"}
    gastrocnemius = [row for row in rows if row["muscleLabel"] == "gastrocnemius"]
    assert {row["role"] for row in gastrocnemius} == {"synergist"}
    assert all("actively insufficient: knee flexion" in row["reason"] for row in gastrocnemius)
    soleus = asked("exercises-for-muscle", muscle="soleus")
    assert "seated calf raise" in column(soleus, "exerciseLabel", role="prime mover")


def test_the_standing_calf_raise_is_for_both(asked: Asker) -> None:
    rows = asked("muscles-of-exercise", exercise="standing calf raise")
    assert column(rows, "muscleLabel", role="prime mover") == CALF


def test_the_push_off_of_a_box_jump_keeps_gastrocnemius_prime(asked: Asker) -> None:
    rows = asked("muscles-of-exercise", exercise="box jump")
    by_role = {
        row["roleInPhases"]: row for row in rows if row["movementLabel"] == "ankle plantarflexion"
        and row["muscleLabel"] == "gastrocnemius"
    }  # fmt: skip
    assert by_role["prime mover"]["phases"] == "push-off (concentric)"
    assert "opposed: knee extension" in by_role["synergist"]["reason"]


@pytest.mark.parametrize("exercise", ["leg curl", "seated leg curl"])
def test_leg_curls_train_all_four_hamstrings(asked: Asker, exercise: str) -> None:
    rows = asked("muscles-of-exercise", exercise=exercise)
    assert column(rows, "muscleLabel", role="prime mover") == HAMSTRINGS
    assert parts(rows, role="prime mover") == LONG_HAMSTRINGS | {SHORT_HEAD}
    at_length = LONG_HAMSTRINGS if exercise == "seated leg curl" else set()
    assert parts(rows, role="prime mover", reason="at long length") == at_length


def test_a_romanian_deadlift_leaves_out_the_short_head(asked: Asker) -> None:
    rows = asked("muscles-of-exercise", exercise="Romanian deadlift")
    assert column(rows, "muscleLabel", role="prime mover") == HAMSTRINGS | {"gluteus maximus"}
    assert SHORT_HEAD not in parts(rows)
    assert "exercise/romanian-deadlift" not in str(asked("exercises-for-muscle", muscle=SHORT_HEAD))


def test_a_squat_is_for_gluteus_vasti_and_soleus(asked: Asker) -> None:
    rows = asked("muscles-of-exercise", exercise="squat")
    assert column(rows, "muscleLabel", role="prime mover") == {
        "gluteus maximus", "vastus lateralis", "vastus medialis", "vastus intermedius", "soleus",
    }  # fmt: skip
    opposed = {row["muscleLabel"] for row in rows if "opposed" in row["reason"]}
    assert HAMSTRINGS | {"rectus femoris", "gastrocnemius"} <= opposed


def test_which_calf_stretch_reaches_what(asked: Asker) -> None:
    bent = asked("muscles-of-exercise", exercise="wall-calf-stretch-bent-knee")
    assert "soleus" in column(bent, "muscleLabel", roleInPhases="stretched")
    assert "gastrocnemius" not in column(bent, "muscleLabel")
    straight = asked("muscles-of-exercise", exercise="wall-calf-stretch-straight-knee")
    assert column(straight, "muscleLabel", role="stretched") >= CALF
    assert not HAMSTRINGS & column(straight, "muscleLabel")
    whole = asked("stretches-for-muscle", muscle="triceps surae")
    assert column(whole, "parts", exerciseLabel="wall calf stretch, bent knee") == {"soleus"}
    assert "wall calf stretch, straight knee" in column(whole, "exerciseLabel", extent="the whole")


def test_a_forward_bend_reaches_the_long_hamstrings(asked: Asker) -> None:
    rows = asked("stretches-for-muscle", muscle="hamstrings")
    assert parts(rows, exerciseLabel="seated forward bend") == LONG_HAMSTRINGS
    assert column(rows, "extent", exerciseLabel="seated forward bend") == {"a part"}
    long_head = asked("stretches-for-muscle", muscle="biceps-femoris-long-head")
    assert "seated forward bend" in column(long_head, "exerciseLabel", extent="the whole")
    assert "seated forward bend" not in str(asked("stretches-for-muscle", muscle=SHORT_HEAD))


def test_leg_curls_load_a_strain_of_the_long_head(asked: Asker) -> None:
    injury = "strain of the long head of biceps femoris"
    rows = asked("loads-on-injury", injury=injury)
    for exercise in ("leg curl", "seated leg curl"):
        assert column(rows, "structures", exerciseLabel=exercise) == {"long head of biceps femoris"}
    held = asked("exercises-to-avoid-with-injury", injury=injury)
    assert "leg curl" in column(held, "exerciseLabel", loadModeLabel="eccentric")
    assert not {"seated calf raise", "standing calf raise"} & column(held, "exerciseLabel")


@pytest.mark.parametrize("injury", ["Achilles tendinopathy", "Achilles tendon rupture"])
def test_calf_raises_load_the_achilles_tendon(asked: Asker, injury: str) -> None:
    loading = column(asked("loads-on-injury", injury=injury), "exerciseLabel")
    assert {"standing calf raise", "seated calf raise", "box jump"} <= loading
    assert not {"Romanian deadlift", "seated leg extension"} & loading
    held = column(asked("exercises-to-avoid-with-injury", injury=injury), "exerciseLabel")
    assert ("standing calf raise" in held) == (injury == "Achilles tendon rupture")


def test_nothing_is_its_own_antagonist(built: Built, asked: Asker) -> None:
    kind = next(iter(QUESTIONS["antagonists-of-muscle"].params)).kind
    for muscle in instances(built, kind):
        rows = asked("antagonists-of-muscle", muscle=muscle.value)
        assert muscle.value not in column(rows, "antagonist")
        own = column(asked("actions-of-muscle", muscle=muscle.value), "statedOf")
        assert not own & column(rows, "antagonist")
    assert not run(
        built.store, "ASK { ?m <https://w3id.org/myograph/ontology/antagonistOf> ?m }"
    ), "and the graph agrees"


@pytest.mark.parametrize("injury", ["hamstring strain", "calf strain", "Achilles tendon rupture"])
def test_what_is_urgent_comes_first(asked: Asker, injury: str) -> None:
    card = [row["section"] for row in asked("injury-card", injury=injury)]
    flags = card.count("red flags")
    assert flags > 0
    assert set(card[:flags]) == {"red flags"}
    soon = ["emergency", "same day", "soon", ""]
    given = [row["urgencyLabel"] for row in asked("when-to-seek-help", injury=injury)]
    assert given == sorted(given, key=soon.index)
    assert given[0] == "emergency"
    assert given[-1] == ""


@pytest.mark.parametrize("injury", ["hamstring strain", "calf strain", "Achilles tendinopathy"])
def test_no_stage_rehabilitates_with_what_it_holds_back(asked: Asker, injury: str) -> None:
    held = asked("exercises-to-avoid-with-injury", injury=injury)
    for stage in asked("rehabilitation-by-stage", injury=injury):
        exercises = parts([stage], "exercises") - {""}
        assert not exercises & column(held, "exerciseLabel", stageLabel=stage["stageLabel"])


def test_the_table_of_the_article(asked: Asker) -> None:
    table = {row["muscleLabel"]: row for row in asked("key-functions")}
    assert list(table) == ["gastrocnemius", "hamstrings", "soleus"]
    assert table["hamstrings"]["primaryFunctions"] == "hip extension, knee flexion"
    assert table["soleus"]["primaryFunctions"] == "ankle plantarflexion"
    assert "knee flexion" in table["gastrocnemius"]["helpsWith"]
    assert {"deadlift", "leg curl"} <= parts([table["hamstrings"]], "exercises")
    assert {"standing calf raise", "box jump"} <= parts([table["gastrocnemius"]], "exercises")
    assert "seated calf raise" in parts([table["soleus"]], "exercises")
    assert "stair climbing" in parts([table["soleus"]], "activities")
    assert "seated calf raise" not in parts([table["gastrocnemius"]], "exercises")


def test_that_a_system_has_no_class_is_told_with_the_day() -> None:
    searched = facts("""
        muscle:a a myo:Muscle ; rdfs:label "a"@en ;
            myo:hasTermSearch [
                myo:searchedIn obo:uberon.owl ; myo:searchedOn "2026-11-25"^^xsd:date ] .
    """)
    store = derived(searched + ontology(), [])
    text = QUESTIONS["external-ids"].bind({"structure": iri("muscle:a")})
    answer = run(store, text)
    assert isinstance(answer, Rows)
    [row] = answer.rows
    assert values(row) == ["UBERON", "no class, searched on 2026-11-25"]


def test_a_movement_that_only_one_nerve_makes_is_lost_with_it(asked: Asker) -> None:
    femoral = asked("nerve-lesion", nerve="femoral")
    assert column(femoral, "fate", movementLabel="knee extension") == {"paralysed", "still works"}
    left = parts(femoral, "muscles", movementLabel="knee extension", fate="still works")
    assert "tensor fasciae latae" in left
    assert all(name == "tensor fasciae latae" or "gluteus maximus" in name for name in left)
    tibial = asked("nerve-lesion", nerve="tibial")
    assert "soleus" in parts(tibial, "muscles", fate="paralysed")
    assert "tibialis anterior" not in parts(tibial, "muscles", fate="paralysed")
