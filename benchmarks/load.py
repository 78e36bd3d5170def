"""A load of HTTP requests from one process: many connections, one epoll, raw sockets.

A client library would cost more than the servers that are measured.
"""

import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass
class Measured:
    """What a load saw.

    Attributes:
        seconds: how long it ran.
        times: of each answer, in seconds.
        failures: answers with a status other than 200, and connections that broke.
        size: bytes of the last body.
    """

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failures: int = 0
    size: int = 0

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The time in milliseconds within which this share of the answers came."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def get(path: str, query: str = "", accept: str = "*/*") -> bytes:
    """Return the bytes of a GET request."""
    target = f"{path}?{urlencode({'query': query})}" if query else path
    return f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\r\n".encode()


class _Connection:
    def __init__(self, address: tuple[str, int], source: str = "") -> None:
        self.socket = socket.create_connection(
            address, source_address=(source, 0) if source else None
        )
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.started = 0.0

    def send(self, request: bytes) -> None:
        self.buffer.clear()
        self.started = time.perf_counter()
        self.socket.sendall(request)

    def complete(self) -> tuple[int, int] | None:
        """Return status and body size once the whole answer is there."""
        head_end = self.buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return None
        head = bytes(self.buffer[:head_end]).lower()
        status = int(head.split(b" ", 2)[1])
        if b"transfer-encoding: chunked" in head:
            done = self.buffer.endswith(b"0\r\n\r\n")
            return (status, len(self.buffer) - head_end - 4) if done else None
        at = head.find(b"content-length:")
        size = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return (status, size) if len(self.buffer) >= head_end + 4 + size else None


class _Load:
    """The connections of one load, and what they have seen."""

    def __init__(
        self,
        address: tuple[str, int],
        request: Callable[[int], bytes],
        source: Callable[[int], str],
    ) -> None:
        self.found = Measured()
        self._address, self._request, self._source = address, request, source
        self._poll = select.epoll()
        self._connections: dict[int, _Connection] = {}
        self._sent = 0

    def connect(self, number: int) -> None:
        """Open a connection and send its first request."""
        made = _Connection(self._address, self._source(number))
        self._connections[made.socket.fileno()] = made
        self._poll.register(made.socket, select.EPOLLIN)
        self._send(made)

    def turn(self) -> None:
        """Take what has come, and ask again wherever an answer is whole."""
        for descriptor, _ in self._poll.poll(0.5):
            connection = self._connections[descriptor]
            chunk = connection.socket.recv(1 << 20)
            connection.buffer += chunk
            whole = connection.complete()
            if chunk and whole is None:
                continue
            self._count(connection, whole)
            if chunk and b"connection: close" not in bytes(connection.buffer[:2000]).lower():
                self._send(connection)
            else:
                self._poll.unregister(descriptor)
                connection.socket.close()
                del self._connections[descriptor]
                self.connect(descriptor)

    def close(self) -> None:
        """Close every connection."""
        for connection in self._connections.values():
            connection.socket.close()
        self._poll.close()

    def _send(self, connection: _Connection) -> None:
        connection.send(self._request(self._sent))
        self._sent += 1

    def _count(self, connection: _Connection, whole: tuple[int, int] | None) -> None:
        if whole is not None and whole[0] == 200:
            self.found.times.append(time.perf_counter() - connection.started)
            self.found.size = whole[1]
        else:
            self.found.failures += 1


def run(
    address: tuple[str, int],
    request: Callable[[int], bytes],
    clients: int,
    seconds: float | tuple[float, float],
    source: Callable[[int], str] = lambda _: "",
) -> Measured:
    """Send requests for a while, one after another on each connection.

    Args:
        address: of the server.
        request: makes the n-th request.
        clients: how many connections.
        seconds: how long; of two, the second is how long where fewer answers than clients came.
        source: the loopback address that the n-th connection comes from.
    """
    least, most = seconds if isinstance(seconds, tuple) else (seconds, seconds)
    load = _Load(address, request, source)
    for number in range(clients):
        load.connect(number)
    started = time.perf_counter()
    while (taken := time.perf_counter() - started) < most:
        if taken >= least and len(load.found.times) >= clients:
            break
        load.turn()
    load.found.seconds = time.perf_counter() - started
    load.close()
    return load.found
