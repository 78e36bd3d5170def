"""Reads a workout in Turtle, by the terms that `ontology/function.ttl` has for workouts."""

import re
from collections import defaultdict
from typing import Any

import pyoxigraph as ox
from rapidfuzz import process

from myograph.errors import WorkoutError
from myograph.read import parse_turtle
from myograph.terms import BASE, LABEL, MYO, RDF_TYPE, myo

_WORKOUT = "myo:Workout, myo:includesExercise or myo:hasEntry: see docs/plan.md for an example."
_ONE = {"plannedWith": "injury", "atStage": "stage"}
_LISTS = {"hasAtHand": "equipment", "aimsAt": "regions"}
_ENTRY = {"entryExercise": "exercise", "sets": "sets", "onDay": "day", "entryNumber": "number"}
_OF_WORKOUT = (*_ONE, *_LISTS, "includesExercise", "hasEntry")
_NOT_OURS = re.compile(rf"^(?!{re.escape(MYO)})")
Properties = dict[str, list[Any]]


def plain_workout(text: str, name: str, prefixes: dict[str, str]) -> dict[str, Any]:
    """Return the one workout of a Turtle document in the form that JSON has.

    Args:
        text: the document.
        name: what to call it in messages.
        prefixes: that it may use without declaring them.

    Raises:
        MalformedTurtleError: it does not parse, with line and column.
        WorkoutError: it does not hold one workout.
    """
    quads = parse_turtle(text, name, prefixes, base=BASE)
    said: dict[object, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        said[quad.subject][quad.predicate.value].append(quad.object)
    workouts = [node for node, found in said.items() if myo("Workout") in found[RDF_TYPE.value]]
    if len(workouts) != 1:
        raise WorkoutError(
            f"{name} holds {len(workouts)} workouts.", f"Describe one with {_WORKOUT}"
        )
    found = said[workouts[0]]
    _insist(found, _OF_WORKOUT, name, "The workout")
    content: dict[str, Any] = {}
    if LABEL.value in found:
        content["name"] = _plain(found[LABEL.value][0])
    for term, key in _LISTS.items():
        if MYO + term in found:
            content[key] = [_plain(value) for value in found[MYO + term]]
    for term, key in _ONE.items():
        if MYO + term in found:
            content[key] = _only(found[MYO + term], term, name)
    stage = content.pop("stage", None)
    if stage is not None:
        content["injury"] = {"name": content.get("injury", ""), "stage": stage}
    content["exercises"] = _entries(found, said, name)
    return content


def _entries(found: Properties, said: dict[object, Properties], name: str) -> list[Any]:
    """Return the entries: those with a number by it, the rest as the document has them."""
    entries: list[tuple[float, dict[str, Any]]] = [
        (float("inf"), {"exercise": _plain(value)}) for value in found[MYO + "includesExercise"]
    ]
    for node in found[MYO + "hasEntry"]:
        _insist(said[node], _ENTRY, name, "An entry")
        entry = {
            key: _only(said[node][MYO + term], term, name)
            for term, key in _ENTRY.items()
            if said[node][MYO + term]
        }
        number = entry.pop("number", None)
        entries.append((number if isinstance(number, int) else float("inf"), entry))
    return [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]


def _only(values: list[Any], term: str, name: str) -> Any:
    if len(values) > 1:
        raise WorkoutError(
            f"{name}: myo:{term} is stated {len(values)} times of one thing.", "State it once."
        )
    return _plain(values[0])


def _insist(found: Properties, known: Any, name: str, what: str) -> None:
    for predicate in found:
        term = predicate.removeprefix(MYO)
        if _NOT_OURS.match(predicate) or term in known:
            continue
        near = process.extractOne(term, list(known), score_cutoff=60)
        meant = f"Did you mean myo:{near[0]}? " if near else ""
        listed = ", ".join(f"myo:{word}" for word in known)
        raise WorkoutError(f"{name}: {what} has no myo:{term}.", f"{meant}There are: {listed}.")


def _plain(term: object) -> Any:
    """Return a term as a value of JSON: a text, or a whole number."""
    if isinstance(term, ox.Literal):
        whole = term.datatype.value.endswith("#integer") and len(term.value) < 10
        return int(term.value) if whole and re.fullmatch(r"[+-]?\d+", term.value) else term.value
    return term.value if isinstance(term, ox.NamedNode) else "a blank node"
