"""What rests on which source: how many facts, which on one alone, which on weak ones only."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from myograph.build import Built
from myograph.names import Names
from myograph.terms import BASE, RDF_TYPE, SOURCE, is_derived, myo

# An article for the public without references of its own.
WEAKEST = myo("LayEvidence")


@dataclass(frozen=True)
class Backing:
    """What rests on one source.

    Attributes:
        source: its IRI.
        title: as the source gives it.
        kind: what kind of source it is, in words.
        evidence: how strongly it stands, in words.
        facts: how many records and reified facts cite it.
        alone: those of them that cite nothing else.
        by_kind: how many of them there are of each kind of record.
    """

    source: ox.NamedNode
    title: str
    kind: str
    evidence: str
    facts: int
    alone: tuple[ox.NamedNode, ...]
    by_kind: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Support:
    """How the facts of a graph are backed.

    Attributes:
        sources: each source with what rests on it, the most first.
        alone: facts that rest on one source.
        weakest: facts whose sources are all of the weakest kind of evidence.
        uncited: sources that nothing cites.
        cited: how many facts cite a source at all.
    """

    sources: tuple[Backing, ...]
    alone: tuple[ox.NamedNode, ...]
    weakest: tuple[ox.NamedNode, ...]
    uncited: tuple[ox.NamedNode, ...]
    cited: int


def support(built: Built, names: Names) -> Support:
    """Work out what rests on each source of a graph."""
    citing: dict[ox.NamedNode, set[ox.NamedNode]] = defaultdict(set)
    sources: set[ox.NamedNode] = set()
    evidence: dict[ox.NamedNode, ox.NamedNode] = {}
    for quad in built.quads:
        if is_derived(quad.graph_name) or not isinstance(quad.subject, ox.NamedNode):
            continue
        if quad.predicate == SOURCE and isinstance(quad.object, ox.NamedNode):
            if quad.object.value.startswith(BASE + "source/"):
                citing[quad.subject].add(quad.object)
        elif quad.predicate == RDF_TYPE and quad.object == myo("Source"):
            sources.add(quad.subject)
        elif quad.predicate == myo("evidence") and isinstance(quad.object, ox.NamedNode):
            evidence[quad.subject] = quad.object
    alone = _sorted(fact for fact, cited in citing.items() if len(cited) == 1)
    weakest = _sorted(
        fact for fact, cited in citing.items() if {evidence.get(s) for s in cited} == {WEAKEST}
    )
    used: dict[ox.NamedNode, list[ox.NamedNode]] = defaultdict(list)
    for fact, cited in citing.items():
        for source in cited:
            used[source].append(fact)
    rows = [_backing(source, used[source], set(alone), built, names) for source in sources]
    rows.sort(key=lambda row: (-row.facts, row.source.value))
    uncited = _sorted(source for source in sources if not used[source])
    return Support(tuple(rows), alone, weakest, uncited, len(citing))


def _backing(
    source: ox.NamedNode,
    facts: list[ox.NamedNode],
    alone: set[ox.NamedNode],
    built: Built,
    names: Names,
) -> Backing:
    kinds = Counter(fact.value.removeprefix(BASE).partition("/")[0] for fact in facts)

    def said(name: ox.NamedNode) -> str:
        found = next(built.store.quads_for_pattern(source, name, None, None), None)
        if found is None:
            return ""
        value = found.object
        return value.value if isinstance(value, ox.Literal) else names.label(value)  # type: ignore[arg-type]

    return Backing(
        source,
        said(ox.NamedNode("http://purl.org/dc/terms/title")),
        said(myo("sourceKind")),
        said(myo("evidence")),
        len(facts),
        _sorted(fact for fact in facts if fact in alone),
        tuple(kinds.most_common()),
    )


def _sorted(iris: Iterable[ox.NamedNode]) -> tuple[ox.NamedNode, ...]:
    return tuple(sorted(iris, key=lambda iri: iri.value))
