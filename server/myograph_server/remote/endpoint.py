"""One question to a store elsewhere: the request, and whether what came is an answer to it.

https://www.w3.org/TR/sparql11-protocol/
"""

import re
from urllib.parse import urlencode

import pyoxigraph as ox

from myograph.errors import BusyError, QueryError, RemoteStoreError, StoreAnswerError
from myograph.query import Rows
from myograph.remote.client import Client, Reply, Wish

Parameters = tuple[tuple[str, str], ...]
ROWS, TRIPLES = "application/sparql-results+json", "application/n-triples"
# What Virtuoso says of an answer that it cut short.
_CUT = ("x-sparql-maxrows", "x-sql-state")
_VIRTUOSO_NODE = re.compile(rb'"nodeID://(\w+)"')
_VIRTUOSO_TRUTH = re.compile(
    rb'"vars": \["__ASK_RETVAL"\].*"bindings": \[(?:[^\]]*"value": "(1)")?', re.DOTALL
)
_BUSY = frozenset({429, 503})


class Endpoint:
    """An address that answers queries.

    Args:
        client: speaks with it.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def post(self, text: str, form: str, wish: Wish, dataset: Parameters = ()) -> Reply:
        """Ask the store; by POST of a form, which every store takes.

        Args:
            text: a query.
            form: one of SELECT, ASK, CONSTRUCT and DESCRIBE.
            wish: how the answer is wanted.
            dataset: parameters that say which graphs are meant.

        Raises:
            QueryError: the store says that the query is no good.
            BusyError: it is busy.
            StoreAnswerError: what it answered is no answer, or not in the format asked for.
            RemoteStoreError: it is not there, or does not let us ask.
        """
        rows = form in ("SELECT", "ASK")
        reply = self._client.send(
            "POST",
            wish,
            body=urlencode([("query", text), *dataset]).encode(),
            headers={
                "Accept": ROWS if rows else TRIPLES,
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        _insist_on(reply, ROWS if rows else TRIPLES)
        return reply

    def rows(self, text: str, wish: Wish, dataset: Parameters = ()) -> Rows:
        """Return the answer to a SELECT.

        Raises:
            MyographError: as `post`.
        """
        answer = solutions(self.post(text, "SELECT", wish, dataset))
        if not isinstance(answer, ox.QuerySolutions):
            raise unreadable("a truth value where rows were asked for")
        try:
            columns = tuple(v.value for v in answer.variables)
            return Rows(columns, [tuple(solution) for solution in answer])
        except (SyntaxError, ValueError) as error:
            raise unreadable(error) from None

    def truth(self, text: str, wish: Wish, dataset: Parameters = ()) -> bool:
        """Return the answer to an ASK.

        Raises:
            MyographError: as `post`.
        """
        answer = solutions(self.post(text, "ASK", wish, dataset))
        if not isinstance(answer, ox.QueryBoolean):
            raise unreadable("rows where a truth value was asked for")
        return bool(answer)

    def close(self) -> None:
        """Close the connections that wait."""
        self._client.close()


def _insist_on(reply: Reply, wanted: str) -> None:
    """Refuse what is no whole answer of a media type; see `Endpoint.post`."""
    if reply.status == 400:
        raise QueryError(reply.told, "Repair the query.")
    if reply.status in _BUSY:
        raise BusyError(f"The store is busy: {reply.told}", "Try again in a moment.")
    if reply.status in (401, 403):
        raise RemoteStoreError(
            f"The store does not let us ask (status {reply.status}).",
            "Set MYOGRAPH_STORE_USER and MYOGRAPH_STORE_PASSWORD, or MYOGRAPH_STORE_TOKEN, "
            "where the server is started.",
        )
    if reply.status != 200:
        raise StoreAnswerError(
            f"The store answered with status {reply.status}: {reply.told}",
            "Look at the log of the store.",
        )
    if reply.media != wanted:
        raise StoreAnswerError(
            f"The store answered with {reply.media or 'no media type'} where "
            f"{wanted} was asked for.",
            "Give --store the address where the store answers SPARQL queries.",
        )
    if any(name in reply.headers for name in _CUT) or (wanted == TRIPLES and not reply.framed):
        raise StoreAnswerError(
            "The store cut its answer short.", "Let the store give more rows, or ask for less."
        )


def solutions(reply: Reply) -> ox.QuerySolutions | ox.QueryBoolean:
    """Return an answer in JSON, https://www.w3.org/TR/sparql11-results-json/.

    Raises:
        StoreAnswerError: it does not even begin like one.
    """
    body = reply.body
    if b"nodeID://" in body:
        # Virtuoso names blank nodes as no other syntax could write them.
        body = _VIRTUOSO_NODE.sub(rb'"\1"', body)
    elif truth := _VIRTUOSO_TRUTH.search(body):
        # And it answers ASK with a row, or with none.
        body = b'{"head":{},"boolean":%s}' % (b"true" if truth[1] else b"false")
    try:
        return ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    except (SyntaxError, ValueError) as error:
        raise unreadable(error) from None


def unreadable(why: object) -> StoreAnswerError:
    """Return the error for an answer that cannot be read."""
    return StoreAnswerError(
        f"The answer of the store cannot be read: {str(why)[:200]}.",
        "Look at the log of the store, and whether --store is its address for queries.",
    )
