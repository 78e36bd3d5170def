"""`/search?q=`: records by what people call them."""

import json
import re

from flask import Blueprint, Response, make_response, render_template, request

from myograph.errors import BadRequestError
from myograph.names import Match
from myograph.terms import DEFINITION
from myograph_server import conneg
from myograph_server.kinds import group_of, kind_of
from myograph_server.links import href
from myograph_server.site import site

blueprint = Blueprint("search", __name__)
_WIDER = 5  # times as many are looked at as are given
_NAMED = 100  # of 100: the whole name


@blueprint.get("/search")
def search() -> Response:
    """Give the records whose names are most like a text."""
    text = request.args.get("q", "").strip()[:200]
    chosen = conneg.choose(request, (conneg.PLAIN_JSON, conneg.HTML))
    found = _best(text, _limit())
    if chosen == conneg.HTML:
        groups = grouped(_plain(found))
        return make_response(
            render_template("search.html", text=text, groups=groups, count=len(found))
        )
    body = {"query": text, "results": _plain(found)}
    return Response(json.dumps(body, ensure_ascii=False) + "\n", content_type=chosen.content_type)


def grouped(found: list[dict[str, object]]) -> dict[str, list[dict[str, object]]]:
    """Return results by the kind of record, the kind of the best result first."""
    groups: dict[str, list[dict[str, object]]] = {}
    for result in found:
        groups.setdefault(str(result["group"]), []).append(result)
    return groups


def _best(text: str, limit: int) -> list[Match]:
    """Return the best results; stages, grades and the like only where little else fits."""
    found = site().names.search(text, limit=_WIDER * limit)
    parts = [match for match in found if "/" in match.record.slug]
    wholes = [match for match in found if match not in parts]
    named = [match for match in parts if match.score >= _NAMED]
    room = max(0, limit // 2 - len(wholes) - len(named))
    rest = [match for match in parts if match not in named][:room]
    return [*named, *wholes, *rest][:limit]


def _limit() -> int:
    given = request.args.get("limit")
    most = site().number("search_limit")
    if given is None:
        return most
    if not re.fullmatch("[1-9][0-9]?|100", given):
        raise BadRequestError(f"The limit cannot be '{given}'.", "Give a number from 1 to 100.")
    return int(given)


def _plain(found: list[Match]) -> list[dict[str, object]]:
    definitions = site().facts.texts_of([match.record.iri for match in found], DEFINITION.value)
    return [_told(match, definitions.get(match.record.iri, "")) for match in found]


def _told(match: Match, definition: str) -> dict[str, object]:
    record = match.record
    return {
        "iri": record.iri.value,
        "path": href(record.iri.value),
        "label": record.label,
        "name": match.name,
        "kind": kind_of(record.space),
        "group": group_of(record.space),
        "score": round(match.score, 1),
        "definition": definition,
    }
