"""`/muscle/soleus.svg` and its kin: pictures of records, alone and on their pages."""

from collections.abc import Mapping, Sequence

import pyoxigraph as ox
from flask import Blueprint, Response, get_template_attribute, request
from markupsafe import Markup

from myograph.errors import BadRequestError, BusyError, NoSuchPageError, QueryTimedOutError
from myograph.picture.atlas import Atlas
from myograph.picture.subject import ROLES, Subject, subject_of
from myograph.picture.svg import Wish, best_views, draw
from myograph.terms import BASE
from myograph_server.links import href
from myograph_server.site import site

blueprint = Blueprint("picture", __name__)
Roles = Sequence[tuple[str, list[ox.NamedNode]]]
SVG = "image/svg+xml; charset=utf-8"
_PICTURED = (
    *("MuscularStructure", "PhysicalActivity", "Condition", "JointMovement", "Nerve", "NerveRoot"),
    *("Joint", "Bone", "Landmark", "Compartment", "Region", "Artery", "SoftTissue"),
)


@blueprint.get("/body.svg")
def body() -> Response:
    """Draw the whole figure."""
    return Response(picture(None, _wish(request.args)), content_type=SVG)


@blueprint.get("/<path:path>.svg")
def of_record(path: str) -> Response:
    """Draw what a record is about.

    Raises:
        NoSuchPageError: the graph has no such record, or nothing of it can be drawn.
    """
    iri = _iri(path)
    svg = picture(iri, _wish(request.args)) if iri and site().facts.knows(iri) else ""
    if not svg:
        raise NoSuchPageError(
            f"The graph has nothing to draw at /{path}.", "See /body.svg for the whole figure."
        )
    return Response(svg, content_type=SVG)


def picture(iri: ox.NamedNode | None, wish: Wish) -> str:
    """Return a picture as SVG, or nothing where the record has nothing that is drawn.

    Args:
        iri: of the record; None for the whole figure.
        wish: how it is wanted.

    Raises:
        PictureError: there is no such view, theme or number of layers.
    """
    if iri is None:
        return draw(site().atlas, Subject("", ""), wish)
    subject = subject_for(iri)
    return draw(site().atlas, subject, wish) if seen(site().atlas, subject) else ""


def picture_of(iri: ox.NamedNode | None) -> Markup:
    """Return the figure that shows a record, as markup for a page; empty where there is none.

    Args:
        iri: the record; None for the whole body, the way in from the first page.
    """
    links = f"{request.script_root}/"
    if iri is None:
        three = "".join(
            picture(None, Wish(view, links=links)) for view in ("back", "front", "side")
        )
        return _figure(f"{links}body.svg", three, "")
    if not any(site().facts.is_a(iri, kind) for kind in _PICTURED):
        return Markup()
    try:
        subject = subject_for(iri)
    except (BusyError, QueryTimedOutError):
        # The page is worth having without it; its picture can be asked for by itself.
        return Markup('<p class="picture"><a href="{}.svg">Picture</a></p>').format(href(iri.value))
    if not seen(site().atlas, subject):
        return Markup()
    views = best_views(site().atlas, subject)
    wishes = [Wish(view, whole=len(views) > 1, links=links) for view in views]
    svg = "".join(draw(site().atlas, subject, wish) for wish in wishes)
    return _figure(f"{href(iri.value)}.svg", svg, views[0], roles_of(subject))


def _figure(src: str, svg: str, view: str, roles: Roles = ()) -> Markup:
    macro = get_template_attribute("_picture.html", "picture")
    # What draw writes is escaped there.
    return Markup(macro(src, Markup(svg), roles, view))


def roles_of(subject: Subject) -> Roles:
    """Return in words what a picture's colours say: each role with its muscles, by label."""
    atlas, by_role = site().atlas, dict[str, list[str]]()
    for leaf, role in subject.roles.items():
        if any(leaf in view.courses for view in atlas.views.values()):
            by_role.setdefault(role, []).append(leaf)
    return [
        (
            ROLES[role],
            [ox.NamedNode(i) for i in sorted(by_role[role], key=lambda i: atlas.labels[i])],
        )
        for role in ROLES
        if role in by_role
    ]


def subject_for(iri: ox.NamedNode) -> Subject:
    """Return what a picture of a record shows."""
    return subject_of(site().rows, iri.value, site().facts.label(iri))


def seen(atlas: Atlas, subject: Subject) -> bool:
    """Return whether any view shows something of a subject."""
    return any(
        leaf in view.courses or leaf in view.spots
        for view in atlas.views.values()
        for leaf in (*subject.roles, *subject.marks)
    )


def _wish(args: Mapping[str, str]) -> Wish:
    peel = args.get("peel", "0")
    if not peel.isascii() or not peel.isdigit():
        raise BadRequestError(f"'{peel}' is no number of layers.", "Give peel as 0, 1 or 2.")
    view = args.get("view") or None
    return Wish(
        view,
        min(int(peel[:3]), 9),
        args.get("theme", "light"),
        args.get("whole", "") in ("1", "true"),
        f"{request.script_root}/",
    )


def _iri(path: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(BASE + path)
    except ValueError:
        return None
