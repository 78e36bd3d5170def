"""`/health`, `/openapi.json`, `/context.jsonld`, `/.well-known/void` and `/docs`."""

import json

from flask import Blueprint, Response, current_app, render_template, request

from myograph import __version__
from myograph.context import context_document, load_context
from myograph.results import write_triples
from myograph_server import conneg
from myograph_server.description import openapi
from myograph_server.problems import PROBLEMS
from myograph_server.site import WATCH, site
from myograph_server.watch import Watch

blueprint = Blueprint("meta", __name__)


@blueprint.get("/health")
def health() -> Response:
    """Say which graph is served."""
    return _json(
        {
            "status": "ok",
            "version": __version__,
            "triples": len(site().built.quads),
            "fingerprint": site().built.fingerprint,
        }
    )


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give the counts of this server to those who watch it."""
    watch: Watch = current_app.extensions[WATCH]
    return Response(watch.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/openapi.json")
def api() -> Response:
    """Describe what programs may call."""
    return _json(openapi(site(), request.host_url.rstrip("/")))


@blueprint.get("/context.jsonld")
def context() -> Response:
    """Give the JSON-LD context of all we export, https://www.w3.org/TR/json-ld11/#the-context."""
    text = context_document(load_context(site().sources.ontology))
    return Response(text, content_type="application/ld+json")


@blueprint.get("/.well-known/void")
def void() -> Response:
    """Describe the dataset, https://www.w3.org/TR/void/#well-known."""
    chosen = conneg.choose(request, conneg.GRAPH_FORMATS)
    triples = [fact.triple for fact in site().facts.in_graph("metadata")]
    return Response(
        write_triples(triples, chosen.name, site().prefixes), content_type=chosen.content_type
    )


@blueprint.get("/docs")
def docs() -> str:
    """Tell people how to use the server."""
    return render_template("docs.html", problems=PROBLEMS, settings=site().settings)


def _json(value: object, media: str = "application/json") -> Response:
    return Response(json.dumps(value, ensure_ascii=False, indent=2) + "\n", content_type=media)
