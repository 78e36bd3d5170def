"""The SPARQL 1.1 Protocol for queries, a test for each thing it says."""

import io
from urllib.parse import quote

import pytest
import rdflib
from flask.testing import FlaskClient

from myograph.build import Built
from myograph.check import rdflib_term
from tests.server.helpers import HTML, assert_problem, sparql

ASK = "ASK { muscle:soleus a myo:Muscle }"
ONE = "SELECT ?m WHERE { VALUES ?m { muscle:soleus } ?m a myo:Muscle }"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
GRAPH = "https://w3id.org/myograph/graph/"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


def number(client: FlaskClient, address: str) -> int:
    """The one number that a query answers with."""
    found = client.get(address).get_json(force=True)
    return int(found["results"]["bindings"][0]["n"]["value"])


def test_get(client: FlaskClient) -> None:
    answer = client.get(sparql(ONE))
    assert answer.status_code == 200
    assert answer.content_type == "application/sparql-results+json"
    assert answer.get_json(force=True) == {
        "head": {"vars": ["m"]},
        "results": {
            "bindings": [{"m": {"type": "uri", "value": "https://w3id.org/myograph/muscle/soleus"}}]
        },
    }


def test_post_form(client: FlaskClient) -> None:
    answer = client.post("/sparql", data={"query": ONE})
    assert answer.get_json(force=True)["results"]["bindings"]


def test_post_form_is_decoded_once(client: FlaskClient) -> None:
    query = 'SELECT ("100%25 + é &amp;" AS ?x) {}'
    body = f"query={quote(query)}"
    answer = client.post("/sparql", data=body, content_type=FORM)
    assert answer.get_json(force=True)["results"]["bindings"][0]["x"]["value"] == "100%25 + é &amp;"


@pytest.mark.parametrize(
    "content_type", [DIRECT, f"{DIRECT}; charset=UTF-8", f"{DIRECT};charset=utf-8"]
)
def test_post_direct(client: FlaskClient, content_type: str) -> None:
    body = 'SELECT ("é" AS ?x) {}'.encode()
    answer = client.post("/sparql", data=body, content_type=content_type)
    assert answer.get_json(force=True)["results"]["bindings"][0]["x"]["value"] == "é"


@pytest.mark.parametrize(
    "content_type", [f"{DIRECT}; charset=UTF-16", f"{DIRECT}; charset=nonsense"]
)
def test_post_direct_in_another_charset(client: FlaskClient, content_type: str) -> None:
    answer = client.post("/sparql", data=ASK.encode("utf-16"), content_type=content_type)
    assert_problem(answer, 415, "UTF-8")


def test_bytes_that_are_no_utf8(client: FlaskClient) -> None:
    latin = 'ASK { ?s ?p "é" }'.encode("latin-1")
    assert_problem(client.post("/sparql", data=latin, content_type=DIRECT), 400, "UTF-8")
    assert_problem(
        client.get("/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%22%E9%22%20%7D"), 400, "UTF-8"
    )
    form = b"query=ASK%20%7B%20%3Fs%20%3Fp%20%22%E9%22%20%7D"
    assert_problem(client.post("/sparql", data=form, content_type=FORM), 400, "UTF-8")


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", ""])
def test_post_of_another_kind(client: FlaskClient, content_type: str) -> None:
    answer = client.open(
        "/sparql", method="POST", input_stream=io.BytesIO(ASK.encode()),
        headers={"Content-Type": content_type, "Content-Length": str(len(ASK))},
    )  # fmt: skip
    assert_problem(answer, 415, DIRECT)


def test_two_queries(client: FlaskClient) -> None:
    assert_problem(client.get(sparql(ASK, query=ASK)), 400, "2 queries")
    both = f"query={quote(ASK)}&query={quote(ASK)}"
    assert_problem(client.post("/sparql", data=both, content_type=FORM), 400, "2 queries")
    assert_problem(client.post(sparql(ASK), data={"query": ASK}), 400, "2 queries")
    assert_problem(client.post(sparql(ASK), data=ASK, content_type=DIRECT), 400, "2 queries")


def test_no_query_describes_the_service(client: FlaskClient) -> None:
    answer = client.get("/sparql")
    assert answer.mimetype == "text/turtle"
    described = rdflib.Graph().parse(data=answer.get_data(), format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    (service,) = described.subjects(rdflib.RDF.type, sd.Service)
    assert (service, sd.endpoint, rdflib.URIRef("http://localhost/sparql")) in described
    assert (service, sd.feature, sd.UnionDefaultGraph) in described
    names = set(described.objects(None, sd.name))
    assert rdflib.URIRef(GRAPH + "anatomy") in names
    assert not [s for s in described.subjects() if isinstance(s, rdflib.BNode)]
    assert client.get("/sparql", headers={"Accept": "application/ld+json"}).get_json(force=True)


def test_no_query_is_the_page_for_a_browser(client: FlaskClient) -> None:
    answer = client.get("/sparql", headers=HTML)
    assert answer.mimetype == "text/html"
    assert "<textarea" in answer.get_data(as_text=True)


def test_a_form_without_a_query(client: FlaskClient) -> None:
    assert_problem(client.post("/sparql", data={"other": "1"}), 400, "no query")


def test_an_empty_query_is_no_query_language(client: FlaskClient) -> None:
    assert_problem(client.get("/sparql?query="), 400)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods(client: FlaskClient, method: str) -> None:
    answer = client.open("/sparql", method=method)
    assert_problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}


def test_head_is_get_without_a_body(client: FlaskClient) -> None:
    head, get = client.head(sparql(ONE)), client.get(sparql(ONE))
    assert head.status_code == 200
    assert head.get_data() == b""
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert head.headers[name] == get.headers[name]


def test_options_and_cors(client: FlaskClient) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    answer = client.options("/sparql", headers=asked)
    assert answer.status_code == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]
    for response in (answer, client.get(sparql(ONE)), client.get(sparql("nonsense"))):
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_the_union_counts_each_triple_once_as_rdflib_does(
    client: FlaskClient, built: Built
) -> None:
    assert number(client, sparql(COUNT)) == len(
        {(q.subject, q.predicate, q.object) for q in built.store}
    )


def test_several_from_count_as_rdflib_does(client: FlaskClient, built: Built) -> None:
    names = ["injury", "exercise", "injury"]
    query = (
        "SELECT (COUNT(*) AS ?n) " + " ".join(f"FROM graph:{n}" for n in names) + " { ?s ?p ?o }"
    )
    union = rdflib.Graph(bind_namespaces="none")
    for quad in built.store:
        if getattr(quad.graph_name, "value", "") in {GRAPH + n for n in names}:
            union.add(tuple(rdflib_term(t) for t in (quad.subject, quad.predicate, quad.object)))  # type: ignore[arg-type]
    assert number(client, sparql(query)) == len(union) > 0
    parameters = "".join(f"&default-graph-uri={quote(GRAPH + n)}" for n in names)
    assert number(client, sparql(COUNT) + parameters) == len(union)


def test_default_graph_uri_replaces_from(client: FlaskClient) -> None:
    own = number(client, sparql("SELECT (COUNT(*) AS ?n) FROM graph:injury { ?s ?p ?o }"))
    other = number(client, sparql("SELECT (COUNT(*) AS ?n) FROM graph:exercise { ?s ?p ?o }"))
    given = sparql(
        "SELECT (COUNT(*) AS ?n) FROM graph:injury { ?s ?p ?o }",
        default_graph_uri=GRAPH + "exercise",
    )
    assert own != other
    assert number(client, given) == other


def test_named_graph_uri_says_what_graph_reaches(client: FlaskClient) -> None:
    query = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    both = sparql(query) + "".join(
        f"&named-graph-uri={quote(GRAPH + n)}" for n in ("injury", "exercise")
    )
    assert number(client, both) == 2
    assert number(client, sparql(query)) > 10
    # Then nothing is in the default graph, as the protocol has it.
    assert number(client, sparql(COUNT, named_graph_uri=GRAPH + "injury")) == 0
    # And with a default graph alone GRAPH reaches nothing.
    assert number(client, sparql(query, default_graph_uri=GRAPH + "injury")) == 0


def test_graphs_in_a_form_and_beside_a_direct_post(client: FlaskClient) -> None:
    injury = GRAPH + "injury"
    form = client.post("/sparql", data={"query": COUNT, "default-graph-uri": injury})
    direct = client.post(
        f"/sparql?default-graph-uri={quote(injury)}", data=COUNT, content_type=DIRECT
    )
    whole = number(client, sparql(COUNT))
    for answer in (form, direct):
        found = int(answer.get_json(force=True)["results"]["bindings"][0]["n"]["value"])
        assert 0 < found < whole


@pytest.mark.parametrize("name", ["default_graph_uri", "named_graph_uri"])
def test_graphs_of_the_request_that_are_not_ours_are_empty(client: FlaskClient, name: str) -> None:
    everything = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    for iri in ("http://example.org/", "file:///etc/passwd"):
        assert number(client, sparql(everything, **{name: iri})) == 0


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_from_graphs_that_are_not_ours(client: FlaskClient, clause: str) -> None:
    query = f"SELECT * {clause} <http://example.org/> {{ ?s ?p ?o }}"
    assert_problem(client.get(sparql(query)), 403, "none of the graphs")


def test_a_timeout_is_a_number(client: FlaskClient) -> None:
    assert client.get(sparql(ASK, timeout="0.5")).status_code == 200
    for wrong in ("soon", "0", "-1", "nan", "inf"):
        assert_problem(client.get(sparql(ASK, timeout=wrong)), 400, "seconds")


def test_our_prefixes_are_known(client: FlaskClient) -> None:
    assert client.get(sparql(ASK)).get_json(force=True)["boolean"] is True


def test_a_query_may_declare_a_prefix_of_ours_otherwise(client: FlaskClient) -> None:
    query = "PREFIX muscle: <http://example.org/> ASK { muscle:soleus a myo:Muscle }"
    assert client.get(sparql(query)).get_json(force=True)["boolean"] is False


def test_entity_tags(client: FlaskClient) -> None:
    first = client.get(sparql(ONE))
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    again = client.get(sparql(ONE), headers={"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    other = client.get(sparql(ONE, format="csv"))
    assert other.headers["ETag"] != tag


def test_compression(client: FlaskClient) -> None:
    address = sparql("SELECT * { ?s a myo:Muscle ; ?p ?o } LIMIT 200")
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert len(packed.get_data()) < len(plain.get_data())
    assert "Accept-Encoding" in packed.headers["Vary"]
