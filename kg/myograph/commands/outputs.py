"""Writes what a command makes: to the file that somebody named, or to standard output."""

import sys
from pathlib import Path

from rich.markup import escape

from myograph.console import OUT
from myograph.errors import OutputFileError


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
