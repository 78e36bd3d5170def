"""Which documents there are, in what order, and where a link in one of them leads."""

import json
import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from myograph.files import Sources
from myograph.terms import BASE

CONTENTS = "README"
_SECTION = re.compile(r"^## (?P<title>.+)$")
_ENTRY = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<target>[^)\s]+)\)")
_TITLE = re.compile(r"^# (?P<title>.+)$", re.MULTILINE)
# Pictures and examples, by the ending of their names.
MEDIA = {
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".ttl": "text/turtle",
    ".ipynb": "application/json",
    ".rq": "application/sparql-query",
    ".cfg": "text/plain",
    ".txt": "text/plain",
}
_OUTSIDE = re.compile(r"[a-z]+:|//", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """A line of the contents.

    Attributes:
        title: what to call the page.
        address: where it is, such as `/docs/start`.
    """

    title: str
    address: str

    @property
    def name(self) -> str:
        """The address below `/docs/`."""
        return self.address.removeprefix("/docs/")


class Shelf:
    """The documents of a checkout or a wheel.

    Args:
        sources: where they are.
    """

    def __init__(self, sources: Sources) -> None:
        self._root = sources.root

    @cached_property
    def pages(self) -> dict[str, Path]:
        """Each document's file by its address below `/docs/`."""
        docs = self._root / "docs"
        found = [*docs.glob("*.md"), *docs.glob("*.ipynb"), *(docs / "decisions").glob("*.md")]
        named = {path.relative_to(docs).with_suffix("").as_posix(): path for path in sorted(found)}
        contributing = self._root / "CONTRIBUTING.md"
        return named | ({"contributing": contributing} if contributing.is_file() else {})

    @cached_property
    def contents(self) -> list[tuple[str, list[Entry]]]:
        """The sections of `docs/README.md` with their pages, and then what it does not name."""
        sections: list[tuple[str, list[Entry]]] = []
        for line in self.text(CONTENTS).splitlines():
            if match := _SECTION.match(line):
                sections.append((match["title"], []))
            elif sections and (match := _ENTRY.match(line)):
                address = self.address(match["target"], self.pages[CONTENTS])
                if address:
                    sections[-1][1].append(Entry(match["title"], address))
        told = {entry.name for _, entries in sections for entry in entries}
        others = [name for name in self.pages if name not in told and "/" not in name]
        more = [self._entry(name) for name in others if name != CONTENTS]
        return [*sections, ("More", more)] if more else sections

    @property
    def decisions(self) -> list[Entry]:
        """The records of decisions, by number."""
        return [self._entry(name) for name in self.pages if name.startswith("decisions/")]

    def _entry(self, name: str) -> Entry:
        return Entry(self.title(name), f"/docs/{name}")

    def text(self, name: str) -> str:
        """Return a document as Markdown; a notebook's code stands in fences."""
        path = self.pages[name]
        text = path.read_text("utf-8")
        return _notebook(text) if path.suffix == ".ipynb" else text

    def title(self, name: str) -> str:
        """Return a document's first heading, without marks."""
        found = _TITLE.search(self.text(name))
        return found["title"].replace("`", "") if found else name

    def file(self, name: str) -> Path | None:
        """Return a picture or an example of the documents, by its path below `docs/`."""
        docs = (self._root / "docs").resolve()
        path = (docs / name).resolve()
        known = path.suffix in MEDIA and path.is_relative_to(docs) and path.is_file()
        return path if known else None

    def address(self, target: str, document: Path) -> str | None:
        """Return the address on this server that a link in a document leads to.

        Args:
            target: as the document has it.
            document: its file.

        Returns:
            A path that begins with `/`; the target itself where it leads to another site or stays
            on the page; None where the server does not have it, such as a file of the code.
        """
        if target.startswith(BASE):
            return "/" + target.removeprefix(BASE)
        if target.startswith("#") or _OUTSIDE.match(target):
            return target
        path, hash_, anchor = target.partition("#")
        folder = document.parent.relative_to(self._root).as_posix()
        place = posixpath.normpath(posixpath.join(folder, path))
        if place in ("README.md", "docs", "docs/README.md"):
            return f"/docs{hash_}{anchor}"
        if place == "docs/decisions":
            return "/docs/decisions"
        if place == "CONTRIBUTING.md":
            return f"/docs/contributing{hash_}{anchor}"
        name = place.removeprefix("docs/")
        stem = name.removesuffix(".md").removesuffix(".ipynb")
        if place.startswith("docs/") and stem in self.pages:
            return f"/docs/{stem}{hash_}{anchor}"
        return f"/docs/{name}" if place.startswith("docs/") and self.file(name) else None


def _notebook(text: str) -> str:
    """Return a notebook, https://nbformat.readthedocs.io/, as Markdown."""
    parts = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        parts.append(f"```python\n{source}\n```" if cell["cell_type"] == "code" else source)
    return "\n\n".join(parts)
