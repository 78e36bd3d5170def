"""Finds each SERVICE of a query by its tokens, and puts other addresses in their place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from myograph.errors import QueryRefusedError, ServiceRefusedError
from myograph_server.federation.allowed import Allowed, place_of
from myograph_server.prologue import Prologue
from myograph_server.tokens import Token, readings

_SERVICE_WORD = re.compile(r".*SERVICE(?:SILENT)?", re.IGNORECASE)
_SERVICE_PREFIX = re.compile(r"(?:true|false)*SERVICE(?:SILENT)?", re.IGNORECASE)
_MOST = 8  # services of one query: more than anybody joins by hand


@dataclass(frozen=True)
class ServiceCall:
    """One SERVICE of a query.

    Attributes:
        address: that it asks.
        start: where the name of the address begins in the query, from 0.
        end: the place behind it.
        silent: whether the query goes on without an answer.
    """

    address: str
    start: int
    end: int
    silent: bool


def refuse_services(found: Sequence[Token]) -> None:
    """Insist that the tokens of a query have no SERVICE among them.

    Raises:
        QueryRefusedError: they have, or so it may seem to the engine.
    """
    for _ in _keywords(found):
        raise QueryRefusedError(
            "SERVICE is refused: this endpoint sends no requests of its own.",
            "Ask the other endpoint yourself, or federate from your side.",
        )


def services_of(
    found: Sequence[Token], prefixes: Mapping[str, str], allowed: Allowed
) -> tuple[ServiceCall, ...]:
    """Return each SERVICE of a query.

    Args:
        found: its tokens, by the terminals of the grammar.
        prefixes: those that it may use without declaring them.
        allowed: the hosts that it may ask.

    Raises:
        ServiceRefusedError: one asks another host, or is not written so that it is clear what
            it asks.
    """
    prologue, calls, end = Prologue(prefixes), [], 0
    for i, token in enumerate(found):
        if token.kind == "open":
            break
        prologue.take(token, list(found[i + 1 : i + 3]))
    for i in _keywords(found):
        if i < end:
            raise ServiceRefusedError(
                "A SERVICE stands inside another.", "Ask one after the other instead."
            )
        silent, at = _target(found, i)
        end = _end_of_group(found, at + 1)
        address = prologue.iri(found[at])
        allowed.insist_on(place_of(address))
        calls.append(ServiceCall(address, found[at].start, found[at].end, silent))
    if len(calls) > _MOST:
        raise ServiceRefusedError(
            f"The query has {len(calls)} times SERVICE; {_MOST} are the most.", "Ask in parts."
        )
    return tuple(calls)


def insist_on_clear(found: Sequence[Token]) -> None:
    """Insist that no other way to read a query finds a SERVICE.

    Args:
        found: the tokens of such a reading.

    Raises:
        ServiceRefusedError: it does.
    """
    for _ in _keywords(found):
        raise ServiceRefusedError(
            "It is not clear where an IRI begins beside a SERVICE.",
            "Write a blank on both sides of each < that compares.",
        )


def rewritten(text: str, calls: Sequence[ServiceCall], addresses: Sequence[str]) -> str:
    """Return a query that asks other addresses, having made sure that it asks no more.

    Args:
        text: the query.
        calls: each SERVICE of it, in order.
        addresses: what each asks instead.

    Raises:
        ServiceRefusedError: read anew, it asks something else.
    """
    parts, last = [], 0
    for call, address in zip(calls, addresses, strict=True):
        parts += [text[last : call.start], f"<{address}>"]
        last = call.end
    whole = "".join([*parts, text[last:]])
    # The engine is not to be trusted with what only we read like that.
    first, *others = readings(whole)
    for other in others:
        insist_on_clear(other)
    asked = [first[_target(first, i)[1]].text for i in _keywords(first)]
    if asked != [f"<{address}>" for address in addresses]:
        raise _unclear()
    return whole


def placed_back(
    line: int, column: int, text: str, calls: Sequence[ServiceCall], addresses: Sequence[str]
) -> int:
    """Return the column of a query that a column of the rewritten query stands for.

    Args:
        line: of both, from 1: no address spans lines.
        column: of the rewritten query, from 1.
        text: the query.
        calls: each SERVICE of it.
        addresses: what each asks instead.
    """
    shift = 0
    for call, address in zip(calls, addresses, strict=True):
        start = call.start - (text.rfind("\n", 0, call.start) + 1)
        longer = len(address) + 2 - (call.end - call.start)
        if text.count("\n", 0, call.start) + 1 == line and start + shift + 1 < column:
            shift += longer
    return max(1, column - shift)


def _keywords(found: Sequence[Token]) -> Iterator[int]:
    """Yield where tokens are, or touch, what the engine takes for the keyword SERVICE."""
    for i, token in enumerate(found):
        after = found[i + 1 : i + 2]
        if token.kind == "word" and _SERVICE_WORD.fullmatch(token.text):
            # What no service clause can begin with is no keyword, in a doubtful reading.
            if not after or after[0].kind in ("iri", "name", "variable", "word"):
                yield i
        elif token.kind == "name" and _SERVICE_PREFIX.fullmatch(token.prefix):
            before = found[i - 1].upper if i else ""
            if after and after[0].text == "{" and before != "GRAPH":
                yield i


def _target(found: Sequence[Token], at: int) -> tuple[bool, int]:
    """Return whether a SERVICE is SILENT, and where the token is that says whom it asks.

    Raises:
        ServiceRefusedError: it is not clear whom.
    """
    if found[at].upper != "SERVICE":
        raise _glued()
    silent = at + 1 < len(found) and found[at + 1].upper == "SILENT"
    place = at + 1 + silent
    if place >= len(found):
        raise _unclear()
    target = found[place]
    if target.kind == "variable":
        raise ServiceRefusedError(
            f"SERVICE {target.text}: a variable can be any host.",
            "Write the address of the endpoint in its place.",
        )
    if target.kind == "name" and target.prefix.upper() == "SILENT":
        raise _glued()
    if target.kind not in ("iri", "name") or target.ambiguous:
        raise _unclear()
    return silent, place


def _end_of_group(found: Sequence[Token], at: int) -> int:
    """Return where the group that begins at a token ends; the engine tells of one that does not."""
    depth = 0
    for i in range(at, len(found)):
        depth += (found[i].text == "{") - (found[i].text == "}")
        if depth <= 0:
            return i
    return len(found)


def _glued() -> ServiceRefusedError:
    return ServiceRefusedError(
        "SERVICE touches what stands beside it.", "Write a blank on both sides of it."
    )


def _unclear() -> ServiceRefusedError:
    return ServiceRefusedError(
        "It is not clear what SERVICE asks.",
        "Write SERVICE, then the address of the endpoint as <https://…>, then the group.",
    )
