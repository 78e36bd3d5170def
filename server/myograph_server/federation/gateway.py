"""The address in this process that the engine asks instead of a host.

Each query has an address of its own there, which nobody can guess and which is gone when the
query has ended. A host is asked once for what a query asks it several times.
"""

import contextlib
import json
import logging
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from myograph.errors import BusyError, MyographError, ServiceFailedError
from myograph_server.federation.allowed import place_of
from myograph_server.federation.asking import JSON, Asker, Line
from myograph_server.federation.calls import ServiceCall
from myograph_server.federation.results import checked

LOG = logging.getLogger("myograph.service")
_LONGEST = 1_000_000  # bytes of what the engine makes of a SERVICE
_PATIENCE = 10.0  # seconds for the engine, on this machine, to send its request


class Ticket:
    """What one query may ask.

    Args:
        calls: each SERVICE of the query.
        asker: asks the hosts.
        base: the address of the gateway.
    """

    def __init__(self, calls: Sequence[ServiceCall], asker: Asker, base: str) -> None:
        self.token = secrets.token_urlsafe(24)
        self.addresses = [f"{base}{self.token}/{number}" for number in range(len(calls))]
        self.failure: MyographError | None = None
        self.asking = ""
        self._calls, self._asker = calls, asker
        self._lock = threading.Lock()
        self._line = Line()
        self._closed = False
        self._answers: dict[tuple[str, str], bytes | MyographError] = {}

    def answer(self, number: int, query: str) -> bytes:
        """Return what a host answers.

        Args:
            number: of the SERVICE in the query, from 0.
            query: what the engine asks there.

        Raises:
            MyographError: it has no answer; unless the SERVICE is SILENT, so has the query.
        """
        call = self._calls[number]
        # One after another: a query has one connection at a time.
        with self._lock:
            key = call.address, query
            if key not in self._answers:
                self._answers[key] = self._ask(call, query, len(self._answers))
            found = self._answers[key]
        if isinstance(found, bytes):
            return found
        if not call.silent:
            self.failure = found
        raise found

    def close(self) -> None:
        """End what still goes on."""
        self._closed = True
        self._line.cut()

    def _ask(self, call: ServiceCall, query: str, number: int) -> bytes | MyographError:
        self._line = Line()
        authority = place_of(call.address).authority
        if self._closed:
            return ServiceFailedError("The query has ended.", "Nobody will read this.")
        started, outcome = time.perf_counter(), "ok"
        try:
            self.asking = authority
            body = self._asker.ask(call.address, query, self._line)
            return checked(body, authority, f"s{number}")
        except MyographError as error:
            outcome = error.message
            return error
        finally:
            self.asking = ""
            seconds = round(time.perf_counter() - started, 4)
            line = {"asked": authority, "seconds": seconds, "outcome": outcome}
            LOG.info("%s", json.dumps(line, ensure_ascii=False))


class Gateway:
    """Listens on this machine for what the engine asks.

    Args:
        asker: asks the hosts.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._tickets: dict[str, Ticket] = {}
        self._free = threading.BoundedSemaphore(asker.limits.connections)
        self._server = _Server(self._tickets)
        self._base = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="gateway", daemon=True
        )
        self._thread.start()

    @contextlib.contextmanager
    def opened(self, calls: Sequence[ServiceCall]) -> Iterator[Ticket]:
        """Give a query what it needs to ask other endpoints, while it runs.

        Args:
            calls: each SERVICE of the query.

        Raises:
            BusyError: as many queries as may do so at once.
        """
        if not self._free.acquire(blocking=False):
            raise BusyError(
                f"{self._asker.limits.connections} queries are asking other endpoints already.",
                "Try again in a moment.",
            )
        ticket = Ticket(calls, self._asker, self._base)
        self._tickets[ticket.token] = ticket
        try:
            yield ticket
        finally:
            del self._tickets[ticket.token]
            ticket.close()
            self._free.release()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._asker.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, tickets: dict[str, Ticket]) -> None:
        self.tickets = tickets
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        """Answer the engine."""
        self.close_connection = True
        _, token, *rest = self.path.split("/")
        ticket, length = self.server.tickets.get(token), self.headers.get("Content-Length", "")
        if ticket is None or len(rest) != 1 or not length.isdecimal() or int(length) > _LONGEST:
            self._send(404, b"", "text/plain")
            return
        query = self.rfile.read(int(length)).decode("utf-8", "replace")
        try:
            body = ticket.answer(int(rest[0]), query)
        except MyographError as error:
            self._send(502, str(error).encode(), "text/plain; charset=utf-8")
        else:
            self._send(200, body, JSON)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the address has the token of a query in it."""

    def _send(self, status: int, body: bytes, media: str) -> None:
        # An engine that was ended meanwhile does not listen any more.
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
