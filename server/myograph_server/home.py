"""`/`: what this is, the search, the questions, and where to begin."""

from collections import defaultdict
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, make_response, render_template

from myograph.names import Record
from myograph.query import Rows, Term
from myograph.terms import BASE, is_derived, myo
from myograph_server.ask import sentence
from myograph_server.kinds import TITLES
from myograph_server.picture import picture_of
from myograph_server.signposts import home_links
from myograph_server.site import site

blueprint = Blueprint("home", __name__)
# Of the questions, those that most people come with; /ask/ has all.
_FIRST = {
    "I want to train": (
        "exercises-for-muscle",
        "muscles-of-exercise",
        "stretches-for-muscle",
        "substitutes-for-exercise",
        "compare-exercises",
    ),
    "Something hurts": (
        "when-to-seek-help",
        "injuries-by-symptom",
        "what-can-i-still-do-with",
        "rehabilitation-by-stage",
        "prevention-of-injury",
    ),
    "I learn anatomy": (
        "attachments-of-muscle",
        "who-moves-joint",
        "innervation-of-muscle",
        "nerve-lesion",
        "layers-of-region",
    ),
}
_KINDS = (
    ("muscle", "Muscle"),
    ("exercise", "Exercise"),
    ("injury", "Condition"),
    ("activity", "Activity"),
    ("joint", "KinematicJoint"),
    ("nerve", "Nerve"),
)
_FEW = 9


@dataclass(frozen=True)
class Way:
    """A kind of record to begin with.

    Attributes:
        space: of its addresses.
        title: what people call it.
        count: how many there are.
        few: those that most facts lead to, by name.
    """

    space: str
    title: str
    count: int
    few: list[Record]


@blueprint.get("/")
def home() -> Response:
    """Show the first page."""
    known = _known()
    ways = [_way(space, kind, known) for space, kind in _KINDS]
    questions = site().questions
    page = render_template(
        "home.html",
        ways=ways,
        first={
            title: [questions[name] for name in names if name in questions]
            for title, names in _FIRST.items()
        },
        asked=len(questions),
        sentence=sentence,
        numbers=_numbers(ways),
        refusing=sum(rule.finds_violations for rule in site().rules),
        picture=picture_of(None),
    )
    response = make_response(page)
    response.headers["Link"] = home_links()
    return response


def _known() -> dict[Term | None, int]:
    """Return how many statements that count for it lead to each record of the kinds."""
    kinds = " ".join(str(myo(kind)) for _, kind in _KINDS)
    found: dict[Term | None, int] = defaultdict(int)
    # Of joints what rules say counts as well: little else is said of them. What recovery puts off
    # is no reason to begin with it.
    for record, home, number in (
        site()
        .rows(
            f"SELECT ?r ?g (COUNT(*) AS ?n) WHERE {{ VALUES ?kind {{ {kinds} }} ?r a ?kind . "
            f"GRAPH ?g {{ ?s ?p ?r }} FILTER(?p != {myo('defers')}) }} GROUP BY ?r ?g"
        )
        .rows
    ):
        joint = str(record).startswith(f"<{BASE}joint/")
        if isinstance(number, ox.Literal) and (joint or not is_derived(home)):
            found[record] += int(number.value)
    return found


def _way(space: str, kind: str, known: dict[Term | None, int]) -> Way:
    records = [
        r
        for r in site().names.records.values()
        if myo(kind) in r.classes and r.space == space and "/" not in r.slug
    ]
    few = sorted(records, key=lambda r: (-known.get(r.iri, 0), r.label))[:_FEW]
    return Way(space, TITLES[space], len(records), sorted(few, key=lambda r: r.label.casefold()))


def _numbers(ways: list[Way]) -> list[tuple[str, str]]:
    version = site().version
    sources = site().rows(f"SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE {{ ?s a {myo('Source')} }}")
    counts = {way.space: f"{way.count}" for way in ways}
    return [
        (counts["muscle"], "muscles"),
        (counts["exercise"], "exercises and stretches"),
        (counts["injury"], "injuries and mimics"),
        (f"{_number(sources):,}", "sources"),
        (f"{version.triples:,}", "statements"),
        (f"{version.derived:,}", "of them derived by rules"),
    ]


def _number(rows: Rows) -> int:
    value = rows.rows[0][0]
    return int(value.value) if isinstance(value, ox.Literal) else 0
