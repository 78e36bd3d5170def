"""`/sparql`: the SPARQL 1.1 Protocol for queries, and the page that people write them on."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response, make_response, render_template, request

from myograph.errors import BadRequestError, MyographError, NoSuchPageError, NotAcceptableError
from myograph.query import Rows
from myograph.results import write_triples
from myograph_server import conneg, description
from myograph_server.ask import bound, by_tag, sentence
from myograph_server.engine import Answer, Caller
from myograph_server.links import compact, shown, table
from myograph_server.problems import answer_problem, details
from myograph_server.protocol import QueryRequest, read
from myograph_server.site import QuerySyntaxError, Site, site

blueprint = Blueprint("sparql", __name__)
_OFFERED = {
    "SELECT": conneg.ROW_FORMATS,
    "ASK": conneg.BOOLEAN_FORMATS,
    "CONSTRUCT": conneg.GRAPH_FORMATS,
    "DESCRIBE": conneg.GRAPH_FORMATS,
}
_SHOWN = 1000
# Functions that say something else each time, and what another endpoint says.
_CHANGING = re.compile(r"(?:now|rand|uuid|bnode)(?!\w)|service", re.IGNORECASE)
FIRST_QUERY = """# Muscles that cross the knee and bend it, with how strongly they do.
SELECT ?muscle ?muscleLabel ?role ?roleLabel WHERE {
  ?muscle myo:crosses joint:knee ;
          rdfs:label ?muscleLabel ;
          myo:hasAction ?action .
  ?action myo:ofMovement movement:knee-flexion ;
          myo:role ?role .
  ?role rdfs:label ?roleLabel .
}
ORDER BY ?roleLabel ?muscleLabel
"""


PAGE_QUERY = """# What the page of LABEL is made of: all that is said of it and of its facts.
SELECT ?about ?property ?propertyLabel ?value ?valueLabel ?graph WHERE {
  {
    SELECT DISTINCT ?about WHERE {
      ?about a ?kind
      FILTER(?about = RECORD || STRSTARTS(STR(?about), CONCAT(STR(RECORD), "/")))
    }
  }
  GRAPH ?graph { ?about ?property ?value }
  OPTIONAL { ?property rdfs:label ?propertyLabel }
  OPTIONAL { ?value rdfs:label ?valueLabel }
}
ORDER BY ?about ?property ?value
"""


@dataclass(frozen=True)
class Written:
    """An answer as it is sent.

    Attributes:
        body: its bytes.
        content_type: its media type, with the charset where one belongs.
    """

    body: bytes
    content_type: str


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query; without one, describe the service or show the page."""
    html = conneg.prefers_html(request)
    try:
        asked = read(request)
        if html:
            return _page(asked.query)
        if asked.query is None:
            return _describe()
        written = answer(asked, request.environ, site())
        return Response(written.body, content_type=written.content_type)
    except MyographError as error:
        if html and not isinstance(error, NotAcceptableError):
            return _page(request.values.get("query"), error)
        return answer_problem(details(error))


def answer(asked: QueryRequest, environ: Mapping[str, Any], shared: Site) -> Written:
    """Answer a query.

    Args:
        asked: what the request asks; there must be a query.
        environ: the request, as WSGI has it.
        shared: the graph and what answers.

    Raises:
        MyographError: the query is not right, or could not be run.
    """
    query = shared.admit(asked.query or "", asked.dataset)
    # What cannot be written need not be worked out. A query without a form is none, and the
    # engine will say what is wrong with it.
    offered = _OFFERED.get(query.form, conneg.ROW_FORMATS)
    chosen = conneg.agree(asked.format, environ.get("HTTP_ACCEPT", ""), offered)
    caller = Caller.of(environ, _timeout(asked.timeout))
    return Written(shared.run(query, chosen.media[0], caller), chosen.content_type)


def changes(text: str) -> bool:
    """Whether the answer to a query may be another one the next time, in the same graph."""
    return _CHANGING.search(text) is not None


def _timeout(given: str | None) -> float | None:
    """Return the seconds that a request gives its query, if it says.

    Raises:
        BadRequestError: it is no number above 0.
    """
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise BadRequestError(
            f"A query cannot have '{given}' seconds.", "Give timeout a number above 0, such as 2.5."
        )
    return seconds


def _describe() -> Response:
    chosen = conneg.choose(request, conneg.GRAPH_FORMATS)
    triples = description.service(site(), request.base_url)
    body = write_triples(triples, chosen.name, site().prefixes)
    return Response(body, content_type=chosen.content_type)


def _page(text: str | None, error: MyographError | None = None) -> Response:
    """Show the page with a query and, where one was asked for, its answer."""
    answer: Answer | None = None
    started = time.perf_counter()
    try:
        if text is None:
            text = _prepared()
        if text and error is None:
            answer = site().answer(site().admit(text, read(request).dataset))
    except MyographError as found:
        error = found
    seconds = time.perf_counter() - started
    page = render_template(
        "sparql.html",
        query=text if text is not None else FIRST_QUERY,
        examples=by_tag(),
        sentence=sentence,
        prefixes=site().prefixes,
        error=details(error) if error else None,
        diagnosis=error.diagnosis if isinstance(error, QuerySyntaxError) else None,
        milliseconds=f"{seconds * 1000:,.0f}",
        limit=site().settings["timeout"],
        services=str(site().services),
        **_shown_answer(answer),
    )
    response = make_response(page, int(details(error)["status"]) if error else 200)
    if text and changes(text):
        response.headers["Cache-Control"] = "no-store"
    return response


def _prepared() -> str | None:
    """Return the query that an address asks for by name: an example, or that of a page.

    Raises:
        MyographError: there is no such example, or nothing of that name.
    """
    given = {name: request.args.getlist(name) for name in request.args}
    name = "".join(given.pop("example", [""])[:1])
    about = "".join(given.pop("about", [""])[:1])
    if name:
        question = site().questions.get(name)
        if question is None:
            raise NoSuchPageError(
                f"There is no example '{name}'.", "See /ask/ for those that there are."
            )
        # What else an address may hold is the protocol's, and no parameter of a question.
        known = {param.name for param in question.params}
        return bound(question, {k: v for k, v in given.items() if k in known and any(v)})
    return page_query(about) if about else None


def page_query(name: str) -> str:
    """Return the query for what the page of a record is made of.

    Args:
        name: of the record, compact or in words.

    Raises:
        UnknownNameError: there is no such record.
    """
    prefix, _, local = name.partition(":")
    iri = ox.NamedNode(site().prefixes[prefix] + local) if prefix in site().prefixes else None
    if iri is None or not site().facts.knows(iri):
        iri = site().names.find(name)
    short = compact(iri.value)
    term = short if re.fullmatch(r"[a-z]+:[A-Za-z][\w-]*", short) else str(iri)
    return PAGE_QUERY.replace("RECORD", term).replace("LABEL", site().facts.label(iri))


@blueprint.get("/sparql/names.json")
def names() -> Response:
    """Give the editor what it completes: our prefixes, classes, properties and records."""
    found: dict[str, list[list[str]]] = {"class": [], "property": [], "record": []}
    for iri, record in site().names.records.items():
        if "/" in record.slug:
            continue
        kind = "record"
        if record.space == "ontology":
            kind = "property" if record.slug[:1].islower() else "class"
        found[kind].append([compact(iri.value), record.label])
    body = {"prefixes": site().prefixes, **found}
    return Response(json.dumps(body, ensure_ascii=False), content_type="application/json")


def _shown_answer(answer: Answer | None) -> dict[str, object]:
    """Return what the page shows of an answer."""
    if isinstance(answer, Rows):
        part = Rows(answer.columns, answer.rows[:_SHOWN])
        formats = conneg.ROW_FORMATS
        return {"table": table(part), "count": len(answer.rows), "most": _SHOWN, "formats": formats}
    if isinstance(answer, bool):
        return {"boolean": "yes" if answer else "no", "formats": conneg.BOOLEAN_FORMATS}
    if answer is not None:
        triples = [[shown(t.subject), shown(t.predicate), shown(t.object)] for t in answer[:_SHOWN]]
        return {
            "triples": triples,
            "count": len(answer),
            "most": _SHOWN,
            "formats": conneg.GRAPH_FORMATS,
        }
    return {}
