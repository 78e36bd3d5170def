"""The sources repeated under new names, to see how the steps of a build grow.

Each copy is a whole body of its own: every record but sources and nerve roots gets a name and a
label of its own, and so do the identifiers that links lead to.
"""

import re
import shutil
from dataclasses import replace
from pathlib import Path

from myograph.files import SOURCE_FOLDERS, Sources
from myograph.link.register import linked, register_path, register_text

_NAMES = re.compile(
    r"(?<![\w/<-])(muscle|bone|landmark|joint|tissue|nerve|artery|vein|region|movement|exercise|"
    r"activity|equipment|injury|symptom|mechanism|treatment|risk|redflag):([a-z0-9][\w-]*)"
)
_LABELS = re.compile(r'(rdfs:label "[^"]*)"@en')
# The classes above those that records are linked to, which are the same for all copies.
_UPPER = "0001474|0001630|0001021|0001637|0000982|0000043"
_UBERON = re.compile(rf"UBERON:(?!{_UPPER})(\d{{7}})")
_FMA = re.compile(r"FMA:(\d+)")
_SHARED = re.compile(r"^root:\w+ a [^\n]*(\n[ \t]+[^\n]*)*", re.MULTILINE)
# Far apart, so that the identifiers of two copies hardly ever meet.
_STEP = 97_003


_BEYOND_ANATOMY = ("exercises", "injuries")


def repeat(sources: Sources, copies: int, folder: Path, *, whole: bool = True) -> Sources:
    """Write the sources, and their facts so many times over, into an empty folder.

    Args:
        sources: what to repeat.
        copies: how often; at least once.
        folder: where to.
        whole: all of it, or the anatomy without exercises and injuries.
    """
    left_out = shutil.ignore_patterns(*() if whole else _BEYOND_ANATOMY)
    for name in SOURCE_FOLDERS:
        shutil.copytree(sources.root / name, folder / name, ignore=left_out)
    for path in sorted(sources.data.rglob("*")):
        if not whole and path.parent.name in _BEYOND_ANATOMY:
            continue
        # Sources are cited by every copy, and written once; the register follows from the links.
        if not path.is_file() or path.name.startswith("sources") or path == register_path(sources):
            continue
        text = path.read_text("utf-8")
        stem, dot, ending = path.name.partition(".")
        for copy in range(1, copies):
            target = folder / "kg" / "data" / path.relative_to(sources.data).parent
            (target / f"{stem}-{copy}{dot}{ending}").write_text(renamed(text, copy), "utf-8")
    made = replace(sources, root=folder, in_checkout=True)
    if entries := linked(made):
        register_path(made).write_text(register_text(entries), "utf-8")
    return made


def renamed(text: str, copy: int) -> str:
    """Return the text of a file as that of another body."""
    text = _SHARED.sub("", text)
    text = _NAMES.sub(rf"\1:\2-r{copy}", text)
    text = _LABELS.sub(rf'\1 {copy}"@en', text)
    text = _UBERON.sub(lambda found: f"UBERON:{_other(found[1], copy)}", text)
    return _FMA.sub(lambda found: f"FMA:{_other(found[1], copy)}", text)


def _other(digits: str, copy: int) -> str:
    return f"{(int(digits) + copy * _STEP) % 10_000_000:07}"
