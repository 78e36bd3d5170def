"""Wrong changes to muscles, their attachments, nerves and vessels."""

from random import Random

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from benchmarks.mutations.facts import (
    Change,
    Facts,
    Kinds,
    Term,
    add,
    compact,
    drop,
    other,
    retold,
    swap,
)
from myograph.terms import RDF_TYPE, myo

kinds = Kinds()
_FIGURES = ("maxIsometricForce", "optimalFibreLength", "tendonSlackLength")


# ---------------------------------------------------------------- attachments


def _attachment(facts: Facts, draw: Random, *ends: str) -> Quad:
    """Return where an attachment of a muscle is, which is on bone."""
    placed = [
        quad
        for end in ends
        for owned in facts.statements[end]
        for quad in facts.with_property(owned.object, "attachesTo")
        if facts.type_of(quad.object) in (myo("Landmark"), myo("Bone"))
    ]
    return draw.choice(placed)


def _moved(facts: Facts, draw: Random, end: str, *, same_bone: bool) -> Change | None:
    quad = _attachment(facts, draw, end)
    bone = facts.bone_of(quad.object)
    taken = {
        place
        for one in ("hasOrigin", "hasInsertion")
        for node in facts.values(facts.owner(quad.subject), one)
        for place in facts.values(node, "attachesTo")
    }
    places = [
        place
        for place in facts.of_class("Landmark")
        if (facts.bone_of(place) == bone) is same_bone
        and place not in taken
        # A part of the place is not wrong, only finer, nor is what it is part of.
        and place not in _parts(facts, quad.object)
        and quad.object not in _parts(facts, place)
    ]
    to = other(draw, places, quad.object)
    told = f"{end} of {compact(facts.owner(quad.subject))}: {compact(quad.object)}"
    return swap(facts, quad, f"{told} -> {compact(to)}", to) if to else None


def _parts(facts: Facts, place: Term) -> set[Term]:
    found: set[Term] = {place}
    for quad in facts.naming.get(place, ()):
        if quad.predicate == myo("partOf"):
            found |= _parts(facts, quad.subject)
    return found


@kinds("origin on another bone")
def _(facts: Facts, draw: Random) -> Change | None:
    return _moved(facts, draw, "hasOrigin", same_bone=False)


@kinds("origin on another place of the bone")
def _(facts: Facts, draw: Random) -> Change | None:
    return _moved(facts, draw, "hasOrigin", same_bone=True)


@kinds("insertion on another bone")
def _(facts: Facts, draw: Random) -> Change | None:
    return _moved(facts, draw, "hasInsertion", same_bone=False)


@kinds("insertion on another place of the bone")
def _(facts: Facts, draw: Random) -> Change | None:
    return _moved(facts, draw, "hasInsertion", same_bone=True)


@kinds("origin and insertion swapped")
def _(facts: Facts, draw: Random) -> Change | None:
    muscle = draw.choice(facts.of_class("Muscle", "MuscleHead", "MusclePart"))
    ends = {end: facts.with_property(muscle, end) for end in ("hasOrigin", "hasInsertion")}
    if not all(ends.values()):
        return None
    old = [*ends["hasOrigin"], *ends["hasInsertion"]]
    flipped = {myo("hasOrigin"): myo("hasInsertion"), myo("hasInsertion"): myo("hasOrigin")}
    new = tuple(Quad(q.subject, flipped[q.predicate], q.object, q.graph_name) for q in old)
    return Change(f"of {compact(muscle)}", facts.home[old[0]], tuple(old), new)


@kinds("attachment dropped")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["hasOrigin"] + facts.statements["hasInsertion"])
    place = facts.value(quad.object, "attachesTo")
    return drop(facts, quad, f"of {compact(quad.subject)}: {compact(place)}") if place else None


# ---------------------------------------------------------------- actions


@kinds("action at a joint that is not crossed")
def _(facts: Facts, draw: Random) -> Change | None:
    node = draw.choice(facts.statements["hasAction"])
    [quad] = facts.with_property(node.object, "ofMovement")
    joints = {
        joint
        for fact in facts.nested(node.subject)
        if fact.predicate == myo("ofMovement")
        for joint in facts.values(fact.object, "atJoint")
    }
    far = [m for m in facts.of_class("JointMovement") if facts.value(m, "atJoint") not in joints]
    to = draw.choice(far)
    told = f"{compact(node.subject)}: {compact(quad.object)} -> {compact(to)}"
    return swap(facts, quad, told, to)


def _opposite(facts: Facts, movement: Term) -> Term | None:
    found = facts.value(movement, "oppositeOf")
    back = [q.subject for q in facts.naming.get(movement, ()) if q.predicate == myo("oppositeOf")]
    return found or next(iter(back), None)


@kinds("flexion for extension")
def _(facts: Facts, draw: Random) -> Change | None:
    node = draw.choice(facts.statements["hasAction"])
    [quad] = facts.with_property(node.object, "ofMovement")
    to = _opposite(facts, quad.object)
    told = f"{compact(node.subject)}: {compact(quad.object)} -> {compact(to)}" if to else ""
    return swap(facts, quad, told, to) if to else None


@kinds("role raised")
def _(facts: Facts, draw: Random) -> Change | None:
    low = [q for q in facts.statements["role"] if q.object == myo("Synergist")]
    quad = draw.choice(low)
    movement = facts.value(quad.subject, "ofMovement")
    told = f"{compact(facts.owner(quad.subject))} in {compact(movement)}" if movement else ""
    return swap(facts, quad, told, myo("PrimeMover"))


@kinds("passage on the other side")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["side"])
    sides = {"Anterior": "Posterior", "Posterior": "Anterior", "Medial": "Lateral"}
    name = str(quad.object.value).rsplit("/", 1)[-1].removesuffix("Side")  # type: ignore[union-attr]
    to = myo(f"{sides.get(name, 'Medial')}Side")
    return swap(facts, quad, f"{compact(facts.owner(quad.subject))} {name} -> {to.value[-12:]}", to)


# ---------------------------------------------------------------- nerves, roots, vessels


def _trunk(facts: Facts, nerve: Term) -> list[Term]:
    """Return a nerve and those that it comes from."""
    found = [nerve]
    for parent in facts.values(nerve, "branchOf"):
        found += _trunk(facts, parent)
    return found


def _to_nerve(facts: Facts, draw: Random, *, akin: bool) -> Change | None:
    quad = draw.choice([q for q in facts.statements["nerve"]])
    own = {n for n in _trunk(facts, quad.object) if facts.type_of(n) == myo("Nerve")}
    stem = own - {n for n in own if facts.value(n, "branchOf") is None}
    choices = [
        one
        for one in dict.fromkeys(q.object for q in facts.statements["nerve"])
        if bool(stem & set(_trunk(facts, one))) is akin
        # A branch of the nerve is not wrong, only finer, nor is the nerve that it comes from.
        and one not in own
        and quad.object not in _trunk(facts, one)
    ]
    to = other(draw, choices, quad.object)
    if to is None:
        return None
    told = f"{compact(facts.owner(quad.subject))}: {compact(quad.object)} -> {compact(to)}"
    return swap(facts, quad, told, to)


@kinds("nerve of another compartment")
def _(facts: Facts, draw: Random) -> Change | None:
    return _to_nerve(facts, draw, akin=False)


@kinds("nerve swapped for one akin")
def _(facts: Facts, draw: Random) -> Change | None:
    return _to_nerve(facts, draw, akin=True)


@kinds("root added")
def _(facts: Facts, draw: Random) -> Change | None:
    node = draw.choice(facts.statements["hasInnervation"]).object
    roots = facts.with_property(node, "hasRoot")
    to = other(draw, facts.of_class("NerveRoot"), *(q.object for q in roots))
    if not roots or to is None:
        return None
    new = Quad(node, myo("hasRoot"), to)  # type: ignore[arg-type]
    return add(facts, new, facts.home[roots[0]], f"{compact(facts.owner(node))}: {compact(to)}")


@kinds("root lost")
def _(facts: Facts, draw: Random) -> Change | None:
    nodes = [q.object for q in facts.statements["hasInnervation"]]
    quad = draw.choice([q for node in nodes for q in facts.with_property(node, "hasRoot")])
    return drop(facts, quad, f"{compact(facts.owner(quad.subject))}: {compact(quad.object)}")


@kinds("wrong artery")
def _(facts: Facts, draw: Random) -> Change | None:
    muscles = set(facts.of_class("Muscle", "MuscleHead", "MusclePart"))
    quad = draw.choice([q for q in facts.statements["suppliedBy"] if q.subject in muscles])
    stated = set(facts.values(quad.subject, "suppliedBy"))
    near = {a for one in stated for a in _trunk(facts, one)}
    near |= {q.subject for a in near for q in facts.naming[a] if q.predicate == myo("branchOf")}
    to = other(draw, facts.of_class("Artery"), *near)
    told = f"{compact(quad.subject)}: {compact(quad.object)} -> {compact(to)}" if to else ""
    return swap(facts, quad, told, to) if to else None


# ---------------------------------------------------------------- wholes, layers, figures


@kinds("head given to another muscle")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["headOf"] + facts.statements["partOfMuscle"])
    to = other(draw, [q.object for q in facts.statements["headOf"]], quad.object)
    to = to or draw.choice(facts.of_class("Muscle"))
    return swap(facts, quad, f"{compact(quad.subject)} -> {compact(to)}", to)


@kinds("member of a group lost")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["hasMember"])
    return drop(facts, quad, f"{compact(quad.subject)}: {compact(quad.object)}")


@kinds("order of layers reversed")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["deepTo"])
    new = Quad(quad.object, quad.predicate, quad.subject)  # type: ignore[arg-type]
    told = f"{compact(quad.object)} deep to {compact(quad.subject)}"
    return Change(told, facts.home[quad], (quad,), (new,))


@kinds("layer wrong")
def _(facts: Facts, draw: Random) -> Change | None:
    ends = {myo("Superficial"): myo("Deep"), myo("Deep"): myo("Superficial")}
    quad = draw.choice([q for q in facts.statements["layer"] if q.object in ends])
    to = ends[quad.object]  # type: ignore[index]
    return swap(facts, quad, f"{compact(quad.subject)} {compact(to)}", to)


@kinds("compartment wrong")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["inCompartment"])
    akin = {quad.object, *facts.values(quad.object, "partOf")}
    akin |= {q.subject for a in akin for q in facts.naming[a] if q.predicate == myo("partOf")}
    to = other(draw, facts.of_class("Compartment"), *akin)
    told = f"{compact(quad.subject)}: {compact(quad.object)} -> {compact(to)}" if to else ""
    return swap(facts, quad, told, to) if to else None


@kinds("unit off by a thousand")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice([q for name in _FIGURES for q in facts.statements[name]])
    if not isinstance(quad.object, Literal):
        return None
    times = draw.choice((1000, 0.001))
    value = Literal(f"{float(quad.object.value) * times:.6f}", datatype=quad.object.datatype)
    told = f"{compact(facts.owner(quad.subject))}: {quad.object.value} -> {value.value}"
    return swap(facts, quad, told, value)


# ---------------------------------------------------------------- the skeleton


@kinds("bone hung on another joint")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["childBone"])
    to = other(draw, facts.of_class("KinematicJoint"), quad.subject)
    if not isinstance(to, NamedNode):
        return None
    new = Quad(to, quad.predicate, quad.object)
    told = f"{compact(quad.object)}: {compact(quad.subject)} -> {compact(to)}"
    return Change(told, facts.home[quad], (quad,), (new,))


@kinds("place on another bone")
def _(facts: Facts, draw: Random) -> Change | None:
    places = set(facts.of_class("Landmark"))
    quad = draw.choice([q for q in facts.statements["partOf"] if q.subject in places])
    bone = facts.bone_of(quad.object)
    to = other(draw, facts.of_class("Bone"), bone)
    told = f"{compact(quad.subject)}: {compact(quad.object)} -> {compact(to)}" if to else ""
    return swap(facts, quad, told, to) if to else None


@kinds("opposite broken")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["oppositeOf"])
    if draw.random() < 0.5:
        return drop(facts, quad, f"{compact(quad.subject)} has none")
    to = other(draw, facts.of_class("JointMovement"), quad.object, quad.subject)
    return swap(facts, quad, f"{compact(quad.subject)} -> {compact(to)}", to) if to else None


@kinds("range out of order")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice([q for q in facts.statements["maxAngle"] if q.object.value != "0"])  # type: ignore[union-attr]
    low = facts.with_property(quad.subject, "minAngle")
    if not low or low[0].object == quad.object:
        return None
    told = f"of {compact(facts.owner(quad.subject))}"
    new = (
        Quad(quad.subject, quad.predicate, low[0].object),
        Quad(quad.subject, low[0].predicate, quad.object),
    )
    return Change(told, facts.home[quad], (quad, low[0]), new)


@kinds("lever on the other side")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["leverSide"])
    movement = _opposite(facts, quad.subject)
    to = facts.value(movement, "leverSide") if movement else None
    return swap(facts, quad, f"{compact(quad.subject)} {compact(to)}", to) if to else None


# ---------------------------------------------------------------- circles


def _circle(facts: Facts, draw: Random, name: str) -> Change | None:
    quad = draw.choice(facts.statements[name])
    if isinstance(quad.subject, BlankNode):
        return None
    new = Quad(quad.object, quad.predicate, quad.subject)  # type: ignore[arg-type]
    file = facts.home[quad]
    return add(facts, new, file, f"{compact(quad.object)} {name} {compact(quad.subject)}")


@kinds("circle of parts")
def _(facts: Facts, draw: Random) -> Change | None:
    return _circle(facts, draw, "partOf")


@kinds("circle of what covers what")
def _(facts: Facts, draw: Random) -> Change | None:
    return _circle(facts, draw, "deepTo")


@kinds("circle of branches")
def _(facts: Facts, draw: Random) -> Change | None:
    return _circle(facts, draw, "branchOf")


@kinds("class wrong")
def _(facts: Facts, draw: Random) -> Change | None:
    names = ("Muscle", "Bone", "Nerve", "Artery", "Ligament", "Tendon", "KinematicJoint")
    record = draw.choice(facts.of_class(*names))
    quad = next(q for q in facts.about[record] if q.predicate == RDF_TYPE)
    to = other(draw, [myo(name) for name in names], quad.object)
    told = f"{compact(record)} {compact(to)}" if to else ""
    return retold(swap(facts, quad, "", to), told) if to else None
