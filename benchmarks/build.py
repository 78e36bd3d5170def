"""How long a build takes, step by step, and how each step grows with the graph.

`python -m benchmarks.build --copies 1 10 100` measures the facts as they are, then repeated ten and
a hundred times under new names (see `benchmarks/repeated.py`). Growth is the exponent that the
triples have in the time, between one column and the next: 1 is linear. The shapes are checked up to
`--check` copies: at a hundred they alone would take many minutes and gigabytes. With `--anatomy`
the exercises and injuries stay out, whose loadings make four fifths of the triples.
"""

import argparse
import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import RdfFormat, Store
from rich.table import Table

from benchmarks.repeated import repeat
from myograph.build import GRAPH_FILE, Built, build, write
from myograph.check import check
from myograph.console import OUT
from myograph.derive import derive
from myograph.files import Sources, find_sources
from myograph.read import read_sources
from myograph.rules import load_rules

STEPS = ("read", "derive", "check", "store")


@dataclass(frozen=True)
class Measured:
    """One build.

    Attributes:
        copies: how often the facts are in it.
        triples: of the built graph.
        seconds: of processor time, of each step that was measured.
    """

    copies: int
    triples: int
    seconds: dict[str, float]


def measure(sources: Sources, copies: int, *, checked: bool, whole: bool) -> Measured:
    """Build the facts so many times over and measure each step."""
    with tempfile.TemporaryDirectory() as folder:
        made = repeat(sources, copies, Path(folder) / "sources", whole=whole)
        runs = 3 if copies == 1 else 1
        seconds = {"read": _best(lambda: read_sources(made), runs)}
        authored = read_sources(made)
        stores: list[Store] = []

        def derive_again() -> None:
            stores[:] = [Store()]
            stores[0].extend(authored)
            derive(stores[0], load_rules(made.rules))

        seconds["derive"] = _best(derive_again, runs)
        stores.clear()
        built = build(made)
        if checked:
            seconds["check"] = _best(lambda: check(built, made), runs)
        seconds["store"] = _best(lambda: _store(built, Path(folder) / "built"), runs)
        return Measured(copies, len(built.quads), seconds)


def _store(built: Built, folder: Path) -> None:
    write(built, folder)
    Store().bulk_load(path=folder / GRAPH_FILE, format=RdfFormat.N_QUADS)


def _best(call: Callable[[], object], runs: int) -> float:
    """Return the least processor time, in seconds, of this process and those it started."""
    times = []
    for _ in range(runs):
        started = sum(os.times()[:4])
        call()
        times.append(sum(os.times()[:4]) - started)
    return min(times)


def growth(step: str, before: Measured, after: Measured) -> float | None:
    """Return the exponent by which a step grew with the triples, if it was measured twice."""
    if step not in before.seconds or step not in after.seconds:
        return None
    times = after.seconds[step] / before.seconds[step]
    return math.log(times) / math.log(after.triples / before.triples)


def show(found: list[Measured]) -> None:
    """Print the table: seconds, and after the first column the growth."""
    table = Table(
        title="From sources to a checked, stored graph: seconds of processor time (growth)"
    )
    table.add_column("step")
    for run in found:
        table.add_column(f"{run.copies} times\n{run.triples:,} triples", justify="right")
    for step in STEPS:
        cells = []
        for before, run in zip([None, *found], found, strict=False):
            grown = growth(step, before, run) if before else None
            cells.append(f"{run.seconds[step]:,.1f}" if step in run.seconds else "")
            cells[-1] += f" ({grown:.2f})" if grown is not None else ""
        table.add_row(step, *cells)
    table.add_row("whole", *(f"{sum(run.seconds.values()):,.1f}" for run in found))
    OUT.print(table)


def main(argv: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--check", type=int, default=10, help="most copies that are checked")
    parser.add_argument("--anatomy", action="store_true", help="no exercises, no injuries")
    args = parser.parse_args(argv)
    sources = find_sources()
    show(
        [
            measure(sources, copies, checked=copies <= args.check, whole=not args.anatomy)
            for copies in args.copies
        ]
    )


if __name__ == "__main__":
    main()
