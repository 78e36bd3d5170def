"""What a store says of the graph that was published to it, so that nobody reads half of it.

The graph `graph:publication` has two triples. One is a record of which named graphs there are,
how many triples each has and the digest of them; the other is a mark, which is there only while the
store holds the whole of one version. It is taken away before anything is changed, is written last,
and is another one each time: who finds the mark after an answer as it was before knows that the
answer is of that version.
"""

import json
import secrets
from dataclasses import asdict, dataclass, field

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from myograph.build import Version
from myograph.errors import StoreVersionError
from myograph.metadata import DATASET
from myograph.terms import graph

HOME = graph("publication")
RECORD = NamedNode(f"{HOME.value}#record")
MARK = NamedNode(f"{HOME.value}#mark")
_REPAIR = "Publish it from here: myograph publish --to ADDRESS."


@dataclass(frozen=True)
class Part:
    """A named graph that a store holds.

    Attributes:
        triples: how many it has.
        digest: of them.
    """

    triples: int
    digest: str


@dataclass(frozen=True)
class Publication:
    """What was published to a store.

    Attributes:
        fingerprint: of the graph's version.
        sources: the fingerprint of the sources that it was built from.
        parts: the named graphs that are there whole, by IRI.
        mark: a name of its own for this state, where the whole version is there; else nothing.
    """

    fingerprint: str
    sources: str
    parts: dict[str, Part] = field(default_factory=dict)
    mark: str = ""

    @property
    def version(self) -> Version:
        """Which graph it is."""
        return Version(self.fingerprint, {iri: part.triples for iri, part in self.parts.items()})

    def finished(self) -> "Publication":
        """Return the same, as what is whole, under a mark that nothing had before."""
        return Publication(self.fingerprint, self.sources, self.parts, secrets.token_hex(12))

    def triples(self) -> list[Triple]:
        """Return what the store is to hold of it."""
        record = json.dumps(asdict(self) | {"mark": ""}, sort_keys=True)
        found = [Triple(DATASET, RECORD, Literal(record))]
        if self.mark:
            found.append(Triple(DATASET, MARK, Literal(self.mark)))
        return found


def read(record: str, mark: str) -> Publication:
    """Return a publication from what a store holds of it.

    Raises:
        StoreVersionError: it is not as we write it.
    """
    try:
        found = json.loads(record)
        parts = {iri: Part(**part) for iri, part in found["parts"].items()}
        return Publication(str(found["fingerprint"]), str(found["sources"]), parts, mark)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreVersionError(
            "What the store says of the graph in it cannot be read.", _REPAIR
        ) from None


def read_turtle(document: bytes) -> Publication | None:
    """Return a publication from its graph in Turtle; None where there is none.

    Raises:
        StoreVersionError: it is not as we write it.
    """
    try:
        triples = list(parse(document, format=RdfFormat.TURTLE))
    except (SyntaxError, ValueError):
        raise StoreVersionError(
            "What the store says of the graph in it is no Turtle.", _REPAIR
        ) from None
    said = {triple.predicate: triple.object for triple in triples}
    record, mark = said.get(RECORD), said.get(MARK)
    if not isinstance(record, Literal):
        return None
    return read(record.value, mark.value if isinstance(mark, Literal) else "")
