"""Which muscles a picture is about, and in what role: read from the graph."""

from dataclasses import dataclass, field

from myograph.picture.atlas import Ask, texts

ROLES = {
    "chosen": "shown",
    "prime": "prime mover",
    "synergist": "synergist",
    "steady": "steadying",
    "stretched": "stretched",
    "injured": "injured",
    "site": "site of injury",
}
# What a picture of a record shows, in the order of precedence: (role, pattern from ?it to ?leaf).
_PATTERNS = (
    ("prime", "?it myo:trainsAsPrimeMover ?leaf"),
    ("synergist", "?it myo:trainsAsSynergist ?leaf"),
    ("stretched", "?it myo:stretches ?leaf"),
    ("steady", "?it myo:steadiedBy ?leaf"),
    ("prime", "?leaf myo:hasFactsOf/myo:hasAction ?act . ?act myo:ofMovement ?it ; "
     "myo:role myo:PrimeMover"),
    ("synergist", "?leaf myo:hasFactsOf/myo:hasAction ?act . ?act myo:ofMovement ?it ; "
     "myo:role myo:Synergist"),
    ("steady", "?leaf myo:hasFactsOf/myo:hasAction ?act . ?act myo:ofMovement ?it ; "
     "myo:role myo:Stabilizer"),
    ("injured", "?it myo:affects/^myo:leafOf ?leaf"),
    ("injured", "?it myo:affects ?leaf"),
    ("site", "?it myo:injurySite ?leaf"),
    ("site", "?it myo:affects ?leaf . ?leaf myo:atlasPosition ?place"),
    ("chosen", "?leaf myo:leafOf ?it"),
    ("chosen", "?leaf myo:hasFactsOf/myo:hasInnervation/myo:nerve ?it"),
    ("chosen", "?leaf myo:hasFactsOf/myo:hasInnervation/myo:nerve/myo:branchOf+ ?it"),
    ("chosen", "?leaf myo:liesIn ?it"),
    ("chosen", "?leaf myo:hasFactsOf/myo:inRegion ?it"),
    ("chosen", "?leaf myo:hasFactsOf/myo:suppliedBy ?it"),
    ("chosen", "?leaf myo:hasFactsOf/myo:hasInnervation/myo:hasRoot ?it"),
    ("chosen", "?leaf myo:crosses ?it"),
    ("chosen", "?leaf myo:hasFactsOf/(myo:hasOrigin|myo:hasInsertion)/"
     "(myo:attachesTo|myo:via)/myo:partOf* ?it"),
)  # fmt: skip


@dataclass
class Subject:
    """What a picture is about.

    Attributes:
        iri: of the record; empty for the whole figure.
        label: its name.
        roles: for each leaf that is shown its role, a key of `ROLES`.
        marks: IRIs of the places to mark.
    """

    iri: str
    label: str
    roles: dict[str, str] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)


def subject_of(ask: Ask, iri: str, label: str) -> Subject:
    """Return which leaves a picture of a record shows, each in its first role.

    Args:
        ask: runs a SELECT over the graph.
        iri: of a muscle, an exercise, a movement, an injury, a nerve or whatever has muscles.
        label: its name.
    """
    found = Subject(iri, label)
    union = " UNION ".join(
        f"{{ BIND({i} AS ?a) {pattern.replace('?it', f'<{iri}>').replace('?leaf', '?b')} }}"
        for i, (_, pattern) in enumerate(_PATTERNS)
    )
    for place, leaf in texts(ask, union):
        role = _PATTERNS[int(place)][0]
        if role == "site":
            found.marks.add(leaf)
        else:
            found.roles.setdefault(leaf, role)
    return found
