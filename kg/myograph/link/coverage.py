"""Counts our links, and finds those that are wrong or missing by another's ontology or table."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar

from pyoxigraph import NamedNode, Quad
from rapidfuzz import fuzz, process

from myograph.link.bridge import MATCHES, all_links
from myograph.link.conflicts import short
from myograph.link.index import Index
from myograph.names import Names, folded
from myograph.terms import MYO, RDF_TYPE, SKOS, graph, myo

# What is counted, and what a record is counted as that is several of them: the first that fits.
CLASSES = (
    "MuscleGroup", "MuscleHead", "MusclePart", "Muscle", "Sesamoid", "Bone", "Landmark",
    "JointComplex", "Joint", "NerveRoot", "Nerve", "Artery", "Vein", "Ligament", "Tendon",
    "Aponeurosis", "Fascia", "Membrane", "Retinaculum", "JointCapsule", "Bursa", "Meniscus",
    "Compartment", "Region", "Exercise", "Activity", "Condition",
)  # fmt: skip
SYSTEMS = {
    "UBERON": "http://purl.obolibrary.org/obo/UBERON_",
    "FMA": "http://purl.org/sig/ont/fma/fma",
    "TA98": "https://ifaa.unifr.ch/",
    "MeSH": "http://id.nlm.nih.gov/mesh/",
    "SNOMED CT": "http://snomed.info/id/",
    "OpenSim": "https://github.com/opensim-org/opensim-models/",
    "ICD-10": "http://hl7.org/fhir/sid/icd-10/",
    "ICD-10-CM": "http://hl7.org/fhir/sid/icd-10-cm/",
    "ICD-11": "http://id.who.int/icd/entity/",
    "DOID": "http://purl.obolibrary.org/obo/DOID_",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "HPO": "http://purl.obolibrary.org/obo/HP_",
    "free-exercise-db": "https://github.com/yuhonas/free-exercise-db/",
}
_ALIKE = 93  # of 100: above that two names differ by a letter or by the order of their words


@dataclass(frozen=True)
class Coverage:
    """How many records of a class are linked to a system.

    Attributes:
        kind: the class.
        system: the other system.
        records: of the class.
        exact: those that have a term that is the same.
        near: those that have only a close, narrow, broad or related one.
        none: those for which the system was searched and has no term that is the same or near.
    """

    COLUMNS: ClassVar = ("class", "system", "records", "exact", "near", "none", "not looked for")
    kind: str
    system: str
    records: int
    exact: int
    near: int
    none: int

    def row(self) -> dict[str, str]:
        """Return it by the names of the columns."""
        rest = self.records - self.exact - self.near - self.none
        counts = (self.records, self.exact, self.near, self.none, rest)
        return dict(zip(self.COLUMNS, (self.kind, self.system, *map(str, counts)), strict=True))


def coverage(quads: Iterable[Quad]) -> list[Coverage]:
    """Count the links of each class to each system that any record of it is linked to."""
    kinds = {myo(name): name for name in CLASSES}
    matches = {NamedNode(f"{SKOS}{way}Match"): f"{way}Match" for way in MATCHES}
    types: dict[str, set[str]] = defaultdict(set)
    links: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for quad in quads:
        if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode):
            continue
        subject = quad.subject.value
        if quad.predicate == RDF_TYPE and quad.object in kinds and not subject.startswith(MYO):
            types[subject].add(kinds[quad.object])
        elif quad.predicate in matches and quad.graph_name == graph("mapping"):
            links[subject].add((_system(quad.object.value), matches[quad.predicate]))
        elif quad.predicate == myo("noClassIn"):
            links[subject].add((_searched(quad.object.value), "none"))
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    records: Counter[str] = Counter()
    for subject, found in types.items():
        kind = next(name for name in CLASSES if name in found)
        records[kind] += 1
        for system in SYSTEMS:
            how = {match for name, match in links[subject] if name == system}
            if how:
                best = "exact" if "exactMatch" in how else "near" if how - {"none"} else "none"
                counts[kind, system][best] += 1
    return [
        Coverage(kind, system, records[kind], count["exact"], count["near"], count["none"])
        for (kind, system), count in sorted(
            counts.items(), key=lambda item: (CLASSES.index(item[0][0]), item[0][1])
        )
    ]


def _system(iri: str) -> str:
    return next((name for name, base in SYSTEMS.items() if iri.startswith(base)), "")


def _searched(iri: str) -> str:
    return iri.rsplit("/", 1)[-1].removesuffix(".owl").upper()


@dataclass(frozen=True)
class Difference:
    """A link of ours that another's ontology does not bear out.

    Attributes:
        record: ours.
        term: theirs.
        what: `label differs`, `withdrawn` or `not there`.
        ours: the label that our link gives.
        theirs: the label that the term has.
    """

    record: str
    term: str
    what: str
    ours: str
    theirs: str

    def row(self) -> dict[str, str]:
        """Return it by the names of the columns."""
        return {
            "record": short(self.record), "term": self.term, "what": self.what,
            "label in our link": self.ours, "label there": self.theirs,
        }  # fmt: skip


def differences(quads: Collection[Quad], theirs: Index) -> list[Difference]:
    """Return our links to terms that are not there, were withdrawn or have another label."""
    seen = NamedNode("https://w3id.org/sssom/object_label")
    target = NamedNode("http://www.w3.org/2002/07/owl#annotatedTarget")
    source = NamedNode("http://www.w3.org/2002/07/owl#annotatedSource")
    rows: dict[object, dict[object, str]] = defaultdict(dict)
    for quad in quads:
        if quad.predicate in (seen, target, source) and quad.graph_name == graph("mapping"):
            rows[quad.subject][quad.predicate] = quad.object.value  # type: ignore[union-attr]
    spaces = _spaces(theirs)
    found = []
    for row in rows.values():
        term, label = row.get(target, ""), row.get(seen, "")
        if not any(term.startswith(space) for space in spaces):
            continue
        there = theirs.labels.get(term, "")
        what = ""
        if term not in theirs.classes:
            what = "not there"
        elif term in theirs.obsolete:
            what = "withdrawn"
        elif label and there and label.casefold() != there.casefold():
            what = "label differs"
        if what:
            found.append(Difference(row.get(source, ""), term, what, label, there))
    return sorted(found, key=lambda one: (one.what, one.record))


def _spaces(theirs: Index) -> list[str]:
    """Return the address that most identifiers of an ontology begin with, and others like it."""
    counts = Counter(re.sub(r"[^_#/]*\d+$", "", iri) for iri in theirs.classes)
    counts = Counter({space: n for space, n in counts.items() if _system(space + "0")})
    most = max(counts.values(), default=0)
    return [space for space, n in counts.items() if n * 2 >= most]


@dataclass(frozen=True)
class Candidate:
    """A term that may be the same as a record of ours that has no link to its system."""

    record: str
    label: str
    term: str
    theirs: str
    score: float

    def row(self) -> dict[str, str]:
        """Return it by the names of the columns."""
        return {
            "record": short(self.record), "label": self.label, "term": self.term,
            "label there": self.theirs, "likeness": f"{self.score:.0f}",
        }  # fmt: skip


def candidates(quads: Collection[Quad], names: Names, theirs: Index) -> list[Candidate]:
    """Return, for each structure that has no link to their system, the terms named like it."""
    spaces = tuple(_spaces(theirs))
    linked = {
        record
        for record, terms in all_links(quads).items()
        if any(term.startswith(spaces) for term in terms)
    }
    called: dict[str, set[str]] = defaultdict(set)
    for iri in theirs.classes - theirs.obsolete:
        if iri.startswith(spaces):
            for name in {theirs.labels.get(iri, ""), *theirs.synonyms.get(iri, ())}:
                called[folded(name)].add(iri)
    called.pop("", None)
    choices = list(called)
    found = []
    for record in names.records.values():
        iri = record.iri.value
        if iri in linked or not record.classes & {myo("AnatomicalStructure")}:
            continue
        best: dict[str, float] = {}
        for name in record.names:
            near = process.extract(
                folded(name), choices, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE, limit=3
            )
            for choice, score, _ in near:
                for term in called[choice]:
                    best[term] = max(best.get(term, 0), score)
        found += [
            Candidate(iri, record.label, term, theirs.labels.get(term, ""), score)
            for term, score in best.items()
        ]
    return sorted(found, key=lambda one: (-one.score, one.record))
