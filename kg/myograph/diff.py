"""What changed between two built graphs, by record.

The lines of the two files are compared, so that graphs of millions of triples need no more memory
than a number for each. A fact that went from one named graph to another has not changed; the
description of the dataset, which counts the rest, is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from myograph.link.external import is_external
from myograph.terms import BASE, LABEL, MYO, RDF_TYPE, graph, is_derived

Term = NamedNode | BlankNode | Literal | Triple
_DESCRIPTION = str(graph("metadata")).encode()
_LABEL = str(LABEL).encode()
_QUESTION = BASE + "ask/"


@dataclass(frozen=True)
class Fact:
    """One authored fact in words.

    Attributes:
        subject: what it is about, below its record: "" for the record itself.
        property: such as `has origin`.
        value: such as `soleal line`; of a changed fact what it is now.
        before: of a changed fact, what the value was.
    """

    subject: str
    property: str
    value: str
    before: str = ""


@dataclass
class Change:
    """What changed of one record.

    Attributes:
        iri: of the record; of what belongs to none, its first part that does.
        label: its name, or the end of its IRI.
        added: authored facts that are new.
        removed: authored facts that are gone.
        changed: authored facts that have another value.
        derived: by property, how many derived facts were added and removed.
    """

    iri: str
    label: str
    added: list[Fact] = field(default_factory=list)
    removed: list[Fact] = field(default_factory=list)
    changed: list[Fact] = field(default_factory=list)
    derived: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def authored(self) -> int:
        """How many authored facts were added, removed or changed."""
        return len(self.added) + len(self.removed) + len(self.changed)

    @property
    def consequences(self) -> tuple[int, int]:
        """How many derived facts were added, and how many removed."""
        pairs = self.derived.values()
        return sum(added for added, _ in pairs), sum(removed for _, removed in pairs)


def compare(before: BinaryIO, after: BinaryIO) -> list[Change]:
    """Compare two graphs.

    Args:
        before: the N-Quads file of one, as a build leaves it.
        after: that of the other.

    Returns:
        The records that changed: those of which authored facts did first, questions after other
            records, then by IRI.

    Raises:
        SyntaxError: a line that differs is not N-Quads.
    """
    old, new = _hashes(before), _hashes(after)
    gone = _quads(line for key, line in _lines(before) if key not in new)
    came = _quads(line for key, line in _lines(after) if key not in old)
    labels = _labels(before) | _labels(after) if gone or came else {}
    of: dict[str, tuple[list[Quad], list[Quad]]] = defaultdict(lambda: ([], []))
    for side, quads in enumerate((gone, came)):
        for quad in quads:
            of[_record(quad)][side].append(quad)
    changes = [_change(iri, *sides, labels) for iri, sides in of.items()]
    return sorted(changes, key=_place)


def _place(change: Change) -> tuple[bool, bool, str]:
    return not change.authored, change.iri.startswith(_QUESTION), change.iri


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield each quad's line with a number that stands for its triple."""
    file.seek(0)
    for line in file:
        triple, _, rest = line.rpartition(b" <")
        if triple and not line.startswith(b"#") and not rest.startswith(_DESCRIPTION[1:]):
            yield hash(triple), line


def _hashes(file: BinaryIO) -> set[int]:
    return {key for key, _ in _lines(file)}


def _quads(lines: Iterable[bytes]) -> list[Quad]:
    return list(parse(b"".join(lines), format=RdfFormat.N_QUADS, lenient=True))


def _labels(file: BinaryIO) -> dict[str, str]:
    found = (line for _, line in _lines(file) if _LABEL in line)
    return {
        quad.subject.value: quad.object.value
        for quad in _quads(found)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
    }


def _record(quad: Quad) -> str:
    """Return the IRI of the record that a quad tells of."""
    if is_external(quad.graph_name):
        return str(quad.graph_name).strip("<>")
    if not isinstance(quad.subject, NamedNode):
        return MYO.rstrip("/")
    iri = quad.subject.value
    if not iri.startswith(BASE):
        return iri
    return BASE + "/".join(iri.removeprefix(BASE).split("/")[:2])


def _change(iri: str, gone: list[Quad], came: list[Quad], labels: dict[str, str]) -> Change:
    found = Change(iri, labels.get(iri) or iri.removeprefix(BASE))
    by_property: dict[str, Counter[int]] = defaultdict(Counter)
    for side, quads in enumerate((gone, came)):
        for quad in quads:
            if is_derived(quad.graph_name) or is_external(quad.graph_name):
                by_property[_property(quad.predicate, labels)][side] += 1
    found.derived.update(
        (name, (count[1], count[0])) for name, count in sorted(by_property.items())
    )
    sides: dict[tuple[str, str], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, quads in enumerate((gone, came)):
        for quad in quads:
            if not (is_derived(quad.graph_name) or is_external(quad.graph_name)):
                about = _below(quad.subject, iri), _property(quad.predicate, labels)
                sides[about][side].append(_value(quad.object, iri, labels))
    for (subject, name), (old, new) in sorted(sides.items()):
        if len(old) == len(new) == 1:
            found.changed.append(Fact(subject, name, new[0], old[0]))
        else:
            found.removed += [Fact(subject, name, value) for value in sorted(old)]
            found.added += [Fact(subject, name, value) for value in sorted(new)]
    return found


def _property(term: NamedNode, labels: dict[str, str]) -> str:
    if term == RDF_TYPE:
        return "is a"
    return labels.get(term.value) or term.value.rstrip("/").replace("#", "/").rpartition("/")[2]


def _below(term: Term, record: str) -> str:
    """Return the path of a nested fact below its record, in words."""
    if not isinstance(term, NamedNode) or term.value == record:
        return ""
    return term.value.removeprefix(record + "/").replace("/", " ").replace("-", " ")


def _value(term: Term, record: str, labels: dict[str, str]) -> str:
    if isinstance(term, Literal):
        return f'"{term.value}"' + (f"@{term.language}" if term.language else "")
    if not isinstance(term, NamedNode):
        return "an expression"
    if term.value.startswith(record + "/"):
        return _below(term, record)
    return labels.get(term.value) or term.value.removeprefix(BASE)
