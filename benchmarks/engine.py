"""The questions in process: pyoxigraph against rdflib, as ratios."""

import rdflib
from rdflib.plugins.sparql.sparql import NotBoundError
from rich.table import Table

from benchmarks.timing import best
from myograph.build import load_or_build
from myograph.check import to_rdflib
from myograph.console import OUT
from myograph.files import find_sources
from myograph.query import run
from myograph.questions import load_questions


def main() -> None:
    """Print the table."""
    sources = find_sources()
    built = load_or_build(sources)
    union = to_rdflib(built.quads)
    table = Table(title=f"Each question over {len(built.quads):,} triples")
    table.add_column("question")
    for heading in ("ours, ms", "rdflib, ms", "ratio"):
        table.add_column(heading, justify="right")
    ratios = []
    for question in load_questions(sources.queries):
        ours = best(lambda text=question.text: run(built.store, text))  # type: ignore[misc]
        text = _over_one_graph(question.text)
        try:
            theirs = best(lambda text=text: list(union.query(text)), runs=1)  # type: ignore[misc]
        except NotBoundError:
            # rdflib 7.6 fails on COUNT(DISTINCT ?x) where ?x is unbound in a row.
            table.add_row(question.name, f"{ours * 1e3:.2f}", "fails", "")
            continue
        ratios.append(theirs / ours)
        table.add_row(
            question.name, f"{ours * 1e3:.2f}", f"{theirs * 1e3:.1f}", f"{theirs / ours:,.0f}"
        )
    ratios.sort()
    table.add_row("median", "", "", f"{ratios[len(ratios) // 2]:,.0f}")
    OUT.print(table)


def _over_one_graph(text: str) -> str:
    # rdflib is given the union as one graph, which is the faster way for it.
    if "GRAPH" in text:
        raise ValueError("a question names a graph: give rdflib the dataset")
    rdflib.plugins.sparql.prepareQuery(text)
    return text


if __name__ == "__main__":
    main()
