"""The page of an exercise, a stretch, a pose or an activity."""

import pyoxigraph as ox

from myograph.terms import RDFS
from myograph_server.facts import Term
from myograph_server.links import Shown, why
from myograph_server.pages import Cell, Reader, Section, degrees

_GLANCE = (
    ("Equipment", "usesEquipment"),
    ("Body position", "bodyPosition"),
    ("Difficulty", "difficulty"),
    ("Limbs", "laterality"),
    ("Chain", "kineticChain"),
    ("Kind of stretch", "stretchKind"),
    ("Easier form", "progressionOf"),
    ("Harder form", "regressionOf"),
    ("Instead of", "substituteFor"),
)
_MUSCLES = (
    ("Prime movers", "trainsAsPrimeMover"),
    ("Synergists", "trainsAsSynergist"),
    ("Steady the body", "steadiedBy"),
    ("Stretched", "stretches"),
    ("Stretched in part", "stretchesPartOf"),
)
_INJURIES = (
    ("Loads what is hurt in", "loads"),
    ("Held back at", "^holdsBack"),
    ("Helps to prevent", "^preventedBy"),
    ("Part of recovery at", "^rehabilitatedBy"),
    ("Used in", "^employs"),
    ("Often met in it", "^occursIn"),
    ("Risks", "risks"),
    ("Strengthens what is weak in", "strengthensAgainst"),
)


def sections(reader: Reader) -> list[Section]:
    """Return the sections of the page."""
    facts = reader.facts
    return [
        Section("How to do it", lines=facts.texts(reader.iri, "instruction")),
        Section("Common faults", lines=sorted(facts.texts(reader.iri, "commonFault"))),
        Section(
            "Muscles",
            rows=reader.pairs(_MUSCLES),
            note="Derived: from the moments that the exercise demands and what each muscle does.",
        ),
        Section("Phases", parts=[_phase(reader, node) for node in reader.nodes("hasPhase")]),
        reader.glance("At a glance", _GLANCE),
        reader.glance("Injuries", _INJURIES),
        reader.variants(),
        Section("Notes", lines=facts.texts(reader.iri, "note")),
    ]


def _phase(reader: Reader, phase: Term) -> Section:
    facts = reader.facts
    title = facts.text(phase, RDFS + "label") or facts.text(phase, "key").replace("-", " ")
    demands = Section(
        "Demands",
        ("The muscles must produce", "Contraction", "Range", "Limb"),
        [
            [
                reader.one(node, "ofMovement"),
                reader.one(node, "contraction"),
                _range(reader, node),
                reader.one(node, "limb"),
            ]
            for node in reader.nodes("hasDemand", phase)
        ],
    )
    positions = Section(
        "Positions",
        ("Held in", "At", "Limb"),
        [
            [
                reader.one(node, "ofMovement"),
                [Shown(degrees(facts.text(node, "angle")))],
                reader.one(node, "limb"),
            ]
            for node in reader.nodes("hasPosition", phase)
        ],
    )
    parts = [part for part in (demands, positions, _work(reader, phase)) if part]
    return Section(title[:1].upper() + title[1:], parts=parts)


def _range(reader: Reader, demand: Term) -> Cell:
    low, high = (reader.facts.text(demand, name) for name in ("fromAngle", "toAngle"))
    return [Shown(f"{degrees(low)} to {degrees(high)}")] if low and high else []


def _work(reader: Reader, phase: Term) -> Section:
    """Return which muscles answer the demands of a phase, and what lowers their roles."""
    facts = reader.facts
    rows: list[tuple[str, list[Cell]]] = []
    for node in facts.subjects("inPhase", phase):
        if not facts.is_a(node, "Involvement"):
            continue
        demand = facts.value(node, "answers")
        role = reader.one(node, "effectiveRole") or reader.one(node, "actionRole")
        plain = [Shown(r.text, r.href) for r in role]
        movement = reader.one(demand, "ofMovement") if demand else []
        muscle = [Shown(m.text, m.href) for m in reader.one(node, "ofLeaf")]
        key = f"{role[0].text if role else ''} {muscle[0].text if muscle else ''}"
        rows.append((key, [muscle, plain, movement, _reason(reader, node), _why(reader, node)]))
    rows.sort(key=lambda row: row[0])
    headings = ("Muscle", "Role here", "Makes", "Because", "")
    return Section("Who works", headings, [row for _, row in rows])


def _reason(reader: Reader, node: Term) -> Cell:
    found: Cell = []
    for name in ("reducedBy", "favouredBy"):
        found += [Shown(r.text, r.href) for r in reader.one(node, name)]
    at = reader.facts.value(node, "reducedAt")
    if at is not None and found:
        angle = degrees(reader.facts.text(at, "angle"))
        place = f" at {angle}" if angle else ""
        found += [Shown(f"by {m.text}{place}", m.href) for m in reader.one(at, "ofMovement")]
    return found


def _why(reader: Reader, node: Term) -> Cell:
    for name in ("effectiveRole", "actionRole"):
        role = reader.facts.value(node, name)
        if role is not None:
            predicate = ox.NamedNode(f"https://w3id.org/myograph/ontology/{name}")
            return [Shown("", why=why(node, predicate, role))]
    return []
