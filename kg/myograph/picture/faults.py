"""Holds the figures against the anatomy: what is placed must lie where the facts say it does.

These are checks of distances and crossings, which neither a shape nor a rule can work out.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from myograph.picture.atlas import UNITS, Ask, Atlas, Point, View, load_atlas, texts
from myograph.picture.drawing import course_ribbon
from myograph.picture.geometry import inside, sampled

ON_BONE = 1.6 * UNITS  # how far outside its bone's outline a landmark may be drawn
AT_END = 0.03  # of the figure's height: how far from an attachment a ribbon may end
SAME_SIDE = 0.01  # of the figure's width: how far front and back may differ


@dataclass(frozen=True)
class Misplaced:
    """One thing that is drawn where it does not belong, or not at all.

    Attributes:
        iri: of the record to mend.
        message: what is wrong and what to do.
    """

    iri: str
    message: str


def faults(ask: Ask) -> list[Misplaced]:
    """Return what is wrong with the figures of a graph, in the order of the records.

    Args:
        ask: runs a SELECT over the graph.
    """
    atlas = load_atlas(ask)
    leaves = [a for a, _ in texts(ask, "?a a myo:LeafMuscle BIND(1 AS ?b)")]
    bones = dict(texts(ask, "?a a myo:Landmark ; myo:partOf ?b . ?b a myo:Bone"))
    found = [*_undrawn(atlas, leaves), *_sides(atlas)]
    for view in atlas.views.values():
        found += [*_off_bone(view, bones), *_off_end(view)]
    return sorted(set(found), key=lambda f: (f.iri, f.message))


def _undrawn(atlas: Atlas, leaves: Iterable[str]) -> Iterator[Misplaced]:
    for leaf in leaves:
        if not any(leaf in view.courses for view in atlas.views.values()):
            yield Misplaced(
                leaf,
                "The muscle is drawn in no view: add a myo:atlasCourse to kg/data/atlas for each "
                "view in which it is seen.",
            )


def _off_bone(view: View, bones: dict[str, str]) -> Iterator[Misplaced]:
    outlines = {o.owner: sampled([*o.points, o.points[0]], 160) for o in view.outlines}
    for landmark, points in view.places.items():
        ring = outlines.get(bones.get(landmark, ""))
        far = max((_outside(point, ring) for point in points), default=0) if ring else 0
        if far > ON_BONE:
            yield Misplaced(
                landmark,
                f"In the {view.figure.view} view the landmark lies {far / UNITS:.1f} cm outside "
                "its bone: correct its myo:atlasPosition, or the bone's myo:atlasOutline.",
            )


def _off_end(view: View) -> Iterator[Misplaced]:
    most = AT_END * view.figure.height
    for course in view.courses.values():
        name = f"In the {view.figure.view} view the course"
        if not (course.starts and course.ends):
            end = "ends" if course.starts else "begins"
            yield Misplaced(
                course.owner,
                f"{name} {end} nowhere: give what it attaches to there a myo:atlasPosition in that "
                "view, or remove the course.",
            )
            continue
        ribbon = course_ribbon(course)
        edge = [*ribbon.left, *ribbon.right, *ribbon.start, *ribbon.end]
        for slips, ends in ((course.from_slips, course.starts), (course.to_slips, course.ends)):
            for at, points in () if slips else ends.items():
                far = min(_to_line(p, edge) for p in points)
                if far > most and not inside(
                    points[len(points) // 2], _ring(ribbon.left, ribbon.right)
                ):
                    yield Misplaced(
                        course.owner,
                        f"{name} misses <{at}> by {far / UNITS:.1f} cm: correct myo:through, or "
                        "say with myo:drawnFrom and myo:drawnTo where it is drawn to end.",
                    )


def _sides(atlas: Atlas) -> Iterator[Misplaced]:
    """Find what lies on one side of the body seen from in front and on another from behind."""
    front, back = atlas.views["front"], atlas.views["back"]
    middle = front.figure.midline or 0
    for landmark, spot in front.spots.items():
        other = back.spots.get(landmark)
        if other is None:
            continue
        lateral, lateral_too = middle - spot[0], other[0] - (back.figure.midline or 0)
        if abs(lateral - lateral_too) > SAME_SIDE * front.figure.width:
            yield Misplaced(
                landmark,
                f"It lies {lateral / UNITS:.1f} cm to the side in the front view and "
                f"{lateral_too / UNITS:.1f} cm in the back view: correct one myo:atlasPosition.",
            )


def _ring(left: Sequence[Point], right: Sequence[Point]) -> list[Point]:
    return [*left, *reversed(right)]


def _outside(point: Point, ring: Sequence[Point]) -> float:
    """Return how far outside a closed line a point lies; 0 within it."""
    return 0.0 if inside(point, ring) else _to_line(point, [*ring, ring[0]])


def _to_line(point: Point, line: Sequence[Point]) -> float:
    """Return how far a point is from the nearest stretch of a line."""
    if len(line) == 1:
        return math.dist(point, line[0])
    return min(_to_stretch(point, a, b) for a, b in pairwise(line))


def _to_stretch(point: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length if length else 0.0
    t = min(max(t, 0.0), 1.0)
    return math.dist(point, (a[0] + dx * t, a[1] + dy * t))
