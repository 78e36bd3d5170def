"""What the tests of the server share."""

from typing import Any
from urllib.parse import quote

from werkzeug.test import TestResponse

from myograph.build import Built
from myograph.prefixes import prefix_map
from myograph_server.engine import InProcessEngine
from tests.helpers import sources

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
MEMBERS = {"type", "title", "status", "detail", "repair"}


def engine_of(built: Built, max_bytes: int = 32_000_000) -> InProcessEngine:
    """An engine in this process over a graph."""
    return InProcessEngine(built.store, prefix_map(sources().ontology), max_bytes, built.version)


def assert_problem(response: TestResponse, status: int, *texts: str) -> dict[str, Any]:
    """Insist on problem details (RFC 9457) with a status and texts in the detail."""
    assert response.status_code == status, response.get_data(as_text=True)[:500]
    assert response.content_type == "application/problem+json"
    problem = response.get_json(force=True)
    assert isinstance(problem, dict)
    assert problem.keys() >= MEMBERS
    assert problem["status"] == status
    assert problem["type"].startswith("https://w3id.org/myograph/docs/server#problem-")
    assert problem["title"]
    assert problem["repair"] in problem["detail"]
    assert "Traceback" not in problem["detail"]
    for text in texts:
        assert text in problem["detail"], problem["detail"]
    return problem


def sparql(text: str, **more: str) -> str:
    """Return the address of a query."""
    extra = "".join(f"&{name.replace('_', '-')}={quote(value)}" for name, value in more.items())
    return f"/sparql?query={quote(text)}{extra}"
