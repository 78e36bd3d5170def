"""Writes what a command makes, to a file or to standard output, and tells where things lie."""

import os
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
        if output.exists() and not output.is_file():
            output.write_bytes(document)  # a pipe or a device, which nothing can take the place of
        else:
            _replace(output.resolve(), document)
    except OSError as error:
        raise OutputFileError(
            f"{output} cannot be written: {error.strerror}.", "Name a file that can be."
        ) from None
    OUT.print(f"Wrote {len(document):,} bytes to {escape(str(output))}.")


def _replace(path: Path, document: bytes) -> None:
    """Write a file that is whole or as it was, with the permissions that it had or would have."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            file.write(document)
        if path.exists():
            part.chmod(path.stat().st_mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
