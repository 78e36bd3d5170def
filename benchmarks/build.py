"""How long a build takes, step by step, and how each step grows with the graph.

`python -m benchmarks.build --copies 1 10 100` measures the facts as they are, then repeated ten and
a hundred times under new names (see `benchmarks/repeated.py`). Growth is the exponent that the
triples have in the time, between one column and the next: 1 is linear. The shapes are checked up to
`--check` copies: at a hundred they alone would take many minutes and gigabytes. With `--anatomy`
the exercises and injuries stay out, whose loadings make four fifths of the triples. A second table
has each rule by itself, over all that was derived: one that grows by much more than
1 is to be written otherwise (docs/decisions/0012-growth-of-a-build.md).
"""

import argparse
import math
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pyoxigraph import QueryTriples, RdfFormat, Store
from rich.table import Table

from benchmarks.repeated import repeat
from myograph.build import GRAPH_FILE, Built, build, write
from myograph.check import check
from myograph.console import OUT
from myograph.derive import derive
from myograph.files import Sources, find_sources
from myograph.read import read_sources
from myograph.rules import Rule, load_rules

STEPS = ("read", "derive", "check", "store")
_SLOW = 0.02  # seconds; what a faster rule takes says nothing
_SHOWN = 20  # rules
_GROWS = 1.4


@dataclass(frozen=True)
class Measured:
    """One build.

    Attributes:
        copies: how often the facts are in it.
        triples: of the built graph.
        seconds: of processor time, of each step that was measured.
        rules: of each rule.
    """

    copies: int
    triples: int
    seconds: dict[str, float]
    rules: dict[str, float] = field(default_factory=dict)


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
        rules = {
            rule.name: _best(partial(_run, stores[0], rule), runs)
            for rule in load_rules(made.rules)
        }
        stores.clear()
        built = build(made)
        if checked:
            seconds["check"] = _best(lambda: check(built, made), runs)
        seconds["store"] = _best(lambda: _store(built, Path(folder) / "built"), runs)
        return Measured(copies, len(built.quads), seconds, rules)


def _run(store: Store, rule: Rule) -> None:
    found = store.query(rule.text, use_default_graph_as_union=True)
    assert isinstance(found, QueryTriples)
    for _ in found:
        pass


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
    """Return the exponent by which a step or a rule grew with the triples, if measured twice."""
    one, other = ({**run.seconds, **run.rules} for run in (before, after))
    if step not in one or step not in other:
        return None
    return math.log(other[step] / one[step]) / math.log(after.triples / before.triples)


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


def show_rules(found: list[Measured]) -> None:
    """Print the rules that take longest at the most copies, those that grow most in bold."""
    last = found[-1].rules
    table = Table(title="Rules: seconds of processor time (growth)")
    table.add_column("rule")
    for run in found:
        table.add_column(f"{run.copies} times", justify="right")
    for name in sorted(last, key=lambda name: -last[name])[:_SHOWN]:
        cells, worst = [], 0.0
        for before, run in zip([None, *found], found, strict=False):
            cells.append(f"{run.rules[name]:,.2f}")
            if before and before.rules[name] > _SLOW:
                grown = growth(name, before, run) or 0.0
                worst = max(worst, grown)
                cells[-1] += f" ({grown:.2f})"
        table.add_row(name, *cells, style="bold" if worst > _GROWS else None)
    OUT.print(table)


def main(argv: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--check", type=int, default=10, help="most copies that are checked")
    parser.add_argument("--anatomy", action="store_true", help="no exercises, no injuries")
    args = parser.parse_args(argv)
    sources = find_sources()
    found = [
        measure(sources, copies, checked=copies <= args.check, whole=not args.anatomy)
        for copies in args.copies
    ]
    show(found)
    show_rules(found)


if __name__ == "__main__":
    main()
