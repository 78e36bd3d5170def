"""Endpoints that do not behave, each with the error that it is to be and what that says."""

from myograph.errors import (
    MyographError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceTimedOutError,
)
from tests.server.hosts import JSON, Behaviour, Handler, rows, uri


def hangs(handler: Handler) -> None:
    handler.host.over.wait(20)


def drips(handler: Handler) -> None:
    handler.send_response(200)
    handler.flush_headers()
    while not handler.host.over.wait(0.05):
        handler.wfile.write(b"X-Slow: yes\r\n")
        handler.wfile.flush()


def drips_in_the_body(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.end_headers()
    while not handler.host.over.wait(0.05):
        handler.wfile.write(b" ")


def dies(handler: Handler) -> None:
    handler.say(rows(uri("http://e/a"))[:-10], Content_Length="5000")


def dies_in_a_chunk(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"40\r\n" + rows(uri("http://e/a"))[:20])


def dies_unseen(handler: Handler) -> None:
    """Without a length only the text itself tells."""
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.end_headers()
    handler.wfile.write(rows(uri("http://e/a"))[:-2])


def says(body: bytes, media: str = JSON, status: int = 200, **headers: str) -> Behaviour:
    return lambda handler: handler.say(body, media, status, **headers)


def writes(handler: Handler, text: bytes) -> None:
    handler.wfile.write(text)


def goes_on(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.end_headers()
    while not handler.host.over.is_set():
        handler.wfile.write(b" " * 10_000)


BAD: dict[str, tuple[Behaviour, type[MyographError], str]] = {
    "hangs": (hangs, ServiceTimedOutError, "has not answered in 0.4 seconds"),
    "drips headers": (drips, ServiceTimedOutError, "0.4 seconds"),
    "drips its body": (drips_in_the_body, ServiceTimedOutError, "0.4 seconds"),
    "dies": (dies, ServiceFailedError, "breaks off"),
    "dies in a chunk": (dies_in_a_chunk, ServiceFailedError, "the connection broke"),
    "dies unseen": (dies_unseen, ServiceFailedError, "no table of SPARQL results"),
    "hangs up": (lambda _: None, ServiceFailedError, "the connection broke"),
    "speaks no HTTP": (
        lambda handler: writes(handler, b"220 mail\r\n"),
        ServiceFailedError,
        "the connection broke",
    ),
    "sends a page": (says(b"<html>", "text/html"), ServiceFailedError, "text/html"),
    "lies": (says(b"<html>"), ServiceFailedError, "no table of SPARQL results"),
    "is XML": (says(b"<sparql/>", "application/sparql-results+xml"), ServiceFailedError, "xml"),
    "has no type": (says(rows(), ""), ServiceFailedError, "no type"),
    "answers yes": (says(b'{"head":{},"boolean":true}'), ServiceFailedError, "no table"),
    "is too deep": (says(b"[" * 9_000 + b"]" * 9_000), ServiceFailedError, "no table"),
    "has a bad IRI": (says(rows(uri("no iri <>"))), ServiceFailedError, "no table"),
    "has a bad language": (
        says(rows({"type": "literal", "value": "x", "xml:lang": "- -"})),
        ServiceFailedError,
        "no table",
    ),
    "has triples": (says(rows({"type": "triple", "value": "x"})), ServiceFailedError, "no table"),
    "has other columns": (
        says(rows(uri("http://e/a")).replace(b'"vars": ["x"]', b'"vars": ["y"]')),
        ServiceFailedError,
        "no table",
    ),
    "announces too much": (says(b"", Content_Length="30000"), ServiceFailedError, "20,000 bytes"),
    "sends too much": (goes_on, ServiceFailedError, "more than 20,000 bytes"),
    "compresses": (says(b"x", Content_Encoding="gzip"), ServiceFailedError, "compressed (gzip)"),
    "fails": (says(b"oh no", "text/plain", 500), ServiceFailedError, "500 Internal Server Error"),
    "refuses": (says(b"no", "text/plain", 403), ServiceFailedError, "403 Forbidden"),
    "leads in circles": (
        lambda handler: handler.say(b"", status=307, Location=handler.path),
        ServiceFailedError,
        "more than 4 times",
    ),
    "leads nowhere": (says(b"", status=302), ServiceFailedError, "more than 4 times"),
    "leads to another host": (
        says(b"", status=302, Location="http://example.org/sparql"),
        ServiceRefusedError,
        "leads elsewhere: example.org is none of the hosts",
    ),
    "leads to a file": (
        says(b"", status=307, Location="file:///etc/passwd"),
        ServiceRefusedError,
        "leads elsewhere: <file:///etc/passwd> is no address",
    ),
    "leads to our network": (
        says(b"", status=307, Location="http://inside.example/"),
        ServiceRefusedError,
        "inside.example is at 10.1.2.3, which is not on the public internet",
    ),
}
