"""`/ask/` and `/ask/<question>`: the questions people ask, with their forms and answers."""

import pyoxigraph as ox
from flask import Blueprint, Response, make_response, render_template, request

from myograph.errors import MyographError, NoSuchPageError, QueryError
from myograph.query import Rows, value_of
from myograph.questions import Parameter, Question
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
    text = question.question
    for param in question.params:
        text = text.replace("{" + param.name + "}", shown_value(param.default))
    return text


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
                {"name": p.name, "kind": p.kind.value, "default": shown_value(p.default)}
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
    return Response(write_rows(_answer(question), chosen.name), content_type=chosen.content_type)


def _given(question: Question) -> dict[str, str]:
    """Return the parameters of the request; an empty field of a form keeps its default."""
    return {
        name: value
        for name, value in request.args.items()
        if name not in _NOT_PARAMETERS and value.strip()
    }


def bound(question: Question, given: dict[str, str]) -> str:
    """Return the query of a question with somebody's values in it.

    Raises:
        QuestionError: it has no such parameter.
        UnknownNameError: no record has that name.
    """
    params = {param.name: param for param in question.params}
    return question.bind(
        {
            name: value_of(params[name], text, site().names) if name in params else ox.Literal(text)
            for name, text in given.items()
        }
    )


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
    shown_params = [
        (param, given.get(param.name, shown_value(param.default)), _choices(param))
        for param in question.params
    ]
    title = question.question
    for param, value, _ in shown_params:
        title = title.replace("{" + param.name + "}", _named(param, value))
    page = render_template(
        "question.html",
        question=question,
        title=title,
        params=shown_params,
        table=table(rows) if rows else None,
        error=details(error) if error else None,
        query=bound(question, given) if error is None else question.text,
        formats=(conneg.CSV, conneg.TSV, conneg.JSON),
        careful="injury" in question.tags,
    )
    return make_response(page, int(details(error)["status"]) if error else 200)


def _named(param: Parameter, value: str) -> str:
    if param.is_literal:
        return value
    try:
        return shown_value(site().names.find(value, param.kind))
    except MyographError:
        return value


def _choices(param: Parameter) -> list[str]:
    """Return the labels of the records that a parameter takes."""
    if param.is_literal:
        return []
    found = (r.label for r in site().names.records.values() if param.kind in r.classes)
    return sorted(found, key=str.casefold)[:400]
