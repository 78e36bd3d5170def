"""Holds what another's ontology says of a muscle against what we say, statement by statement.

Origins, insertions and nerves are compared where both sides state them. Their class is found among
our records by our links; of two places one is finer if it is a part of the other, and of two nerves
if it is a branch of the other. Where nothing that they state is near anything of ours, or theirs is
where we have the muscle's other end, the two contradict each other.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from myograph.link.bridge import closure, exact_links, near_links
from myograph.link.conflicts import short
from myograph.link.index import Index, Relation
from myograph.names import Names
from myograph.terms import BASE, OBO, SOURCE, myo

COLUMNS = (
    "muscle", "record", "class", "what", "verdict", "theirs", "their term", "their source", "ours",
    "our record", "our source",
)  # fmt: skip
# Their relation, the node that states ours, and the properties that lead from it to the structure.
WAYS = {
    "origin": (OBO + "RO_0002372", "hasOrigin", ("attachesTo",)),
    "insertion": (OBO + "RO_0002373", "hasInsertion", ("attachesTo", "via")),
    "nerve": (OBO + "RO_0002005", "hasInnervation", ("nerve",)),
}
_OTHER_END = {"origin": "insertion", "insertion": "origin"}
_PARTS = ("headOf", "partOfMuscle")
_ORDER = (
    "contradiction", "ours lacks", "theirs lacks", "other place", "ours coarser", "ours finer",
    "agreement", "not linked",
)  # fmt: skip
_NEAR = frozenset({"agreement", "ours finer", "ours coarser", "other place"})


@dataclass(frozen=True)
class Comparison:
    """What both sides say of one thing.

    Attributes:
        muscle: the label of our record.
        record: its IRI.
        term: the IRI of their class.
        what: `origin`, `insertion` or `nerve`.
        verdict: `agreement`; `ours finer` or `ours coarser`; `other place` on the same bone;
            `contradiction`; `theirs lacks` or `ours lacks`, where only one side has it beside what
            both have; `not linked`, where their structure is none of ours.
        theirs: their structures, as label and IRI.
        their_sources: what they cite.
        ours: our structures, as label and IRI.
        our_sources: the IRIs of what we cite.
    """

    muscle: str
    record: str
    term: str
    what: str
    verdict: str
    theirs: tuple[tuple[str, str], ...]
    their_sources: tuple[str, ...]
    ours: tuple[tuple[str, str], ...]
    our_sources: tuple[str, ...]

    def row(self) -> dict[str, str]:
        """Return it by the names of the columns."""
        values = (
            self.muscle, short(self.record), self.term, self.what, self.verdict,
            _joined(label for label, _ in self.theirs), _joined(iri for _, iri in self.theirs),
            _joined(self.their_sources), _joined(label for label, _ in self.ours),
            _joined(short(iri) for _, iri in self.ours), _joined(map(short, self.our_sources)),
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


@dataclass(frozen=True)
class Statement:
    """One origin, insertion or nerve of ours.

    Attributes:
        structures: the IRIs of what it reaches.
        near: those, and of a tendon that it runs through.
        sources: the IRIs of what is cited for it.
    """

    structures: frozenset[str]
    near: frozenset[str]
    sources: frozenset[str]


class _Ours:
    """What we say of muscles, and which of our structures lie within which."""

    def __init__(self, quads: Collection[Quad], names: Names) -> None:
        self.label = names.label
        self._said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        wanted = {myo(n).value: n for _, n, _ in WAYS.values()}
        wanted |= {myo(n).value: n for n in ("attachesTo", "via", "nerve", "hasMember", *_PARTS)}
        wanted[SOURCE.value] = "source"
        within = {myo("partOf"), myo("branchOf")}
        self.above: dict[str, set[str]] = defaultdict(set)
        for quad in quads:
            if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
                continue
            name = wanted.get(quad.predicate.value)
            if name:
                self._said[name][quad.subject.value].add(quad.object.value)
            elif quad.predicate in within:
                self.above[quad.subject.value].add(quad.object.value)
        self._below: dict[str, set[str]] = defaultdict(set)
        for name in _PARTS:
            for part, wholes in self._said[name].items():
                for whole in wholes:
                    self._below[whole].add(part)
        for whole, members in self._said["hasMember"].items():
            self._below[whole] |= members
        self._known: dict[str, set[str]] = {}

    def statements(self, muscle: str, what: str) -> list[Statement]:
        """Return where a muscle, its heads or its parts begin, end, or get their nerve from."""
        _, way, ends = WAYS[what]
        everything = closure(self._below, muscle, {})
        everything |= {whole for name in _PARTS for whole in self._said[name].get(muscle, ())}
        return [
            Statement(
                frozenset(s for end in ends[:1] for s in self._said[end].get(node, ())),
                frozenset(s for end in ends for s in self._said[end].get(node, ())),
                frozenset(self._said["source"].get(node, ())),
            )
            for one in sorted(everything)
            for node in sorted(self._said[way].get(one, ()))
        ]

    def kin(self, one: str, other: str) -> bool:
        """Whether two structures are parts of one, such as two places on a bone."""
        return bool(closure(self.above, one, self._known) & closure(self.above, other, self._known))

    def within(self, one: str, other: str) -> bool:
        """Whether a structure is a part or a branch of another."""
        return other in closure(self.above, one, self._known) and one != other


def compare(quads: Collection[Quad], names: Names, theirs: Index) -> list[Comparison]:
    """Compare what both sides say, the contradictions first.

    Args:
        quads: of our graph, without other ontologies.
        names: of our records.
        theirs: the other ontology.
    """
    ours = _Ours(quads, names)
    record_of: dict[str, set[str]] = defaultdict(set)
    for links in (exact_links(quads), near_links(quads)):
        known = set(record_of)
        for record, terms in links.items():
            for term in terms - known:
                record_of[term].add(record)
    found = []
    for record, terms in sorted(exact_links(quads).items()):
        for term in sorted(terms & theirs.relations.keys()):
            for what in WAYS:
                found += _compare_one(record, term, what, ours, theirs, record_of)
    return sorted(found, key=lambda c: (_ORDER.index(c.verdict), c.muscle, c.what))


def _compare_one(
    record: str,
    term: str,
    what: str,
    ours: _Ours,
    theirs: Index,
    record_of: dict[str, set[str]],
) -> list[Comparison]:
    said = [r for r in theirs.relations[term] if r.property == WAYS[what][0]]
    own = ours.statements(record, what)
    if not said or not own:
        return []
    other_end = ours.statements(record, _OTHER_END[what]) if what in _OTHER_END else []
    judged: dict[str, list[Relation]] = defaultdict(list)
    matched: dict[str, list[Statement]] = defaultdict(list)
    for relation in said:
        mine = record_of.get(relation.target, set())
        verdict, near = _verdict(mine, own, other_end, ours)
        judged[verdict].append(relation)
        matched[verdict] += near
    if "apart" in judged:
        # Beside what both have it is one more; alone it is another answer.
        judged["ours lacks" if judged.keys() & _NEAR else "contradiction"] += judged.pop("apart")
    near_all = [statement for found in matched.values() for statement in found]
    lacking = [statement for statement in own if statement not in near_all]
    if lacking and judged.keys() <= _NEAR | {"ours lacks"}:
        judged["theirs lacks"], matched["theirs lacks"] = said, lacking
    return [
        _made(record, term, what, verdict, relations, matched[verdict] or own, ours, theirs)
        for verdict, relations in judged.items()
    ]


def _verdict(
    theirs: set[str], own: list[Statement], other_end: list[Statement], ours: _Ours
) -> tuple[str, list[Statement]]:
    """Return how their structure stands to ours, and which of our statements it is near."""

    def those(test: Callable[[str, str], bool], among: list[Statement]) -> list[Statement]:
        return [s for s in among if any(test(o, t) for o in s.near for t in theirs)]

    if not theirs:
        return "not linked", []
    same = those(lambda o, t: o == t, own)
    finer = those(lambda o, t: ours.within(o, t), own)
    if same:
        return "agreement", same + finer
    if finer:
        return "ours finer", finer
    if coarser := those(lambda o, t: ours.within(t, o), own):
        return "ours coarser", coarser
    if those(lambda o, t: o == t or ours.within(o, t), other_end):
        return "contradiction", []
    # Two nerves of one plexus are still two nerves.
    places = not any(one.startswith(BASE + "nerve/") for one in theirs)
    if places and (beside := those(ours.kin, own)):
        return "other place", beside
    return "apart", []


def _made(
    record: str,
    term: str,
    what: str,
    verdict: str,
    relations: list[Relation],
    matched: list[Statement],
    ours: _Ours,
    theirs: Index,
) -> Comparison:
    return Comparison(
        ours.label(NamedNode(record)), record, term, what, verdict,
        tuple((theirs.labels.get(r.target, r.target), r.target) for r in relations),
        tuple(sorted({source for r in relations for source in r.sources})),
        tuple(sorted({(ours.label(NamedNode(o)), o) for s in matched for o in s.structures})),
        tuple(sorted({source for s in matched for source in s.sources})),
    )  # fmt: skip
