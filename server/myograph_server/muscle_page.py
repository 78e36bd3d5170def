"""The page of a muscle, a head, a part or a group."""

import pyoxigraph as ox

from myograph_server.facts import Term
from myograph_server.links import Shown, shown
from myograph_server.pages import Cell, Reader, Section, degrees
from myograph_server.structure_page import unknown

_GLANCE = (
    ("Head of", "headOf"),
    ("Part of", "partOfMuscle"),
    ("Heads", "hasHead"),
    ("Parts", "hasMusclePart"),
    ("Members", "hasMember"),
    ("Belongs to", "memberOf"),
    ("Region", "inRegion"),
    ("Compartment", "inCompartment"),
    ("Layer", "layer"),
    ("Covered by", "deepTo"),
    ("Covers", "superficialTo"),
    ("Crosses", "crosses"),
    ("Artery", "suppliedBy"),
)
_OTHERS = (("Works with", "synergistWith"), ("Works against", "antagonistOf"))
_TRAINED = (
    ("As prime mover", "^trainsAsPrimeMover"),
    ("As synergist", "^trainsAsSynergist"),
    ("Held steady by it", "^steadiedBy"),
    ("Stretched by", "^stretches"),
    ("Stretched in part by", "^stretchesPartOf"),
)
_INJURIES = (("Conditions of it", "^affects"), ("Conditions that concern it", "^affectsLeaf"))
_EXPECTED = (
    ("suppliedBy", "Which artery feeds it."),
    ("layer", "In which layer it lies."),
    ("inRegion", "In which region it lies."),
)
_FIGURES = (
    ("maxIsometricForce", "N"),
    ("optimalFibreLength", "m"),
    ("tendonSlackLength", "m"),
    ("pennationAngle", "rad"),
)


def sections(reader: Reader) -> list[Section]:
    """Return the sections of the page."""
    parts = _with_parts(reader)
    several = len(parts) > 1
    group = reader.facts.is_a(reader.iri, "MuscleGroup")
    return [
        reader.glance("At a glance", _glance(reader)),
        _attachments(reader, parts, several),
        _actions(reader, parts, several),
        _nerves(reader, parts, several),
        reader.glance(
            "Exercises and activities",
            _TRAINED,
            note="Derived, from what each demands and what the muscle does.",
            absent="Which exercise trains or stretches it.",
        ),
        reader.glance("Together and against", _OTHERS),
        reader.glance("Injuries", _INJURIES, absent="Whether it has injuries of its own."),
        reader.variants(),
        _architecture(reader, parts, several),
        reader.matches(),
        Section("Notes", lines=reader.facts.texts(reader.iri, "note")),
        *(unknown(what) for name, what in _EXPECTED if not group and not reader.links(name)),
    ]


def _glance(reader: Reader) -> list[tuple[str, str]]:
    """Return what to show at a glance; heads are parts too and need saying once."""
    skipped = {
        "partOfMuscle" if reader.links("headOf") else "",
        "hasMusclePart" if reader.links("hasHead") else "",
    }
    kept = [pair for pair in _GLANCE if pair[1] not in skipped]
    # A group has no actions and nerves of its own; what holds of its members is derived.
    group = reader.facts.is_a(reader.iri, "MuscleGroup")
    return [*kept, ("Moves toward", "moves"), ("Nerve", "innervatedBy")] if group else kept


def _with_parts(reader: Reader) -> list[Term]:
    """Return the muscle and its parts, whose own facts belong on its page."""
    found: list[Term] = [reader.iri]
    for part in found:
        for name in ("hasHead", "hasMusclePart"):
            found += [p for p in reader.facts.values(part, name) if p not in found]
    reader.facts.open(*(part for part in found if isinstance(part, ox.NamedNode)))
    return found


def _row(reader: Reader, part: Term, several: bool) -> list[Cell]:
    if not several:
        return []
    return [[Shown("all of it")] if part == reader.iri else [shown(part, reader.facts)]]


def _of_part(headings: tuple[str, ...], several: bool) -> tuple[str, ...]:
    return ("Of", *headings) if several else headings


def _attachments(reader: Reader, parts: list[Term], several: bool) -> Section:
    rows: list[list[Cell]] = []
    for kind, name in (("Origin", "hasOrigin"), ("Insertion", "hasInsertion")):
        for part in parts:
            for node in reader.nodes(name, part):
                own = shown(node, reader.facts)
                rows.append(
                    [
                        [Shown(kind, own.href)],
                        *_row(reader, part, several),
                        reader.one(node, "attachesTo"),
                        reader.one(node, "via"),
                        reader.one(node, "anchoredTo"),
                    ]
                )
    headings = ("", *_of_part(("Attaches to", "By way of", "Pulls on"), several))
    return Section("Attachments", headings, rows)


def _actions(reader: Reader, parts: list[Term], several: bool) -> Section:
    rows = [
        [
            *_row(reader, part, several),
            reader.one(node, "ofMovement"),
            reader.one(node, "role"),
            [cell for c in reader.nodes("onlyWhen", node) for cell in condition(reader, c)],
        ]
        for part in parts
        for node in reader.nodes("hasAction", part)
    ]
    return Section("Actions", _of_part(("Movement", "Role", "Only when"), several), rows)


def condition(reader: Reader, node: Term) -> Cell:
    """Return the posture that an action needs, in words."""
    low, high = (reader.facts.text(node, name) for name in ("minAngle", "maxAngle"))
    if low and high:
        span = f" from {degrees(low)} to {degrees(high)}"
    else:
        span = f" from {degrees(low)}" if low else f" up to {degrees(high)}" if high else ""
    return [Shown(f"{m.text}{span}", m.href) for m in reader.one(node, "ofMovement")]


def _nerves(reader: Reader, parts: list[Term], several: bool) -> Section:
    rows = [
        [
            *_row(reader, part, several),
            reader.one(node, "nerve"),
            reader.one(node, "hasRoot"),
        ]
        for part in parts
        for node in reader.nodes("hasInnervation", part)
    ]
    return Section("Nerve", _of_part(("Nerve", "Roots"), several), rows)


def _architecture(reader: Reader, parts: list[Term], several: bool) -> Section:
    facts = reader.facts
    rows = [
        [
            *_row(reader, part, several),
            [Shown(facts.text(node, "key"))],
            *[
                [Shown(f"{value} {unit}")] if (value := facts.text(node, name)) else []
                for name, unit in _FIGURES
            ],
        ]
        for part in parts
        for node in reader.nodes("hasArchitecture", part)
    ]
    headings = ("Model", "Greatest force", "Fibre length", "Tendon slack length", "Pennation")
    return Section(
        "Architecture",
        _of_part(headings, several),
        rows,
        absent="How strong and how long it is: no model that we read has it.",
    )
