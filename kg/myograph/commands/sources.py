"""`sources`: what rests on each source, on one alone, on weak ones only, and on none."""

import argparse
import json
from typing import Any

import pyoxigraph as ox
from rich.markup import escape
from rich.table import Table

from myograph.backing import Backing, Support, support
from myograph.build import load_or_build
from myograph.commands.parser import subcommand
from myograph.console import OUT, progress
from myograph.explain import node_label
from myograph.files import find_sources
from myograph.names import Names

_LISTS = ("alone", "weakest", "uncited")
_FIRST = 30


def add_sources(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `sources`."""
    parser = subcommand(
        subparsers, "sources", _sources,
        "Say for each source what rests on it, on one alone, on weak ones only; which none cites.",
        "myograph sources",
    )  # fmt: skip
    parser.add_argument("name", nargs="*", help="one source: its title, slug or IRI")
    parser.add_argument(
        "--list",
        choices=_LISTS,
        help="list the facts with one source alone, those whose sources are all lay articles, "
        "or the sources that nothing cites",
    )
    parser.add_argument("--all", action="store_true", help=f"all rows, not the first {_FIRST}")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    return parser


def _sources(args: argparse.Namespace) -> int:
    with progress("Loading the graph") as tell:
        built = load_or_build(find_sources(), tell)
    names = Names(built.quads)
    found = support(built, names)
    if args.name:
        wanted = names.find(" ".join(args.name))
        rows = [row for row in found.sources if row.source == wanted]
        if args.format == "json":
            OUT.print_json(json.dumps([_plain(row) for row in rows]))
        else:
            for row in rows:
                show_backing(row, names)
        return 0 if rows else 1
    if args.format == "json":
        OUT.print_json(json.dumps(as_json(found)))
    elif args.list:
        for iri in getattr(found, args.list):
            OUT.print(f"{escape(node_label(iri, names))}  [dim]{escape(iri.value)}[/]")
    else:
        show_support(found, None if args.all else _FIRST)
    return 0


def show_support(found: Support, most: int | None) -> None:
    """Print the sources as a table, those that carry most first."""
    table = Table(box=None, pad_edge=False)
    table.add_column("source", overflow="fold")
    for heading in ("facts", "alone"):
        table.add_column(heading, justify="right")
    table.add_column("kind, evidence")
    for row in found.sources[:most]:
        backed = ", ".join(part for part in (row.kind, row.evidence) if part)
        table.add_row(escape(row.title), str(row.facts), str(len(row.alone)), escape(backed))
    OUT.print(table)
    if most and len(found.sources) > most:
        OUT.print(f"[dim]… and {len(found.sources) - most} more: --all[/]")
    OUT.print(
        f"{len(found.sources)} sources carry {found.cited} records and reified facts. "
        f"{len(found.alone)} rest on one source alone, {len(found.weakest)} on lay articles only; "
        f"{len(found.uncited)} sources are cited by nothing."
    )


def show_backing(row: Backing, names: Names) -> None:
    """Print what rests on one source."""
    OUT.print(f"[bold]{escape(row.title)}[/]  [dim]{escape(row.kind)}, {escape(row.evidence)}[/]")
    OUT.print(f"[dim]{escape(row.source.value)}[/]")
    OUT.print(", ".join(f"{kind} {count}" for kind, count in row.by_kind) or "Nothing cites it.")
    if row.alone:
        OUT.print(f"On it alone rest {len(row.alone)}:")
    for iri in row.alone:
        OUT.print(f"  {escape(node_label(iri, names))}")


def as_json(found: Support) -> dict[str, object]:
    """Return all of it as a JSON object."""
    lists: dict[str, tuple[ox.NamedNode, ...]] = {name: getattr(found, name) for name in _LISTS}
    return {
        "cited": found.cited,
        "sources": [_plain(row) for row in found.sources],
        **{name: [iri.value for iri in iris] for name, iris in lists.items()},
    }


def _plain(row: Backing) -> dict[str, object]:
    return {
        "source": row.source.value,
        "title": row.title,
        "kind": row.kind,
        "evidence": row.evidence,
        "facts": row.facts,
        "alone": [iri.value for iri in row.alone],
        "byKind": dict(row.by_kind),
    }
