"""Asks an endpoint: within a time, at an address that was looked at, by the SPARQL protocol.

https://www.w3.org/TR/sparql11-protocol/#query-via-post-urlencoded. The connection goes to the
very address that was found fit, so that a name cannot mean another one a moment later; a
redirection is an address like any other. No proxy is used, whatever the environment says.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

from myograph import __version__
from myograph.errors import ServiceFailedError, ServiceRefusedError, ServiceTimedOutError
from myograph_server.federation.allowed import Allowed, Place, place_of

JSON = "application/sparql-results+json"
_TYPES = frozenset({JSON, "application/json"})
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTIONS = 4
_PIECE = 65_536  # bytes
_REPAIR = "Try again later, or write SERVICE SILENT to go on without it."
Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class AskLimits:
    """What one question to another endpoint may take.

    Attributes:
        timeout: seconds from the look-up of its name to the end of its answer.
        length: bytes of its answer.
        connections: queries that may ask other endpoints at once.
    """

    timeout: float = 5.0
    length: int = 10_000_000
    connections: int = 2


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host.

    Raises:
        OSError: the name stands for none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Line:
    """The connection of a moment, which another thread may cut."""

    def __init__(self) -> None:
        self.is_cut = False
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    def hold(self, made: socket.socket) -> None:
        """Take a connection; one that comes too late is cut at once."""
        with self._lock:
            self._drop()
            self._handle = made.dup()
            if self.is_cut:
                self._shut()

    def cut(self) -> None:
        """End what goes on, and whatever would follow."""
        with self._lock:
            self.is_cut = True
            self._shut()

    def close(self) -> None:
        """Forget the connection."""
        with self._lock:
            self._drop()

    def _shut(self) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class Asker:
    """Asks the endpoints that are on the list.

    Args:
        allowed: the list.
        limits: what one question may take.
        resolver: returns the addresses of a host.
        trust: which certificates are good; those of this machine if not given.
    """

    def __init__(
        self,
        allowed: Allowed,
        limits: AskLimits,
        resolver: Resolver = addresses_of,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.limits = limits
        self._allowed, self._resolver = allowed, resolver
        self._trust = trust or ssl.create_default_context()
        # A look-up cannot be ended; so many may hang, and no more.
        self._look_ups = ThreadPoolExecutor(limits.connections, "look-up")

    def close(self) -> None:
        """Let the threads that look up names end."""
        self._look_ups.shutdown(wait=False, cancel_futures=True)

    def ask(self, address: str, query: str, line: Line) -> bytes:
        """Return the body of an endpoint's answer, which says that it is JSON.

        Args:
            address: of the endpoint.
            query: what to ask there.
            line: by which another thread can end this.

        Raises:
            ServiceRefusedError: it is, or leads to, where this server does not ask.
            ServiceFailedError: there is no answer that can be used.
            ServiceTimedOutError: it took too long.
        """
        place, until = place_of(address), time.monotonic() + self.limits.timeout
        first = place.authority
        watch = threading.Timer(self.limits.timeout, line.cut)
        watch.daemon = True
        watch.start()
        try:
            body = self._follow(place, query, line, until)
            # A connection that was cut looks like one that has ended.
            if line.is_cut:
                raise TimeoutError
            return body
        except (ServiceFailedError, ServiceRefusedError):
            if line.is_cut:
                raise _too_late(first, self.limits.timeout) from None
            raise
        except TimeoutError:
            raise _too_late(first, self.limits.timeout) from None
        finally:
            watch.cancel()
            line.close()

    def _follow(self, place: Place, query: str, line: Line, until: float) -> bytes:
        by_post = True
        self._allowed.insist_on(place)
        for _ in range(_MOST_REDIRECTIONS + 1):
            with self._connected(place, line, until) as connection:
                try:
                    with _sent(connection, place, query if by_post else None) as answer:
                        status, location = answer.status, answer.getheader("Location", "")
                        if status not in _REDIRECTIONS:
                            return _body(answer, place, self.limits.length)
                except TimeoutError:
                    raise
                except (http.client.HTTPException, OSError, ValueError) as error:
                    raise _failed(place, f"the connection broke ({_short(error)})") from None
            there = self._redirected(place, location)
            if (place.scheme, there.scheme) == ("https", "http"):
                raise _failed(place, f"it leads from https to http://{there.authority}")
            # Only this status means that the answer lies elsewhere, and is to be fetched.
            by_post = by_post and status != 303
            place = there
        raise _failed(place, f"it leads on more than {_MOST_REDIRECTIONS} times")

    def _redirected(self, place: Place, location: str) -> Place:
        try:
            there = place_of(location, f"{place.scheme}://{place.authority}{place.path}")
            self._allowed.insist_on(there)
        except ServiceRefusedError as error:
            raise ServiceRefusedError(
                f"{place.authority} leads elsewhere: {error.message}", error.repair
            ) from None
        return there

    @contextlib.contextmanager
    def _connected(
        self, place: Place, line: Line, until: float
    ) -> Iterator[http.client.HTTPConnection]:
        addresses = self._allowed.insist_on_addresses(place, self._addresses(place, until))
        with contextlib.ExitStack() as stack:
            plain = _connection_to(addresses, place, until)
            stack.enter_context(contextlib.closing(plain))
            line.hold(plain)
            made = plain
            if place.scheme == "https":
                try:
                    made = self._trust.wrap_socket(plain, server_hostname=place.host)
                except TimeoutError:
                    raise
                except (OSError, ValueError) as error:
                    raise _failed(place, f"no safe connection ({_short(error)})") from None
                stack.enter_context(contextlib.closing(made))
            connection = http.client.HTTPConnection(place.host, place.port)
            connection.sock = made
            yield connection

    def _addresses(self, place: Place, until: float) -> list[str]:
        wanted = self._look_ups.submit(self._resolver, place.host, place.port)
        try:
            found = wanted.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            wanted.cancel()
            raise
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise _failed(place, "there is no host of that name")
        return found


def _connection_to(addresses: list[str], place: Place, until: float) -> socket.socket:
    reason = ""
    for address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            made = socket.create_connection((address, place.port), left)
        except TimeoutError:
            raise
        except OSError as error:
            reason = _short(error)
            continue
        made.settimeout(max(0.01, until - time.monotonic()))
        return made
    raise _failed(place, f"there is no connection ({reason})")


def _sent(
    connection: http.client.HTTPConnection, place: Place, query: str | None
) -> http.client.HTTPResponse:
    headers = {"Accept": JSON, "User-Agent": f"Myograph/{__version__}", "Connection": "close"}
    headers["Host"] = place.authority
    if query is None:
        connection.request("GET", place.path, headers=headers)
    else:
        # The form, not the bare query: every endpoint takes it.
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", place.path, urlencode({"query": query}), headers)
    return connection.getresponse()


def _body(answer: http.client.HTTPResponse, place: Place, most: int) -> bytes:
    if answer.status != 200:
        raise _failed(place, f"it answered {answer.status} {_printable(answer.reason)}")
    media = answer.getheader("Content-Type", "").partition(";")[0].strip().lower()
    if media not in _TYPES:
        raise _failed(place, f"it answered with {_printable(media) or 'no type'}, not {JSON}")
    coding = answer.getheader("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        raise _failed(place, f"its answer is compressed ({_printable(coding)}), unasked")
    body = bytearray()
    while len(body) <= most and (piece := answer.read(_PIECE)):
        body += piece
    if len(body) > most or (answer.length or 0) > most:
        raise ServiceFailedError(
            f"{place.authority} sends more than {most:,} bytes.",
            "Ask it for less: bind what can be bound inside the SERVICE, or LIMIT it there.",
        )
    # With a length announced, `read` ends in silence where the connection does.
    if answer.length:
        raise _failed(place, f"its answer breaks off, with {answer.length:,} bytes missing")
    return bytes(body)


def _failed(place: Place, reason: str) -> ServiceFailedError:
    return ServiceFailedError(f"{place.authority} was asked: {reason}.", _REPAIR)


def _too_late(authority: str, seconds: float) -> ServiceTimedOutError:
    return ServiceTimedOutError(
        f"{authority} was asked, and has not answered in {seconds:g} seconds.", _REPAIR
    )


def _short(error: Exception) -> str:
    told = getattr(error, "verify_message", None) or getattr(error, "strerror", None) or str(error)
    return _printable(str(told) or type(error).__name__)


def _printable(text: str) -> str:
    """Return the beginning of what another server says, fit for a message."""
    return "".join(c if c.isprintable() else " " for c in text)[:120]
