"""`publish`: put the graph into another store, from which servers then answer."""

import argparse
from contextlib import closing
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from myograph.build import load_or_build
from myograph.commands.parser import subcommand
from myograph.console import ERR, OUT, progress
from myograph.files import Sources, find_sources
from myograph.remote.client import client_for
from myograph.remote.publish import GraphStore, Target, Updates, publish
from myograph.terms import GRAPH


def add_publish(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `publish`."""
    parser = subcommand(
        subparsers,
        "publish",
        _publish,
        "Put the graph into another store, for serve --store. What is there already is not sent "
        "again. Who asks is in MYOGRAPH_STORE_USER and MYOGRAPH_STORE_PASSWORD, or in "
        "MYOGRAPH_STORE_TOKEN.",
        "myograph publish --to http://localhost:7878/store",
    )
    parser.add_argument("--to", required=True, help="address of its SPARQL 1.1 graph store")
    parser.add_argument(
        "--update",
        metavar="QUERY_URL",
        help="--to takes SPARQL Update instead, and queries are answered here",
    )
    parser.add_argument("--again", action="store_true", help="send what is there already, too")
    return parser


def _publish(args: argparse.Namespace) -> int:
    sources = find_sources()
    client = client_for(args.to)
    asked = client_for(args.update) if args.update else None
    target: Target = Updates(client, asked) if asked else GraphStore(client)
    with closing(client), closing(asked or client):
        return _sent(target, sources, again=args.again)


def _sent(target: Target, sources: Sources, *, again: bool) -> int:
    target.published()  # A store that is not there is to be told before the graph is loaded.
    with progress("Loading the graph") as tell:
        built = load_or_build(sources, tell)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=ERR, transient=True) as bar:
        task = bar.add_task("Publishing", total=len(built.quads))

        def show(triples: int, what: str) -> None:
            bar.update(task, advance=triples, description=what.removeprefix(GRAPH))

        sent = publish(built, sources.fingerprint, target, show, again=again)
    already = len(built.quads) - sent
    OUT.print(f"Published {built.fingerprint}: {sent:,} triples sent, {already:,} there already.")
    return 0
