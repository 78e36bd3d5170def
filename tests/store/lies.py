"""A small store that can be told to misbehave, and the ways in which it does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pyoxigraph as ox

from myograph.build import Built
from myograph.remote.publication import HOME, Part, Publication
from tests.helpers import sources

JSON, LINES = "application/sparql-results+json", "application/n-triples"
Answer = Callable[["Handler", bytes, str], None]


@dataclass
class Lies:
    """What the store does instead of answering, for queries that hold a text."""

    about: str = ""
    instead: Answer | None = None
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Answers from a small store, unless it is to do something else."""

    protocol_version = "HTTP/1.1"
    store: ox.Store
    lies: Lies

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        text = form["query"][0]
        self.lies.asked.append(text)
        found = self.store.query(text, use_default_graph_as_union=True)
        if isinstance(found, ox.QueryTriples):
            body, media = found.serialize(format=ox.RdfFormat.N_TRIPLES) or b"", LINES
        else:
            body, media = found.serialize(format=ox.QueryResultsFormat.JSON) or b"", JSON
        if self.lies.instead and self.lies.about in text:
            self.lies.instead(self, body, media)
        else:
            self.say(body, media)

    def say(self, body: bytes, media: str, status: int = 200, **headers: str) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def lying(built: Built) -> Iterator[tuple[str, Lies, ox.Store]]:
    """A store with a published graph, that can be told to misbehave."""
    store = ox.Store()
    store.extend(built.quads)
    parts = {iri: Part(count, "") for iri, count in built.version.graphs.items()}
    published = Publication(built.fingerprint, sources().fingerprint, parts).finished()
    store.extend(ox.Quad(t.subject, t.predicate, t.object, HOME) for t in published.triples())
    lies = Lies()
    handler = type("Told", (Handler,), {"store": store, "lies": lies})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/query", lies, store
    finally:
        lies.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def hangs(handler: Handler, body: bytes, media: str) -> None:
    handler.lies.over.wait(5)
    handler.close_connection = True


def drips(handler: Handler, body: bytes, media: str) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(40):
        handler.wfile.write(b"x")
        if handler.lies.over.wait(0.1):
            return


def dies(handler: Handler, body: bytes, media: str) -> None:
    handler.close_connection = True


def halves(handler: Handler, body: bytes, media: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", media)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.close_connection = True


def unframed(handler: Handler, body: bytes, media: str) -> None:
    """Half of it, at the end of a line, and no word of how long it would be."""
    handler.close_connection = True
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nConnection: close\r\n\r\n"
    handler.wfile.write(head.encode() + body[: body.find(b"\n", len(body) // 2) + 1])


def named_otherwise(handler: Handler, body: bytes, media: str) -> None:
    handler.say(b"<html><b>Welcome</b></html>", "text/html")


def malformed(handler: Handler, body: bytes, media: str) -> None:
    handler.say(body.replace(b'"', b"'", 9), media)


def other_columns(handler: Handler, body: bytes, media: str) -> None:
    handler.say(b'{"head":{"vars":["x"]},"results":{"bindings":[]}}', media)


def other_kind(handler: Handler, body: bytes, media: str) -> None:
    handler.say(b'{"head":{},"boolean":true}', media)


def cut_short(handler: Handler, body: bytes, media: str) -> None:
    handler.say(body, media, X_SPARQL_MaxRows="10000")


def redirects(handler: Handler, body: bytes, media: str) -> None:
    handler.say(b"", media, 302, Location="http://127.0.0.1:1/")


def broken(handler: Handler, body: bytes, media: str) -> None:
    handler.say(b"out of cheese", "text/plain", 500)


def endless(handler: Handler, body: bytes, media: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", media)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    with_room = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    for _ in range(80):
        handler.wfile.write(with_room)


def busy(handler: Handler, body: bytes, media: str) -> None:
    handler.say(b"later", "text/plain", 503)


def forbidden(handler: Handler, body: bytes, media: str) -> None:
    handler.say(b"who are you", "text/plain", 403)
