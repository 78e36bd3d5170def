"""Finds what a workout names: exercises, equipment, regions and an injury of the graph."""

from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode

from myograph.errors import Fault, UnknownNameError
from myograph.names import Names
from myograph.plan.document import MOST_FAULTS, Document, Step, refuse
from myograph.terms import myo


@dataclass(frozen=True)
class Entry:
    """One entry of a workout.

    Attributes:
        exercise: an exercise or activity.
        day: of the plan, from 1.
        sets: how many; None if it is not said.
    """

    exercise: NamedNode
    day: int
    sets: int | None


@dataclass(frozen=True)
class Workout:
    """A workout, everything in it found in the graph.

    Attributes:
        name: what its author calls it.
        entries: by day, and within a day in their order.
        equipment: what is at hand; None if it is not said.
        regions: that it is meant to train; none if it is not said.
        injury: of whoever does it.
        stage: of recovery from that, from 1.
    """

    name: str
    entries: tuple[Entry, ...]
    equipment: tuple[NamedNode, ...] | None = None
    regions: tuple[NamedNode, ...] = ()
    injury: NamedNode | None = None
    stage: int | None = None

    @property
    def exercises(self) -> list[NamedNode]:
        """Each exercise once."""
        return list(dict.fromkeys(entry.exercise for entry in self.entries))


def workout_of(document: Document, names: Names) -> Workout:
    """Return the workout that a document describes.

    Raises:
        WorkoutError: it names what the graph does not have; each name with its place.
    """
    finder = _Finder(document, names)
    content = document.content
    entries = [
        _entry(finder, ("exercises", place), value)
        for place, value in enumerate(content["exercises"])
    ]
    equipment = finder.each("equipment", myo("EquipmentChoice"))
    regions = finder.each("regions", myo("Region"))
    injury, stage = content.get("injury"), None
    path: tuple[Step, ...] = ("injury",)
    if isinstance(injury, dict):
        injury, stage, path = injury["name"], injury.get("stage"), ("injury", "name")
    found = finder.find(path, injury, myo("Condition")) if injury else None
    refuse(document.name, finder.faults)
    return Workout(
        content.get("name", ""),
        tuple(sorted(filter(None, entries), key=lambda entry: entry.day)),
        equipment if "equipment" in content else None,
        regions,
        found,
        stage,
    )


def _entry(finder: "_Finder", path: tuple[Step, ...], value: Any) -> Entry | None:
    written = value if isinstance(value, dict) else {"exercise": value}
    if isinstance(value, dict):
        path = (*path, "exercise")
    exercise = finder.find(path, written["exercise"], myo("PhysicalActivity"))
    return Entry(exercise, written.get("day", 1), written.get("sets")) if exercise else None


class _Finder:
    """Finds names, and keeps what is wrong with those that it does not find."""

    def __init__(self, document: Document, names: Names) -> None:
        self._document, self._names = document, names
        self._known: dict[tuple[str, NamedNode], NamedNode | UnknownNameError] = {}
        self.faults: list[Fault] = []

    def find(self, path: tuple[Step, ...], text: str, kind: NamedNode) -> NamedNode | None:
        """Return the record of a class with this name, or None and a fault."""
        if (text, kind) not in self._known:
            if len(self.faults) >= MOST_FAULTS:
                # To look for near names takes time, and nobody reads so many.
                return None
            try:
                self._known[text, kind] = self._names.find(text, kind)
            except UnknownNameError as error:
                self._known[text, kind] = error
        found = self._known[text, kind]
        if isinstance(found, NamedNode):
            return found
        self.faults.append(self._document.fault(path, found.message, found.repair))
        return None

    def each(self, key: str, kind: NamedNode) -> tuple[NamedNode, ...]:
        """Return the records that a list of names stands for."""
        texts = self._document.content.get(key, [])
        found = [self.find((key, place), text, kind) for place, text in enumerate(texts)]
        return tuple(dict.fromkeys(iri for iri in found if iri))
