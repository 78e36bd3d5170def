"""`/ask/` and `/ask/<question>`: the questions people ask, with their forms and answers."""

from dataclasses import dataclass
from urllib.parse import urlencode

import pyoxigraph as ox
from flask import Blueprint, Response, make_response, render_template, request

from myograph.errors import MyographError, NoSuchPageError, QueryError
from myograph.query import Rows, choices_of, values_of
from myograph.questions import DISCLAIMER, Parameter, Question
from myograph.results import write_rows, write_triples
from myograph.terms import BASE
from myograph_server import conneg
from myograph_server.links import table
from myograph_server.problems import details
from myograph_server.site import site

blueprint = Blueprint("ask", __name__)
_FORMATS = (
    *(conneg.JSON, conneg.HTML, conneg.CSV, conneg.TSV, conneg.XML),
    *conneg.GRAPH_FORMATS,
)
_GROUPS = {
    "exercise": "exercise and movement",
    "stretch": "exercise and movement",
    "activity": "exercise and movement",
    "movement": "exercise and movement",
    "injury": "injury",
    "muscle": "anatomy",
    "anatomy": "anatomy",
}
_NOT_PARAMETERS = frozenset({"format", "output"})
_FEW = 12  # choices that are shown as a list to pick from


@dataclass(frozen=True)
class Field:
    """A parameter in the form of its question.

    Attributes:
        param: the parameter.
        values: what was asked about.
        inputs: what its inputs hold, an empty one among them where more may be given.
        choices: what it takes, as far as that can be listed.
        few: whether that is a list to pick from.
    """

    param: Parameter
    values: list[str]
    inputs: list[str]
    choices: list[str]
    few: bool


def by_tag() -> dict[str, list[Question]]:
    """Return the questions by what they are about, as their first tag says."""
    found: dict[str, list[Question]] = {}
    for question in site().questions.values():
        tag = question.tags[0] if question.tags else "other"
        found.setdefault(_GROUPS.get(tag, tag), []).append(question)
    places = {group: place for place, group in enumerate(dict.fromkeys(_GROUPS.values()))}
    return dict(sorted(found.items(), key=lambda item: (places.get(item[0], 99), item[0])))


def sentence(question: Question) -> str:
    """Return a question's sentence with its defaults in the braces."""
    return _told(question, {})


def _told(question: Question, given: dict[str, list[str]]) -> str:
    text = question.question
    for param in question.params:
        named = [_named(param, value) for value in given.get(param.name, _defaults(param))]
        listed = ", ".join(named[:-1]) + " and " + named[-1] if named[1:] else "".join(named)
        text = text.replace("{" + param.name + "}", listed)
    return text


def _defaults(param: Parameter) -> list[str]:
    return [shown_value(term) for term in param.defaults]


def shown_value(term: ox.NamedNode | ox.Literal) -> str:
    """Return a parameter's value as people would type it."""
    return site().names.label(term) if isinstance(term, ox.NamedNode) else term.value


@blueprint.get("/ask/")
def index() -> Response:
    """List the questions."""
    chosen = conneg.choose(request, (conneg.PLAIN_JSON, conneg.HTML))
    if chosen == conneg.HTML:
        return make_response(render_template("questions.html", tags=by_tag(), sentence=sentence))
    listed = [
        {
            "name": q.name,
            "path": f"{request.script_root}/ask/{q.name}",
            "question": q.question,
            "tags": list(q.tags),
            "parameters": [
                {
                    "name": p.name,
                    "kind": p.kind.value,
                    "default": _defaults(p) if p.several else "".join(_defaults(p)),
                    "optional": p.optional,
                    "several": p.several,
                }
                for p in q.params
            ],
        }
        for q in site().questions.values()
    ]
    response: Response = make_response({"questions": listed})
    return response


@blueprint.get("/ask/<name>")
def ask(name: str) -> Response:
    """Answer a question."""
    question = site().questions.get(name)
    if question is None:
        raise NoSuchPageError(
            f"There is no question '{name}'.", "See /ask/ for those that there are."
        )
    chosen = conneg.choose(request, _FORMATS)
    if chosen == conneg.HTML:
        return _page(question)
    if chosen in conneg.GRAPH_FORMATS:
        # The question itself, which is a record of the graph as well.
        triples = site().facts.description(ox.NamedNode(f"{BASE}ask/{name}"))
        body = write_triples(triples, chosen.name, site().prefixes)
        return Response(body, content_type=chosen.content_type)
    response = Response(
        write_rows(_answer(question), chosen.name), content_type=chosen.content_type
    )
    if question.careful:
        # The formats for programs have no place for a remark.
        response.headers["Disclaimer"] = DISCLAIMER
    return response


def _given(question: Question) -> dict[str, list[str]]:
    """Return the parameters of the request; empty fields of a form count as left out."""
    given = {
        name: [value for value in values if value.strip()]
        for name, values in request.args.lists()
        if name not in _NOT_PARAMETERS
    }
    return {name: values for name, values in given.items() if values}


def bound(question: Question, given: dict[str, list[str]]) -> str:
    """Return the query of a question with somebody's values in it.

    Raises:
        QuestionError: it has no such parameter, or takes one value of it.
        UnknownNameError: no record has that name.
    """
    return question.bind(values_of(question, given, site().names, site().rows))


def _answer(question: Question) -> Rows:
    answer = site().answer(site().admit(bound(question, _given(question))))
    if not isinstance(answer, Rows):
        raise QueryError(f"The question {question.name} is no SELECT.", "Write SELECT.")
    return answer


def _page(question: Question) -> Response:
    error: MyographError | None = None
    rows: Rows | None = None
    try:
        rows = _answer(question)
    except MyographError as found:
        error = found
    given = _given(question)
    fields = [_field(param, given.get(param.name)) for param in question.params]
    page = render_template(
        "question.html",
        question=question,
        title=_told(question, given),
        fields=fields,
        table=table(rows) if rows else None,
        error=details(error) if error else None,
        query=bound(question, given) if error is None else question.text,
        formats=(conneg.CSV, conneg.TSV, conneg.JSON),
        careful=question.careful,
        permalink=_permalink(question, fields),
    )
    return make_response(page, int(details(error)["status"]) if error else 200)


def _permalink(question: Question, fields: list[Field]) -> str:
    """Return the address of an answer, with every value in it, defaults too."""
    given = [(field.param.name, value) for field in fields for value in field.values]
    path = f"{request.script_root}/ask/{question.name}"
    return f"{path}?{urlencode(given)}" if given else path


def _field(param: Parameter, given: list[str] | None) -> Field:
    values = given or _defaults(param)
    choices = _choices(param)
    # One more place is left open where several may be given.
    room = [""] if param.several or not values else []
    return Field(param, values, [*values, *room], choices, len(choices) <= _FEW)


def _named(param: Parameter, value: str) -> str:
    if param.is_literal:
        return value
    try:
        return shown_value(site().names.find(value, param.kind))
    except MyographError:
        return value


def _choices(param: Parameter) -> list[str]:
    """Return what a parameter takes: the labels of records, or texts."""
    if param.choices:
        return choices_of(param, site().rows)
    if param.is_literal:
        return []
    found = (r.label for r in site().names.records.values() if param.kind in r.classes)
    return sorted(found, key=str.casefold)[:400]
