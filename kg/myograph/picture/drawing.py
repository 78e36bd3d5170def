"""What is drawn in one view and in which order: shapes for bones, muscles and bands."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from itertools import pairwise

from myograph.picture.atlas import Atlas, Course, Outline, Point, Via, View
from myograph.picture.geometry import Ribbon, across, inside, lerp, mean, ribbon, simplified, smooth

_TONGUE = 0.16  # of its length over which a belly narrows into its tendon
_FIBRE_GAP = 18.0  # drawing units between two fibres that are drawn
_MOST_FIBRES = 14
_MARGIN = 120.0
_BROAD = 40.0  # drawing units; on a band that is wider fibres are drawn
_FEW = 6  # muscles
_HIDES, _HIDES_BY_FACT = 0.15, 0.04  # of a muscle's flesh
_SMALL = 220.0  # drawing units; what is smaller is drawn to a finer grid
# How firmly one thing is drawn before another, from what gives way first in a ring.
_COVERS, _HIDDEN, _BONES = range(3)


@dataclass(frozen=True)
class Shape:
    """One thing that is drawn.

    Attributes:
        iri: of what it shows.
        kind: `bone`, `muscle` or `band`.
        whole: path data of the whole of it: for a muscle its tendons and all.
        belly: path data of the flesh; empty if there is none.
        fibres: path data of lines along the flesh; of a bone, of its ridges.
        slips: path data of single tendons, to be drawn as lines of the width `slip_width`.
        box: left, top, right, bottom.
        at: where a mark for it may be set.
        ring: the closed line round all of it but its slips.
        inner: points spread over its flesh, or over all of it if it has none.
    """

    iri: str
    kind: str
    whole: str
    belly: str = ""
    fibres: str = ""
    slips: str = ""
    slip_width: float = 0.0
    box: tuple[float, float, float, float] = (0, 0, 0, 0)
    at: Point = (0, 0)
    ring: tuple[Point, ...] = ()
    inner: tuple[Point, ...] = ()


def bone_shape(outline: Outline) -> Shape:
    """Return the shape of an outline; openings are holes under the even-odd rule."""
    lines = [outline.points, *outline.openings]
    box, at = box_of(outline.points), mean(outline.points)
    step = _step(box)
    path = "".join(smooth(line, closed=True, step=step) for line in lines)
    ridges = "".join(smooth(line, step=step) for line in outline.ridges)
    return Shape(outline.owner, "bone", path, fibres=ridges, box=box, at=at)


def box_of(points: Iterable[Point]) -> tuple[float, float, float, float]:
    """Return the smallest upright rectangle round some points: left, top, right, bottom."""
    xs, ys = zip(*points, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def _step(box: tuple[float, float, float, float]) -> float:
    """Return the step of the grid that a shape is drawn to: a fine one if it is small."""
    return 1.0 if max(box[2] - box[0], box[3] - box[1]) > _SMALL else 0.5


def course_ribbon(course: Course) -> Ribbon:
    """Return the band of a course between what it begins and ends at.

    Slips are no part of it: where each end has its own, the band stops at the via point before.
    """
    vias = [(v.x, v.y, v.width) for v in course.vias]
    starts = [p for points in course.starts.values() for p in points]
    ends = [p for points in course.ends.values() for p in points]
    if course.from_slips and len(vias) > 1:
        starts, vias = _gate(course.vias[0], course.vias[1]), vias[1:]
    if course.to_slips and len(vias) > 1:
        ends, vias = _gate(course.vias[-1], course.vias[-2]), vias[:-1]
    return ribbon(starts, ends, vias, (course.belly_width, course.tendon_width), course.belly)


def _gate(joint: Via, onward: Via) -> list[Point]:
    """Return the ends of the line across a course at a via point, as wide as is stated there."""
    if not joint.width or (joint.x, joint.y) == (onward.x, onward.y):
        return [(joint.x, joint.y)]
    x, y = onward.x - joint.x, onward.y - joint.y
    off = joint.width / 2 / math.hypot(x, y)
    return [(joint.x - y * off, joint.y + x * off), (joint.x + y * off, joint.y - x * off)]


def course_shape(course: Course, kind: str) -> Shape:
    """Return the shape of a muscle's leaf or of a band."""
    band = course_ribbon(course)
    slips = _slips(course)
    points = [*band.left, *band.right, *(p for line in slips for p in line)]
    box = box_of(points)
    step = _step(box)
    first, last = course.belly
    belly, fibres, tongue = "", "", band
    if kind == "muscle":
        tongue = _belly(band, first, last)
        belly = tongue.path(step)
    if kind == "muscle" or course.belly_width > _BROAD:
        fibres = _fibres(tongue, step)
    return Shape(
        course.owner,
        kind,
        band.path(step),
        belly,
        fibres,
        "".join(smooth(line, step=step) for line in slips),
        course.tendon_width * 0.8,
        box,
        band.middle()[round((first + last) / 2 * (len(band.left) - 1))],
        (*band.left, *reversed(band.right)),
        tuple(p for share in (0.2, 0.5, 0.8) for p in tongue.line(share, (0.1, 0.9))),
    )


def _slips(course: Course) -> list[list[Point]]:
    """Return the lines of the single tendons, from the via point where they part."""
    found: list[list[Point]] = []
    if course.from_slips and course.vias:
        onward = course.vias[1] if len(course.vias) > 1 else course.vias[0]
        found += _fan(course.vias[0], onward, [mean(at) for at in course.starts.values()])
    if course.to_slips and course.vias:
        onward = course.vias[-2] if len(course.vias) > 1 else course.vias[-1]
        found += _fan(course.vias[-1], onward, [mean(at) for at in course.ends.values()])
    return found


def _fan(joint: Via, onward: Via, ends: list[Point]) -> list[list[Point]]:
    """Return a line from each end to where they join, side by side over the width there."""
    here, there = (joint.x, joint.y), (onward.x, onward.y)
    way = (there[0] - here[0], there[1] - here[1])
    length = math.hypot(*way) or 1.0
    normal = (-way[1] / length, way[0] / length)
    ordered = across(ends, way)
    # The slips lie in the width that is stated; else they all spring from one point.
    room = (joint.width or 0.0) * 0.8
    found = []
    for i, end in enumerate(ordered):
        off = room * ((i + 0.5) / len(ordered) - 0.5)
        begin = (here[0] + normal[0] * off, here[1] + normal[1] * off)
        found.append([end, begin, lerp(begin, (begin[0] + way[0], begin[1] + way[1]), 0.1)])
    return found


def _belly(band: Ribbon, first: float, last: float) -> Ribbon:
    """Return the fleshy part of a band, narrowing to a tongue where tendon follows."""
    count = len(band.left) - 1
    left, right = [], []
    for i in range(count + 1):
        # More cross-sections near the tips, which are round.
        t = first + (last - first) * (1 - math.cos(math.pi * i / count)) / 2
        a, b = _along(band.left, t), _along(band.right, t)
        share = (t - first) / (last - first)
        scale = min(_ease(share) if first > 0 else 1, _ease(1 - share) if last < 1 else 1)
        middle = lerp(a, b, 0.5)
        left.append(lerp(middle, a, scale))
        right.append(lerp(middle, b, scale))
    start = band.start if first <= 0 else []
    return Ribbon(left, right, start, band.end if last >= 1 else [])


def _ease(share: float) -> float:
    """Return how much of its width a belly has at a share of its length from its tip."""
    t = min(share / _TONGUE, 1)
    return math.sqrt(1 - (1 - t) ** 2)


def _along(edge: list[Point], t: float) -> Point:
    at = t * (len(edge) - 1)
    i = min(int(at), len(edge) - 2)
    return lerp(edge[i], edge[i + 1], at - i)


def _fibres(belly: Ribbon, step: float) -> str:
    across = [math.dist(a, b) for a, b in zip(belly.left, belly.right, strict=True)]
    width = sum(across) / len(across)
    count = min(max(round(width / _FIBRE_GAP), 1), _MOST_FIBRES)
    lines = [belly.line((k + 1) / (count + 1), (0.05, 0.95)) for k in range(count)]
    return "".join(smooth(simplified(line, 2.5 * step), step=step) for line in lines)


def shapes_of(atlas: Atlas, view: View, peel: int = 0) -> list[Shape]:
    """Return all that is drawn in a view, what lies deep first.

    Args:
        atlas: the figures.
        view: the one to draw.
        peel: how many layers of muscles to take off, the superficial one first.

    Raises:
        PictureError: a course has an end at no place that the view knows.
    """
    known = atlas.made.get((view.figure.view, peel))
    if known is None:
        known = atlas.made[view.figure.view, peel] = _shapes(atlas, view, peel)
    return known


def _shapes(atlas: Atlas, view: View, peel: int) -> list[Shape]:
    muscles = [c for c in view.courses.values() if c.owner not in atlas.tissues]
    kept = {c.owner for c in muscles if atlas.layers.get(c.owner, 1) + peel < 3}
    kept |= {
        owner
        for owner in view.courses
        if owner in atlas.tissues and (not peel or owner in atlas.bound)
    }
    drawn = {o.owner: bone_shape(o) for o in view.outlines}
    for owner in sorted(kept):
        course = view.courses[owner]
        if course.starts and course.ends:
            drawn[owner] = course_shape(course, "band" if owner in atlas.tissues else "muscle")
    return [drawn[owner] for owner in order(atlas, view, drawn)]


def covering(atlas: Atlas, shown: Iterable[str]) -> set[str]:
    """Return the leaves that lie over those that are shown and are not among them."""
    under: dict[str, set[str]] = defaultdict(set)
    for high, lows in atlas.over.items():
        for low in lows:
            under[low].add(high)
    shown = set(shown)
    found: set[str] = set()
    waiting = list(shown)
    while waiting:
        higher = under[waiting.pop()] - found
        found |= higher
        waiting += higher
    return found - shown


def hiding(atlas: Atlas, shapes: Sequence[Shape], shown: Iterable[str]) -> set[str]:
    """Return what hides what is shown, save what is shown itself.

    That is what is drawn over some of it and covers it by the facts (by these alone it may lie at
    the other end of a long muscle), and where few muscles are shown, whatever is drawn over a fair
    part of one. Where many are, some are always seen better from another side.
    """
    shown = set(shown)
    fair = _HIDES if len(shown) <= _FEW else 1.0
    over = covering(atlas, shown)
    found: set[str] = set()
    for i, low in enumerate(shapes):
        if low.iri in shown and low.inner:
            for high in shapes[i + 1 :]:
                least = _HIDES_BY_FACT if high.iri in over else fair
                if high.ring and high.iri not in shown and _hides(high, low, least):
                    found.add(high.iri)
    return found


def _hides(high: Shape, low: Shape, least: float) -> bool:
    a, b = high.box, low.box
    if a[0] > b[2] or a[2] < b[0] or a[1] > b[3] or a[3] < b[1]:
        return False
    hidden = sum(inside(point, high.ring) for point in low.inner)
    return hidden > least * len(low.inner)


def order(atlas: Atlas, view: View, drawn: Iterable[str]) -> list[str]:
    """Return IRIs in the order of drawing: each after what it covers.

    Bones come by their draw order; a muscle is drawn after the bones, save those that hide it, and
    after the muscles that it covers by `myo:deepTo`; what no fact orders goes layer by layer. In a
    ring of these the covering of muscles gives way first, and the order of the bones never.
    """
    drawn = set(drawn)
    names = sorted(drawn, key=lambda iri: (_height(atlas, iri), iri))
    bones = [o.owner for o in view.outlines if o.owner in drawn]
    place = {bone: i for i, bone in enumerate(bones)}
    others = [name for name in names if name not in place]
    behind = {name: [c for c in view.courses[name].behind if c in drawn] for name in others}
    # Each of the others comes after so many of the bones, which are in a row.
    after = {
        name: min((place[c] for c in covers if c in place), default=len(bones))
        for name, covers in behind.items()
    }
    while lower := {
        name: after[cover]
        for name, covers in behind.items()
        for cover in covers
        if after.get(cover, len(bones)) < after[name]
    }:
        after |= lower
    firm: dict[tuple[str, str], int] = {pair: _BONES for pair in pairwise(bones)}
    for name, count in after.items():
        for low in atlas.over.get(name, ()):
            if low in after and after[low] <= count:
                firm[low, name] = _COVERS
    for name, count in after.items():
        firm |= {pair: _BONES for pair in pairwise([*bones[:count][-1:], name, *bones[count:][:1]])}
        firm |= {(name, cover): _HIDDEN for cover in behind[name]}
    return _sorted(firm, {name: i for i, name in enumerate([*bones, *others])})


def _height(atlas: Atlas, iri: str) -> int:
    """Return how near the skin something lies: ligaments on the bones, fasciae over all."""
    if iri in atlas.tissues:
        return -1 if iri in atlas.bound else 3
    return atlas.layers.get(iri, 1)


def _sorted(firm: dict[tuple[str, str], int], rank: dict[str, int]) -> list[str]:
    """Return the names of `rank` by rank, save where a pair says which comes sooner."""
    while True:
        before: dict[str, set[str]] = {name: set() for name in rank}
        for sooner, later in firm:
            before[later].add(sooner)
        sorter = TopologicalSorter(before)
        try:
            sorter.prepare()
        except CycleError as error:
            ring = list(pairwise(error.args[1]))
            del firm[min(ring, key=lambda pair: (firm[pair], rank[pair[1]] - rank[pair[0]]))]
            continue
        ready: list[tuple[int, str]] = []
        done: list[str] = []
        while sorter.is_active():
            for name in sorter.get_ready():
                heappush(ready, (rank[name], name))
            done.append(heappop(ready)[1])
            sorter.done(done[-1])
        return done


def frame(view: View, shapes: Iterable[Shape], least: float) -> tuple[float, float, float, float]:
    """Return the part of a figure that shows some shapes with a margin: x, y, width, height.

    Args:
        view: whose figure it is.
        shapes: what must be seen.
        least: the least height, in drawing units.
    """
    boxes = [shape.box for shape in shapes]
    left, top = min(b[0] for b in boxes) - _MARGIN, min(b[1] for b in boxes) - _MARGIN
    right, bottom = max(b[2] for b in boxes) + _MARGIN, max(b[3] for b in boxes) + _MARGIN
    height = max(bottom - top, least)
    width = max(right - left, height * 0.36)
    x = min(max((left + right - width) / 2, 0), max(view.figure.width - width, 0))
    y = min(max((top + bottom - height) / 2, 0), max(view.figure.height - height, 0))
    return (x, y, min(width, view.figure.width), min(height, view.figure.height))
