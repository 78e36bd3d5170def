"""What the check of a workout finds, as plain data: the JSON of it is these fields by name."""

from dataclasses import asdict, dataclass
from typing import Any

ADVICE = "Education, not medical advice."


@dataclass(frozen=True)
class Thing:
    """A record of the graph by its IRI and its label."""

    iri: str
    label: str


@dataclass(frozen=True)
class Planned:
    """One entry of the workout.

    Attributes:
        exercise: an exercise or activity.
        kind: its class in words, such as `strength exercise`.
        loads: whether it is done against a load or fast, so that it may overload.
        day: of the plan, from 1.
        sets: how many; None if it is not said.
    """

    exercise: Thing
    kind: str
    loads: bool
    day: int
    sets: int | None


@dataclass(frozen=True)
class Trained:
    """A muscle or a group of muscles, and what the workout does with it.

    Attributes:
        muscle: the muscle or group; of a group, what one of its muscles has holds for it.
        kind: `muscle` or `group`.
        role: the best that it has anywhere in the workout.
        parts: the exercises by the role that it has in them.
        sets: as prime mover; None where an exercise does not say how many.
        groups: that a muscle belongs to.
        muscles: how many a group has; 1 for a muscle.
        as_prime_mover: how many of these are prime movers somewhere in the workout.
    """

    muscle: Thing
    kind: str
    role: str
    parts: dict[str, list[str]]
    sets: int | None
    groups: list[str]
    muscles: int
    as_prime_mover: int


@dataclass(frozen=True)
class Missed:
    """A muscle that nothing in the workout trains.

    Attributes:
        muscle: the muscle.
        groups: that it belongs to.
        movements: in which it is a prime mover.
        although: what the workout does with it all the same: `held` or `stretched`.
        example: an exercise that trains it as a prime mover.
    """

    muscle: Thing
    groups: list[str]
    movements: list[str]
    although: str
    example: str


@dataclass(frozen=True)
class Overload:
    """Muscles that are prime movers again and again without a pause.

    Attributes:
        muscles: those that share it.
        rule: `in a row` or `day after day`.
        days: on which.
        exercises: that follow each other, or all of those days.
        says: the same as a sentence.
    """

    muscles: list[Thing]
    rule: str
    days: list[int]
    exercises: list[str]
    says: str


@dataclass(frozen=True)
class OneSided:
    """Two opposite movements of a joint of which the workout trains one far more.

    Attributes:
        joint: where.
        movement: that is trained more.
        exercises: that train it.
        opposite: that is trained less.
        opposite_exercises: that train that.
        says: the same as a sentence.
    """

    joint: Thing
    movement: Thing
    exercises: list[str]
    opposite: Thing
    opposite_exercises: list[str]
    says: str


@dataclass(frozen=True)
class HeldBack:
    """An exercise that the injury holds back.

    Attributes:
        exercise: of the workout.
        stage: that holds it back; "" where the injury has no stages on record.
        reasons: why, each a sentence.
    """

    exercise: Thing
    stage: str
    reasons: list[str]


@dataclass(frozen=True)
class Needed:
    """An exercise that uses what is not at hand."""

    exercise: Thing
    equipment: list[str]


@dataclass(frozen=True)
class Report:
    """What the check of a workout finds.

    Attributes:
        name: of the workout.
        exercises: its entries.
        trained: groups and muscles, the groups first.
        regions: whose muscles were looked for.
        missed: muscles of these that nothing trains, not even as synergist.
        overloads: see `Overload`.
        one_sided: see `OneSided`.
        equipment_known: whether the workout says what is at hand.
        needed: what is not.
        injury: of whoever does it, "" if none is named; with the stage where one is.
        held_back: what the injury holds back.
        stage_exercises: what the record has for that stage, as a text.
    """

    name: str
    exercises: list[Planned]
    trained: list[Trained]
    regions: list[Thing]
    missed: list[Missed]
    overloads: list[Overload]
    one_sided: list[OneSided]
    equipment_known: bool
    needed: list[Needed]
    injury: str
    held_back: list[HeldBack]
    stage_exercises: str

    @property
    def remarks(self) -> int:
        """How many things somebody should look at; muscles that are missed are not counted."""
        found = (self.overloads, self.one_sided, self.needed, self.held_back)
        return sum(len(each) for each in found)

    def plain(self) -> dict[str, Any]:
        """Return the report as values of JSON."""
        return {"ok": self.remarks == 0, **asdict(self), "advice": ADVICE}


def for_people(trained: list[Trained]) -> list[Trained]:
    """Return groups, and the muscles that belong to none of them, the most worked first."""
    groups = {each.muscle.label for each in trained if each.kind == "group"}
    found = [each for each in trained if each.kind == "group" or not groups & set(each.groups)]
    return sorted(
        found,
        key=lambda each: (
            not {"prime mover", "synergist"} & each.parts.keys(),
            -len(each.parts.get("prime mover", [])),
            each.muscle.label.casefold(),
        ),
    )
