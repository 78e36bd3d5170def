"""`/check`: a person's own facts held against the shapes, together with the graph."""

from flask import Blueprint, Response, make_response, render_template, request

from myograph.check import Report
from myograph.errors import BadRequestError, MyographError, UnsupportedMediaError
from myograph_server import conneg
from myograph_server.engine import Caller
from myograph_server.links import href
from myograph_server.problems import details, marked
from myograph_server.protocol import FORM
from myograph_server.site import site

blueprint = Blueprint("check", __name__)
EXAMPLE = """@prefix myo:     <https://w3id.org/myograph/ontology/> .
@prefix muscle:  <https://w3id.org/myograph/muscle/> .
@prefix rdfs:    <http://www.w3.org/2000/01/rdf-schema#> .

muscle:example a myo:Muscle ;
    rdfs:label "example"@en .
"""
_TURTLE = frozenset({"text/turtle", "application/x-turtle", "text/plain"})
_JSONLD = frozenset({"application/ld+json", "application/json"})


@blueprint.route("/check", methods=["GET", "POST"])
def check_own() -> Response:
    """Show the form, or check what was sent."""
    chosen = conneg.choose(request, (conneg.PLAIN_JSON, conneg.HTML))
    if request.method in ("GET", "HEAD"):
        if chosen != conneg.HTML:
            raise BadRequestError(
                "There is nothing to check.", "POST Turtle or JSON-LD to this address."
            )
        return make_response(render_template("check.html", data=EXAMPLE))
    text, syntax = _sent()
    if chosen != conneg.HTML:
        response: Response = make_response(_plain(_report(text, syntax)))
        return response
    try:
        report = _plain(_report(text, syntax))
    except MyographError as error:
        problem = details(error)
        page = render_template("check.html", data=text, syntax=syntax, error=problem)
        return marked(make_response(page, int(problem["status"])))
    return make_response(render_template("check.html", data=text, syntax=syntax, report=report))


def _sent() -> tuple[str, str]:
    """Return the document and whether it is `turtle` or `jsonld`."""
    if request.mimetype in (FORM, "multipart/form-data"):
        text, syntax = request.form.get("data", ""), request.form.get("syntax", "turtle")
        if syntax not in ("turtle", "jsonld"):
            raise BadRequestError(f"There is no syntax '{syntax}'.", "Say turtle or jsonld.")
    elif request.mimetype in _TURTLE | _JSONLD:
        syntax = "turtle" if request.mimetype in _TURTLE else "jsonld"
        try:
            text = request.get_data().decode("utf-8")
        except UnicodeDecodeError:
            raise BadRequestError("The document is not UTF-8.", "Encode it as UTF-8.") from None
    else:
        raise UnsupportedMediaError(
            f"Facts cannot be sent as {request.mimetype or 'a body without a media type'}.",
            "Send text/turtle or application/ld+json.",
        )
    if not text.strip():
        raise BadRequestError("There is nothing to check.", "Send Turtle or JSON-LD.")
    return text, syntax


def _report(text: str, syntax: str) -> Report:
    return site().checker.check(text, syntax, Caller.of(request.environ))


def _plain(report: Report) -> dict[str, object]:
    return {
        "conforms": report.conforms,
        "findings": [
            {
                "focus": finding.focus,
                "path": href(finding.focus),
                "message": finding.message,
                "severity": finding.severity,
                "property": finding.path,
                "value": finding.value,
                "shape": finding.shape,
            }
            for finding in report.findings
        ],
    }
