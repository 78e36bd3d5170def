"""Writes what a command makes, to a file or to standard output, and tells where things lie."""

import sys
from pathlib import Path

from rich.markup import escape

from myograph.console import OUT
from myograph.disk import OnDisk
from myograph.errors import OutputFileError


def tell_of_disk(held: OnDisk | None) -> None:
    """Say where a graph is kept on disk, if it is."""
    if held:
        OUT.print(
            "The graph has more triples than the setting disk_above allows in memory: it is kept "
            f"on disk, in {escape(str(held.path))}."
        )


def write_out(document: bytes, output: Path | None) -> None:
    """Write a document whole, and tell of it where that is not the document's own place.

    Args:
        document: its bytes.
        output: the file; standard output if not given.

    Raises:
        OutputFileError: the file cannot be written.
    """
    if output is None:
        sys.stdout.buffer.write(document)
        return
    try:
        output.write_bytes(document)
    except OSError as error:
        raise OutputFileError(
            f"{output} cannot be written: {error.strerror}.", "Name a file that can be."
        ) from None
    OUT.print(f"Wrote {len(document):,} bytes to {escape(str(output))}.")
