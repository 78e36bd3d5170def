"""`show`, `explain` and `stats`: look at one record, at why something holds, at the whole."""

import argparse
import json
from typing import Any

import pyoxigraph as ox
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from myograph.build import Built
from myograph.card import Card, source_label
from myograph.commands.parser import subcommand
from myograph.console import OUT, progress
from myograph.explain import Explanation
from myograph.library import Graph, open
from myograph.provenance import as_json, prov_turtle
from myograph.questions import DISCLAIMER
from myograph.stats import Statistics, statistics

_LONG = 12


def add_show(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `show`."""
    parser = subcommand(
        subparsers, "show", _show, "Show a record as a readable card.", "myograph show soleus"
    )
    parser.add_argument("name", nargs="+", help="a name, a slug, muscle:soleus or an IRI")
    return parser


def add_explain(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `explain`."""
    parser = subcommand(
        subparsers, "explain", _explain,
        "Say why a statement holds: the rule, the facts it used, their sources.",
        "myograph explain soleus crosses ankle",
    )  # fmt: skip
    parser.add_argument("subject")
    parser.add_argument("predicate", help="such as crosses, trainsAsPrimeMover, a")
    parser.add_argument("object")
    parser.add_argument(
        "--format",
        choices=("text", "json", "turtle"),
        default="text",
        help="turtle: as RDF in the words of PROV-O",
    )
    return parser


def add_stats(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `stats`."""
    return subcommand(
        subparsers, "stats", _stats, "Count what the graph holds and how complete it is.",
        "myograph stats",
    )  # fmt: skip


def _load() -> Graph:
    with progress("Loading the graph") as tell:
        return open(progress=tell)


def _show(args: argparse.Namespace) -> int:
    show_card(_load().show(" ".join(args.name)))
    return 0


def show_card(shown: Card) -> None:
    """Print a card."""
    OUT.print(f"[bold]{escape(shown.title)}[/]  [dim]{escape(', '.join(shown.kinds))}[/]")
    OUT.print(f"[dim]{escape(shown.iri.value)}[/]")
    if shown.definition:
        OUT.print(escape(shown.definition))
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for line in shown.lines:
        values = list(line.values[:_LONG])
        if len(line.values) > _LONG:
            values.append(f"… and {len(line.values) - _LONG} more")
        mark = " (derived)" if line.derived else ""
        table.add_row(escape(line.label) + mark, escape("\n".join(values)))
    OUT.print(table)
    for source in shown.sources:
        OUT.print(f"[dim]Source: {escape(source)}[/]")
    if shown.iri.value.split("/")[-2] in {"injury", "redflag", "symptom", "treatment"}:
        OUT.print(f"[yellow]{DISCLAIMER}[/]")


def _explain(args: argparse.Namespace) -> int:
    graph = _load()
    found = graph.explain(args.subject, args.predicate, args.object).found
    if args.format == "json":
        OUT.print_json(json.dumps(as_json(found)))
    elif args.format == "turtle":
        OUT.print(prov_turtle(found, graph.prefixes), markup=False, soft_wrap=True)
    else:
        OUT.print(_tree(found, graph.built, None, set()))
    return 0


def _tree(found: Explanation, built: Built, parent: Tree | None, seen: set[ox.Triple]) -> Tree:
    if found.derived:
        label = f"{escape(found.text)}\n[dim]{escape(found.says)} (rule {found.rule})[/]"
    else:
        sources = "; ".join(source_label(built, source) for source in found.sources)
        label = f"{escape(found.text)}\n[dim]{escape(sources or 'stated in ' + found.graph)}[/]"
    known = found.statement in seen
    branch = parent.add(label) if parent else Tree(label)
    if known and found.premises:
        branch.add("[dim]as above[/]")
    seen.add(found.statement)
    if not known:
        for premise in found.premises:
            _tree(premise, built, branch, seen)
    return branch


def _stats(args: argparse.Namespace) -> int:
    graph = _load()
    show_statistics(statistics(graph.built, graph.names))
    return 0


def show_statistics(found: Statistics) -> None:
    """Print the counts of a graph."""
    OUT.print(
        f"{found.triples:,} triples: {found.authored:,} authored, {found.derived:,} derived by "
        f"{found.rules} rules, {found.described:,} of description."
    )
    table = Table(box=None, pad_edge=False)
    for heading, justify in (("class", "left"), ("count", "right"), ("complete", "right")):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("% of the records that have each part", overflow="fold")
    for row in found.classes:
        parts = ", ".join(f"{part} {_percent(share)}" for part, share in row.parts)
        table.add_row(
            escape(row.label), str(row.count), f"{_percent(row.complete)}%", escape(parts)
        )
    OUT.print(table)


def _percent(share: float) -> str:
    # What is not whole must not look so.
    return f"{int(share * 100)}"
