"""What drawing costs: reading the figures, working out a view, writing one picture of it.

`python -m benchmarks.picture` compares each with one answer of the engine, the label of a muscle.
"""

from collections.abc import Callable
from functools import partial

from rich.table import Table

from benchmarks.timing import best
from myograph.build import load_or_build
from myograph.console import OUT
from myograph.files import find_sources
from myograph.picture.atlas import VIEWS, load_atlas
from myograph.picture.drawing import shapes_of
from myograph.picture.subject import Subject, subject_of
from myograph.picture.svg import Wish, draw
from myograph.query import select
from myograph.terms import BASE, RDFS


def main() -> None:
    """Print the table."""
    store = load_or_build(find_sources()).store
    ask = partial(select, store)
    atlas = load_atlas(ask)
    soleus = subject_of(ask, f"{BASE}muscle/soleus", "soleus")
    label = f"SELECT ?l WHERE {{ <{BASE}muscle/soleus> <{RDFS}label> ?l }}"

    def work_out() -> None:
        atlas.made.clear()
        for view in VIEWS:
            shapes_of(atlas, atlas.views[view])

    whole = partial(draw, atlas, Subject("", ""), Wish("back"))
    tasks: dict[str, Callable[[], object]] = {
        "a label from the engine": partial(select, store, label),
        "read the figures": partial(load_atlas, ask),
        "work out three views": work_out,
        "find what a picture is about": partial(subject_of, ask, soleus.iri, "soleus"),
        "write the whole figure": whole,
        "write a muscle from near": partial(draw, atlas, soleus, Wish()),
    }
    seconds = {name: best(task) for name, task in tasks.items()}
    one = seconds["a label from the engine"]
    table = Table("task", "milliseconds", "times one label")
    for name, taken in seconds.items():
        table.add_row(name, f"{taken * 1000:.2f}", f"{taken / one:,.0f}")
    OUT.print(table)
    sizes = ", ".join(f"{view} {len(draw(atlas, Subject('', ''), Wish(view))):,}" for view in VIEWS)
    OUT.print(f"Bytes of the whole figure: {sizes}.")


if __name__ == "__main__":
    main()
