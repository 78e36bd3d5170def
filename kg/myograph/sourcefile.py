"""Reads the files that the graph is built from, and says what is wrong with one.

They are small texts below one folder. What is not, such as a link to elsewhere, a device or a file
of a gigabyte, is there by mistake or by malice, and is refused before it is read.
"""

import stat
from pathlib import Path

from myograph.errors import SourceFileError
from myograph.settings import settings


def files_below(folder: Path, ending: str = "") -> list[Path]:
    """Return the files below a folder, by path; a folder that is missing has none.

    Hidden files and editors' backups (`*~`) are no sources. A link to a folder counts as a file:
    it is refused when it is read, and not left out without a word.

    Args:
        folder: where to look.
        ending: of the names, such as `.ttl`.
    """
    return sorted(
        path
        for path in folder.rglob(f"*{ending}")
        if (path.is_symlink() or not path.is_dir())
        and not path.name.endswith("~")
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def read_bytes(path: Path, root: Path | None = None) -> bytes:
    """Return what is in a source file.

    Args:
        path: the file.
        root: the folder that it has to lie in, links followed; any if not given.

    Raises:
        SourceFileError: it lies outside, is no file, is too large or cannot be read.
    """
    most = int(settings()["max_source_length"])
    try:
        if root and not (target := path.resolve()).is_relative_to(root.resolve()):
            raise SourceFileError(
                f"{path} leads out of the sources, to {target}.",
                "Put a copy of the file there: a graph is built from what lies together.",
            )
        # Opening a pipe would wait for who writes to it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceFileError(f"{path} is no file.", "Remove it, or put a file in its place.")
        with path.open("rb") as file:
            # The size may be said wrongly, as that of files of /proc is.
            found = file.read(most + 1)
    except OSError as error:
        raise SourceFileError(
            f"{path} cannot be read: {error.strerror or error}.",
            "Make it readable, or remove it.",
        ) from None
    if len(found) > most:
        raise SourceFileError(
            f"{path} has more than {most:,} bytes.",
            "Split it, or raise the limit in the environment variable MYOGRAPH_MAX_SOURCE_LENGTH.",
        )
    return found


def read_source(path: Path) -> str:
    """Return the text of a source file.

    Raises:
        SourceFileError: it cannot be read, or is not UTF-8; the message has the line.
    """
    found = read_bytes(path)
    try:
        return found.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        raise SourceFileError(
            f"{path}, line {line}: the byte 0x{found[error.start]:02x} is not UTF-8 text.",
            "Save the file as UTF-8.",
        ) from None
