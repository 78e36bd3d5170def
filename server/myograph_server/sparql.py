"""`/sparql`: the SPARQL 1.1 Protocol for queries, and the page that people write them on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from myograph.errors import BadRequestError, MyographError, NotAcceptableError
from myograph.query import Rows
from myograph.results import write_triples
from myograph_server import conneg, description
from myograph_server.engine import Answer, Caller
from myograph_server.links import shown, table
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
    """Show the page with a query and, where there is one, its answer."""
    questions = site().questions
    example = questions.get(request.values.get("example", ""))
    if text is None and example:
        text = example.text
    answer: Answer | None = None
    if text and error is None and (request.values.get("query") or request.method == "POST"):
        try:
            answer = site().answer(site().admit(text, read(request).dataset))
        except MyographError as found:
            error = found
    page = render_template(
        "sparql.html",
        query=text if text is not None else FIRST_QUERY,
        questions=list(questions.values()),
        prefixes=site().prefixes,
        error=details(error) if error else None,
        diagnosis=error.diagnosis if isinstance(error, QuerySyntaxError) else None,
        **_shown_answer(answer),
    )
    return make_response(page, int(details(error)["status"]) if error else 200)


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
