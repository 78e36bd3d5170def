"""Writes the documentation as files into `build/docs`: `make docs`.

    python -m docs --server https://myograph.example.org

The pages are those that the server has at `/docs`, with `/ontology` and the pages of its terms.
They lead to one another by file, so that they read from a disk, and to all else at an address of
a server.
"""

import argparse
import time
from pathlib import Path

from myograph.build import load_or_build
from myograph.console import OUT, progress
from myograph.files import find_sources
from myograph.prefixes import prefix_map
from myograph_server.app import create_app
from myograph_server.documentation.freeze import write_site
from myograph_server.engine import InProcessEngine

# Where `make serve` serves.
_SERVER = "http://127.0.0.1:8000"
_LONGEST = 1_000_000_000  # bytes of an answer; nobody else asks meanwhile


def main(argv: list[str] | None = None) -> None:
    """Write the pages."""
    parser = argparse.ArgumentParser(prog="python -m docs")
    parser.add_argument("--server", default=_SERVER, help="where links to the graph lead")
    parser.add_argument("--output", type=Path, help="the folder; build/docs if not given")
    args = parser.parse_args(argv)
    sources = find_sources()
    folder = args.output or sources.root / "build" / "docs"
    started = time.perf_counter()
    with progress("Writing the documentation") as tell:
        built = load_or_build(sources, tell)
        prefixes = prefix_map(sources.ontology)
        app = create_app(
            InProcessEngine(built.store, prefixes, _LONGEST, built.version), sources=sources
        )
        count = write_site(app, folder, args.server.rstrip("/"), tell)
    seconds = time.perf_counter() - started
    OUT.print(f"Wrote {count} files to {folder}, begin at index.html; {seconds:.0f} s.")


if __name__ == "__main__":
    main()
