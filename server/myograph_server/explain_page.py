"""`/explain?s=&p=&o=`: why a statement holds, back to what was authored."""

import json
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, make_response, render_template, request

from myograph.errors import BadRequestError
from myograph.explain import Explanation, predicate_of
from myograph.provenance import prov_turtle
from myograph_server import conneg
from myograph_server.links import href
from myograph_server.site import site

blueprint = Blueprint("explain", __name__)


@blueprint.get("/explain")
def explain() -> Response:
    """Say why a statement holds."""
    chosen = conneg.choose(request, (conneg.PLAIN_JSON, conneg.TURTLE, conneg.HTML))
    missing = [name for name in "spo" if not request.args.get(name, "").strip()]
    if missing:
        raise BadRequestError(
            f"What is to be explained lacks {', '.join(missing)}.",
            "Give s, p and o, as in /explain?s=muscle:soleus&p=crosses&o=joint:ankle.",
        )
    try:
        predicate = _property(request.args["p"].strip())
        subject, value = _thing(request.args["s"]), _value(request.args["o"])
    except ValueError as error:
        # The terms themselves say so: an IRI with a blank, a language tag that is none.
        raise BadRequestError(
            f"What is to be explained cannot be read: {str(error).rstrip('.')}.",
            'Give s, p and o as names, IRIs, or for o a literal such as "soleus"@en.',
        ) from None
    found = site().explainer().explain(subject, predicate, value)
    if chosen != conneg.TURTLE:
        site().facts.look(_sources(found))
    if chosen == conneg.HTML:
        return make_response(render_template("explain.html", why=_plain(found)))
    if chosen == conneg.TURTLE:
        return Response(prov_turtle(found, site().prefixes), content_type=chosen.content_type)
    return Response(
        json.dumps(_plain(found), ensure_ascii=False) + "\n", content_type=chosen.content_type
    )


def _property(text: str) -> ox.NamedNode:
    """Return the property that a text names, by its IRI, a compact name or in words."""
    prefix, colon, local = text.strip("<>").partition(":")
    if colon and prefix in site().prefixes:
        return ox.NamedNode(site().prefixes[prefix] + local)
    return predicate_of(text, site().names)


def _thing(text: str) -> ox.NamedNode:
    """Return the record or reified fact that a text names."""
    wanted = text.strip().strip("<>")
    prefix, _, local = wanted.partition(":")
    iri = site().prefixes.get(prefix, "") + local if prefix in site().prefixes else wanted
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return site().names.find(text)
    return node if site().facts.knows(node) else site().names.find(text)


def _value(text: str) -> ox.NamedNode | ox.Literal:
    if text.startswith('"'):
        body, _, tail = text[1:].rpartition('"')
        if tail.startswith("@"):
            return ox.Literal(body, language=tail[1:])
        return (
            ox.Literal(body, datatype=ox.NamedNode(tail[3:-1]))
            if tail.startswith("^^<")
            else ox.Literal(body)
        )
    return _thing(text)


def _sources(found: Explanation) -> set[ox.NamedNode]:
    return {source for part in found.authored() for source in part.sources}


def _plain(found: Explanation, told: set[str] | None = None) -> dict[str, Any]:
    """Return an explanation; a statement that several others rest on is proved once."""
    told = set() if told is None else told
    facts = site().facts
    subject = found.statement.subject
    repeated = bool(found.premises) and str(found.statement) in told
    told.add(str(found.statement))
    return {
        "statement": found.text,
        "path": href(subject.value) if isinstance(subject, ox.NamedNode) else "",
        "graph": found.graph,
        "derived": found.derived,
        "rule": found.rule,
        "says": found.says,
        "sources": [
            {
                "iri": source.value,
                "path": href(source.value),
                "title": facts.text(source, "http://purl.org/dc/terms/title") or source.value,
                "author": facts.text(source, "author"),
            }
            for source in found.sources
        ],
        "repeated": repeated,
        "premises": [] if repeated else [_plain(premise, told) for premise in found.premises],
    }
