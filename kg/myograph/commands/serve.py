"""`serve`: the pages and the SPARQL endpoint over HTTP."""

import argparse
from typing import Any

from myograph.commands.outputs import tell_of_disk
from myograph.commands.parser import subcommand
from myograph.console import OUT, progress
from myograph.files import find_sources
from myograph.settings import SETTINGS, settings


def add_serve(subparsers: Any) -> argparse.ArgumentParser:
    """Declare `serve`, with an option for each setting."""
    parser = subcommand(
        subparsers,
        "serve",
        _serve,
        "Serve the pages and the SPARQL endpoint.",
        "myograph serve --port 8080",
    )
    for setting in SETTINGS:
        parser.add_argument(
            "--" + setting.name.replace("_", "-"),
            metavar=type(setting.default).__name__.upper(),
            help=f"{setting.help} Default: {setting.default}.",
        )
    return parser


def _serve(args: argparse.Namespace) -> int:
    # The server is a package of its own, which the other commands do not need.
    from myograph_server.serving import listen, open_graph, serve

    given = {setting.name: getattr(args, setting.name) for setting in SETTINGS}
    # A wrong value and a busy port are to be told before the graph is built.
    chosen = settings(given)
    listen(str(chosen["host"]), int(chosen["port"])).close()
    sources = find_sources()
    with progress("Loading the graph") as tell:
        found = open_graph(sources, chosen, tell)
    if found:
        tell_of_disk(found.disk)
    serve(found, given, sources, lambda address: OUT.print(f"Myograph answers at {address}"))
    return 0
