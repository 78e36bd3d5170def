"""Where a page lies: the way down to it from the first page."""

from dataclasses import dataclass

import pyoxigraph as ox
from flask import request

from myograph.terms import BASE, RDFS
from myograph_server.facts import Facts
from myograph_server.kinds import TITLES, group_of
from myograph_server.links import href

# What a record lies below, by its kind: the first property that it has.
_ABOVE = {
    "muscle": ("headOf", "partOfMuscle"),
    "landmark": ("partOf",),
    "movement": ("atJoint",),
    "nerve": ("branchOf",),
    "artery": ("branchOf",),
    "vein": ("branchOf",),
    "injury": ("kindOf",),
    "ontology": (RDFS + "subClassOf", RDFS + "subPropertyOf"),
}
_DEEPEST = 4


@dataclass(frozen=True)
class Crumb:
    """One step on the way to a page."""

    text: str
    href: str


def trail(facts: Facts, iri: ox.NamedNode) -> list[Crumb]:
    """Return the steps from the first page to a record's, without the page itself."""
    root = request.script_root
    space = iri.value.removeprefix(BASE).split("/", 1)[0]
    found = [Crumb("Myograph", f"{root}/")]
    if space in TITLES:
        found.append(Crumb(group_of(space), f"{root}/{space}"))
    above = [Crumb(_capital(facts.label(one)), href(one.value)) for one in _above(facts, iri)]
    return found + above


def _above(facts: Facts, iri: ox.NamedNode) -> list[ox.NamedNode]:
    """Return what a record lies below, the widest first."""
    parts = iri.value.removeprefix(BASE).split("/")
    if len(parts) > 2:
        # A reified fact belongs to the record, or fact, that its address begins with.
        owners = [ox.NamedNode(BASE + "/".join(parts[:n])) for n in range(2, len(parts))]
        return [owner for owner in owners if facts.of(owner)]
    found: list[ox.NamedNode] = []
    here = iri
    while len(found) < _DEEPEST:
        names = _ABOVE.get(here.value.removeprefix(BASE).split("/", 1)[0], ())
        ups = [v for name in names for v in _authored(facts, here, name)]
        if not ups or ups[0] in (iri, *found):
            break
        here = ups[0]
        found.insert(0, here)
    return found


def _authored(facts: Facts, iri: ox.NamedNode, name: str) -> list[ox.NamedNode]:
    """Return the values of a property that somebody wrote down and that are ours."""
    wanted = name if ":" in name else f"{BASE}ontology/{name}"
    values = [f.value for f in facts.of(iri) if f.predicate.value == wanted and not f.derived]
    return [v for v in values if isinstance(v, ox.NamedNode) and v.value.startswith(BASE)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
