"""Our questions over graphs of any size, in every engine, in one run.

`python -m benchmarks.scale` makes anatomies of the same shape at 33 thousand, 1 and 10 million
triples (`--whole`: whole bodies, exercises and injuries included, at 0.4 and 4 million), and
one body beside an ontology of more than a million triples that it writes and brings in by `myograph
link add`. Each graph is loaded and asked in memory, on disk, by Oxigraph's own server and, where it
is small, by rdflib, each engine in a process of its own with a limit of memory and of time. Growth
is the exponent that the triples have in the time, between one size and the next: 1 is linear.
"""

import argparse
import json
import math
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.bodies import multiply
from benchmarks.foreign import write_obo
from benchmarks.repeated import repeat
from myograph.build import GRAPH_FILE, build, write
from myograph.console import OUT
from myograph.files import SOURCE_FOLDERS, Sources, find_sources

_BEYOND_ANATOMY = ("exercises", "injuries")
# The leg alone, without links and figures: some 34 thousand triples.
_BEYOND_LEG = (
    *_BEYOND_ANATOMY, "mappings", "atlas", "abdomen.ttl", "back.ttl", "gluteal.ttl", "foot-*",
    "hip-*", "thigh-*",
)  # fmt: skip
_FOREIGN = "one body and an ontology"
_FOREIGN_TERMS = 120_000
_RDFLIB = 200_000  # triples; beyond them rdflib needs more memory than a benchmark may take
_ENGINES = ("memory", "disk", "server", "rdflib")
_COLUMNS = ("load, s", "triples/s", "peak, MB", "median, ms", "worst, ms", "not answered")
_GROWS = 1.15  # exponents below differ from 1 by no more than one run from another


@dataclass
class Measured:
    """One graph.

    Attributes:
        name: for the tables.
        triples: how many it has.
        built: seconds of processor time and megabytes of a build or of `link add`, if measured.
        loads: what loading took, by engine.
        questions: what each question took, by engine and name.
    """

    name: str
    triples: int
    built: dict[str, float] = field(default_factory=dict)
    loads: dict[str, dict[str, Any]] = field(default_factory=dict)
    questions: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)


def command(arguments: list[str], root: Path | None = None) -> dict[str, float]:
    """Run a command of ours, in a copied checkout if given, and return what it took.

    Raises:
        RuntimeError: it failed.
    """
    paths = [str(root / name) for name in ("kg", "server")] if root else []
    env = os.environ | {"PYTHONPATH": os.pathsep.join([*paths, os.environ.get("PYTHONPATH", "")])}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = [sys.executable, "-c", _WITH_PEAK, *arguments]
    done = subprocess.run(run, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{arguments} failed: {done.stderr[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = float(done.stderr.rsplit(maxsplit=1)[-1])
    return {"cpu": cpu, "wall": time.perf_counter() - started, "peak": peak}


_WITH_PEAK = """
import resource, sys
from myograph.cli import main
code = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)
sys.exit(code)
"""


def checkout(sources: Sources, folder: Path) -> Path:
    """Return a checkout made of sources and of the running code, to build in by command."""
    root = find_sources().root
    for name in ("kg/myograph", "server"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SOURCE_FOLDERS:
        shutil.copytree(sources.root / name, folder / name)
    shutil.copy(root / "pyproject.toml", folder)
    return folder


def less(sources: Sources, folder: Path, left_out: tuple[str, ...]) -> Sources:
    """Write the sources without some files or folders into a folder."""
    for name in SOURCE_FOLDERS:
        ignore = shutil.ignore_patterns(*left_out)
        shutil.copytree(sources.root / name, folder / name, ignore=ignore)
    return replace(sources, root=folder, in_checkout=True)


def graphs(folder: Path, args: argparse.Namespace) -> Iterator[tuple[Measured, Path]]:
    """Make one graph after another, each with what building it took, and its file."""
    sources = find_sources()
    if not args.whole and not args.only:
        small = less(sources, folder / "leg-sources", _BEYOND_LEG)
        root = checkout(small, folder / "leg")
        yield _built("the leg", root, command(["build"], root))
    out = () if args.whole else _BEYOND_ANATOMY
    one = folder / "one"
    write(build(less(sources, folder / "one-sources", out)), one)
    for triples in args.sizes:
        path = folder / f"{triples}.nq"
        count = multiply(one / GRAPH_FILE, triples, path)
        found = Measured(f"{triples / 1e6:g} million", count)
        if triples <= args.build_up_to and not args.whole:
            found.built = _build(sources, count, one, folder / f"build-{triples}")
        yield found, path
    if args.foreign:
        yield _with_foreign(sources, folder, args.foreign)


def _built(name: str, root: Path, took: dict[str, float]) -> tuple[Measured, Path]:
    report = json.loads((root / "build" / "build.json").read_text("utf-8"))
    return Measured(name, report["triples"], took), root / "build" / GRAPH_FILE


def _build(sources: Sources, triples: int, one: Path, folder: Path) -> dict[str, float]:
    """Build so many triples from sources, by command."""
    each = json.loads((one / "build.json").read_text("utf-8"))["triples"]
    many = repeat(sources, max(1, round(triples / each)), folder / "sources", whole=False)
    root = checkout(many, folder / "checkout")
    took = command(["build"], root)
    shutil.rmtree(folder)
    return took


def _with_foreign(sources: Sources, folder: Path, terms: int) -> tuple[Measured, Path]:
    """Bring a written ontology into a graph of one body, by command."""
    root = checkout(sources, folder / "foreign")
    command(["build"], root)
    links = (sources.data / "mappings" / "uberon.sssom.tsv").read_text("utf-8")
    linked = sorted(set(re.findall(r"UBERON:\d{7}", links)))
    write_obo(folder / "generated.obo", terms, linked)
    took = command(["link", "add", str(folder / "generated.obo")], root)
    return _built(_FOREIGN, root, took)


def measure(found: Measured, graph: Path, folder: Path, args: argparse.Namespace) -> None:
    """Load a graph into each engine and ask it everything."""
    store = folder / "store"
    found.loads["disk"] = next(_probe(["load", str(graph), "--target", str(store)], args))
    for engine in args.engines:
        if engine == "rdflib" and found.triples > _RDFLIB:
            continue
        path = graph if engine in ("memory", "rdflib") else store
        lines = _probe([engine, str(path)], args)
        loaded = next(lines, {"failed": f"more than {args.memory} MB"})
        if engine != "disk":
            found.loads[engine] = loaded
        found.questions[engine] = {line.pop("name"): line for line in lines}
        OUT.print(f"{found.name}: {engine} done")
    shutil.rmtree(store)


def _probe(arguments: list[str], args: argparse.Namespace) -> Iterator[dict[str, Any]]:
    limits = ["--limit", str(args.limit), "--memory", str(args.memory)]
    run = [sys.executable, "-m", "benchmarks.probe", *arguments, *limits]
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield from map(json.loads, process.stdout)


def exponent(before: tuple[int, float], after: tuple[int, float]) -> float:
    """Return the exponent of growth between two points of triples and seconds."""
    return math.log(after[1] / before[1]) / math.log(after[0] / before[0])


def show_graphs(found: list[Measured]) -> None:
    """Print what each graph took, and the latency of all questions together."""
    table = Table(title="Graphs: loading, and the questions together (processor time)")
    table.add_column("graph")
    table.add_column("engine")
    for heading in _COLUMNS:
        table.add_column(heading, justify="right")
    for graph in found:
        title = f"{graph.name}, {graph.triples:,}"
        if graph.built:
            seconds, peak = graph.built["cpu"], graph.built["peak"]
            table.add_row(title, "build or link add", f"{seconds:,.1f}", "", f"{peak:,.0f}")
        for engine in graph.questions:
            load, answers = graph.loads[engine], graph.questions[engine].values()
            times = sorted(a["cpu"] * 1e3 for a in answers if "cpu" in a)
            cpu = load.get("cpu", 0.0)
            peaks = [one["peak"] for one in (load, *answers) if "peak" in one]
            table.add_row(
                title,
                engine,
                load.get("failed") or (f"{cpu:,.1f}" if engine != "server" else ""),
                f"{graph.triples / cpu:,.0f}" if cpu and engine != "server" else "",
                f"{max(peaks):,.0f}" if peaks and engine != "server" else "",
                f"{statistics.median(times):,.2f}" if times else "",
                f"{times[-1]:,.0f}" if times else "",
                str(sum("cpu" not in a for a in answers)),
            )
    OUT.print(table)


def show_questions(found: list[Measured], engine: str) -> None:
    """Print each question's time at each size and how it grew, the worst first."""
    sizes = [graph for graph in found if graph.name != _FOREIGN and engine in graph.questions]
    table = Table(title=f"Questions, {engine}: ms of processor time (growth; rows)")
    table.add_column("question")
    for graph in sizes:
        table.add_column(f"{graph.triples:,}", justify="right")
    rows = []
    for name in sizes[-1].questions[engine]:
        cells, worst = [name], 0.0
        before: tuple[int, float] | None = None
        for graph in sizes:
            answer = graph.questions[engine].get(name, {"failed": "not asked"})
            if "cpu" not in answer:
                cells.append(answer["failed"][:20])
                worst, before = 9.0, None
                continue
            point = (graph.triples, max(answer["cpu"], 1e-6))
            grown = exponent(before, point) if before else None
            worst = max(worst, grown or 0.0)
            told = f" ({grown:.2f})" if grown is not None else ""
            cells.append(f"{answer['cpu'] * 1e3:,.2f}{told}; {answer['rows']}")
            before = point
        rows.append((worst, cells))
    for worst, cells in sorted(rows, reverse=True):
        table.add_row(*cells, style="bold" if worst > _GROWS else None)
    OUT.print(table)


def differing(found: list[Measured]) -> list[str]:
    """Return the questions to which our engine in memory, on disk and as a server differ."""
    return [
        f"{graph.name}: {name}"
        for graph in found
        for name, answer in graph.questions.get("memory", {}).items()
        for other in ("disk", "server")
        if graph.questions.get(other, {}).get(name, {}).get("digest", answer.get("digest"))
        != answer.get("digest")
    ]


def main(argv: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", help="triples")
    parser.add_argument("--engines", nargs="+", choices=_ENGINES, default=_ENGINES)
    parser.add_argument("--whole", action="store_true", help="exercises and injuries too")
    parser.add_argument("--foreign", type=int, default=_FOREIGN_TERMS, help="its terms; 0: none")
    parser.add_argument("--build-up-to", type=int, default=1_000_000, help="triples")
    parser.add_argument("--only", action="store_true", help="the sizes, without the leg alone")
    parser.add_argument("--limit", type=int, default=60, help="seconds that a question may take")
    parser.add_argument("--memory", type=int, default=8000, help="megabytes of an engine")
    parser.add_argument("--json", type=Path, help="a file for all that was measured")
    args = parser.parse_args(argv)
    if args.sizes is None:
        args.sizes = [400_000, 4_000_000] if args.whole else [1_000_000, 10_000_000]
    found: list[Measured] = []
    with tempfile.TemporaryDirectory() as name:
        for graph, path in graphs(Path(name), args):
            measure(graph, path, Path(name), args)
            path.unlink()
            found.append(graph)
            if args.json:
                args.json.write_text(json.dumps([vars(g) for g in found], indent=1), "utf-8")
    show_graphs(found)
    for engine in ("memory", "disk"):
        show_questions(found, engine)
    for one in differing(found):
        OUT.print(f"[red]Answers differ:[/] {one}")


if __name__ == "__main__":
    main()
