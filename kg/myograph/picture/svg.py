"""Writes a picture as SVG 1.1: a pure function of the atlas, the subject and how it is wanted.

Colours are presentation attributes, so that no style sheet and no permission for one is needed;
the classes let a page's own style sheet change them. Follows https://www.w3.org/TR/SVG2/ and, for
what is read out, https://www.w3.org/TR/svg-aam-1.0/.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

from myograph.errors import PictureError
from myograph.picture.atlas import VIEWS, Atlas, View
from myograph.picture.drawing import Shape, frame, hiding, shapes_of
from myograph.picture.subject import ROLES, Subject
from myograph.terms import BASE

_LEAST = 760.0  # height of a picture that comes close, in drawing units
_LIMB_TOP = 0.245  # share of the figure above the hip bone
_LETTERS = 0.026  # of a picture's height
_RANKS = ("injured", "prime", "chosen", "stretched", "synergist", "steady")
_UNCOVERED = {"chosen", "prime", "stretched", "injured"}


@dataclass(frozen=True)
class Theme:
    """The colours of a picture; a pair is an edge and the middle of what is shaded."""

    ink: str
    bone: tuple[str, str]
    bone_line: str
    body: str
    tendon: str
    band: tuple[str, str]
    pale: tuple[str, str]
    flesh: tuple[str, str]
    line: str
    roles: dict[str, tuple[str, str]] = field(default_factory=dict)


_ROLES_LIGHT = {
    "chosen": ("#8e2f28", "#c9584c"),
    "prime": ("#8f1d1d", "#cf3f36"),
    "synergist": ("#b0641c", "#e49a4a"),
    "steady": ("#5b5f9e", "#8e92cf"),
    "stretched": ("#1f6f78", "#4ba7ae"),
    "injured": ("#7a1fa0", "#b04fd0"),
}
_ROLES_DARK = {
    "chosen": ("#a83c33", "#e0705f"),
    "prime": ("#a82a28", "#ea5a4d"),
    "synergist": ("#b96f24", "#f0ac5c"),
    "steady": ("#6a6fb8", "#a3a7e6"),
    "stretched": ("#2a838c", "#63c2c9"),
    "injured": ("#9336ba", "#cb74e8"),
}
THEMES = {
    "light": Theme(
        "#23211e", ("#d9cdb4", "#f3ead8"), "#9c8f76", "#f2e4d8", "#ece3d2", ("#d8ccb4", "#f1eadc"),
        ("#cfa39a", "#e6c6bd"), ("#9c4036", "#cd7463"), "#5d2620", _ROLES_LIGHT,
    ),
    "dark": Theme(
        "#ece8e0", ("#8f8570", "#b9ae96"), "#5d5444", "#2b2723", "#b5aa95", ("#8f846e", "#bdb29c"),
        ("#6b4741", "#8a625a"), ("#8c3c33", "#c26c5c"), "#2c1512", _ROLES_DARK,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """How a picture is wanted.

    Attributes:
        view: `back`, `front` or `side`; None for the one in which most of it is seen.
        peel: how many layers of muscle to take off, 0 to 2.
        theme: `light` or `dark`.
        whole: the whole figure, where the subject would else be shown from near.
        links: what comes before the path of a record's page; None for no links.
    """

    view: str | None = None
    peel: int = 0
    theme: str = "light"
    whole: bool = False
    links: str | None = "/"


def check_wish(wish: Wish) -> None:
    """Refuse what there is none of.

    Raises:
        PictureError: there is no such view, theme or number of layers.
    """
    if wish.view is not None and wish.view not in VIEWS:
        raise PictureError(f"There is no view '{wish.view}'.", f"Take one of {', '.join(VIEWS)}.")
    if wish.theme not in THEMES:
        raise PictureError(
            f"There is no theme '{wish.theme}'.", f"Take one of {', '.join(THEMES)}."
        )
    if not 0 <= wish.peel <= 2:  # there are three layers
        raise PictureError(f"{wish.peel} layers cannot be peeled off.", "Take 0, 1 or 2.")


def best_view(atlas: Atlas, subject: Subject) -> str:
    """Return the view in which most of what a picture shows is seen, the heaviest roles first."""
    weights = {"prime": 3, "chosen": 3, "injured": 4, "stretched": 3, "synergist": 1, "steady": 1}

    def seen(name: str) -> float:
        view = atlas.views[name]
        return sum(
            weights.get(role, 1) * (1.0 if atlas.layers.get(leaf, 1) else 0.6)
            for leaf, role in subject.roles.items()
            if leaf in view.courses
        ) + sum(mark in view.spots for mark in subject.marks)

    return max(VIEWS, key=lambda name: (seen(name), -VIEWS.index(name)))


def best_views(atlas: Atlas, subject: Subject) -> list[str]:
    """Return the view in which most is seen, and a second if it shows more of what counts most."""
    first = best_view(atlas, subject)
    unseen = {
        leaf: role
        for leaf, role in subject.roles.items()
        if role in _UNCOVERED and leaf not in atlas.views[first].courses
    }
    rest = Subject(subject.iri, subject.label, unseen)
    second = best_view(atlas, rest)
    more = any(leaf in atlas.views[second].courses for leaf in unseen)
    return [first, second] if more else [first]


def draw(atlas: Atlas, subject: Subject, wish: Wish) -> str:
    """Return a picture as SVG text, the same bytes for the same graph and wish.

    Args:
        atlas: the figures, from `load_atlas`.
        subject: what is shown and in what roles, from `subject_of`.
        wish: view, layers, theme.

    Raises:
        PictureError: the wish is for what there is none of.
    """
    check_wish(wish)
    view = atlas.views[wish.view or best_view(atlas, subject)]
    shapes = shapes_of(atlas, view, wish.peel)
    theme = THEMES[wish.theme]
    box = _box(view, shapes, subject, whole=wish.whole)
    used = sorted(
        {subject.roles[s.iri] for s in shapes if s.iri in subject.roles}, key=[*ROLES].index
    )
    x, y, width, height = box
    legend, more = _legend(used, subject, theme, box)
    name = view.figure.view
    title, text = _title(view, subject), _described(atlas, view, subject)
    shown = f"{x:.0f} {y:.0f} {width:.0f} {height + more:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{shown}" class="body-picture" '
        f'role="group" aria-labelledby="title-{name} desc-{name}" data-view="{name}">',
        f'<title id="title-{name}">{escape(title)}</title>',
        f'<desc id="desc-{name}">{escape(text)}</desc>',
        _gradients(theme, used, name),
        f'<clipPath id="{name}-clip"><rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}"/></clipPath><g clip-path="url(#{name}-clip)" '
        f'fill="{theme.tendon}" stroke="{theme.line}" stroke-opacity=".55" '
        'stroke-width="1.6" stroke-linejoin="round">',
        *_things(atlas, _within(shapes, box), subject, wish, name),
        "</g>",
        _marks(atlas, view, subject, theme, height),
        legend,
        "</svg>",
    ]
    return "".join(parts)


def _within(shapes: Iterable[Shape], box: tuple[float, float, float, float]) -> list[Shape]:
    x, y, width, height = box
    return [
        s
        for s in shapes
        if s.box[0] < x + width and s.box[2] > x and s.box[1] < y + height and s.box[3] > y
    ]


def _box(
    view: View, shapes: list[Shape], subject: Subject, *, whole: bool
) -> tuple[float, float, float, float]:
    figure = view.figure
    shown = [s for s in shapes if s.iri in subject.roles and subject.roles[s.iri] != "steady"]
    if shown and not whole:
        return frame(view, shown, _LEAST)
    top = (
        0.0
        if any(s.box[1] < figure.height * _LIMB_TOP * 0.8 for s in shown)
        else figure.height * _LIMB_TOP
    )
    everything = [s for s in shapes if s.box[3] > top]
    left = max(min(s.box[0] for s in everything) - 20, 0) if everything else 0
    right = (
        min(max(s.box[2] for s in everything) + 20, figure.width) if everything else figure.width
    )
    bottom = min(max((s.box[3] for s in everything), default=figure.height) + 20, figure.height)
    return (left, top, right - left, bottom - top)


def _gradients(theme: Theme, used: Iterable[str], view: str) -> str:
    pairs = {"bone": theme.bone, "pale": theme.pale, "flesh": theme.flesh, "band": theme.band} | {
        role: theme.roles[role] for role in used
    }
    stops = "".join(
        f'<linearGradient id="{view}-{name}" class="g-{name}"><stop stop-color="{edge}"/>'
        f'<stop offset=".45" stop-color="{middle}"/><stop offset="1" stop-color="{edge}"/>'
        "</linearGradient>"
        for name, (edge, middle) in pairs.items()
    )
    return f"<defs>{stops}</defs>"


def _things(
    atlas: Atlas, shapes: list[Shape], subject: Subject, wish: Wish, view: str
) -> list[str]:
    theme = THEMES[wish.theme]
    shown = [leaf for leaf, role in subject.roles.items() if role in _UNCOVERED]
    lifted = hiding(atlas, shapes, shown) - set(subject.roles)
    sheer = _sheer(atlas, shapes, subject)
    made = []
    for shape in shapes:
        if shape.iri in lifted:
            path = shape.belly or shape.whole
            made.append(f'<path class="lifted" fill="none" stroke-dasharray="7 6" d="{path}"/>')
        elif shape.kind == "bone":
            body = shape.iri.startswith(BASE + "region/")
            fill = theme.body if body else f"url(#{view}-bone)"
            line = "none" if body else theme.bone_line
            kind = "skin" if body else "bone"
            made.append(
                f'<path class="{kind}" fill="{fill}" stroke="{line}" stroke-opacity="1" '
                f'fill-rule="evenodd" d="{shape.whole}"/>'
            )
            if shape.fibres:
                made.append(f'<path class="ridge" fill="none" stroke="{line}" d="{shape.fibres}"/>')
        else:
            made.append(_muscle(atlas, shape, subject, wish, view, sheer))
    return made


def _sheer(atlas: Atlas, shapes: list[Shape], subject: Subject) -> set[str]:
    """Return the muscles that cover one with a weightier role, so that it must shine through."""
    found: set[str] = set()
    for rank, role in enumerate(_RANKS):
        here = [leaf for leaf, own in subject.roles.items() if own == role]
        lesser = {leaf for leaf, own in subject.roles.items() if _RANKS.index(own) > rank}
        found |= hiding(atlas, shapes, here) & lesser
    return found


def _muscle(
    atlas: Atlas, shape: Shape, subject: Subject, wish: Wish, view: str, sheer: set[str]
) -> str:
    theme = THEMES[wish.theme]
    role = subject.roles.get(shape.iri, "") if subject.iri else ""
    fill = f"{view}-{role or ('pale' if subject.roles else 'flesh')}"
    label = atlas.labels.get(shape.iri, "")
    said = f"{label}, {ROLES[role]}" if role and role != "chosen" else label
    edge = f' stroke="{theme.roles[role][0]}" stroke-opacity="1" stroke-width="3"' if role else ""
    shade = f' fill="url(#{view}-band)"' if shape.kind == "band" else ""
    body = f'<title>{escape(said)}</title><path class="tendon"{edge}{shade} d="{shape.whole}"/>'
    if shape.slips:
        line = edge.partition(" stroke-width")[0]
        body += (
            f'<path class="slip" fill="none"{line} stroke-width="{shape.slip_width + 3:.0f}" '
            f'd="{shape.slips}"/><path class="slip" fill="none" stroke="{theme.tendon}" '
            f'stroke-opacity="1" stroke-width="{shape.slip_width:.0f}" d="{shape.slips}"/>'
        )
    if shape.belly:
        body += f'<path class="belly" fill="url(#{fill})" d="{shape.belly}"/>'
        body += f'<path class="fibres" fill="none" stroke-opacity=".28" d="{shape.fibres}"/>'
    elif shape.fibres:
        body += f'<path class="fibres" fill="none" stroke-opacity=".14" d="{shape.fibres}"/>'
    name = f"{shape.kind}{' ' + role if role else ''}"
    if shape.iri in sheer:
        body = f'<g opacity=".5">{body}</g>'
    if wish.links is None or shape.kind != "muscle":
        return f'<g class="{name}">{body}</g>'
    path = wish.links + shape.iri.removeprefix(BASE)
    return f'<a class="{name}" href="{escape(path)}">{body}</a>'


def _marks(atlas: Atlas, view: View, subject: Subject, theme: Theme, height: float) -> str:
    radius = max(height / 90, 9)
    edge, middle = theme.roles["injured"]
    return "".join(
        f'<circle class="site" cx="{view.spots[iri][0]:.0f}" cy="{view.spots[iri][1]:.0f}" '
        f'r="{radius:.0f}" fill="{middle}" fill-opacity=".55" stroke="{edge}" stroke-width="3">'
        f"<title>{escape(atlas.labels.get(iri, ''))}</title></circle>"
        for iri in sorted(subject.marks)
        if iri in view.spots
    )


def _legend(
    used: Iterable[str], subject: Subject, theme: Theme, box: tuple[float, float, float, float]
) -> tuple[str, float]:
    """Return the names of the colours, row by row below a box, and how high they stand."""
    x, y, width, height = box
    size = min(height * _LETTERS, width / 10.5)
    names = [(theme.roles[role][1], ROLES[role]) for role in used]
    if subject.marks:
        names.append((theme.roles["injured"][1], ROLES["site"]))
    made: list[str] = []
    left, row = x + size, y + height + size * 0.35
    for colour, name in names:
        room = size * (2.4 + 0.55 * len(name))
        if left + room > x + width and made:
            left, row = x + size, row + size * 1.4
        corner = size / (2 if name == ROLES["site"] else 5)
        made.append(
            f'<rect x="{left:.0f}" y="{row:.0f}" width="{size:.0f}" height="{size:.0f}" '
            f'rx="{corner:.0f}" fill="{colour}"/><text x="{left + size * 1.35:.0f}" '
            f'y="{row + size * 0.85:.0f}">{escape(name)}</text>'
        )
        left += room
    if not made:
        return "", 0.0
    font = f'font-family="system-ui,sans-serif" font-size="{size:.0f}" fill="{theme.ink}"'
    text = f'<g class="legend" {font}>{"".join(made)}</g>'
    return text, row + size * 1.4 - y - height


def _title(view: View, subject: Subject) -> str:
    side = {"back": "from behind", "front": "from in front", "side": "from the side"}
    return f"{subject.label or 'The muscles of the lower limb'}, seen {side[view.figure.view]}"


def _described(atlas: Atlas, view: View, subject: Subject) -> str:
    """Return in words what the colours say, also of what the view does not show."""
    by_role: dict[str, list[str]] = {}
    for leaf, role in subject.roles.items():
        hidden = "" if leaf in view.courses else " (not seen from here)"
        name = atlas.labels.get(leaf) or leaf.rpartition("/")[2].replace("-", " ")
        by_role.setdefault(role, []).append(name + hidden)
    said = [f"{ROLES[role]}: {', '.join(sorted(names))}" for role, names in by_role.items()]
    marks = [atlas.labels[iri] for iri in subject.marks if iri in view.spots]
    if marks:
        said.append(f"{ROLES['site']}: {', '.join(sorted(marks))}")
    text = ". ".join(part[0].upper() + part[1:] for part in said)
    return f"{text}." if text else "Each muscle and head is a shape of its own."
