"""Draws the classes of the ontology and the properties between them: the `diagram` blocks.

A block has a line for each row of boxes, `Origin | Muscle | Action` (an empty place stays empty),
and a line for each arrow, `Muscle hasOrigin Origin`; several properties may stand between the two.
Labels come from the ontology. What only rules state is drawn in another colour, dashed.
Follows https://www.w3.org/TR/SVG2/; the colours are the page's own, so that it reads in the dark.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from zlib import crc32

from myograph.errors import DocumentError

_WIDE, _HIGH = 294, 128  # of a place in the grid
_BOX_WIDE, _BOX_HIGH = 172, 46
_LINE = 17  # of the text of an arrow
_LEFT, _TOP = 10, 26  # of the picture; above a box an arrow may lead back to it
_APART = 12  # two arrows of opposite directions
Point = tuple[float, float]


@dataclass(frozen=True)
class Arrow:
    """An arrow: from one class to another, with what links them."""

    start: str
    properties: tuple[str, ...]
    end: str


@dataclass(frozen=True)
class Diagram:
    """What a block says.

    Attributes:
        places: for each class the column and row of its box, from 0.
        arrows: between them.
    """

    places: dict[str, tuple[int, int]]
    arrows: tuple[Arrow, ...]


def read_diagram(text: str) -> Diagram:
    """Read a block.

    Raises:
        DocumentError: a line is neither a row nor an arrow, or an arrow has no box.
    """
    places: dict[str, tuple[int, int]] = {}
    arrows: list[Arrow] = []
    row = 0
    for line in filter(None, map(str.strip, text.splitlines())):
        words = line.split()
        if "|" in line or len(words) == 1:
            names = [name.strip() for name in line.split("|")]
            places |= {name: (column, row) for column, name in enumerate(names) if name}
            row += 1
        elif len(words) > 2 and {words[0], words[-1]} <= places.keys():
            arrows.append(Arrow(words[0], tuple(words[1:-1]), words[-1]))
        else:
            raise DocumentError(
                f"A diagram has the line '{line}'.",
                "Write rows of classes with | between them, then arrows between these classes.",
            )
    return Diagram(places, tuple(arrows))


def draw_diagram(
    diagram: Diagram, label: Callable[[str], str], derived: Callable[[str], bool], root: str
) -> str:
    """Return a diagram as SVG.

    Args:
        diagram: what to draw.
        label: gives the words for a class or property of the ontology.
        derived: says whether nobody states a property: rules alone do.
        root: what comes before the path of a term's page.
    """
    columns = max(column for column, _ in diagram.places.values()) + 1
    rows = max(row for _, row in diagram.places.values()) + 1
    width, height = (columns - 1) * _WIDE + _BOX_WIDE + 2 * _LEFT, rows * _HIGH - 40
    told = "; ".join(
        f"{label(a.start)}: {', '.join(map(label, a.properties))}: {label(a.end)}"
        for a in diagram.arrows
    )
    # One page may have several diagrams, and each its own marker.
    tip = f"tip-{crc32(told.encode()):08x}"
    parts = [_arrow(arrow, diagram, label, derived, tip) for arrow in diagram.arrows]
    parts += [_box(name, place, label(name), root) for name, place in diagram.places.items()]
    return (
        '<div class="diagram scroll" tabindex="0" role="region" aria-label="Diagram">'
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group" '
        f'aria-label="{escape(told)}">'
        f'<defs><marker id="{tip}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>'
        f"{''.join(parts)}</svg></div>\n"
    )


def _middle(place: tuple[int, int]) -> Point:
    column, row = place
    return column * _WIDE + _BOX_WIDE / 2 + _LEFT, row * _HIGH + _BOX_HIGH / 2 + _TOP


def _box(name: str, place: tuple[int, int], label: str, root: str) -> str:
    x, y = _middle(place)
    return (
        f'<a href="{root}/ontology/{name}"><rect x="{x - _BOX_WIDE / 2:.0f}" '
        f'y="{y - _BOX_HIGH / 2:.0f}" width="{_BOX_WIDE}" height="{_BOX_HIGH}" rx="10"/>'
        f'<text class="name" x="{x:.0f}" y="{y + 5:.0f}">{escape(_short(label))}</text></a>'
    )


def _arrow(
    arrow: Arrow,
    diagram: Diagram,
    label: Callable[[str], str],
    derived: Callable[[str], bool],
    tip: str,
) -> str:
    start, end = _middle(diagram.places[arrow.start]), _middle(diagram.places[arrow.end])
    kind = "made" if all(map(derived, arrow.properties)) else "given"
    if arrow.start == arrow.end:
        x, y = start[0], start[1] - _BOX_HIGH / 2
        path = f"M{x + 30:.0f} {y:.0f}c0 -22 50 -22 45 6"
        return _line(path, kind, tip) + _texts(arrow, (x + 22, y - 12), kind, label, "end")
    back = any(a.start == arrow.end and a.end == arrow.start for a in diagram.arrows)
    length = math.dist(start, end)
    across = (-(end[1] - start[1]) / length, (end[0] - start[0]) / length)
    off = _APART if back else 0
    start, end = (
        (point[0] + across[0] * off, point[1] + across[1] * off) for point in (start, end)
    )
    first, last = _edge(start, end), _edge(end, start)
    path = f"M{first[0]:.1f} {first[1]:.1f}L{last[0]:.1f} {last[1]:.1f}"
    middle = ((first[0] + last[0]) / 2 + across[0] * off, (first[1] + last[1]) / 2)
    return _line(path, kind, tip) + _texts(arrow, middle, kind, label, "middle")


def _line(path: str, kind: str, tip: str) -> str:
    return f'<path class="{kind}" d="{path}" marker-end="url(#{tip})"/>'


def _texts(arrow: Arrow, at: Point, kind: str, label: Callable[[str], str], anchor: str) -> str:
    words = [label(name) for name in arrow.properties]
    top = at[1] - (len(words) - 1) * _LINE / 2 + 4
    return "".join(
        f'<text class="{kind}" text-anchor="{anchor}" x="{at[0]:.0f}" '
        f'y="{top + i * _LINE:.0f}">{escape(word)}</text>'
        for i, word in enumerate(words)
    )


def _edge(inside: Point, towards: Point) -> Point:
    """Return where the line from the middle of a box towards a point leaves the box."""
    x, y = towards[0] - inside[0], towards[1] - inside[1]
    shares = [
        half / abs(way) for half, way in ((_BOX_WIDE / 2 + 3, x), (_BOX_HIGH / 2 + 3, y)) if way
    ]
    share = min(shares)
    return inside[0] + x * share, inside[1] + y * share


def _short(label: str) -> str:
    return re.sub(r"^(\w)", lambda match: match[1].upper(), label)
