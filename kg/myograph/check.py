"""Holds a graph against the shapes, and its named graphs against each other."""

import multiprocessing
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph as ox
import rdflib
from pyshacl import validate
from rdflib.namespace import SH

from myograph.build import Built, own_quads
from myograph.files import Sources
from myograph.picture.faults import faults
from myograph.query import select
from myograph.rules import stratification_faults

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)


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
    """Check a built graph: strata, graphs of the triples, figures, shapes of the records.

    Every processor that this process may use takes its part.
    """
    shapes = load_shapes(sources.shapes)
    # What others say has their form, not ours.
    data = to_rdflib(seen_by(shapes, own_quads(built)))
    parts = shapes_in_parts(data, shapes, len(os.sched_getaffinity(0)))
    tasks = [partial(validate_shapes, data, part) for part in parts]
    return joined(side_by_side([*tasks, partial(_strata_graphs_and_figures, built)]))


def _figures(built: Built) -> list[Finding]:
    found = faults(partial(select, built.store))
    return [Finding(f.iri, f.message, "figure") for f in found]


def _strata_graphs_and_figures(built: Built) -> Report:
    wrong = [
        Finding(fault.split(" ")[0], fault, "strata")
        for fault in stratification_faults(built.rules)
    ] + _in_two_graphs(built.quads)
    wrong += _figures(built)
    return Report(not wrong, wrong)


def check_facts(built: Built, sources: Sources) -> Report:
    """Check a built graph for what depends on its facts, which the strata of its rules do not.

    This is all that facts which a person adds can change.
    """
    twice = _in_two_graphs(built.quads)
    shapes = load_shapes(sources.shapes)
    report = validate_shapes(to_rdflib(seen_by(shapes, built.quads)), shapes)
    return joined([Report(not twice, twice), report])


def joined(reports: list[Report]) -> Report:
    """Return several reports as one."""
    findings = sorted((f for report in reports for f in report.findings), key=_order)
    return Report(all(report.conforms for report in reports), findings)


def side_by_side(tasks: list[Callable[[], Report]]) -> list[Report]:
    """Return the reports of several tasks, of which all but the first run in forked processes.

    They share the memory of this one, so nothing is loaded or sent but the reports.
    """
    context = multiprocessing.get_context("fork")
    ends = [context.Pipe(duplex=False) for _ in tasks[1:]]
    others = [
        # A daemon ends with this process, whatever ends that.
        context.Process(target=_report_to, args=(there, task), daemon=True)
        for (_, there), task in zip(ends, tasks[1:], strict=True)
    ]
    # A terminal's Ctrl-C is for this process, which ends them: they start with it held back.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    for other, (_, there) in zip(others, ends, strict=True):
        other.start()
        there.close()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    reports = [task() for task in tasks[:1]]
    for other, (here, _) in zip(others, ends, strict=True):
        try:
            reports.append(here.recv())
        except EOFError:
            other.join()
            said = f"A part of the check ended with {other.exitcode} before it was done."
            reports.append(Report(False, [Finding("", said, "shacl")]))
        other.join()
    return reports


def _report_to(end: Connection, task: Callable[[], Report]) -> None:
    end.send(task())
    end.close()


def shapes_in_parts(data: rdflib.Graph, shapes: rdflib.Graph, count: int) -> list[rdflib.Graph]:
    """Return as many graphs of shapes that together demand what all shapes do, and take as long.

    Each part has every shape, since shapes refer to one another, but only some of the targets.

    Args:
        data: what will be validated: the more a shape aims at in it, the longer it takes.
        shapes: all shapes.
        count: how many parts.
    """
    aimed = {shape for target in _TARGETS for shape in shapes.subjects(target, None)}
    cost = {shape: _cost(data, shapes, shape) for shape in aimed}
    load = [0] * count
    place = {}
    for shape in sorted(aimed, key=lambda shape: (-cost[shape], str(shape))):
        place[shape] = load.index(min(load))
        load[place[shape]] += cost[shape]
    parts = [rdflib.Graph(bind_namespaces="none") for _ in load]
    for triple in shapes:
        aims = triple[1] in _TARGETS
        for part in [parts[place[triple[0]]]] if aims else parts:
            part.add(triple)
    return parts


def _cost(data: rdflib.Graph, shapes: rdflib.Graph, shape: rdflib.term.Node) -> int:
    demands = len(list(shapes.objects(shape, SH.property))) + 1
    met = 0
    for kind in shapes.objects(shape, SH.targetClass):
        met += sum(1 for _ in data.subjects(rdflib.RDF.type, kind))
    for way in shapes.objects(shape, SH.targetSubjectsOf | SH.targetObjectsOf):
        met += sum(1 for _ in data.subject_objects(way))
    return demands * (met + 1)


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


def seen_by(shapes: rdflib.Graph, quads: Collection[ox.Quad]) -> list[ox.Quad]:
    """Return the quads that some shape can see: those of a property that a shape names.

    Most of what is derived explains or counts, and no shape asks for it. A closed shape would see
    every property, and a query within a shape whatever its text says,
    https://www.w3.org/TR/shacl/#ClosedConstraintComponent.

    Raises:
        ValueError: a shape is closed or holds a query.
    """
    for wide in (SH.closed, SH.select, SH.ask):
        if (None, wide, None) in shapes:
            raise ValueError(f"a shape with sh:{wide.fragment} can see every property: write none")
    named = {str(term) for triple in shapes for term in triple if isinstance(term, rdflib.URIRef)}
    named |= {str(rdflib.RDF.type), str(rdflib.RDFS.subClassOf)}
    return [quad for quad in quads if quad.predicate.value in named]


def to_rdflib(quads: Iterable[ox.Quad], union: rdflib.Graph | None = None) -> rdflib.Graph:
    """Return the union of all graphs for rdflib, each literal as it was written.

    Args:
        quads: in any order.
        union: the graph to put them into; a new one if not given.
    """
    union = rdflib.Graph(bind_namespaces="none") if union is None else union
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


def _in_two_graphs(quads: Collection[ox.Quad]) -> list[Finding]:
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
