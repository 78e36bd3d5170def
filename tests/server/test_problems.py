"""Errors: what is wrong, where, and what to do."""

import logging

import pytest
from flask.testing import FlaskClient

from myograph import errors
from myograph.build import Built
from myograph_server.app import create_app
from myograph_server.problems import PROBLEMS, problem_of
from tests.server.helpers import HTML, assert_problem, engine_of, sparql


@pytest.mark.parametrize(
    ("query", "line", "column", "texts"),
    [
        ("SELECT * {\n ?s muscl:x ?o }", 2, 5, ("muscl: is not declared", "muscle:")),
        ("SELECT * {\n ?s ?p ?o FILL(?o) }", 2, 11, ("FILL is no keyword", "FILTER")),
        ("SELECT * {\n ?s ?p ?o ", 1, 10, ("is not closed",)),
        ("SELECT * { ?s ?p ?o }}", 1, 22, ("closes nothing",)),
        ('SELECT * {\n\t?s ?p "a }', 2, 8, ("string is not closed",)),
        ("SELECT ?a WHERE { ?a ?b }", 1, 26, ("stops making sense",)),
    ],
)
def test_a_syntax_error_has_its_place(
    client: FlaskClient, query: str, line: int, column: int, texts: tuple[str, ...]
) -> None:
    problem = assert_problem(client.get(sparql(query)), 400, *texts)
    assert (problem["line"], problem["column"]) == (line, column)
    shown, caret = problem["excerpt"].split("\n")
    assert shown == query.split("\n")[line - 1]
    assert caret.index("^") == column - 1
    assert caret.replace("\t", " ").strip() == "^"


def test_an_unknown_function(client: FlaskClient) -> None:
    assert_problem(client.get(sparql("SELECT (<http://e/f>(1) AS ?x) {}")), 400, "http://e/f")


@pytest.mark.parametrize("query", ["SELECT * { SERVICE <http://e/> { ?s ?p ?o } }"])
def test_service_is_refused(client: FlaskClient, query: str) -> None:
    problem = assert_problem(client.get(sparql(query)), 403, "SERVICE is refused")
    assert problem["type"].endswith("#problem-query-refused")


def test_updates_are_refused(client: FlaskClient, built: Built) -> None:
    before = len(built.store)
    update = "DELETE WHERE { ?s ?p ?o }"
    media = "application/sparql-update"
    assert_problem(client.post("/sparql", data=update, content_type=media), 415, "read-only")
    assert_problem(client.post("/sparql", data={"update": update}), 403, "read-only")
    assert_problem(client.get("/sparql", query_string={"update": update}), 403, "read-only")
    assert_problem(client.get(sparql(update)), 400, "read-only")
    assert len(built.store) == before


def test_limits_are_the_settings(built: Built) -> None:
    config = {
        "max_query_length": 60,
        "max_nesting": 3,
        "max_body_length": 500,
    }
    client = create_app(engine_of(built, 400), config).test_client()
    assert_problem(client.get(sparql("SELECT * { ?s ?p '" + "x" * 60 + "' }")), 400, "60")
    assert_problem(client.get(sparql("SELECT * {{{{}}}}")), 400, "nested")
    assert_problem(client.get(sparql("SELECT * { ?s ?p ?o }")), 422, "more than 400", "LIMIT")
    assert_problem(client.get(sparql("CONSTRUCT WHERE { ?s ?p ?o }")), 422, "more than 400")
    assert client.get(sparql("SELECT ?s { ?s ?p ?o } LIMIT 1")).status_code == 200
    assert_problem(client.post("/sparql", data={"query": "x" * 600}), 413)


def test_deep_nesting_never_reaches_the_engine(client: FlaskClient) -> None:
    deep = "SELECT * " + "{" * 20_000 + "}" * 20_000
    assert_problem(client.post("/sparql", data={"query": deep}), 400, "nested")


@pytest.mark.parametrize(
    ("address", "status", "texts"),
    [
        ("/muscle/soleos", 404, ("/muscle/soleos", "soleus (/muscle/soleus)")),
        ("/nothing/at/all", 404, ("nothing at",)),
        ("/ask/no-such-question", 404, ("no question",)),
        ("/ask/exercises-for-muscle?muscle=soleos", 404, ("soleos", "soleus")),
        ("/ask/exercises-for-muscle?bone=femur", 400, ("no parameter 'bone'",)),
        ("/muscle/soleus?format=yaml", 400, ("yaml",)),
        ("/search?q=soleus&limit=many", 400, ("many",)),
        ("/explain?s=muscle:soleus", 400, ("lacks p, o",)),
        ("/explain?s=muscle:soleus&p=crosses&o=joint:hip", 404, ("does not say",)),
        ("/dump/myograph.zip", 404, ("myograph.nq",)),
    ],
)
def test_problems_of_pages(
    client: FlaskClient, address: str, status: int, texts: tuple[str, ...]
) -> None:
    assert_problem(client.get(address), status, *texts)
    page = client.get(address, headers=HTML)
    # An explicit format in the address is for programs, whatever the browser accepts.
    if "format=" not in address:
        assert (page.status_code, page.mimetype) == (status, "text/html")
        assert "<h1>" in page.get_data(as_text=True)


def test_not_acceptable_page(client: FlaskClient) -> None:
    answer = client.get("/muscle/soleus", headers={"Accept": "image/png"})
    assert_problem(answer, 406, "text/html", "text/turtle")


@pytest.mark.parametrize("address", ["/", "/health", "/muscle/soleus"])
def test_other_methods_on_pages(client: FlaskClient, address: str) -> None:
    answer = client.post(address)
    assert_problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


def test_the_query_page_shows_the_place(client: FlaskClient) -> None:
    page = client.get(sparql("SELECT * { ?s foo:x <b> }"), headers=HTML)
    text = page.get_data(as_text=True)
    assert page.status_code == 400
    assert "foo: is not declared" in text
    assert "Line 1, column 15" in text
    assert "&lt;b&gt;" in text


def test_what_nobody_foresaw_shows_no_trace(built: Built, caplog: pytest.LogCaptureFixture) -> None:
    other = create_app(engine_of(built))

    @other.get("/broken-on-purpose")
    def broken() -> str:
        raise RuntimeError("secret detail")

    with caplog.at_level(logging.CRITICAL + 1):
        answer = other.test_client().get("/broken-on-purpose")
    problem = assert_problem(answer, 500)
    assert "secret" not in str(problem)


def test_every_error_of_ours_has_its_status() -> None:
    fine = {"SourcesNotFoundError", "MappingError", "RuleError", "NotBuiltError", "ReasonerError"}
    fine |= {"AddressInUseError", "InputFileError", "OutputFileError", "MyographError"}
    fine |= {"ContextError", "SourceFileError", "BuildFolderError", "VersionError"}
    fine |= {"DocumentError", "ReadOnlyError"}
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.MyographError) and name not in fine:
            assert problem_of(kind("m", "r"))[0] != 500, name
    assert len({slug for _, _, slug, _ in PROBLEMS}) == len(PROBLEMS)


def test_the_documentation_explains_every_problem(client: FlaskClient) -> None:
    page = client.get("/docs/server").get_data(as_text=True)
    for _, _, slug, _ in PROBLEMS:
        assert f'id="problem-{slug}"' in page
