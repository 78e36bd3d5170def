"""What every answer gets: entity tags, compression, open reading from other sites, safety."""

import gzip
import hashlib

from flask import Flask, Request, Response, request
from werkzeug.exceptions import BadRequest, PreconditionFailed

from myograph_server.problems import http_details, problem_json

_COMPRESSIBLE = ("text/", "application/", "image/svg")
_SMALL = 1400  # below one packet compression saves nothing
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)


def install(app: Flask) -> None:
    """Let an application finish its answers so."""
    app.before_request(_insist_on_host)
    app.after_request(lambda response: finish(response, request))


def finish(response: Response, request: Request) -> Response:
    """Return an answer with what every answer gets."""
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "ETag, Link, Content-Type, Allow"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", POLICY)
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, HEAD, OPTIONS")
        headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
        headers["Access-Control-Max-Age"] = "86400"
        return response
    if response.direct_passthrough:
        # A static file: Flask has tagged it; its bytes are read here to be compressed.
        response.direct_passthrough = False
    response.vary.update(("Accept", "Accept-Encoding"))
    _compress(response, request)
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        # Of the bytes as they are sent: two encodings are two representations.
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:24])
        headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request)
        if response.status_code == 412:
            response.close()
            refusal = problem_json(http_details(PreconditionFailed()))
            return finish(refusal, request)
    return response


def _insist_on_host() -> None:
    # By https://www.rfc-editor.org/rfc/rfc9112#section-3.2; our descriptions have it in their IRIs.
    if not request.host:
        raise BadRequest("The Host header is no host.")


def _compress(response: Response, request: Request) -> None:
    if (
        response.status_code != 200
        or "Content-Encoding" in response.headers
        or not (response.mimetype or "").startswith(_COMPRESSIBLE)
        or request.accept_encodings.quality("gzip") <= 0
    ):
        return
    data = response.get_data()
    if len(data) < _SMALL:
        return
    # mtime 0: the same answer has the same bytes, whatever the time.
    response.set_data(gzip.compress(data, compresslevel=5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
