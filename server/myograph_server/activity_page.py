"""The page of an exercise, a stretch, a pose or an activity."""

from collections.abc import Mapping, Sequence

import pyoxigraph as ox

from myograph.terms import BASE, RDFS
from myograph_server.asked import addresses, answer, asked, linked
from myograph_server.facts import Term
from myograph_server.links import Shown, why
from myograph_server.pages import Cell, Reader, Section, Step, degrees

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
_CAUTIONS = (
    ("Held back at", "^holdsBack"),
    ("Loads what is hurt in", "loads"),
    ("Risks", "risks"),
    ("Often met in it", "^occursIn"),
)
_HELPS = (
    ("Strengthens what is weak in", "strengthensAgainst"),
    ("Helps to prevent", "^preventedBy"),
    ("Part of recovery at", "^rehabilitatedBy"),
    ("Used in", "^employs"),
)
Solution = Mapping[str, Term | None]
_ROLES = {
    "prime mover": "trainsAsPrimeMover",
    "synergist": "trainsAsSynergist",
    "steadies": "steadiedBy",
    "stretched": "stretches",
    "stretched in part": "stretchesPartOf",
}


def sections(reader: Reader) -> list[Section]:
    """Return the sections of the page."""
    facts, iri = reader.facts, reader.iri
    exercise = facts.is_a(iri, "Exercise")
    phases = reader.nodes("hasPhase")
    facts.look(to=phases)
    asking = "muscles-of-exercise" if exercise else "muscles-of-activity"
    worked = answer(asking, iri).dicts()
    return [
        Section("How to do it", lines=facts.texts(iri, "instruction")),
        Section(
            "Phases",
            steps=[_step(reader, node, worked) for node in phases],
            note="What the muscles must produce in each, whichever way the joint moves, and who "
            "does most of it.",
        ),
        _muscles(reader, asking, worked),
        Section("Common faults", lines=sorted(facts.texts(iri, "commonFault"))),
        reader.glance(
            "Cautions",
            _CAUTIONS,
            note="Derived for the most part. Loading is no verdict: recovery needs it, at the "
            "right stage.",
            absent="Whether it loads or risks an injury.",
        ),
        *(
            [
                asked(
                    "Substitutes",
                    "substitutes-for-exercise",
                    iri,
                    without=("equipment",),
                    note="What is lost are the prime movers that the substitute does not have.",
                    absent="What could take its place.",
                )
            ]
            if exercise
            else []
        ),
        reader.glance("At a glance", _GLANCE),
        reader.glance("What it is good for", _HELPS),
        _details(reader, phases),
        reader.variants(),
        reader.matches(),
        Section("Notes", lines=facts.texts(iri, "note")),
    ]


def _muscles(reader: Reader, asking: str, worked: Sequence[Solution]) -> Section:
    """Return the muscles by role, with the reason where one does less than it could."""
    rows: list[list[Cell]] = []
    for row in worked:
        role, muscle = _text(row.get("role")), row["muscle"]
        predicate = f"{BASE}ontology/{_ROLES[role]}" if role in _ROLES else ""
        cell = linked(row, "muscle")
        if predicate and isinstance(muscle, ox.NamedNode) and cell:
            reason = why(reader.iri, ox.NamedNode(predicate), muscle)
            cell = [Shown(cell[0].text, cell[0].href, why=reason)]
        parts = _text(row.get("parts"))
        rows.append(
            [
                [Shown(role)],
                cell,
                linked(row, "movement"),
                [Shown(_text(row.get("phases")))],
                [Shown(_text(row.get("reason")))] if row.get("reason") else [],
                [Shown(parts)] if parts and parts != cell[0].text else [],
            ]
        )
    ask, query = addresses(asking, reader.iri)
    return Section(
        "Muscles",
        ("Role", "Muscle", "For", "In", "Because", "By its"),
        rows,
        note="Derived, from the moments that it demands and what each muscle does.",
        ask=ask,
        query=query,
        absent="Which muscles it works.",
    )


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


def _title(reader: Reader, phase: Term) -> str:
    facts = reader.facts
    title = facts.text(phase, RDFS + "label") or facts.text(phase, "key").replace("-", " ")
    return title[:1].upper() + title[1:]


def _step(reader: Reader, phase: Term, worked: Sequence[Solution]) -> Step:
    """Return a phase as a step of the timeline."""
    facts = reader.facts
    rows: list[list[Cell]] = []
    for node in reader.nodes("hasDemand", phase):
        how = " ".join(
            cell.text
            for cell in (
                *reader.one(node, "contraction"),
                *_range(reader, node),
                *reader.one(node, "limb"),
            )
        )
        rows.append([[Shown(how)], reader.one(node, "ofMovement")])
    held: Cell = []
    for node in reader.nodes("hasPosition", phase):
        angle = degrees(facts.text(node, "angle"))
        held += [Shown(f"{m.text} {angle}", m.href) for m in reader.one(node, "ofMovement")]
    if held:
        rows.append([[Shown("held")], held])
    title = _title(reader, phase)
    # As the question writes them: "lower (eccentric), rise (concentric)".
    here = f", {title.casefold()} ("
    for role in ("prime mover", "stretched", "stretched in part"):
        movers = [
            cell
            for row in worked
            if _text(row.get("role")) == role
            and here in f", {_text(row.get('phases'))} (".casefold()
            for cell in linked(row, "muscle")
        ]
        if movers:
            rows.append([[Shown(f"{role}s" if role == "prime mover" else role)],
                         list(dict.fromkeys(movers))])  # fmt: skip
    return Step(title, rows)


def _details(reader: Reader, phases: list[Term]) -> Section:
    return Section(
        "Every phase in detail", parts=[_phase(reader, node) for node in phases], folded=True
    )


def _phase(reader: Reader, phase: Term) -> Section:
    facts = reader.facts
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
    return Section(_title(reader, phase), parts=parts)


def _range(reader: Reader, demand: Term) -> Cell:
    low, high = (reader.facts.text(demand, name) for name in ("fromAngle", "toAngle"))
    return [Shown(f"{degrees(low)} to {degrees(high)}")] if low and high else []


def _work(reader: Reader, phase: Term) -> Section:
    """Return which muscles answer the demands of a phase, and what lowers their roles."""
    headings = ("Muscle", "Role here", "Makes", "Because", "")
    return Section("Who works", headings, [row for _, row in _workers(reader, phase)])


def _workers(reader: Reader, phase: Term) -> list[tuple[str, list[Cell]]]:
    """Return a row for each muscle at work in a phase, with its role and name before it."""
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
    return sorted(rows, key=lambda row: row[0])


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
