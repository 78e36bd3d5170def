"""A picture that a notebook shows and a file keeps."""

from pathlib import Path

from myograph.errors import OutputFileError


class Picture(str):
    """An SVG document; a notebook shows it."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        """Return the document; notebooks ask for it."""
        return str(self)

    def __repr__(self) -> str:
        return f"<Picture of {len(self):,} characters of SVG>"

    def save(self, path: str | Path) -> None:
        """Write the document to a file.

        Raises:
            OutputFileError: the file cannot be written.
        """
        try:
            Path(path).write_text(self, "utf-8")
        except OSError as error:
            raise OutputFileError(
                f"{path} cannot be written: {error.strerror}.", "Name a file that can be."
            ) from None
