"""The pages of joints, movements, nerves, vessels, regions, bones, landmarks and soft tissue."""

from collections.abc import Callable
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import request

from myograph.terms import BASE
from myograph_server.asked import addresses, answer, asked, linked
from myograph_server.facts import Term
from myograph_server.links import Shown, compact, shown
from myograph_server.pages import COMMENT, Cell, Reader, Section, degrees

Pairs = tuple[tuple[str, str], ...]
_HURT: Pairs = (("Affect it", "^affects"), ("Are felt there", "^injurySite"))
_JOINT: Pairs = (
    ("Kind of joint", "jointType"),
    ("Between", "articulates"),
    ("Surfaces", "articularSurface"),
    ("The bone that stays", "parentBone"),
    ("The bone that moves", "childBone"),
    ("Belongs to", "inComplex"),
    ("Beside", "besideJoint"),
)
_MOVEMENT: Pairs = (
    ("At", "atJoint"),
    ("Type", "movementType"),
    ("Plane", "inPlane"),
    ("Opposite", "oppositeOf"),
    ("Restrained by", "^restrains"),
)
_NERVE: Pairs = (
    ("Branch of", "branchOf"),
    ("Branches", "^branchOf"),
    ("Roots, as stated", "hasRoot"),
    ("Roots that it carries", "carriesRoot"),
    ("Compartments it serves", "^compartmentNerve"),
)
_VESSEL: Pairs = (
    ("Branch of", "branchOf"),
    ("Branches", "^branchOf"),
    ("Compartments it serves", "^compartmentVessel"),
    ("Feeds", "^suppliedBy"),
)
_REGION: Pairs = (
    ("Part of", "partOf"),
    ("Parts", "hasPart"),
    ("Comprises", "comprises"),
    ("Meant when people say", "comprisedBy"),
)
_BONE: Pairs = (
    ("Part of", "partOf"),
    ("Joints", "^articulates"),
    ("Moves with", "movesWith"),
    ("Moves with it", "^movesWith"),
    ("Landmarks", "hasPart"),
    ("Wall of", "^hasWall"),
)
_LANDMARK: Pairs = (
    ("Part of", "partOf"),
    ("Surface in", "^articularSurface"),
    ("Passed by", "^runsAlong"),
)
_TISSUE: Pairs = (
    ("Begins at", "proximalAttachment"),
    ("Ends at", "distalAttachment"),
    ("Begin on it", "^proximalAttachment"),
    ("End on it", "^distalAttachment"),
    ("Part of", "partOf"),
    ("Parts", "hasPart"),
    ("Restrains", "restrains"),
    ("Region", "inRegion"),
    ("Compartment", "inCompartment"),
    ("Covered by", "deepTo"),
    ("Covers", "superficialTo"),
    ("Wall of", "^hasWall"),
)


def sections(reader: Reader) -> list[Section]:
    """Return the sections of the page; none if the record is of none of these kinds."""
    for kind, make in _PAGES.items():
        if reader.facts.is_a(reader.iri, kind):
            return make(reader)
    return []


def _joint(reader: Reader) -> list[Section]:
    iri = reader.iri
    found = [_movements(reader)]
    if reader.facts.is_a(iri, "KinematicJoint"):
        found += [
            asked("Muscles that cross it", "muscles-crossing-joint", iri, note="Derived."),
            asked("What passes it, and where", "muscles-around-joint", iri),
        ]
    axes = [
        f"{reader.facts.label(node)}: {text}"
        for node in reader.nodes("hasAxis")
        if (text := reader.facts.text(node, COMMENT))
    ]
    return [
        *found,
        reader.glance("At a glance", _JOINT),
        Section("Axes", lines=axes),
        reader.glance("Injuries", _HURT, absent="Whether an injury has its seat here."),
        reader.variants(),
        notes(reader),
    ]


def _movements(reader: Reader) -> Section:
    """Return the movements of a joint with their ranges and the muscles that make them."""
    rows: dict[str, list[Cell]] = {}
    places = {"prime mover": 2, "synergist": 3, "stabilizer": 4}
    for row in answer("who-moves-joint", reader.iri).dicts():
        found = rows.setdefault(
            str(row["movement"]),
            [
                linked(row, "movement"),
                _span(row["fromDegrees"], row["toDegrees"]),
                [],
                [],
                [],
            ],
        )
        role = row["roleLabel"]
        if isinstance(role, ox.Literal):
            found[places[role.value]] += linked(row, "muscle")
    ask, query = addresses("who-moves-joint", reader.iri)
    return Section(
        "Movements, and who makes them",
        ("Movement", "Range", "Prime movers", "Synergists", "Only steady it"),
        list(rows.values()),
        ask=ask,
        query=query,
        absent="Which movements it makes.",
    )


def _span(low: Term | None, high: Term | None) -> Cell:
    if not isinstance(low, ox.Literal) or not isinstance(high, ox.Literal):
        return []
    if low.value == high.value:
        return [Shown(f"ends at {degrees(high.value)}")]
    return [Shown(f"{degrees(low.value)} to {degrees(high.value)}")]


def _movement(reader: Reader) -> list[Section]:
    facts, iri = reader.facts, reader.iri
    spans = [
        _span(facts.value(node, "minAngle"), facts.value(node, "maxAngle"))
        for node in reader.nodes("normalRange")
    ]
    glance = reader.pairs(_MOVEMENT)
    glance += [[[Shown("Normal range")], span] for span in spans if span]
    return [
        Section("At a glance", rows=glance),
        asked(
            "Muscles that make it",
            "muscles-for-movement",
            iri,
            absent="Which muscles make it.",
        ),
        _demanded(reader),
        asked("Shares of the force", "force-shares-of-movement", iri),
        reader.variants(),
        notes(reader),
    ]


def _demanded(reader: Reader) -> Section:
    """Return what asks the muscles for a movement, by how they work in it."""
    facts = reader.facts
    found: dict[str, dict[Shown, None]] = {}
    facts.look(facts.subjects("ofMovement", reader.iri))
    for node in facts.subjects("ofMovement", reader.iri):
        if not facts.is_a(node, "Demand") or not isinstance(node, ox.NamedNode):
            continue
        how = facts.value(node, "contraction")
        owner = ox.NamedNode(BASE + "/".join(node.value.removeprefix(BASE).split("/")[:2]))
        found.setdefault(facts.label(how) if how else "unsaid", {})[shown(owner, facts)] = None
    rows: list[list[Cell]] = [
        [[Shown(f"{how[:1].upper()}{how[1:]}")], sorted(owners, key=lambda s: s.text.casefold())]
        for how, owners in sorted(found.items())
    ]
    return Section("Exercises and activities that ask for it", rows=rows)


def _nerve(reader: Reader) -> list[Section]:
    return [
        asked(
            "What it drives",
            "muscles-by-nerve",
            reader.iri,
            note="Its branches included.",
            absent="Any muscle of ours that it drives.",
        ),
        asked(
            "What is lost with it",
            "nerve-lesion",
            reader.iri,
            note="Derived, for a cut where it begins: what is paralysed, and what still makes the "
            "same movement. A movement that nothing else makes is lost, others are weaker.",
        ),
        reader.glance("Course", _NERVE),
        reader.glance("Injuries", _HURT),
        reader.variants(),
        notes(reader),
        unknown("Which skin it feels."),
    ]


def _root(reader: Reader) -> list[Section]:
    return [
        asked("What it drives", "muscles-by-root", reader.iri),
        reader.glance("Nerves", (("Nerves that have it", "^hasRoot"),)),
        notes(reader),
        unknown("Which skin it feels."),
    ]


def _artery(reader: Reader) -> list[Section]:
    return [
        asked(
            "What it feeds",
            "muscles-by-artery",
            reader.iri,
            note="Its branches included.",
            absent="Any muscle of ours that it feeds.",
        ),
        reader.glance("Course", _VESSEL),
        reader.glance("Injuries", _HURT),
        reader.variants(),
        notes(reader),
    ]


def _vein(reader: Reader) -> list[Section]:
    return [reader.glance("Course", _VESSEL), reader.glance("Injuries", _HURT), notes(reader)]


def _region(reader: Reader) -> list[Section]:
    return [
        asked("Muscles", "muscles-of-region", reader.iri, absent="Any muscle in it."),
        asked("Layers, from the skin inwards", "layers-of-region", reader.iri),
        reader.glance("Where it is", _REGION),
        reader.glance("Injuries", _HURT),
        reader.variants(),
        notes(reader),
    ]


def _compartment(reader: Reader) -> list[Section]:
    grouped: dict[str, list[list[Cell]]] = {}
    for row in answer("compartment-card", reader.iri).dicts():
        detail = row["detail"]
        remark: Cell = [Shown(detail.value)] if isinstance(detail, ox.Literal) else []
        section = row["section"].value if isinstance(row["section"], ox.Literal) else ""
        grouped.setdefault(section, []).append([linked(row, "item"), remark])
    ask, query = addresses("compartment-card", reader.iri)
    titles = {
        "muscles": ("Muscles", "What it does"),
        "other contents": ("Other contents", "What it is"),
        "nerve": ("Nerve", "Roots"),
        "vessel": ("Vessels", "What it is"),
        "walls": ("Walls", "What it is"),
    }
    found = [
        Section(heading, ("", about), grouped[name], ask=ask, query=query)
        for name, (heading, about) in titles.items()
        if name in grouped
    ]
    return [*found, reader.glance("Where it is", _REGION), reader.glance("Injuries", _HURT),
            notes(reader)]  # fmt: skip


def _bone(reader: Reader) -> list[Section]:
    return [
        asked("What is attached to it", "attached-to", reader.iri, absent="What attaches to it."),
        reader.glance("At a glance", _BONE),
        reader.glance("Injuries", _HURT),
        reader.variants(),
        notes(reader),
    ]


def _landmark(reader: Reader) -> list[Section]:
    return [
        reader.glance("Where it is", _LANDMARK),
        asked("What is attached to it", "attached-to", reader.iri, absent="What attaches to it."),
        reader.glance("Injuries", _HURT),
        reader.variants(),
        notes(reader),
    ]


def _tissue(reader: Reader) -> list[Section]:
    facts, rows = reader.facts, []
    ends = (*facts.subjects("attachesTo", reader.iri), *facts.subjects("via", reader.iri))
    facts.look(ends)
    for node in ends:
        if not isinstance(node, ox.NamedNode):
            continue
        parts = node.value.removeprefix(BASE).split("/")
        owner = ox.NamedNode(BASE + "/".join(parts[:2]))
        place = reader.one(node, "attachesTo")
        rows.append([[shown(owner, facts)], [Shown(parts[2].replace("-", " "))], place])
    rows.sort(key=lambda row: row[0][0].text.casefold())
    return [
        Section("Muscles that pull on it", ("Muscle", "End", "Attaches to"), rows),
        reader.glance("Where it is", _TISSUE),
        reader.glance("Injuries", _HURT),
        reader.variants(),
        notes(reader),
    ]


def _symptom(reader: Reader) -> list[Section]:
    question = urlencode({"symptom": compact(reader.iri.value)})
    path = f"{request.script_root}/ask/injuries-by-symptom?{question}"
    return [
        Section(
            "What it may be a sign of",
            rows=reader.pairs((("Conditions", "^hasSymptom"), ("Signs of danger", "^signalledBy"))),
            note="One sign alone tells little; several together tell more.",
            ask=path,
        ),
        notes(reader),
    ]


def notes(reader: Reader) -> Section:
    """Return the remarks on a record."""
    return Section("Notes", lines=reader.facts.texts(reader.iri, "note"))


def unknown(what: str) -> Section:
    """Return a section that is nothing but a gap, for the list of what is not known."""
    return Section("", absent=what)


_PAGES: dict[str, Callable[[Reader], list[Section]]] = {
    "Joint": _joint,
    "JointMovement": _movement,
    "Nerve": _nerve,
    "NerveRoot": _root,
    "Artery": _artery,
    "Vein": _vein,
    "Compartment": _compartment,
    "Region": _region,
    "Bone": _bone,
    "Landmark": _landmark,
    "SoftTissue": _tissue,
    "Symptom": _symptom,
}
