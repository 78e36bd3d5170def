"""Holds a workout against the graph: what it trains, misses, needs, and what is held back.

Everything is asked by the questions in `kg/queries`; here the answers are only put together.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import pyoxigraph as ox

from myograph.errors import Fault, WorkoutError
from myograph.names import Names
from myograph.plan.judge import in_a_row, next_days, one_sided
from myograph.plan.report import HeldBack, Missed, Needed, Planned, Report, Thing, Trained
from myograph.plan.workout import Workout
from myograph.query import Rows
from myograph.questions import Question, Value
from myograph.terms import BASE, myo

PRIME = "prime mover"
_LOADING = frozenset({myo("StrengthExercise").value, myo("PlyometricExercise").value})
_LIMB = ox.NamedNode(f"{BASE}region/lower-limb")
Row = dict[str, str]
Asked = Callable[[str, Mapping[str, Value | Sequence[Value]]], list[Row]]


def review(
    workout: Workout,
    questions: Mapping[str, Question],
    names: Names,
    answer: Callable[[str], Rows],
) -> Report:
    """Hold a workout against the graph.

    Args:
        workout: what is planned.
        questions: by name.
        names: has the labels.
        answer: runs a SELECT.

    Raises:
        WorkoutError: the injury has no such stage.
        MyographError: whatever `answer` raises.
    """

    def asked(name: str, given: Mapping[str, Value | Sequence[Value]]) -> list[Row]:
        rows = answer(questions[name].bind(given)).dicts()
        return [{key: _text(term) for key, term in row.items()} for row in rows]

    does: dict[str, Value | Sequence[Value]] = {"exercise": workout.exercises}
    needs = asked("needs-of-workout", does)
    planned = _planned(workout, needs, names)
    parts = asked("muscles-of-workout", does)
    trained = _trained(planned, parts)
    regions = list(workout.regions or _areas(parts))
    missed = asked("what-does-this-workout-miss", {**does, "region": regions})
    injury, held, belongs = _held(workout, names, asked)
    return Report(
        name=workout.name,
        exercises=planned,
        trained=trained,
        regions=[Thing(region.value, names.label(region)) for region in regions],
        missed=[_missed(row) for row in missed],
        overloads=[*in_a_row(planned, trained), *next_days(planned, trained)],
        one_sided=one_sided(asked("balance-of-workout", does)),
        equipment_known=workout.equipment is not None,
        needed=_needed(workout, needs),
        injury=injury,
        held_back=held,
        stage_exercises=belongs,
    )


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""


def _listed(text: str) -> list[str]:
    return [part for part in text.split(", ") if part]


def _planned(workout: Workout, needs: list[Row], names: Names) -> list[Planned]:
    kinds = {row["exercise"]: row for row in needs}
    return [
        Planned(
            Thing(entry.exercise.value, names.label(entry.exercise)),
            kinds.get(entry.exercise.value, {}).get("kindLabel", ""),
            kinds.get(entry.exercise.value, {}).get("kind") in _LOADING,
            entry.day,
            entry.sets,
        )
        for entry in workout.entries
    ]


def _trained(planned: list[Planned], rows: list[Row]) -> list[Trained]:
    """Return groups and muscles with what is done with them, the most worked first."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:  # A row comes again for a second area.
        found[row["muscle"]].setdefault(row["exercise"], row)
    members: Counter[str] = Counter()
    for by in found.values():
        first = next(iter(by.values()))
        if first["kind"] == "muscle" and _best(by) == PRIME:
            members.update(_listed(first["groups"]))
    made = [_one(planned, by, members) for by in found.values()]
    return sorted(made, key=_most_worked)


def _one(planned: list[Planned], by: Mapping[str, Row], members: Mapping[str, int]) -> Trained:
    first, best = next(iter(by.values())), _best(by)
    parts: dict[str, list[str]] = {role: [] for role in _ROLES}
    for entry in planned:
        if entry.exercise.iri in by:
            names = parts[by[entry.exercise.iri]["role"]]
            names += [entry.exercise.label] if entry.exercise.label not in names else []
    return Trained(
        Thing(first["muscle"], first["muscleLabel"]),
        first["kind"],
        best,
        {role: names for role, names in parts.items() if names},
        _sets(planned, by),
        _listed(first["groups"]),
        int(first["muscles"]),
        members.get(first["muscleLabel"], 0) if first["kind"] == "group" else int(best == PRIME),
    )


def _best(by: Mapping[str, Row]) -> str:
    return min((row["role"] for row in by.values()), key=_ROLES.index)


_ROLES = (PRIME, "synergist", "steadies", "stretched", "stretched in part")


def _most_worked(trained: Trained) -> tuple[object, ...]:
    times = len(trained.parts.get(PRIME, []))
    return trained.kind, _ROLES.index(trained.role), -times, trained.muscle.label.casefold()


def _sets(planned: list[Planned], by: Mapping[str, Row]) -> int | None:
    given = [e.sets for e in planned if by.get(e.exercise.iri, {}).get("role") == PRIME]
    return None if None in given else sum(number for number in given if number)


def _areas(parts: list[Row]) -> list[ox.NamedNode]:
    """Return the large regions in which the workout has a prime mover."""
    found = dict.fromkeys(row["area"] for row in parts if row["role"] == PRIME and row["area"])
    return [ox.NamedNode(iri) for iri in sorted(found)] or [_LIMB]


def _missed(row: Row) -> Missed:
    return Missed(
        Thing(row["muscle"], row["muscleLabel"]),
        _listed(row["groups"]),
        _listed(row["movements"]),
        row["although"],
        row["example"],
    )


def _needed(workout: Workout, needs: list[Row]) -> list[Needed]:
    if workout.equipment is None:
        return []
    at_hand = {iri.value for iri in workout.equipment} | {myo("NoEquipment").value}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in needs:
        if row["equipment"] not in at_hand and row not in found[row["exercise"]]:
            found[row["exercise"]].append(row)
    return [
        Needed(
            Thing(iri.value, found[iri.value][0]["exerciseLabel"]),
            [row["equipmentLabel"] for row in found[iri.value]],
        )
        for iri in workout.exercises
        if found[iri.value]
    ]


def _held(workout: Workout, names: Names, asked: Asked) -> tuple[str, list[HeldBack], str]:
    """Return the injury in words, what it holds back, and what its stage recommends."""
    if workout.injury is None:
        return "", [], ""
    injury = {"injury": workout.injury}
    stages = {
        int(row["order"]): row for row in asked("rehabilitation-by-stage", injury) if row["order"]
    }
    label, stage = names.label(workout.injury), None
    if workout.stage is not None:
        stage = stages.get(workout.stage)
        if stage is None:
            counted = f"It has stages 1 to {max(stages)}." if stages else "Leave the stage out."
            wrong = f"{label} has no stage {workout.stage} on record."
            raise WorkoutError(wrong, counted, [Fault("injury, stage", None, wrong, counted)])
        label = stage["stageLabel"]
    order = [iri.value for iri in workout.exercises]
    reasons: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in asked("exercises-to-avoid-with-injury", injury):
        here = stage is None or row["stage"] == stage["stage"]
        if row["exercise"] in order and here:
            key = (row["exercise"], row["exerciseLabel"], row["stageLabel"])
            reasons[key].append(_reason(row))
    held = [
        HeldBack(Thing(iri, name), at, why)
        for (iri, name, at), why in sorted(reasons.items(), key=lambda kv: order.index(kv[0][0]))
    ]
    return label, held, stage["exercises"] if stage else ""


def _reason(row: Row) -> str:
    if not row["loadMode"]:
        return f"{row['advice']}."
    return (
        f"{row['loadModeLabel']} load on {row['structures']} in {row['phases']}: {row['advice']}."
    )
