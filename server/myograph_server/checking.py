"""The process that checks one document: `python -m myograph_server.checking`.

A task goes in on standard input and a reply comes out on standard output, both JSON. Whatever the
document does to this process, the server only reads that it ended: see `checker.py`.
"""

import json
import logging
import os
import select
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph as ox

from myograph.build import build
from myograph.check import check_facts
from myograph.errors import (
    AnswerTooLargeError,
    CheckFailedError,
    MalformedTurtleError,
    MyographError,
)
from myograph.files import Sources
from myograph.read import own_document, own_facts
from myograph.terms import BASE
from myograph_server.workers.worker import limit_resources

SMALLER = (
    "Check fewer facts at once, or check your file with the command `myograph check`, "
    "which has no such limit."
)
_NAME = "Your document"
_NICE = 10  # queries go first: they are short


@dataclass(frozen=True)
class Task:
    """What to check, and how much that may take.

    Attributes:
        text: the document.
        syntax: `turtle` or `jsonld`.
        root: as `Sources` has it, and so the next two.
        package: see there.
        in_checkout: see there.
        memory: bytes that the process may take beyond its start.
        cpu_seconds: processor time that it may take.
        max_bytes: the longest reply.
    """

    text: str
    syntax: str
    root: str
    package: str
    in_checkout: bool
    memory: int
    cpu_seconds: int
    max_bytes: int


def main() -> None:
    """Read a task, write its reply."""
    # What a parser warns of a thousand times is no error of ours; the report says what is wrong.
    logging.disable(logging.CRITICAL)
    os.nice(_NICE)
    task = Task(**json.load(sys.stdin.buffer))
    threading.Thread(target=_end_with_reader, args=(sys.stdout.fileno(),), daemon=True).start()
    limit_resources(task.memory, task.cpu_seconds)
    sys.stdout.buffer.write(reply(task))


def reply(task: Task) -> bytes:
    """Return the report on a document, or why there is none.

    Returns:
        JSON: `{"report": {"conforms": …, "findings": […]}}`, or
        `{"error": [class, message, repair]}` with a class of `myograph.errors`.
    """
    found: MyographError
    try:
        return _report(task)
    except MyographError as error:
        found = error
    except RecursionError:
        found = CheckFailedError(
            f"{_NAME} is nested too deeply.",
            "Write what is nested as records with IRIs of their own.",
        )
    except MemoryError:
        # Only after this block is what filled the memory let go.
        found = out_of_memory(task.memory)
    return json.dumps({"error": [type(found).__name__, found.message, found.repair]}).encode()


def out_of_memory(memory: int) -> CheckFailedError:
    """Return the error for a check that needed more than this many bytes."""
    return CheckFailedError(f"The check needed more than {memory:,} bytes of memory.", SMALLER)


def document_facts(text: str, syntax: str, sources: Sources) -> list[ox.Quad]:
    """Read a document as if it were one of our files, into a graph of its own.

    Args:
        text: the document.
        syntax: `turtle` or `jsonld`.
        sources: have the prefixes and say how reified facts are named.

    Raises:
        MalformedTurtleError, UnnamedNodeError, DuplicateFactError: it is not right.
    """
    if syntax == "turtle":
        return own_document(text, _NAME, sources)
    try:
        # This parser fetches no context from elsewhere; rdflib's would.
        quads = list(ox.parse(text, format=ox.RdfFormat.JSON_LD, base_iri=BASE))
    except SyntaxError as error:
        raise MalformedTurtleError(
            f"{_NAME}: {error}.", "Repair the JSON-LD; its context must be in the document."
        ) from None
    return own_facts(quads, _NAME, sources)


def _report(task: Task) -> bytes:
    sources = Sources(Path(task.root), Path(task.package), task.in_checkout)
    own = document_facts(task.text, task.syntax, sources)
    report = check_facts(build(sources, own, whole=False), sources)
    body = json.dumps({"report": asdict(report)}).encode()
    if len(body) > task.max_bytes:
        raise AnswerTooLargeError(f"The report has more than {task.max_bytes:,} bytes.", SMALLER)
    return body


def _end_with_reader(output: int) -> None:
    """End this process when nobody is left to read its reply: the server was killed."""
    reader = select.poll()
    # No event is asked for: that the other end has gone is always told.
    reader.register(output, 0)
    reader.poll()
    os._exit(1)


if __name__ == "__main__":
    main()
