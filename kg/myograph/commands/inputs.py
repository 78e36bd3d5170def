"""Reads the files that people name on the command line."""

from pathlib import Path

from myograph.errors import InputFileError
from myograph.settings import settings


def read_text(path: Path) -> str:
    """Return the text of a file that somebody named.

    Raises:
        InputFileError: it cannot be read as UTF-8 text, or is larger than the setting
            `max_source_length` allows.
    """
    most = int(settings()["max_source_length"])
    try:
        # No more is read than may be: the file may be a pipe, which has no size.
        with path.open("rb") as file:
            found = file.read(most + 1)
        if len(found) > most:
            raise InputFileError(
                f"{path} has more than {most:,} bytes.",
                "Split it, or raise the limit in the environment variable "
                "MYOGRAPH_MAX_SOURCE_LENGTH.",
            )
        return found.decode("utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputFileError(
            f"{path} cannot be read: {reason}.", "Give the path of a text file."
        ) from None
