"""Smooth lines and tapered ribbons, in plain numbers.

A ribbon joins a set of places to another: its edges run from the outermost places at one end to
the outermost at the other, bent as the middle of the course bends, and as wide as the belly is.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
_STEPS = 14  # cross-sections of a ribbon
_NEARBY = 0.12  # of a ribbon's length
_ROUGH = 1.2  # drawing units by which the edge of a ribbon may be off


def smooth(points: Sequence[Point], *, closed: bool = False, step: float = 1) -> str:
    """Return the SVG path data of a smooth line through points, relative, to a step of the grid.

    The line is a Catmull-Rom spline as cubic Bézier curves; a point given twice is a corner,
    https://www.w3.org/TR/SVG2/paths.html#PathDataCubicBezierCommands.
    """
    ring = [*points, points[0]] if closed else list(points)
    first = _on_grid(ring[0], step)
    parts, at = ["M" + _joined(first, step)], first
    for i, (a, b) in enumerate(pairwise(ring)):
        if a == b:
            continue
        before = ring[i - 1] if i else (ring[-2] if closed else a)
        after = ring[i + 2] if i + 2 < len(ring) else (ring[1] if closed else b)
        one = (a[0] + (b[0] - before[0]) / 6, a[1] + (b[1] - before[1]) / 6)
        two = (b[0] - (after[0] - a[0]) / 6, b[1] - (after[1] - a[1]) / 6)
        if before == a:
            one = (a[0] + (b[0] - a[0]) / 3, a[1] + (b[1] - a[1]) / 3)
        if after == b:
            two = (b[0] - (b[0] - a[0]) / 3, b[1] - (b[1] - a[1]) / 3)
        ends = [_on_grid(one, step), _on_grid(two, step), _on_grid(b, step)]
        moves = (v - at[i % 2] for i, v in enumerate(_flat(ends)))
        parts.append("c" + _joined(moves, step))
        at = ends[-1]
    return "".join(parts) + ("z" if closed else "")


def straight(points: Sequence[Point], at: Point, step: float = 1) -> str:
    """Return path data that goes on from a point by straight lines."""
    parts, here = [], _on_grid(at, step)
    for point in (_on_grid(p, step) for p in points):
        if point != here:
            parts.append("l" + _joined((point[0] - here[0], point[1] - here[1]), step))
            here = point
    return "".join(parts)


def _on_grid(point: Point, step: float) -> tuple[int, int]:
    """Return a point in steps of the grid."""
    return (math.floor(point[0] / step + 0.5), math.floor(point[1] / step + 0.5))


def _flat(points: Iterable[tuple[int, int]]) -> list[int]:
    return [value for point in points for value in point]


def _joined(values: Iterable[int], step: float) -> str:
    """Return numbers of steps in drawing units, as short as they can be written."""
    text = " ".join(f"{value * step:g}" for value in values)
    return text.replace(" -", "-").replace("-0.", "-.").replace(" 0.", " .")


def mean(points: Sequence[Point]) -> Point:
    """Return the middle of some points."""
    return (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))


def sampled(points: Sequence[Point], parts: int) -> list[Point]:
    """Return evenly spaced points of a smooth line through the points given, both ends included."""
    fine: list[Point] = [points[0]]
    for i, (a, b) in enumerate(pairwise(points)):
        before = points[i - 1] if i else (2 * a[0] - b[0], 2 * a[1] - b[1])
        after = points[i + 2] if i + 2 < len(points) else (2 * b[0] - a[0], 2 * b[1] - a[1])
        fine += [_catmull(before, a, b, after, k / 12) for k in range(1, 13)]
    lengths = [0.0]
    for a, b in pairwise(fine):
        lengths.append(lengths[-1] + math.dist(a, b))
    if lengths[-1] == 0:
        return [points[0]] * (parts + 1)
    return [_at(fine, lengths, lengths[-1] * k / parts) for k in range(parts + 1)]


def simplified(line: Sequence[Point], most: float) -> list[Point]:
    """Return a line without the points that lie nearer than `most` to the chord past them.

    This is the algorithm of Ramer, Douglas and Peucker, https://doi.org/10.3138/FM57-6770-U75U-7727.
    """
    if len(line) < 3:
        return list(line)
    (ax, ay), (bx, by) = line[0], line[-1]
    length = math.dist(line[0], line[-1]) or 1.0
    off = [abs((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / length for x, y in line]
    far = max(range(1, len(line) - 1), key=off.__getitem__)
    if off[far] < most:
        return [line[0], line[-1]]
    return [*simplified(line[: far + 1], most)[:-1], *simplified(line[far:], most)]


def clipped(line: Sequence[Point], first: float, last: float) -> list[Point]:
    """Return the stretch of a line between two shares of its length; a single point stays."""
    if len(line) == 1 or (first, last) == (0, 1):
        return list(line)
    lengths = [0.0]
    for a, b in pairwise(line):
        lengths.append(lengths[-1] + math.dist(a, b))
    start, stop = first * lengths[-1], last * lengths[-1]
    inner = [p for p, at in zip(line, lengths, strict=True) if start < at < stop]
    return [_at(line, lengths, start), *inner, _at(line, lengths, stop)]


def _catmull(p: Point, a: Point, b: Point, q: Point, t: float) -> Point:
    def one(p: float, a: float, b: float, q: float) -> float:
        return 0.5 * (
            2 * a
            + (b - p) * t
            + (2 * p - 5 * a + 4 * b - q) * t**2
            + (3 * a - p - 3 * b + q) * t**3
        )

    return (one(p[0], a[0], b[0], q[0]), one(p[1], a[1], b[1], q[1]))


def _at(line: Sequence[Point], lengths: Sequence[float], wanted: float) -> Point:
    i = min(max(bisect_right(lengths, wanted) - 1, 0), len(line) - 2)
    gap = lengths[i + 1] - lengths[i]
    return lerp(line[i], line[i + 1], (wanted - lengths[i]) / gap if gap else 0)


def lerp(a: Point, b: Point, t: float) -> Point:
    """Return the point that lies the share t of the way from a to b."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)


def across(points: Iterable[Point], towards: Point) -> list[Point]:
    """Return points from left to right as seen by who looks along a direction."""
    return sorted(points, key=lambda p: (p[1] * towards[0] - p[0] * towards[1], p))


def front_of(points: Sequence[Point], towards: Point) -> list[Point]:
    """Return the edge of some points that looks back against a direction, from left to right.

    Those that another two hide, being farther along the direction than the line between them, are
    no part of the edge.
    """
    edge: list[Point] = []
    for point in across(set(points), towards):
        while len(edge) > 1 and _hidden(edge[-2], edge[-1], point, towards):
            edge.pop()
        edge.append(point)
    return edge


def _hidden(a: Point, b: Point, c: Point, towards: Point) -> bool:
    line = (c[0] - a[0], c[1] - a[1])
    off = (b[0] - a[0], b[1] - a[1])
    turn = line[0] * off[1] - line[1] * off[0]
    ahead = line[0] * towards[1] - line[1] * towards[0]
    return turn * ahead >= 0


def inside(point: Point, ring: Sequence[Point]) -> bool:
    """Return whether a closed line goes round a point: a ray to the right crosses it oddly."""
    x, y = point
    odd = False
    for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            odd = not odd
    return odd


@dataclass(frozen=True)
class Ribbon:
    """A drawn band.

    Attributes:
        left, right: its edges, the same number of points each, from start to end.
        start, end: the points across each end, from left to right.
    """

    left: list[Point]
    right: list[Point]
    start: list[Point]
    end: list[Point]

    def line(self, share: float, span: tuple[float, float]) -> list[Point]:
        """Return a line along the ribbon at a share of its width, over a span of its length."""
        last = len(self.left) - 1
        first, until = math.ceil(span[0] * last), math.floor(span[1] * last)
        return [lerp(self.left[i], self.right[i], share) for i in range(first, until + 1)]

    def middle(self) -> list[Point]:
        """Return the line through its middle."""
        return self.line(0.5, (0, 1))

    def path(self, step: float = 1) -> str:
        """Return its outline as path data, to a step of the grid."""
        right = simplified(list(reversed(self.right)), _ROUGH * step)
        down = smooth(simplified(self.left, _ROUGH * step), step=step)
        over = straight([*self.end, right[0]], self.left[-1], step)
        up = smooth(right, step=step)
        onward = up[up.index("c") :] if "c" in up else ""
        return down + over + onward + straight(self.start[::-1], right[-1], step) + "z"


def ribbon(
    starts: Sequence[Point],
    ends: Sequence[Point],
    vias: Sequence[tuple[float, float, float | None]],
    widths: tuple[float, float],
    belly: tuple[float, float],
) -> Ribbon:
    """Return the band from some places to others.

    Args:
        starts, ends: the points at each end, at least one each.
        vias: points that its middle runs through, each with a width or None.
        widths: of the belly and of the tendon.
        belly: from where to where the belly is, as shares of the length.
    """
    inner = [(x, y) for x, y, _ in vias]
    head, tail = mean(starts), mean(ends)
    centre = sampled([head, *inner, tail], _STEPS)
    first = front_of(starts, _towards(head, inner[0] if inner else tail))
    last = front_of(ends, _towards(tail, inner[-1] if inner else head))[::-1]
    spread = [
        _spread(first, _towards(centre[0], centre[1])),
        _spread(last, _towards(centre[-2], centre[-1])),
    ]
    knots = _knots(centre, vias, widths, belly, spread)
    left, right = [], []
    for i, point in enumerate(centre):
        t = i / _STEPS
        a, b = lerp(first[0], last[0], t), lerp(first[-1], last[-1], t)
        base = lerp(head, tail, t)
        bend = (point[0] - base[0], point[1] - base[1])
        more = _width(knots, t) / 2 - (spread[0] * (1 - t) + spread[1] * t) / 2
        nx, ny = _normal(centre, i)
        left.append((a[0] + bend[0] - nx * more, a[1] + bend[1] - ny * more))
        right.append((b[0] + bend[0] + nx * more, b[1] + bend[1] + ny * more))
    return Ribbon(left, right, first if len(first) > 1 else [], last if len(last) > 1 else [])


def _knots(
    centre: Sequence[Point],
    vias: Sequence[tuple[float, float, float | None]],
    widths: tuple[float, float],
    belly: tuple[float, float],
    spread: Sequence[float],
) -> list[tuple[float, float]]:
    """Return (share of the length, width) where the width of a ribbon is known, in order."""
    full, tendon = widths
    known = {0.0: max(spread[0], tendon), 1.0: max(spread[1], tendon)}
    stated = {_share(centre, (x, y)): w for x, y, w in vias if w is not None}
    # A width that is stated nearby counts for more than that a tendon begins here.
    known |= {
        end: tendon
        for end in belly
        if 0 < end < 1 and not any(abs(end - share) < _NEARBY for share in stated)
    }
    middle = (belly[0] + belly[1]) / 2
    if not stated:
        known[middle] = full
    return sorted((known | stated).items())


def _share(centre: Sequence[Point], point: Point) -> float:
    nearest = min(range(len(centre)), key=lambda i: math.dist(centre[i], point))
    return nearest / (len(centre) - 1)


def _width(knots: Sequence[tuple[float, float]], t: float) -> float:
    """Return the width at a share of the length: from knot to knot along half a cosine."""
    for (t0, w0), (t1, w1) in pairwise(knots):
        if t <= t1:
            share = (t - t0) / (t1 - t0) if t1 > t0 else 1.0
            return w0 + (w1 - w0) * (1 - math.cos(math.pi * share)) / 2
    return knots[-1][1]


def _towards(a: Point, b: Point) -> Point:
    length = math.dist(a, b) or 1.0
    return ((b[0] - a[0]) / length, (b[1] - a[1]) / length)


def _normal(line: Sequence[Point], i: int) -> Point:
    """Return the unit vector to the right of a line at its i-th point, in a drawing's axes."""
    x, y = _towards(line[max(i - 1, 0)], line[min(i + 1, len(line) - 1)])
    return (-y, x)


def _spread(points: Sequence[Point], towards: Point) -> float:
    """Return how wide points lie across a direction."""
    sides = [p[1] * towards[0] - p[0] * towards[1] for p in points]
    return max(sides) - min(sides)
