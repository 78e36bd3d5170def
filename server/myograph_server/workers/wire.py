"""How the server, the zygote and the workers talk: a length, a JSON header, then bytes."""

import json
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

_SIZES = struct.Struct("!II")
_AT_ONCE = 65_536  # bytes: nearly every query and answer goes in one piece


@dataclass(frozen=True)
class Job:
    """What a worker is to do.

    Attributes:
        query: the SPARQL text.
        media: the media type of the answer.
        default: graphs whose union is the default graph; None for the union of all.
        named: graphs that GRAPH reaches; None for all.
        union: whether without `default` the union of all graphs is meant, or the unnamed graph.
        base: what relative IRIs are resolved against.
        max_bytes: the most bytes of an answer.
        cpu_seconds: of processor time that the query may use; 0 for no limit.
    """

    query: str
    media: str
    default: list[str] | None = None
    named: list[str] | None = None
    union: bool = True
    base: str | None = None
    max_bytes: int = 64_000_000
    cpu_seconds: int = 0


@dataclass(frozen=True)
class Reply:
    """What a worker says.

    Attributes:
        outcome: `ok`, or why there is no answer: `syntax`, `engine`, `too-large`, `memory`, or
            `media` where the answer is rows and a graph was wanted, or the other way round.
        detail: the engine's message, or what was too large.
        body: the serialised answer.
    """

    outcome: str
    detail: str = ""
    body: bytes = field(default=b"", repr=False)


class ClosedError(ConnectionError):
    """The other end has gone."""


def send(channel: socket.socket, header: dict[str, Any], body: bytes = b"") -> None:
    """Send one message.

    Raises:
        OSError: the other end has gone.
    """
    encoded = json.dumps(header).encode()
    head = _SIZES.pack(len(encoded), len(body)) + encoded
    if len(body) < _AT_ONCE:
        channel.sendall(head + body)
        return
    channel.sendall(head)
    channel.sendall(body)


def receive(channel: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Wait for one message, and leave what may follow it.

    Raises:
        ClosedError: the other end has gone.
    """
    header_size, body_size = _SIZES.unpack(_exactly(channel, _SIZES.size))
    header: dict[str, Any] = json.loads(_exactly(channel, header_size))
    return header, _exactly(channel, body_size)


def send_job(channel: socket.socket, job: Job) -> None:
    """Send a job to a worker."""
    send(channel, vars(job))


def receive_job(channel: socket.socket) -> Job:
    """Wait for a job."""
    return Job(**_receive_turn(channel)[0])


def send_reply(channel: socket.socket, reply: Reply) -> None:
    """Send a worker's reply."""
    send(channel, {"outcome": reply.outcome, "detail": reply.detail}, reply.body)


def receive_reply(channel: socket.socket) -> Reply:
    """Wait for a worker's reply."""
    header, body = _receive_turn(channel)
    return Reply(header["outcome"], header["detail"], body)


def _receive_turn(channel: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Wait for one message where the other end then waits for ours, so that none can follow."""
    first = channel.recv(_AT_ONCE)
    if len(first) < _SIZES.size:
        first += _exactly(channel, _SIZES.size - len(first))
    header_size, body_size = _SIZES.unpack_from(first)
    missing = _SIZES.size + header_size + body_size - len(first)
    whole = first + _exactly(channel, missing) if missing else first
    start = _SIZES.size + header_size
    return json.loads(whole[_SIZES.size : start]), whole[start:]


def _exactly(channel: socket.socket, size: int) -> bytes:
    parts = bytearray(size)
    view, read = memoryview(parts), 0
    while read < size:
        count = channel.recv_into(view[read:])
        if not count:
            raise ClosedError("the other end has gone")
        read += count
    return bytes(parts)
