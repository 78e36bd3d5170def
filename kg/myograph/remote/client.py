"""HTTP with a store: connections that are kept, a deadline for the whole, answers that end.

Nothing is followed elsewhere: a redirect is an answer like any other, and no good one.
"""

import contextlib
import http.client
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from myograph.errors import (
    AnswerTooLargeError,
    ClientGoneError,
    RemoteStoreError,
    StoreAnswerError,
    StoreTimedOutError,
)
from myograph.remote.credentials import Credentials

_POLL = 0.05  # seconds between looks at whether somebody still waits for the answer
_PIECE = 1 << 16  # bytes that are read at once
_KEPT = 8  # connections that wait to be used again
_WEB = ("http", "https")


@dataclass(frozen=True)
class Reply:
    """What a store answered, whole.

    Attributes:
        status: of HTTP.
        headers: by name in lower case.
        body: the bytes.
        framed: whether HTTP itself said where the body ends.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    framed: bool

    @property
    def media(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def told(self) -> str:
        """What the store says in words, for an error: the first of it."""
        # Some say the query again, which is not what somebody sent.
        text = self.body[:4000].decode("utf-8", "replace").partition("SPARQL query:")[0]
        text = " ".join(text.split())[:400]
        plain = self.media in ("text/plain", "application/problem+json", "application/json")
        return text if plain and text.isprintable() else f"status {self.status}"


@dataclass(frozen=True)
class Wish:
    """How an answer is wanted.

    Attributes:
        timeout: seconds for all of it.
        most: bytes that it may have.
        gone: whether nobody waits for it any more.
    """

    timeout: float
    most: int = 32_000_000
    gone: Callable[[], bool] = lambda: False


class Client:
    """Speaks with one address.

    Args:
        url: of the store, http or https.
        credentials: what it may be shown.

    Raises:
        RemoteStoreError: the address is none.
    """

    def __init__(self, url: str, credentials: Credentials | None = None) -> None:
        self.url = url
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in _WEB or not parts.hostname or port == -1 or parts.username:
            raise RemoteStoreError(
                f"'{url}' is no address of a store.",
                "Give it as http://host:port/path or https://…, and who you are in the environment "
                "(MYOGRAPH_STORE_USER, MYOGRAPH_STORE_PASSWORD or MYOGRAPH_STORE_TOKEN).",
            )
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname, port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._credentials = credentials or Credentials()
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        wish: Wish,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> Reply:
        """Send a request and return the whole answer, whatever its status.

        Raises:
            StoreTimedOutError: it took longer than it may.
            StoreAnswerError: it ended before its end, or is no HTTP.
            AnswerTooLargeError: it has more bytes than it may.
            ClientGoneError: nobody waits for it any more.
            RemoteStoreError: there is no connection to the store.
        """
        until = time.monotonic() + wish.timeout
        path = self._path + (("&" if "?" in self._path else "?") + query if query else "")
        for attempt in (1, 2):
            sent = dict(headers or {}) | {"Accept-Encoding": "identity", "User-Agent": "myograph"}
            sent |= self._credentials.header(method, path)
            reply = self._exchange(method, path, body, sent, wish, until)
            challenge = reply.headers.get("www-authenticate", "")
            if reply.status != 401 or attempt == 2 or not self._credentials.learn(challenge):
                break
        return reply

    def close(self) -> None:
        """Close the connections that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        wish: Wish,
        until: float,
    ) -> Reply:
        connection, fresh = self._take(until)
        watchdog = _Watchdog(connection, until)
        try:
            watchdog.start()
            connection.request(method, path, body or None, dict(headers))
            reply, keep = self._read(connection, wish, until)
            if watchdog.barked:
                # What was cut off there looks like the end of an answer.
                raise TimeoutError
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if watchdog.barked or isinstance(error, TimeoutError):
                raise self._late(wish) from None
            if not fresh and not isinstance(error, http.client.IncompleteRead):
                # It had waited too long for the store's patience; nothing was answered on it.
                self.close()
                return self._exchange(method, path, body, headers, wish, until)
            raise self._broken(error) from None
        except BaseException:
            connection.close()
            raise
        finally:
            watchdog.stop()
        self._give_back(connection, keep)
        return reply

    def _read(
        self, connection: http.client.HTTPConnection, wish: Wish, until: float
    ) -> tuple[Reply, bool]:
        while not select.select([connection.sock], [], [], _POLL)[0]:
            if wish.gone():
                raise ClientGoneError("The client has left.", "Nobody will read this.")
            if time.monotonic() > until:
                raise TimeoutError
        answer = connection.getresponse()
        pieces, size = [], 0
        while piece := answer.read(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > wish.most:
                raise AnswerTooLargeError(
                    f"The answer of the store has more than {wish.most:,} bytes.",
                    "Ask for a part with LIMIT and OFFSET, or take the whole from /dump.",
                )
        if answer.length:
            raise http.client.IncompleteRead(b"")
        headers = {name.lower(): value for name, value in answer.getheaders()}
        framed = answer.chunked or "content-length" in headers
        return Reply(answer.status, headers, b"".join(pieces), framed), not answer.will_close

    def _take(self, until: float) -> tuple[http.client.HTTPConnection, bool]:
        with self._lock:
            if self._idle:
                return self._idle.pop(), False
        left = max(0.01, until - time.monotonic())
        if self._secure:
            context = ssl.create_default_context()
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                self._host, self._port, timeout=left, context=context
            )
        else:
            made = http.client.HTTPConnection(self._host, self._port, timeout=left)
        try:
            made.connect()
            made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except TimeoutError:
            raise StoreTimedOutError(
                f"The store at {self.url} did not take a connection in time.", _LATER
            ) from None
        except OSError as error:
            raise RemoteStoreError(
                f"There is no store at {self.url}: {error.strerror or error}.",
                "Start it, or give the address at which it listens.",
            ) from None
        return made, True

    def _give_back(self, connection: http.client.HTTPConnection, keep: bool) -> None:
        with self._lock:
            if keep and len(self._idle) < _KEPT:
                self._idle.append(connection)
                return
        connection.close()

    def _late(self, wish: Wish) -> StoreTimedOutError:
        return StoreTimedOutError(
            f"The store at {self.url} took longer than {wish.timeout:g} seconds.", _LATER
        )

    def _broken(self, error: Exception) -> StoreAnswerError:
        said = type(error).__name__ if isinstance(error, http.client.HTTPException) else str(error)
        return StoreAnswerError(
            f"The store at {self.url} ended its answer before it was whole ({said}).", _LATER
        )


_LATER = "Try again; if it stays, look at the log of the store."


class _Watchdog:
    """Ends a connection at a time, however slowly it still drips."""

    def __init__(self, connection: http.client.HTTPConnection, until: float) -> None:
        self._connection = connection
        self._timer = threading.Timer(max(0.0, until - time.monotonic()), self._bark)
        self._timer.daemon = True
        self.barked = False

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()

    def _bark(self) -> None:
        self.barked = True
        with contextlib.suppress(OSError, AttributeError):
            self._connection.sock.shutdown(socket.SHUT_RDWR)


def client_for(url: str) -> Client:
    """Return a client that shows the store what the environment says of who asks.

    Raises:
        RemoteStoreError: the address is none.
    """
    return Client(
        url,
        Credentials(
            os.environ.get("MYOGRAPH_STORE_USER", ""),
            os.environ.get("MYOGRAPH_STORE_PASSWORD", ""),
            os.environ.get("MYOGRAPH_STORE_TOKEN", ""),
        ),
    )
