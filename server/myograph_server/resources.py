"""Every IRI of ours answers at its path, as a page and as RDF; each kind of record has a list."""

import pyoxigraph as ox
from flask import Blueprint, Response, make_response, render_template, request

from myograph import __version__
from myograph.canonical import canonical
from myograph.errors import NoSuchPageError
from myograph.export import export_part
from myograph.selection import Selection
from myograph.terms import ALT_LABEL, BASE, DCTERMS, GRAPH, LABEL, ONTOLOGY, PREF_LABEL
from myograph_server import (
    activity_page,
    condition_page,
    conneg,
    muscle_page,
    ontology_page,
    schema_org,
    source_page,
    structure_page,
)
from myograph_server.crumbs import trail
from myograph_server.kinds import TITLES
from myograph_server.links import compact, href
from myograph_server.pages import DEFINITION, Reader, Section
from myograph_server.picture import picture_of
from myograph_server.signposts import signposts
from myograph_server.site import site

blueprint = Blueprint("resources", __name__)
_FORMATS = conneg.RESOURCE_FORMATS
VERSION_PATH = f"ontology/{__version__}"
_ENDINGS = {f.ending: f for f in _FORMATS}
_CAREFUL = ("Condition", "RedFlag", "Symptom", "Intervention", "RiskFactor", "Mechanism", "Stage")


@blueprint.get("/<path:path>")
def resource(path: str) -> Response:
    """Tell what is known of a thing, or list the things of a kind."""
    path, named = _split(path.rstrip("/"))
    if path == VERSION_PATH:
        # What owl:versionIRI names; other versions are in their releases.
        path = "ontology"
    space = path if path in TITLES else ""
    iri = _iri(path)
    if iri is None or not site().facts.knows(iri):
        if space:
            return _list(space, named)
        raise _nothing(path)
    chosen = named or conneg.choose(request, _FORMATS)
    if chosen == conneg.HTML:
        response = make_response(_vocabulary() if path == "ontology" else _page(iri))
    else:
        response = Response(_document(iri, chosen), content_type=chosen.content_type)
    response.headers["Link"] = signposts(iri, chosen)
    # Which of the formats this is, for caches and those who save it.
    response.headers["Content-Location"] = f"{href(iri.value)}.{chosen.ending}"
    return response


def _document(iri: ox.NamedNode, chosen: conneg.Format) -> bytes:
    """Return what is known of a thing as RDF, with the names of what is next to it."""
    facts = site().facts
    # The IRI of the ontology stands for all its terms.
    triples = [f.triple for f in facts.in_graph("ontology")] if iri.value == ONTOLOGY else []
    triples += facts.description(iri)
    met = {end for triple in triples for end in (triple.subject, triple.object)} | {iri}
    records = site().names.records
    triples += [
        ox.Triple(record.iri, LABEL, ox.Literal(record.label, language="en"))
        for end in met
        if isinstance(end, ox.NamedNode) and (record := records.get(end))
    ]
    quads = [ox.Quad(t.subject, t.predicate, t.object) for t in triples]
    name = iri.value.rsplit("/", 1)[-1]
    return export_part(Selection(canonical(quads), name, about=iri), chosen.name, site().sources)


def _split(path: str) -> tuple[str, conneg.Format | None]:
    """Return a path without its ending, and the format that the ending names."""
    stem, dot, ending = path.rpartition(".")
    return (stem, _ENDINGS[ending]) if dot and ending in _ENDINGS else (path, None)


def _iri(path: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(BASE + path)
    except ValueError:
        return None


def _nothing(path: str) -> NoSuchPageError:
    wanted = path.rsplit("/", 1)[-1].replace("-", " ")
    near = [m.record for m in site().names.search(wanted, limit=5)]
    hint = "; ".join(f"{r.label} (/{r.space}/{r.slug})" for r in near)
    return NoSuchPageError(
        f"The graph has nothing at /{path}.",
        f"Did you mean {hint}?" if hint else "Look for it with /search?q=….",
    )


def _list(space: str, named: conneg.Format | None) -> Response:
    chosen = named or conneg.choose(request, (conneg.HTML, conneg.PLAIN_JSON))
    if space == "source":
        return _sources(chosen)
    records = sorted(
        (r for r in site().names.records.values() if r.space == space and "/" not in r.slug),
        key=lambda r: r.label.casefold(),
    )
    if chosen == conneg.HTML:
        definitions = site().facts.texts_of([r.iri for r in records], DEFINITION)
        page = render_template(
            "space.html", title=TITLES[space], space=space, records=records,
            about=lambda record: definitions.get(record.iri, ""),
            careful=space in ("injury", "symptom", "treatment", "redflag", "risk"),
        )  # fmt: skip
        return make_response(page)
    listed = [{"iri": r.iri.value, "path": href(r.iri.value), "label": r.label} for r in records]
    response: Response = make_response({"records": listed})
    return response


def _vocabulary() -> str:
    return render_template("ontology.html", terms=ontology_page.listed(site()))


def _sources(chosen: conneg.Format) -> Response:
    """List the sources, which have titles and no labels."""
    found = source_page.listed(site().facts)
    if chosen == conneg.HTML:
        return make_response(render_template("sources.html", found=found))
    listed = [{"iri": i.value, "path": href(i.value), "label": title} for i, title, _ in found]
    response: Response = make_response({"records": listed})
    return response


def _page(iri: ox.NamedNode) -> str:
    facts = site().facts
    facts.open(iri)
    reader = Reader(facts, iri)
    kind, sections = _sections(reader)
    flags = condition_page.flags(reader) if kind == "condition" else []
    if facts.is_a(iri, "RedFlag"):
        flags = [condition_page.flag_itself(reader)]
    title = facts.label(iri)
    if facts.is_a(iri, "Source"):
        title = facts.text(iri, f"{DCTERMS}title") or title
    crumbs = trail(facts, iri)
    return render_template(
        "record.html",
        title=title,
        latin=[t for t in facts.texts(iri, PREF_LABEL.value)],
        names=sorted({*facts.texts(iri, ALT_LABEL.value), *facts.texts(iri, "layName")}),
        definition=facts.text(iri, DEFINITION),
        iri=iri.value,
        compact=compact(iri.value),
        kinds=_kinds(iri),
        page=kind,
        flags=flags,
        sections=[section for section in sections if section],
        unknown=[section.absent for section in sections if section.absent and not section],
        statements=reader.statements(),
        linked=reader.linked_from(),
        sources=reader.sources(),
        schema=schema_org.embedded(facts, iri, crumbs),
        formats=[f for f in _FORMATS if f != conneg.HTML],
        careful=facts.is_a(iri, *_CAREFUL),
        crumbs=crumbs,
        picture=picture_of(iri),
    )


def _sections(reader: Reader) -> tuple[str, list[Section]]:
    """Return what to call a page of this kind, and its sections."""
    facts, iri = reader.facts, reader.iri
    if facts.is_a(iri, "MuscularStructure"):
        return "muscle", muscle_page.sections(reader)
    if facts.is_a(iri, "PhysicalActivity"):
        return "activity", activity_page.sections(reader)
    if facts.is_a(iri, "Condition"):
        return "condition", condition_page.sections(reader)
    if facts.is_a(iri, "Source"):
        return "source", source_page.sections(reader)
    if iri.value.startswith(f"{BASE}ontology/"):
        return "term", ontology_page.sections(reader)
    if iri.value.startswith(GRAPH):
        return "record", [_graph(iri)]
    found = structure_page.sections(reader)
    if found:
        return "structure", [*found, reader.matches()]
    plain = [] if facts.is_a(iri, "ReifiedFact") else [_nested(reader), reader.pointing()]
    return "record", plain


def _kinds(iri: ox.NamedNode) -> list[ox.NamedNode]:
    """Return the classes that somebody gave the record."""
    found = [
        f.value
        for f in site().facts.of(iri)
        if f.predicate.value.endswith("22-rdf-syntax-ns#type") and not f.derived
    ]
    return [k for k in found if isinstance(k, ox.NamedNode) and k in site().names.records]


def _nested(reader: Reader) -> Section:
    """Return the authored links of a record that has no page of its own kind."""
    hidden = {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", DEFINITION, ALT_LABEL.value,
        PREF_LABEL.value, "http://www.w3.org/2000/01/rdf-schema#label",
        "http://purl.org/dc/terms/source",
    }  # fmt: skip
    rows = [row for row in reader.statements().rows if row[0][0].href]
    facts = [f for f in reader.facts.of(reader.iri) if f.predicate.value not in hidden]
    wanted = {href(f.predicate.value) for f in facts}
    return Section("What is known", rows=[r for r in rows if r[0][0].href in wanted])


def _graph(iri: ox.NamedNode) -> Section:
    facts = site().facts
    lines = [
        facts.text(iri, "http://www.w3.org/2000/01/rdf-schema#comment"),
        f"It holds {site().version.graphs.get(iri.value, 0):,} triples.",
    ]
    return Section("This graph", lines=[line for line in lines if line])
