"""Wrong changes that any record can suffer: names, sources, links, misspellings."""

import csv
import io
import re
from random import Random

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from benchmarks.mutations.facts import Change, Facts, Kinds, compact, other, short, swap
from myograph.terms import BASE, LABEL, PREF_LABEL, RDF_TYPE, SOURCE, myo

kinds = Kinds()
_SORTS = (
    *("Muscle", "MuscleHead", "Bone", "Landmark", "Nerve", "Artery", "Ligament"),
    *("JointMovement", "StrengthExercise", "Stretch", "Symptom", "RedFlag"),
)


def _swapped(facts: Facts, draw: Random, predicate: NamedNode) -> Change | None:
    sort = draw.choice(_SORTS)
    files: dict[str, list[Quad]] = {}
    records = set(facts.of_class(sort))
    for quad in facts.statements[short(predicate)]:
        if quad.subject in records:
            files.setdefault(facts.home[quad], []).append(quad)
    file, quads = draw.choice(sorted(files.items())) if files else ("", [])
    if len(quads) < 2:
        return None
    one, two = draw.sample(quads, 2)
    new = (Quad(one.subject, predicate, two.object), Quad(two.subject, predicate, one.object))
    return Change(f"of {compact(one.subject)} and {compact(two.subject)}", file, (one, two), new)


@kinds("labels of two records swapped")
def _(facts: Facts, draw: Random) -> Change | None:
    return _swapped(facts, draw, LABEL)


@kinds("Latin names of two records swapped")
def _(facts: Facts, draw: Random) -> Change | None:
    return _swapped(facts, draw, PREF_LABEL)


@kinds("record copied under another name")
def _(facts: Facts, draw: Random) -> Change | None:
    sorts = (*_SORTS, "MuscleStrain", "Tendinopathy", "LigamentSprain")
    record = draw.choice(facts.of_class(draw.choice(sorts)) or facts.of_class("Muscle"))
    copy = NamedNode(f"{record.value}-of-man")
    names: dict[object, NamedNode | BlankNode | Literal] = {record: copy}
    for quad in facts.nested(record):
        if isinstance(quad.object, BlankNode):
            names[quad.object] = BlankNode()
    file = next(facts.home[q] for q in facts.about[record] if q.predicate == RDF_TYPE)
    label = Literal(f"{facts.label(record)} of man", language="en")
    names[Literal(facts.label(record), language="en")] = label
    new = tuple(
        Quad(names[q.subject], q.predicate, names.get(q.object, q.object))  # type: ignore[arg-type]
        for q in facts.nested(record)
    )
    return Change(compact(record), file, (), new)


@kinds("language tag wrong")
def _(facts: Facts, draw: Random) -> Change | None:
    tagged = [
        q
        for qs in facts.files.values()
        for q in qs
        if isinstance(q.object, Literal) and q.object.language
    ]
    quad = draw.choice(tagged)
    tag = draw.choice([t for t in ("en", "la", "de") if t != quad.object.language])  # type: ignore[union-attr]
    if short(quad.predicate).endswith("altLabel") and tag in ("en", "la"):
        return None
    value = Literal(quad.object.value, language=tag)  # type: ignore[union-attr]
    return swap(facts, quad, f"{compact(quad.subject)} {short(quad.predicate)} @{tag}", value)


# ---------------------------------------------------------------- sources


@kinds("sources of a fact removed")
def _(facts: Facts, draw: Random) -> Change | None:
    subject = draw.choice(facts.statements[short(SOURCE)]).subject
    gone = tuple(q for q in facts.about[subject] if q.predicate == SOURCE)
    return Change(compact(facts.owner(subject)), facts.home[gone[0]], gone)


@kinds("source pointing to nothing")
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements[short(SOURCE)])
    to = NamedNode(_misspelt(quad.object.value, draw))  # type: ignore[union-attr]
    return swap(facts, quad, f"{compact(quad.subject)}: {compact(to)}", to)


# ---------------------------------------------------------------- misspellings


def _misspelt(iri: str, draw: Random) -> str:
    """Return an IRI with two letters of its last part changed about, or one left out."""
    head, _, tail = iri.rpartition("/")
    at = draw.randrange(1, max(2, len(tail) - 1))
    if len(tail) > at + 1 and tail[at] != tail[at + 1] and draw.random() < 0.5:
        return f"{head}/{tail[:at]}{tail[at + 1]}{tail[at]}{tail[at + 2 :]}"
    return f"{head}/{tail[:at]}{tail[at + 1 :]}"


@kinds("IRI of a value misspelt")
def _(facts: Facts, draw: Random) -> Change | None:
    quads = [
        q
        for qs in facts.files.values()
        for q in qs
        if isinstance(q.object, NamedNode) and q.object.value.startswith(BASE)
    ]
    quad = draw.choice(quads)
    to = NamedNode(_misspelt(quad.object.value, draw))  # type: ignore[union-attr]
    if to in facts.about or to == quad.object:
        return None
    return swap(facts, quad, f"{compact(quad.subject)} {short(quad.predicate)} {compact(to)}", to)


@kinds("IRI of a property misspelt")
def _(facts: Facts, draw: Random) -> Change | None:
    quads = [q for qs in facts.files.values() for q in qs if q.predicate.value.startswith(BASE)]
    quad = draw.choice(quads)
    to = NamedNode(_misspelt(quad.predicate.value, draw))
    new = Quad(quad.subject, to, quad.object)
    told = f"{compact(quad.subject)} {short(to)}"
    return Change(told, facts.home[quad], (quad,), (new,))


@kinds("IRI of a record misspelt")
def _(facts: Facts, draw: Random) -> Change | None:
    record = draw.choice(facts.of_class(draw.choice(_SORTS)) or facts.of_class("Muscle"))
    to = NamedNode(_misspelt(record.value, draw))
    file = next(facts.home[q] for q in facts.about[record] if q.predicate == RDF_TYPE)
    old = tuple(q for q in facts.about[record] if facts.home[q] == file)
    new = tuple(Quad(to, q.predicate, q.object) for q in old)
    return Change(f"{compact(record)} {compact(to)}", file, old, new)


@kinds("value written twice as two")
def _(facts: Facts, draw: Random) -> Change | None:
    """A property that has one value gets a second one, from another record."""
    names = (
        "movementType",
        "inPlane",
        "atJoint",
        "role",
        "contraction",
        "difficulty",
        "layer",
        "order",
        "jointType",
    )
    quad = draw.choice([q for name in names for q in facts.statements[name]])
    to = other(draw, [q.object for q in facts.statements[short(quad.predicate)]], quad.object)
    if to is None:
        return None
    told = f"{compact(facts.owner(quad.subject))} {short(quad.predicate)} also {compact(to)}"
    return Change(told, facts.home[quad], (), (Quad(quad.subject, quad.predicate, to),))


# ---------------------------------------------------------------- links


def _rows(text: str) -> tuple[list[str], list[str], list[dict[str, str]]]:
    lines = text.splitlines()
    head = [line for line in lines if line.startswith("#")]
    table = [line for line in lines if line and not line.startswith("#")]
    reader = csv.DictReader(table, delimiter="\t")
    return head, list(reader.fieldnames or ()), list(reader)


def _written(head: list[str], columns: list[str], rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return "\n".join([*head, out.getvalue()])


def _linked(facts: Facts, draw: Random, what: str) -> Change | None:
    file = draw.choice(sorted(facts.tables))
    head, columns, rows = _rows(facts.tables[file])
    at = draw.randrange(len(rows))
    row = dict(rows[at])
    system, _, code = row["object_id"].partition(":")
    told = f"{row['subject_id']}: {row['object_id']}"
    if what == "digit":
        digits = [m.start() for m in re.finditer(r"\d", code)]
        if not digits or system == "sssom":
            return None
        place = draw.choice(digits)
        new = str((int(code[place]) + draw.choice((1, 9))) % 10)
        row["object_id"] = f"{system}:{code[:place]}{new}{code[place + 1 :]}"
    else:
        beside = [
            r
            for r in rows
            if r["object_id"].startswith(f"{system}:") and r["object_id"] != row["object_id"]
        ]
        if not beside or system == "sssom":
            return None
        taken = draw.choice(beside)
        for column in (
            ("object_id", "object_label", "object_category")
            if what == "neighbour"
            else ("object_id",)
        ):
            if column in row:
                row[column] = taken[column]
    changed = [*rows[:at], row, *rows[at + 1 :]]
    return Change(f"{told} -> {row['object_id']}", file, text=_written(head, columns, changed))


@kinds("identifier off by one digit")
def _(facts: Facts, draw: Random) -> Change | None:
    return _linked(facts, draw, "digit")


@kinds("identifier of a neighbour, label kept")
def _(facts: Facts, draw: Random) -> Change | None:
    return _linked(facts, draw, "id")


@kinds("identifier of a neighbour, with its label")
def _(facts: Facts, draw: Random) -> Change | None:
    return _linked(facts, draw, "neighbour")


# ---------------------------------------------------------------- innocent changes


@kinds("a synonym more", innocent=True)
def _(facts: Facts, draw: Random) -> Change | None:
    record = draw.choice(facts.of_class(draw.choice(_SORTS)) or facts.of_class("Muscle"))
    file = next(facts.home[q] for q in facts.about[record] if q.predicate == RDF_TYPE)
    name = Literal(f"{facts.label(record)} (textbook name)", language="en")
    alt = NamedNode("http://www.w3.org/2004/02/skos/core#altLabel")
    return Change(compact(record), file, (), (Quad(record, alt, name),))


@kinds("a better definition", innocent=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements["http://www.w3.org/2004/02/skos/core#definition"])
    text = quad.object.value.removesuffix(".") + ", as seen in most adults."  # type: ignore[union-attr]
    return swap(facts, quad, compact(quad.subject), Literal(text, language="en"))


@kinds("a note more", innocent=True)
def _(facts: Facts, draw: Random) -> Change | None:
    record = draw.choice(facts.of_class(draw.choice(_SORTS)) or facts.of_class("Muscle"))
    file = next(facts.home[q] for q in facts.about[record] if q.predicate == RDF_TYPE)
    note = Literal("Textbooks describe it at greater length.", language="en")
    return Change(compact(record), file, (), (Quad(record, myo("note"), note),))


@kinds("a source more", innocent=True)
def _(facts: Facts, draw: Random) -> Change | None:
    quad = draw.choice(facts.statements[short(SOURCE)])
    to = other(draw, [q.object for q in facts.statements[short(SOURCE)]],
        *(q.object for q in facts.about[quad.subject]))  # fmt: skip
    if to is None:
        return None
    return Change(
        compact(facts.owner(quad.subject)), facts.home[quad], (), (Quad(quad.subject, SOURCE, to),)
    )


@kinds("lines in another order", innocent=True)
def _(facts: Facts, draw: Random) -> Change | None:
    """The order of a file's statements is no part of what it says; one word is changed with it."""
    quad = draw.choice(facts.statements["note"])
    text = Literal(quad.object.value.removesuffix(".") + " indeed.", language="en")  # type: ignore[union-attr]
    file = facts.home[quad]
    quads = list(facts.files[file])
    new = [Quad(quad.subject, quad.predicate, text) if q == quad else q for q in quads]
    draw.shuffle(new)
    return Change(f"{file}", file, tuple(quads), tuple(new))


@kinds("a finer landmark", innocent=True)
def _(facts: Facts, draw: Random) -> Change | None:
    """An attachment is moved to a part of its landmark, which nothing else may need."""
    places = set(facts.of_class("Landmark"))
    quad = draw.choice([q for q in facts.statements["attachesTo"] if q.object in places])
    place = quad.object
    others = [q for q in facts.statements["attachesTo"] if q.object == place and q != quad]
    if not isinstance(place, NamedNode) or not others:
        return None
    node = NamedNode(f"{place.value}-upper-part")
    source = next(q.object for q in facts.about[place] if q.predicate == SOURCE)
    label = facts.label(place)
    new = (
        Quad(quad.subject, quad.predicate, node),
        Quad(node, RDF_TYPE, myo("Landmark")), Quad(node, myo("partOf"), place),
        Quad(node, LABEL, Literal(f"{label}, upper part", language="en")),
        Quad(node, NamedNode("http://www.w3.org/2004/02/skos/core#definition"),
             Literal(f"The upper half of this place: {label}.", language="en")),
        Quad(node, SOURCE, source),
    )  # fmt: skip
    return Change(
        f"{compact(facts.owner(quad.subject))} {compact(node)}", facts.home[quad], (quad,), new
    )
