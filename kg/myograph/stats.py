"""Counts what a graph holds, and how much of a complete record each class has."""

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox

from myograph.build import Built
from myograph.names import Names
from myograph.terms import (
    BASE,
    DCTERMS,
    DEFINITION,
    GRAPH,
    MYO,
    PREF_LABEL,
    RDF_TYPE,
    RDFS,
    SKOS,
    SOURCE,
    is_derived,
    myo,
)

_EXACT = ox.NamedNode(SKOS + "exactMatch")
# What a complete record has, by the class it is authored with.
_PARTS: dict[str, dict[str, tuple[ox.NamedNode, ...]]] = {
    "Muscle": {
        "Latin name": (PREF_LABEL,),
        "region": (myo("inRegion"),),
        "origin": (myo("originatesFrom"),),
        "insertion": (myo("insertsOn"),),
        "action": (myo("produces"),),
        "nerve": (myo("innervatedBy"),),
        "artery": (myo("suppliedBy"),),
        "link": (_EXACT,),
    },
    "MuscleHead": {
        "origin": (myo("originatesFrom"),),
        "insertion": (myo("insertsOn"),),
        "action": (myo("produces"),),
        "nerve": (myo("innervatedBy"),),
    },
    "Bone": {"Latin name": (PREF_LABEL,), "link": (_EXACT,)},
    "StrengthExercise": {"instruction": (myo("instruction"),), "trains": (myo("trains"),)},
    "Stretch": {"instruction": (myo("instruction"),), "stretches": (myo("stretches"),)},
    "Activity": {"trains": (myo("trains"),)},
    "MuscleStrain": {"red flag": (myo("hasRedFlag"),), "stage": (myo("hasStage"),)},
}
# Sources are what records cite; they have no definition and cite none themselves.
_OF_SOURCES: dict[str, tuple[ox.NamedNode, ...]] = {
    "title": (ox.NamedNode(DCTERMS + "title"),),
    "author": (myo("author"),),
    "kind": (myo("sourceKind"),),
    "place": (myo("url"), myo("doi"), myo("isbn"), ox.NamedNode(RDFS + "comment")),
}
_EVERY: dict[str, tuple[ox.NamedNode, ...]] = {"definition": (DEFINITION,), "source": (SOURCE,)}


@dataclass(frozen=True)
class ClassCount:
    """One class with its authored instances.

    Attributes:
        label: the class's label.
        count: how many records are authored with it.
        complete: the share that has every part.
        parts: for each part its name and the share of the records that have it.
    """

    label: str
    count: int
    complete: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Statistics:
    """The counts of a graph, in triples and by class."""

    triples: int
    authored: int
    derived: int
    described: int
    rules: int
    classes: tuple[ClassCount, ...]


def statistics(built: Built, names: Names) -> Statistics:
    """Count a graph."""
    kinds: dict[str, int] = defaultdict(int)
    has: dict[ox.NamedNode, set[ox.NamedNode]] = defaultdict(set)
    typed: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
    for quad in built.quads:
        name = (
            quad.graph_name.value.removeprefix(GRAPH)
            if isinstance(quad.graph_name, ox.NamedNode)
            else ""
        )
        derived = is_derived(name)
        kinds[
            "derived"
            if derived
            else "described"
            if name in {"metadata", "examples"}
            else "authored"
        ] += 1
        if not isinstance(quad.subject, ox.NamedNode) or not quad.subject.value.startswith(BASE):
            continue
        has[quad.subject].add(quad.predicate)
        is_class = isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(MYO)
        if (
            quad.predicate == RDF_TYPE
            and is_class
            and not derived
            and not quad.subject.value.startswith(MYO)
        ):
            typed[quad.object].append(quad.subject)  # type: ignore[index]
    counts = [_count(class_, members, has, names) for class_, members in typed.items()]
    return Statistics(
        len(built.quads), kinds["authored"], kinds["derived"], kinds["described"], len(built.rules),
        tuple(sorted(counts, key=lambda c: (-c.count, c.label))),
    )  # fmt: skip


def _count(
    class_: ox.NamedNode,
    members: list[ox.NamedNode],
    has: dict[ox.NamedNode, set[ox.NamedNode]],
    names: Names,
) -> ClassCount:
    name = class_.value.removeprefix(MYO)
    parts = _OF_SOURCES if name == "Source" else _EVERY | _PARTS.get(name, {})

    def present(member: ox.NamedNode, wanted: tuple[ox.NamedNode, ...]) -> bool:
        return any(predicate in has[member] for predicate in wanted)

    shares = tuple(
        (name, sum(present(m, wanted) for m in members) / len(members))
        for name, wanted in parts.items()
    )
    complete = sum(all(present(m, wanted) for wanted in parts.values()) for m in members)
    return ClassCount(names.label(class_), len(members), complete / len(members), shares)
