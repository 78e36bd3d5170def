"""`export` and `reason`: hand the graph to somebody else, or to a stricter judge."""

import argparse
from pathlib import Path
from typing import Any

from rich.markup import escape

from myograph.build import load_or_build
from myograph.commands.outputs import write_out
from myograph.commands.parser import subcommand
from myograph.console import OUT, progress
from myograph.export import FORMATS, export
from myograph.files import find_sources
from myograph.reason import reason_dl
from myograph.terms import BASE


def add_export(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `export`."""
    parser = subcommand(
        subparsers, "export", _export, "Write the whole graph as RDF.",
        "myograph export --format turtle --output myograph.ttl",
    )  # fmt: skip
    parser.add_argument("--format", default="turtle", choices=tuple(FORMATS))
    parser.add_argument("--output", type=Path, help="the file; standard output if not given")
    return parser


def add_reason(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `reason`."""
    parser = subcommand(
        subparsers, "reason", _reason,
        "Ask the OWL DL reasoner HermiT whether the graph is free of contradictions.",
        "myograph reason --dl",
    )  # fmt: skip
    parser.add_argument("--dl", action="store_true", help="by HermiT; the one reasoner there is")
    return parser


def _export(args: argparse.Namespace) -> int:
    sources = find_sources()
    with progress("Loading the graph") as tell:
        built = load_or_build(sources, tell)
        tell("write")
        document = export(built, args.format, sources)
    write_out(document, args.output)
    return 0


def _reason(args: argparse.Namespace) -> int:
    with progress("Reasoning") as tell:
        built = load_or_build(find_sources(), tell)
        tell("HermiT")
        verdict = reason_dl(built.quads)
    seen = f"{verdict.classes} classes, {verdict.individuals} individuals"
    if verdict.passes:
        OUT.print(f"[green]Consistent[/], no unsatisfiable class: {seen}.")
        return 0
    if not verdict.consistent:
        OUT.print(f"[red]Inconsistent[/]: the facts contradict each other ({seen}).")
        OUT.print(
            "Look for a record or a mapping whose class is disjoint with another of its classes."
        )
    for iri in verdict.unsatisfiable:
        OUT.print(f"[red]Unsatisfiable:[/] {escape(iri.removeprefix(BASE))}")
    return 1
