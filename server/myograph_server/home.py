"""`/`: what this is, the search, the questions, and where to begin."""

from flask import Blueprint, render_template

from myograph.names import Record
from myograph.terms import is_derived, myo
from myograph_server.ask import by_tag, sentence
from myograph_server.facts import Facts
from myograph_server.picture import picture_of
from myograph_server.site import site

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> str:
    """Show the first page."""
    records = site().names.records.values()
    facts = site().facts
    lists = {
        "muscle": [r for r in records if myo("Muscle") in r.classes and r.space == "muscle"],
        "exercise": [r for r in records if myo("Exercise") in r.classes],
        "activity": [r for r in records if myo("Activity") in r.classes],
        "injury": [r for r in records if myo("Condition") in r.classes],
    }
    return render_template(
        "home.html",
        lists={k: sorted(v, key=lambda r: r.label.casefold()) for k, v in lists.items()},
        tags=by_tag(),
        sentence=sentence,
        numbers=_numbers(lists, facts),
        picture=picture_of(None),
    )


def _numbers(lists: dict[str, list[Record]], facts: Facts) -> list[tuple[str, str]]:
    derived = sum(is_derived(q.graph_name) for q in site().built.quads)
    return [
        (f"{len(site().built.quads):,}", "statements"),
        (f"{derived:,}", "of them derived by rules"),
        (f"{len(lists['muscle'])}", "muscles"),
        (f"{len(facts.in_graph('source')) and _sources():,}", "sources"),
    ]


def _sources() -> int:
    return sum(1 for r in site().facts.in_graph("source") if str(r.value).endswith("/Source>"))
