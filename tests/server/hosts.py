"""Endpoints that answer as a test wants it, on free ports of this machine."""

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

JSON = "application/sparql-results+json"
Behaviour = Callable[["Handler"], None]


@dataclass
class Host:
    """A running endpoint.

    Attributes:
        port: where it listens, at 127.0.0.1.
        asked: what it was asked, in order.
        over: set when the test is, so that what hangs may end.
    """

    port: int
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        """Its entry in the list of hosts."""
        return f"127.0.0.1:{self.port}"

    def at(self, path: str = "sparql") -> str:
        """Its address."""
        return f"http://{self.name}/{path}"


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the behaviour of the test."""

    protocol_version = "HTTP/1.1"
    behaviour: Behaviour
    host: Host

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.host.asked.append(parse_qs(body).get("query", [""])[0])
        self.close_connection = True
        # Who asked may have hung up.
        with contextlib.suppress(OSError):
            type(self).behaviour(self)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def say(self, body: bytes, media: str = JSON, status: int = 200, **headers: str) -> None:
        """Send an answer; underscores in the names of headers stand for hyphens."""
        headers = {"Content-Type": media, "Content-Length": str(len(body))} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: that who asks hangs up is what some tests want."""


@contextlib.contextmanager
def host(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[Host]:
    """Run an endpoint, over TLS where there is a certificate for it."""
    kind = type("Own", (Handler,), {"behaviour": staticmethod(behaviour)})
    server = _Server(("127.0.0.1", 0), kind)
    if tls:
        # The handshake is the business of the thread of each request.
        server.socket = tls.wrap_socket(server.socket, True, do_handshake_on_connect=False)
    made = kind.host = Host(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def rows(*values: dict[str, str], column: str = "x") -> bytes:
    """Return an answer with one column of these terms."""
    found = [{column: value} for value in values]
    return json.dumps({"head": {"vars": [column]}, "results": {"bindings": found}}).encode()


def uri(value: str) -> dict[str, str]:
    """Return an IRI as the results have it."""
    return {"type": "uri", "value": value}


def good(handler: Handler) -> None:
    """Answer with one row."""
    handler.say(rows(uri("http://e/a")))
