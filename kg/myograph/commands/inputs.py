"""Reads the files that people name on the command line."""

from pathlib import Path

from myograph.errors import InputFileError


def read_text(path: Path) -> str:
    """Return the text of a file that somebody named.

    Raises:
        InputFileError: it cannot be read as UTF-8 text.
    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputFileError(
            f"{path} cannot be read: {reason}.", "Give the path of a text file."
        ) from None
