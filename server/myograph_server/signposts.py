"""Link headers: where else a thing is, what it is, and under which licence.

The relations are registered, https://www.iana.org/assignments/link-relations/; which of them to
give follows https://signposting.org/FAIR/, the syntax https://www.rfc-editor.org/rfc/rfc8288.
"""

import pyoxigraph as ox

from myograph.terms import BASE, MYO
from myograph_server import conneg
from myograph_server.links import href
from myograph_server.site import site

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_VOID = "/.well-known/void"


def signposts(iri: ox.NamedNode, chosen: conneg.Format) -> str:
    """Return the Link header of a document about a thing.

    Args:
        iri: the thing.
        chosen: the format of the document; the others are its alternates.
    """
    # A header holds no other characters than these; the path is percent-encoded already.
    path = href(iri.value)
    permanent = f"{BASE}{path.lstrip('/')}"
    links = [
        _link(f"{path}.{f.ending}", "alternate", f.media[0])
        for f in conneg.RESOURCE_FORMATS
        if f != chosen
    ]
    if chosen == conneg.HTML:
        links += [
            _link(f"{path}.{f.ending}", "describedby", f.media[0])
            for f in (conneg.TURTLE, conneg.JSONLD)
        ]
    links += [_link(permanent, "describes"), _link(permanent, "cite-as"), _link(LICENCE, "license")]
    kinds = [
        fact.value.value
        for fact in site().facts.of(iri)
        if fact.predicate.value.endswith("22-rdf-syntax-ns#type")
        and isinstance(fact.value, ox.NamedNode)
        and not fact.derived
    ]
    links += [_link(kind, "type") for kind in sorted(kinds) if kind.startswith(MYO)]
    return ", ".join(links)


def dump_links(media: str) -> str:
    """Return the Link header of a download, in a format with a media type."""
    return ", ".join(
        [
            _link(f"{BASE}dataset", "describes"),
            _link(_VOID, "describedby", conneg.TURTLE.media[0]),
            _link(LICENCE, "license"),
            _link("http://www.w3.org/ns/dcat#Distribution", "type"),
        ]
    )


def home_links() -> str:
    """Return the Link header of the first page: the data, the interface and how to use it."""
    return ", ".join(
        [
            _link(_VOID, "describedby", conneg.TURTLE.media[0]),
            _link("/openapi.json", "service-desc", "application/json"),
            _link("/docs", "service-doc", "text/html"),
            _link(f"{BASE}dataset", "cite-as"),
            _link(LICENCE, "license"),
        ]
    )


def _link(target: str, relation: str, media: str = "") -> str:
    kind = f'; type="{media}"' if media else ""
    return f'<{target}>; rel="{relation}"{kind}'
