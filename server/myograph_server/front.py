"""What stands before the pages: a cache of answers, and the short way for queries.

Everything that a GET returns follows from the graph's version, the address and a few headers,
so it is kept until the graph changes. Queries of programs go to the workers without passing
through Flask, whose routing and contexts cost more than a small query itself.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

from cachetools import LRUCache
from flask import Flask, Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_etags, remove_entity_headers, unquote_etag
from werkzeug.wrappers import Response as BaseResponse
from werkzeug.wsgi import ClosingIterator

from myograph.errors import BadRequestError, MyographError
from myograph_server.conneg import prefers_html, wants_html
from myograph_server.problems import details, http_details, problem_json, unforeseen_details
from myograph_server.protocol import QueryRequest, arguments, from_arguments, read
from myograph_server.site import EXTENSION, Site
from myograph_server.sparql import answer, changes
from myograph_server.watch import Watch
from myograph_server.web import Finished, finish, finished

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOG = logging.getLogger("myograph.server")
_LIVE = frozenset({"/health", "/metrics"})
_KEYED = (
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "wsgi.url_scheme",
)
# These are weighed where the answer is made, beside the times and tags of its own.
_CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE")
_ASCII = bytes(range(128))
_LARGEST = 4_000_000  # bytes; larger answers would push out too many others


class Front:
    """The WSGI application that the server runs.

    Args:
        app: the Flask application behind it.
        watch: counts what passes.
        cache_size: bytes of answers that are kept; 0 for none.
    """

    def __init__(self, app: Flask, watch: Watch, cache_size: int) -> None:
        self._app, self._watch = app, watch
        self._lock = threading.Lock()
        self._kept: LRUCache[tuple[object, ...], Finished] = LRUCache(
            max(1, cache_size), getsizeof=lambda kept: len(kept.body) + 1000
        )

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a request."""
        shared: Site = self._app.extensions[EXTENSION]
        method = environ["REQUEST_METHOD"]
        if not environ.get("QUERY_STRING", "").isascii():
            # werkzeug takes nothing else there; escaped, the bytes are looked at like any others.
            raw = environ["QUERY_STRING"].encode("latin-1")
            environ["QUERY_STRING"] = quote_from_bytes(raw, safe=_ASCII)
        key: tuple[object, ...] | None = None
        if method in ("GET", "HEAD"):
            # A body means nothing there, and what is kept is for those who send none.
            environ["CONTENT_LENGTH"] = "0"
            environ["wsgi.input_terminated"] = False
        plain = not any(name in environ for name in _CONDITIONS)
        if method in ("GET", "HEAD") and plain and environ["PATH_INFO"] not in _LIVE:
            key = (shared.version.fingerprint, *(environ.get(name, "") for name in _KEYED))
            with self._lock:
                kept = self._kept.get(key)
            if kept is not None:
                self._watch.hit()
                return _again(kept, environ, start_response)
        if environ["PATH_INFO"] == "/sparql" and method in ("GET", "HEAD", "POST"):
            answered = self._query(environ, shared, key)
            if isinstance(answered, Finished):
                return _again(answered, environ, start_response)
            if answered is not None:
                return answered(environ, start_response)
        if key is None or method == "HEAD":
            return self._app(environ, start_response)
        return self._page(key, environ, start_response)

    def _query(
        self, environ: "WSGIEnvironment", shared: Site, key: tuple[object, ...] | None
    ) -> Finished | Response | None:
        """Answer a program's query; anything else is left to the pages."""
        started = time.perf_counter()
        text, answered, version = "", None, shared.version.fingerprint
        request = Request(environ) if environ["REQUEST_METHOD"] == "POST" else None
        try:
            asked = _asked(environ, request, shared)
            if asked is None:
                return None
            text = asked.query or ""
            written = answer(asked, environ, shared)
            if key is not None:
                encodings = environ.get("HTTP_ACCEPT_ENCODING", "")
                answered = finished(written.body, written.content_type, encodings, version)
                if not changes(text):
                    self._put(key, answered)
            else:
                response = Response(written.body, content_type=written.content_type)
        except MyographError as error:
            response = problem_json(details(error))
        except HTTPException as error:
            response = problem_json(http_details(error))
        except Exception:
            LOG.exception("%s /sparql", environ["REQUEST_METHOD"])
            response = problem_json(unforeseen_details())
        status = 200 if answered else response.status_code
        seconds = time.perf_counter() - started
        self._watch.query(text, environ.get("REMOTE_ADDR", ""), status, seconds)
        return answered or finish(response, request or Request(environ), version)

    def _page(
        self, key: tuple[object, ...], environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        response = BaseResponse.from_app(self._app, environ)
        self._keep(key, response)
        return ClosingIterator(response(environ, start_response), response.close)

    def _keep(self, key: tuple[object, ...] | None, response: BaseResponse) -> None:
        # What has no length comes piece by piece.
        lasting = (
            response.headers.get("Cache-Control") != "no-store"
            and "Content-Length" in response.headers
        )
        if response.status_code == 200 and response.headers.get("ETag") and lasting:
            headers = list(response.headers)
            self._put(key, Finished(headers, response.headers["ETag"], response.get_data()))

    def _put(self, key: tuple[object, ...] | None, made: Finished) -> None:
        if key is not None and len(made.body) < min(_LARGEST, self._kept.maxsize - 1000):
            with self._lock:
                self._kept[key] = made


def _asked(
    environ: "WSGIEnvironment", request: Request | None, shared: Site
) -> QueryRequest | None:
    """Return what a program asks by GET, or by POST as `request` has it; None for the pages.

    Raises:
        MyographError, HTTPException: the request is not right.
    """
    accept = environ.get("HTTP_ACCEPT", "")
    if request is None:
        try:
            args = arguments(environ.get("QUERY_STRING", ""))
        except BadRequestError:
            if wants_html(None, accept):
                return None
            raise
        if "query" not in args or wants_html(args.get("format", args.get("output")), accept):
            return None
        return from_arguments(args)
    request.max_content_length = shared.number("max_body_length")
    request.max_form_memory_size = shared.number("max_body_length")
    length = request.content_length or 0
    if length > shared.number("max_body_length") or prefers_html(request):
        return None
    return read(request)


def _again(
    kept: Finished, environ: Mapping[str, Any], start_response: Callable[..., object]
) -> Iterable[bytes]:
    asked = environ.get("HTTP_IF_NONE_MATCH", "")
    if asked and parse_etags(asked).contains_weak(unquote_etag(kept.tag)[0]):
        headers = list(kept.headers)
        remove_entity_headers(headers)
        start_response("304 NOT MODIFIED", headers)
        return []
    start_response("200 OK", kept.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]
