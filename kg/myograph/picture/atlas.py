"""What the graph says of where things lie in the figures: outlines, places and courses."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from myograph.errors import PictureError
from myograph.picture.geometry import clipped
from myograph.query import Rows
from myograph.terms import MYO

Point = tuple[float, float]
Ask = Callable[[str], Rows]
VIEWS = ("back", "front", "side")
UNITS = 20.0  # of a drawing in a centimetre of the body: half a millimetre each
_PREFIXES = f"""PREFIX myo: <{MYO}>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
"""


_BOUND = "myo:Ligament myo:Membrane myo:JointCapsule myo:Meniscus"


@dataclass(frozen=True)
class Figure:
    """One view's figure.

    Attributes:
        view: `back`, `front` or `side`.
        width, height: of the figure, in drawing units.
        midline: x of the middle of the body, in drawing units; None in the side view.
    """

    view: str
    width: float
    height: float
    midline: float | None

    def point(self, x: float, y: float) -> Point:
        """Return the drawing's point for a place in per cent of the figure."""
        return (x * self.width / 100, y * self.height / 100)


@dataclass(frozen=True)
class Outline:
    """A bone, or the body, in one view: a closed line and the holes in it."""

    owner: str
    points: tuple[Point, ...]
    openings: tuple[tuple[Point, ...], ...]
    ridges: tuple[tuple[Point, ...], ...]
    order: int


@dataclass(frozen=True)
class Via:
    """A point of a course between its ends, with the width there if one is stated."""

    x: float
    y: float
    width: float | None


@dataclass
class Course:
    """The way of a muscle's leaf, or of a soft tissue, in one view; lengths in drawing units.

    Attributes:
        owner: the IRI of the leaf or the tissue.
        spans: the stretches of the places' lines at both ends that it takes, as shares.
        starts, ends: the places of the structures at each end, each with its points.
        behind: what hides it.
    """

    owner: str
    belly_width: float
    tendon_width: float
    belly: tuple[float, float]
    vias: tuple[Via, ...]
    from_slips: bool = False
    to_slips: bool = False
    spans: tuple[tuple[float, float], tuple[float, float]] = ((0, 1), (0, 1))
    starts: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    ends: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    behind: set[str] = field(default_factory=set)


@dataclass
class View:
    """All that is placed in one view."""

    figure: Figure
    outlines: list[Outline] = field(default_factory=list)
    places: dict[str, tuple[Point, ...]] = field(default_factory=dict)
    spots: dict[str, Point] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)


@dataclass
class Atlas:
    """The figures and what the graph says of the order in which things cover each other.

    Attributes:
        views: by name.
        labels: of everything that is drawn.
        over: for each leaf the leaves that it covers, from `myo:deepTo`.
        layers: 0 deep to 2 superficial.
        leaves: for each muscle, part or group its leaves.
        tissues: IRIs of courses that are no muscles.
        bound: those of them that lie on the bones: ligaments, membranes, capsules.
        made: shapes that were worked out already, by view and layers; all pictures share them.
    """

    views: dict[str, View]
    labels: dict[str, str]
    over: dict[str, set[str]]
    layers: dict[str, int]
    leaves: dict[str, set[str]]
    tissues: set[str]
    bound: set[str]
    made: dict[tuple[str, int], list[Any]] = field(default_factory=dict, compare=False)


def points_of(text: str, figure: Figure) -> tuple[Point, ...]:
    """Return the points of `x,y x,y …` in drawing units.

    Raises:
        PictureError: the text is not of that form.
    """
    try:
        pairs = [tuple(float(part) for part in pair.split(",")) for pair in text.split()]
        return tuple(figure.point(x, y) for x, y in pairs)
    except ValueError:
        raise PictureError(
            f"'{text}' are no points of a figure.", "Write x,y in per cent, a space between two."
        ) from None


def _vias(text: str, figure: Figure) -> tuple[Via, ...]:
    found = []
    for group in text.split():
        x, y, *width = (float(part) for part in group.split(","))
        found.append(Via(*figure.point(x, y), width[0] * UNITS if width else None))
    return tuple(found)


def _span(text: str) -> tuple[float, float]:
    first, _, last = text.partition(",")
    return (float(first), float(last))


def load_atlas(ask: Ask) -> Atlas:
    """Read the atlas out of a graph.

    Args:
        ask: runs a SELECT over the graph, https://www.w3.org/TR/sparql11-query/.

    Raises:
        PictureError: a place in the graph is no place.
    """
    views = {name: _figure(ask, name) for name in VIEWS}
    for view in views.values():
        _add_outlines(ask, view)
        _add_places(ask, view)
        _add_courses(ask, view)
    leaves = _pairs(ask, "?b myo:leafOf ?a")
    return Atlas(
        views=views,
        labels=_labels(ask),
        over=_over(ask, leaves),
        layers=_layers(ask),
        leaves=leaves,
        tissues={
            a for a, _ in texts(ask, "?a myo:atlasCourse ?c ; a myo:SoftTissue BIND(1 AS ?b)")
        },
        bound={a for a, _ in texts(ask, f"?a myo:atlasCourse ?c ; a ?b VALUES ?b {{ {_BOUND} }}")},
    )


def _rows(ask: Ask, text: str) -> list[dict[str, str]]:
    answer = ask(_PREFIXES + text)
    return [
        {
            name: getattr(term, "value", "")
            for name, term in zip(answer.columns, row, strict=True)
            if term is not None
        }
        for row in answer.rows
    ]


def texts(ask: Ask, pattern: str) -> list[tuple[str, str]]:
    """Return the pairs ?a, ?b that match a pattern, in order."""
    found = _rows(ask, f"SELECT DISTINCT ?a ?b WHERE {{ {pattern} }} ORDER BY ?a ?b")
    return [(row["a"], row["b"]) for row in found]


def _pairs(ask: Ask, pattern: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for a, b in texts(ask, pattern):
        found[a].add(b)
    return found


def _labels(ask: Ask) -> dict[str, str]:
    pattern = "{ ?a myo:atlasCourse ?c } UNION { ?a myo:atlasOutline ?c } UNION "
    pattern += "{ ?a myo:atlasPosition ?c } ?a rdfs:label ?b"
    return dict(texts(ask, pattern))


def _over(ask: Ask, leaves: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return for each leaf those that it covers; what is said of a whole holds of its leaves."""
    found: dict[str, set[str]] = defaultdict(set)
    # What lies under a muscle's tendon lies under the muscle, as far as drawing goes.
    pulls = _pairs(ask, "?b a myo:MuscularStructure . ?a myo:proximalAttachment ?b")
    for low, high in texts(ask, "?a myo:deepTo ?b"):
        over = {high, *pulls.get(high, ())}
        for leaf in (leaf for one in over for leaf in leaves.get(one, {one})):
            found[leaf] |= leaves.get(low, {low}) - {leaf}
    return found


def _layers(ask: Ask) -> dict[str, int]:
    ranks = {"Deep": 0, "IntermediateLayer": 1, "Superficial": 2}
    found = texts(ask, "?a myo:atlasCourse ?c . ?a myo:hasFactsOf/myo:layer ?b")
    own = dict(texts(ask, "?a myo:atlasCourse ?c ; myo:layer ?b"))
    return {owner: ranks[own.get(owner, layer).removeprefix(MYO)] for owner, layer in found}


def _iri(view: str) -> str:
    return f"myo:{view.title()}View"


def _figure(ask: Ask, view: str) -> View:
    found = _rows(
        ask,
        "SELECT ?w ?h ?m WHERE { "
        f"{_iri(view)} myo:figureWidth ?w ; myo:figureHeight ?h OPTIONAL {{ {_iri(view)} "
        "myo:midline ?m } }",
    )
    if not found:
        raise PictureError(
            f"The graph has no figure for the view '{view}'.", "Build the graph again."
        )
    width, height = float(found[0]["w"]) * UNITS, float(found[0]["h"]) * UNITS
    midline = float(found[0]["m"]) * width / 100 if "m" in found[0] else None
    return View(Figure(view, width, height, midline))


def _add_outlines(ask: Ask, view: View) -> None:
    found = _rows(
        ask,
        f"SELECT ?a ?o ?points ?order WHERE {{ ?a myo:atlasOutline ?o . "
        f"?o myo:inView {_iri(view.figure.view)} ; myo:outline ?points ; myo:drawOrder ?order }} "
        "ORDER BY ?order ?a",
    )
    lines = {
        name: _pairs(ask, f"?a myo:{name} ?b ; myo:inView {_iri(view.figure.view)}")
        for name in ("opening", "ridge")
    }
    for row in found:
        holes, ridges = (
            tuple(points_of(line, view.figure) for line in sorted(lines[name].get(row["o"], ())))
            for name in ("opening", "ridge")
        )
        points = points_of(row["points"], view.figure)
        view.outlines.append(Outline(row["a"], points, holes, ridges, int(row["order"])))


def _add_places(ask: Ask, view: View) -> None:
    found = _rows(
        ask,
        "SELECT ?a ?x ?y ?extent WHERE { "
        f"?a myo:atlasPosition ?p . ?p myo:inView {_iri(view.figure.view)} ; "
        "myo:atX ?x ; myo:atY ?y OPTIONAL { ?p myo:extent ?extent } } ORDER BY ?a",
    )
    for row in found:
        spot = view.figure.point(float(row["x"]), float(row["y"]))
        view.spots[row["a"]] = spot
        extent = row.get("extent")
        view.places[row["a"]] = points_of(extent, view.figure) if extent else (spot,)


def _add_courses(ask: Ask, view: View) -> None:
    found = _rows(
        ask,
        "SELECT ?a ?belly ?tendon ?from ?to ?through ?slips ?split ?first ?last WHERE { "
        f"?a myo:atlasCourse ?c . ?c myo:inView {_iri(view.figure.view)} ; myo:bellyWidth ?belly "
        "OPTIONAL { ?c myo:tendonWidth ?tendon } OPTIONAL { ?c myo:bellyFrom ?from } "
        "OPTIONAL { ?c myo:bellyTo ?to } OPTIONAL { ?c myo:through ?through } "
        "OPTIONAL { ?c myo:fromSlips ?slips } OPTIONAL { ?c myo:toSlips ?split } "
        "OPTIONAL { ?c myo:fromSpan ?first } OPTIONAL { ?c myo:toSpan ?last } } ORDER BY ?a",
    )
    for row in found:
        width = float(row["belly"]) * UNITS
        tendon = float(row["tendon"]) * UNITS if "tendon" in row else width / 4
        view.courses[row["a"]] = Course(
            row["a"],
            width,
            tendon,
            (float(row.get("from", 0)), float(row.get("to", 1))),
            _vias(row.get("through", ""), view.figure),
            row.get("slips") == "true",
            row.get("split") == "true",
            (_span(row.get("first", "0,1")), _span(row.get("last", "0,1"))),
        )
    _add_ends(ask, view)


# A leaf's attachments are its own and those of the muscle that it is a head or a part of.
_ENDS = """SELECT DISTINCT ?a ?end ?at WHERE {
  { ?a myo:atlasCourse ?c . ?a myo:hasFactsOf/myo:hasOrigin/myo:attachesTo ?at . BIND("s" AS ?end) }
  UNION { ?a myo:atlasCourse ?c . ?a myo:hasFactsOf/myo:hasInsertion/myo:attachesTo ?at .
    BIND("e" AS ?end) }
  UNION { ?a myo:atlasCourse ?c . ?a myo:proximalAttachment ?at . BIND("s" AS ?end) }
  UNION { ?a myo:atlasCourse ?c . ?a myo:distalAttachment ?at . BIND("e" AS ?end) } }
ORDER BY ?a ?end ?at"""


def _add_ends(ask: Ask, view: View) -> None:
    chosen = _rows(
        ask,
        "SELECT ?a ?how ?at WHERE { "
        f"?a myo:atlasCourse ?c . ?c myo:inView {_iri(view.figure.view)} ; ?how ?at . "
        "VALUES ?how { myo:drawnFrom myo:drawnTo myo:passesBehind } } ORDER BY ?a ?how ?at",
    )
    only: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in chosen:
        how = row["how"].removeprefix(MYO)
        only[row["a"], {"drawnFrom": "s", "drawnTo": "e"}.get(how, "b")].add(row["at"])
    for row in _rows(ask, _ENDS):
        course = view.courses.get(row["a"])
        wanted = only.get((row["a"], row["end"]))
        if course is None or row["at"] not in view.places or (wanted and row["at"] not in wanted):
            continue
        first = row["end"] == "s"
        stretch = clipped(view.places[row["at"]], *course.spans[0 if first else 1])
        (course.starts if first else course.ends)[row["at"]] = tuple(stretch)
    for (owner, kind), what in only.items():
        course = view.courses[owner]
        if kind == "b":
            course.behind |= what
        elif owner in what and owner in view.places:
            # A band that is drawn from where it begins to be seen, such as the iliotibial tract.
            (course.starts if kind == "s" else course.ends)[owner] = view.places[owner]
