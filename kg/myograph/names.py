"""Finds records by what people call them: labels, Latin, synonyms, lay names, typing errors."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Quad
from rapidfuzz import fuzz, process

from myograph.errors import UnknownNameError
from myograph.terms import ALT_LABEL, BASE, LABEL, PREF_LABEL, RDF_TYPE, myo

_NAMING = {LABEL: 0, PREF_LABEL: 1, ALT_LABEL: 2, myo("layName"): 3}
_KINDS_FIRST = ("muscle", "exercise", "activity", "injury", "joint", "movement", "bone")
_LONGEST = 200  # characters; no name is longer, and comparing takes time
_FEW = 15  # records of a class that an error may list
_LEAST_SIMILAR = 72  # of 100; below that a typing error is no longer told from another word


@dataclass(frozen=True)
class Record:
    """One thing of ours that has a label.

    Attributes:
        iri: its IRI.
        label: its English label.
        names: every name, the label first.
        classes: every class that it is an instance of.
    """

    iri: NamedNode
    label: str
    names: tuple[str, ...]
    classes: frozenset[NamedNode]

    @property
    def space(self) -> str:
        """The first path segment of its IRI, such as `muscle`."""
        return self.iri.value.removeprefix(BASE).split("/", 1)[0]

    @property
    def slug(self) -> str:
        """The rest of its IRI, such as `soleus`."""
        return self.iri.value.removeprefix(BASE).split("/", 1)[-1]


@dataclass(frozen=True)
class Match:
    """A record that a search found, by which name and how well, from 0 to 100."""

    record: Record
    name: str
    score: float


def folded(text: str) -> str:
    """Return a name without case, accents, hyphens and doubled blanks, for comparing."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", plain).strip().casefold()


_NAMED = f"VALUES ?p {{ {' '.join(map(str, _NAMING))} }} ?s ?p ?o"
_OURS = f'FILTER(STRSTARTS(STR(?s), "{BASE}"))'
# What `Names` wants of a graph, as the patterns of two queries: every name, and the classes of
# all that has one.
NAMES_PATTERN = f"{_NAMED} {_OURS}"
CLASSES_PATTERN = (
    f"{{ SELECT DISTINCT ?s WHERE {{ {_NAMED} {_OURS} }} }} ?s {RDF_TYPE} ?o BIND({RDF_TYPE} AS ?p)"
)


class Names:
    """The names of all records of a graph.

    Args:
        quads: of the whole graph; literals of other languages than English and Latin are skipped.
    """

    def __init__(self, quads: Iterable[Quad]) -> None:
        names: dict[NamedNode, list[tuple[int, str]]] = defaultdict(list)
        classes: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        for quad in quads:
            subject, value = quad.subject, quad.object
            if not isinstance(subject, NamedNode) or not subject.value.startswith(BASE):
                continue
            if quad.predicate == RDF_TYPE and isinstance(value, NamedNode):
                classes[subject].add(value)
            elif quad.predicate in _NAMING and isinstance(value, Literal):
                names[subject].append((_NAMING[quad.predicate], value.value))
        self.records = {
            iri: Record(
                iri,
                sorted(found)[0][1],
                tuple(dict.fromkeys(name for _, name in sorted(found))),
                frozenset(classes[iri]),
            )
            for iri, found in sorted(names.items(), key=lambda item: item[0].value)
        }

    @cached_property
    def _by_name(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = defaultdict(list)
        for record in self.records.values():
            for name in {folded(n) for n in (*record.names, record.slug)}:
                found[name].append(record)
        return found

    def label(self, iri: NamedNode) -> str:
        """Return the label of a record, or the last part of an IRI that has none."""
        record = self.records.get(iri)
        return record.label if record else re.split(r"[/#]", iri.value)[-1]

    def called(self, text: str) -> list[NamedNode]:
        """Return every record that has this name, or none."""
        return [record.iri for record in self._by_name.get(folded(text), ())]

    def find(self, text: str, kind: NamedNode | None = None) -> NamedNode:
        """Return the one record of a class that has this name, slug, compact name or IRI.

        Raises:
            UnknownNameError: there is none; the message has the closest ones.
        """
        wanted = text.strip().strip("<>")
        compact = re.fullmatch(r"([a-z]+):([\w/-]+)", wanted)
        iri = NamedNode(BASE + f"{compact[1]}/{compact[2]}") if compact else None
        if iri is None and wanted.startswith(BASE):
            iri = _named_node(wanted)
        candidates = (
            [self.records[iri]] if iri in self.records else self._by_name.get(folded(wanted), [])
        )
        fitting = [record for record in candidates if kind is None or kind in record.classes]
        if fitting:
            return min(fitting, key=lambda record: self._rank(record, wanted)).iri
        raise self._unknown(text, kind, candidates)

    def _unknown(self, text: str, kind: NamedNode | None, others: list[Record]) -> UnknownNameError:
        """Return the error for a name that no record of a class has, with what is near."""
        what = self.label(kind) if kind else "record"
        message = f"There is no {what} called '{text}'"
        if others:
            # A right name in the wrong place is told apart from a mistyped one.
            message += f"; that names {others[0].space}:{others[0].slug}"
        # Of an IRI or a compact name the last part is what was mistyped.
        words = re.split(r"[/:]", text.strip("<> "))[-1] if re.search(r"\w:\S", text) else text
        near = [match.record for match in self.search(words, limit=5, kind=kind)]
        if near:
            listed = ", ".join(f"{r.label} ({r.slug})" for r in near)
            return UnknownNameError(f"{message}.", f"Did you mean {listed}?")
        known = [r.label for r in self.records.values() if kind and kind in r.classes]
        if 0 < len(known) <= _FEW:
            return UnknownNameError(f"{message}.", f"There are: {', '.join(sorted(known))}.")
        return UnknownNameError(f"{message}.", "Search for it by another name.")

    def search(self, text: str, limit: int = 10, kind: NamedNode | None = None) -> list[Match]:
        """Return the records whose names are most like a text, the best first.

        Whole names come before beginnings, these before parts, and these before names that
        differ by a typing error.
        """
        wanted = folded(text[:_LONGEST])
        if not wanted:
            return []
        best: dict[NamedNode, Match] = {}
        scored = process.extract(
            wanted, list(self._by_name), scorer=_similarity, limit=None, score_cutoff=_LEAST_SIMILAR
        )
        for name, score, _ in scored:
            for record in self._by_name[name]:
                known = best.get(record.iri)
                fits = kind is None or kind in record.classes
                if fits and (known is None or score > known.score):
                    shown = next((n for n in record.names if folded(n) == name), record.label)
                    best[record.iri] = Match(record, shown, score)
        order = sorted(best.values(), key=lambda m: (-m.score, *self._rank(m.record, wanted)))
        return order[:limit]

    def _rank(self, record: Record, wanted: str) -> tuple[bool, int, int, str]:
        """Order records that share a name: an own label first, then the kinds people ask for."""
        space = record.space
        place = _KINDS_FIRST.index(space) if space in _KINDS_FIRST else len(_KINDS_FIRST)
        return folded(record.label) != folded(wanted), place, len(record.label), record.iri.value


def _named_node(text: str) -> NamedNode | None:
    try:
        return NamedNode(text)
    except ValueError:
        return None


def _similarity(wanted: str, name: str, **_: object) -> float:
    if name == wanted:
        return 100.0
    if name.startswith(wanted):
        return 95.0 - min(10.0, (len(name) - len(wanted)) / 4)
    if f" {wanted}" in name:
        return 84.0 - min(8.0, (len(name) - len(wanted)) / 4)
    if len(wanted) < 4:
        return 0.0
    whole = fuzz.ratio(wanted, name) * 0.95
    # One mistyped word may stand within a longer name: achiles, Achilles tendinopathy.
    within = max(fuzz.ratio(wanted, word) for word in name.split()) * 0.85 if name else 0.0
    return float(min(80.0, max(whole, within)))
