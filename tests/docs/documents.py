"""Reads the documents: their blocks of code, and how an answer is held against what one shows."""

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from tests.helpers import REPOSITORY

_GAP = re.compile(r"\s{2,}")
_COMMENT = re.compile(r"\s+#\s(?P<comment>.*)$")
_ENDS = re.compile(r"ends with (?P<code>\d)")
ELISION = "…"


@dataclass(frozen=True)
class Block:
    """A fence of a document: its kind, its text, and where it stands."""

    file: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command of a console block, with the exit code and the lines that the document shows."""

    place: str
    line: str
    code: int
    shown: tuple[str, ...]


def documents() -> list[Path]:
    """The documents for users; decisions tell of their day."""
    found = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md"]
    return [*found, *sorted((REPOSITORY / "docs").glob("*.md"))]


def blocks(path: Path) -> list[Block]:
    """The fences of a document, in order."""
    name = path.relative_to(REPOSITORY).as_posix()
    return [
        Block(name, token.map[0] + 1 if token.map else 0, token.info.strip(), token.content)
        for token in MarkdownIt("commonmark").parse(path.read_text("utf-8"))
        if token.type == "fence"
    ]


def lost_links(path: Path, text: str) -> list[str]:
    """The links of a document that lead to no file of the repository."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        for child in token.children or []:
            target = str(child.attrGet("href") or child.attrGet("src") or "#")
            place = target.partition("#")[0]
            if not re.match("[a-z]+:", target) and not (path.parent / place).exists():
                found.append(target)
    return found


def commands(block: Block) -> list[Command]:
    """The commands of a console block; a comment behind one may say `ends with 1`."""
    found: list[Command] = []
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if line.startswith("$ "):
            comment = _COMMENT.search(line)
            ends = _ENDS.search(comment["comment"]) if comment else None
            text = line[2 : comment.start()] if comment else line[2:]
            code = int(ends["code"]) if ends else 0
            found.append(Command(f"{block.file}:{number}", text, code, ()))
        elif found:
            last = found[-1]
            found[-1] = Command(last.place, last.line, last.code, (*last.shown, line))
    return found


def missing(shown: tuple[str, ...], told: str) -> str:
    """Return the first shown line that the answer does not have in its turn; "" if it has all.

    Rows and columns may be left out; `…` stands for anything, alone or within a line.
    """
    answer = iter(told.splitlines())
    for line in shown:
        if line.strip() and line.strip() != ELISION and not any(_fits(line, one) for one in answer):
            return line
    return ""


def _fits(shown: str, told: str) -> bool:
    """Whether the cells of a shown line stand in a line of the answer, in this order."""
    cells = iter(_GAP.split(told.strip()))
    return all(any(_alike(want, cell) for cell in cells) for want in _GAP.split(shown.strip()))


def _alike(shown: str, told: str) -> bool:
    pattern = ".*".join(map(re.escape, shown.split(ELISION)))
    return re.fullmatch(pattern, told) is not None
