"""`/`: what this is, the search, the questions, and where to begin."""

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template

from myograph.names import Record
from myograph.terms import is_derived, myo
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
    ways = [_way(space, kind) for space, kind in _KINDS]
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
        refusing=sum(rule.finds_violations for rule in site().built.rules),
        picture=picture_of(None),
    )
    response = make_response(page)
    response.headers["Link"] = home_links()
    return response


def _way(space: str, kind: str) -> Way:
    facts = site().facts
    records = [
        r
        for r in site().names.records.values()
        if myo(kind) in r.classes and r.space == space and "/" not in r.slug
    ]
    # Of joints what rules say counts as well: little else is said of them. What recovery puts off
    # is no reason to begin with it.
    known = {
        r: sum(
            space == "joint" or not (fact.derived or fact.predicate == myo("defers"))
            for fact in facts.to(r.iri)
        )
        for r in records
    }
    few = sorted(records, key=lambda r: (-known[r], r.label))[:_FEW]
    return Way(space, TITLES[space], len(records), sorted(few, key=lambda r: r.label.casefold()))


def _numbers(ways: list[Way]) -> list[tuple[str, str]]:
    built = site().built
    derived = sum(is_derived(quad.graph_name) for quad in built.quads)
    counts = {way.space: f"{way.count}" for way in ways}
    return [
        (counts["muscle"], "muscles"),
        (counts["exercise"], "exercises and stretches"),
        (counts["injury"], "injuries and mimics"),
        (f"{len(site().facts.subjects_of_kind('Source')):,}", "sources"),
        (f"{len(built.quads):,}", "statements"),
        (f"{derived:,}", "of them derived by rules"),
    ]
