"""Makes sure that a body is the answer to a SELECT, and tells its blank nodes from all others.

https://www.w3.org/TR/sparql11-results-json/
"""

import json
from typing import Any

import pyoxigraph as ox

from myograph.errors import ServiceFailedError


def checked(body: bytes, authority: str, mark: str) -> bytes:
    """Return an answer as the engine may read it.

    Blank nodes of two answers are never the same, whatever their labels; the engine would join
    them by these.

    Args:
        body: what an endpoint sent.
        authority: its host, for messages.
        mark: put before the labels of blank nodes; letters and digits.

    Raises:
        ServiceFailedError: it is no answer to a SELECT, in JSON.
    """
    try:
        found = json.loads(body)
        columns = found["head"]["vars"]
        rows = found["results"]["bindings"]
        names = {column: ox.Variable(column).value for column in columns}
        known: dict[str, dict[str, str]] = {}
        written = [
            {names[column]: _term(term, mark, known) for column, term in row.items()}
            for row in rows
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ServiceFailedError(
            f"{authority} was asked: its answer is no table of SPARQL results in JSON "
            f"({type(error).__name__}).",
            "Ask it directly to see what it says.",
        ) from None
    answer = {"head": {"vars": list(names)}, "results": {"bindings": written}}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _term(given: dict[str, Any], mark: str, known: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return a term, once the engine's own classes have taken it."""
    key = repr(given) if len(given) > 2 else f"{given['type']} {given['value']}"
    term = known.get(key)
    if term is None:
        term = known[key] = _looked_at(given, mark)
    return term


def _looked_at(given: dict[str, Any], mark: str) -> dict[str, str]:
    kind, value = given["type"], given["value"]
    if not isinstance(value, str):
        raise TypeError(value)
    if kind == "uri":
        return {"type": "uri", "value": ox.NamedNode(value).value}
    if kind == "bnode":
        # Any text may be a label there, but not here.
        return {"type": "bnode", "value": f"{mark}x{value.encode().hex()}"}
    if kind not in ("literal", "typed-literal"):
        raise ValueError(kind)
    term = {"type": "literal", "value": value}
    if "xml:lang" in given:
        term["xml:lang"] = ox.Literal(value, language=given["xml:lang"]).language or ""
    elif "datatype" in given:
        term["datatype"] = ox.NamedNode(given["datatype"]).value
    return term
