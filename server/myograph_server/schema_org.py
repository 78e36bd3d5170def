"""What a page tells search engines, in the terms of https://schema.org/."""

import json
from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox
from flask import request
from markupsafe import Markup

from myograph.terms import PREF_LABEL, SKOS
from myograph_server.crumbs import Crumb
from myograph_server.facts import Facts
from myograph_server.pages import DEFINITION

# The first that fits counts.
_TYPES = (
    ("MuscularStructure", "Muscle"),
    ("Bone", "Bone"),
    ("Joint", "Joint"),
    ("Nerve", "Nerve"),
    ("Artery", "Artery"),
    ("Vein", "Vein"),
    ("Ligament", "Ligament"),
    ("AnatomicalStructure", "AnatomicalStructure"),
    ("Condition", "MedicalCondition"),
    ("Symptom", "MedicalSignOrSymptom"),
    ("RiskFactor", "MedicalRiskFactor"),
    ("Intervention", "MedicalTherapy"),
    ("Exercise", "ExercisePlan"),
    ("PhysicalActivity", "PhysicalActivity"),
    ("Source", "CreativeWork"),
)
_LINKS = {
    "Muscle": (
        ("antagonist", "antagonistOf"),
        ("bloodSupply", "suppliedBy"),
        ("insertion", "insertsOn"),
        ("origin", "originatesFrom"),
        ("nerve", "innervatedBy"),
    ),
    "MedicalCondition": (
        ("associatedAnatomy", "affects"),
        ("signOrSymptom", "hasSymptom"),
        ("possibleTreatment", "treatedBy"),
        ("differentialDiagnosis", "differentialOf"),
    ),
    "Nerve": (("sourcedFrom", "branchOf"),),
}
_MATCHES = ("exactMatch", "closeMatch")


def describe(facts: Facts, iri: ox.NamedNode) -> dict[str, Any]:
    """Return what schema.org can say of a record."""
    kind = next((theirs for ours, theirs in _TYPES if facts.is_a(iri, ours)), "DefinedTerm")
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": iri.value,
        "name": facts.label(iri),
    }
    others = sorted({*facts.texts(iri, SKOS + "altLabel"), *facts.texts(iri, PREF_LABEL.value)})
    matches = [m for name in _MATCHES for m in facts.values(iri, SKOS + name)]
    found |= {
        key: value
        for key, value in (
            ("alternateName", others),
            ("description", facts.text(iri, DEFINITION)),
            ("sameAs", [m.value for m in matches if isinstance(m, ox.NamedNode)]),
        )
        if value
    }
    for theirs, ours in _LINKS.get(kind, ()):
        values = [
            {"@id": v.value, "name": facts.label(v)}
            for v in facts.values(iri, ours)
            if isinstance(v, ox.NamedNode)
        ]
        if values:
            found[theirs] = values
    return found


def way(facts: Facts, iri: ox.NamedNode, crumbs: Sequence[Crumb], root: str) -> dict[str, Any]:
    """Return the way to a page, https://schema.org/BreadcrumbList.

    Args:
        facts: of the graph.
        iri: the record of the page.
        crumbs: the steps to it.
        root: the address of this host.
    """
    steps = [(crumb.text, f"{root}{crumb.href}") for crumb in crumbs]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate([*steps, (facts.label(iri), iri.value)], 1)
        ],
    }


def embedded(facts: Facts, iri: ox.NamedNode, crumbs: Sequence[Crumb] = ()) -> Markup:
    """Return the description, and the way to the page, as the text of a script element."""
    told = describe(facts, iri)
    if crumbs:
        told["subjectOf"] = {
            "@type": "WebPage",
            "breadcrumb": way(facts, iri, crumbs, request.host_url.rstrip("/")),
        }
    text = json.dumps(told, ensure_ascii=False)
    # "</script>" in a text would end the element.
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e"))
