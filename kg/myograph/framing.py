"""Writes JSON-LD as plain JSON: one object a record, its facts in it, a key for each property.

The keys are those of the published context (`myograph.context`), which travels in the document as
far as it is used, so that no reader has to fetch it. Records of one kind have the same keys: what
there is nothing of is an empty list or null, which says nothing in RDF. Decimals are texts, since
a JSON number would lose the form they were written in. https://www.w3.org/TR/json-ld11/
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pyoxigraph as ox

from myograph.context import KEYWORDS, context_lines, domains, load_context
from myograph.files import Sources
from myograph.jsonld import prefix_of
from myograph.naming import node_rules
from myograph.nesting import Nesting, Node, Term, place_of_property, place_of_subject
from myograph.read import read_ontology
from myograph.terms import BASE, MYO, RDF_TYPE

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
_TRUTH = {"true": True, "false": False}
# What every record may have, whatever it is.
_ALWAYS = (
    *("label", "latinName", "altLabel", "layName", "definition", "note", "sources"),
    *("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"),
    *("scopeNote", "hasTermSearch", "noClassIn"),
)
# What these may have, where the ontology gives a property no domain.
_ALSO = {
    MYO + "MuscularStructure": ("hasFactsOf", "hasHead", "leafOf"),
    MYO + "Joint": ("besideJoint", "childBone", "parentBone"),
    MYO + "Condition": ("returnCriterion",),
}


class Frame:
    """How records are laid out as JSON.

    Args:
        sources: where the vocabulary and the published context are.

    Raises:
        ContextError: the context cannot be read.
    """

    def __init__(self, sources: Sources) -> None:
        self.context = load_context(sources.ontology)
        vocabulary = self.vocabulary = read_ontology(sources)
        self.owning = {prop.value for prop in node_rules(vocabulary)}
        self.prefixes: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        for name, said in self.context.items():
            iri: str = said if isinstance(said, str) else said["@id"]
            if iri.startswith("@"):
                continue
            prefix, _, local = iri.partition(":")
            if local.startswith("//"):
                self.prefixes[name] = iri
            else:
                self.keys[self.prefixes[prefix] + local] = name
        self._longest = sorted(self.prefixes.items(), key=lambda item: -len(item[1]))
        self._names: dict[str, str] = {}
        self._expected: dict[tuple[frozenset[str], bool], tuple[str, ...]] = {}
        self.places = {name: place_of_property(iri) for iri, name in self.keys.items()}
        self._domains = {
            name: classes
            for prop, classes in domains(vocabulary).items()
            if (name := self.keys.get(prop, ""))
        }

    def compact(self, iri: str) -> str:
        """Return an IRI as `muscle:soleus`, or as it is where no prefix fits."""
        if iri not in self._names:
            self._names[iri] = self._compact(iri)
        return self._names[iri]

    def _compact(self, iri: str) -> str:
        name, start = prefix_of(iri, self._longest)
        return f"{name}:{iri[len(start) :]}" if name else iri

    def term(self, iri: str) -> str:
        """Return the name of a term of the vocabulary, or else an IRI in its compact form."""
        return self.keys.get(iri) or self.compact(iri)

    def several(self, key: str) -> bool:
        """Return whether a property is written as a list."""
        said = self.context.get(key)
        return not isinstance(said, dict) or said.get("@container") == "@set"

    def expected(self, kinds: frozenset[str], *, record: bool) -> tuple[str, ...]:
        """Return the keys that a thing of these classes always has."""
        if (kinds, record) not in self._expected:
            own = {name for name, classes in self._domains.items() if classes & kinds}
            own |= {name for kind in kinds for name in _ALSO.get(kind, ())}
            self._expected[kinds, record] = tuple(sorted(own | set(_ALWAYS if record else ())))
        return self._expected[kinds, record]

    def used(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the part of the context that a document with these words in it needs."""
        words = set(names)
        kept = {n: said for n, said in self.context.items() if n in words or n in KEYWORDS}
        for said in list(kept.values()):
            for text in [said] if isinstance(said, str) else said.values():
                if isinstance(text, str):
                    words.add(text.partition(":")[0])
        return {name: said for name, said in self.context.items() if name in words | kept.keys()}


@cache
def frame_of(sources: Sources) -> Frame:
    """Return the frame of a vocabulary, made once."""
    return Frame(sources)


def write_framed(
    triples: Iterable[ox.Triple],
    frame: Frame,
    about: ox.NamedNode | None = None,
    *,
    complete: bool = False,
) -> str:
    """Return a JSON-LD document.

    Args:
        triples: in whatever order; blank nodes with canonical names, for the same bytes.
        frame: how records are laid out.
        about: the record that the document is; what else there is follows it as `included`. If
            not given, all records stand in one list.
        complete: whether all is there that the graph says of every record, and what is not there
            may be called empty. Of the record that the document is that is always so.
    """
    writer = _Writer(Nesting(triples), frame, "" if complete else about.value if about else None)
    roots = writer.roots(about)
    body: dict[str, Any]
    if about is not None and about in writer.nesting.of:
        body = writer.node(about)
        rest = [writer.node(node) for node in roots if node != about]
        if rest:
            body["included"] = rest
    else:
        body = {"@graph": [writer.node(node) for node in roots]}
    terms = context_lines(frame.used(writer.words))
    written = json.dumps(body, ensure_ascii=False, indent=1)
    return f'{{\n "@context": {{\n{terms}\n }},{written[1:]}\n'


class _Writer:
    """Lays out the nodes of one document, and remembers which names it used."""

    def __init__(self, nesting: Nesting, frame: Frame, complete: str | None) -> None:
        # Where an IRI begins like this, all that the graph says of it is here.
        self._complete = complete
        self.nesting = nesting
        self.words: set[str] = set()
        self._frame = frame
        self._homes: dict[Node, tuple[Node, str]] = {}
        for owner, said in nesting.of.items():
            if isinstance(owner, ox.NamedNode):
                self._take_in(owner, said)

    def _take_in(self, owner: ox.NamedNode, said: Mapping[str, set[Term]]) -> None:
        """Note which facts with IRIs below an owner's are written where the owner links to them."""
        start = owner.value + "/"
        for prop in sorted(said, key=lambda prop: (prop not in self._frame.owning, prop)):
            for value in said[prop]:
                if (
                    isinstance(value, ox.NamedNode)
                    and value.value.startswith(start)
                    and value in self.nesting.of
                ):
                    self._homes.setdefault(value, (owner, prop))

    def roots(self, about: ox.NamedNode | None) -> list[Node]:
        found = [n for n in self.nesting.roots() if n not in self._homes or n == about]
        return sorted(found, key=place_of_subject)

    def node(self, node: Node) -> dict[str, Any]:
        said = self.nesting.of.get(node, {})
        found: dict[str, Any] = {}
        if node not in self.nesting.inside:
            found["id"] = self._name(node)
        kinds = {v.value for v in said.get(RDF_TYPE.value, ()) if isinstance(v, ox.NamedNode)}
        written: dict[str, Any] = {}
        for prop in sorted(said, key=place_of_property):
            values = said[prop]
            if prop == RDF_TYPE.value:
                found["type"] = sorted(self._word(self._frame.term(iri)) for iri in kinds)
                continue
            key = self._word(self._frame.term(prop))
            items = [self._value(value, key, node, prop) for value in self._ordered(values)]
            several = self._frame.several(key) or len(items) > 1
            written[key] = items if several else items[0]
        return found | self._filled(node, kinds, written)

    def _filled(self, node: Node, kinds: set[str], written: dict[str, Any]) -> dict[str, Any]:
        """Return the values of a thing with what it lacks but others of its kind have."""
        iri = node.value if isinstance(node, ox.NamedNode) else ""
        if not iri.startswith(BASE) or iri.startswith(MYO):
            return written
        start = self._complete
        if start is None or (start and iri != start and not iri.startswith(start + "/")):
            return written
        record = "/" not in iri.removeprefix(BASE).partition("/")[2]
        for key in self._frame.expected(frozenset(kinds), record=record):
            if key not in written:
                written[self._word(key)] = [] if self._frame.several(key) else None
        places = self._frame.places
        return dict(sorted(written.items(), key=lambda item: places.get(item[0], (9, item[0]))))

    def _ordered(self, values: set[Term]) -> list[Term]:
        return sorted(values, key=lambda v: (isinstance(v, ox.BlankNode), str(v)))

    def _value(self, value: Term, key: str, owner: Node, prop: str) -> Any:
        said = self._frame.context.get(key, {})
        if isinstance(value, ox.Literal):
            return self._literal(value, said)
        if isinstance(value, ox.BlankNode) and value in self.nesting.inside:
            items = self.nesting.items(value)
            if items is not None:
                return {"@list": [self._value(item, key, value, "") for item in items]}
            return self.node(value)
        if self._homes.get(value) == (owner, prop):
            return self.node(value)
        if isinstance(said, dict) and said.get("@type") == "@vocab":
            iri = value.value if isinstance(value, ox.NamedNode) else ""
            return self._word(self._frame.term(iri)) if iri else self._name(value)
        return {"id": self._name(value)}

    def _literal(self, value: ox.Literal, said: Any) -> Any:
        wanted = said if isinstance(said, dict) else {}
        if value.language:
            if wanted.get("@language") == value.language:
                return value.value
            return {"@value": value.value, "@language": value.language}
        datatype = self._frame.compact(value.datatype.value)
        if datatype == "xsd:string":
            plain = "@language" not in wanted and "@type" not in wanted
            return value.value if plain else {"@value": value.value}
        if wanted.get("@type") == datatype:
            if datatype == "xsd:integer" and _INTEGER.fullmatch(value.value):
                return int(value.value)
            if datatype == "xsd:boolean" and value.value in _TRUTH:
                return _TRUTH[value.value]
            return value.value
        return {"@value": value.value, "@type": self._word(datatype)}

    def _name(self, term: Term | Node) -> str:
        if isinstance(term, ox.NamedNode):
            return self._word(self._frame.compact(term.value))
        if isinstance(term, ox.BlankNode):
            return f"_:{term.value}"
        raise TypeError(f"JSON-LD 1.1 has no place for {term!r}")

    def _word(self, word: str) -> str:
        self.words.add(word)
        self.words.add(word.partition(":")[0])
        return word
