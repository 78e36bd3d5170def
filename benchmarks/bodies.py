"""A built graph many times over, written straight to a file: how large graphs are made.

Building a hundred bodies takes minutes and gigabytes. Each body is derived by itself, so that the
graph of many is the graph of one, repeated under other names as `benchmarks.repeated` gives them to
facts: a test holds the two against each other.
"""

import re
from pathlib import Path

from myograph.terms import BASE, GRAPH

_KINDS = (
    "muscle|bone|landmark|joint|tissue|nerve|artery|vein|region|movement|exercise|activity|equipment|injury|"
    "symptom|mechanism|treatment|risk|redflag"
)
_RECORD = re.compile(rf"(<{re.escape(BASE)}(?:mapping/[\w-]+/)?(?:{_KINDS})/[^/>]+)")
_LABEL = re.compile(r'(<http://www\.w3\.org/2000/01/rdf-schema#label> "[^\n]*)"@en')
# The classes above those that records are linked to, which are the same for all copies.
_THEIRS = re.compile(
    r"(/obo/UBERON_(?!0001474|0001630|0001021|0001637|0000982|0000043)\d{7}|/fma/fma\d+)"
)
_SHARED = tuple(f"<{GRAPH}{name}> .\n" for name in ("ontology", "metadata", "examples", "source"))
# Characters that N-Quads escapes, so that none of them stands in a file.
_NAME, _NUMBER, _CODE = "\x01", "\x02", "\x03"


def split(graph: Path) -> tuple[str, str]:
    """Return what all bodies share, and what each has, as text to be named by `named`.

    Args:
        graph: the N-Quads file of one body.
    """
    shared: list[str] = []
    own: list[str] = []
    with graph.open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            # The comment at the end is no triple.
            if line == "\n" or line.startswith("#"):
                continue
            changed = line if line.endswith(_SHARED) else _marked(line)
            (shared if changed == line else own).append(changed)
    return "".join(shared), "".join(own)


def _marked(line: str) -> str:
    marked = _RECORD.sub(rf"\1{_NAME}", line)
    if marked == line:
        return line
    return _THEIRS.sub(rf"\1{_CODE}", _LABEL.sub(rf'\1{_NUMBER}"@en', marked))


def named(own: str, copy: int) -> str:
    """Return the lines of one body; the first, of number 0, keeps its names."""
    number = str(copy) if copy else ""
    text = own.replace(_NAME, f"-r{number}" if copy else "")
    text = text.replace(_NUMBER, f" {number}" if copy else "")
    return text.replace(_CODE, f"{copy:03}" if copy else "")


def multiply(graph: Path, triples: int, target: Path) -> int:
    """Write a graph of at least so many triples, made of whole bodies.

    Args:
        graph: the N-Quads file of one body.
        triples: the least number of lines.
        target: the file to write.

    Returns:
        How many triples were written.
    """
    shared, own = split(graph)
    each, count, copy = own.count("\n"), shared.count("\n"), 0
    with target.open("w", encoding="utf-8", newline="\n") as out:
        out.write(shared)
        while count < triples:
            out.write(named(own, copy))
            count, copy = count + each, copy + 1
    return count
