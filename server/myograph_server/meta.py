"""`/health`, `/openapi.json`, `/context.jsonld` and `/.well-known/void`."""

import json

from flask import Blueprint, Response, current_app, request

from myograph import __version__
from myograph.context import context_document, load_context
from myograph.results import write_triples
from myograph_server import conneg
from myograph_server.description import openapi
from myograph_server.site import STOPPING, WATCH, site
from myograph_server.watch import Watch

blueprint = Blueprint("meta", __name__)


@blueprint.get("/health")
def health() -> Response:
    """Say which graph is served, and by 503 that a load balancer is to send no more."""
    stopping = current_app.extensions[STOPPING].is_set()
    answer = _json(
        {
            "status": "stopping" if stopping else "ok",
            "version": __version__,
            "triples": site().version.triples,
            "fingerprint": site().version.fingerprint,
        }
    )
    if stopping:
        answer.status_code = 503
    return answer


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


def _json(value: object, media: str = "application/json") -> Response:
    return Response(json.dumps(value, ensure_ascii=False, indent=2) + "\n", content_type=media)
