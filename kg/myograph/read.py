"""Reads the sources of the graph: Turtle and SSSOM files in, quads out.

The graph that a triple belongs to follows from its file. Literals keep the form in which
they were written: validation and export need that, and a store would normalise them.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Triple, parse

from myograph.errors import MalformedTurtleError
from myograph.files import Sources
from myograph.link.register import check_register
from myograph.naming import NodeRule, name_facts, node_rules
from myograph.prefixes import prefix_map
from myograph.sourcefile import files_below, read_source
from myograph.sssom import read_mapping
from myograph.terms import BASE, graph

_TOP_LEVEL = {"sources": "source"}
_FOLDERS = {"muscles": "anatomy", "exercises": "exercise", "injuries": "injury"}

_DEEPEST = 100  # brackets within one another; our own files have four
_LONGEST = 200_000  # characters of a string, which the parser takes time for by their square
_SHOWN = 200  # characters of a line
# Strings, IRIs and comments are passed over whole: brackets in them mean nothing.
_BRACKETS = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+(?:"""|$)'
    r"|'''(?:[^'\\]++|\\.|'(?!''))*+(?:'''|$)"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'(?:[^'\\\n]++|\\.)*+'"
    r"|<[^<>\s]*+>|#[^\n]*+|<<|>>|[\[\](){}]",
    re.DOTALL,
)
_OPENING, _CLOSING = ("[", "(", "{", "<<"), ("]", ")", "}", ">>")


def parse_turtle(
    text: str, name: str, prefixes: dict[str, str] | None = None, base: str | None = None
) -> list[Quad]:
    """Parse Turtle.

    Args:
        text: the document.
        name: what to call it in messages, such as its path.
        prefixes: prefixes that the document may use without declaring them.
        base: the IRI that relative IRIs are resolved against.

    Raises:
        MalformedTurtleError: with the line and column, the line itself and a repair.

    Follows https://www.w3.org/TR/turtle/.
    """
    _refuse_bomb(text, name)
    known = "".join(f"@prefix {p}: <{iri}> . " for p, iri in (prefixes or {}).items())
    try:
        # On the first line, so that the lines keep their numbers.
        return list(parse(known + text, format=RdfFormat.TURTLE, base_iri=base))
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        if line == 1:
            column = max(1, column - len(known))
        lines = text.splitlines()
        shown = _shown(lines[line - 1], column) if 0 < line <= len(lines) else ""
        reason = str(error).split(": ", 1)[-1]
        raise MalformedTurtleError(
            f"{name}, line {line}, column {column}: {reason[:_SHOWN]}.\n    {shown}",
            repair="Repair that place: each statement ends with a full stop, each prefix is "
            "declared with @prefix, each string and bracket is closed.",
        ) from None


def _refuse_bomb(text: str, name: str) -> None:
    """Refuse what nobody writes by hand, and what takes minutes to read and to name.

    Raises:
        MalformedTurtleError: it is nested too deep, or a string is too long.
    """
    depth = 0
    for match in _BRACKETS.finditer(text):
        found = match[0]
        depth += (found in _OPENING) - (found in _CLOSING)
        if depth <= _DEEPEST and len(found) <= _LONGEST:
            continue
        line = text.count("\n", 0, match.start()) + 1
        if depth > _DEEPEST:
            raise MalformedTurtleError(
                f"{name}, line {line}: brackets are nested more than {_DEEPEST} deep.",
                "Close each bracket that is opened, or write what is nested as records of its own.",
            )
        raise MalformedTurtleError(
            f"{name}, line {line}: a string, IRI or comment of more than {_LONGEST:,} characters.",
            "Close it where it ends, or say less.",
        )


def _shown(line: str, column: int) -> str:
    """Return a line for a message, or what lies around a column of it."""
    start = max(0, column - _SHOWN // 2) if len(line) > _SHOWN else 0
    return line[start : start + _SHOWN].strip()


def read_ontology(sources: Sources) -> list[Quad]:
    """Read the vocabulary into `graph:ontology` and its alignment into `graph:bridge`.

    Raises:
        SourceFileError, MalformedTurtleError: a file is not right.
    """
    quads: list[Quad] = []
    for path in files_below(sources.ontology, ".ttl"):
        target = graph("bridge" if path.stem == "alignment" else "ontology")
        found = parse_turtle(read_source(path), _name(path, sources))
        quads += _relabelled(found, path.stem, target)
    return quads


def read_facts(sources: Sources, rules: dict[NamedNode, NodeRule]) -> list[Quad]:
    """Read the facts below `kg/data`, each reified fact named.

    Raises:
        SourceFileError, MalformedTurtleError, UnnamedNodeError, DuplicateFactError: a file is not
            right.
    """
    quads: list[Quad] = []
    for path in files_below(sources.data, ".ttl"):
        name = _name(path, sources)
        found = name_facts(parse_turtle(read_source(path), name), rules, name)
        target = graph(graph_of(path, sources.data))
        quads += [Quad(q.subject, q.predicate, q.object, target) for q in found]
    return quads


def read_mappings(sources: Sources) -> list[Quad]:
    """Read the SSSOM files below `kg/data/mappings` into `graph:mapping` and `graph:bridge`.

    Raises:
        MappingError: a line of a file cannot be read, or differs from the register of links.
    """
    check_register(sources)
    return [
        quad
        for path in files_below(sources.data / "mappings", ".sssom.tsv")
        for quad in read_mapping(path, _name(path, sources))
    ]


def read_sources(sources: Sources) -> list[Quad]:
    """Read everything that was authored, in the order ontology, facts, mappings.

    Raises:
        MyographError: a file is not right; the message names it.
    """
    ontology = read_ontology(sources)
    return ontology + read_facts(sources, node_rules(ontology)) + read_mappings(sources)


def own_facts(quads: list[Quad], name: str, sources: Sources) -> list[Quad]:
    """Return what a person's own document says as if it were one of our files, in `graph:own`.

    Args:
        quads: the document, parsed.
        name: what to call it in messages.
        sources: where the ontology is.

    Raises:
        MalformedTurtleError: a triple stands where RDF 1.1 has none.
        UnnamedNodeError, DuplicateFactError: it is not right.
    """
    for quad in quads:
        if isinstance(quad.subject, Triple) or isinstance(quad.object, Triple):
            raise MalformedTurtleError(
                f"{name}: a statement of {quad.predicate} has a triple as a term.",
                "Keep to RDF 1.1: say it of a record with an IRI.",
            )
    named = name_facts(quads, node_rules(read_ontology(sources)), name)
    return [Quad(q.subject, q.predicate, q.object, graph("own")) for q in named]


def own_document(text: str, name: str, sources: Sources) -> list[Quad]:
    """Read a person's own Turtle as if it were one of our files: our prefixes are known.

    Args:
        text: the document.
        name: what to call it in messages.
        sources: where the ontology is.

    Raises:
        MalformedTurtleError, UnnamedNodeError, DuplicateFactError: it is not right.
    """
    return own_facts(
        parse_turtle(text, name, prefix_map(sources.ontology), base=BASE), name, sources
    )


def graph_of(path: Path, data: Path) -> str:
    """Return the name of the graph that a Turtle file below `kg/data` belongs to."""
    parts = path.relative_to(data).parts
    if len(parts) > 1:
        return _FOLDERS.get(parts[0], "anatomy")
    return _TOP_LEVEL.get(path.stem.split("-")[0], "anatomy")


def _relabelled(quads: Iterable[Quad], stem: str, target: NamedNode) -> list[Quad]:
    """Give blank nodes labels that are the same in every build."""
    labels: dict[BlankNode, BlankNode] = {}

    def label(term: BlankNode) -> BlankNode:
        return labels.setdefault(term, BlankNode(f"{stem}{len(labels)}"))

    return [
        Quad(
            label(q.subject) if isinstance(q.subject, BlankNode) else q.subject,
            q.predicate,
            label(q.object) if isinstance(q.object, BlankNode) else q.object,
            target,
        )
        for q in quads
    ]


def _name(path: Path, sources: Sources) -> str:
    return path.relative_to(sources.root).as_posix()
