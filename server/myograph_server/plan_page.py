"""`/plan`: a person's workout held against the graph; `/schema/workout.json`: its format."""

import time

from flask import Blueprint, Response, make_response, render_template, request

from myograph.errors import BadRequestError, MyographError, QueryError, UnsupportedMediaError
from myograph.plan.document import SCHEMA, read_document
from myograph.plan.report import Report, for_people
from myograph.plan.review import review
from myograph.plan.workout import workout_of
from myograph.query import Rows
from myograph_server import conneg
from myograph_server.engine import Caller, answer_of
from myograph_server.problems import details, marked
from myograph_server.protocol import FORM
from myograph_server.site import site

blueprint = Blueprint("plan", __name__)
EXAMPLE = """{
  "name": "Legs",
  "exercises": [
    { "exercise": "squat", "sets": 3 },
    { "exercise": "leg curl", "sets": 3 },
    "standing calf raise"
  ],
  "injury": { "name": "hamstring strain", "stage": 1 }
}
"""
_JSON = frozenset({"application/json"})
_TURTLE = frozenset({"text/turtle", "application/x-turtle"})
_LEAST_TIME = 0.05  # seconds that the last of the queries gets at least


@blueprint.route("/plan", methods=["GET", "POST"])
def plan() -> Response:
    """Show the form, or check what was sent."""
    chosen = conneg.choose(request, (conneg.PLAIN_JSON, conneg.HTML))
    if request.method in ("GET", "HEAD"):
        if chosen != conneg.HTML:
            raise BadRequestError(
                "There is no workout to check.",
                "POST one to this address, as /schema/workout.json has it.",
            )
        return make_response(render_template("plan.html", data=EXAMPLE))
    text, syntax = _sent()
    if chosen != conneg.HTML:
        response: Response = make_response(_report(text, syntax).plain())
        return response
    try:
        report = _report(text, syntax)
    except MyographError as error:
        problem = details(error)
        page = render_template("plan.html", data=text, error=problem)
        return marked(make_response(page, int(problem["status"])))
    shown = for_people(report.trained)
    return make_response(render_template("plan.html", data=text, report=report, trained=shown))


@blueprint.get("/schema/workout.json")
def workout_schema() -> Response:
    """Give the JSON Schema of a workout, https://json-schema.org/draft/2020-12."""
    return Response(SCHEMA.read_bytes(), content_type="application/schema+json")


def _sent() -> tuple[str, str]:
    """Return the workout and whether it is `json` or `turtle`."""
    if request.mimetype in (FORM, "multipart/form-data"):
        text = request.form.get("data", "")
        syntax = "json" if text.lstrip().startswith(("{", "[")) else "turtle"
        return text, syntax
    if request.mimetype not in _JSON | _TURTLE:
        raise UnsupportedMediaError(
            f"A workout cannot be sent as {request.mimetype or 'a body without a media type'}.",
            "Send application/json or text/turtle.",
        )
    try:
        text = request.get_data().decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequestError("The workout is not UTF-8.", "Encode it as UTF-8.") from None
    return text, "json" if request.mimetype in _JSON else "turtle"


def _report(text: str, syntax: str) -> Report:
    """Check a workout; all its queries together have the time of one."""
    until = time.monotonic() + float(site().settings["timeout"])

    def answer(query: str) -> Rows:
        left = max(_LEAST_TIME, until - time.monotonic())
        caller = Caller.of(request.environ, left)
        found = answer_of(site().engine, site().admit(query), caller)
        if not isinstance(found, Rows):
            raise QueryError("The query is no SELECT.", "Write SELECT.")
        return found

    workout = workout_of(read_document(text, syntax, "Your workout", site().prefixes), site().names)
    return review(workout, site().questions, site().names, answer)
