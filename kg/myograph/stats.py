"""Counts what a graph holds, and how much of a complete record each class has."""

from collections import defaultdict
from collections.abc import Iterator
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

# A feature of a record is a property that it has; `below:` and a property that a fact nested in it
# has; `in:` and a system in which it has a class or was looked for in vain.
_LINKS = {SKOS + "exactMatch", SKOS + "closeMatch", MYO + "noClassIn"}
_SYSTEMS = {
    "UBERON": ("http://purl.obolibrary.org/obo/UBERON_", "http://purl.obolibrary.org/obo/uberon"),
    "FMA": ("http://purl.org/sig/ont/fma/fma", "http://purl.obolibrary.org/obo/fma"),
}


def _of(*names: str) -> tuple[str, ...]:
    return tuple(myo(name).value for name in names)


_Parts = dict[str, tuple[str, ...]]
_EVERY: _Parts = {"definition": (DEFINITION.value,), "source": (SOURCE.value,)}
_LATIN: _Parts = {"Latin name": (PREF_LABEL.value,)}
_LINKED: _Parts = {system: (f"in:{system}",) for system in _SYSTEMS}
_LINK: _Parts = {"link": (SKOS + "exactMatch", *_of("noClassIn"))}
# What a complete record has, by its class: for each part the features any of which will do.
_PARTS: dict[str, _Parts] = {
    "LeafMuscle": {
        "origin": _of("hasOrigin"),
        "insertion": _of("hasInsertion"),
        "action or effect": _of("hasAction", "hasEffect"),
        "nerve": _of("hasInnervation"),
        "roots": (f"below:{MYO}hasRoot",),
        "artery": _of("suppliedBy"),
        "layer": _of("layer"),
        "region": _of("inRegion"),
        "architecture": _of("hasArchitecture"),
        **_LINKED,
    },
    "Muscle": _LATIN | {"region": _of("inRegion")} | _LINKED,
    "MuscleHead": _LATIN | _LINKED,
    "MusclePart": _LINKED,
    "MuscleGroup": _LATIN | {"member": _of("hasMember")},
    "Bone": _LATIN | _LINK,
    "Nerve": _LATIN | {"parent or roots": _of("branchOf", "hasRoot")} | _LINK,
    "Artery": _LATIN | {"parent": _of("branchOf")} | _LINK,
    "JointMovement": {"range": _of("normalRange"), "lever side": _of("leverSide")},
    "KinematicJoint": {"axis": _of("hasAxis")} | _LINK,
    "Compartment": {
        "wall": _of("hasWall"),
        "nerve": _of("compartmentNerve"),
        "vessel": _of("compartmentVessel"),
        "content": _of("contains"),
    },
    "StrengthExercise": {"instruction": _of("instruction"), "trains": _of("trains")},
    "Stretch": {"instruction": _of("instruction"), "stretches": _of("stretches")},
    "Activity": {"trains": _of("trains")},
    "MuscleStrain": {"red flag": _of("hasRedFlag"), "stage": _of("hasStage")},
}
# Not every body, model or list has them: their share is told, and a record is complete without.
_OPTIONAL = {("LeafMuscle", "architecture"), ("JointMovement", "lever side"), ("Artery", "parent")}
# Sources are what records cite; they have no definition and cite none themselves.
_OF_SOURCES: _Parts = {
    "title": (DCTERMS + "title",),
    "author": _of("author"),
    "kind": _of("sourceKind"),
    "place": (*_of("url", "doi", "isbn"), RDFS + "comment"),
}


@dataclass(frozen=True)
class ClassCount:
    """One class with its instances.

    Attributes:
        label: the class's label.
        count: how many records are authored with it, or are leaf muscles.
        complete: the share that has every part that a complete record has.
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
    features: dict[str, set[str]] = defaultdict(set)
    members: dict[ox.NamedNode, list[str]] = defaultdict(list)
    wholes: dict[str, set[str]] = defaultdict(set)
    for quad in built.quads:
        kind = _kind(quad)
        kinds[kind] += 1
        subject, value = quad.subject, quad.object
        if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(BASE):
            continue
        for owner, feature in _features(subject.value, quad):
            features[owner].add(feature)
        if not isinstance(value, ox.NamedNode) or subject.value.startswith(MYO):
            continue
        if quad.predicate == RDF_TYPE and value.value.startswith(MYO):
            if kind != "derived" or value == myo("LeafMuscle"):
                members[value].append(subject.value)
        elif quad.predicate == myo("hasFactsOf"):
            wholes[subject.value].add(value.value)
    # What is stated of a muscle holds for its heads: count it there. Links are each record's own.
    of_leaf = {
        leaf: features[leaf] | {f for w in whole for f in features[w] if not f.startswith("in:")}
        for leaf, whole in wholes.items()
    }
    counts = [
        _count(class_, found, of_leaf if class_ == myo("LeafMuscle") else features, names)
        for class_, found in members.items()
    ]
    return Statistics(
        len(built.quads), kinds["authored"], kinds["derived"], kinds["described"], len(built.rules),
        tuple(sorted(counts, key=lambda c: (-c.count, c.label))),
    )  # fmt: skip


def _kind(quad: ox.Quad) -> str:
    name = quad.graph_name
    if is_derived(name):
        return "derived"
    described = {GRAPH + "metadata", GRAPH + "examples"}
    return "described" if isinstance(name, ox.NamedNode) and name.value in described else "authored"


def _features(subject: str, quad: ox.Quad) -> Iterator[tuple[str, str]]:
    """Yield what a triple says of a record, each with the record's IRI."""
    predicate = quad.predicate.value
    yield subject, predicate
    space, _, path = subject.removeprefix(BASE).partition("/")
    slug, nested, _ = path.partition("/")
    if nested:
        yield f"{BASE}{space}/{slug}", f"below:{predicate}"
    if predicate in _LINKS and isinstance(quad.object, ox.NamedNode):
        for system, forms in _SYSTEMS.items():
            if quad.object.value.startswith(forms):
                yield subject, f"in:{system}"


def _count(
    class_: ox.NamedNode, members: list[str], features: dict[str, set[str]], names: Names
) -> ClassCount:
    name = class_.value.removeprefix(MYO)
    parts = _OF_SOURCES if name == "Source" else _EVERY | _PARTS.get(name, {})

    def share(wanted: list[tuple[str, ...]]) -> float:
        whole = [m for m in members if all(features[m] & set(any_of) for any_of in wanted)]
        return len(whole) / len(members)

    needed = [any_of for part, any_of in parts.items() if (name, part) not in _OPTIONAL]
    shares = tuple((part, share([any_of])) for part, any_of in parts.items())
    return ClassCount(names.label(class_), len(members), share(needed), shares)
