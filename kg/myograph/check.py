"""Holds a graph against the shapes, and its named graphs against each other."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import rdflib
from pyshacl import validate
from rdflib.namespace import SH

from myograph.build import Built
from myograph.files import Sources
from myograph.rules import stratification_faults


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        focus: the IRI of the record.
        message: what is wrong with it and what to do.
        shape: the IRI of the shape or the name of the check that found it.
        severity: `violation` or `warning`.
        path: the IRI of the property that is concerned, or nothing where it is a path of several.
        value: the value that is concerned, or nothing.
    """

    focus: str
    message: str
    shape: str
    severity: str = "violation"
    path: str = ""
    value: str = ""


@dataclass(frozen=True)
class Report:
    """What a check found.

    Attributes:
        conforms: whether nothing worse than a warning was found.
        findings: in the order of the records' IRIs.
    """

    conforms: bool
    findings: list[Finding] = field(default_factory=list)


def check(built: Built, sources: Sources) -> Report:
    """Check a built graph: strata of the rules, graphs of the triples, shapes of the records."""
    faults = [
        Finding(fault.split(" ")[0], fault, "strata")
        for fault in stratification_faults(built.rules)
    ]
    report = check_facts(built, sources)
    return Report(report.conforms and not faults, sorted(faults + report.findings, key=_order))


def check_facts(built: Built, sources: Sources) -> Report:
    """Check a built graph for what depends on its facts, which the strata of its rules do not.

    This is all that facts which a person adds can change.
    """
    findings = _in_two_graphs(built.quads)
    shapes = validate_shapes(to_rdflib(built.quads), load_shapes(sources.shapes))
    findings += shapes.findings
    findings.sort(key=_order)
    conforms = shapes.conforms and not any(f.severity == "violation" for f in findings)
    return Report(conforms, findings)


def validate_shapes(data: rdflib.Graph, shapes: rdflib.Graph) -> Report:
    """Validate a graph against shapes, https://www.w3.org/TR/shacl/.

    Types must have been derived: no inference is done here.
    """
    conforms, report, text = validate(
        data,
        shacl_graph=shapes,
        inference="none",
        advanced=False,
        allow_warnings=True,
    )
    if not isinstance(report, rdflib.Graph):
        # A failure of the validator itself is no result, and must not pass as "nothing found".
        return Report(False, [Finding("", f"The shapes could not be evaluated: {text}", "shacl")])
    findings = [
        _finding(report, node) for node in report.subjects(rdflib.RDF.type, SH.ValidationResult)
    ]
    return Report(bool(conforms), findings)


def load_shapes(folder: Path) -> rdflib.Graph:
    """Read every shape file of a folder into one graph."""
    shapes = rdflib.Graph()
    for path in sorted(folder.glob("*.ttl")):
        shapes.parse(path, format="turtle")
    return shapes


def to_rdflib(quads: list[ox.Quad]) -> rdflib.Graph:
    """Return the union of all graphs for rdflib, each literal as it was written."""
    union = rdflib.Graph(bind_namespaces="none")
    # Most terms are in many triples, and rdflib looks closely at each that it makes.
    term = cache(rdflib_term)
    for quad in quads:
        union.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return union


def rdflib_term(term: object) -> rdflib.term.Node:
    """Return the rdflib term for a pyoxigraph one; literals are not normalised."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        plain = term.datatype.value == str(rdflib.XSD.string)
        datatype = None if plain else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, datatype=datatype, normalize=False)
    raise TypeError(f"RDF 1.1 has no such term: {term!r}")


def _order(finding: Finding) -> tuple[bool, str, str]:
    return finding.severity != "violation", finding.focus, finding.message


def _in_two_graphs(quads: list[ox.Quad]) -> list[Finding]:
    """Each triple lies in one graph: Oxigraph's union counts it once for each."""
    places: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for quad in quads:
        places[(str(quad.subject), str(quad.predicate), str(quad.object))].append(
            str(quad.graph_name)
        )
    return [
        Finding(
            subject.strip("<>"),
            f"{subject} {predicate} {value} is stated {len(graphs)} times, in "
            f"{', '.join(sorted(set(graphs)))}. "
            "State it once, in the file of its subject.",
            "one-graph-each",
            path=predicate.strip("<>"),
        )
        for (subject, predicate, value), graphs in places.items()
        if len(graphs) > 1
    ]


def _finding(report: rdflib.Graph, node: rdflib.term.Node) -> Finding:
    def value(predicate: rdflib.URIRef) -> str:
        return str(report.value(node, predicate) or "")

    severity = "warning" if report.value(node, SH.resultSeverity) == SH.Warning else "violation"
    messages = sorted(str(m) for m in report.objects(node, SH.resultMessage))
    path = report.value(node, SH.resultPath)
    # What a violation rule wrote is itself the message.
    told = value(SH.value) if value(SH.resultPath).endswith("/violates") else ""
    return Finding(
        focus=value(SH.focusNode),
        message=told or " ".join(messages),
        shape=value(SH.sourceShape),
        severity=severity,
        path=str(path) if isinstance(path, rdflib.URIRef) else "",
        value=value(SH.value),
    )
