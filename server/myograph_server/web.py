"""What every answer gets: entity tags, compression, open reading from other sites, safety."""

import gzip
import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from flask import Flask, Request, Response, request
from werkzeug.exceptions import BadRequest, PreconditionFailed
from werkzeug.http import parse_accept_header

from myograph_server.problems import http_details, problem_json
from myograph_server.site import site

_COMPRESSIBLE = ("text/", "application/", "image/svg")
# Two answers with the same are of the same graph; those of replicas may differ for a while.
VERSION = "Graph-Version"
_SMALL = 1400  # below one packet compression saves nothing
_ALWAYS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Content-Type, Allow, Disclaimer, Graph-Version"),
    ("X-Content-Type-Options", "nosniff"),
)
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)


def install(app: Flask) -> None:
    """Let an application finish its answers so."""
    app.before_request(_insist_on_host)
    app.after_request(lambda response: finish(response, request, site().version.fingerprint))


def finish(response: Response, request: Request, version: str) -> Response:
    """Return an answer with what every answer gets.

    Args:
        response: the answer.
        request: that it answers.
        version: of the graph that it was made from.
    """
    headers = response.headers
    headers[VERSION] = version
    for name, value in _ALWAYS:
        headers[name] = value
    if response.mimetype == "text/html":
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        headers.setdefault("Content-Security-Policy", POLICY)
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, HEAD, OPTIONS")
        headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
        headers["Access-Control-Max-Age"] = "86400"
        return response
    # What comes piece by piece is never here as a whole, and has brought its own tag.
    in_pieces = response.is_streamed and not response.direct_passthrough
    if response.direct_passthrough:
        # A static file: Flask has tagged it; its bytes are read here to be compressed.
        response.direct_passthrough = False
    response.vary.update(("Accept", "Accept-Encoding"))
    (_compress_pieces if in_pieces else _compress)(response, request)
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        # Of the bytes as they are sent: two encodings are two representations.
        if not in_pieces:
            response.set_etag(_tag(response.get_data()))
        headers.setdefault("Cache-Control", "no-cache")
        response.make_conditional(request)
        if response.status_code == 412:
            response.close()
            refusal = problem_json(http_details(PreconditionFailed()))
            return finish(refusal, request, version)
    return response


def _insist_on_host() -> None:
    # By https://www.rfc-editor.org/rfc/rfc9112#section-3.2; our descriptions have it in their IRIs.
    if not request.host:
        raise BadRequest("The Host header is no host.")


@dataclass(frozen=True)
class Finished:
    """A good answer to a GET, whole, with every header.

    Attributes:
        headers: in the order in which they are sent.
        tag: the entity tag among them, in its quotation marks.
        body: its bytes as they are sent.
    """

    headers: list[tuple[str, str]]
    tag: str
    body: bytes


def finished(body: bytes, content_type: str, encodings: str, version: str) -> Finished:
    """Return what `finish` makes of a good answer to a GET without conditions, sooner.

    Args:
        body: the answer.
        content_type: its media type.
        encodings: the request's Accept-Encoding header.
        version: of the graph.
    """
    packed = len(body) >= _SMALL and _takes_gzip(encodings)
    sent = _gzip(body) if packed else body
    tag = f'"{_tag(sent)}"'
    headers = [
        ("Content-Type", content_type),
        ("Content-Length", str(len(sent))),
        *_ALWAYS,
        ("Vary", "Accept, Accept-Encoding"),
        ("ETag", tag),
        ("Cache-Control", "no-cache"),
        (VERSION, version),
    ]
    if packed:
        headers.append(("Content-Encoding", "gzip"))
    return Finished(headers, tag, sent)


def _may_compress(response: Response, request: Request) -> bool:
    return (
        response.status_code == 200
        and "Content-Encoding" not in response.headers
        and (response.mimetype or "").startswith(_COMPRESSIBLE)
        and _takes_gzip(request.environ.get("HTTP_ACCEPT_ENCODING", ""))
    )


def _compress_pieces(response: Response, request: Request) -> None:
    if _may_compress(response, request):
        response.response = _gzip_pieces(response.iter_encoded())
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{response.get_etag()[0]}.gzip")


def _gzip_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(level=1, wbits=16 + zlib.MAX_WBITS)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _compress(response: Response, request: Request) -> None:
    if not _may_compress(response, request):
        return
    data = response.get_data()
    if len(data) < _SMALL:
        return
    response.set_data(_gzip(data))
    response.headers["Content-Encoding"] = "gzip"


@lru_cache(maxsize=1024)
def _takes_gzip(encodings: str) -> bool:
    return parse_accept_header(encodings).quality("gzip") > 0


def _gzip(data: bytes) -> bytes:
    # mtime 0: the same answer has the same bytes, whatever the time.
    return gzip.compress(data, compresslevel=5, mtime=0)


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:24]
