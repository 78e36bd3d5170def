"""What the endpoint says of itself, https://www.w3.org/TR/sparql11-service-description/."""

from typing import Any

import pyoxigraph as ox

from myograph import __version__
from myograph.metadata import DATASET, VOID
from myograph.questions import DISCLAIMER, Parameter, Question
from myograph.terms import RDF_TYPE, XSD
from myograph_server.site import Site

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD"),
)


def service(site: Site, endpoint: str) -> list[ox.Triple]:
    """Return the description of the endpoint at an address."""
    triples: list[ox.Triple] = []

    def say(subject: ox.NamedNode, name: str, value: ox.NamedNode | ox.Literal) -> None:
        triples.append(ox.Triple(subject, ox.NamedNode(name), value))

    def number(value: int) -> ox.Literal:
        return ox.Literal(str(value), datatype=ox.NamedNode(XSD + "integer"))

    at = ox.NamedNode(endpoint)
    me, default = ox.NamedNode(f"{endpoint}#service"), ox.NamedNode(f"{endpoint}#default-graph")
    data = ox.NamedNode(f"{endpoint}#dataset")
    say(me, RDF_TYPE.value, ox.NamedNode(SD + "Service"))
    say(me, SD + "endpoint", at)
    say(me, SD + "supportedLanguage", ox.NamedNode(SD + "SPARQL11Query"))
    say(me, SD + "feature", ox.NamedNode(SD + "UnionDefaultGraph"))
    if site.services:
        say(me, SD + "feature", ox.NamedNode(SD + "BasicFederatedQuery"))
    for name in _RESULT_FORMATS:
        say(me, SD + "resultFormat", ox.NamedNode(FORMATS + name))
    say(me, SD + "defaultDataset", data)
    say(me, SD + "availableGraphs", data)
    for kind in ("Dataset", "GraphCollection"):
        say(data, RDF_TYPE.value, ox.NamedNode(SD + kind))
    say(data, SD + "defaultGraph", default)
    say(default, RDF_TYPE.value, ox.NamedNode(SD + "Graph"))
    say(default, VOID + "triples", number(site.version.triples))
    say(DATASET, VOID + "sparqlEndpoint", at)
    for iri in sorted(site.graphs):
        part = ox.NamedNode(f"{endpoint}#graph={iri}")
        say(data, SD + "namedGraph", part)
        say(part, RDF_TYPE.value, ox.NamedNode(SD + "NamedGraph"))
        say(part, SD + "name", ox.NamedNode(iri))
        content = ox.NamedNode(f"{endpoint}#content={iri}")
        say(part, SD + "graph", content)
        say(content, RDF_TYPE.value, ox.NamedNode(SD + "Graph"))
        say(content, VOID + "triples", number(site.version.graphs.get(iri, 0)))
    return triples


def openapi(site: Site, host: str) -> dict[str, Any]:
    """Return the OpenAPI description of what programs may call, https://spec.openapis.org/oas/v3.1.0."""
    paths = _paths()
    for question in site.questions.values():
        paths[f"/ask/{question.name}"] = {"get": _question(question, site)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Myograph",
            "version": __version__,
            "description": "A knowledge graph of how the human body moves. "
            "Education, not medical advice.",
            "license": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
        },
        "servers": [{"url": host}],
        "paths": paths,
    }


def _paths() -> dict[str, Any]:
    return {
        "/sparql": {
            "get": _operation(
                "Run a SPARQL query.",
                [_parameter("query", "A SPARQL 1.1 query.", True), *_graph_parameters(), _format()],
            )
        },
        "/search": {
            "get": _operation(
                "Find records by name.",
                [
                    _parameter("q", "A name, Latin, lay or mistyped.", True),
                    _parameter("limit", "Most results."),
                ],
            )
        },
        "/explain": {
            "get": _operation(
                "Say why a statement holds.",
                [
                    _parameter(n, t, True)
                    for n, t in (("s", "Subject."), ("p", "Property."), ("o", "Object."))
                ],
            )
        },
        "/plan": {"post": _plan()},
        "/schema/workout.json": {"get": _operation("Give the JSON Schema of a workout.", [])},
        "/health": {"get": _operation("Say which graph is served.", [])},
        "/context.jsonld": {"get": _operation("Give the JSON-LD context of all JSON-LD here.", [])},
        "/dump/{file}": {
            "get": _operation(
                "Give the whole graph or one named graph, in the format that the ending says.",
                [_in_path("file", "myograph.csv.zip")],
            )
        },
        "/{space}/{name}": {
            "get": _operation(
                "Tell everything of one record.",
                [_in_path("space", "muscle"), _in_path("name", "soleus"), _format()],
            )
        },
    }


def _in_path(name: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "example": example,
    }


def _plan() -> dict[str, Any]:
    """Describe the check of a workout; its schema is the one that is published."""
    body = {
        "application/json": {"schema": {"$ref": "/schema/workout.json"}},
        "text/turtle": {"schema": {"type": "string"}},
    }
    return _operation(
        "Say what a workout trains, misses and overloads, and what an injury holds back.", []
    ) | {"requestBody": {"required": True, "content": body}}


def _question(question: Question, site: Site) -> dict[str, Any]:
    parameters = [_asked(param, site) for param in question.params]
    return (
        _operation(question.question, [*parameters, _format()])
        | {
            "operationId": question.name,
            "tags": list(question.tags),
        }
        | ({"description": DISCLAIMER} if question.careful else {})
    )


def _asked(param: Parameter, site: Site) -> dict[str, Any]:
    kind = site.names.label(param.kind)
    text = "A value." if param.is_literal else f"A name, slug or IRI ({kind})."
    if param.several:
        text += " May be given several times."
    if param.optional:
        text += " Left out, it lets everything pass."
    examples = [
        site.names.label(term) if isinstance(term, ox.NamedNode) else term.value
        for term in param.defaults
    ]
    found = _parameter(param.name, text, example=examples[0] if examples else None)
    if param.several:
        # ?exercise=squat&exercise=lunge
        found |= {"schema": {"type": "array", "items": {"type": "string"}}}
        found |= {"style": "form", "explode": True}
        if examples:
            found["example"] = examples
    return found


def _operation(summary: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"type": "object"}}}
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "The answer."},
            "default": {"description": "What is wrong and what to do.", "content": problem},
        },
    }


def _parameter(
    name: str, text: str, required: bool = False, example: str | None = None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "in": "query",
        "required": required,
        "description": text,
        "schema": {"type": "string"},
    }
    return found | ({"example": example} if example is not None else {})


def _graph_parameters() -> list[dict[str, Any]]:
    return [
        _parameter(n, "A graph of ours; may be given several times.")
        for n in ("default-graph-uri", "named-graph-uri")
    ]


def _format() -> dict[str, Any]:
    return _parameter("format", "The format, instead of by the Accept header.")
