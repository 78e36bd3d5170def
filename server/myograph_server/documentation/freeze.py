"""Writes the pages below `/docs` and `/ontology` as files that lead to one another."""

import posixpath
import re
import shutil
import tempfile
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import Flask
from flask.testing import FlaskClient

from myograph.errors import DocumentError

_HTML = {"Accept": "text/html"}
_LINK = re.compile(r'(?P<name>\b(?:href|src|action))="(?P<target>/[^"]*)"')
# What belongs to the documentation, and of pages whose kind of file their name does not tell.
_OURS = re.compile(r"/(docs|ontology|static)(/|$)")
_FILE = re.compile(r"\.(png|svg|css|js|json|ttl|ipynb|rq|cfg|txt)$")


def write_site(
    app: Flask, folder: Path, server: str, tell: Callable[[str], None] = lambda _: None
) -> int:
    """Write the documentation, and return how many files it is.

    Args:
        app: has the pages.
        folder: where they go, replaced as a whole when all of them are there.
        server: the address that links to everything else lead to.
        tell: is told each page.

    Raises:
        DocumentError: a link between the pages leads nowhere.
        OSError: the folder cannot be written to.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    client = app.test_client()
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as place:
        new = Path(place) / "site"
        waiting, seen = ["/docs"], {"/docs": ""}
        while waiting:
            path = waiting.pop()
            tell(path)
            for found in _write(client, path, new, server, seen[path]):
                if found not in seen:
                    seen[found] = path
                    waiting.append(found)
        shutil.rmtree(folder, ignore_errors=True)
        new.replace(folder)
    return len(seen)


def _write(client: FlaskClient, path: str, folder: Path, server: str, above: str) -> list[str]:
    """Write one page and return the pages of ours that it leads to."""
    answer = client.get(path, headers=_HTML, buffered=True)
    if answer.status_code != 200:
        raise DocumentError(
            f"{above} leads to {path}, which answers {answer.status_code}.", "Mend the link."
        )
    file = folder / file_of(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    if answer.mimetype != "text/html":
        file.write_bytes(answer.get_data())
        return []
    text = answer.get_data(as_text=True)
    file.write_text(_LINK.sub(lambda match: _led(match, path, server), text), "utf-8")
    targets = (urlsplit(unescape(match["target"])) for match in _LINK.finditer(text))
    return [unquote(t.path) for t in targets if _is_ours(t.path, t.query)]


def _is_ours(path: str, query: str) -> bool:
    """Whether an address becomes a file; a term in another format does not."""
    return bool(_OURS.match(path)) and not query and ("." not in path or bool(_FILE.search(path)))


def _led(match: re.Match[str], page: str, server: str) -> str:
    target = urlsplit(unescape(match["target"]))
    if not _is_ours(target.path, target.query):
        return f'{match["name"]}="{escape(server)}{match["target"]}"'
    here = posixpath.dirname(file_of(page)) or "."
    there = posixpath.relpath(file_of(unquote(target.path)), here)
    anchor = f"#{target.fragment}" if target.fragment else ""
    return f'{match["name"]}="{escape(there + anchor)}"'


def file_of(path: str) -> str:
    """Return the name of the file that an address becomes."""
    name = path.strip("/").removeprefix("docs").lstrip("/") or "index"
    return name if _FILE.search(name) else f"{name}.html"
