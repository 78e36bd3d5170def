"""What must hold of every condition, since somebody may act on it: red flags, stages, answers."""

from functools import cache

import pytest
from pyoxigraph import Literal, NamedNode

from myograph.build import Built
from myograph.files import find_sources
from myograph.names import Names
from myograph.query import ask, select
from myograph.questions import Question, load_questions
from myograph.terms import BASE, RDF_TYPE, myo
from tests.helpers import real_graph, real_names

QUESTIONS = {question.name: question for question in load_questions(find_sources().queries)}
CONDITION = myo("Condition")
SOON = ("emergency", "same day", "soon")
# Questions about one condition that list identifiers for systems, not advice for people.
FOR_SYSTEMS = {"codes-of-injury"}


@cache
def conditions() -> list[NamedNode]:
    found = real_graph().store.quads_for_pattern(None, RDF_TYPE, CONDITION, None)
    iris = {quad.subject for quad in found if isinstance(quad.subject, NamedNode)}
    return sorted(iris, key=lambda iri: iri.value)


def slug(iri: NamedNode) -> str:
    return iri.value.removeprefix(BASE + "injury/")


def about_a_condition() -> list[Question]:
    return [
        question
        for name, question in QUESTIONS.items()
        if name not in FOR_SYSTEMS and any(param.kind == CONDITION for param in question.params)
    ]


class Asker:
    """Asks as a person does: by name."""

    def __init__(self, built: Built, names: Names) -> None:
        self._built, self._names = built, names

    def __call__(self, question: str, **given: str | list[str]) -> list[dict[str, str]]:
        answer = ask(self._built.store, QUESTIONS[question], self._names, given)
        return [
            {
                column: cell.value if isinstance(cell, (NamedNode, Literal)) else ""
                for column, cell in zip(answer.columns, row, strict=True)
            }
            for row in answer.rows
        ]


@pytest.fixture(scope="module")
def asked() -> Asker:
    return Asker(real_graph(), real_names())


def values(subject: NamedNode, name: str) -> list[str]:
    found = real_graph().store.quads_for_pattern(subject, myo(name), None, None)
    return [quad.object.value for quad in found if isinstance(quad.object, (NamedNode, Literal))]


# --- red flags ----------------------------------------------------------------------------------


def test_there_are_conditions_enough() -> None:
    assert len(conditions()) >= 70


@pytest.mark.parametrize("condition", conditions(), ids=slug)
def test_every_red_flag_says_how_soon_and_what_to_do(condition: NamedNode) -> None:
    flags = values(condition, "hasRedFlag")
    assert flags
    for flag in flags:
        assert len(values(NamedNode(flag), "urgency")) == 1, flag
        [act] = values(NamedNode(flag), "whatToDo")
        assert len(act.split()) >= 5, flag


def test_no_red_flag_belongs_to_no_condition() -> None:
    store = real_graph().store
    used = {flag for condition in conditions() for flag in values(condition, "hasRedFlag")}
    found = store.quads_for_pattern(None, RDF_TYPE, myo("RedFlag"), None)
    assert {q.subject.value for q in found if isinstance(q.subject, NamedNode)} - used == set()


@pytest.mark.parametrize("condition", conditions(), ids=slug)
def test_the_card_begins_with_all_of_its_red_flags(asked: Asker, condition: NamedNode) -> None:
    flags = values(condition, "hasRedFlag")
    card = asked("injury-card", injury=condition.value)
    assert {row["item"] for row in card[: len(flags)]} == set(flags)
    urgency = [row["detail"].partition(":")[0].casefold() for row in card[: len(flags)]]
    assert urgency == sorted(urgency, key=SOON.index)
    assert all(row["section"] != "red flags" for row in card[len(flags) :])


@pytest.mark.parametrize("question", about_a_condition(), ids=lambda question: question.name)
def test_every_answer_about_a_condition_begins_with_its_red_flags(question: Question) -> None:
    """Beside when-to-seek-help, which says them at more length, each names the section."""
    built = real_graph()
    [injury] = [param.name for param in question.params if param.kind == CONDITION]
    for condition in conditions()[::7]:
        flags = values(condition, "hasRedFlag")
        rows = select(built.store, question.bind({injury: condition})).dicts()
        if question.name == "when-to-seek-help":
            heads = [row["sign"].value for row in rows[: len(flags)]]  # type: ignore[union-attr]
            assert set(heads) == set(flags)
            continue
        sections = [cell.value for row in rows if isinstance(cell := row["section"], Literal)]
        assert len(sections) == len(rows), "a row has no section"
        marked = [section.startswith("red flag") for section in sections]
        assert marked[: len(flags)] == [True] * len(flags)
        assert not any(marked[len(flags) :])


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_about_injuries_says_that_it_is_education(name: str) -> None:
    question = QUESTIONS[name]
    asks = any(param.kind.value.endswith(("Condition", "Symptom")) for param in question.params)
    if asks:
        assert "injury" in question.tags or "identifier" in question.tags
    if "injury" in question.tags and name != "external-ids":
        said = " ".join(line.lstrip("# ") for line in question.text.splitlines())
        assert "Education, not medical advice" in said


# --- what is held back --------------------------------------------------------------------------


def test_no_stage_asks_for_what_it_holds_back() -> None:
    store = real_graph().store
    for quad in store.quads_for_pattern(None, myo("holdsBack"), None, None):
        asks = store.quads_for_pattern(quad.subject, myo("rehabilitatedBy"), quad.object, None)
        assert next(asks, None) is None, quad


@pytest.mark.parametrize("injury", ["hamstring strain", "calf strain", "lateral ankle sprain"])
def test_nothing_is_both_held_back_and_free(asked: Asker, injury: str) -> None:
    for row in asked("exercises-to-avoid-with-injury", injury=injury):
        if row["exercise"]:
            stage = row["stageLabel"].partition("stage ")[2][:1]
            free = [
                found["exercise"]
                for found in asked("what-can-i-still-do-with", injury=injury, stage=stage)
            ]
            assert row["exercise"] not in free
            break
    held = {
        (row["exercise"], row["stageLabel"].partition("stage ")[2][:1])
        for row in asked("exercises-to-avoid-with-injury", injury=injury)
    }
    for row in asked("what-can-i-still-do-with", injury=injury):
        for stage in row["stages"].split(", "):
            assert (row["exercise"], stage) not in held - {("", "")}


def answers(rows: list[dict[str, str]]) -> dict[str, tuple[str, str]]:
    return {row["order"]: (row["answer"], row["reason"]) for row in rows if row["order"]}


def test_a_nordic_curl_waits_until_the_last_stage_of_a_hamstring_strain(asked: Asker) -> None:
    found = answers(
        asked("is-this-safe-with", exercise="Nordic hamstring curl", injury="hamstring strain")
    )
    assert found["1"][0].startswith("no")
    assert "eccentric load is withheld" in found["1"][1]
    assert found["2"][0].startswith("no")
    assert found["3"][0].startswith("yes")


def test_a_calf_raise_is_not_known_to_load_a_hamstring_and_that_is_no_clearance(
    asked: Asker,
) -> None:
    rows = asked("is-this-safe-with", exercise="standing calf raise", injury="hamstring strain")
    assert {answer for answer, _ in answers(rows).values()} == {
        "not known to load what is hurt, which is no clearance"
    }


def test_one_stage_can_be_asked_for(asked: Asker) -> None:
    rows = asked("is-this-safe-with", exercise="squat", injury="hamstring strain", stage="2")
    assert set(answers(rows)) == {"2"}
    assert rows[0]["section"].startswith("red flag")


def test_where_no_stages_are_on_record_nothing_is_cleared(asked: Asker) -> None:
    rows = asked("is-this-safe-with", exercise="squat", injury="deep vein thrombosis")
    said = [row["answer"] for row in rows if not row["section"].startswith("red flag")]
    assert said == ["no stages are on record: ask a professional before you begin"]
    free = asked("what-can-i-still-do-with", injury="deep vein thrombosis")
    assert not [row for row in free if row["exercise"]]


def test_a_sprain_of_one_ligament_recovers_as_the_sprain_of_all(asked: Asker) -> None:
    one = "anterior talofibular ligament sprain"
    stages = [row for row in asked("rehabilitation-by-stage", injury=one) if row["order"]]
    assert [row["stageLabel"].partition(",")[0] for row in stages] == ["lateral ankle sprain"] * 3
    rows = asked("is-this-safe-with", exercise="single-leg hop", injury=one)
    assert answers(rows)["1"][0].startswith("no")


def test_jumps_and_running_wait_while_a_stressed_shin_is_unloaded(asked: Asker) -> None:
    rows = asked("exercises-to-avoid-with-injury", injury="tibial stress fracture")
    held = {
        (row["exerciseLabel"], row["loadModeLabel"]): row
        for row in rows
        if "stage 1" in row["stageLabel"]
    }
    for exercise in ("running", "rope skipping", "single-leg hop", "depth jump"):
        assert held[exercise, "impact"]["structures"] == "tibia"
    assert held["rope skipping", "impact"]["phases"] == "catch"
    assert not {"leg curl", "seated calf raise", "squat"} & {name for name, _ in held}


def test_no_weight_means_nothing_on_the_feet(asked: Asker) -> None:
    rows = asked("exercises-to-avoid-with-injury", injury="navicular stress fracture")
    held = {row["exerciseLabel"] for row in rows if "stage 1" in row["stageLabel"]}
    assert {"squat", "walking", "forward lunge", "standing calf raise"} <= held
    assert not {"leg curl", "seated leg extension"} & held


# --- signs, activities, weakness ----------------------------------------------------------------


def test_signs_of_a_clot_are_told_before_anything_else(asked: Asker) -> None:
    rows = asked(
        "injuries-by-symptom",
        symptom=["calf pain and tenderness", "shortness of breath", "swelling of one leg"],
    )
    assert rows[0]["section"] == "red flag, emergency"
    assert "pulmonary embolism" in rows[0]["mayBe"]
    candidates = [row for row in rows if row["section"] == "may be"]
    matches = [int(row["matches"]) for row in candidates]
    assert matches == sorted(matches, reverse=True)
    assert matches[0] >= 2


def test_more_signs_rank_a_rupture_of_the_achilles_tendon_first(asked: Asker) -> None:
    signs = ["feeling of being kicked from behind", "weak push-off", "bruising"]
    rows = asked("injuries-by-symptom", symptom=signs)
    [first, *_] = [row for row in rows if row["section"] == "may be"]
    assert (first["conditionLabel"], first["matches"]) == ("Achilles tendon rupture", "3")


def test_sprinting_risks_the_hamstrings_in_late_swing(asked: Asker) -> None:
    rows = {row["conditionLabel"]: row["how"] for row in asked("injuries-by-activity")}
    assert "in late-swing" in rows["hamstring strain"]
    assert "deep vein thrombosis" not in rows
    walking = {row["conditionLabel"] for row in asked("injuries-by-activity", activity="walking")}
    assert "hamstring strain" not in walking


def test_a_kick_risks_the_front_of_the_thigh(asked: Asker) -> None:
    rows = asked("injuries-by-activity", activity="kicking a ball")
    assert {"strain of rectus femoris", "adductor strain"} <= {r["conditionLabel"] for r in rows}


def test_weak_adductors_are_strengthened_by_adduction(asked: Asker) -> None:
    rows = asked("weakness-and-injury", injury="adductor strain")
    [weak] = [row for row in rows if row["section"] == "weakness"]
    assert "adductor longus" in weak["muscles"]
    assert "Copenhagen adduction" in weak["exercises"]
    assert "glute bridge" not in weak["exercises"]
