"""Turns a file in OBO format into triples, a frame at a time.

fastobo parses, and what a clause means in OWL follows
https://owlcollab.github.io/oboformat/doc/obo-syntax.html. Clauses that say nothing about classes,
their names or their relations are left out, and so is a relationship that only holds in some taxon
(`gci_relation`).
"""

from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path

import fastobo
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from myograph.terms import LABEL, OBO, OIO, OWL, OWL_CLASS, RDF, RDF_TYPE, RDFS, SUBCLASS_OF, XSD

_DEFINITION = NamedNode(OBO + "IAO_0000115")
_SOURCE = NamedNode(OIO + "source")
_XREF = NamedNode(OIO + "hasDbXref")
_TRUE = Literal("true", datatype=NamedNode(XSD + "boolean"))
_Node = NamedNode | BlankNode


def _owl(name: str) -> NamedNode:
    return NamedNode(OWL + name)


class OboReader:
    """Reads one OBO file.

    Attributes:
        ontology: the short name that its header gives, such as `uberon`.
    """

    def __init__(self, path: Path) -> None:
        """Look at the header and the relations, which come after the terms that use them.

        Raises:
            SyntaxError: the file is not in OBO format.
            OSError: it cannot be read.
        """
        self.path = path
        self.ontology = path.stem
        self._blank = count()
        frames = fastobo.iter(str(path), ordered=True)
        self._header = [(c.raw_tag(), c.raw_value()) for c in frames.header()]
        for tag, value in self._header:
            if tag == "ontology":
                self.ontology = value
        self._relations: dict[str, str] = {}
        for frame in frames:
            if type(frame).__name__ == "TypedefFrame":
                self._learn(frame)

    def _learn(self, frame: fastobo.abc.AbstractEntityFrame) -> None:
        """Remember the IRI that a relation's short name stands for."""
        for clause in frame:
            value = clause.raw_value()
            if clause.raw_tag() == "xref" and value.startswith(("RO:", "BFO:", "BSPO:")):
                self._relations.setdefault(str(frame.id), value)

    def triples(self) -> Iterator[Triple]:
        """Yield what the file says.

        Raises:
            SyntaxError: the file is not in OBO format.
        """
        yield from self._about()
        for frame in fastobo.iter(str(self.path), ordered=True):
            if type(frame).__name__ == "TermFrame":
                yield from self._term(frame)
            elif type(frame).__name__ == "TypedefFrame":
                yield from self._typedef(frame)

    def _about(self) -> Iterator[Triple]:
        me = NamedNode(f"{OBO}{self.ontology}.owl")
        yield Triple(me, RDF_TYPE, _owl("Ontology"))
        for tag, value in self._header:
            if tag == "data-version":
                yield Triple(me, _owl("versionInfo"), Literal(value))
            elif tag == "import":
                yield Triple(me, _owl("imports"), NamedNode(value))

    def iri(self, ident: str) -> NamedNode:
        """Return the IRI of an identifier: `UBERON:0001389`, a short name or an IRI."""
        ident = self._relations.get(ident, ident)
        if ident.startswith(("http://", "https://")):
            return NamedNode(ident)
        prefix, colon, local = ident.partition(":")
        return NamedNode(f"{OBO}{prefix}_{local}" if colon else f"{OBO}{self.ontology}#{ident}")

    def _fresh(self) -> BlankNode:
        return BlankNode(f"{self.ontology.replace('/', '-')}-{next(self._blank)}")

    def _term(self, frame: fastobo.abc.AbstractEntityFrame) -> Iterator[Triple]:
        me = self.iri(str(frame.id))
        yield Triple(me, RDF_TYPE, OWL_CLASS)
        parts: dict[str, list[_Node]] = {"intersectionOf": [], "unionOf": []}
        for clause in frame:
            tag, value = clause.raw_tag(), clause.raw_value()
            if tag == "is_a":
                yield Triple(me, SUBCLASS_OF, self.iri(value))
            elif tag == "disjoint_from":
                yield Triple(me, _owl("disjointWith"), self.iri(value))
            elif tag == "equivalent_to":
                yield Triple(me, _owl("equivalentClass"), self.iri(value))
            elif tag == "union_of":
                parts["unionOf"].append(self.iri(value))
            elif tag == "intersection_of":
                node = yield from self._operand(value)
                parts["intersectionOf"].append(node)
            elif tag == "relationship":
                yield from self._relationship(me, value, clause)
            else:
                yield from self._words(me, tag, value, clause)
        for operator, members in parts.items():
            if members:
                yield from self._equivalent(me, operator, members)

    def _operand(self, value: str) -> Generator[Triple, None, _Node]:
        relation, space, filler = value.partition(" ")
        if not space:
            return self.iri(value)
        node = self._fresh()
        yield from self._some(node, relation, filler)
        return node

    def _some(self, node: _Node, relation: str, filler: str) -> Iterator[Triple]:
        yield Triple(node, RDF_TYPE, _owl("Restriction"))
        yield Triple(node, _owl("onProperty"), self.iri(relation))
        yield Triple(node, _owl("someValuesFrom"), self.iri(filler))

    def _relationship(
        self, me: NamedNode, value: str, clause: fastobo.abc.AbstractEntityClause
    ) -> Iterator[Triple]:
        said = [(str(q.key), q.value) for q in clause.qualifiers or ()]
        if any(key == "gci_relation" for key, _ in said):
            return
        node = self._fresh()
        yield from self._some(node, *value.split(" ", 1))
        yield Triple(me, SUBCLASS_OF, node)
        sources = [text for key, text in said if key == "source"]
        if sources:
            axiom = self._fresh()
            yield Triple(axiom, RDF_TYPE, _owl("Axiom"))
            yield Triple(axiom, _owl("annotatedSource"), me)
            yield Triple(axiom, _owl("annotatedProperty"), SUBCLASS_OF)
            yield Triple(axiom, _owl("annotatedTarget"), node)
            for source in sources:
                yield Triple(axiom, _SOURCE, Literal(source))

    def _equivalent(self, me: NamedNode, operator: str, members: list[_Node]) -> Iterator[Triple]:
        whole = self._fresh()
        yield Triple(me, _owl("equivalentClass"), whole)
        yield Triple(whole, RDF_TYPE, OWL_CLASS)
        nodes = [self._fresh() for _ in members]
        yield Triple(whole, _owl(operator), nodes[0])
        for node, member, rest in zip(nodes, members, [*nodes[1:], None], strict=True):
            yield Triple(node, NamedNode(RDF + "first"), member)
            yield Triple(node, NamedNode(RDF + "rest"), rest or NamedNode(RDF + "nil"))

    def _words(
        self, me: NamedNode, tag: str, value: str, clause: fastobo.abc.AbstractEntityClause
    ) -> Iterator[Triple]:
        if tag == "name":
            yield Triple(me, LABEL, Literal(value))
        elif tag == "def":
            yield Triple(me, _DEFINITION, Literal(str(clause.definition)))
        elif tag == "synonym":
            scope = f"has{clause.synonym.scope.capitalize()}Synonym"
            yield Triple(me, NamedNode(OIO + scope), Literal(str(clause.synonym.desc)))
        elif tag == "xref":
            yield Triple(me, _XREF, Literal(value))
        elif tag == "is_obsolete" and value == "true":
            yield Triple(me, _owl("deprecated"), _TRUE)

    def _typedef(self, frame: fastobo.abc.AbstractEntityFrame) -> Iterator[Triple]:
        me = self.iri(str(frame.id))
        clauses = [(clause.raw_tag(), clause.raw_value()) for clause in frame]
        words = ("is_metadata_tag", "true") in clauses
        yield Triple(me, RDF_TYPE, _owl("AnnotationProperty" if words else "ObjectProperty"))
        for tag, value in clauses:
            if tag == "name":
                yield Triple(me, LABEL, Literal(value))
            elif tag == "is_a":
                yield Triple(me, NamedNode(RDFS + "subPropertyOf"), self.iri(value))
            elif (tag, value) == ("is_transitive", "true") and not words:
                yield Triple(me, RDF_TYPE, _owl("TransitiveProperty"))
