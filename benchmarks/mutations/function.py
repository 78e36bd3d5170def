"""Wrong changes to exercises and to what endangers people: injuries, red flags, stages."""

from random import Random

from pyoxigraph import Literal, NamedNode, Quad

from benchmarks.mutations.anatomy import _opposite
from benchmarks.mutations.facts import Change, Facts, Kinds, Term, compact, drop, other, swap
from myograph.terms import myo

kinds = Kinds()
_CONTRARY = {myo("Concentric"): myo("Eccentric"), myo("Eccentric"): myo("Concentric")}


# ---------------------------------------------------------------- exercises


@kinds("contraction of a demand reversed")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice([q for q in facts.statements["contraction"] if q.object in _CONTRARY])
    told = f"{_place(facts, quad.subject)} {compact(_CONTRARY[quad.object])}"  # type: ignore[index]
    return swap(facts, quad, told, _CONTRARY[quad.object])  # type: ignore[index]


@kinds("demand for the opposite movement")
def _(facts: Facts, draw: Random) -> Change | None:
    node = draw.choice(facts.statements["hasDemand"])
    [quad] = facts.with_property(node.object, "ofMovement")
    to = _opposite(facts, quad.object)
    return swap(facts, quad, f"{_place(facts, quad.subject)} -> {compact(to)}", to) if to else None


def _place(facts: Facts, node: Term) -> str:
    movement = facts.value(node, "ofMovement")
    phase = facts.naming[node][0].subject
    key = facts.value(phase, "key")
    named = key.value if isinstance(key, Literal) else ""
    return f"{compact(facts.owner(node))} {named} {compact(movement) if movement else ''}"


@kinds("position that contradicts a demand")
def _(facts: Facts, draw: Random) -> Change | None:
    node = draw.choice(facts.statements["hasPosition"])
    [quad] = facts.with_property(node.object, "ofMovement")
    demands = [
        m
        for d in facts.values(node.subject, "hasDemand")
        if facts.value(d, "contraction") in _CONTRARY
        for m in facts.values(d, "ofMovement")
    ]
    limbs = [facts.value(d, "limb") for d in facts.values(node.subject, "hasDemand")]
    if not demands or any(limbs) or quad.object in demands:
        return None
    to = draw.choice(demands)
    angle = facts.with_property(node.object, "angle")[0]
    new = (
        Quad(quad.subject, quad.predicate, to),
        Quad(angle.subject, angle.predicate, Literal("85", datatype=angle.object.datatype)),  # type: ignore[union-attr]
    )
    told = f"{_place(facts, quad.subject)} -> {compact(to)} 85"
    return Change(told, facts.home[quad], (quad, angle), new)


@kinds("angle of another joint")
def _(facts: Facts, draw: Random) -> Change | None:
    """A position with its angle is given to a movement that does not go so far."""
    node = draw.choice(facts.statements["hasPosition"])
    [quad] = facts.with_property(node.object, "ofMovement")
    angle = facts.value(node.object, "angle")
    far = float(angle.value) if isinstance(angle, Literal) else 0.0
    stated = {
        m for p in facts.values(node.subject, "hasPosition") for m in facts.values(p, "ofMovement")
    }
    fits = [
        movement
        for movement in facts.of_class("JointMovement")
        for range_ in facts.values(movement, "normalRange")
        if float(facts.value(range_, "maxAngle").value) + 15 < far  # type: ignore[union-attr]
    ]
    to = other(draw, fits, *stated)
    return (
        swap(facts, quad, f"{_place(facts, quad.subject)} {far} -> {compact(to)}", to)
        if to
        else None
    )


@kinds("phases in another order")
def _(facts: Facts, draw: Random) -> Change | None:
    owner = draw.choice(facts.statements["hasPhase"]).subject
    orders = [q for p in facts.values(owner, "hasPhase") for q in facts.with_property(p, "order")]
    if len(orders) < 2:
        return None
    one, two = draw.sample(orders, 2)
    value = draw.choice([two.object, Literal(str(len(orders) + 1), datatype=one.object.datatype)])  # type: ignore[union-attr]
    return swap(facts, one, f"{compact(owner)} {one.object.value} -> {value.value}", value)  # type: ignore[union-attr]


# ---------------------------------------------------------------- what harms people if it is wrong


def _neighbours(facts: Facts, structure: Term) -> list[NamedNode]:
    """Return what is of the same class and lies beside a structure."""
    kind = facts.type_of(structure)
    places = set(
        facts.values(structure, "inRegion")
        + facts.values(structure, "inCompartment")
        + facts.values(structure, "headOf")
        + facts.values(structure, "proximalAttachment")
        + facts.values(structure, "distalAttachment")
        + facts.values(structure, "branchOf")
    )
    same = (
        [r for r in facts.of_class(kind.value.rsplit("/", 1)[-1]) if r != structure]
        if isinstance(kind, NamedNode)
        else []
    )
    near = [r for r in same if places & {q.object for q in facts.about[r]}]
    return near or same


@kinds("injury's structure swapped with its neighbour", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["affects"])
    stated = facts.values(quad.subject, "affects")
    to = other(draw, _neighbours(facts, quad.object), *stated)
    told = f"{compact(quad.subject)}: {compact(quad.object)} -> {compact(to)}" if to else ""
    return swap(facts, quad, told, to) if to else None


@kinds("injury's structure dropped", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["affects"])
    return drop(facts, quad, f"{compact(quad.subject)}: {compact(quad.object)}")


@kinds("red flag dropped", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["hasRedFlag"])
    return drop(facts, quad, f"{compact(quad.subject)}: {compact(quad.object)}")


@kinds("red flag swapped for another", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["hasRedFlag"])
    to = other(draw, facts.of_class("RedFlag"), *facts.values(quad.subject, "hasRedFlag"))
    told = f"{compact(quad.subject)}: {compact(quad.object)} -> {compact(to)}" if to else ""
    return swap(facts, quad, told, to) if to else None


@kinds("red flag made less urgent", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    ladder = [myo("EmergencyUrgency"), myo("SameDayUrgency"), myo("SoonUrgency")]
    quad = draw.choice([q for q in facts.statements["urgency"] if q.object in ladder[:2]])
    to = draw.choice(ladder[ladder.index(quad.object) + 1 :])  # type: ignore[arg-type]
    return swap(facts, quad, f"{compact(quad.subject)} {compact(to)}", to)


@kinds("red flag without what to do", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["whatToDo"])
    return drop(facts, quad, compact(quad.subject))


@kinds("symptom that asks for a flag cut off", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["signalledBy"])
    return drop(facts, quad, f"{compact(quad.subject)}: {compact(quad.object)}")


def _stages(facts: Facts, draw: Random) -> list[Term]:
    owner = draw.choice(facts.statements["hasStage"]).subject
    return facts.values(owner, "hasStage")


@kinds("order of stages broken", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    stages = _stages(facts, draw)
    if len(stages) < 2:
        return None
    one, two = (facts.with_property(s, "order")[0] for s in draw.sample(stages, 2))
    told = f"{compact(facts.owner(one.subject))}: {one.object.value} <-> {two.object.value}"  # type: ignore[union-attr]
    new = (
        Quad(one.subject, one.predicate, two.object),
        Quad(two.subject, two.predicate, one.object),
    )
    return Change(told, facts.home[one], (one, two), new)


@kinds("stage dropped", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["hasStage"])
    order = facts.value(quad.object, "order")
    return drop(facts, quad, f"{compact(quad.subject)}: {order.value}")  # type: ignore[union-attr]


@kinds("withheld mode removed", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["withholds"])
    return drop(facts, quad, f"{_stage(facts, quad.subject)}: {compact(quad.object)}")


@kinds("withheld mode swapped for another", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["withholds"])
    modes = [q.object for q in facts.statements["withholds"]]
    to = other(draw, modes, *facts.values(quad.subject, "withholds"))
    told = f"{_stage(facts, quad.subject)}: {compact(quad.object)} -> {compact(to)}" if to else ""
    return swap(facts, quad, told, to) if to else None


@kinds("deferral dropped", safety=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["defers"])
    return drop(facts, quad, f"{_stage(facts, quad.subject)}: {compact(quad.object)}")


def _stage(facts: Facts, node: Term) -> str:
    order = facts.value(node, "order")
    return f"{compact(facts.owner(node))} {order.value if isinstance(order, Literal) else ''}"
