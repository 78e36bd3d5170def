"""Writes Turtle and TriG that people can read, the same bytes for the same statements.

https://www.w3.org/TR/turtle/ and https://www.w3.org/TR/trig/. A record's facts that have an IRI of
their own (`muscle/soleus/origin/soleal-line`) follow it, set in; class expressions and lists stand
in their brackets; names, types and definitions come first.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from myograph.nesting import Nesting, Node, Term, place_of_property, place_of_subject, shared
from myograph.terms import BASE, RDF_TYPE, XSD

_WIDTH = 100
# Less than the standard allows, and enough: what is not of this form stands in angle brackets.
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-]))*")
_RELATIVE = re.compile(r"[a-z][a-z-]*/[\w/-]+", re.ASCII)
_BARE = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}
_ESCAPES = {"\\": "\\\\", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
_HARD = re.compile("[\\\\\x00-\x08\x0b-\x1f\x7f]")


def write_turtle(
    triples: Iterable[ox.Triple], prefixes: Mapping[str, str], about: ox.NamedNode | None = None
) -> str:
    """Return a Turtle document.

    Args:
        triples: in whatever order; a triple that comes twice is written once.
        prefixes: that the document may use; it declares those that it does use.
        about: the record that comes first with its facts, where there is one.
    """
    words = _Words(prefixes)
    body = _Graph(Nesting(triples), words).text(about.value if about else "")
    return words.header() + body


def write_trig(quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> str:
    """Return a TriG document, a block for each named graph in the order of their IRIs.

    Args:
        quads: in whatever order.
        prefixes: that the document may use; it declares those that it does use.
    """
    words = _Words(prefixes)
    graphs: dict[str, list[ox.Triple]] = defaultdict(list)
    for quad in quads:
        named = isinstance(quad.graph_name, (ox.NamedNode, ox.BlankNode))
        graphs[words.term(quad.graph_name) if named else ""].append(quad.triple)
    # One blank node may be spoken of in two graphs, and must then have a name in both.
    both = shared(graphs.values())
    parts = []
    for name, triples in sorted(graphs.items()):
        body = _Graph(Nesting(triples, both), words).text()
        parts.append(f"{name} {{\n{body}}}\n\n" if name else body)
    return words.header() + "".join(parts)


class _Words:
    """Writes terms, and remembers by which prefixes."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = sorted(prefixes.items(), key=lambda item: -len(item[1]))
        self._iris: dict[str, str] = {}
        self._used: dict[str, str] = {}
        self._based = False

    def header(self) -> str:
        lines = [f"@base <{BASE}> .\n"] if self._based else []
        lines += [f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(self._used.items())]
        return "".join(lines) + ("\n" if lines else "")

    def term(self, term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return self.iri(term.value)
        if isinstance(term, ox.Literal):
            return self._literal(term)
        if isinstance(term, ox.BlankNode):
            return f"_:{term.value}"
        if isinstance(term, ox.Triple):
            parts = (term.subject, term.predicate, term.object)
            return f"<<( {' '.join(self.term(part) for part in parts)} )>>"
        raise TypeError(f"Turtle has no place for {term!r}")

    def iri(self, iri: str) -> str:
        found = self._iris.get(iri)
        if found is None:
            found = self._iris[iri] = self._written(iri)
        return found

    def _written(self, iri: str) -> str:
        for name, start in self._prefixes:
            if iri.startswith(start) and _LOCAL.fullmatch(iri, len(start)):
                self._used[name] = start
                return f"{name}:{iri[len(start) :]}"
        if iri.startswith(BASE) and _RELATIVE.fullmatch(iri, len(BASE)):
            self._based = True
            return f"<{iri[len(BASE) :]}>"
        return str(ox.NamedNode(iri))

    def _literal(self, literal: ox.Literal) -> str:
        if literal.language:
            return f"{_quoted(literal.value)}@{literal.language}"
        datatype = literal.datatype.value
        if datatype == XSD + "string":
            return _quoted(literal.value)
        bare = _BARE.get(datatype)
        if bare and bare.fullmatch(literal.value):
            return literal.value
        return f"{_quoted(literal.value)}^^{self.iri(datatype)}"


def _quoted(text: str) -> str:
    if _HARD.search(text):
        text = _HARD.sub(lambda m: _ESCAPES.get(m[0], f"\\u{ord(m[0]):04X}"), text)
    if "\n" not in text:
        return '"' + text.replace('"', '\\"').replace("\t", "\\t") + '"'
    return '"""' + text.replace('"', '\\"') + '"""'


class _Graph:
    """Writes the statements of one graph."""

    def __init__(self, nesting: Nesting, words: _Words) -> None:
        self._nesting = nesting
        self._words = words

    def text(self, first: str = "") -> str:
        parts: list[str] = []
        owners: list[str] = []
        below = first + "/"
        roots = sorted(self._nesting.roots(), key=place_of_subject)
        if first:
            roots.sort(key=lambda node: not (_path(node) == first or _path(node).startswith(below)))
        for node in roots:
            path = _path(node)
            while owners and not path.startswith(owners[-1] + "/"):
                owners.pop()
            block = self._block(node, "    " if owners else "")
            # Lines that are records of their own, such as labels, stand close together.
            close = parts and parts[-1].count("\n") == 1 and block.count("\n") == 1
            if not owners and parts and not close:
                parts.append("\n")
            parts.append(block)
            if path.startswith(BASE) and path.count("/") > BASE.count("/"):
                owners.append(path)
        return "".join(parts)

    def _block(self, node: Node, indent: str) -> str:
        name = self._words.term(node)
        named = self._nesting.linked[node] or node in self._nesting.shared
        if isinstance(node, ox.BlankNode) and not named:
            name = "[]"
        said = self._nesting.of[node]
        beside = len(said) == 1 or RDF_TYPE.value in said
        joint = " " if beside else f"\n{indent}    "
        return f"{indent}{name}{joint}{self._statements(said, indent + '    ')} .\n"

    def _statements(self, said: Mapping[str, set[Term]], indent: str) -> str:
        lines = []
        for predicate in sorted(said, key=place_of_property):
            word = "a" if predicate == RDF_TYPE.value else self._words.iri(predicate)
            values = sorted((self._value(value, indent) for value in said[predicate]), key=_sorting)
            lines.append(_filled(word, values, indent))
        return f" ;\n{indent}".join(lines)

    def _value(self, value: Term, indent: str) -> str:
        if value not in self._nesting.inside or not isinstance(value, ox.BlankNode):
            return self._words.term(value)
        items = self._nesting.items(value)
        if items is not None:
            return f"( {' '.join(self._value(item, indent) for item in items)} )"
        said = self._nesting.of.get(value, {})
        if not said:
            return "[]"
        body = self._statements(said, indent + "    ")
        if "\n" not in body and len(said) == 1:
            return f"[ {body} ]"
        return f"[\n{indent}    {body}\n{indent}]"


def _path(node: Node) -> str:
    return node.value if isinstance(node, ox.NamedNode) else ""


def _sorting(text: str) -> tuple[bool, int, str]:
    """Order values: names before brackets, short numbers before long ones."""
    return text.startswith(("[", "(")), len(text) if text.isdigit() else 0, text


def _filled(word: str, values: list[str], indent: str) -> str:
    """Return a property with its values, in lines as long as they may be."""
    if len(values) == 1:
        return f"{word} {values[0]}"
    lines, line = [], word
    for place, value in enumerate(values):
        part = f" {value}" if place == 0 else f" , {value}"
        if place and len(indent) + len(line) + len(part) > _WIDTH and len(line) > len(word):
            lines.append(line + " ,")
            line = f"    {value}"
        else:
            line += part
    return f"\n{indent}".join([*lines, line])
