"""The authored facts as their files state them, nested facts not yet named, ready to be changed."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from myograph.files import Sources
from myograph.read import parse_turtle
from myograph.terms import BASE, LABEL, RDF_TYPE, myo

Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True)
class Change:
    """One change to the facts of one file.

    Attributes:
        told: what was changed, in words.
        file: the file, from the root of the sources.
        removed: statements that are no more; for Turtle.
        added: statements that are new; for Turtle.
        text: the whole new file; for SSSOM.
    """

    told: str
    file: str
    removed: tuple[Quad, ...] = ()
    added: tuple[Quad, ...] = ()
    text: str = ""


Maker = Callable[["Facts", random.Random], Change | None]


@dataclass(frozen=True)
class Kind:
    """One kind of change.

    Attributes:
        name: what it is called in the report.
        make: makes one at random, or nothing where the draw gives none that is wrong.
        safety: whether somebody could be hurt by it, so that none may pass.
        innocent: whether it is right, so that all must pass.
    """

    name: str
    make: Maker
    safety: bool = False
    innocent: bool = False


@dataclass
class Kinds:
    """A list of kinds, filled by decorating what makes a change of each."""

    found: list[Kind] = field(default_factory=list)

    def __call__(
        self, name: str, *, safety: bool = False, innocent: bool = False
    ) -> Callable[[Maker], Maker]:
        """Return what enters a function in the list under a name."""

        def enter(make: Maker) -> Maker:
            self.found.append(Kind(name, make, safety, innocent))
            return make

        return enter


class Facts:
    """All Turtle and SSSOM files below `kg/data`.

    Args:
        sources: where they are.
    """

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.files: dict[str, list[Quad]] = {}
        self.tables: dict[str, str] = {}
        for path in sorted(sources.data.rglob("*.ttl")):
            name = path.relative_to(sources.root).as_posix()
            self.files[name] = parse_turtle(path.read_text("utf-8"), name)
        for path in sorted(sources.data.rglob("*.sssom.tsv")):
            self.tables[path.relative_to(sources.root).as_posix()] = path.read_text("utf-8")
        self.home: dict[Quad, str] = {}
        self.about: dict[Term, list[Quad]] = defaultdict(list)
        self.naming: dict[Term, list[Quad]] = defaultdict(list)
        for name, quads in self.files.items():
            for quad in quads:
                self.home[quad] = name
                self.about[quad.subject].append(quad)
                self.naming[quad.object].append(quad)

    @cached_property
    def of_owner(self) -> dict[tuple[str, Term], list[Quad]]:
        """What each file says of each record and of what is nested in it."""
        found: dict[tuple[str, Term], list[Quad]] = defaultdict(list)
        for name, quads in self.files.items():
            for quad in quads:
                found[name, self.owner(quad.subject)].append(quad)
        return found

    @cached_property
    def statements(self) -> dict[str, list[Quad]]:
        """The statements with each property, by its local name or its whole IRI, in file order."""
        found: dict[str, list[Quad]] = defaultdict(list)
        for quads in self.files.values():
            for quad in quads:
                found[short(quad.predicate)].append(quad)
        return found

    def of_class(self, *names: str) -> list[NamedNode]:
        """Return the records that are typed with one of some classes of ours, in file order."""
        wanted = {myo(name) for name in names}
        return [
            quad.subject
            for quad in self.statements[short(RDF_TYPE)]
            if quad.object in wanted and isinstance(quad.subject, NamedNode)
        ]

    def values(self, subject: Term, name: str) -> list[Term]:
        """Return the values of one of our properties."""
        return [quad.object for quad in self.with_property(subject, name)]

    def value(self, subject: Term, name: str) -> Term | None:
        """Return the first value of one of our properties."""
        return next(iter(self.values(subject, name)), None)

    def with_property(self, subject: Term, name: str) -> list[Quad]:
        """Return the statements of a subject with one of our properties."""
        return [quad for quad in self.about.get(subject, ()) if quad.predicate == myo(name)]

    def owner(self, term: Term) -> NamedNode:
        """Return the record that a nested fact hangs on, or the record itself."""
        while isinstance(term, BlankNode):
            term = self.naming[term][0].subject
        if not isinstance(term, NamedNode):
            raise TypeError(f"{term} hangs on no record")
        return term

    def type_of(self, record: Term) -> Term | None:
        """Return the class that a record is typed with."""
        return next((q.object for q in self.about.get(record, ()) if q.predicate == RDF_TYPE), None)

    def label(self, term: Term) -> str:
        """Return the label of a record, or what stands for it."""
        for quad in self.about.get(term, ()):
            if quad.predicate == LABEL and isinstance(quad.object, Literal):
                return quad.object.value
        return compact(term)

    def nested(self, node: Term) -> Iterator[Quad]:
        """Yield what is said of a node and of all that is nested in it."""
        for quad in self.about.get(node, ()):
            yield quad
            if isinstance(quad.object, BlankNode):
                yield from self.nested(quad.object)

    def bone_of(self, place: Term | None, *, depth: int = 6) -> Term | None:
        """Return the bone that a landmark or a soft tissue belongs to or ends on."""
        if place is None or depth == 0:
            return None
        if self.type_of(place) in (myo("Bone"), myo("Sesamoid")):
            return place
        for name in ("partOf", "distalAttachment", "proximalAttachment"):
            for value in self.values(place, name):
                found = self.bone_of(value, depth=depth - 1)
                if found:
                    return found
        return None


def swap(facts: Facts, quad: Quad, told: str, value: Term) -> Change:
    """Return the change that gives a statement another value."""
    new = Quad(quad.subject, quad.predicate, value, quad.graph_name)
    return Change(told, facts.home[quad], (quad,), (new,))


def drop(facts: Facts, quad: Quad, told: str) -> Change:
    """Return the change that takes a statement away, with what is nested in its value."""
    inside = tuple(facts.nested(quad.object)) if isinstance(quad.object, BlankNode) else ()
    return Change(told, facts.home[quad], (quad, *inside))


def add(facts: Facts, quad: Quad, file: str, told: str) -> Change:
    """Return the change that adds a statement to a file."""
    return Change(told, file, (), (quad,))


def other(draw: random.Random, choices: Iterable[Term], *but: Term | None) -> Term | None:
    """Return one of some values that is none of some others, or nothing."""
    left = [one for one in dict.fromkeys(choices) if one not in but]
    return draw.choice(left) if left else None


def retold(change: Change, told: str) -> Change:
    """Return a change told in other words."""
    return replace(change, told=told)


def short(term: Term) -> str:
    """Return the local name of a term of the ontology, or the whole IRI of another."""
    text = term.value if isinstance(term, (NamedNode, Literal, BlankNode)) else str(term)
    return text.removeprefix(BASE + "ontology/")


def compact(term: Term) -> str:
    """Return `muscle:soleus` for its IRI."""
    text = short(term)
    if not text.startswith(BASE):
        return text
    kind, _, rest = text.removeprefix(BASE).partition("/")
    return f"{kind}:{rest}"
