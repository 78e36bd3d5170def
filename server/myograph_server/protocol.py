"""Reads a query from a request, https://www.w3.org/TR/sparql11-protocol/#query-operation."""

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from flask import Request
from werkzeug.datastructures import MultiDict

from myograph.errors import BadRequestError, QueryRefusedError, UnsupportedMediaError
from myograph_server.guard import Dataset

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"


@dataclass(frozen=True)
class QueryRequest:
    """What a client asks.

    Attributes:
        query: the query, or None where there is none.
        dataset: what the request says of the graphs, or None where it says nothing.
    """

    query: str | None
    dataset: Dataset | None


def read(request: Request) -> QueryRequest:
    """Return what a request asks by the protocol, whichever of the three ways it came.

    Raises:
        BadRequestError: it has two queries, or bytes that are no UTF-8.
        QueryRefusedError: it is an update.
        UnsupportedMediaError: its body is of another media type.
    """
    _insist_on_utf8(request.query_string.replace(b"+", b" "), "address")
    if request.method != "POST":
        return _from_parameters(request.args)
    if request.mimetype == FORM:
        _insist_on_utf8(request.get_data().replace(b"+", b" "), "form")
        # Parsed once, by Flask: what arrives here is decoded already.
        both = MultiDict([*request.args.items(multi=True), *request.form.items(multi=True)])
        found = _from_parameters(both)
        if found.query is None:
            raise BadRequestError("The form has no query.", "Send it as the field 'query'.")
        return found
    if request.mimetype == UPDATE:
        raise UnsupportedMediaError(
            "This endpoint is read-only and takes no updates.", f"Send a query as {DIRECT}."
        )
    if "update" in request.args:
        _refuse_update()
    if request.mimetype == DIRECT:
        if "query" in request.args:
            _refuse_two(2)
        return QueryRequest(_body(request), _dataset(request.args))
    raise UnsupportedMediaError(
        f"A query cannot be sent as {request.mimetype or 'a body without a media type'}.",
        f"Send {DIRECT}, or {FORM} with the field 'query'.",
    )


def _from_parameters(given: MultiDict[str, str]) -> QueryRequest:
    if "update" in given:
        _refuse_update()
    queries = given.getlist("query")
    if len(queries) > 1:
        _refuse_two(len(queries))
    return QueryRequest(queries[0] if queries else None, _dataset(given))


def _dataset(given: MultiDict[str, str]) -> Dataset | None:
    # A graph named twice is still one graph: the union counts each triple once.
    default = tuple(dict.fromkeys(given.getlist("default-graph-uri")))
    named = tuple(dict.fromkeys(given.getlist("named-graph-uri")))
    return Dataset(default, named) or None


def _body(request: Request) -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise UnsupportedMediaError(
            f"A query cannot be sent as {charset}.", "A SPARQL query is always UTF-8: encode it so."
        )
    try:
        return request.get_data().decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequestError(
            "The query is not UTF-8.", "Encode it as UTF-8, as the protocol wants."
        ) from None


def _insist_on_utf8(raw: bytes, what: str) -> None:
    try:
        unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequestError(
            f"The {what} is not UTF-8.", "Encode it as UTF-8, then percent-encode the bytes."
        ) from None


def _refuse_two(number: int) -> None:
    raise BadRequestError(f"The request has {number} queries.", "Send one query a request.")


def _refuse_update() -> None:
    raise QueryRefusedError(
        "This endpoint is read-only and takes no updates.", "Send a query as 'query'."
    )
