"""Several files as one archive, or in a folder: the same bytes whenever it is made.

The times in an archive are those of `SOURCE_DATE_EPOCH`,
https://reproducible-builds.org/specs/source-date-epoch/, and where that is not set the first
that a ZIP file can hold.
"""

import io
import os
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

_FIRST = 315532800  # 1980-01-01, in seconds since 1970
_LAST = 4354819198  # 2107-12-31


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP archive, in the order of their names."""
    moment = time.gmtime(min(max(epoch(), _FIRST), _LAST))[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on whatever system it is made
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def epoch() -> int:
    """Return the time that files are to bear, in seconds since 1970; 0 if nobody says."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(given) if given.isascii() and given.isdigit() else 0


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder, which is made if need be.

    Raises:
        OSError: it cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
