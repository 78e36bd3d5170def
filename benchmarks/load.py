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


def run(
    address: tuple[str, int],
    request: Callable[[int], bytes],
    clients: int,
    seconds: float,
    source: Callable[[int], str] = lambda _: "",
) -> Measured:
    """Send requests for a while, one after another on each connection.

    Args:
        address: of the server.
        request: makes the n-th request.
        clients: how many connections.
        seconds: how long.
        source: the loopback address that the n-th connection comes from.
    """
    found, sent = Measured(), 0
    poll = select.epoll()
    connections: dict[int, _Connection] = {}

    def connect(number: int) -> None:
        nonlocal sent
        made = _Connection(address, source(number))
        connections[made.socket.fileno()] = made
        poll.register(made.socket, select.EPOLLIN)
        made.send(request(sent))
        sent += 1

    for number in range(clients):
        connect(number)
    started = time.perf_counter()
    until = started + seconds
    while time.perf_counter() < until:
        for descriptor, _ in poll.poll(0.5):
            connection = connections[descriptor]
            chunk = connection.socket.recv(1 << 20)
            connection.buffer += chunk
            whole = connection.complete()
            if not chunk and whole is None:
                found.failures += 1
            elif whole is None:
                continue
            elif whole[0] == 200:
                found.times.append(time.perf_counter() - connection.started)
                found.size = whole[1]
            else:
                found.failures += 1
            if chunk and b"connection: close" not in bytes(connection.buffer[:2000]).lower():
                connection.send(request(sent))
                sent += 1
            else:
                poll.unregister(descriptor)
                connection.socket.close()
                del connections[descriptor]
                connect(descriptor)
    found.seconds = time.perf_counter() - started
    for connection in connections.values():
        connection.socket.close()
    poll.close()
    return found
