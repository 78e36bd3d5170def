"""What a build's time goes to, each step against the whole: read, derive, check, write, load."""

import tempfile
from pathlib import Path

from pyoxigraph import RdfFormat, Store
from rich.table import Table

from benchmarks.timing import best
from myograph.build import build, write
from myograph.check import load_shapes, to_rdflib, validate_shapes
from myograph.console import OUT
from myograph.derive import derive
from myograph.files import find_sources
from myograph.read import read_sources
from myograph.rules import load_rules


def main() -> None:
    """Print the table."""
    sources = find_sources()
    authored = read_sources(sources)
    rules = load_rules(sources.rules)
    built = build(sources)
    shapes = load_shapes(sources.shapes)
    graph = to_rdflib(built.quads)

    def derive_again() -> None:
        store = Store()
        store.extend(authored)
        derive(store, rules)

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        write(built, target)
        steps = {
            "read": best(lambda: read_sources(sources)),
            "derive": best(derive_again),
            "check": best(lambda: validate_shapes(graph, shapes), runs=2),
            "write": best(lambda: write(built, target)),
            "load": best(
                lambda: Store().bulk_load(path=target / "graph.nq", format=RdfFormat.N_QUADS)
            ),
        }
    whole = sum(steps.values())
    table = Table(title=f"From sources to a served graph: {len(built.quads):,} triples")
    for heading in ("step", "share", "triples a second"):
        table.add_column(heading, justify="left" if heading == "step" else "right")
    for name, seconds in steps.items():
        table.add_row(name, f"{seconds / whole:.0%}", f"{len(built.quads) / seconds:,.0f}")
    table.add_row("whole", "100%", f"{len(built.quads) / whole:,.0f}")
    OUT.print(table)


if __name__ == "__main__":
    main()
