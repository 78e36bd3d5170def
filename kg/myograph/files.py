"""Where the sources of the graph are, where the built graph goes, and what keys it.

The sources are the folders `ontology`, `shapes`, `kg/data`, `kg/rules` and
`kg/queries`. A checkout has them at its root, a wheel under `myograph/_files`.
An editable install copies them into site-packages too, where they go stale;
those copies are never read, because the package itself stays in the checkout.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from platformdirs import user_cache_path

from myograph.errors import SourcesNotFoundError
from myograph.sourcefile import files_below, read_bytes

# What the wheel brings besides, for the pages below /docs; the graph is not made of it.
DOCUMENTS = ("docs", "CONTRIBUTING.md")
SOURCE_FOLDERS = ("ontology", "shapes", "kg/data", "kg/rules", "kg/queries")


@dataclass(frozen=True)
class Sources:
    """The files that the graph is built from.

    Attributes:
        root: the folder that holds `SOURCE_FOLDERS`.
        package: the folder of the code that derives the graph from them.
        in_checkout: whether they are hand-kept files in a checkout, not a wheel's.
    """

    root: Path
    package: Path
    in_checkout: bool

    @property
    def ontology(self) -> Path:
        """The folder of the vocabulary; `prefixes.ttl` in it has every prefix."""
        return self.root / "ontology"

    @property
    def shapes(self) -> Path:
        """The folder of the SHACL shapes."""
        return self.root / "shapes"

    @property
    def data(self) -> Path:
        """The folder of the facts."""
        return self.root / "kg" / "data"

    @property
    def rules(self) -> Path:
        """The folder of the inference rules."""
        return self.root / "kg" / "rules"

    @property
    def queries(self) -> Path:
        """The folder of the questions."""
        return self.root / "kg" / "queries"

    def files(self) -> list[Path]:
        """Return every source file, in an order that is the same on every machine.

        Hidden files and editors' backups (`*~`) are no sources. A folder that is
        missing has no files.
        """
        found = [path for name in SOURCE_FOLDERS for path in files_below(self.root / name)]
        return sorted(found, key=lambda path: path.relative_to(self.root).as_posix())

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change when a source or the code of the package changes.

        Names and contents count; times and places do not, so a checkout and a wheel
        made of it agree. The code counts because it decides what is derived. It is
        read once: ask `find_sources` again after a change.

        Raises:
            SourceFileError: a source cannot be read, is too large or lies elsewhere.
        """
        digest = hashlib.sha256()
        code = sorted(self.package.rglob("*.py"))
        # An installer may make a wheel's files links to a store of its own.
        within = self.root if self.in_checkout else None
        for base, paths, inside in (
            (self.root, self.files(), within),
            (self.package, code, None),
        ):
            for path in paths:
                # Hashes of fixed length, so that no two sets of files run together alike.
                name = path.relative_to(base).as_posix()
                digest.update(hashlib.sha256(name.encode()).digest())
                digest.update(hashlib.sha256(read_bytes(path, inside)).digest())
        return digest.hexdigest()[:16]

    @property
    def build_folder(self) -> Path:
        """The folder of the built graph; it need not exist yet.

        In a checkout that is `build/`, which the next build overwrites; its writer
        records the fingerprint in it. Elsewhere it is a folder of the user's cache
        named by the fingerprint, because several installed versions may share a user.
        """
        if self.in_checkout:
            return self.root / "build"
        return user_cache_path("myograph") / "graph" / self.fingerprint


def find_sources(package: Path | None = None) -> Sources:
    """Find the sources that belong to the code that runs.

    Args:
        package: the folder of the package `myograph`; the running one if not given.

    Returns:
        The checkout's sources if the package lies in a checkout, else the wheel's.

    Raises:
        SourcesNotFoundError: the package lies in no checkout and brings no sources.
    """
    package = (package or Path(__file__).parent).resolve()
    checkout = package.parent.parent
    if package.parent.name == "kg" and (checkout / "pyproject.toml").is_file():
        return Sources(root=checkout, package=package, in_checkout=True)
    wheel = package / "_files"
    if wheel.is_dir():
        return Sources(root=wheel, package=package, in_checkout=False)
    raise SourcesNotFoundError(
        f"The sources of the graph are neither in a checkout around {package} nor in {wheel}.",
        repair="Install the package again: pip install --force-reinstall myograph.",
    )
