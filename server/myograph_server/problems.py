"""Errors as answers: problem details for programs, a page for people.

https://www.rfc-editor.org/rfc/rfc9457. This is the one place that knows which error has
which status.
"""

import json
import logging
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from myograph import errors
from myograph.errors import MyographError
from myograph.settings import SettingError
from myograph.terms import BASE
from myograph_server.conneg import prefers_html
from myograph_server.site import QuerySyntaxError, site

LOG = logging.getLogger("myograph.server")
PROBLEM_JSON = "application/problem+json"
# The first that fits counts: subclasses before their bases.
PROBLEMS: tuple[tuple[type[MyographError], int, str, str], ...] = (
    (QuerySyntaxError, 400, "query-syntax", "The query cannot be understood"),
    (errors.ServiceRefusedError, 403, "service-refused", "The service is not asked"),
    (errors.ServiceFailedError, 502, "service-failed", "The service gave no answer"),
    (errors.ServiceTimedOutError, 504, "service-timed-out", "The service took too long"),
    (errors.QueryRefusedError, 403, "query-refused", "The query is refused"),
    (errors.QueryTimedOutError, 504, "query-timed-out", "The query took too long"),
    (errors.QueryFailedError, 422, "query-failed", "The query cannot be run"),
    (errors.CheckTimedOutError, 504, "check-timed-out", "The check took too long"),
    (errors.CheckFailedError, 422, "check-failed", "The document cannot be checked"),
    (errors.BusyError, 503, "busy", "Too much is asked at once"),
    (errors.ClientGoneError, 499, "client-gone", "The client has left"),
    (errors.AnswerTooLargeError, 422, "answer-too-large", "The answer is too large"),
    (errors.QueryError, 400, "query", "The query cannot be answered"),
    (errors.QuestionError, 400, "question", "The question cannot be asked like that"),
    (errors.UnknownNameError, 404, "unknown-name", "Nothing has that name"),
    (errors.NotInGraphError, 404, "not-in-graph", "The graph does not say so"),
    (errors.NoSuchPageError, 404, "not-found", "There is nothing here"),
    (errors.NotAcceptableError, 406, "not-acceptable", "No format that you accept"),
    (errors.UnsupportedMediaError, 415, "unsupported-media-type", "Not a body for this address"),
    (errors.BadRequestError, 400, "bad-request", "The request is not right"),
    (errors.UnknownFormatError, 400, "unknown-format", "There is no such format"),
    (errors.PictureError, 400, "picture", "There is no such picture"),
    (errors.WorkoutError, 400, "workout", "The workout cannot be read"),
    (errors.OntologyFileError, 400, "ontology-file", "The ontology cannot be read"),
    (errors.OntologyConflictError, 422, "ontology-conflict", "The ontology contradicts the graph"),
    (errors.UnknownGraphError, 404, "unknown-graph", "No named graph has that name"),
    (errors.MissingPackageError, 501, "missing-package", "This server cannot write that"),
    (errors.UnknownOntologyError, 404, "unknown-ontology", "No such ontology was added"),
    (errors.MalformedTurtleError, 400, "malformed-turtle", "The document does not parse"),
    (errors.UnnamedNodeError, 400, "unnamed-node", "A blank node has no name"),
    (errors.DuplicateFactError, 400, "duplicate-fact", "A fact is stated twice"),
    (errors.StoreTimedOutError, 504, "store-timed-out", "The store took too long"),
    (errors.StoreVersionError, 503, "store-version", "The store holds another version"),
    (errors.RemoteStoreError, 502, "remote-store", "The store does not answer as it should"),
    (errors.SourceFileError, 500, "source-file", "A source of the graph cannot be read"),
    (errors.BuildFolderError, 500, "build-folder", "The graph cannot be written"),
    (errors.StoreError, 503, "store", "The store cannot be read"),
    (errors.DocumentError, 500, "document", "The documentation is not right"),
    (SettingError, 500, "setting", "The server is set up wrongly"),
)
_HTTP_REPAIRS = {
    404: "Look for it with the search on the front page.",
    400: "Send it again, as HTTP has it and whole.",
    405: "See the Allow header for what this address takes.",
    412: "Leave If-Match out, or give the entity tag of what is here now.",
    413: "Send less.",
    500: "Try again; if it stays, tell us what you did.",
}


def problem_of(error: MyographError) -> tuple[int, str, str]:
    """Return the status, the slug of the problem's type and the title of an error."""
    for kind, status, slug, title in PROBLEMS:
        if isinstance(error, kind):
            return status, slug, title
    return 500, "internal", "Something is wrong on our side"


def details(error: MyographError) -> dict[str, Any]:
    """Return an error as problem details."""
    status, slug, title = problem_of(error)
    found: dict[str, Any] = {
        "type": f"{BASE}docs/server#problem-{slug}",
        "title": title,
        "status": status,
        "detail": str(error),
        "repair": error.repair,
    }
    if isinstance(error, QuerySyntaxError) and error.diagnosis.line:
        place = error.diagnosis
        found |= {"line": place.line, "column": place.column, "excerpt": place.caret}
    if isinstance(error, errors.WorkoutError) and error.faults:
        found["errors"] = [
            {"place": f.place, "line": f.line, "detail": f.message, "repair": f.repair}
            for f in error.faults
        ]
    return found


def http_details(error: HTTPException) -> dict[str, Any]:
    """Return an error of HTTP itself as problem details."""
    status = error.code or 500
    repair = _HTTP_REPAIRS.get(status, "See the documentation at /docs.")
    return {
        "type": f"{BASE}docs/server#problem-http-{status}",
        "title": error.name,
        "status": status,
        "detail": f"{error.description or error.name} {repair}",
        "repair": repair,
    }


def unforeseen_details() -> dict[str, Any]:
    """Return problem details for what nobody foresaw, which tell nothing of our insides."""
    return {
        "type": f"{BASE}docs/server#problem-internal",
        "title": "Something is wrong on our side",
        "status": 500,
        "detail": "The server could not answer this. " + _HTTP_REPAIRS[500],
        "repair": _HTTP_REPAIRS[500],
    }


def answer_problem(problem: dict[str, Any], message: str = "") -> Response:
    """Return problem details as the client would read them."""
    status = int(problem["status"])
    if not prefers_html(request):
        return problem_json(problem)
    page = render_template("problem.html", problem=problem, near=_near(status))
    return marked(make_response(page, status))


def problem_json(problem: dict[str, Any]) -> Response:
    """Return problem details as JSON."""
    text = json.dumps(problem, ensure_ascii=False, indent=2) + "\n"
    return marked(Response(text, int(problem["status"]), content_type=PROBLEM_JSON))


def marked(response: Response) -> Response:
    """Return the answer to an error with the headers that go with it."""
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 503:
        response.headers["Retry-After"] = "2"
    return response


def install(app: Flask) -> None:
    """Let an application answer its errors so."""

    @app.errorhandler(MyographError)
    def ours(error: MyographError) -> Response:
        if problem_of(error)[0] == 500:
            LOG.error("%s %s: %s", request.method, request.path, error)
        return answer_problem(details(error))

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        if error.response is not None or status < 400:
            return (
                Response(status=status)
                if error.response is None
                else make_response(error.get_response())
            )
        response = answer_problem(http_details(error))
        for name, value in error.get_headers():
            if name == "Allow":
                response.headers["Allow"] = value
        return response

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        LOG.exception("%s %s", request.method, request.path, exc_info=error)
        return answer_problem(unforeseen_details())


def _near(status: int) -> list[Any]:
    """Return records that somebody who got lost may have meant."""
    if status != 404:
        return []
    wanted = request.args.get("q") or request.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return [match.record for match in site().names.search(wanted.replace("-", " "), limit=6)]
