"""Content negotiation: which of our formats a client wants.

Accept with quality values by https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1; a format
named in the address goes before it. HTML is given only to those who name it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import parse_accept_header

from myograph.errors import BadRequestError, NotAcceptableError


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        name: what `?format=` calls it, also the key in `myograph.results`.
        media: its media types, the one that answers carry first.
        ending: of a file in it.
        label: what people call it.
    """

    name: str
    media: tuple[str, ...]
    ending: str
    label: str

    @property
    def content_type(self) -> str:
        """The media type with the charset where one belongs."""
        text = self.media[0].startswith("text/")
        return f"{self.media[0]}; charset=utf-8" if text else self.media[0]


JSON = Format("json", ("application/sparql-results+json", "application/json"), "srj", "JSON")
XML = Format("xml", ("application/sparql-results+xml", "application/xml", "text/xml"), "srx", "XML")
CSV = Format("csv", ("text/csv",), "csv", "CSV")
TSV = Format("tsv", ("text/tab-separated-values",), "tsv", "TSV")
TURTLE = Format("turtle", ("text/turtle", "application/x-turtle", "text/n3"), "ttl", "Turtle")
JSONLD = Format("jsonld", ("application/ld+json", "application/json"), "jsonld", "JSON-LD")
NTRIPLES = Format("ntriples", ("application/n-triples", "text/plain"), "nt", "N-Triples")
RDFXML = Format("rdfxml", ("application/rdf+xml", "application/xml", "text/xml"), "rdf", "RDF/XML")
HTML = Format("html", ("text/html", "application/xhtml+xml"), "html", "HTML")
PLAIN_JSON = Format("json", ("application/json",), "json", "JSON")

ROW_FORMATS = (JSON, XML, CSV, TSV)
BOOLEAN_FORMATS = (JSON, XML)
GRAPH_FORMATS = (TURTLE, JSONLD, NTRIPLES, RDFXML)
RESOURCE_FORMATS = (HTML, *GRAPH_FORMATS)
_OTHER_NAMES = {
    "ttl": "turtle",
    "nt": "ntriples",
    "n-triples": "ntriples",
    "rdf": "rdfxml",
    "rdf/xml": "rdfxml",
    "xml": "rdfxml",
    "json-ld": "jsonld",
    "json": "jsonld",
    "srj": "json",
    "srx": "xml",
}


def choose(request: Request, offered: Sequence[Format]) -> Format:
    """Return the format that a request asks for.

    Args:
        request: its `format` or `output` parameter goes before its Accept header.
        offered: what there is; the first is given to those who do not mind.

    Raises:
        BadRequestError: the parameter names a format that there is not.
        NotAcceptableError: Accept takes nothing of what there is.
    """
    return agree(_named(request), request.environ.get("HTTP_ACCEPT", ""), offered)


def agree(named: str | None, accept: str, offered: Sequence[Format]) -> Format:
    """Return the format that a name or, where there is none, an Accept header asks for.

    Args:
        named: what the request's `format` says.
        accept: its Accept header; "" for those who do not mind.
        offered: what there is.

    Raises:
        BadRequestError, NotAcceptableError: as `choose`.
    """
    return _acceptable(accept, tuple(offered)) if named is None else by_name(named, offered)


@lru_cache(maxsize=1024)
def _acceptable(accept: str, offered: tuple[Format, ...]) -> Format:
    if not accept:
        return next(f for f in offered if f != HTML)
    accepted = parse_accept_header(accept, MIMEAccept)
    ranked = [
        (*_quality(accepted, format_), -place, format_) for place, format_ in enumerate(offered)
    ]
    quality, _, _, best = max(ranked, key=lambda item: item[:3])
    if quality <= 0:
        raise NotAcceptableError(
            f"There is no answer here in {accept}.",
            f"Accept one of: {', '.join(f.media[0] for f in offered)}.",
        )
    return best


def by_name(named: str, offered: Sequence[Format]) -> Format:
    """Return the format that somebody named, by its name, ending or media type.

    Raises:
        BadRequestError: there is no such format here.
    """
    # A plus sign that nobody escaped arrives as a blank.
    wanted = named.strip().lower().replace(" ", "+").split(";")[0]
    for format_ in offered:
        if wanted in (format_.name, format_.ending, *format_.media):
            return format_
    for format_ in offered:
        if _OTHER_NAMES.get(wanted) == format_.name:
            return format_
    raise BadRequestError(
        f"There is no format '{named}' here.",
        f"Choose {', '.join(f.name for f in offered)}, or a media type of theirs.",
    )


def prefers_html(request: Request) -> bool:
    """Return whether a request names HTML and wants nothing else more."""
    return wants_html(_named(request), request.environ.get("HTTP_ACCEPT", ""))


def wants_html(named: str | None, accept: str) -> bool:
    """Return the same of a format that was named, or else of an Accept header."""
    return _html_above_all(accept) if named is None else named == "html"


@lru_cache(maxsize=1024)
def _html_above_all(accept: str) -> bool:
    accepted = parse_accept_header(accept, MIMEAccept)
    own = _quality(accepted, HTML)[0]
    return own > 0 and all(q <= own for _, q in accepted)


def _named(request: Request) -> str | None:
    """Return the format that the address or the form names."""
    if "format" in request.args or "output" in request.args:
        return request.args.get("format", request.args.get("output"))
    if request.method != "POST":
        # A body means nothing then.
        return None
    try:
        # Kept, since the protocol looks at the bytes as well.
        request.get_data()
        return request.form.get("format", request.form.get("output"))
    except (RequestEntityTooLarge, ClientDisconnected):
        # The answer that says so needs a format as well.
        return None


def _quality(accepted: MIMEAccept, format_: Format) -> tuple[float, int]:
    """Return how much a format is wanted, and how exactly it was named."""
    best = (0.0, 0)
    for media in format_.media:
        found: tuple[int, float] = (0, 0.0)
        for given, quality in accepted:
            exactness = _exactness(str(given), media)
            if media != format_.media[0] and exactness < 3:
                continue
            # The most specific range that fits decides, were it to refuse.
            if exactness > found[0]:
                found = (exactness, quality)
        if format_ == HTML and found[0] < 3:
            continue
        best = max(best, (found[1], found[0]))
    return best


def _exactness(given: str, media: str) -> int:
    kind = given.split(";")[0].strip().lower()
    if kind == media:
        return 3
    if kind == media.split("/")[0] + "/*":
        return 2
    return 1 if kind == "*/*" else 0
