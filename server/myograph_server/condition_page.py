"""The page of an injury or of what may be taken for one: what is dangerous comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from myograph.terms import BASE, RDFS, myo
from myograph_server.facts import Fact, Facts, Term
from myograph_server.links import Shown, shown
from myograph_server.pages import COMMENT, DEFINITION, Cell, Reader, Section, Step

_URGENCY = ("EmergencyUrgency", "SameDayUrgency", "SoonUrgency")
_WHAT = (
    ("A case of", "kindOf"),
    ("Affects", "affects"),
    ("Where", "injurySite"),
    ("What is felt or seen", "hasSymptom"),
    ("How it comes about", "hasMechanism"),
    ("Often met in", "occursIn"),
    ("May be mistaken for", "differentialOf"),
    ("Who can help", "referTo"),
)
_HELP = (
    ("Treatment", "treatedBy"),
    ("Exercises for recovery", "rehabilitatedBy"),
    ("Prevention", "preventedBy"),
)
# What a stage holds back, by the rule that found it: the reason in words.
_HELD = {
    "holds-back": "loads it in a way that waits",
    "holds-back-deferred": "named by the stage",
    "holds-back-harder": "harder than what the stage names",
    "holds-back-jumps": "is a jump",
    "holds-back-impact": "comes with an impact",
    "holds-back-weight": "puts weight on the leg",
}
_NO_STAGES = (
    "No stages of recovery are on record. Ask a professional before any exercise: nothing is "
    "listed here as allowed."
)
_FREE = (
    "Derived. The goal of a stage may ask for more rest than this list. Not known to load it is no "
    "clearance: pain, and whoever treats you, decide."
)


@dataclass(frozen=True)
class Flag:
    """A sign of danger as it shows.

    Attributes:
        sign: what one sees or feels.
        text: the same at more length.
        urgency: how soon, in words.
        level: 0 for now, 1 for today, 2 for within days.
        act: what to do.
        suggests: what it may be a sign of.
    """

    sign: Shown
    text: str
    urgency: str
    level: int
    act: str
    suggests: Cell


def flags(reader: Reader) -> list[Flag]:
    """Return the signs of danger of a condition, the most urgent first."""
    found = [_flag(reader, node) for node in reader.nodes("hasRedFlag")]
    return sorted(found, key=lambda flag: (flag.level, flag.sign.text))


def flag_itself(reader: Reader) -> Flag:
    """Return the sign of danger that the record itself is."""
    return _flag(reader, reader.iri)


def _flag(reader: Reader, node: Term) -> Flag:
    facts = reader.facts
    urgency = facts.value(node, "urgency")
    name = str(urgency).rstrip(">").rsplit("/", 1)[-1] if urgency else ""
    return Flag(
        sign=shown(node, facts),
        text=facts.text(node, DEFINITION),
        urgency=_say(facts, urgency),
        level=_URGENCY.index(name) if name in _URGENCY else len(_URGENCY) - 1,
        act=facts.text(node, "whatToDo"),
        suggests=reader.links("suggests", node),
    )


def _say(facts: Facts, urgency: Term | None) -> str:
    return "" if urgency is None else facts.label(urgency)


def sections(reader: Reader) -> list[Section]:
    """Return the sections of the page below the signs of danger."""
    facts = reader.facts
    stages = reader.nodes("recoversThrough")
    return [
        reader.glance("What it is", _WHAT),
        Section(
            "Stages of recovery", note=_whose(reader), steps=[_stage(reader, n) for n in stages]
        ),
        _time(reader),
        Section(
            "Before full sport or work",
            lines=facts.texts(reader.iri, "returnCriterion"),
            absent="What must be met before full sport or work.",
        ),
        Section(
            "What each stage holds back",
            note="Derived, with the reason.",
            parts=[held for n in stages if (held := _held(reader, n))],
            folded=True,
        ),
        _still(reader, stages),
        reader.glance("Help and prevention", _HELP, absent="What treats or prevents it."),
        _risks(reader),
        _grades(reader),
        Section(
            "Exercises and activities that load it",
            rows=reader.pairs(
                (
                    ("Load it", "^loads"),
                    ("Put weight on it", "^putsWeightOn"),
                    ("Risk it", "^risks"),
                    ("Strengthen what is weak in it", "^strengthensAgainst"),
                )
            ),
            note="Derived. Loading is no verdict: recovery needs it, at the right stage.",
        ),
        reader.variants(),
        reader.matches(),
        Section("Notes", lines=facts.texts(reader.iri, "note")),
    ]


def _whose(reader: Reader) -> str:
    """Say from which record the stages are, where they are another's."""
    if reader.nodes("hasStage") or not reader.facts.values(reader.iri, "recoversThrough"):
        return ""
    wider = " and ".join(
        reader.facts.label(one) for one in reader.facts.values(reader.iri, "kindOf")
    )
    return f"These are the stages of {wider}, of which this is a case."


def _stage(reader: Reader, stage: Term) -> Step:
    """Return a stage as a step of the timeline."""
    facts = reader.facts
    rows: list[list[Cell]] = []
    for name, key in (("Goal", "goal"), ("Not yet", "withholds")):
        values = reader.links(key, stage)
        if values:
            rows.append([[Shown(name)], values])
    comment = facts.text(stage, COMMENT)
    if comment:
        rows.append([[Shown("Mind")], [Shown(comment)]])
    for name, key in (
        ("Treatment", "treatedBy"),
        ("Exercises", "rehabilitatedBy"),
        ("Go on when", "progressionCriterion"),
    ):
        values = reader.links(key, stage)
        if values:
            rows.append([[Shown(name)], values])
    return Step(_stage_title(reader, stage), rows)


def _stage_title(reader: Reader, stage: Term) -> str:
    title = reader.facts.text(stage, RDFS + "label") or reader.facts.text(stage, "key")
    return title[:1].upper() + title[1:]


def _held(reader: Reader, stage: Term) -> Section:
    """Return what a stage holds back, by the reason."""
    rows: list[list[Cell]] = []
    held: dict[str, list[Fact]] = {}
    for fact in reader.facts.of(stage):
        if fact.predicate == myo("holdsBack"):
            held.setdefault(fact.graph.removeprefix("inferred/"), []).append(fact)
    for rule, reason in _HELD.items():
        if rule in held:
            values = sorted((reader.shown(f) for f in held[rule]), key=lambda s: s.text.casefold())
            rows.append([[Shown(f"Held back: {reason}")], values])
    return Section(_stage_title(reader, stage), rows=rows)


def _still(reader: Reader, stages: list[Term]) -> Section:
    """Return what the stages leave free, which the graph may know to load it or not."""
    title, facts = "What may still be done", reader.facts
    if not stages:
        return Section(title, lines=[_NO_STAGES])
    facts.look(to=(myo("Exercise"), myo("Activity")))
    everything = set(facts.subjects_of_kind("Exercise")) | set(facts.subjects_of_kind("Activity"))
    loading = set(facts.subjects("loads", reader.iri)) | set(
        facts.subjects("putsWeightOn", reader.iri)
    )
    held = [set(facts.values(stage, "holdsBack")) for stage in stages]
    rows = [
        [
            [Shown("Not known to load it, at any stage")],
            _named(reader, everything - loading - set().union(*held)),
        ]
    ]
    for stage, waits in zip(stages, held, strict=True):
        values = _named(reader, loading - waits)
        if values:
            rows.append(
                [[Shown(f"Loads it and is not held back at stage {reader.order(stage)}")], values]
            )
    slug = reader.iri.value.removeprefix(f"{BASE}injury/")
    asked = urlencode({"injury": slug})
    path = f"{request.script_root}/ask/what-can-i-still-do-with?{asked}"
    rows.append([[Shown("With what each trains")], [Shown("Ask the graph", path)]])
    return Section(title, rows=rows, note=_FREE)


def _named(reader: Reader, found: Iterable[Term]) -> Cell:
    return sorted((shown(one, reader.facts) for one in found), key=lambda s: s.text.casefold())


def _time(reader: Reader) -> Section:
    facts, lines = reader.facts, []
    for node in reader.nodes("timeCourse"):
        low, high = facts.text(node, "minDays"), facts.text(node, "maxDays")
        span = f"{low} to {high} days" if low and high else f"{low or high} days"
        comment = facts.text(node, COMMENT)
        lines.append(f"{span}. {comment}" if comment else span)
    return Section("How long it takes", lines=lines)


def _risks(reader: Reader) -> Section:
    rows = [
        [
            reader.one(node, "riskFactor"),
            reader.one(node, "evidence"),
            [Shown(reader.facts.text(node, COMMENT))],
        ]
        for node in reader.nodes("hasRiskFactor")
    ]
    return Section("What makes it more likely", ("Factor", "Evidence", "What is known"), rows)


def _grades(reader: Reader) -> Section:
    facts = reader.facts
    rows = [
        [
            [Shown(facts.text(node, RDFS + "label") or facts.text(node, "key"))],
            [Shown(text) for text in facts.texts(node, "gradeCriterion")],
            reader.one(node, "inGradingSystem"),
        ]
        for node in reader.nodes("hasGrade")
    ]
    return Section("How bad it is", ("Grade", "When", "System"), rows)
