"""Reads a query from a request, https://www.w3.org/TR/sparql11-protocol/#query-operation."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_to_bytes

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
        format: the format that it names, or None.
        timeout: the seconds that it gives the query, as it says them, or None.
    """

    query: str | None
    dataset: Dataset | None
    format: str | None = None
    timeout: str | None = None


def read(request: Request) -> QueryRequest:
    """Return what a request asks by the protocol, whichever of the three ways it came.

    Raises:
        BadRequestError: it has two queries, or bytes that are no UTF-8.
        QueryRefusedError: it is an update.
        UnsupportedMediaError: its body is of another media type.
    """
    args = arguments(request.environ.get("QUERY_STRING", ""))
    if request.method != "POST":
        return from_arguments(args)
    if request.mimetype == FORM:
        _insist_on_utf8(request.get_data().replace(b"+", b" "), "form")
        # Parsed once, by Flask: what arrives here is decoded already.
        both = MultiDict([*args.items(multi=True), *request.form.items(multi=True)])
        found = from_arguments(both)
        if found.query is None:
            raise BadRequestError("The form has no query.", "Send it as the field 'query'.")
        return found
    if request.mimetype == UPDATE:
        raise UnsupportedMediaError(
            "This endpoint is read-only and takes no updates.", f"Send a query as {DIRECT}."
        )
    if "update" in args:
        _refuse_update()
    if request.mimetype == DIRECT:
        if "query" in args:
            _refuse_two(2)
        return QueryRequest(_body(request), *_settings(args))
    raise UnsupportedMediaError(
        f"A query cannot be sent as {request.mimetype or 'a body without a media type'}.",
        f"Send {DIRECT}, or {FORM} with the field 'query'.",
    )


def arguments(query_string: str) -> MultiDict[str, str]:
    """Return the parameters of an address.

    Args:
        query_string: what stands behind the question mark.

    Raises:
        BadRequestError: it is no UTF-8.
    """
    try:
        return MultiDict(parse_qsl(query_string, keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise _no_utf8("address") from None


def from_arguments(given: MultiDict[str, str]) -> QueryRequest:
    """Return what the parameters of an address or a form ask.

    Raises:
        BadRequestError: they have two queries.
        QueryRefusedError: they have an update.
    """
    if "update" in given:
        _refuse_update()
    queries = given.getlist("query")
    if len(queries) > 1:
        _refuse_two(len(queries))
    return QueryRequest(queries[0] if queries else None, *_settings(given))


def _settings(given: MultiDict[str, str]) -> tuple[Dataset | None, str | None, str | None]:
    # A graph named twice is still one graph: the union counts each triple once.
    default = tuple(dict.fromkeys(given.getlist("default-graph-uri")))
    named = tuple(dict.fromkeys(given.getlist("named-graph-uri")))
    dataset = Dataset(default, named) or None
    return dataset, given.get("format", given.get("output")), given.get("timeout")


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
        raise _no_utf8(what) from None


def _no_utf8(what: str) -> BadRequestError:
    return BadRequestError(
        f"The {what} is not UTF-8.", "Encode it as UTF-8, then percent-encode the bytes."
    )


def _refuse_two(number: int) -> None:
    raise BadRequestError(f"The request has {number} queries.", "Send one query a request.")


def _refuse_update() -> None:
    raise QueryRefusedError(
        "This endpoint is read-only and takes no updates.", "Send a query as 'query'."
    )
