"""Whatever is sent, there is an answer that says what is wrong, and the next one is served.

Each request goes to a front that keeps answers and to one that keeps none, over real workers.
What this has found is in test_fuzz_found.py, each with its cause.
"""

from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from myograph_server.tokens import tokens
from tests.server.fuzzing import FORM, Fronts, Sent, fronts

__all__ = ["fronts"]

THOROUGH = settings.get_current_profile_name() == "thorough"
# The same examples each time, since a build must not fail for what nobody changed; `make test-all`
# tries others, and more of them.
fixed = settings(
    derandomize=not THOROUGH,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def tries(examples: int) -> settings:
    """How often a test is tried."""
    return settings(fixed, max_examples=examples * (10 if THOROUGH else 1))


QUERIES = (
    "SELECT ?m WHERE { VALUES ?m { muscle:soleus } ?m a myo:Muscle ; rdfs:label ?l }",
    'PREFIX e: <http://e/#> ASK { muscle:soleus rdfs:label ?l FILTER(REGEX(?l, "s[o]l", "i")) }',
    "CONSTRUCT { ?m myo:crosses ?j } WHERE { ?m myo:crosses ?j } LIMIT 3",
    "DESCRIBE muscle:soleus FROM graph:anatomy FROM NAMED <https://w3id.org/myograph/graph/injury>",
    "SELECT (COUNT(*) AS ?n) { GRAPH ?g { muscle:soleus (myo:crosses|^rdfs:label)* ?o } } ",
    r'BASE <http://e/> SELECT ("\"a\u00e9\n"@en AS ?x) (1.5e3 + .5 <= 2 && true AS ?y) '
    "{ BIND(<a> AS ?z) OPTIONAL { [] a ?z } } ORDER BY DESC(?x) OFFSET 1",
)
# Pieces that a lexer, a parser or a decoder may stumble over.
STRANGE = (
    *("{", "}", "(", ")", "[", "]", "<", ">", "<<", ">>", "<{", '"', "'", '"""', "'''", "\\"),
    *(r"\u0041", r"\uD800", r"\U00110000", r"<\uDC00>", "<http://[x>", "<//℀/>", "<a b>", "<>"),
    *(
        "\0",
        "\r",
        "\u2028",
        "\ufeff",
        "é",
        "·",
        "\U0001d518",
        "\ud7ff",
        "\ufffe",
        "#",
        "@en",
        "^^",
        "_:",
        ":",
    ),
    *("x:y", "x:\\", "%", "%4", "?", "$", "-", ".", "1e", "1.", "0x", "*", "|", "!", "SERVICE"),
    *("FROM", "FROM NAMED", "UNION", "MINUS", "GROUP BY", "VALUES", "INSERT", "NOW()", "RAND()"),
    *("<http://e/f>(1)", "a" * 300, "(" * 300, "é." * 200, "SELECT", "PREFIX", "BASE", "VERSION"),
)
FIELDS = ("query", "format", "output", "timeout", "default-graph-uri", "named-graph-uri")
VALUES = (
    *(
        "",
        "%",
        "%ZZ",
        "%4",
        "%00",
        "%0d%0a",
        "%FF",
        "%C3",
        "%ED%A0%80",
        "%F0%9F%92%AA",
        "+",
        "&",
        ";",
    ),
    *("=", "json", "xml", "html", "csv", "tsv", "turtle", "text/html;q=x", "1", "0", "-1", "nan"),
    *(
        "1e-9",
        "1e999",
        "0x1",
        "%D9%A1",
        "1_0",
        "a" * 5000,
        "%25" * 500,
        "http://e/",
        "not%20an%20iri",
    ),
    *("https://w3id.org/myograph/graph/anatomy", "file:///etc/passwd", "http://[", "\xff\xfe"),
    *(quote(query) for query in QUERIES[:3]),
)
MEDIA = (
    *(
        "text/html",
        "*/*",
        "application/*",
        "text/turtle",
        "text/csv",
        "application/json",
        "image/png",
    ),
    *("application/sparql-results+xml", "application/ld+json", "application/rdf+xml", "text/*"),
    *("application/n-triples", "text/tab-separated-values", "*", "/", "text", "a/b/c", "", " "),
)
TYPES = (
    *(FORM, "application/sparql-query", "application/sparql-update", "multipart/form-data"),
    *("multipart/form-data; boundary=x", "text/turtle", "application/ld+json", "", ";", "a/b; c="),
    *("application/sparql-query; charset=utf-16", "application/sparql-query;charset*=x'%ff"),
    *(f"{FORM}; charset=nonsense", "application/sparql-query; charset*99=\xff", "text/plain"),
)
PATHS = (
    *("/", "/sparql", "/sparql/", "//sparql", "/search", "/ask/", "/explain", "/check", "/docs"),
    *("/ask/exercises-for-muscle", "/muscle", "/muscle/soleus", "/muscle/soleus.ttl", "/static/"),
    *(
        "/context.jsonld",
        "/.well-known/void",
        "/dump/myograph.",
        "/static/site.css",
        "/openapi.json",
    ),
)
PIECES = (
    *(
        "..",
        ".",
        "/",
        "//",
        "%2F",
        "%2e%2e",
        "\0",
        "\xff",
        "\xed\xa0\x80",
        "\\",
        "?",
        "#",
        "é",
        " ",
    ),
    *(
        ".ttl",
        ".json",
        ".html",
        ".rdf",
        ".nt",
        "muscle",
        "soleus",
        "static",
        "<",
        '"',
        "\r\n",
        "a" * 999,
    ),
)
LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=30)


@st.composite
def half_valid(draw: st.DrawFn) -> str:
    """Return a good query to which a few things have been done."""
    parts = [token.text for token in tokens(draw(st.sampled_from(QUERIES)))]
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(parts)))
        change = draw(st.sampled_from(("delete", "insert", "double", "swap", "cut")))
        if change == "insert":
            parts.insert(place, draw(st.sampled_from(STRANGE) | st.text(max_size=5)))
        elif change == "double":
            parts[place:place] = parts[place : place + 3]
        elif change == "swap":
            parts[place : place + 2] = parts[place : place + 2][::-1]
        elif change == "cut" and place < len(parts):
            parts[place] = parts[place][: len(parts[place]) // 2]
        else:
            del parts[place : place + 2]
    return draw(st.sampled_from((" ", "\n", ""))).join(parts)


def encoded(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))


values = st.sampled_from(VALUES) | half_valid().map(encoded) | LATIN
fields = st.tuples(st.sampled_from(FIELDS) | LATIN, values).map("=".join)
strings = st.lists(fields, max_size=6).map("&".join) | LATIN
accepts = st.lists(
    st.tuples(st.sampled_from(MEDIA), st.sampled_from(("", ";q=0", ";q=1", ";q=x", ";q=-1"))).map(
        "".join
    ),
    max_size=4,
).map(",".join)
headers = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_ACCEPT": accepts | LATIN,
        "HTTP_ACCEPT_ENCODING": st.sampled_from(("gzip", "gzip;q=0", "*", "br, gzip;q=x")) | LATIN,
        "HTTP_IF_NONE_MATCH": st.sampled_from(("*", '"x"', "W/", '"', 'W/"a", *')) | LATIN,
        "HTTP_IF_MATCH": st.sampled_from(("*", '"x"')) | LATIN,
        "HTTP_IF_MODIFIED_SINCE": st.sampled_from(("Thu, 01 Jan 2099 00:00:00 GMT", "x")),
        "HTTP_RANGE": st.sampled_from(("bytes=0-1", "bytes=9-1", "bytes=-", "x=1")),
        "HTTP_HOST": st.sampled_from(("e:1", "[::1]", "a b", "", "é", "a:99999")) | LATIN,
        "CONTENT_LENGTH": st.sampled_from(("", "0", "-1", "x", "7", "99999999", "9" * 5000)),
        "CONTENT_TYPE": st.sampled_from(TYPES) | LATIN,
    },
)


@given(half_valid(), st.sampled_from(("GET", "form", "direct")), accepts)
@tries(100)
def test_half_valid_queries(fronts: Fronts, query: str, way: str, accept: str) -> None:
    raw = query.encode("utf-8", "surrogatepass")
    if way == "direct":
        sent = Sent("/sparql", method="POST", body=raw, kind="application/sparql-query")
    elif way == "form":
        body = b"query=" + quote_from_bytes(raw).encode()
        sent = Sent("/sparql", method="POST", body=body, kind=FORM)
    else:
        sent = Sent("/sparql", "query=" + quote_from_bytes(raw))
    sent.environ["HTTP_ACCEPT"] = accept
    fronts.check(sent)


@given(strings, headers)
@tries(80)
def test_query_strings(fronts: Fronts, query: str, more: dict[str, str]) -> None:
    fronts.check(Sent("/sparql", query, environ=more))


@example(
    b"",
    FORM,
    "GET",
    {"HTTP_ACCEPT": "text/html", "CONTENT_LENGTH": "9" * 8, "HTTP_ACCEPT_ENCODING": "gzip"},
)
@given(
    st.binary(max_size=200) | strings.map(lambda text: text.encode("latin-1", "replace")),
    st.sampled_from(TYPES) | LATIN,
    st.sampled_from(("POST", "GET", "PUT", "OPTIONS", "x")),
    headers,
)
@tries(100)
def test_bodies(fronts: Fronts, body: bytes, kind: str, method: str, more: dict[str, str]) -> None:
    fronts.check(Sent("/sparql", method=method, body=body, kind=kind, environ=more))


@given(
    st.sampled_from(PATHS), st.lists(st.sampled_from(PIECES) | LATIN, max_size=4), strings, headers
)
@tries(80)
def test_paths(
    fronts: Fronts, path: str, pieces: list[str], query: str, more: dict[str, str]
) -> None:
    wsgi = (path + "".join(pieces)).encode().decode("latin-1")
    fronts.check(Sent(wsgi, query, environ=more))


@given(
    st.sampled_from(("/search", "/explain", "/ask/exercises-for-muscle", "/ask/x")),
    st.lists(
        st.tuples(
            st.sampled_from(("q", "limit", "s", "p", "o", "muscle", "format")),
            values
            | st.sampled_from(STRANGE).map(encoded)
            | st.sampled_from(
                ("muscle:soleus", "crosses", "%22a%22@x_y", "%22%22^^%3Ca", "a:b%20c")
            ),
        ).map("=".join),
        max_size=5,
    ).map("&".join),
    accepts,
)
@tries(80)
def test_pages(fronts: Fronts, path: str, query: str, accept: str) -> None:
    fronts.check(Sent(path, query, environ={"HTTP_ACCEPT": accept}))


@given(
    st.binary(min_size=1, max_size=60).map(lambda raw: b"<" + raw)
    | st.sampled_from(
        (b"", b" ", b"@prefix", b'{"@id":', b"[" * 3000, b"\xff", b"muscle:x a", b"{}x")
    )
    | strings.map(lambda text: text.encode("latin-1", "replace") + b"<"),
    st.sampled_from(TYPES) | LATIN,
    accepts,
)
@tries(20)
def test_documents_to_check(fronts: Fronts, body: bytes, kind: str, accept: str) -> None:
    sent = Sent("/check", method="POST", body=body, kind=kind, environ={"HTTP_ACCEPT": accept})
    assert fronts.check(sent).status >= 400


@pytest.mark.parametrize("query", [quote("ASK {}") + "&x=" * 20_000, "%" * 50_000, "&query" * 9999])
def test_huge_query_strings(fronts: Fronts, query: str) -> None:
    fronts.check(Sent("/sparql", "query=" + query))
